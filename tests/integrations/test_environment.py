"""Settings: where they come from, and how loudly a wrong one is refused."""

import logging
import re
from dataclasses import fields
from pathlib import Path

import pytest

from integrations.environment import (
    Settings,
    SettingsError,
    unknown_variables,
    variable_of,
)
from integrations.setting_texts import READERS

ROOT = Path(__file__).parents[2]
KEY = "k" * 32


def problems_of(**environ: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(environ)
    return caught.value.problems


def test_an_empty_environment_gives_a_service_on_this_machine_only() -> None:
    settings = Settings.from_environment({})

    assert settings.database_url == "sqlite+aiosqlite:///var/kept.db"
    assert settings.keys_dir == Path("keys")
    assert (settings.listen_host, settings.listen_port) == ("127.0.0.1", 8000)
    assert not settings.uses_slack
    assert not settings.uses_mail
    assert not settings.time_travel


def test_the_keys_lie_outside_the_data_folder_by_default() -> None:
    settings = Settings()
    data = Path(settings.database_url.partition("///")[2]).parent

    assert not settings.keys_dir.is_relative_to(data)


def test_every_setting_can_be_given() -> None:
    settings = Settings.from_environment(
        {
            "KEPT_DATABASE_URL": "postgresql://kept:p%40ss@db/kept",
            "KEPT_KEYS_DIR": "/keys",
            "KEPT_BASE_URL": "http://kept.example.com/",
            "KEPT_LISTEN": "[::]:9000",
            "KEPT_SECRET_KEYS": f"{KEY}1, {KEY}2",
            "KEPT_ADMINISTRATORS": "Jo Okafor, IT",
            "KEPT_SLACK_API_URL": "https://slack-gov.com/api",
            "KEPT_SLACK_BOT_TOKEN": "xoxb-1",
            "KEPT_SLACK_SIGNING_SECRET": "s3cret",
            "KEPT_SLACK_MESSAGES_PER_MINUTE": "300",
            "KEPT_SLACK_UNKNOWN_RETRY_SECONDS": "5",
            "KEPT_SMTP_URL": "smtp://u:p@mail.example.com:587",
            "KEPT_MAIL_FROM": "kept@example.com",
            "KEPT_TIME_TRAVEL": "1",
        }
    )

    assert settings == Settings(
        database_url="postgresql+asyncpg://kept:p%40ss@db/kept",
        keys_dir=Path("/keys"),
        base_url="http://kept.example.com",
        listen="[::]:9000",
        secret_keys=(f"{KEY}1", f"{KEY}2"),
        administrators="Jo Okafor, IT",
        slack_api_url="https://slack-gov.com/api/",
        slack_bot_token="xoxb-1",
        slack_signing_secret="s3cret",
        slack_messages_per_minute=300,
        slack_unknown_retry_seconds=5,
        smtp_url="smtp://u:p@mail.example.com:587",
        mail_from="kept@example.com",
        time_travel=True,
    )
    assert settings.listen_host == "::"


def test_a_secret_can_be_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret_keys"
    file.write_text(f"{KEY}1\n{KEY}2\n", encoding="utf-8")

    settings = Settings.from_environment({"KEPT_SECRET_KEYS_FILE": str(file)})

    assert settings.secret_keys == (f"{KEY}1", f"{KEY}2")


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe"])
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)

    (problem,) = problems_of(KEPT_SLACK_BOT_TOKEN_FILE=str(file))

    assert problem.startswith("KEPT_SLACK_BOT_TOKEN: KEPT_SLACK_BOT_TOKEN_FILE names")
    assert str(file) in problem


def test_a_value_and_a_file_together_are_refused(tmp_path: Path) -> None:
    (problem,) = problems_of(KEPT_LISTEN="127.0.0.1:1", KEPT_LISTEN_FILE=str(tmp_path / "x"))

    assert "Set only one of the two" in problem


