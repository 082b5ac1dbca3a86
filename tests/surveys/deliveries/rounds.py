"""One open wave with a small roster, made directly: opening a wave is tested where it lives."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from surveys.cadence.models import Interval, Programme, PulseKind
from surveys.people.models import Organisation, Person, Team
from surveys.waves.models import Place, Wave, WaveState
from surveys.waves.rules import FrozenRules

TUESDAY = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
RULES = FrozenRules(
    minimum_group=5,
    reminders=2,
    remind="everyone",
    head_start_days=1,
    leaders_read_below=False,
    window_hours=96,
    pulse="default",
)


@dataclass
class Round:
    organisation: Organisation
    team: Team
    wave: Wave
    people: list[Person]
    places: list[Place]


MakeRound = Callable[..., Awaitable[Round]]


async def make_round(session: AsyncSession, *, people: int = 3, **changes: object) -> Round:
    organisation = Organisation(name="Thornbury", zone="Europe/Berlin", created_at=TUESDAY)
    session.add(organisation)
    await session.flush()
    team = Team(organisation_id=organisation.id, name="Harbour")
    programme = Programme(
        organisation_id=organisation.id, name="Pulse", audience=[], pulse=PulseKind.DEFAULT,
        interval=Interval.WEEKS, every=2, start_on=date(2026, 3, 3), weekday=1, local_time=time(10),
        window_hours=96, created_at=TUESDAY,
    )  # fmt: skip
    somebody = [
        Person(
            organisation_id=organisation.id, email=f"p{number}@example.org", name=f"P {number}",
            zone="Europe/Berlin", locale="en", slack_id=f"U{number}" if number else None,
        )
        for number in range(people)
    ]  # fmt: skip
    session.add_all([team, programme, *somebody])
    await session.flush()
    wave = Wave(
        organisation_id=organisation.id, programme_id=programme.id, occurrence=date(2026, 3, 3), number=0,
        state=WaveState.OPEN, opens_at=TUESDAY, closes_at=TUESDAY + timedelta(hours=96), items=[],
        rules=RULES.as_json() | changes,
    )  # fmt: skip
    session.add(wave)
    await session.flush()
    places = [
        Place(wave_id=wave.id, person_id=person.id, team_id=team.id, zone="Europe/Berlin", asks_at=TUESDAY)
        for person in somebody
    ]
    session.add_all(places)
    await session.flush()
    return Round(organisation, team, wave, somebody, places)
