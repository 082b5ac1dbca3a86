"""What a board's page is made of: which words belong to which step. Who may do what is not decided here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from integrations.language import Translator, mark
from integrations.wording.retro import HINTS, LEADS, PARTS, PROMISE, STEPS
from surveys.commitments.loop import PromiseView
from surveys.milestones.issues import IssueView
from surveys.people.rules import Viewer
from surveys.retrospectives.queries import Board, Listed, ShownCard, Topic
from surveys.retrospectives.rules import (
    CARDS_A_PEN,
    LONGEST_CARD,
    STEP_DAYS,
    TOPICS,
    Column,
    Names,
    Pace,
    Phase,
)
from surveys.retrospectives.templates import parts_of

NEXT = {
    Phase.LOOK_BACK: (
        mark("Begin to write"),
        mark("Whether cards carry names is settled with this press."),
    ),
    Phase.WRITE: (mark("Show all cards"), mark("Everybody who takes part reads them at once, mixed.")),
    Phase.GROUP: (mark("Begin to vote"), mark("After that nothing is moved any more.")),
    Phase.VOTE: (
        mark("Count the votes"),
        mark("Everybody sees how many votes a topic has; nobody sees whose."),
    ),
    Phase.DISCUSS: (
        mark("Close the retrospective"),
        mark(
            "The summary stays for whoever can read this board. Nothing is posted anywhere by this press."
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class OwnPart:
    """What only this reader sees.

    Attributes:
        takes_part: whether they are one of those whose board it is.
        facilitates: whether they lead through it.
        cards: their unrevealed cards, by part and number.
        votes: their own votes, by topic.
        lost: whether the key of this step is lost.
        moving: the card they are about to move, on a page without scripts.
        until: until when they have for the present step of a board over days: their own morning.
        may_post: whether they can have the summary posted to a channel.
        became: what became of that, if somebody did.
        meanwhile: what was finished and not looked back on yet.
        unsaid: promises to speak of aloud, because too few answered twice.
        issues: the issues that steps of the board became, by promise.
        can_open_issues: whether the team has a project in which issues can be made.
    """

    takes_part: bool
    facilitates: bool
    cards: Mapping[tuple[Column, int], str]
    votes: Mapping[UUID, int]
    lost: bool
    moving: str
    until: datetime | None = None
    may_post: bool = False
    became: str = ""
    meanwhile: Sequence[str] = ()
    unsaid: Sequence[PromiseView] = ()
    issues: Mapping[UUID, IssueView] = field(default_factory=dict)
    can_open_issues: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One column with what is in it."""

    code: str
    title: str
    hint: str
    topics: Sequence[Topic]
    cards: Sequence[ShownCard]
    own: Sequence[tuple[int, str]]
    full: bool


@dataclass(frozen=True, slots=True)
class Track:
    """One step of the way: `position` is done, now or later."""

    label: str
    position: str


@dataclass(frozen=True, slots=True)
class BoardPage:
    """A board as one reader sees it."""

    state: Board
    lead: str
    promise: str
    names_can_go: bool
    track: Sequence[Track]
    next_label: str
    next_words: str
    parts: Sequence[Part]
    topics: Sequence[Topic]
    may_take_over: bool
    promises: Sequence[PromiseView]
    my_promises: frozenset[UUID]
    people: Sequence[tuple[UUID, str]]
    first_day: str
    last_day: str
    usual_day: str
    longest: int
    late: bool
    live: bool
    repair_here: bool  # whether the reader can read the team's repair plan today; a group has none


def board_page(
    state: Board,
    mine: OwnPart,
    promises: Sequence[PromiseView],
    viewer: Viewer,
    language: Translator,
    *,
    now: datetime,
) -> BoardPage:
    """Return the page of a board for one reader."""
    label, words = NEXT.get(state.phase, ("", ""))
    leads = viewer.leads_there(state.team_id)
    return BoardPage(
        state=state,
        lead=language.say(LEADS[state.phase]),
        promise=language.say(PROMISE[state.names]),
        names_can_go=state.names is Names.SHOWN and state.phase is Phase.LOOK_BACK,
        track=[
            Track(language.say(STEPS[phase]), _position(phase, state.phase))
            for phase in STEPS
            if phase is not Phase.CLOSED
        ],
        next_label=language.say(label) if label else "",
        next_words=language.say(words) if words else "",
        parts=[_part(column, state, mine, language) for column in parts_of(state.template)],
        topics=state.topics,
        may_take_over=mine.takes_part and not mine.facilitates and (leads or state.can_take_over),
        promises=promises,
        my_promises=frozenset(one.id for one in promises if one.owner_id == viewer.person_id or leads),
        people=[(one.id, one.name) for one in state.people],
        first_day=now.date().isoformat(),
        last_day=(now.date() + timedelta(days=STEP_DAYS)).isoformat(),
        usual_day=(now.date() + timedelta(days=14)).isoformat(),
        longest=LONGEST_CARD,
        late=state.phase_ends_at is not None and state.phase_ends_at <= now,
        live=state.pace is Pace.LIVE,
        repair_here=viewer.belongs_to(state.team_id) and not state.in_group,
    )


def retro_list(listed: Sequence[Listed]) -> Sequence[Listed]:
    """Return a team's retrospectives, an open one first."""
    return sorted(listed, key=lambda one: one.closed_at is not None)


def _position(phase: Phase, now: Phase) -> str:
    order = list(Phase)
    if phase is now:
        return "now"
    return "done" if order.index(phase) < order.index(now) else "later"


def _part(column: Column, state: Board, mine: OwnPart, language: Translator) -> Part:
    own = [(number, text) for (part, number), text in mine.cards.items() if part is column]
    return Part(
        code=column.value,
        title=language.say(PARTS[column]),
        hint=language.say(HINTS[column]),
        topics=[topic for topic in state.topics if topic.part == column],
        cards=() if column in TOPICS else state.thanks,
        own=own,
        full=len(own) >= CARDS_A_PEN,
    )
