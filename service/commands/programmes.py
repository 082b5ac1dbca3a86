"""`kept programme`: HR's cadence from the shell."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import click
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.language import Translator
from service.commands.pretended import present, pretending
from service.commands.programme_flags import (
    INSTANT,
    Given,
    fields_of_the_page,
    naming_the_flag,
    with_flags,
)
from service.composition import open_database, read_settings
from service.views import programmes as views
from surveys.cadence.actions import (
    add_programme,
    change_programme,
    pause_programme,
    resume_programme,
)
from surveys.cadence.drafts import ProgrammeDraft, suggested_window
from surveys.cadence.models import Programme
from surveys.cadence.queries import (
    PreviewRow,
    draft_of,
    preview,
    programme_called,
    programmes,
    small_units,
    team_names,
)
from surveys.cadence.rules import Interval
from surveys.people.models import Organisation
from surveys.people.queries import the_organisation
from surveys.waves.queries import has_asked, newest_record
from surveys.zones import local_date

WORDS = Translator("en")

which_one = click.argument("which", metavar="NAME-OR-ID")
machine_readable = click.option("--json", "machine", is_flag=True, help="Print JSON.")


@click.group()
def programme() -> None:
    """Set who is asked what and how often.

    Exit status: 0 done, 1 refused with one line that says why, 2 the command line was not understood.
    """


@programme.command()
@fields_of_the_page
@pretending
@machine_readable
def add(*, now: datetime | None, machine: bool, **given: Any) -> None:  # noqa: ANN401 -- one value for each flag
    """Add a programme.

    Everybody is asked every four weeks, on Tuesday at 10:00 of their own clock, unless flags say otherwise.
    """
    asyncio.run(_add(given, _present(now), machine=machine))


@programme.command()
@which_one
@fields_of_the_page
@pretending
@machine_readable
def edit(
    which: str,
    *,
    now: datetime | None,
    machine: bool,
    **given: Any,  # noqa: ANN401 -- one value for each flag
) -> None:
    """Change what the flags name; the rest stays.

    A repeatable flag replaces all it stood for before; `none` clears it. An open pulse keeps what it has.
    """
    asyncio.run(_edit(which, given, _present(now), machine=machine))


@programme.command("list")
@pretending
@machine_readable
def list_them(*, now: datetime | None, machine: bool) -> None:
    """List the programmes with their next date."""
    asyncio.run(_list(_present(now), machine=machine))


@programme.command()
@which_one
@pretending
def pause(which: str, *, now: datetime | None) -> None:
    """Open no further pulse until it is resumed. One that is open goes on."""
    asyncio.run(_pause(which, _present(now)))


@programme.command()
@which_one
@pretending
def resume(which: str, *, now: datetime | None) -> None:
    """Go on in the old rhythm. What fell into the pause is not made up for."""
    asyncio.run(_resume(which, _present(now)))


@programme.command("preview")
@which_one
@click.option("--now", type=INSTANT, help="As if it were this instant, such as 2026-12-01T09:00Z.")
@click.option("--count", type=click.IntRange(1, 100), default=6, show_default=True, help="How many.")
@machine_readable
def preview_them(which: str, *, now: datetime | None, count: int, machine: bool) -> None:
    """Print the next occurrences, zone by zone."""
    asyncio.run(_preview(which, now or datetime.now(UTC), count, machine=machine))


async def _add(given: Given, now: datetime, *, machine: bool) -> None:
    async with _at_work() as (session, organisation):
        today = local_date(now, organisation.zone)
        plain = ProgrammeDraft(name="Team pulse", start_on=today + timedelta(days=1))
        if given["pulse"] == "quarterly" and given["every"] is None:
            plain = replace(plain, interval=Interval.QUARTERLY, every=1)
        with naming_the_flag():
            draft = with_flags(plain, given, await team_names(session, organisation.id))
            if given["window"] is None:
                draft = replace(draft, window_hours=suggested_window(draft.interval, draft.every))
            kept = await add_programme(session, organisation, draft, now=now)
        await _say_what_is_kept(session, organisation, kept, now, "Added", machine=machine)


async def _edit(which: str, given: Given, now: datetime, *, machine: bool) -> None:
    async with _at_work() as (session, organisation):
        kept = await programme_called(session, organisation.id, which)
        with naming_the_flag():
            draft = with_flags(draft_of(kept), given, await team_names(session, organisation.id))
            asked = await has_asked(session, organisation.id, programme_id=kept.id)
            kept = await change_programme(
                session, organisation, kept.id, draft, asked_before=asked, now=now
            )
        await _say_what_is_kept(session, organisation, kept, now, "Changed", machine=machine)


async def _list(now: datetime, *, machine: bool) -> None:
    async with _at_work() as (session, organisation):
        known = await programmes(session, organisation.id)
        if machine:
            _print_json([await _with_dates(session, organisation, kept, now) for kept in known])
            return
        if not known:
            click.echo("There is no programme yet; `kept programme add` makes one.")
        names = await team_names(session, organisation.id)
        for kept in known:
            who = views.audience(WORDS, [names.get(UUID(team), "?") for team in kept.audience])
            click.echo(f"{kept.name}  ({kept.id})")
            click.echo(f"  {views.rhythm(WORDS, kept)}")
            click.echo(f"  {who}; {views.PULSES[kept.pulse]}")
            if sentence := views.missed(WORDS, await newest_record(session, kept.id)):
                click.echo(f"  {sentence}")
            click.echo(f"  {await _next_date(session, organisation, kept, now)}")


async def _pause(which: str, now: datetime) -> None:
    async with _at_work() as (session, organisation):
        kept = await programme_called(session, organisation.id, which)
        await pause_programme(session, kept.id, now=now)
        click.echo(f'"{kept.name}" is paused. A pulse that is open goes on to its end.')


async def _resume(which: str, now: datetime) -> None:
    async with _at_work() as (session, organisation):
        kept = await programme_called(session, organisation.id, which)
        await resume_programme(session, organisation, kept.id, now=now)
        click.echo(f'"{kept.name}" goes on. {await _next_date(session, organisation, kept, now)}')


async def _preview(which: str, now: datetime, count: int, *, machine: bool) -> None:
    async with _at_work() as (session, organisation):
        kept = await programme_called(session, organisation.id, which)
        rows = await _dates(session, organisation, kept, now, count=count)
        if machine:
            shown = [views.row_as_json(row) for row in rows]
            _print_json({"programme": views.as_json(kept), "occurrences": shown})
            return
        if kept.paused_at is not None:
            click.echo(f'"{kept.name}" is paused; this is what it would do.')
        for coming in views.coming(WORDS, rows, zone=organisation.zone, now=now):
            click.echo(f"{coming.title}. {coming.note or coming.close}")
            for place in coming.places:
                click.echo(f"  {place.label}, {place.people}: {place.when}. {place.note}".rstrip())


@asynccontextmanager
async def _at_work() -> AsyncIterator[tuple[AsyncSession, Organisation]]:
    """Yield the command's one transaction and its organisation; it commits when nothing was refused."""
    async with open_database(read_settings()) as sessions, sessions.begin() as session:
        yield session, await the_organisation(session)


