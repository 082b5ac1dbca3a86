"""docker-compose.yml, read by Compose itself: its own parser, its own schema, no engine needed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from integrations.environment import variable_of
from integrations.setting_texts import READERS

ROOT = Path(__file__).parents[2]
COMPOSE = Path(sys.executable).parent / "docker-compose"
NAMES = {
    "KEPT_HOST": "kept.example.com",
    "KEPT_ADMINISTRATORS": "Jo Okafor, IT",
    "KEPT_MAIL_FROM": "kept@example.com",
}
OURS = ("migrate", "web", "clock")


def compose(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KEPT_")}
    return subprocess.run(
        [COMPOSE, "--file", ROOT / "docker-compose.yml", "--env-file", os.devnull, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=clean | environ,
        timeout=60,
    )


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    done = compose("config", "--format", "json", **NAMES)
    assert done.stderr == ""
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_compose_accepts_the_file_without_a_warning() -> None:
    # The wrapper around Compose always ends with 0; what is wrong is on standard error.
    assert compose("config", "--quiet", **NAMES).stderr == ""


def test_compose_would_refuse_what_its_schema_does_not_know(tmp_path: Path) -> None:
    file = tmp_path / "docker-compose.yml"
    file.write_text("services: {web: {image: kept, read_onyl: true}}", encoding="utf-8")

    assert "read_onyl" in compose("--file", str(file), "config", "--quiet", **NAMES).stderr


@pytest.mark.parametrize("missing", list(NAMES))
def test_what_only_the_operator_knows_has_to_be_said(missing: str) -> None:
    done = compose("config", "--quiet", **{name: value for name, value in NAMES.items() if name != missing})

    assert f"Set {missing} to" in done.stderr


def test_several_web_processes_run_beside_one_another(project: dict[str, Any]) -> None:
    web = project["services"]["web"]

    assert web["deploy"]["replicas"] >= 2
    assert "ports" not in web  # a published port could belong to one of them only
    assert "container_name" not in web


@pytest.mark.parametrize("name", OURS)
def test_our_processes_may_do_next_to_nothing(project: dict[str, Any], name: str) -> None:
    service = project["services"][name]

    assert service["read_only"] is True
    assert service["user"] == "10001:10001"
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert service["ulimits"] == {"core": {}}  # nothing is left of it: Compose leaves zeros out


def test_every_service_that_stays_is_watched_and_comes_back(project: dict[str, Any]) -> None:
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    staying = {name: each for name, each in project["services"].items() if name != "migrate"}

    assert "HEALTHCHECK" in image  # of the web processes
    assert {name for name, each in staying.items() if each["restart"] == "unless-stopped"} == set(staying)
    assert "healthcheck" in project["services"]["database"]
    assert "healthcheck" in project["services"]["clock"]


def test_nothing_starts_before_the_migrations_are_through(project: dict[str, Any]) -> None:
    for name in ("web", "clock"):
        waits_for = project["services"][name]["depends_on"]
        assert waits_for["migrate"]["condition"] == "service_completed_successfully"
    assert project["services"]["migrate"]["depends_on"]["database"]["condition"] == "service_healthy"


def test_the_keys_have_a_volume_of_their_own_that_says_not_to_back_it_up(project: dict[str, Any]) -> None:
    assert project["volumes"]["keys"]["labels"] == {"kept.backup": "exclude"}
    for name in OURS:
        mounts = {each["source"]: each["target"] for each in project["services"][name]["volumes"]}
        assert mounts == {"keys": "/keys"}
    assert "keys" not in str(project["services"]["database"]["volumes"])


def test_secrets_are_files_and_never_in_the_environment(project: dict[str, Any]) -> None:
    for name in OURS:
        environment = project["services"][name]["environment"]
        files = {key: value for key, value in environment.items() if key.endswith("_FILE")}
        assert {Path(value).name for value in files.values()} == {
            each["source"] for each in project["services"][name]["secrets"]
        }
        assert not {"KEPT_SECRET_KEYS", "KEPT_DATABASE_URL", "KEPT_SLACK_BOT_TOKEN"} & environment.keys()


def test_every_variable_is_a_setting_of_kept(project: dict[str, Any]) -> None:
    known = {variable_of(name) + end for name in READERS for end in ("", "_FILE")}

    for name in OURS:
        assert project["services"][name]["environment"].keys() <= known


def test_the_database_cannot_be_reached_from_outside(project: dict[str, Any]) -> None:
    assert project["networks"]["inside"]["internal"] is True
    assert list(project["services"]["database"]["networks"]) == ["inside"]
    assert "ports" not in project["services"]["database"]


def test_the_door_writes_no_access_log() -> None:
    words = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
    directives = [
        line.split()[0] for line in words.splitlines() if line.strip() and not line.strip().startswith("#")
    ]

    assert "log" not in directives
