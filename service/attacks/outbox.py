"""Who was sent what: a reminder only for those who had not answered would name all who had."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.attacks.attempts import Attempt, judged
from surveys.deliveries.models import Delivery
from surveys.deliveries.rules import DeliveryState, Kind
from surveys.waves.models import Place, Wave, WaveState

ByMail = ":mail"  # a message that Slack could not deliver has a second row
Group = tuple[UUID, str, datetime]


async def attacks(session: AsyncSession) -> list[Attempt]:
    """Return what the outbox of open waves says about who has answered."""
    rosters: dict[Group, set[UUID]] = defaultdict(set)
    of_place: dict[UUID, Group] = {}
    places = await session.execute(
        select(Place.id, Place.wave_id, Place.zone, Place.asks_at)
        .join(Wave, Wave.id == Place.wave_id)
        .where(Wave.state == WaveState.OPEN, Place.skipped.is_(False))
    )
    for place, wave, zone, asks_at in places:
        rosters[wave, zone, asks_at].add(place)
        of_place[place] = (wave, zone, asks_at)
    reminded: dict[tuple[Group, datetime], set[UUID]] = defaultdict(set)
    told_apart = 0
    rows = await session.execute(
        select(Delivery.place_id, Delivery.due_at, Delivery.key, Delivery.state, Delivery.receipt).where(
            Delivery.kind == Kind.REMINDER
        )
    )
    for place, due_at, key, state, receipt in rows:
        told_apart += receipt is not None and state is DeliveryState.SENT
        if place in of_place and not key.endswith(ByMail):
            reminded[of_place[place], due_at].add(place)
    return [
        judged(
            "reminders",
            missing_reminders(rosters, reminded.items()) + told_apart,
            clean="Reminders are planned for everybody alike, whoever has answered.",
            leak="Reminders are there for some of a roster only, or differ: the others have answered.",
        )
    ]


def missing_reminders(
    rosters: dict[Group, set[UUID]], reminded: Iterable[tuple[tuple[Group, datetime], set[UUID]]]
) -> int:
    """Return how many places lack a reminder that others asked at the same instant have."""
    return sum(len(rosters[group] - places) for (group, _), places in reminded)
