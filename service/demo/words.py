"""What invented people write to the open question. Nobody said any of it; it is spread by a fixed rule."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zlib import crc32

from sqlalchemy.ext.asyncio import AsyncSession

from surveys.ballots.keys import KeyStore
from surveys.ballots.remarks import cast_remark
from surveys.ballots.words import FEWEST_ASKED, HandedWords, PassedOn

WRITES_ONE_IN = 3
THEME = "THEME-02"  # what those pick who want to say no more than that
SAID: dict[str, Sequence[str]] = {
    "OPEN-01": (
        "Starting the meeting with the open questions instead of the finished slides.",
        'Someone said "I don\'t know" first. After that it was easy.',
        "Writing it down beforehand helps those who do not speak up at once.",
    ),
    "OPEN-02": (
        "Decisions get lost between meetings. A short note after each would help.",
        "We start more than we finish, and then everything is urgent.",
        "Too many people have to be asked before anything moves.",
    ),
    "OPEN-03": (
        "We agreed to look at the on-call plan again in autumn.",
        "The promise to keep Fridays free of releases.",
        "Who answers requests from outside is still open.",
    ),
    "OPEN-04": (
        "Saying early when a date will slip, and why.",
        "The short walk through priorities at the start of the week.",
        "Asking for what does not work, and then really waiting for the answer.",
    ),
    "OPEN-05": (
        "The hand-over: nobody knew who looks last.",
        "We should test the way back, too, not only the way forward.",
        "A second pair of eyes before it goes out, also for small things.",
    ),
    "OPEN-06": (
        "The patience with which new people get explained things here.",
        "That the archive was cleaned up without anyone asking for it.",
        "Everybody who stayed calm during the outage.",
    ),
}

# Behind each sentence, so that no two people of a wave write the same: `kept attack` knows words by heart.
TROUBLES = (
    "We could look at it together.",
    "Others say so, too.",
    "It came up before.",
    "Maybe we can talk about it.",
    "It is better than it was.",
    "It is no drama, but it stays.",
    "I noticed it more than once.",
    "It is easy to forget in busy weeks.",
    "One sentence about it would be enough.",
    "It wears people down.",
    "I would not want to leave it at that.",
    "It costs more time than it seems.",
    "New people stumble over it first.",
    "I do not know how, but it should change.",
)
GOOD = (
    "That is worth keeping.",
    "It costs nothing.",
    "Others say so, too.",
    "It makes the rest easier.",
    "I noticed it more than once.",
    "I would like to see more of that.",
    "It is better than it was.",
    "That is worth keeping in mind.",
    "It is easy to forget in busy weeks.",
    "It helped me, too.",
    "We should go on with it.",
    "It was not always like that.",
    "New people notice it first.",
    "It does not take much.",
)
ABOUT_TROUBLES = frozenset({"OPEN-02", "OPEN-03", "OPEN-05"})


def sentences_of(prompt: str) -> list[str]:
    """Return every sentence with every ending once, so that neighbours have neither in common."""
    said, endings = SAID[prompt], TROUBLES if prompt in ABOUT_TROUBLES else GOOD
    count = len(said) * len(endings)
    return [f"{said[at % len(said)]} {endings[at * 5 % len(endings)]}" for at in range(count)]


async def let_people_write(
    session: AsyncSession,
    keys: KeyStore,
    prompt: str,
    units: Sequence[Sequence[tuple[UUID, str]]],
    *,
    now: datetime,
) -> None:
    """Cast the words of invented people, about one in three of each unit.

    Args:
        session: the caller's; real words have a transaction each, invented ones need none.
        keys: where the wave's key lies.
        prompt: code of the open question.
        units: place and address of those who answered, by unit.
        now: as of when.
    """
    sentences = sentences_of(prompt)
    for people in (each for each in units if len(each) >= FEWEST_ASKED):
        by_lot = sorted(people, key=lambda each: crc32(f"{prompt} {each[1]}".encode()))
        for place_id, _ in by_lot[: max(1, len(people) // WRITES_ONE_IN)]:
            kind, said = (PassedOn.WORDS, sentences.pop(0)) if sentences else (PassedOn.THEME, THEME)
            await cast_remark(session, keys, HandedWords(place_id, None, kind, said), now=now)
