"""`kept results`: what is published, and nothing beside it."""

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from surveys.audit.models import Reading
from surveys.audit.rules import LookedAs
from surveys.database import build_engine, build_sessions
from surveys.people.models import Team
from surveys.results.models import Figure, Participation
from surveys.waves.models import Wave, WaveState, WaveUnit
from tests.service.commands.installation import Installation
from tests.service.commands.test_doctor import wave_of


@pytest.fixture
def wave_id(installed: Installation) -> UUID:
    """A published wave: one team with two figures, one whose figures are not shown separately."""
    made = wave_of(installed.database_url, state=WaveState.PUBLISHED)
    asyncio.run(fill(installed.database_url, made))
    return made


async def fill(url: str, wave_id: UUID) -> None:
    engine = build_engine(url)
    async with build_sessions(engine).begin() as session:
        wave = await session.get_one(Wave, wave_id)
        teams = {name: Team(organisation_id=wave.organisation_id, name=name) for name in ("Alder", "Birch")}
        session.add_all(teams.values())
        await session.flush()
        for name, team in teams.items():
            session.add(
                WaveUnit(wave_id=wave_id, team_id=team.id, name=name, asked=12, leaders=[], loop=[])
            )
        shown = {"shown": True, "n": 12, "asked": 14, "range_kind": "shrunk_t", "low": 60.2, "high": 76.7}
        alder, birch = teams["Alder"].id, teams["Birch"].id
        await session.flush()
        session.add_all(
            [
                Figure(wave_id=wave_id, team_id=alder, dimension="PSY", score=68.4, carried=True, **shown),
                Figure(wave_id=wave_id, team_id=alder, dimension="FLW", score=97.5, capped=True, **shown),
                Figure(
                    wave_id=wave_id,
                    team_id=alder,
                    dimension="CNF",
                    shown=True,
                    n=14,
                    asked=14,
                    score=63.2,
                    range_kind="everyone",
                ),
                Figure(wave_id=wave_id, team_id=birch, dimension="PSY", shown=False),
                Participation(
                    wave_id=wave_id, team_id=alder, shown=True, asked=14, band="80_99", size_class="10_plus"
                ),
                Participation(wave_id=wave_id, team_id=birch, shown=False),
            ]
        )
    await engine.dispose()


def told(installed: Installation, *arguments: str) -> Any:  # noqa: ANN401 -- JSON
    shown = installed.invoke("results", *arguments, "--json")
    assert shown.exit_code == 0, shown.output
    return json.loads(shown.output)


def test_the_list_names_each_wave_with_its_id(installed: Installation, wave_id: UUID) -> None:
    (wave,) = told(installed, "--list")

    assert wave["id"] == str(wave_id)
    assert wave["programme"] == "Pulse"
    assert wave["state"] == "published"
    assert wave["closes_at"].endswith("Z")


def test_a_shown_figure_has_a_rounded_number_and_a_hidden_one_has_none(
    installed: Installation, wave_id: UUID
) -> None:
    figures = told(installed, "--wave", str(wave_id))["figures"]

    assert {(each["team"], each["dimension"]) for each in figures} == {
        ("Alder", "PSY"),
        ("Alder", "FLW"),
        ("Alder", "CNF"),
        ("Birch", "PSY"),
    }
    psychological_safety = next(
        each for each in figures if each["team"] == "Alder" and each["dimension"] == "PSY"
    )
    hidden = next(each for each in figures if each["team"] == "Birch")
    assert psychological_safety["score"] == 68
    assert {name for name, value in hidden.items() if value} == {"team", "dimension"}


def test_the_count_of_answers_is_not_in_it(installed: Installation, wave_id: UUID) -> None:
    figures = told(installed, "--wave", str(wave_id))["figures"]

    assert not {"n", "asked", "answered"} & figures[0].keys()


def test_how_many_answered_is_a_band_and_nothing_where_nothing_is_shown(
    installed: Installation, wave_id: UUID
) -> None:
    alder, birch = told(installed, "--wave", str(wave_id))["participation"]

    assert (alder["band"], alder["answered"]) == ("80_99", None)
    assert {name for name, value in birch.items() if value} == {"team"}


def test_one_team_can_be_asked_for_by_name(installed: Installation, wave_id: UUID) -> None:
    figures = told(installed, "--wave", str(wave_id), "--team", "Birch")["figures"]

    assert {each["team"] for each in figures} == {"Birch"}


def test_a_person_reads_sentences(installed: Installation, wave_id: UUID) -> None:
    shown = installed.invoke("results", "--wave", str(wave_id)).output

    assert "68, somewhere between 60 and 77; some answers are counted one level up" in shown
    assert "63, everyone answered; next time may differ by ±15" in shown
    assert "95 or more" in shown
    assert "Not shown separately here" in shown


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (WaveState.OPEN, "is open until"),
        (WaveState.CLOSING, "is being closed"),
        (WaveState.LOST, "its key was lost"),
        (WaveState.CANCELLED, "was ended early"),
        (WaveState.MISSED, "was missed"),
    ],
)
def test_a_wave_without_results_says_why(
    installed: Installation, wave_id: UUID, state: WaveState, words: str
) -> None:
    asyncio.run(put(installed.database_url, wave_id, state))

    shown = installed.invoke("results", "--wave", str(wave_id))

    assert shown.exit_code == 1
    assert words in shown.output


async def put(url: str, wave_id: UUID, state: WaveState) -> None:
    engine = build_engine(url)
    async with engine.begin() as connection:
        await connection.execute(update(Wave).where(Wave.id == wave_id).values(state=state))
    await engine.dispose()


def test_an_unknown_wave_and_an_unknown_team_are_refused(installed: Installation, wave_id: UUID) -> None:
    nowhere = installed.invoke("results", "--wave", str(uuid4()))
    nobody = installed.invoke("results", "--wave", str(wave_id), "--team", "Cedar")

    assert (nowhere.exit_code, nobody.exit_code) == (1, 1)
    assert "kept results --list" in nowhere.output
    assert "Cedar" in nobody.output


@pytest.mark.parametrize("arguments", [[], ["--list", "--wave", str(UUID(int=7))], ["--wave", "7"]])
def test_it_needs_either_a_wave_or_the_list(installed: Installation, arguments: list[str]) -> None:
    assert installed.invoke("results", *arguments).exit_code == 2


def test_the_teams_learn_that_somebody_in_the_shell_looked(installed: Installation, wave_id: UUID) -> None:
    told(installed, "--wave", str(wave_id), "--team", "Alder")
    told(installed, "--wave", str(wave_id), "--team", "Alder")  # once a day

    async def noted() -> list[tuple[str, LookedAs]]:
        engine = build_engine(installed.database_url)
        async with build_sessions(engine)() as session:
            rows = await session.execute(
                select(Team.name, Reading.looked_as).join(Team, Team.id == Reading.team_id)
            )
            found = [(name, looked_as) for name, looked_as in rows]
        await engine.dispose()
        return found

    assert asyncio.run(noted()) == [("Alder", LookedAs.OPERATOR)]
