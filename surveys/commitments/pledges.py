"""What a leader says of their own accord: the pledge on confidences, and notes on mistakes.

Neither is asked for, counted or put on a clock. A pledge names its limits; they are the same everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from sqlalchemy import Select, bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.commitments import texts
from surveys.commitments.leading import leads_themselves, names_around
from surveys.commitments.models import MistakeNote, Pledge, Topic
from surveys.commitments.raising import mistake_key
from surveys.deliveries.pace import changed_rows
from surveys.errors import Forbidden
from surveys.people.models import Leadership, Person
from surveys.texts import one_line, paragraphs

LONGEST_PLEDGE = 600
LONGEST_MISTAKE = 600
NOTE_LASTS = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class PledgeView:
    """A pledge as members read it before they answer."""

    team_id: UUID
    name: str
    words: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note on a mistake: what, and what changes."""

    id: UUID
    person_id: UUID
    name: str
    what: str
    changes: str
    written_at: datetime


async def make_pledge(
    session: AsyncSession, *, team_id: UUID, person_id: UUID, words: str, now: datetime
) -> Pledge:
    """Say what stays private; it replaces the one before.

    Raises:
        Invalid: nothing was written, or too much.
        Forbidden: the person does not lead the team; nobody pledges for somebody else.
        Missing: there is no such team.
    """
    words = paragraphs(words, field="pledge", longest=LONGEST_PLEDGE)
    organisation_id = await leads_themselves(session, team_id, person_id)
    pledge = await session.get(Pledge, team_id)
    if pledge is None:
        pledge = Pledge(
            organisation_id=organisation_id,
            team_id=team_id,
            person_id=person_id,
            words=words,
            made_at=now,
        )
        session.add(pledge)
    elif (pledge.words, pledge.person_id) != (words, person_id):
        pledge.words, pledge.person_id, pledge.made_at = words, person_id, now
    await session.flush()
    return pledge


async def pledge_of(session: AsyncSession, team_id: UUID) -> PledgeView | None:
    """Return the pledge of whoever leads a team today; a former leader's is not shown any more."""
    row = (await session.execute(_pledge(), {"team_id": team_id})).one_or_none()
    return PledgeView(team_id, row.name, row.words, row.made_at) if row is not None else None


@cache
def _pledge() -> Select[str, datetime, str]:
    return (
        select(Pledge.words, Pledge.made_at, Person.name)
        .join(Person, (Person.id == Pledge.person_id) & Person.active)
        .join(
            Leadership,
            (Leadership.team_id == Pledge.team_id) & (Leadership.person_id == Pledge.person_id),
        )
        .where(Pledge.team_id == bindparam("team_id"))
    )


async def note_mistake(
    session: AsyncSession, *, team_id: UUID, person_id: UUID, what: str, changes: str, now: datetime
) -> MistakeNote:
    """Say what one got wrong and what changes. The page then asks the team what would help.

    Raises:
        Invalid: a part is empty or too long, or names somebody of the team.
        Forbidden: the person does not lead the team.
        Missing: there is no such team.
    """
    what = one_line(what, field="what", longest=LONGEST_MISTAKE)
    changes = one_line(changes, field="changes", longest=LONGEST_MISTAKE)
    organisation_id = await leads_themselves(session, team_id, person_id)
    names = await names_around(session, team_id)
    texts.refuse_names(what, names, field="what")
    texts.refuse_names(changes, names, field="changes")
    same = select(MistakeNote).filter_by(team_id=team_id, person_id=person_id, what=what, changes=changes)
    known = (await session.scalars(same)).first()
    if known is not None:
        return known
    note = MistakeNote(
        organisation_id=organisation_id,
        team_id=team_id,
        person_id=person_id,
        what=what,
        changes=changes,
        written_at=now,
    )
    session.add(note)
    await session.flush()
    return note


async def delete_note(session: AsyncSession, note_id: UUID, *, team_id: UUID, person_id: UUID) -> None:
    """Delete one's own note. One that is gone already is no error.

    Raises:
        Forbidden: it is somebody else's.
    """
    note = await session.get(MistakeNote, note_id)
    if note is None or note.team_id != team_id:
        return
    if note.person_id != person_id:
        raise Forbidden("Only whoever wrote this can delete it.")
    await _drop_topics(session, [note.id])
    await session.delete(note)
    await session.flush()


async def notes_of(session: AsyncSession, team_id: UUID, *, now: datetime) -> Sequence[NoteView]:
    """Return the notes of the last 90 days, newest first."""
    found = await session.execute(_notes(), {"team_id": team_id, "since": now - NOTE_LASTS})
    return [
        NoteView(note.id, note.person_id, name, note.what, note.changes, note.written_at)
        for note, name in found
    ]


@cache
def _notes() -> Select[MistakeNote, str]:
    return (
        select(MistakeNote, Person.name)
        .join(Person, Person.id == MistakeNote.person_id)
        .where(MistakeNote.team_id == bindparam("team_id"), MistakeNote.written_at > bindparam("since"))
        .order_by(MistakeNote.written_at.desc())
    )


async def prune_notes(session: AsyncSession, *, now: datetime) -> int:
    """Delete notes older than 90 days; return how many."""
    old = select(MistakeNote.id).where(MistakeNote.written_at <= now - NOTE_LASTS)
    await _drop_topics(session, (await session.scalars(old)).all())
    return await changed_rows(
        session, delete(MistakeNote).where(MistakeNote.written_at <= now - NOTE_LASTS)
    )


async def _drop_topics(session: AsyncSession, note_ids: Sequence[UUID]) -> None:
    """Delete what notes raised and nobody answered: an answer was said to the team and stays."""
    keys = [mistake_key(note_id) for note_id in note_ids]
    await session.execute(delete(Topic).where(Topic.key.in_(keys), Topic.decision.is_(None)))
