"""Units of an existing database stay units; a release that knows no groups is not let near one."""

import asyncio

import pytest
from alembic import command
from sqlalchemy import text

from migrations import revisions
from surveys.database import build_engine, build_sessions
from surveys.people.groups import make_group
from surveys.people.models import Team, WorkingGroup
from surveys.people.queries import directory_of, viewer_of
from tests.cast import make_cast
from tests.conftest import NOON


async def test_a_tree_goes_forth_and_back_unchanged_and_groups_forbid_going_back(
    own_database_url: str,
) -> None:
    config, engine = revisions.configuration(own_database_url), build_engine(own_database_url)
    sessions = build_sessions(engine)
    async with sessions.begin() as session:
        cast = await make_cast(session)
        before = await directory_of(session, cast.organisation.id)

    await asyncio.to_thread(command.downgrade, config, "0021")
    await asyncio.to_thread(revisions.upgrade, own_database_url)
    async with sessions.begin() as session:
        assert await directory_of(session, cast.organisation.id) == before
        session.add(Team(organisation_id=cast.organisation.id, name="New", parent_id=cast.company.id))
        helen = await viewer_of(session, cast.helen.id)
        people = {"leaders": "alice@example.com", "others": "oscar@example.com"}
        await make_group(session, by=helen, name="Reviewers", **people, now=NOON)

    with pytest.raises(RuntimeError, match="working groups"):
        await asyncio.to_thread(command.downgrade, config, "0021")
    async with sessions.begin() as session:
        oscar = await viewer_of(session, cast.oscar.id)
        group = await session.get_one(WorkingGroup, next(iter(oscar.groups)))
        await session.execute(text("DELETE FROM group_member"))
        await session.delete(group)
    await asyncio.to_thread(command.downgrade, config, "0021")

    async with engine.connect() as connection:
        names = set(await connection.scalars(text("SELECT name FROM team")))
        assert names == {team.name for team in before.teams.values()} | {"New"}
    assert await revisions.revision_of(engine) == "0021"
    await engine.dispose()