@pytest.mark.parametrize(
    ("variable", "value", "remedy"),
    [
        ("KEPT_DATABASE_URL", "mysql://u@h/d", "postgresql://user:password@host/name"),
        ("KEPT_DATABASE_URL", "kept.db", "sqlite:///path/to/kept.db"),
        ("KEPT_DATABASE_URL", "sqlite://", "sqlite:///path/to/kept.db"),
        ("KEPT_BASE_URL", "kept.example.com", "https://kept.example.com"),
        ("KEPT_BASE_URL", "https://example.com/kept", "without a path behind it"),
        ("KEPT_LISTEN", "8000", "127.0.0.1:8000"),
        ("KEPT_LISTEN", "127.0.0.1:70000", "127.0.0.1:8000"),
        ("KEPT_SECRET_KEYS", "short", "openssl rand -hex 32"),
        ("KEPT_SLACK_API_URL", "slack", "Write for example"),
        ("KEPT_SLACK_BOT_TOKEN", "xoxp-1", "starts with xoxb-"),
        ("KEPT_SLACK_MESSAGES_PER_MINUTE", "0", "from 1 to 1200"),
        ("KEPT_SLACK_UNKNOWN_RETRY_SECONDS", "soon", "whole number"),
        ("KEPT_SMTP_URL", "mail.example.com", "smtp://user:password@"),
        ("KEPT_MAIL_FROM", "nobody", "kept@example.com"),
        ("KEPT_TIME_TRAVEL", "yes", "1 (on)"),
    ],
)
def test_a_wrong_value_is_refused_with_its_name_and_the_remedy(
    variable: str, value: str, remedy: str
) -> None:
    found = [each for each in problems_of(**{variable: value}) if each.startswith(f"{variable}: ")]

    assert remedy in found[0]


def test_all_wrong_values_are_told_at_once() -> None:
    assert len(problems_of(KEPT_LISTEN="x", KEPT_TIME_TRAVEL="x", KEPT_BASE_URL="x")) == 3


def test_time_travel_is_refused_where_people_answer() -> None:
    (problem,) = problems_of(KEPT_TIME_TRAVEL="1", KEPT_BASE_URL="https://kept.example.com")

    assert problem.startswith("KEPT_TIME_TRAVEL: ")


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"KEPT_SLACK_BOT_TOKEN": "xoxb-1"}, "KEPT_SLACK_SIGNING_SECRET"),
        ({"KEPT_SLACK_SIGNING_SECRET": "s"}, "KEPT_SLACK_BOT_TOKEN"),
        ({"KEPT_SMTP_URL": "smtp://h"}, "KEPT_MAIL_FROM"),
    ],
)
def test_half_a_pair_is_refused(given: dict[str, str], missing: str) -> None:
    (problem,) = problems_of(**given)

    assert problem.startswith(f"{missing}: ")


def test_a_slip_in_a_name_is_warned_about_with_the_nearest_name(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="kept.settings"):
        Settings.from_environment(
            {"KEPT_BASEURL": "http://x", "PATH": "/bin", "KEPT_TEST_DATABASE_URL": "y"}
        )

    assert [record.getMessage() for record in caplog.records] == [
        "KEPT_BASEURL is not a setting of Kept and does nothing. Did you mean KEPT_BASE_URL?"
    ]


def test_a_name_like_nothing_known_is_sent_to_the_list() -> None:
    assert unknown_variables({"KEPT_ZZZZZZZZZZZZ": "1"}) == [
        "KEPT_ZZZZZZZZZZZZ is not a setting of Kept and does nothing. docs/settings.md lists all of them."
    ]


def test_no_secret_is_printed() -> None:
    text = repr(
        Settings(
            database_url="postgresql+asyncpg://u:hush@h/d",
            secret_keys=("hush",),
            slack_bot_token="hush",
            slack_signing_secret="hush",
            smtp_url="smtp://u:hush@h",
        )
    )

    assert "hush" not in text


def test_every_setting_is_documented_and_nothing_else_is() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `(KEPT_\w+)` \|", page, flags=re.MULTILINE))
    product = {name for name in documented if not name.startswith("KEPT_TEST_")}

    assert product == {variable_of(name) for name in READERS}
    assert set(READERS) == {each.name for each in fields(Settings)}


def test_the_documented_default_is_the_real_one() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(KEPT_\w+)` \| `?([^`|]+?)`? \|", page, flags=re.MULTILINE))
    blank = Settings()

    for name in READERS:
        shown = rows[variable_of(name)]
        default = getattr(blank, name)
        if shown == "none":
            assert not default, name
        else:
            assert default == READERS[name](shown), name


def test_a_long_name_of_administrators_is_refused_because_the_promise_stays_short() -> None:
    with pytest.raises(SettingsError, match=r"KEPT_ADMINISTRATORS.*at most 7 words"):
        Settings.from_environment({"KEPT_ADMINISTRATORS": "one two three four five six seven eight"})
