"""What of a closed wave's words is delivered, and the days on which a mailbox moves. Pure."""

import base64
import binascii
import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from surveys.ballots.rules import Opened
from surveys.ballots.words import OpenedRemark, PassedOn
from surveys.errors import Invalid
from surveys.results.rules.publication import FrozenUnit
from surveys.zones import time_zone

FEWEST = 5  # people who answered, whatever the minimum group is: an average hides more than words do
FEWEST_FOR_THEMES = 8
HANDED_OVER_AT = time(9)  # on the clock of the organisation, every day
MAILBOX_LASTS = timedelta(days=90)  # after its newest message
LONGEST_MESSAGE = 4_000  # characters
MESSAGES_A_DAY = 5  # of the writer, in one mailbox
MAILBOXES_A_DAY = 20  # new ones, to one unit
TOKEN_BYTES = 32
WORDS_KEPT = timedelta(days=90)  # after the results they came with


class Addressee(StrEnum):
    """Whom a mailbox is for: an office, not a person."""

    LEADER = "leader"  # whoever leads the unit
    HR = "hr"
    OMBUDSPERSON = "ombudsperson"


@dataclass(frozen=True, slots=True)
class Delivered:
    """Rows to be stored of one wave, in an order drawn by lot."""

    words: Sequence[tuple[UUID, str]] = field(default_factory=list)  # unit, words
    themes: Sequence[tuple[UUID, str]] = field(default_factory=list)  # unit, theme


def respondents(answers: Iterable[Opened], units: Mapping[UUID, FrozenUnit]) -> dict[UUID, int]:
    """Return unit → people who completed at least one dimension there and count towards the minimum.

    Args:
        answers: everybody's, as opened at the seal.
        units: as they stood at opening. Questions about promises make nobody a respondent.
    """
    people: dict[UUID, set[UUID]] = defaultdict(set)
    for one in answers:
        unit = units[one.team_id]
        asked = unit.parts[one.dimension] if one.dimension not in unit.loop else ()
        if one.counts and asked and all(one.answers[: len(asked)]):
            people[one.team_id].add(one.person_id)
    return {unit: len(found) for unit, found in people.items()}


def decide_delivery(
    remarks: Iterable[OpenedRemark], answered: Mapping[UUID, int], shown: Iterable[UUID], minimum: int
) -> Delivered:
    """Return what is delivered; everything else is forgotten unread.

    Words need `minimum` people who answered in that very unit, and at least five. They also need a
    figure that is shown there: otherwise their delivery would say why there is none. A theme needs eight
    people who answered, and as many who picked it as words need who answered. Nothing is carried up,
    because words name their unit by what they say.
    """
    least = max(minimum, FEWEST)
    readable = {unit for unit in shown if answered.get(unit, 0) >= least}
    words: list[tuple[UUID, str]] = []
    picked: Counter[tuple[UUID, str]] = Counter()
    for remark in remarks:
        if remark.team_id not in readable:
            continue
        if remark.kind is PassedOn.WORDS:
            words.append((remark.team_id, remark.content))
        elif answered[remark.team_id] >= FEWEST_FOR_THEMES:
            picked[remark.team_id, remark.content] += 1
    secrets.SystemRandom().shuffle(words)
    return Delivered(words, sorted(each for each, people in picked.items() if people >= least))


def handed_over_on(now: datetime, zone: str) -> date:
    """Return the day of the batch that a message written at `now` goes with: the next nine o'clock."""
    local = now.astimezone(time_zone(zone))
    return local.date() + timedelta(days=local.time() >= HANDED_OVER_AT)


def newest_batch(now: datetime, zone: str) -> date:
    """Return the day of the newest batch that was handed over by `now`."""
    return handed_over_on(now, zone) - timedelta(days=1)


def week_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def require_token(token: str) -> str:
    """Return the secret of a mailbox's link if it is as long and as plain as ours are.

    Raises:
        Invalid: it is not: a short one could be guessed.
    """
    try:
        raw = base64.b64decode(token.encode("ascii") + b"=", altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raw = b""
    if len(raw) != TOKEN_BYTES:
        raise Invalid("This link is not complete. Open it again as you saved it.", field="token")
    return token
