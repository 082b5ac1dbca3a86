"""The page of one unit, as structs and sentences for its template.

The same figures for leader, member, HR and viewer. What differs between readers is only which controls
stand beside them. Rounding is decided in `wording`, places on a chart in `charts`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from integrations.language import Translator
from service.views import team_notes
from service.views.figure_words import (
    dimension_name,
    is_small,
    participation_sentence,
    say_figure,
)
from service.views.legend import Legend, legend_of
from service.views.loop import LoopPage, loop_page
from service.views.next_step import NextStep, next_step
from service.views.notices import Notice, notices
from service.views.panels import Panel, panels_of
from service.views.statements import Statement
from service.views.summary import caution, summary
from service.views.timeline import (
    dimensions_of,
    latest_figure,
)
from surveys.commitments.loop import LoopState
from surveys.results.published import TeamTrend, WavePoint
from surveys.waves.rosters import Coming
from surveys.zones import local_date


@dataclass(frozen=True, slots=True)
class Above:
    """The newest figures of the unit above, for a unit too small for much of its own."""

    team_id: UUID
    name: str
    wave: str
    figures: Sequence[tuple[str, str]]  # dimension, sentence


@dataclass(frozen=True, slots=True)
class Roster:
    """Who is asked in this unit while a wave is open. Says nothing about who has answered."""

    names: Sequence[str]
    closes_at: datetime
    coming: Sequence[Coming] = ()


@dataclass(frozen=True, slots=True)
class TeamPage:
    """Everything the template of a unit's page needs."""

    team_id: UUID
    name: str
    parent: tuple[UUID, str] | None
    is_leader: bool
    small: bool
    wave_line: str
    participation: str
    level_note: str
    summary: Sequence[str]
    caution: str
    notices: Sequence[Notice]
    panels: Sequence[Panel]
    legend: Legend | None
    above: Above | None
    cards: Sequence[Statement]
    loop: LoopPage
    next_step: NextStep | None
    roster: Roster | None
    computed: Sequence[str] = ()
    promised: Sequence[str] = ()
    receipt: Sequence[tuple[str, str]] = field(default_factory=tuple)
    receipt_href: str = ""


def team_page(
    trend: TeamTrend,
    loop: LoopState,
    language: Translator,
    *,
    zone: str,
    now: datetime,
    is_leader: bool,
    above: TeamTrend | None = None,
    roster: Roster | None = None,
) -> TeamPage:
    """Return the page of one unit.

    Args:
        trend: published figures as this reader may see them.
        loop: where the unit stands in the loop.
        language: the reader's.
        zone: the reader's, for instants.
        now: aware UTC.
        is_leader: whether controls are shown.
        above: the unit above, where the reader may read it.
        roster: who is asked in the wave that is open, where the reader may see the names.
    """
    newest = trend.newest_readable
    panels = panels_of(trend, loop, language, local_date(now, zone))
    loop_view = loop_page(loop, language, zone=zone, is_leader=is_leader)
    small = newest is not None and is_small(newest)
    return TeamPage(
        team_id=trend.team_id,
        name=trend.team_name,
        parent=_parent(trend) if above else None,
        is_leader=is_leader,
        small=small,
        wave_line=_wave_line(newest, language),
        participation=participation_sentence(newest.participation, language) if newest else "",
        level_note=_level_note(trend.parent_name, newest, language),
        summary=summary(newest, loop_view, panels, language),
        caution=caution(trend, language),
        notices=notices(trend, language, zone=zone, now=now, is_leader=is_leader),
        panels=panels,
        legend=legend_of(
            [panel.chart for panel in panels],
            has_bars=any(each.bar for panel in panels for each in panel.statements),
        ),
        above=_above(above, language) if small and above else None,
        cards=_cards(newest, language) if small and newest else (),
        loop=loop_view,
        next_step=next_step(
            trend, loop_view, language, today=local_date(now, zone), is_leader=is_leader, small=small
        ),
        roster=roster,
        computed=[language.say(sentence) for sentence in team_notes.COMPUTED] if newest else (),
        promised=team_notes.promised(newest, language) if newest and newest.rules else (),
        receipt=team_notes.receipt(newest, language, zone) if newest else (),
        receipt_href=f"/teams/{trend.team_id}/receipts/{newest.wave_id}" if newest else "",
    )


def _parent(trend: TeamTrend) -> tuple[UUID, str] | None:
    return (trend.parent_id, trend.parent_name) if trend.parent_id and trend.parent_name else None


def _wave_line(newest: WavePoint | None, language: Translator) -> str:
    if newest is None:
        return ""
    return language.say(
        "Pulse of {day} · {programme}",
        day=language.date(newest.occurrence, year=True),
        programme=newest.programme_name,
    )


def _level_note(parent: str | None, newest: WavePoint | None, language: Translator) -> str:
    if newest is None or not any(figure.carried for figure in newest.dimensions.values()):
        return ""
    if parent is None:
        return language.say("Some answers are counted one level up.")
    return language.say("Some answers are counted one level up, in {unit}.", unit=parent)


def _cards(newest: WavePoint, language: Translator) -> list[Statement]:
    return [
        Statement(language.gettext(item.text), item.reversed)
        for item in newest.items
        if item.dimension in newest.dimensions
    ]


def _above(above: TeamTrend, language: Translator) -> Above | None:
    newest = above.newest_readable
    if newest is None:
        return None
    figures = []
    for dimension in dimensions_of(above):
        latest = latest_figure(above, dimension)
        if latest is not None:
            wave, figure = latest
            said = say_figure(figure, wave.participation.size_class, language)
            figures.append((dimension_name(dimension, wave.items, language), said.sentence))
    return Above(above.team_id, above.team_name, language.date(newest.occurrence, year=True), figures)
