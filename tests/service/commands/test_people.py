import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from service.cli import main
from surveys.audit.models import Entry
from surveys.database import build_engine, build_sessions
from surveys.deliveries.models import ChannelName, Delivery, Kind
from surveys.people.models import Organisation, Person, SignInLink
from surveys.people.queries import token_digest

HEADER = "email,name,team,parent_team,leads,zone\n"
PEOPLE = (
    HEADER
    + "carla@example.com,Carla,Company,,yes,Europe/Berlin\n"
    + "lena@example.com,Lena,Payments,Company,yes,Asia/Tokyo\n"
    + "alice@example.com,Alice,Payments,Company,,\n"
)


@pytest.fixture
def folder(own_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KEPT_DATABASE_URL", own_database_url)
    monkeypatch.setenv("KEPT_BASE_URL", "http://localhost:8000")
    monkeypatch.setenv("KEPT_KEYS_DIR", str(tmp_path / "keys"))
    return tmp_path


def kept(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def import_file(folder: Path, content: str | bytes, *options: str) -> Result:
    file = folder / "people.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return kept("import-people", str(file), *options)


def stored(url: str, statement: object) -> list[object]:
    async def read() -> list[object]:
        engine = build_engine(url)
        async with build_sessions(engine)() as session:
            found = list(await session.scalars(statement))  # type: ignore[call-overload] -- any select of one column
        await engine.dispose()
        return found

    return asyncio.run(read())


class TestImportPeople:
    def test_the_first_import_founds_the_organisation(self, folder: Path, own_database_url: str) -> None:
        result = import_file(folder, PEOPLE, "--organisation", "Ours", "--zone", "Europe/Vienna")

        assert result.exit_code == 0, result.output
        assert "3  people added" in result.output
        assert "New teams: Company, Payments" in result.output
        (organisation,) = stored(own_database_url, select(Organisation))
        assert isinstance(organisation, Organisation)
        assert (organisation.name, organisation.zone) == ("Ours", "Europe/Vienna")
        zones = stored(own_database_url, select(Person.zone).order_by(Person.name))
        assert zones == ["Europe/Vienna", "Europe/Berlin", "Asia/Tokyo"]

    def test_a_dry_run_prints_the_plan_and_writes_nothing(
        self, folder: Path, own_database_url: str
    ) -> None:
        result = import_file(folder, PEOPLE, "--dry-run")

        assert result.exit_code == 0
        assert "nothing was written" in result.output
        assert stored(own_database_url, select(Organisation.id)) == []

    def test_a_second_import_says_that_nothing_changes(self, folder: Path) -> None:
        import_file(folder, PEOPLE)
        assert "nothing to change" in import_file(folder, PEOPLE).output

    def test_one_wrong_line_keeps_all_others_out(self, folder: Path, own_database_url: str) -> None:
        result = import_file(folder, PEOPLE + "bob@example.com,Bob,Payments,Company,,Europe/Atlantis\n")

        assert result.exit_code == 1
        assert result.stderr.splitlines() == [
            'line 5: zone: "Europe/Atlantis" is not a time zone; use a name such as Europe/Berlin',
            "Nothing was imported.",
        ]
        assert stored(own_database_url, select(Person.id)) == []

    def test_a_file_in_another_encoding_is_refused_with_its_place(self, folder: Path) -> None:
        result = import_file(folder, HEADER.encode() + b"zoe@example.com,Zo\xeb,South,,,\n")
        assert result.exit_code == 1
        assert "line 2: byte 19 (0xEB) is not UTF-8" in result.stderr

    def test_problems_come_as_json_on_request(self, folder: Path) -> None:
        result = import_file(folder, HEADER + "zoe@example.com,Zoe,South,,,X\n", "--json")
        (problem,) = json.loads(result.stdout)["problems"]
        assert (result.exit_code, problem["line"], problem["column"]) == (1, 2, "zone")

    def test_the_plan_comes_as_json_on_request(self, folder: Path) -> None:
        plan = json.loads(import_file(folder, PEOPLE, "--dry-run", "--json").stdout)
        assert plan["dry_run"] is True
        assert plan["counts"]["added"] == 3
        assert plan["new_teams"] == ["Company", "Payments"]

    def test_of_very_many_new_teams_the_first_are_named_and_the_rest_counted(self, folder: Path) -> None:
        many = "".join(f"p{n}@example.com,P,Team {n},,,\n" for n in range(30))
        [line] = [
            line
            for line in import_file(folder, HEADER + many, "--dry-run").output.splitlines()
            if line.startswith("New teams")
        ]
        assert line.startswith("New teams: Team 0, Team 1, ")
        assert line.endswith("Team 19 and 10 more")

    def test_half_a_file_is_refused_until_forced(self, folder: Path, own_database_url: str) -> None:
        import_file(folder, PEOPLE)
        half = HEADER + "carla@example.com,Carla,Company,,yes,Europe/Berlin\n"

        shown = import_file(folder, half, "--dry-run")
        assert (shown.exit_code, "2  people deactivated" in shown.stdout) == (1, True)
        refused = import_file(folder, half)
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert "2 of 3 people, more than 40 %" in refused.stderr
        active = select(Person.name).where(Person.active)
        assert len(stored(own_database_url, active)) == 3

        assert import_file(folder, half, "--force").exit_code == 0
        assert stored(own_database_url, active) == ["Carla"]

    def test_the_organisation_is_not_renamed_by_the_way(self, folder: Path) -> None:
        import_file(folder, PEOPLE)
        result = import_file(folder, PEOPLE, "--organisation", "Theirs")
        assert result.exit_code == 1
        assert 'its name is "Our organisation"' in result.stderr

    def test_a_file_that_is_not_there_is_a_mistake_of_the_caller(self, folder: Path) -> None:
        assert kept("import-people", str(folder / "nowhere.csv")).exit_code == 2


class TestLoginLink:
    def test_it_prints_one_address_and_tells_the_person(self, folder: Path, own_database_url: str) -> None:
        import_file(folder, PEOPLE)

        result = kept("login-link", "Alice@Example.com")

        assert result.exit_code == 0
        (line,) = result.stdout.splitlines()
        address, _, token = line.rpartition("/")
        assert address == "http://localhost:8000/sign-in"
        assert stored(own_database_url, select(SignInLink.token_hash)) == [token_digest(token)]
        (told,) = stored(own_database_url, select(Delivery))
        assert isinstance(told, Delivery)
        assert (told.kind, told.channel) == (Kind.SIGN_IN, ChannelName.MAIL)
        assert token not in repr(vars(told))
        assert "sign_in_link.made" in stored(own_database_url, select(Entry.action))

    def test_an_unknown_address_is_refused(self, folder: Path) -> None:
        import_file(folder, PEOPLE)
        result = kept("login-link", "nobody@example.com")
        assert result.exit_code == 1
        assert "Nobody who is active has this address" in result.stderr


class TestErasing:
    def test_an_erased_person_has_no_name_and_cannot_be_found_again(
        self, folder: Path, own_database_url: str
    ) -> None:
        assert kept("migrate").exit_code == 0
        import_file(folder, PEOPLE)
        email = str(stored(own_database_url, select(Person.email))[0])

        erased = kept("erase-person", email, "--yes")
        again = kept("erase-person", email, "--yes")

        assert (erased.exit_code, again.exit_code) == (0, 1)
        assert "Nobody has this address" in again.output
        assert email not in stored(own_database_url, select(Person.email))

    def test_somebody_who_left_long_ago_is_erased_too(self, folder: Path, own_database_url: str) -> None:
        assert kept("migrate").exit_code == 0
        import_file(folder, PEOPLE)
        *stay, last = PEOPLE.strip().splitlines()
        email = last.partition(",")[0].lower()
        import_file(folder, "\n".join(stay) + "\n", "--force")
        assert stored(own_database_url, select(Person.active).where(Person.email == email)) == [False]

        assert kept("erase-person", email, "--yes").exit_code == 0
        assert email not in stored(own_database_url, select(Person.email))

    def test_it_asks_whether_this_is_meant(self, folder: Path) -> None:
        assert kept("erase-person", "x@example.com").exit_code == 1
