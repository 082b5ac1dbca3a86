"""Promises whose team should have been asked by now, but no pulse came: they are asked about alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.commitments import rules
from surveys.commitments.asking import undecided_promises
from surveys.commitments.clocks import Rest, after_working_time
from surveys.commitments.models import Commitment
from surveys.commitments.promises import PROMISE, promise_key
from surveys.people.rules import Directory
from surveys.questions.rules import LOOP_ITEMS
from surveys.results.rules.loop_words import DECIDED_VOTES
from surveys.waves.models import Wave, WaveUnit
from surveys.waves.queries import ASKED_STATES
from surveys.waves.rules import LoopQuestion

WEEKEND = timedelta(days=2)  # there is at least one in any ten working days


@dataclass(frozen=True, slots=True)
class Waiting:
    """A promise that its team could have been asked about since `since`, and was not."""

    promise_id: UUID
    team_id: UUID
    text: str
    since: datetime

    @property
    def question(self) -> LoopQuestion:
        """What the team is asked."""
        text = LOOP_ITEMS[PROMISE].text.format(commitment=self.text)
        return LoopQuestion(promise_key(self.promise_id), PROMISE, text, self.promise_id)


async def promises_unasked(session: AsyncSession, organisation_id: UUID, *, now: datetime) -> list[Waiting]:
    """Return the oldest promise of each unit that may have waited for ten working days.

    The wait begins when the promise was due to be asked, or with the end of the last wave that asked the
    unit anything: that wave asked about an older promise, or about this one and too few answered.
    """
    oldest: dict[UUID, Commitment] = {}
    for promise in await undecided_promises(session, organisation_id, now=now):
        oldest.setdefault(promise.team_id, promise)
    asked = await _last_asked(session, oldest)
    waiting = []
    for team_id, promise in oldest.items():
        due = (promise.done_at or now) + rules.ASK_AFTER
        since = max(due, asked.get(team_id, due))
        if since + rules.ASK_ALONE_AFTER + WEEKEND <= now:
            waiting.append(Waiting(promise.id, team_id, promise.text, since))
    return waiting


async def _last_asked(session: AsyncSession, units: Iterable[UUID]) -> dict[UUID, datetime]:
    found = await session.execute(
        select(WaveUnit.team_id, func.max(Wave.closes_at))
        .join(Wave, Wave.id == WaveUnit.wave_id)
        .where(WaveUnit.team_id.in_(list(units)), WaveUnit.asked > 0, Wave.state.in_(ASKED_STATES))
        .group_by(WaveUnit.team_id)
    )
    return {team_id: closes_at for team_id, closes_at in found if closes_at is not None}


def asked_alone_from(waiting: Waiting, directory: Directory) -> datetime | None:
    """Return from when a promise is asked about alone; None for a unit too small for a word."""
    if len(directory.rosters().get(waiting.team_id, ())) < DECIDED_VOTES:
        return None
    zone, calendar = directory.team_zone(waiting.team_id), Rest(directory.team_country(waiting.team_id))
    return after_working_time(waiting.since, rules.ASK_ALONE_AFTER, zone, calendar)
