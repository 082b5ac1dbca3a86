"""How the text of each setting is read: what it may be, and the sentence that names the remedy otherwise.

A reader takes the text without surrounding blanks and raises `ValueError` with that sentence.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

SHORTEST_SECRET = 32
SHORTEST_WEBHOOK_SECRET = 16
MOST_CONTACTS, LONGEST_CONTACT = 6, 120
ADMINISTRATORS_WORDS = 7  # the promise before answering stays within forty words
DRIVERS = {  # what people write → the driver that is installed
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
}


def _database_url(text: str) -> str:
    # Imported here: `kept --help` must not wait for SQLAlchemy.
    from sqlalchemy.engine import make_url  # noqa: PLC0415 -- see above
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415 -- see above

    try:
        url = make_url(text)
    except ArgumentError as error:
        raise ValueError(
            "not a database address. Write sqlite:///path/to/kept.db or postgresql://user:password@host/name."
        ) from error
    except ValueError as error:  # the port
        raise ValueError(
            "the port behind the host is no number. Write postgresql://user:password@host:5432/name."
        ) from error
    driver = DRIVERS.get(url.drivername)
    if driver is None:
        raise ValueError(
            f"{url.drivername} is not supported. Write sqlite:///path/to/kept.db or "
            "postgresql://user:password@host/name."
        )
    if driver.startswith("sqlite") and url.database in (None, "", ":memory:"):
        raise ValueError("SQLite needs a file. Write sqlite:///path/to/kept.db.")
    return url.set(drivername=driver).render_as_string(hide_password=False)


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"{text!r} is not a web address. Write for example https://kept.example.com.")
    return text.rstrip("/")


def _own_address(text: str) -> str:
    address = _web_address(text)
    if urlsplit(address).path:
        raise ValueError(f"Kept needs an address of its own, without a path behind it; {text!r} has one.")
    return address


def _api_address(text: str) -> str:
    return _web_address(text) + "/"


def _listen(text: str) -> str:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdecimal() or not 0 < int(port) < 65536:  # noqa: PLR2004 -- the last port
        raise ValueError(f"{text!r} is not an address and a port. Write for example 127.0.0.1:8000.")
    return text


def _secrets(shortest: int, one: str) -> Callable[[str], tuple[str, ...]]:
    def read(text: str) -> tuple[str, ...]:
        secrets = tuple(part.strip() for part in text.replace("\n", ",").split(",") if part.strip())
        if not secrets or any(len(secret) < shortest for secret in secrets):
            raise ValueError(
                f"each {one} needs at least {shortest} characters; separate them by commas, newest first. "
                "`openssl rand -hex 32` makes one."
            )
        return secrets

    return read


def _bot_token(text: str) -> str:
    if not text.startswith("xoxb-"):
        raise ValueError(
            "not a bot token. It starts with xoxb- and is on the app's page “OAuth & Permissions”."
        )
    return text


def _smtp_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError(
            "not a mail server. Write smtp://user:password@mail.example.com:587 (STARTTLS where offered) "
            "or smtps://… (TLS from the start)."
        )
    return text


def _administrators(text: str) -> str:
    """At most seven words, because members read them inside a promise of forty."""
    if len(text.split()) > ADMINISTRATORS_WORDS:
        raise ValueError(
            f"Name them in at most {ADMINISTRATORS_WORDS} words, such as: Ada and Grace of IT."
        )
    return text


def _help_contacts(text: str) -> tuple[str, ...]:
    """A few short lines, because somebody reads them who needs help now."""
    contacts = tuple(part.strip() for part in text.replace("\n", ";").split(";") if part.strip())
    if len(contacts) > MOST_CONTACTS or any(len(contact) > LONGEST_CONTACT for contact in contacts):
        raise ValueError(
            f"at most {MOST_CONTACTS} contacts of at most {LONGEST_CONTACT} characters, separated by "
            "semicolons or on lines of their own: Jo Okafor, ombudsperson, 030 1234; Helpline 0800 1110111"
        )
    return contacts


def _mail_address(text: str) -> str:
    if "@" not in text or any(sign in text for sign in "\r\n"):
        raise ValueError(f"{text!r} is not a mail address. Write for example kept@example.com.")
    return text


def _number(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise ValueError(f"{text!r} is not a whole number from {least} to {most}.")
        return int(text)

    return read


def _switch(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError(f"{text!r} is neither 1 (on) nor 0 (off).")
    return text == "1"


READERS: Mapping[str, Callable[[str], object]] = {
    "database_url": _database_url,
    "keys_dir": Path,
    "base_url": _own_address,
    "listen": _listen,
    "secret_keys": _secrets(SHORTEST_SECRET, "key"),
    "administrators": _administrators,
    "help_contacts": _help_contacts,
    "github_secrets": _secrets(SHORTEST_WEBHOOK_SECRET, "secret"),
    "gitlab_secrets": _secrets(SHORTEST_WEBHOOK_SECRET, "secret"),
    "jira_secrets": _secrets(SHORTEST_WEBHOOK_SECRET, "secret"),
    "milestone_secrets": _secrets(SHORTEST_WEBHOOK_SECRET, "secret"),
    "github_token": str,
    "github_api_url": _web_address,
    "gitlab_token": str,
    "gitlab_url": _web_address,
    "jira_token": str,
    "jira_url": _web_address,
    "slack_api_url": _api_address,
    "slack_bot_token": _bot_token,
    "slack_signing_secret": str,
    "slack_messages_per_minute": _number(1, 1200),
    "slack_unknown_retry_seconds": _number(0, 86400),
    "smtp_url": _smtp_url,
    "mail_from": _mail_address,
    "time_travel": _switch,
}
