"""The directory from a file, erasing somebody, a way in: `import-people`, `erase-person`, `login-link`."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import click
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.directory.csv import read_people
from integrations.environment import Settings
from service.commands.pretended import present, pretending
from service.commands.refusals import refuse_file
from service.composition import open_database, open_keys, read_settings
from surveys.ballots.actions import withdraw_person
from surveys.deliveries.actions import forget_person, schedule
from surveys.deliveries.moves import move_reminders
from surveys.deliveries.rules import Kind, Planned, channel_for
from surveys.errors import Conflict, Missing
from surveys.people.actions import apply_import, erase_person, found_organisation, make_sign_in_link
from surveys.people.directory_import import stored_directory
from surveys.people.directory_plan import Plan, plan_import
from surveys.people.directory_rows import PersonRow
from surveys.people.models import Organisation
from surveys.people.queries import has_organisation, person_by_email, the_organisation

TEAMS_NAMED = 20  # of those that are new or moved; `--json` has all of them
DEFAULT_NAME = "Our organisation"
COUNTED = {
    "new_teams": "new teams",
    "moved_teams": "teams below another one",
    "added": "people added",
    "changed": "people changed",
    "moved": "people in another team",
    "deactivated": "people deactivated",
    "reactivated": "people active again",
    "leaders_added": "new leaders of teams",
    "leaders_removed": "who lead a team no longer",
    "roles_added": "roles granted",
    "roles_removed": "roles withdrawn",
}


@click.command("import-people")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Print the plan and write nothing.")
@click.option("--force", is_flag=True, help="Deactivate more than 40 % of people if the file says so.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan, or the problems, as JSON.")
@click.option("--organisation", help=f"Its name, on first use.  [default: {DEFAULT_NAME}]")
@click.option("--zone", help="Its time zone, on first use, for people without one.  [default: UTC]")
@pretending
def import_people(
    *,
    file: Path,
    dry_run: bool,
    force: bool,
    as_json: bool,
    organisation: str | None,
    zone: str | None,
    now: datetime | None,
) -> None:
    """Read people, teams and leaders from a CSV FILE: everything in it, or nothing.

    The first line names the columns: email, name and team are needed; parent_team, leads, zone,
    country, locale, slack_id, role and active can be left out and then change nothing. In leads, yes
    means the team on the same line, and other teams are named with semicolons between them. In role
    stands hr, ombudsperson, viewer, or viewer:Name of a team. Who is not in the file is deactivated.
    """
    settings = read_settings()
    instant = present(settings, now)
    rows, problems = read_people(file)
    if problems:
        refuse_file(problems, as_json=as_json, so="Nothing was imported.")
    plan = asyncio.run(
        _import(
            settings, rows, dry_run=dry_run, force=force, organisation=organisation, zone=zone, now=instant
        )
    )
    if plan.problems:
        refuse_file(plan.problems, as_json=as_json, so="Nothing was imported.")
    _print_plan(plan, dry_run=dry_run, as_json=as_json)
    if not force:
        _refuse_too_many(plan)  # after a dry run has shown the plan


async def _import(
    settings: Settings,
    rows: list[PersonRow],
    *,
    dry_run: bool,
    force: bool,
    organisation: str | None,
    zone: str | None,
    now: datetime,
) -> Plan:
    async with open_database(settings) as sessions, sessions.begin() as session:
        ours = await _organisation(session, organisation, zone, now=now)
        plan = plan_import(rows, await stored_directory(session, ours))
        if not dry_run and not force:
            _refuse_too_many(plan)
        if dry_run or plan.problems:
            await session.rollback()
        else:
            await apply_import(session, ours, plan, now=now)
            elsewhere = [change.person_id for change in plan.changed if "zone" in change.fields]
            await move_reminders(session, elsewhere, now=now)
        return plan


def _refuse_too_many(plan: Plan) -> None:
    if plan.deactivates_too_many:
        raise Conflict(
            "This would deactivate {left} of {active} people, more than 40 %. If the file is whole, "
            "run it again with --force.",
            left=len(plan.deactivated),
            active=plan.active_before,
        )


async def _organisation(
    session: AsyncSession, name: str | None, zone: str | None, *, now: datetime
) -> Organisation:
    """Return the organisation of this installation, which the first import founds."""
    if not await has_organisation(session):
        return await found_organisation(session, name=name or DEFAULT_NAME, zone=zone or "UTC", now=now)
    ours = await the_organisation(session)
    for option, what, given, known in (
        ("organisation", "name", name, ours.name),
        ("zone", "time zone", zone, ours.zone),
    ):
        if given is not None and given != known:
            raise Conflict(
                'The organisation is there already, and its {what} is "{known}". Leave --{option} out.',
                what=what,
                option=option,
                known=known,
            )
    return ours


def _print_plan(plan: Plan, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        described: dict[str, Any] = {
            "dry_run": dry_run,
            "counts": plan.counts(),
            "new_teams": [name for name, _ in plan.new_teams],
            "moved_teams": dict(plan.moved_teams),
            "active_before": plan.active_before,
            "without_team": plan.without_team,
        }
        click.echo(json.dumps(described))
        return
    for key, count in plan.counts().items():
        if count:
            click.echo(f"{count:>7}  {COUNTED[key]}")
    if plan.is_empty:
        click.echo("Everybody is in place; there is nothing to change.")
    for title, names in (
        ("New teams", [name for name, _ in plan.new_teams]),
        ("Moved teams", [f"{name} (below {above or 'none'})" for name, above in plan.moved_teams.items()]),
    ):
        if names:
            more = f" and {len(names) - TEAMS_NAMED} more" if len(names) > TEAMS_NAMED else ""
            click.echo(f"{title}: {', '.join(names[:TEAMS_NAMED])}{more}")
    if plan.without_team:
        click.echo(f"{plan.without_team} of the people have no team and are asked nothing.")
    if not plan.is_empty:
        click.echo("This was a dry run; nothing was written." if dry_run else "Done.")


@click.command("erase-person")
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do not ask whether this is meant.")
def erase_person_command(*, email: str, yes: bool) -> None:
    """Erase the person with this EMAIL: name, addresses, place, rights, and what is open of them.

    Answers to an open pulse are deleted first. Published figures stay; nobody can be found in them.
    """
    if not yes:
        click.confirm("This cannot be taken back. Erase this person?", abort=True)
    asyncio.run(_erase(read_settings(), email))
    click.echo("Erased.")


async def _erase(settings: Settings, email: str) -> None:
    async with open_database(settings) as sessions:
        keys = await open_keys(settings, sessions)
        async with sessions.begin() as session:
            # Most who are to be erased left long ago.
            person = await person_by_email(session, email, even_inactive=True)
            if person is None:
                raise Missing("Nobody has this address.")
            await withdraw_person(session, keys, person.id)
            await forget_person(session, person.id)
            await erase_person(session, person.id, now=datetime.now(UTC))


@click.command("login-link")
@click.argument("email")
def login_link(email: str) -> None:
    """Print a one-time sign-in link for the person with this address. It lasts 15 minutes.

    The making is written to the change log and told to the person, so it is no way to read in
    somebody else's name unnoticed.
    """
    click.echo(asyncio.run(_make_link(read_settings(), email)))


async def _make_link(settings: Settings, email: str) -> str:
    now = datetime.now(UTC)
    async with open_database(settings) as sessions, sessions.begin() as session:
        person = await person_by_email(session, email)
        if person is None:
            raise Missing("Nobody who is active has this address. Import them first: kept import-people.")
        token = await make_sign_in_link(session, person.id, by=None, now=now)
        await schedule(
            session,
            Planned(
                key=f"{Kind.SIGN_IN}:{uuid4()}",
                kind=Kind.SIGN_IN,
                person_id=person.id,
                organisation_id=person.organisation_id,
                channel=channel_for(person.slack_id),
                due_at=now,
            ),
        )
    return f"{settings.base_url}/sign-in/{token}"
