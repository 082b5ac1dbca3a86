"""Writing the change log. Nothing here changes or deletes an entry."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from surveys.audit.models import Entry


async def record(
    session: AsyncSession,
    *,
    organisation_id: UUID,
    action: str,
    now: datetime,
    actor_id: UUID | None = None,
    subject: str | None = None,
    details: Mapping[str, object] | None = None,
) -> None:
    """Note that something was changed, by whom and when. Never pass an answer, a name or a token.

    Args:
        session: the edge's; the entry stands or falls with the change itself.
        organisation_id: whose log it is.
        action: what was done, as `subject.verb`: "programme.changed".
        now: when, aware UTC.
        actor_id: the person, or None for the operator's shell and for the clock.
        subject: what it was done to, as `kind:id`.
        details: counts, ids and settings that say more.
    """
    session.add(
        Entry(
            organisation_id=organisation_id,
            at=now,
            actor_id=actor_id,
            action=action,
            subject=subject,
            details=dict(details) if details is not None else None,
        )
    )
    await session.flush()
