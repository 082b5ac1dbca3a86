"""Deletes what has served its purpose: links, sign-ins, events, messages, words, cards, looks."""

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from surveys.audit.actions import prune_looks
from surveys.ballots.keys import KeyStore
from surveys.comments.actions import prune_words
from surveys.commitments.pledges import prune_notes
from surveys.deliveries.actions import prune_events
from surveys.deliveries.models import Delivery
from surveys.people.models import SignIn, SignInLink
from surveys.retrospectives.keeping import prune_cards
from surveys.retrospectives.key_records import keys_in_use
from surveys.waves.models import Wave

KEPT_DAYS = 30  # of messages, whether they were sent or something stood in their way


async def prune(sessions: async_sessionmaker[AsyncSession], keys: KeyStore, *, now: datetime) -> int:
    """Delete what is past its time; return how many rows and keys that were."""
    gone = 0
    async with sessions.begin() as session:
        for statement in (
            delete(SignInLink).where(SignInLink.expires_at < now),
            delete(SignIn).where(SignIn.expires_at < now),
            delete(Delivery).where(Delivery.due_at < now - timedelta(days=KEPT_DAYS)),
        ):
            gone += cast("CursorResult[Any]", await session.execute(statement)).rowcount
        gone += await prune_events(session, now=now)
        gone += await prune_words(session, now=now)
        gone += await prune_notes(session, now=now)
        gone += await prune_looks(session, now=now)
        gone += await prune_cards(session, now=now)
    return gone + await _orphaned_keys(sessions, keys)


async def _orphaned_keys(sessions: async_sessionmaker[AsyncSession], keys: KeyStore) -> int:
    """Destroy keys whose wave or board was never committed, because its opening was interrupted.

    Only keys that nobody confirmed for a day are looked at, so that an opening in progress is never
    disturbed. A confirmed key of a wave that this database does not know stays: then the database is
    older than the key, because a backup was restored, and only a person can say which of the two counts.
    """
    waiting = await keys.unconfirmed()
    if not waiting:
        return 0
    async with sessions() as session:
        committed = set(await session.scalars(select(Wave.id).where(Wave.id.in_(waiting))))
        committed |= waiting & await keys_in_use(session)
    for key_id in committed:
        await keys.confirm(key_id)
    orphans = waiting - committed
    for key_id in orphans:
        await keys.destroy(key_id)
    return len(orphans)