async def _say_what_is_kept(
    session: AsyncSession,
    organisation: Organisation,
    kept: Programme,
    now: datetime,
    verb: str,
    *,
    machine: bool,
) -> None:
    if machine:
        _print_json(await _with_dates(session, organisation, kept, now))
        return
    to_answer = views.window(WORDS, kept.window_hours)
    click.echo(f'{verb} "{kept.name}". {views.rhythm(WORDS, kept)}; {to_answer} to answer.')
    click.echo(await _next_date(session, organisation, kept, now))
    small = await small_units(session, organisation, kept)
    for sentence in views.advice(WORDS, small_units=small):
        click.echo(f"Note: {sentence}")


async def _next_date(
    session: AsyncSession, organisation: Organisation, kept: Programme, now: datetime
) -> str:
    if kept.paused_at is not None:
        return "Paused."
    rows = await _dates(session, organisation, kept, now)
    held = [row for row in rows if row.held][:1]
    if not held:
        return "Next: none of the next six dates can be held; quiet days leave no room."
    first = views.coming(WORDS, held, zone=organisation.zone, now=now)[0]
    when = "Due already, opened as soon as the clock runs" if held[0].opens_at <= now else "Next"
    return f"{when}: {first.title}. {first.close}"


async def _dates(
    session: AsyncSession, organisation: Organisation, kept: Programme, now: datetime, *, count: int = 6
) -> list[PreviewRow]:
    begun = await newest_record(session, kept.id) is not None
    return await preview(session, organisation, kept, now=now, count=count, asked_before=begun)


async def _with_dates(
    session: AsyncSession, organisation: Organisation, kept: Programme, now: datetime
) -> dict[str, Any]:
    """Return a programme for machines, with its next dates; there are none while it is paused."""
    rows = [] if kept.paused_at is not None else await _dates(session, organisation, kept, now)
    return views.as_json(kept) | {"next": [views.row_as_json(row) for row in rows]}


def _print_json(found: object) -> None:
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))


def _present(now: datetime | None) -> datetime:
    return present(read_settings(), now)
