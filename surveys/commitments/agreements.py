"""The works agreement under which HR may read, by team, how much is late. Without one it may not.

Recording and ending one are in the change log, and members and leaders read on their pages that one is in
force, since when, and where it can be read.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import Select, bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.audit.actions import record
from surveys.commitments.models import LateCount, WorksAgreement
from surveys.errors import Conflict, Missing
from surveys.people.models import Person, Team
from surveys.texts import paragraphs

LONGEST_REFERENCE = 400


@dataclass(frozen=True, slots=True)
class InForce:
    """The agreement that holds now: what it is called or says, who noted it, and when."""

    id: UUID
    reference: str
    recorded_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class LateTeam:
    """How much is late in one team, out of the last 90 days.

    Attributes:
        unshared: pulses whose results wait for more than three working days to be shared.
        promises: that were overdue, late or not done.
        topics: that nobody noted for more than three working days.
    """

    team_id: UUID
    name: str
    unshared: int
    promises: int
    topics: int


async def agreement_of(session: AsyncSession, organisation_id: UUID) -> InForce | None:
    """Return the agreement in force, or None."""
    found = await session.execute(_in_force(), {"organisation_id": organisation_id})
    row = found.one_or_none()
    return None if row is None else InForce(row[0], row[1], row[2], row[3])


@cache
def _in_force() -> Select[UUID, str, str, datetime]:
    return (
        select(WorksAgreement.id, WorksAgreement.reference, Person.name, WorksAgreement.recorded_at)
        .join(Person, Person.id == WorksAgreement.recorded_by)
        .where(
            WorksAgreement.organisation_id == bindparam("organisation_id"),
            WorksAgreement.ended_at.is_(None),
        )
    )


async def record_agreement(
    session: AsyncSession, *, organisation_id: UUID, person_id: UUID, reference: str, now: datetime
) -> InForce:
    """Note that a works agreement allows HR to read late counts by team. Who may do so is for the edge.

    What is counted by team is there with the count of the next day, not at once.

    Raises:
        Invalid: nothing was written, or too much.
        Conflict: another one is in force.
    """
    reference = paragraphs(reference, field="reference", longest=LONGEST_REFERENCE)
    known = await agreement_of(session, organisation_id)
    if known is not None:
        if known.reference == reference:
            return known
        raise Conflict("An agreement is in force already. End it before you note another one.")
    agreement = WorksAgreement(
        organisation_id=organisation_id, recorded_by=person_id, reference=reference, recorded_at=now
    )
    session.add(agreement)
    await session.flush()
    await _note(session, agreement, "works_agreement.recorded", person_id, now=now)
    person = await session.get_one(Person, person_id)
    return InForce(agreement.id, reference, person.name, now)


async def end_agreement(
    session: AsyncSession, *, organisation_id: UUID, person_id: UUID, now: datetime
) -> None:
    """End the agreement in force; what was counted under names is deleted in the same moment.

    Raises:
        Missing: none is in force.
    """
    same = select(WorksAgreement).filter_by(organisation_id=organisation_id, ended_at=None)
    agreement = (await session.scalars(same)).one_or_none()
    if agreement is None:
        raise Missing("No agreement is in force.")
    agreement.ended_at, agreement.ended_by = now, person_id
    await session.execute(delete(LateCount).where(LateCount.organisation_id == organisation_id))
    await _note(session, agreement, "works_agreement.ended", person_id, now=now)


async def late_teams(
    session: AsyncSession, organisation_id: UUID, *, page: int, size: int
) -> tuple[list[LateTeam], bool]:
    """Return a page of teams with something late, by name, and whether more follow.

    Raises:
        Missing: no agreement is in force.
    """
    if await agreement_of(session, organisation_id) is None:
        raise Missing("No works agreement is recorded, so nothing is shown by name.")
    found = await session.execute(
        select(LateCount.team_id, Team.name, LateCount.unshared, LateCount.promises, LateCount.topics)
        .join(Team, Team.id == LateCount.team_id)
        .where(LateCount.organisation_id == organisation_id)
        .order_by(Team.name, Team.id)
        .offset(page * size)
        .limit(size + 1)
    )
    rows = [LateTeam(*row) for row in found]
    return rows[:size], len(rows) > size


async def _note(
    session: AsyncSession, agreement: WorksAgreement, action: str, person_id: UUID, *, now: datetime
) -> None:
    await record(
        session,
        organisation_id=agreement.organisation_id,
        action=action,
        actor_id=person_id,
        now=now,
        subject=f"works_agreement:{agreement.id}",
    )
