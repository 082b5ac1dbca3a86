"""Promises as they are read: with their moves and the team's words."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.commitments import rules
from surveys.commitments.absences import Away, spans_away
from surveys.commitments.clocks import Span, end_of_day
from surveys.commitments.loop import MoveView, PromiseView, SaidAloud
from surveys.commitments.models import CheckIn, Commitment, CommitmentState, Replan, StepLook
from surveys.commitments.rules import Dates, Status
from surveys.people.belonging import leads_there
from surveys.people.models import Person
from surveys.results.models import TeamWord
from surveys.results.rules.loop_words import NOT_YET
from surveys.waves.models import Wave

PROMISE = "LOOP-03"
LOOK_BACK = timedelta(days=90)  # for rates and for HR
SHOWN_FOR = timedelta(days=365)  # how long a promise that came to an end stays on the page
CHUNK = 500  # keys a statement
Found = Select[Commitment, str, bool]


@dataclass(frozen=True, slots=True)
class SaidWord:
    """One word of the team on one promise, and when who could read it."""

    commitment_id: UUID
    word: str
    leaders_see_at: datetime | None
    team_sees_at: datetime | None


async def steps_owned_by(session: AsyncSession, person_id: UUID) -> list[Commitment]:
    """Return the open steps of retrospectives that somebody took on, by date."""
    found = await session.scalars(
        select(Commitment)
        .where(
            Commitment.owner_id == person_id,
            Commitment.step_id.is_not(None),
            Commitment.state == CommitmentState.OPEN,
        )
        .order_by(Commitment.due, Commitment.id)
    )
    return list(found)


def promise_key(commitment_id: UUID) -> str:
    """Return the key of the question whether a promise was kept, in ballots and results."""
    return f"{PROMISE}:{commitment_id}"


async def words_on(session: AsyncSession, commitment_ids: Sequence[UUID]) -> list[SaidWord]:
    """Return every published word on these promises, oldest first."""
    found = []
    for start in range(0, len(commitment_ids), CHUNK):
        keys = {promise_key(one): one for one in commitment_ids[start : start + CHUNK]}
        rows = await session.execute(
            select(TeamWord.question, TeamWord.word, Wave.leaders_see_at, Wave.team_sees_at, Wave.closes_at)
            .join(Wave, Wave.id == TeamWord.wave_id)
            .where(TeamWord.question.in_(keys))
        )
        found += [(row.closes_at, SaidWord(keys[row[0]], row[1], row[2], row[3])) for row in rows]
    return [said for _, said in sorted(found, key=lambda one: one[0])]


def by_promise(said: Iterable[SaidWord]) -> dict[UUID, list[str]]:
    """Return the words on each promise, in their order."""
    found = defaultdict(list)
    for one in said:
        found[one.commitment_id].append(one.word)
    return found


def dates_of(promise: Commitment, moves: Iterable[Replan] = (), away: Sequence[Span] = ()) -> Dates:
    """Return what the status of a promise depends on."""
    moves = list(moves)
    return Dates(
        first_due=promise.first_due,
        due=promise.due,
        valid_moves=sum(move.in_time for move in moves),
        done_at=promise.done_at,
        withdrawn_at=promise.withdrawn_at,
        made_at=promise.made_at,
        moved_at=max((move.moved_at for move in moves if move.in_time), default=None),
        away=tuple(away),
        handed_over=promise.handed_over_at is not None,
    )


@dataclass(frozen=True, slots=True)
class ToldPromise:
    """A promise with what only rates may use, and which topic it answers."""

    view: PromiseView
    team_id: UUID
    status: Status
    final: str | None
    topic_id: UUID | None = None


async def told_promises(
    session: AsyncSession,
    whose: ColumnElement[bool],
    zones: Mapping[UUID, str],
    *,
    now: datetime,
) -> list[ToldPromise]:
    """Return the promises of some teams as their members read them, judged in the zone of each.

    A word that members may not read yet changes nothing: a promise that it opened again still reads as
    done, until the results with that word are out for them.
    """
    found = (await session.execute(_with_owners().where(whose))).all()
    teams = {promise.team_id for promise, _, _ in found}
    away = await spans_away(session, teams if len(teams) <= CHUNK else found[0][0].organisation_id)
    return await _told(session, found, zones, away, now=now, for_leader=False)


async def promises_of_team(
    session: AsyncSession, team_id: UUID, zone: str, away: Away, *, now: datetime, for_leader: bool
) -> list[ToldPromise]:
    """Return the same of one team for its page, which knows `away` already, as its reader may read it."""
    found = (await session.execute(_of_team(), {"team_id": team_id})).all()
    return await _told(session, found, {team_id: zone}, away, now=now, for_leader=for_leader)


def _with_owners() -> Found:
    return (
        select(Commitment, Person.name, leads_there(Commitment.team_id, Commitment.owner_id))
        .join(Person, Person.id == Commitment.owner_id)
        .order_by(Commitment.made_at, Commitment.id)
    )


@cache
def _of_team() -> Found:
    return _with_owners().where(Commitment.team_id == bindparam("team_id"))


async def _told(
    session: AsyncSession,
    found: Sequence[Row[Commitment, str, bool]],
    zones: Mapping[UUID, str],
    away: Away,
    *,
    now: datetime,
    for_leader: bool,
) -> list[ToldPromise]:
    ids = [promise.id for promise, _, _ in found]
    moves = await _moves(session, ids)
    updates = await _updates(session, ids)
    aloud = await _said_aloud(session, ids)
    said, unread = _read_and_unread(await words_on(session, ids), now=now, for_leader=for_leader)
    told = []
    for promise, name, owner_leads in found:
        mine, read = moves[promise.id], said[promise.id]
        dates = replace(
            dates_of(promise, mine, away.get((promise.team_id, promise.owner_id), ())),
            done_at=_done_at(promise, read, unread[promise.id]),
        )
        zone = zones[promise.team_id]
        one = _tell(promise, name, mine, read, zone, dates, now=now)
        updates_of_it = [(update.said_at, update.words) for update in updates[promise.id]]
        left = promise.step_id is None and not owner_leads and one.view.is_open
        view = replace(
            one.view,
            updates=updates_of_it,
            aloud=aloud[promise.id],
            left_behind=left,
            is_step=promise.step_id is not None,
        )
        told.append(replace(one, view=view))
    return told


def _read_and_unread(
    words: Iterable[SaidWord], *, now: datetime, for_leader: bool
) -> tuple[Mapping[UUID, list[SaidWord]], Mapping[UUID, list[SaidWord]]]:
    """Return the words on each promise that are out for this reader, and those that are not yet."""
    said: dict[UUID, list[SaidWord]] = defaultdict(list)
    unread: dict[UUID, list[SaidWord]] = defaultdict(list)
    for word in words:
        readable = word.leaders_see_at if for_leader else word.team_sees_at
        is_out = readable is not None and readable <= now
        (said if is_out else unread)[word.commitment_id].append(word)
    return said, unread


async def _moves(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, list[Replan]]:
    found: dict[UUID, list[Replan]] = defaultdict(list)
    for start in range(0, len(ids), CHUNK):
        some = select(Replan).where(Replan.commitment_id.in_(ids[start : start + CHUNK]))
        for move in await session.scalars(some.order_by(Replan.moved_at, Replan.to_due)):
            found[move.commitment_id].append(move)
    return found


async def _updates(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, list[CheckIn]]:
    found: dict[UUID, list[CheckIn]] = defaultdict(list)
    for start in range(0, len(ids), CHUNK):
        some = select(CheckIn).where(CheckIn.commitment_id.in_(ids[start : start + CHUNK]))
        for update in await session.scalars(some.order_by(CheckIn.said_at)):
            found[update.commitment_id].append(update)
    return found


async def _said_aloud(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, list[SaidAloud]]:
    found: dict[UUID, list[SaidAloud]] = defaultdict(list)
    for start in range(0, len(ids), CHUNK):
        rows = await session.execute(
            select(StepLook, Person.name)
            .outerjoin(Person, Person.id == StepLook.person_id)
            .where(StepLook.commitment_id.in_(ids[start : start + CHUNK]))
            .order_by(StepLook.said_at)
        )
        for look, name in rows:
            found[look.commitment_id].append(SaidAloud(look.said_at, look.said, name))
    return found


def _done_at(promise: Commitment, said: Sequence[SaidWord], unread: Sequence[SaidWord]) -> datetime | None:
    """Return when the promise was done, for a reader from whom some words are still kept back."""
    opened_again = any(one.word == NOT_YET for one in unread) and all(one.word != NOT_YET for one in said)
    if opened_again and promise.done_before is not None and promise.withdrawn_at is None:
        return promise.done_before
    return promise.done_at


def _tell(
    promise: Commitment,
    owner: str,
    moves: Sequence[Replan],
    said: Sequence[SaidWord],
    zone: str,
    dates: Dates,
    *,
    now: datetime,
) -> ToldPromise:
    words = [one.word for one in said]
    by_dates, final = rules.status(dates, zone, now=now), rules.final_word(words)
    view = PromiseView(
        id=promise.id,
        wave_id=promise.wave_id,
        text=promise.text,
        owner_id=promise.owner_id,
        owner_name=owner,
        made_at=promise.made_at,
        first_due=promise.first_due,
        due=promise.due,
        expected=moves[-1].to_due if moves else promise.due,
        state=rules.state(dates, words, len(moves), zone, now=now),
        overdue=by_dates is Status.OVERDUE,
        moves=[
            MoveView(move.moved_at, move.from_due, move.to_due, move.reason, move.in_time) for move in moves
        ],
        done_at=dates.done_at,
        withdrawn_at=promise.withdrawn_at,
        withdrawal_reason=promise.withdrawal_reason,
        word=final or (words[-1] if words else None),
        word_at=said[-1].team_sees_at if said else None,
    )
    return ToldPromise(view, promise.team_id, by_dates, final, promise.topic_id)


def ended_at(view: PromiseView, zone: str) -> datetime:
    """Return when a promise was done or withdrawn, or else the end of its first day."""
    return view.done_at or view.withdrawn_at or end_of_day(view.due, zone)


def stays(view: PromiseView, zone: str, now: datetime) -> bool:
    """Return whether a promise is still on its team's page: while open, and for a year after."""
    return view.is_open or now - ended_at(view, zone) <= SHOWN_FOR


def page_order(view: PromiseView, zone: str) -> tuple[bool, float]:
    """Return what sorts open promises first, by their date, and then ended ones, newest first."""
    if view.is_open:
        return False, end_of_day(view.expected, zone).timestamp()
    return True, -ended_at(view, zone).timestamp()
