"""Somebody moves to another zone while a wave is open: nobody is asked twice or left out."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.deliveries.actions import invite_roster
from surveys.deliveries.models import Delivery, Kind
from surveys.deliveries.moves import move_reminders
from tests.surveys.deliveries.rounds import TUESDAY, MakeRound, Round

TOKYO, BERLIN = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin")


async def due_of(session: AsyncSession, made: Round, kind: Kind) -> list[datetime]:
    mine = select(Delivery.due_at).where(Delivery.place_id == made.places[1].id, Delivery.kind == kind)
    return list(await session.scalars(mine.order_by(Delivery.due_at)))


async def test_reminders_keep_their_day_and_hour_on_the_new_clock_and_the_invitation_stays(
    session: AsyncSession, make_round: MakeRound
) -> None:
    made = await make_round(session)
    await invite_roster(session, made.wave, now=TUESDAY)
    before = await due_of(session, made, Kind.REMINDER)
    person = made.people[1]

    person.zone = "Asia/Tokyo"
    assert await move_reminders(session, [person.id], now=TUESDAY) == 2
    assert await move_reminders(session, [person.id], now=TUESDAY) == 0, "again changes nothing"

    after = await due_of(session, made, Kind.REMINDER)
    hours = [(at.astimezone(BERLIN).date(), at.astimezone(BERLIN).hour) for at in before]
    assert [(at.astimezone(TOKYO).date(), at.astimezone(TOKYO).hour) for at in after] == hours
    assert await due_of(session, made, Kind.INVITATION) == [TUESDAY]
    person.zone = "Europe/Berlin"
    await move_reminders(session, [person.id], now=TUESDAY)
    assert await due_of(session, made, Kind.REMINDER) == before


async def test_a_reminder_that_would_fall_into_the_past_stays_where_it_was(
    session: AsyncSession, make_round: MakeRound
) -> None:
    made = await make_round(session)
    await invite_roster(session, made.wave, now=TUESDAY)
    before = await due_of(session, made, Kind.REMINDER)
    made.people[1].zone = "Asia/Tokyo"

    await move_reminders(session, [made.people[1].id], now=before[-1] - timedelta(minutes=1))

    assert await due_of(session, made, Kind.REMINDER) == before
