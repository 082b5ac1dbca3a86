"""Making whole waves in tests, by the same steps as the clock."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from integrations.keystores import DirectoryKeyStore
from jobs.close_waves import close_waves
from jobs.open_waves import open_waves
from surveys.ballots.actions import cast_ballots
from surveys.ballots.queries import BlankSheet, blank_sheet
from surveys.ballots.rules import HandedIn
from surveys.cadence.models import Interval, Programme, PulseKind
from surveys.errors import SurveyError
from surveys.people.models import Organisation
from surveys.waves.models import Place, Wave
from tests.cast import Cast, make_cast

MONDAY = date(2026, 3, 2)
OPENING = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)  # Tuesday 10:00 in Berlin


def make_keys(folder: Path) -> DirectoryKeyStore:
    return DirectoryKeyStore.set_up(folder / "keys")


async def make_programme(
    session: AsyncSession, organisation: Organisation, **different: object
) -> Programme:
    """A programme every two weeks on Tuesdays at ten, open for three days."""
    usual: dict[str, Any] = {
        "name": "Team pulse",
        "audience": [],
        "pulse": PulseKind.DEFAULT,
        "interval": Interval.WEEKS,
        "every": 2,
        "start_on": MONDAY,
        "weekday": 1,
        "local_time": time(10),
        "window_hours": 72,
        "observe_holidays": False,
        "minimum_group": None,
        "head_start_days": 1,
        "paused_at": None,
        "created_at": OPENING - timedelta(days=30),
    }
    programme = Programme(organisation_id=organisation.id, **{**usual, **different})
    session.add(programme)
    await session.flush()
    return programme


class Story:
    """One organisation going through waves in a database of its own."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession], keys: DirectoryKeyStore) -> None:
        self.sessions = sessions
        self.keys = keys
        self.cast: Cast
        self.programme: Programme

    async def begin(self, **different: object) -> "Story":
        async with self.sessions.begin() as session:
            self.cast = await make_cast(session)
            self.programme = await make_programme(session, self.cast.organisation, **different)
        return self

    async def open(self, now: datetime = OPENING) -> Wave:
        await open_waves(self.sessions, self.keys, now=now)
        return await self.wave()

    async def wave(self) -> Wave:
        """The newest wave."""
        async with self.sessions() as session:
            return (await session.scalars(select(Wave).order_by(Wave.opens_at.desc()).limit(1))).one()

    async def place(self, name: str) -> Place:
        async with self.sessions() as session:
            return (
                await session.scalars(select(Place).where(Place.person_id == self.cast.by_name[name].id))
            ).one()

    async def sheet(self, name: str, now: datetime = OPENING) -> BlankSheet:
        place = await self.place(name)
        async with self.sessions() as session:
            return await blank_sheet(session, self.keys, place.id, now=now)

    async def answer(
        self,
        name: str,
        choose: int | Callable[[str], int] | Mapping[str, int],
        *,
        now: datetime = OPENING,
    ) -> SurveyError | None:
        """Hand in a sheet: the same point everywhere, a choice by question, or just these answers."""
        sheet = await self.sheet(name, now)
        if isinstance(choose, Mapping):
            answers = dict(choose)
        else:
            answers = {
                question.key: choose(question.key)
                if callable(choose)
                else min(choose, 4)
                if question.kind == "choice"
                else choose
                for question in sheet.questions
            }
        return await self.hand_in(sheet.place_id, answers, now=now)

    async def hand_in(
        self, place_id: UUID, answers: Mapping[str, int], *, now: datetime = OPENING
    ) -> SurveyError | None:
        async with self.sessions.begin() as session:
            handed_in = HandedIn(place_id, None, answers)
            return (await cast_ballots(await session.connection(), self.keys, [handed_in], now=now))[0]

    async def close(self) -> Wave:
        wave = await self.wave()
        await close_waves(self.sessions, self.keys, now=wave.closes_at)
        return await self.wave()
