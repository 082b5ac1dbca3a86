"""What a leader can try, a dimension at a time. The sentences are data: `playbooks.toml`."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from types import MappingProxyType

from surveys.results.published import FigureView, TeamTrend

__all__ = ["AGREED", "DIVIDED", "PLAYBOOKS", "Playbook", "Step", "level", "low_or_shifted"]

AGREED, DIVIDED = 75, 50  # scores: most people agree; more agree than not
ROUGHLY = 5  # points; a word here says less than the figure on the page does
A_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Playbook:
    """Something to try: why, one thing for this week, and more for later. English, not yet translated.

    `say` is the thing of this week as the leader might say it to the team.
    """

    dimension: str
    why: str
    week: str
    say: str
    later: Sequence[str]


def _read() -> Mapping[str, Playbook]:
    source = tomllib.loads(files("surveys.commitments").joinpath("playbooks.toml").read_text("utf-8"))
    return MappingProxyType(
        {
            dimension: Playbook(dimension, each["why"], each["week"], each["say"], tuple(each["later"]))
            for dimension, each in source.items()
        }
    )


PLAYBOOKS: Mapping[str, Playbook] = _read()


@dataclass(frozen=True, slots=True)
class Step:
    """The one thing to try in a week about one dimension. English, not yet translated.

    `has_fallen` is whether the dimension has shifted down; otherwise it lies low.
    """

    dimension: str
    text: str
    say: str
    has_fallen: bool


def level(figure: FigureView) -> float:
    """Return about where a figure lies, to five points, for words that say less than the figure does."""
    return 0.0 if figure.score is None else ROUGHLY * round(figure.score / ROUGHLY)


def low_or_shifted(trend: TeamTrend) -> list[str]:
    """Return the dimensions for which a leader is offered something to try, the most pressing first."""
    newest = trend.newest_readable
    if newest is None:
        return []
    shown = [(name, figure) for name, figure in newest.dimensions.items() if figure.shown]
    down = [name for name, figure in shown if _has_fallen(figure)]
    low = [name for name, figure in shown if level(figure) < DIVIDED and name not in down]
    return [name for name in (*down, *low) if name in PLAYBOOKS]


def step_to_try(trend: TeamTrend, *, today: date) -> Step | None:
    """Return the one thing to try this week where a dimension is low or has shifted down, else None.

    Each week after the pulse brings the next thing of the same playbook; after the last there is none
    until the next results, so that nobody reads the same twice.
    """
    newest = trend.newest_readable
    # Of a very low figure the page says: talk to someone before you talk to the team. A step would hurry.
    offered = [one for one in low_or_shifted(trend) if newest and newest.dimensions[one].score is not None]
    if newest is None or not offered:
        return None
    book = PLAYBOOKS[offered[0]]
    begun = newest.readable_from or newest.closes_at
    weeks = max(today - begun.date(), timedelta()) // A_WEEK
    steps = (book.week, *book.later)
    if weeks >= len(steps):
        return None
    return Step(book.dimension, steps[weeks], book.say, _has_fallen(newest.dimensions[book.dimension]))


def _has_fallen(figure: FigureView) -> bool:
    return figure.trend is not None and figure.trend.word == "shifted_down"
