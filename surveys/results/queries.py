"""What may be asked about published figures. Every page, command and message reads them here.

Numbers leave this module only as they may be said: rounded, and without how many people stand
behind them unless twenty or more were asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, Uuid, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.cadence.models import Programme
from surveys.errors import no_such_team
from surveys.people.queries import with_ancestors
from surveys.people.rules import Directory, TeamNode
from surveys.questions.rules import place_of, waves_in_cycle
from surveys.results.models import Figure, Participation
from surveys.results.published import (
    HIDDEN,
    AskedItem,
    FigureView,
    ParticipationView,
    TeamTrend,
    TrendView,
    WavePoint,
)
from surveys.results.rules.display import said, said_range
from surveys.waves.models import Wave, WaveState, WaveUnit

Stored = Row[*tuple[Any, ...]]
Rows = Select[*tuple[Any, ...]]
ENDED = (WaveState.PUBLISHED, WaveState.LOST)


def figure_view(figure: Figure | Stored, size: str | None) -> FigureView:
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
        trend=trend_view(figure.trend, size) if figure.trend else None,
    )


def trend_view(stored: Mapping[str, Any], size: str | None) -> TrendView:
    """Return what is said of a trend, as `TrendState.as_json` stored it; the running state stays behind."""
    since, baseline, restarted = stored.get("since"), stored.get("baseline"), stored.get("restarted")
    return TrendView(
        word=stored["word"],
        since=date.fromisoformat(since) if since else None,
        baseline=None if baseline is None else said(baseline, size),
        restarted=date.fromisoformat(restarted) if restarted else None,
        reason=stored.get("reason"),
    )


def participation_view(row: Participation | Stored) -> ParticipationView:
    """Return a stored participation as it may be shown."""
    if not row.shown:
        return ParticipationView(shown=False)
    return ParticipationView(
        shown=True, band=row.band, size_class=row.size_class, asked=row.asked, answered=row.answered
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """A unit of which waves are wanted, and as what it is read.

    Attributes:
        as_leader: leaders read from publication on, everybody else when the head start is over.
        waves: how many of the newest; the cost does not grow with what lies further back.
    """

    team_id: UUID
    as_leader: bool
    waves: int = 26


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
        as_leader: see `Wanted`, and there `waves`.
        branch: what `branch_of` said of the unit or of one below it, where it is known already.

    Raises:
        Missing: no such unit.
    """
    teams = branch.teams if branch is not None else await with_ancestors(session, [team_id])
    return (await trends_of(session, [Wanted(team_id, as_leader, waves)], teams, now=now))[0]


async def trends_of(
    session: AsyncSession, wanted: Sequence[Wanted], teams: Mapping[UUID, TeamNode], *, now: datetime
) -> list[TeamTrend]:
    """Return the same of several units, which costs less than one by one.

    Args:
        teams: the units with all above them.

    Raises:
        Missing: one of them is not among `teams`.
    """
    if any(unit.team_id not in teams for unit in wanted):
        raise no_such_team()
    newest = {
        unit.team_id: (
            await session.execute(_newest_waves(), {"team_id": unit.team_id, "waves": unit.waves})
        ).all()
        for unit in wanted
    }
    sizes = {
        (unit.team_id, row.id): row.size_class
        for unit in wanted
        for row in newest[unit.team_id]
        if row.state in ENDED and _seen_at(row, unit.as_leader) <= now
    }
    figures = await _figures(session, sizes) if sizes else {}
    return [
        TeamTrend(
            team_id=team.id,
            team_name=team.name,
            parent_id=team.parent_id,
            parent_name=teams[team.parent_id].name if team.parent_id is not None else None,
            waves=[
                _point(
                    row,
                    figures.get((team.id, row.id), {}),
                    readable=(team.id, row.id) in sizes,
                    as_leader=unit.as_leader,
                )
                for row in reversed(newest[team.id])
            ],
        )
        for unit in wanted
        for team in [teams[unit.team_id]]
    ]


