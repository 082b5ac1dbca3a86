"""What may be asked about published figures. Every page, command and message reads them here.

Numbers leave this module only as they may be said: rounded, and without how many people stand
behind them unless twenty or more were asked.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.cadence.models import Programme
from surveys.errors import Missing
from surveys.people.queries import with_ancestors
from surveys.people.rules import Directory
from surveys.questions.rules import waves_in_cycle
from surveys.results.models import Figure, Participation, TeamWord
from surveys.results.published import (
    HIDDEN,
    AskedItem,
    FigureView,
    LoopWord,
    ParticipationView,
    TeamTrend,
    TrendView,
    WavePoint,
)
from surveys.results.rules.display import said, said_range
from surveys.results.rules.trend import TrendState
from surveys.waves.models import Wave, WaveState, WaveUnit

SILENT_WAVES = 8  # after so many waves without a figure a baseline begins anew
ENDED = (WaveState.PUBLISHED, WaveState.LOST)


def figure_view(figure: Figure, size: str | None) -> FigureView:
    """Return a stored figure as it may be shown on a sheet of this size class."""
    if not figure.shown:
        return HIDDEN
    if figure.score is None or figure.n is None or figure.asked is None:
        return FigureView(shown=True)  # very low: words only
    low, high = figure.low, figure.high
    if low is not None and high is not None:
        low, high = said_range(low, high, size)
    return FigureView(
        shown=True,
        score=figure.score if figure.capped else said(figure.score, size),
        low=low,
        high=high,
        range_kind=figure.range_kind,
        capped=figure.capped,
        carried=figure.carried,
        bars=figure.bars,
        item_words=figure.item_words,
        agreement=figure.agreement,
        trend=trend_view(TrendState.of(figure.trend), size) if figure.trend else None,
    )


def trend_view(state: TrendState, size: str | None) -> TrendView:
    """Return what is said of a trend; the running state itself stays behind."""
    return TrendView(
        word=state.word,
        since=date.fromisoformat(state.since) if state.since else None,
        baseline=None if state.baseline is None else said(state.baseline, size),
        restarted=date.fromisoformat(state.restarted) if state.restarted else None,
        reason=state.reason,
    )


def participation_view(row: Participation) -> ParticipationView:
    """Return a stored participation as it may be shown."""
    if not row.shown:
        return ParticipationView(shown=False)
    return ParticipationView(
        shown=True, band=row.band, size_class=row.size_class, asked=row.asked, answered=row.answered
    )


async def trend_of(
    session: AsyncSession,
    team_id: UUID,
    *,
    now: datetime,
    as_leader: bool,
    waves: int = 26,
    branch: Directory | None = None,
) -> TeamTrend:
    """Return a unit and its newest waves, oldest first, as one kind of reader may see them at `now`.

    Args:
        as_leader: leaders read from publication on, everybody else when the head start is over.
        waves: how many of the newest; the cost does not grow with what lies further back.
        branch: what `branch_of` said of the unit or of one below it, where it is known already.

    Raises:
        Missing: no such unit.
    """
    teams = branch.teams if branch is not None else await with_ancestors(session, [team_id])
    team = teams.get(team_id)
    if team is None:
        raise Missing("There is no such team.")
    found = await session.execute(
        select(Wave, WaveUnit, Programme.name)
        .join(WaveUnit, WaveUnit.wave_id == Wave.id)
        .join(Programme, Programme.id == Wave.programme_id)
        .where(WaveUnit.team_id == team_id, Wave.is_pulse)
        .order_by(Wave.opens_at.desc(), Wave.id)
        .limit(waves)
    )
    newest = [(wave, unit, name) for wave, unit, name in found]
    readable = [
        wave.id for wave, _, _ in newest if wave.state in ENDED and _seen_at(wave, as_leader) <= now
    ]
    took_part = await _participation(session, readable, team_id) if readable else {}
    sizes = {wave_id: view.size_class for wave_id, view in took_part.items()}
    figures = await _figures(session, readable, team_id, sizes) if readable else {}
    words = await _words(session, readable, team_id) if readable else {}
    points = [
        _point(
            wave,
            unit,
            name,
            wave.id in readable,
            as_leader,
            figures.get(wave.id, {}),
            took_part.get(wave.id, ParticipationView(shown=False)),
            words.get(wave.id, ()),
        )
        for wave, unit, name in reversed(newest)
    ]
    return TeamTrend(
        team_id=team.id,
        team_name=team.name,
        parent_id=team.parent_id,
        parent_name=teams[team.parent_id].name if team.parent_id is not None else None,
        waves=points,
    )


def _seen_at(wave: Wave, as_leader: bool) -> datetime:  # noqa: FBT001 -- private
    seen = wave.leaders_see_at if as_leader else wave.team_sees_at
    return seen if seen is not None else wave.closes_at


def _point(
    wave: Wave,
    unit: WaveUnit,
    name: str,
    readable: bool,  # noqa: FBT001 -- private
    as_leader: bool,  # noqa: FBT001 -- private
    figures: Mapping[str, FigureView],
    took_part: ParticipationView,
    words: Sequence[LoopWord],
) -> WavePoint:
    cycle = waves_in_cycle(wave.rules["pulse"]) if wave.rules else 1
    return WavePoint(
        wave_id=wave.id,
        occurrence=wave.occurrence,
        programme_name=name,
        opens_at=wave.opens_at,
        closes_at=wave.closes_at,
        state=wave.state,
        readable=readable,
        readable_from=_seen_at(wave, as_leader) if wave.published_at and not readable else None,
        team_sees_at=wave.team_sees_at,
        participation=took_part,
        dimensions=figures,
        items=[AskedItem(**item) for item in wave.items] if readable else (),
        cycle=None if wave.number is None else wave.number // cycle,
        asked_here=unit.asked,
        changed_share=unit.changed_share,
        loop_words=words,
        rules=wave.rules,
        receipt=wave.receipt,
        key_destroyed_at=wave.key_destroyed_at,
    )


async def _figures(
    session: AsyncSession, wave_ids: Sequence[UUID], team_id: UUID, sizes: Mapping[UUID, str | None]
) -> dict[UUID, dict[str, FigureView]]:
    rows = await session.scalars(
        select(Figure).where(Figure.team_id == team_id, Figure.wave_id.in_(wave_ids))
    )
    found: dict[UUID, dict[str, FigureView]] = {}
    for figure in rows:
        found.setdefault(figure.wave_id, {})[figure.dimension] = figure_view(
            figure, sizes.get(figure.wave_id)
        )
    return found


async def _participation(
    session: AsyncSession, wave_ids: Sequence[UUID], team_id: UUID
) -> dict[UUID, ParticipationView]:
    rows = await session.scalars(
        select(Participation).where(Participation.team_id == team_id, Participation.wave_id.in_(wave_ids))
    )
    return {row.wave_id: participation_view(row) for row in rows}


async def _words(
    session: AsyncSession, wave_ids: Sequence[UUID], team_id: UUID
) -> dict[UUID, list[LoopWord]]:
    rows = await session.scalars(
        select(TeamWord).where(TeamWord.team_id == team_id, TeamWord.wave_id.in_(wave_ids))
    )
    found: dict[UUID, list[LoopWord]] = {}
    for row in rows:
        code, _, commitment = row.question.partition(":")
        found.setdefault(row.wave_id, []).append(
            LoopWord(code, row.word, UUID(commitment) if commitment else None)
        )
    return found


async def trend_states(
    session: AsyncSession, programme_id: UUID, dimensions: Iterable[str]
) -> dict[tuple[UUID, str], TrendState]:
    """Return the trend rule's state of every unit as last frozen, within the newest waves."""
    newest = (
        await session.scalars(
            select(Wave.id)
            .where(Wave.programme_id == programme_id, Wave.state == WaveState.PUBLISHED, Wave.is_pulse)
            .order_by(Wave.opens_at.desc())
            .limit(SILENT_WAVES)
        )
    ).all()
    found: dict[tuple[UUID, str], TrendState] = {}
    for wave_id in newest:
        rows = await session.execute(
            select(Figure.team_id, Figure.dimension, Figure.trend).where(
                Figure.wave_id == wave_id,
                Figure.dimension.in_(list(dimensions)),
                Figure.shown,
            )
        )
        for team_id, dimension, trend in rows:
            if trend is not None and (team_id, dimension) not in found:
                found[team_id, dimension] = TrendState.of(trend)
    return found
