"""At which hour somebody hears of something that is late, or that they put off. Pure."""

from datetime import UTC, datetime, time, timedelta

from surveys.deliveries.rules import DAY_ENDS, DAY_STARTS, QUIET_BEFORE_CLOSE, SATURDAY, Snooze
from surveys.zones import time_zone

LATE = timedelta(hours=1)  # what could not go out for so long goes by day only
A_WEEKEND = timedelta(hours=72)  # as long as a clock stands that runs on working days only
APART = timedelta(hours=2)  # between something that asks and news, for the same reader
LATER_TODAY = timedelta(hours=3)
NIGHT, MORNING = 22, 7  # local hours


def when_late(due_at: datetime, closes_at: datetime, zone: str, *, now: datetime) -> datetime | None:
    """Return when a reminder goes out that could not go when it was due; None when that is too late.

    By day, from 9 to 18 o'clock of the zone, and on a Saturday or Sunday only if it was due on one.

    Args:
        due_at: when it should have gone, before `now`.
        closes_at: when the wave closes.
        zone: IANA name of the person's zone.
        now: aware UTC; returned where the reminder may go at once.
    """
    at = by_day(now, zone, weekends=_on_weekend(due_at, zone))
    return at if at <= closes_at - QUIET_BEFORE_CLOSE else None


def when_asked_late(closes_at: datetime, zone: str, *, again: bool, now: datetime) -> datetime:
    """Return when somebody is asked who could not be asked when it was due; unlike a reminder, in any case.

    At once, as late as the outage forces; from 22 to 7 o'clock of the zone it waits until nine, as long as
    four hours are left then. Where the clock may not be there at nine either it waits only while three days
    are left: nobody is to be left out.

    Args:
        closes_at: when the wave closes.
        zone: IANA name of the person's zone.
        again: whether the clock missed such an hour before, or promises nothing about the next.
        now: aware UTC; returned where it may go at once.
    """
    if MORNING <= now.astimezone(time_zone(zone)).hour < NIGHT:
        return now
    at = by_day(now, zone, weekends=True)
    return at if at <= closes_at - (A_WEEKEND if again else QUIET_BEFORE_CLOSE) else now


def when_told_late(zone: str, *, missed: int, now: datetime) -> datetime:
    """Return when somebody hears late of what is about no open sheet.

    From 9 to 18 o'clock on a working day. Where the clock was not there at such an hour, at once, but from
    22 to 7 o'clock at seven; and where it missed that as well, now: there may be no better hour.

    Args:
        zone: IANA name of the person's zone.
        missed: how often it was put off to an hour that the clock missed.
        now: aware UTC; returned where it may go at once.
    """
    if not missed:
        return by_day(now, zone, weekends=False)
    here = now.astimezone(time_zone(zone))
    if missed > 1 or MORNING <= here.hour < NIGHT:
        return now
    day = here.date() + timedelta(days=here.hour >= NIGHT)
    return datetime.combine(day, time(MORNING), here.tzinfo).astimezone(UTC)


def by_day(now: datetime, zone: str, *, weekends: bool) -> datetime:
    """Return `now` where it is from 9 to 18 o'clock in a zone, else the next nine o'clock there, in UTC."""
    local = time_zone(zone)
    at = now.astimezone(local)
    if at.hour >= DAY_ENDS:
        at = datetime.combine(at.date() + timedelta(days=1), time(DAY_STARTS), local)
    elif at.hour < DAY_STARTS:
        at = datetime.combine(at.date(), time(DAY_STARTS), local)
    while at.weekday() >= SATURDAY and not weekends:
        at = datetime.combine(at.date() + timedelta(days=1), time(DAY_STARTS), local)
    return at.astimezone(UTC)


def _on_weekend(instant: datetime, zone: str) -> bool:
    return instant.astimezone(time_zone(zone)).weekday() >= SATURDAY


def snoozed_until(how: Snooze, zone: str, *, now: datetime) -> datetime:
    """Return when a person who puts a pulse off wants to hear of it again.

    Who presses "later today" in the evening hears of it in the morning, and not in the night.
    """
    local = time_zone(zone)
    if how is Snooze.LATER_TODAY:
        later = now + LATER_TODAY
        return (
            later
            if DAY_STARTS <= later.astimezone(local).hour < NIGHT
            else by_day(later, zone, weekends=True)
        )
    here = now.astimezone(local)
    return datetime.combine(here.date() + timedelta(days=1), here.time(), local).astimezone(UTC)
