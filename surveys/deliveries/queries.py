"""What can be asked about deliveries. Nothing here says who answered, because no row does."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.deliveries.models import Delivery
from surveys.deliveries.rules import DeliveryState, Kind


async def unreachable_people(session: AsyncSession) -> set[UUID]:
    """Return the people whom a message of an open wave could not reach: an address to put right."""
    found = await session.scalars(
        # Invitations only: a reminder may have gone to those alone who had not answered.
        select(Delivery.person_id)
        .where(Delivery.state == DeliveryState.UNDELIVERABLE, Delivery.kind == Kind.INVITATION)
        .distinct()
    )
    return set(found)
