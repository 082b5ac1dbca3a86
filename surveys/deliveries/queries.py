"""What can be asked about deliveries. Nothing here says who answered, because no row does."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.deliveries.models import Delivery
from surveys.deliveries.rules import ChannelName, DeliveryState


def channel_for(slack_id: str | None, *, slack: bool) -> ChannelName:
    """Return how to reach a person: Slack when it is configured and knows them, else mail."""
    return ChannelName.SLACK if slack and slack_id else ChannelName.MAIL


async def next_due(session: AsyncSession) -> datetime | None:
    """Return when the next waiting message is due, or None."""
    return await session.scalar(
        select(func.min(Delivery.due_at)).where(Delivery.state == DeliveryState.WAITING)
    )


async def parked(session: AsyncSession) -> dict[str, int]:
    """Return how many messages someone has to look at, by the code of what went wrong."""
    rows = await session.execute(
        select(Delivery.error, func.count())
        .where(Delivery.state == DeliveryState.PARKED)
        .group_by(Delivery.error)
    )
    return {error or "unknown": count for error, count in rows}


async def unreachable_people(session: AsyncSession) -> set[UUID]:
    """Return the people whom a message of an open wave could not reach: an address to put right."""
    found = await session.scalars(
        select(Delivery.person_id).where(Delivery.state == DeliveryState.UNDELIVERABLE).distinct()
    )
    return set(found)