def _seen_at(wave: Wave | Stored, as_leader: bool) -> datetime:  # noqa: FBT001 -- private
    seen: datetime | None = wave.leaders_see_at if as_leader else wave.team_sees_at
    return seen if seen is not None else wave.closes_at


def _point(row: Stored, figures: Mapping[str, FigureView], *, readable: bool, as_leader: bool) -> WavePoint:
    cycle = waves_in_cycle(row.rules["pulse"]) if row.rules else 1
    return WavePoint(
        wave_id=row.id,
        occurrence=row.occurrence,
        programme_name=row.programme,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        state=row.state,
        readable=readable,
        readable_from=_seen_at(row, as_leader) if row.published_at and not readable else None,
        team_sees_at=row.team_sees_at,
        participation=participation_view(row) if readable else ParticipationView(shown=False),
        dimensions={each: figures[each] for each in sorted(figures, key=place_of)},
        items=[AskedItem(**item) for item in row.items] if readable else (),
        cycle=None if row.number is None else row.number // cycle,
        asked_here=row.asked_here,
        changed_share=row.changed_share,
        rules=row.rules,
        receipt=row.receipt,
        key_destroyed_at=row.key_destroyed_at,
    )


async def _figures(
    session: AsyncSession, sizes: Mapping[tuple[UUID, UUID], str | None]
) -> dict[tuple[UUID, UUID], dict[str, FigureView]]:
    """Return the figures of these units and waves; what a reader may not see yet is left behind here."""
    teams, waves = {team_id for team_id, _ in sizes}, {wave_id for _, wave_id in sizes}
    rows = await session.execute(_figures_of(), {"team_ids": list(teams), "wave_ids": list(waves)})
    found: dict[tuple[UUID, UUID], dict[str, FigureView]] = {}
    for row in rows:
        key = row.team_id, row.wave_id
        if key in sizes:
            found.setdefault(key, {})[row.dimension] = figure_view(row, sizes[key])
    return found


@cache  # every page asks these two, and putting them together costs more than asking
def _newest_waves() -> Rows:
    here = bindparam("team_id", type_=Uuid())
    newest = (  # found first and alone, so that only these are put together with the rest
        select(Wave.id)
        .join(WaveUnit, WaveUnit.wave_id == Wave.id)
        .where(WaveUnit.team_id == here, Wave.is_pulse)
        .order_by(Wave.opens_at.desc(), Wave.id)
        .limit(bindparam("waves"))
        .subquery()
    )
    return (
        select(
            Wave.id,
            Wave.occurrence,
            Programme.name.label("programme"),
            Wave.opens_at,
            Wave.closes_at,
            Wave.state,
            Wave.number,
            Wave.items,
            Wave.rules,
            Wave.leaders_see_at,
            Wave.team_sees_at,
            Wave.published_at,
            Wave.key_destroyed_at,
            Wave.receipt,
            WaveUnit.asked.label("asked_here"),
            WaveUnit.changed_share,
            Participation.shown,
            Participation.band,
            Participation.size_class,
            Participation.asked,
            Participation.answered,
        )
        .join(newest, newest.c.id == Wave.id)
        .join(WaveUnit, (WaveUnit.wave_id == Wave.id) & (WaveUnit.team_id == here))
        .join(Programme, Programme.id == Wave.programme_id)
        .outerjoin(Participation, (Participation.wave_id == Wave.id) & (Participation.team_id == here))
        .order_by(Wave.opens_at.desc(), Wave.id)
    )


@cache
def _figures_of() -> Rows:
    return select(
        Figure.wave_id,
        Figure.team_id,
        Figure.dimension,
        Figure.shown,
        Figure.n,
        Figure.asked,
        Figure.score,
        Figure.low,
        Figure.high,
        Figure.range_kind,
        Figure.capped,
        Figure.carried,
        Figure.bars,
        Figure.item_words,
        Figure.agreement,
        Figure.trend,
    ).where(
        Figure.team_id.in_(bindparam("team_ids", expanding=True)),
        Figure.wave_id.in_(bindparam("wave_ids", expanding=True)),
    )
