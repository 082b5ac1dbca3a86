"""`kept results`: published figures in the shell, through the same gate as every page."""

import asyncio
import json
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import click
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from integrations.environment import Settings
from integrations.language import Translator
from service.composition import open_database, read_settings
from service.views.figure_words import say_figure
from surveys.audit.actions import note_looks
from surveys.audit.rules import Look, LookedAs, mark_of
from surveys.cadence.queries import programmes
from surveys.errors import Conflict, Missing
from surveys.people.models import Organisation
from surveys.people.queries import the_organisation
from surveys.questions.rules import DIMENSION_NAMES
from surveys.results.lines import published_lines, published_participation
from surveys.results.published import FigureView
from surveys.waves.models import Wave, WaveState, WaveUnit
from surveys.waves.queries import waves_of
from surveys.zones import local_date

WORDS = Translator("en")
WHY_NOT = {
    WaveState.OPEN: "This wave is open until {closes}; it has no figures yet.",
    WaveState.CLOSING: "This wave is being closed; try again in a minute.",
    WaveState.LOST: "This wave closed without results, because its key was lost.",
    WaveState.CANCELLED: "This wave was ended early, so nothing was published.",
    WaveState.MISSED: (
        "This wave was missed: Kept was not running, there was nobody to ask, or everybody had just been "
        "asked in another."
    ),
}


@click.command()
@click.option("--wave", "wave_id", type=click.UUID, help="The wave, as --list names it.")
@click.option("--team", "team_name", help="Only this team.")
@click.option("--list", "listing", is_flag=True, help="List the waves with their ids instead.")
@click.option("--json", "machine", is_flag=True, help="Print JSON.")
def results(*, wave_id: UUID | None, team_name: str | None, listing: bool, machine: bool) -> None:
    """Print the published figures of one wave, exactly as frozen when it closed."""
    if listing == (wave_id is not None):
        raise click.UsageError("Give either --wave ID or --list.")
    settings = read_settings()
    if wave_id is None:
        waves = asyncio.run(_list(settings))
        click.echo(json.dumps(waves, indent=2) if machine else _as_table(waves))
        return
    found = asyncio.run(_figures(settings, wave_id, team_name))
    click.echo(json.dumps(found, indent=2) if machine else _as_text(found))


async def _list(settings: Settings) -> list[dict[str, Any]]:
    async with open_database(settings) as sessions, sessions() as session:
        organisation = await the_organisation(session)
        names = {each.id: each.name for each in await programmes(session)}
        return [
            _wave(wave, names.get(wave.programme_id, ""))
            for wave in await waves_of(session, organisation.id)
        ]


async def _figures(settings: Settings, wave_id: UUID, team_name: str | None) -> dict[str, Any]:
    """Return a published wave and its figures.

    Raises:
        Missing: there is no such wave, or it did not ask this team.
        Conflict: the wave has no results; the sentence says why.
    """
    async with open_database(settings) as sessions:
        async with sessions() as session:
            wave = await _published(session, wave_id)
            found = await _published_figures(session, wave, team_name)
        await _note(sessions, wave, {line["team"] for line in found["figures"]}, now=datetime.now(UTC))
    return found


async def _published_figures(session: AsyncSession, wave: Wave, team_name: str | None) -> dict[str, Any]:
    names = {each.id: each.name for each in await programmes(session)}
    lines = [line async for line in published_lines(session, wave.id)]
    if team_name is not None:
        lines = [line for line in lines if line["team"] == team_name]
        if not lines:
            raise Missing("There is no team called {name} in this wave.", name=team_name)
    answered = [
        line
        for line in await published_participation(session, wave.id)
        if team_name is None or line["team"] == team_name
    ]
    described = _wave(wave, names.get(wave.programme_id, ""))
    return {"wave": described, "figures": lines, "participation": answered, "receipt": wave.receipt}


async def _note(
    sessions: async_sessionmaker[AsyncSession], wave: Wave, names: Collection[str], *, now: datetime
) -> None:
    """Put it into the reading log that somebody in the shell looked; the teams read it on their pages."""
    try:
        async with sessions.begin() as session:
            organisation = await session.get_one(Organisation, wave.organisation_id)
            day = local_date(now, organisation.zone)
            units = await session.scalars(
                select(WaveUnit.team_id).where(WaveUnit.wave_id == wave.id, WaveUnit.name.in_(names))
            )
            looks = [
                Look(organisation.id, team_id, day, LookedAs.OPERATOR, mark_of(None, team_id, day))
                for team_id in units
            ]
            await note_looks(session, looks)
    except SQLAlchemyError:
        click.echo("Kept could not note that these figures were looked at.", err=True)


async def _published(session: AsyncSession, wave_id: UUID) -> Wave:
    wave = await session.get(Wave, wave_id)
    if wave is None:
        raise Missing("There is no wave with this id. `kept results --list` names all of them.")
    if wave.state is not WaveState.PUBLISHED:
        raise Conflict(WHY_NOT[wave.state], closes=_instant(wave.closes_at))
    return wave


def _wave(wave: Wave, programme: str) -> dict[str, Any]:
    return {
        "id": str(wave.id),
        "programme": programme,
        "occurrence": wave.occurrence.isoformat(),
        "state": wave.state.value,
        "opens_at": _instant(wave.opens_at),
        "closes_at": _instant(wave.closes_at),
        "published_at": _instant(wave.published_at),
    }


def _instant(instant: datetime | None) -> str | None:
    return instant.isoformat().replace("+00:00", "Z") if instant is not None else None


def _as_table(waves: list[dict[str, Any]]) -> str:
    if not waves:
        return "No wave has been opened yet."
    return "\n".join(f"{w['id']}  {w['occurrence']}  {w['state']:<9}  {w['programme']}" for w in waves)


def _as_text(found: dict[str, Any]) -> str:
    """Return every figure in the words of the pages, so that the shell says neither more nor less."""
    sizes = {line["team"]: line["size"] for line in found["participation"]}
    lines, last = [], None
    for figure in found["figures"]:
        if figure["team"] != last:
            last = figure["team"]
            lines += ["", last]
        name = DIMENSION_NAMES.get(figure["dimension"], figure["dimension"])
        lines.append(f"  {name:<32} {_said(figure, sizes.get(figure['team']))}")
    return "\n".join(lines).strip("\n")


def _said(figure: dict[str, Any], size_class: str | None) -> str:
    view = FigureView(
        shown=figure["shown"],
        score=figure["score"],
        low=figure["low"],
        high=figure["high"],
        range_kind=figure["range"],
        capped=figure["capped"],
    )
    sentence = say_figure(view, size_class, WORDS).sentence.rstrip(".")
    return sentence + ("; some answers are counted one level up" if figure["carried"] else "")
