"""What can be asked about deliveries. Nothing here says who answered, because no row does."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.deliveries.models import Delivery
from surveys.deliveries.rules import DeliveryState, Kind
from surveys.people.models import Membership, Person
from surveys.people.statements import IS_MEMBER


@dataclass(frozen=True, slots=True)
class Unreached:
    """A person whom a message did not reach, and the team they belong to."""

    id: UUID
    name: str
    team_id: UUID | None


async def unreachable_people(session: AsyncSession) -> list[Unreached]:
    """Return the people whom a message of an open wave could not reach: an address to put right."""
    found = await session.execute(
        # Invitations only: a reminder may have gone to those alone who had not answered.
        select(Person.id, Person.name, Membership.team_id)
        .join(Delivery, Delivery.person_id == Person.id)
        .outerjoin(Membership, IS_MEMBER)
        .where(
            Delivery.state == DeliveryState.UNDELIVERABLE, Delivery.kind == Kind.INVITATION, Person.active
        )
        .distinct()
    )
    return [Unreached(*row) for row in found]
