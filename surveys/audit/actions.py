"""Writing the change log and the reading log. Nothing here changes an entry; only old looks are deleted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

from sqlalchemy import CursorResult, delete, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.audit.models import Entry, Reading
from surveys.audit.rules import READINGS_KEPT_DAYS, Look

CHUNK = 5_000  # rows a statement


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


async def record_each(
    session: AsyncSession,
    *,
    organisation_id: UUID,
    action: str,
    now: datetime,
    subjects: Iterable[tuple[str, Mapping[str, object] | None]],
    actor_id: UUID | None = None,
) -> None:
    """Note the same action on many subjects, each with its details, in few statements."""
    rows = [
        {
            "id": uuid4(),
            "organisation_id": organisation_id,
            "at": now,
            "actor_id": actor_id,
            "action": action,
            "subject": subject,
            "details": None if details is None else dict(details),
        }
        for subject, details in subjects
    ]
    for start in range(0, len(rows), CHUNK):
        await session.execute(insert(Entry), rows[start : start + CHUNK])


async def note_looks(session: AsyncSession, looks: Sequence[Look]) -> None:
    """Note that figures were looked at. What is noted already stays as it is: safe to repeat."""
    postgres = session.get_bind().dialect.name == "postgresql"
    rows = [asdict(look) for look in looks]
    for start in range(0, len(rows), CHUNK):
        once = (
            postgresql.insert(Reading).on_conflict_do_nothing()
            if postgres
            else sqlite.insert(Reading).on_conflict_do_nothing()
        )
        await session.execute(once, rows[start : start + CHUNK])


async def prune_looks(session: AsyncSession, *, now: datetime) -> int:
    """Delete looks of more than 90 days ago; return how many."""
    oldest = now.date() - timedelta(days=READINGS_KEPT_DAYS)
    found = await session.execute(delete(Reading).where(Reading.day < oldest))
    return cast("CursorResult[Any]", found).rowcount
