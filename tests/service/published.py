"""A published wave of Payments, with figures as a test wants them."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from surveys.people.models import Team
from surveys.questions.rules import items_of_wave
from surveys.results.models import Figure, Participation
from surveys.waves.models import Wave, WaveState, WaveUnit
from tests.cast import Cast
from tests.loop import RULES, make_programme

CLOSED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday, the day before the tests' noon
TEAM_SEES = CLOSED + timedelta(days=1)


def figure(wave: Wave, team: Team, dimension: str, score: float | None) -> Figure:
    if score is None:
        return Figure(wave_id=wave.id, team_id=team.id, dimension=dimension, shown=False)
    return Figure(
        wave_id=wave.id,
        team_id=team.id,
        dimension=dimension,
        shown=True,
        n=6,
        asked=7,
        score=score,
        low=score - 8,
        high=score + 8,
        range_kind="by_size",
        capped=False,
        carried=False,
    )


async def publish(
    session: AsyncSession,
    cast: Cast,
    scores: dict[str, float | None],
    *,
    number: int = 0,
    closes_at: datetime = CLOSED,
    leaders_read_below: bool = False,
) -> Wave:
    """One published wave of Payments and the units above it, with these figures in Payments."""
    programme = await make_programme(session, cast.organisation)
    rules = RULES.as_json() | {"leaders_read_below": leaders_read_below}
    items = items_of_wave(number, "default")
    wave = Wave(
        organisation_id=cast.organisation.id,
        programme_id=programme.id,
        occurrence=(closes_at - timedelta(days=6)).date(),
        number=number,
        state=WaveState.PUBLISHED,
        opens_at=closes_at - timedelta(days=6),
        closes_at=closes_at,
        items=[
            {"code": one.code, "dimension": one.dimension, "text": one.text, "reversed": one.reversed}
            for one in items
        ],
        rules=rules,
        published_at=closes_at,
        leaders_see_at=closes_at,
        team_sees_at=closes_at + timedelta(days=1),
        key_destroyed_at=closes_at + timedelta(minutes=2),
        receipt={"asked": 24, "answered": 20, "figures_shown": 5, "sha256": "ab" * 32},
    )
    session.add(wave)
    await session.flush()
    for team in (cast.payments, cast.product, cast.company):
        session.add(
            WaveUnit(
                wave_id=wave.id,
                team_id=team.id,
                parent_id=team.parent_id,
                name=team.name,
                asked=7,
                leaders=[],
                loop=[],
            )
        )
        shown = team is not cast.payments or any(score is not None for score in scores.values())
        session.add(
            Participation(
                wave_id=wave.id,
                team_id=team.id,
                shown=shown,
                asked=7 if shown else None,
                band="most" if shown else None,
                size_class="5_7" if shown else None,
            )
        )
        for dimension in ("PSY", "CNF", "FLW"):
            score = scores.get(dimension) if team is cast.payments else 61.0
            session.add(figure(wave, team, dimension, score))
    await session.flush()
    return wave


def address(team: Team) -> str:
    return f"/teams/{team.id}"
