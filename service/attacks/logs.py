"""Logs of the service, the proxy and the database server: people, links, forms, values of statements."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.attacks.attempts import Attempt, judged, not_tried
from surveys.people.models import Person
from surveys.waves.models import Place

TOKEN = re.compile(r"(?:/answer/|/sign-in/)[\w-]{40,}|xox[abp]-\d|kept_session=\w")
VISIT = re.compile(r"\b(?:GET|POST|HEAD) /(?:answer|slack/events)\b")
FORM = re.compile(r"selected_option|private_metadata|view_submission|form_token=")
VALUES = re.compile(r"parameters?: .*\$1 = |\bopen_ballot\b.*\\x[0-9a-f]{64}", flags=re.IGNORECASE)
WORD = re.compile(r"[\w.+@-]+")


async def attacks(session: AsyncSession, folders: Iterable[Path]) -> list[Attempt]:
    """Return what the lines of all files in these folders say that no log may say."""
    needles = await _needles(session)
    people = links = values = 0
    files = 0
    try:
        for line in _lines(folders):
            files += 1
            people += not needles.isdisjoint(WORD.findall(line.lower()))
            links += bool(TOKEN.search(line) or VISIT.search(line) or FORM.search(line))
            values += bool(VALUES.search(line))
    except OSError as error:
        return [not_tried("logs", f"A log could not be read: {error.strerror or 'no reason given'}.")]
    if not files:
        return [not_tried("logs", "There is no line to read in the folder given by --logs.")]
    return [
        judged(
            "people in logs",
            people,
            clean="No line names a person.",
            leak="Lines name people by address or id; together with their times they say who did what.",
        ),
        judged(
            "visits and links in logs",
            links,
            clean="No line shows a visit to a sheet, a personal link, a token or a form.",
            leak="Lines show visits to sheets, personal links, tokens or forms. Switch the access log off.",
        ),
        judged(
            "statements in logs",
            values,
            clean="No line shows a statement with its values.",
            leak="Lines show statements with their values, which name who wrote which answer.",
        ),
    ]


async def _needles(session: AsyncSession) -> set[str]:
    """Return every id and address of a person, and every id of a place, in lower case."""
    needles: set[str] = set()
    for person_id, email, slack_id in await session.execute(
        select(Person.id, Person.email, Person.slack_id)
    ):
        needles |= {str(person_id), person_id.hex, email.lower()}
        if slack_id:
            needles.add(slack_id.lower())
    for place in await session.scalars(select(Place.id)):
        needles |= {str(place), place.hex}
    return needles


def _lines(folders: Iterable[Path]) -> Iterator[str]:
    for folder in folders:
        for file in sorted(folder.rglob("*")) if folder.is_dir() else [folder]:
            if file.is_file():
                with file.open(encoding="utf-8", errors="replace") as lines:
                    yield from lines
