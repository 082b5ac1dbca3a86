"""What a leader says about leading itself, and what they are offered, as structs for the page of a unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from integrations.language import Translator, mark
from integrations.wording.loop import PLEDGE_LIMITS
from surveys.commitments.absences import Standing
from surveys.commitments.playbooks import PLAYBOOKS, low_or_shifted
from surveys.commitments.pledges import NoteView, PledgeView
from surveys.people.rules import Viewer
from surveys.questions.rules import DIMENSION_NAMES
from surveys.results.published import TeamTrend

PLEDGE_DRAFT = mark(
    "What you tell me in private stays with me. If I have to pass something on, I ask you first and tell "
    "you what I will say. I do not try to find out who answered what."
)
MOST_PLAYBOOKS = 2
A_MOMENT = timedelta(minutes=1)  # before the day on which somebody is back


@dataclass(frozen=True, slots=True)
class NoteCard:
    """A note on a mistake; `mine` where the reader wrote it."""

    id: UUID
    what: str
    changes: str
    line: str
    mine: bool


@dataclass(frozen=True, slots=True)
class PlaybookCard:
    """Something to try for one dimension."""

    title: str
    why: str
    week: str
    later: Sequence[str]


@dataclass(frozen=True, slots=True)
class Leading:
    """Everything of it on one page. `leads` is false for who only acts for a leader."""

    leads: bool
    away: Sequence[str]
    mine_away: bool
    pledge: PledgeView | None
    pledge_line: str
    pledge_draft: str
    limits: str
    notes: Sequence[NoteCard]
    stand_ins: Sequence[tuple[UUID, str]]
    playbooks: Sequence[PlaybookCard]


def leading_view(
    viewer: Viewer,
    trend: TeamTrend,
    language: Translator,
    *,
    acts: bool,
    standing: Sequence[Standing],
    pledge: PledgeView | None,
    notes: Sequence[NoteView],
    stand_ins: Sequence[tuple[UUID, str]],
) -> Leading:
    """Return what a leader says on the page of a unit, and to who leads what they can say there.

    Args:
        acts: whether the reader leads the unit or acts for who does.
        standing: who is away, and who acts for them.
        stand_ins: who can act for this reader.
    """
    return Leading(
        leads=trend.team_id in viewer.leads,
        away=[_away(one, viewer, language) for one in standing],
        mine_away=any(one.person_id == viewer.person_id for one in standing),
        pledge=pledge,
        pledge_line=_pledge_line(pledge, viewer, language) if pledge else "",
        pledge_draft=language.say(PLEDGE_DRAFT),
        limits=language.say(PLEDGE_LIMITS),
        notes=[_note_card(note, viewer, language) for note in notes],
        stand_ins=stand_ins,
        playbooks=_playbooks(trend, language) if acts else (),
    )


def _away(one: Standing, viewer: Viewer, language: Translator) -> str:
    return language.say(
        "{name} is away until the end of {day}; {stand_in} acts meanwhile. Dates and clocks stand still.",
        name=one.name,
        stand_in=one.stand_in,
        day=language.day(one.back_on - A_MOMENT, viewer.zone),
    )


def _pledge_line(pledge: PledgeView, viewer: Viewer, language: Translator) -> str:
    return language.say(
        "{name}, since {day}.", name=pledge.name, day=language.day(pledge.made_at, viewer.zone)
    )


def _note_card(note: NoteView, viewer: Viewer, language: Translator) -> NoteCard:
    line = language.say("{name} on {day}.", name=note.name, day=language.day(note.written_at, viewer.zone))
    return NoteCard(note.id, note.what, note.changes, line, mine=note.person_id == viewer.person_id)


def _playbooks(trend: TeamTrend, language: Translator) -> list[PlaybookCard]:
    return [
        PlaybookCard(
            title=language.gettext(DIMENSION_NAMES[dimension]),
            why=language.gettext(PLAYBOOKS[dimension].why),
            week=language.gettext(PLAYBOOKS[dimension].week),
            later=[language.gettext(each) for each in PLAYBOOKS[dimension].later],
        )
        for dimension in low_or_shifted(trend)[:MOST_PLAYBOOKS]
        if dimension in PLAYBOOKS
    ]
