"""Leader and team see a promise differently: one note from each side, and nobody decides between them.

No vote and no count stands behind a note. Whoever writes the team's down does it under their own name,
after the team has talked; the other members' words on the promise stay as secret as they were.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.commitments import rules, texts
from surveys.commitments.leading import led_by, names_around, zone_of
from surveys.commitments.loop import SideView
from surveys.commitments.models import Commitment, Side, SideNote
from surveys.commitments.promises import told_promises
from surveys.errors import Conflict, Forbidden, no_such_promise
from surveys.people.models import Membership, Person
from surveys.texts import one_line


async def tell_our_side(
    session: AsyncSession, commitment_id: UUID, *, person_id: UUID, words: str, now: datetime
) -> SideNote:
    """Write down how one's own side sees a promise: the leader's, or the team's. Its author may change it.

    Raises:
        Missing: there is no such promise, or the person neither works in the team nor leads it.
        Invalid: nothing was written, too much, or somebody of the team is named.
        Conflict: leader and team do not differ on it, or somebody wrote this side's note already.
    """
    promise = await session.get(Commitment, commitment_id)
    side = await side_of(session, promise, person_id, now=now) if promise is not None else None
    if promise is None or side is None:
        raise no_such_promise()
    words = one_line(words, field="side", longest=texts.LONGEST_REASON)
    texts.refuse_names(words, await names_around(session, promise.team_id), field="side")
    zones = {promise.team_id: await zone_of(session, promise.team_id)}
    told = await told_promises(session, Commitment.id == promise.id, zones, now=now)
    if told[0].final != rules.DIFFERENTLY:
        raise Conflict("Leader and team do not see this promise differently.")
    note = await session.get(SideNote, (promise.id, side), with_for_update=True)
    if note is None:
        note = SideNote(commitment_id=promise.id, side=side, person_id=person_id)
        session.add(note)
    elif note.person_id != person_id:
        raise Conflict("This side has written its note already. Whoever wrote it can change it.")
    note.words, note.said_at = words, now
    await session.flush()
    return note


async def side_of(
    session: AsyncSession, promise: Commitment, person_id: UUID, *, now: datetime
) -> Side | None:
    """Return for which side somebody can speak of a promise; None for who is of neither."""
    belongs = select(Membership.id).where(
        Membership.team_id == promise.team_id,
        Membership.person_id == person_id,
        Membership.until.is_(None),
    )
    try:
        await led_by(session, promise.team_id, person_id, now=now)
    except Forbidden:
        return Side.TEAM if await session.scalar(belongs.limit(1)) is not None else None
    return Side.LEADER


def own_note(sides: Sequence[SideView], side: str, person_id: UUID) -> str | None:
    """Return what somebody wrote for their side: empty before anybody did, None where another did."""
    written = next((one for one in sides if one.side == side), None)
    if written is None:
        return ""
    return written.words if written.by_id == person_id else None


async def sides_on(session: AsyncSession, promise_ids: Sequence[UUID]) -> dict[UUID, list[SideView]]:
    """Return the notes on these promises, the leader's first; asks nothing where there are none to ask."""
    found: dict[UUID, list[SideView]] = defaultdict(list)
    if not promise_ids:
        return found
    rows = await session.execute(
        select(SideNote, Person.name)
        .outerjoin(Person, Person.id == SideNote.person_id)
        .where(SideNote.commitment_id.in_(promise_ids))
        .order_by(SideNote.side)
    )
    for note, name in rows:
        found[note.commitment_id].append(
            SideView(note.side, note.words, name, note.said_at, note.person_id)
        )
    return found
