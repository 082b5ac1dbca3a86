"""An invented organisation of any size, and its answers: teams of eight, eight to a department, upwards."""

import random
from datetime import UTC, date, datetime, time
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from integrations.keystores import DirectoryKeyStore
from surveys.ballots.actions import cast_ballots
from surveys.ballots.rules import HandedIn
from surveys.cadence.models import Interval, Programme, PulseKind
from surveys.database import Base
from surveys.people.models import Leadership, Membership, Organisation, Person, Team
from surveys.waves.models import Place, Wave

TEAM_SIZE = 8
BRANCHES = 8
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney")
LONG_AGO = datetime(2025, 1, 6, tzinfo=UTC)
START = date(2026, 3, 2)
RESPONSE = 0.8
BATCH = 200

Rows = list[dict[str, Any]]


async def invent(sessions: async_sessionmaker[AsyncSession], people: int) -> tuple[UUID, UUID]:
    """Store an organisation of about `people` people with a programme; return the ids of both."""
    organisation_id, programme_id, root = uuid4(), uuid4(), uuid4()
    tree = _tree(organisation_id, root, people)
    async with sessions.begin() as session:
        session.add(Organisation(id=organisation_id, name="Invented", country=None, created_at=LONG_AGO))
        await session.flush()
        for model, rows in (
            (Team, tree.teams),
            (Person, tree.persons),
            (Membership, tree.members),
            (Leadership, tree.leaders),
        ):
            await _insert(session, model, rows)
        session.add(
            Programme(
                id=programme_id,
                organisation_id=organisation_id,
                name="Pulse",
                audience=[str(root)],
                pulse=PulseKind.DEFAULT,
                interval=Interval.WEEKS,
                every=2,
                start_on=START,
                weekday=1,
                local_time=time(10),
                window_hours=72,
                reminders=1,
                observe_holidays=False,
                minimum_group=None,
                paused_at=None,
                created_at=LONG_AGO,
            )
        )
    return organisation_id, programme_id


async def _insert(session: AsyncSession, model: type[Base], rows: Rows) -> None:
    for start in range(0, len(rows), 5_000):
        await session.execute(insert(model), rows[start : start + 5_000])


class _Tree:
    """Units, people and places as rows, grown from the root down."""

    def __init__(self, organisation_id: UUID) -> None:
        self.organisation_id = organisation_id
        self.teams: Rows = []
        self.persons: Rows = []
        self.members: Rows = []
        self.leaders: Rows = []

    def add_team(self, team_id: UUID, parent: UUID | None) -> None:
        self.teams.append(
            {
                "id": team_id,
                "organisation_id": self.organisation_id,
                "name": f"Unit {len(self.teams):06d}",
                "parent_id": parent,
                "zone": None,
                "country": None,
            }
        )

    def add_led_team(self, parent: UUID) -> UUID:
        """Add a unit with its leader; return its id."""
        team_id = uuid4()
        self.add_team(team_id, parent)
        self.leaders.append({"team_id": team_id, "person_id": self.add_person(team_id)})
        return team_id

    def add_person(self, team_id: UUID) -> UUID:
        number, person_id = len(self.persons), uuid4()
        self.persons.append(
            {
                "id": person_id,
                "organisation_id": self.organisation_id,
                "email": f"person{number}@example.com",
                "name": f"Person {number}",
                "zone": ZONES[number % len(ZONES)],
                "country": None,
                "locale": "en",
                "slack_id": f"U{number:08d}",
                "active": True,
            }
        )
        self.members.append(
            {"id": uuid4(), "person_id": person_id, "team_id": team_id, "since": LONG_AGO, "until": None}
        )
        return person_id


def _tree(organisation_id: UUID, root: UUID, people: int) -> _Tree:
    """Return a tree of units of `TEAM_SIZE`, each level `BRANCHES` times as wide as the one above."""
    tree = _Tree(organisation_id)
    tree.add_team(root, None)
    leaf_count = max(1, people // (TEAM_SIZE + 1))
    level = [root]
    while len(level) < leaf_count:
        places = (parent for parent in level for _ in range(BRANCHES))
        level = [tree.add_led_team(parent) for parent in islice(places, leaf_count)]
    for team_id in level:
        for _ in range(min(TEAM_SIZE, people - len(tree.persons))):
            tree.add_person(team_id)
    return tree


async def hand_in(
    sessions: async_sessionmaker[AsyncSession], keys: DirectoryKeyStore, wave: Wave, *, seed: int
) -> tuple[int, int]:
    """Let most people answer an open wave by chance; return how many were asked and how many answered."""
    async with sessions() as session:
        places = (await session.scalars(select(Place.id).where(Place.wave_id == wave.id))).all()
    chance = random.Random(seed)  # noqa: S311 -- invented answers
    codes = [item["code"] for item in wave.items]
    answering = [place for place in places if chance.random() < RESPONSE]
    for start in range(0, len(answering), BATCH):
        batch = [
            HandedIn(place, None, {code: chance.randint(1, 5) for code in codes})
            for place in answering[start : start + BATCH]
        ]
        async with sessions.begin() as session:
            await cast_ballots(await session.connection(), keys, batch, now=wave.opens_at)
    return len(places), len(answering)
