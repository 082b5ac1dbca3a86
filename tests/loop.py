"""What the loop follows: waves that were asked and published, and words of a team, without any answer."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from surveys.cadence.models import Interval, Programme, PulseKind
from surveys.commitments.models import Commitment
from surveys.commitments.promises import promise_key
from surveys.people.models import Organisation, Person, Team
from surveys.results.models import Figure, TeamWord
from surveys.retrospectives.models import ActionStep, Retrospective
from surveys.retrospectives.rules import Names, Pace, Phase
from surveys.waves.models import Wave, WaveState, WaveUnit
from surveys.waves.rules import FrozenRules
from tests.cast import Cast
from tests.conftest import NOON

RULES = FrozenRules(
    minimum_group=5,
    reminders=1,
    remind="everyone",
    head_start_days=1,
    leaders_read_below=False,
    window_hours=72,
    pulse="default",
)


async def make_programme(session: AsyncSession, organisation: Organisation) -> Programme:
    programme = Programme(
        organisation_id=organisation.id,
        name="Pulse",
        audience=[],
        pulse=PulseKind.DEFAULT,
        interval=Interval.WEEKS,
        every=2,
        start_on=date(2026, 1, 6),
        weekday=1,
        local_time=time(10),
        window_hours=72,
        created_at=organisation.created_at,
    )
    session.add(programme)
    await session.flush()
    return programme


async def make_wave(
    session: AsyncSession,
    programme: Programme,
    units: Iterable[Team],
    *,
    closes_at: datetime,
    state: WaveState = WaveState.PUBLISHED,
    team_sees_after: timedelta = timedelta(days=1),
    shown: bool = True,
) -> Wave:
    """A wave of three days; a published one is out for leaders at its close and for teams a day later."""
    published = state is WaveState.PUBLISHED
    wave = Wave(
        organisation_id=programme.organisation_id,
        programme_id=programme.id,
        occurrence=(closes_at - timedelta(days=3)).date(),
        number=0,
        state=state,
        opens_at=closes_at - timedelta(days=3),
        closes_at=closes_at,
        items=[],
        rules=RULES.as_json(),
        published_at=closes_at if published else None,
        leaders_see_at=closes_at if published else None,
        team_sees_at=closes_at + team_sees_after if published else None,
    )
    session.add(wave)
    await session.flush()
    for team in units:
        session.add(
            WaveUnit(
                wave_id=wave.id,
                team_id=team.id,
                parent_id=team.parent_id,
                name=team.name,
                asked=7,
                leaders=[],
                loop=[],
                changed_share=None,
            )
        )
        session.add(Figure(wave_id=wave.id, team_id=team.id, dimension="PSY", shown=published and shown))
    await session.flush()
    return wave


async def say(session: AsyncSession, wave: Wave, team: Team, promise_id: UUID, word: str) -> None:
    """Let a published wave hold a team's word on a promise."""
    session.add(TeamWord(wave_id=wave.id, team_id=team.id, question=promise_key(promise_id), word=word))
    await session.flush()


async def differ(session: AsyncSession, cast: Cast, promise: Commitment, *, times: int = 2) -> None:
    """Let Payments say "not yet" of a promise so many times; after the second both sides differ."""
    programme = await make_programme(session, cast.organisation)
    for number in range(times):
        closes_at = NOON + timedelta(days=10 + 14 * number)
        wave = await make_wave(session, programme, [cast.payments], closes_at=closes_at)
        await say(session, wave, cast.payments, promise.id, "not_yet")


async def step_of(session: AsyncSession, cast: Cast, owner: Person) -> Commitment:
    """A step that somebody of Payments took on in a retrospective."""
    board = Retrospective(
        organisation_id=cast.organisation.id,
        team_id=cast.payments.id,
        title="Release",
        pace=Pace.LIVE,
        names=Names.ANONYMOUS,
        phase=Phase.CLOSED,
        votes_each=3,
        created_at=NOON - timedelta(days=1),
        closed_at=NOON,
    )
    session.add(board)
    await session.flush()
    due = (NOON + timedelta(days=14)).date()
    step = ActionStep(
        retrospective_id=board.id,
        text="A checklist for releases",
        owner_id=owner.id,
        due=due,
        agreed_at=NOON,
    )
    session.add(step)
    await session.flush()
    promise = Commitment(
        organisation_id=cast.organisation.id,
        team_id=cast.payments.id,
        step_id=step.id,
        owner_id=owner.id,
        text=step.text,
        made_at=NOON,
        first_due=due,
        due=due,
    )
    session.add(promise)
    await session.flush()
    return promise
