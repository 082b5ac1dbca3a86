"""Migrations against the models, on both databases."""

import asyncio
from collections.abc import Callable

from alembic import command
from alembic.script import ScriptDirectory

from migrations import revisions
from surveys.database import build_engine


async def in_thread(function: Callable[..., object], *args: object) -> None:
    """Run a command that opens an event loop of its own."""
    await asyncio.to_thread(function, *args)


async def test_the_newest_revision_has_exactly_the_tables_of_the_models(own_database_url: str) -> None:
    await in_thread(command.check, revisions.configuration(own_database_url))


async def test_a_database_can_go_all_the_way_back_and_forth(own_database_url: str) -> None:
    config = revisions.configuration(own_database_url)

    await in_thread(command.downgrade, config, "base")
    await in_thread(revisions.upgrade, own_database_url)

    engine = build_engine(own_database_url)
    assert await revisions.revision_of(engine) == revisions.newest()
    await engine.dispose()


def test_there_is_one_line_of_revisions_and_each_says_what_it_does() -> None:
    scripts = ScriptDirectory(revisions.configuration("sqlite://").get_main_option("script_location") or "")

    assert len(scripts.get_heads()) == 1
    assert all(step.title for step in revisions.steps_after(None))


def test_a_revision_of_a_newer_version_is_not_known() -> None:
    assert revisions.is_known(revisions.newest())
    assert not revisions.is_known("9999")
