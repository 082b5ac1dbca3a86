"""The least number of answers behind a figure of an organisation; once anybody was asked, it only rises."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from surveys.audit.actions import record
from surveys.cadence.drafts import LARGEST_MINIMUM, SMALLEST_MINIMUM
from surveys.errors import Conflict, Invalid
from surveys.people.models import Organisation


async def set_minimum_group(
    session: AsyncSession,
    organisation: Organisation,
    *,
    to: int,
    asked_before: bool,
    now: datetime,
    by: UUID | None = None,
) -> None:
    """Set how many answers a figure of this organisation stands for at least.

    Args:
        session: the edge's.
        organisation: whose minimum it is.
        to: the new minimum; 4 is possible only before the first wave.
        asked_before: whether the organisation ever had a wave. From then on it can only be raised.
        now: aware UTC.
        by: the person of HR; None for the operator's shell.

    Raises:
        Invalid: it is smaller than 4, or larger than any team.
        Conflict: people have answered under a higher minimum already.
    """
    if not SMALLEST_MINIMUM <= to <= LARGEST_MINIMUM:
        raise Invalid(
            "Choose a minimum group between {least} and {most}.",
            field="minimum_group",
            least=SMALLEST_MINIMUM,
            most=LARGEST_MINIMUM,
        )
    if asked_before and to < organisation.minimum_group:
        raise Conflict(
            "People have answered with a minimum group of {minimum}, so it can only be raised.",
            minimum=organisation.minimum_group,
        )
    if to != organisation.minimum_group:
        before, organisation.minimum_group = organisation.minimum_group, to
        await session.flush()
        await record(
            session,
            organisation_id=organisation.id,
            action="organisation.minimum_group_set",
            now=now,
            actor_id=by,
            subject=f"organisation:{organisation.id}",
            details={"from": before, "to": to},
        )
