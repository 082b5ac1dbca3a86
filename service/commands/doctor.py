"""`kept doctor`: one line for each thing that must be right, and exit status 1 when one is not."""

import asyncio
import os
import sys
from datetime import UTC, datetime

import click

from integrations.environment import Settings, SettingsError, unknown_variables
from service.channels import open_mail
from service.checkup import here
from service.checkup.elsewhere import of_mail, of_slack, of_trackers
from service.checkup.here import Finding
from service.checkup.room import of_room
from service.composition import read_settings
from surveys.database import build_engine, build_sessions


@click.command()
def doctor() -> None:
    """Check settings, database, migrations, key store, clock, Slack, mail and trackers. Changes nothing.

    Prints `ok`, `warn` or `fail`, the subject, and what to do. Exit status 1 when anything failed.
    """
    try:
        settings = read_settings()
    except SettingsError as error:
        findings = [Finding("fail", "settings", problem) for problem in error.problems]
    else:
        findings = [Finding("warn", "settings", sentence) for sentence in unknown_variables(os.environ)]
        findings += asyncio.run(_examine(settings))
    for finding in findings:
        click.echo(str(finding))
    sys.exit(any(finding.mark == "fail" for finding in findings))


async def _examine(settings: Settings) -> list[Finding]:
    now = datetime.now(UTC)
    findings = here.of_settings(settings)
    engine = build_engine(settings.database_url)
    try:
        of_database = await here.of_database(engine)
        findings += of_database
        findings += of_room(engine)
        if not any(finding.mark == "fail" for finding in of_database):
            async with build_sessions(engine)() as session:
                findings += [each async for each in here.of_copies(engine, session, now=now)]
                findings += await here.of_keys(settings, session)
                findings += await here.of_clock(session, now=now)
    finally:
        await engine.dispose()
    findings += await of_slack(settings)
    findings += await of_mail(open_mail(settings))
    findings += await of_trackers(settings)
    return findings
