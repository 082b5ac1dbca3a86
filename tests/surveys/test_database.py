from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.database import limit_to
from surveys.people.models import Organisation, Person

MORNING = datetime(2026, 3, 3, 9, tzinfo=UTC)


async def make_organisation(session: AsyncSession, name: str) -> Organisation:
    organisation = Organisation(name=name, created_at=MORNING, country=None)
    session.add(organisation)
    await session.flush()
    session.add(
        Person(
            organisation_id=organisation.id,
            email=f"{uuid4()}@example.com",
            name="Ada",
            zone="UTC",
            locale="en",
            country=None,
            slack_id=None,
        )
    )
    await session.flush()
    return organisation


class TestScope:
    async def test_a_limited_session_sees_one_organisation_only(self, session: AsyncSession) -> None:
        ours, theirs = [await make_organisation(session, name) for name in ("Ours", "Theirs")]

        limit_to(session, ours.id)
        seen = (await session.scalars(select(Person))).all()

        assert {person.organisation_id for person in seen} == {ours.id} != {theirs.id}

    async def test_get_by_key_does_not_reach_into_another_organisation(self, session: AsyncSession) -> None:
        ours, theirs = [await make_organisation(session, name) for name in ("Ours", "Theirs")]
        stranger = (await session.scalars(select(Person).filter_by(organisation_id=theirs.id))).one()
        session.expunge_all()

        limit_to(session, ours.id)

        assert await session.get(Person, stranger.id) is None


class TestInstants:
    async def test_an_instant_comes_back_aware_and_equal(self, session: AsyncSession) -> None:
        organisation = await make_organisation(session, "Ours")
        session.expunge_all()

        assert (await session.get_one(Organisation, organisation.id)).created_at == MORNING

    async def test_a_naive_instant_is_refused(self, session: AsyncSession) -> None:
        session.add(Organisation(name="x", created_at=datetime(2026, 1, 1), country=None))  # noqa: DTZ001 -- the point

        with pytest.raises(StatementError):
            await session.flush()
