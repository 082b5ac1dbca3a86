"""What must hold in a retrospective: its phases, limits, names, grouping and deadlines.

Pure: no database, no clock, no cryptography.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from surveys.errors import Conflict, Invalid
from surveys.texts import one_line

ANONYMOUS_FROM = 5  # participants besides those who lead the team; a raised minimum group raises it
LONGEST_CARD = 400
LONGEST_TITLE = 100
LONGEST_GROUP_NAME = 60
LONGEST_STEP = 200
CARDS_A_PEN = 30  # of one pen in one column
CARDS_A_BOARD = 2_000
STEPS_A_BOARD = 20
VOTES_EACH = 3
MOST_DAYS_A_PHASE = 10  # working days
STEP_DAYS = 30  # a step lies at most so far ahead; what takes longer is split
ABSENT_AFTER = timedelta(minutes=1)  # a facilitator not seen for so long can be relieved
HERE_FOR = timedelta(seconds=40)  # how long somebody counts as here after the board last heard of them
LONGEST_CLOCK = 120  # minutes
CARDS_KEPT_FOR = timedelta(days=365)  # after a board was closed; what was agreed stays

Key = TypeVar("Key", bound=Hashable)


class Phase(StrEnum):
    """Where a retrospective stands. It only ever moves forward."""

    LOOK_BACK = "look_back"  # what became of the steps of the last one
    WRITE = "write"  # everybody for themselves; nobody reads anybody's cards
    GROUP = "group"  # all cards at once, mixed
    VOTE = "vote"
    DISCUSS = "discuss"  # topics by votes, and the steps that follow from them
    CLOSED = "closed"


class Pace(StrEnum):
    """All at once with a clock, or each in their own time with a deadline a phase."""

    LIVE = "live"
    OVER_DAYS = "over_days"


class Names(StrEnum):
    """Whether cards can be traced. Decided before anybody writes; afterwards it cannot change."""

    ANONYMOUS = "anonymous"  # enough people take part, and nothing connects a card with anybody
    OPEN = "open"  # no names on cards, but too few people for that to hide anybody
    SHOWN = "shown"  # each card carries its author's name, because the team wanted that


class Template(StrEnum):
    """In which parts a team looks back; which those are stands in `surveys.retrospectives.templates`."""

    THREE_PARTS = "three_parts"
    START_STOP_CONTINUE = "start_stop_continue"
    FOUR_LS = "four_ls"
    SAILBOAT = "sailboat"
    INCIDENT = "incident"  # how it came about, and never whose fault it was


class Column(StrEnum):
    """Every part of every template. A sealed card holds its place in this list: only append to it."""

    WENT_WELL = "went_well"
    TO_IMPROVE = "to_improve"
    NEXT_STEPS = "next_steps"
    THANKS = "thanks"  # names are welcome here; neither grouped nor voted on
    START = "start"
    STOP = "stop"
    CONTINUE = "continue"
    LIKED = "liked"
    LEARNED = "learned"
    LACKED = "lacked"
    LONGED_FOR = "longed_for"
    WIND = "wind"
    ANCHOR = "anchor"
    ROCKS = "rocks"
    ISLAND = "island"
    HAPPENED = "happened"
    MADE_SENSE = "made_sense"
    HELPED = "helped"


@dataclass(frozen=True, slots=True)
class Plan:
    """How a retrospective is going to be held.

    Attributes:
        title: one line, for example the milestone's name.
        pace: all at once, or over days.
        names: what the team wants; see `names_for`.
        days_a_phase: working days a phase lasts, where it goes over days; 1 to 10.
        milestone_id: what it looks back on. The same one starts nothing twice.
        template: in which parts.
    """

    title: str
    pace: Pace = Pace.LIVE
    names: Names = Names.ANONYMOUS
    days_a_phase: int = 1
    milestone_id: UUID | None = None
    template: Template = Template.THREE_PARTS

    def require_possible(self) -> None:
        """Check what can be checked without looking at the team.

        Raises:
            Invalid: no title, or days out of their range.
        """
        one_line(self.title, field="title", longest=LONGEST_TITLE)
        if not 1 <= self.days_a_phase <= MOST_DAYS_A_PHASE:
            raise days_out_of_range()


def days_out_of_range() -> Invalid:
    """Return the refusal of steps that would take no day, or too many."""
    return Invalid(
        "Give the working days for each step as a number from 1 to {most}.",
        field="days",
        most=MOST_DAYS_A_PHASE,
    )


COLUMNS = tuple(Column)
TOPICS = tuple(column for column in COLUMNS if column is not Column.THANKS)
PHASES = tuple(Phase)


def after(phase: Phase) -> Phase:
    """Return the phase that follows; a closed one stays closed."""
    return PHASES[min(PHASES.index(phase) + 1, len(PHASES) - 1)]


def require_phase(phase: Phase, *wanted: Phase) -> None:
    """Refuse what belongs to another phase.

    Raises:
        Conflict: the board has moved on, or has not come that far.
    """
    if phase not in wanted:
        raise Conflict("The board is at another step now. Look at it again; nothing was changed.")


def names_for(wanted: Names, writers: int, minimum_group: int) -> Names:
    """Return what the board can truthfully promise.

    Args:
        wanted: what was asked for.
        writers: how many take part besides those who lead the team.
        minimum_group: the organisation's k; at least five count in any case.
    """
    if wanted is Names.SHOWN:
        return wanted
    return Names.ANONYMOUS if writers >= max(ANONYMOUS_FROM, minimum_group) else Names.OPEN


def card_text(text: str, *, field: str = "text") -> str:
    """Return what a card says, tidied.

    Raises:
        Invalid: nothing, or more than 400 characters.
    """
    return one_line(text, field=field, longest=LONGEST_CARD)


def moved(groups: Mapping[Key, Key | None], card: Key, onto: Key | None, new: Key) -> dict[Key, Key | None]:
    """Return which group each card is in after one card was moved.

    Dropped onto a card that stands alone, the two make the group `new`; onto a grouped card or a
    group, the card joins it; onto nothing, it stands alone again. A group of one is none. Whatever
    was moved before is not asked: the last move counts, for everybody alike.

    Args:
        groups: card → its group, None where it stands alone.
        card: the one that is moved.
        onto: a card, a group, or None.
        new: the name of a group there is not yet.

    Raises:
        Conflict: what it was dropped onto is not there any more.
    """
    after_move = dict(groups)
    if onto == card:
        return after_move
    if onto is None:
        after_move[card] = None
    elif onto in groups:
        joined = groups[onto]
        if joined is None:
            joined = after_move[onto] = new
        after_move[card] = joined
    elif onto in groups.values():
        after_move[card] = onto
    else:
        raise Conflict("That group is not there any more. Look at the board again; nothing was moved.")
    sizes = Counter(group for group in after_move.values() if group is not None)
    return {
        each: group if group is not None and sizes[group] > 1 else None
        for each, group in after_move.items()
    }


def checked_votes(wanted: Mapping[UUID, int], topics: Iterable[UUID], each: int) -> list[UUID]:
    """Return the topics one person votes for, one entry a vote.

    Raises:
        Invalid: more votes than everybody has, or fewer than none.
        Conflict: a topic that is not on the board.
    """
    if any(count < 0 for count in wanted.values()) or sum(wanted.values()) > each:
        raise Invalid(
            "Everybody has {votes} votes here. Take some back first; nothing was changed.",
            field="votes",
            votes=each,
        )
    cast = [topic for topic, count in wanted.items() for _ in range(count)]
    if not set(cast) <= set(topics):
        raise Conflict("One of these topics is not on the board any more. Look at it again.")
    return cast


def by_votes(votes: Mapping[Key, int], order: Sequence[Key]) -> list[Key]:
    """Return topics with the most votes first; equal ones stay in the given order."""
    return sorted(order, key=lambda topic: -votes.get(topic, 0))


def may_take_over(
    facilitator_here_until: datetime | None,
    *,
    has_facilitator: bool,
    leads: bool,
    pace: Pace,
    now: datetime,
) -> bool:
    """Return whether somebody who takes part may lead through the rest.

    Who leads the team may at any time. Anybody may where nobody does it, where the board is over days
    (there is no room in which one would be missed), or when the facilitator has been gone for a minute.
    """
    if leads or not has_facilitator or pace is Pace.OVER_DAYS:
        return True
    return facilitator_here_until is None or facilitator_here_until + ABSENT_AFTER <= now
