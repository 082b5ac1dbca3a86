"""What handlers of Slack events work with, and the exact bytes Slack wants back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from integrations.environment import Settings
from integrations.language import Translator, mark
from integrations.slack import blocks
from integrations.slack.blocks import Block
from integrations.slack.identifiers import Callback
from integrations.slack.incoming.events import Pressed
from integrations.slack.outgoing.client import SlackClient
from surveys.ballots.keys import KeyStore
from surveys.ballots.rules import HandedIn
from surveys.people.queries import viewer_by_slack
from surveys.people.rules import Viewer
from surveys.results.published import TeamTrend

JSON_TYPE = "application/json"
TEXT_TYPE = "text/plain"
NOT_KNOWN = mark("Kept does not know you yet. Whoever looks after it at your place can add you.")


class Box(Protocol):
    """Where sheets are put; returns after the commit that holds them, or raises the refusal."""

    async def put(self, sheet: HandedIn) -> None:
        """Store a sheet."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The body of a 200. Empty means: taken, nothing to say."""

    body: bytes = b""
    media_type: str = TEXT_TYPE


TAKEN = Reply()


@dataclass(frozen=True, slots=True)
class Desk:
    """What handlers work with.

    Attributes:
        box: takes answer sheets.
        tell: puts a unit's newest results into sentences, the same as on its page.
        thanks: prepared replies by wave, language and zone, so that an answer asks the database nothing
            twice.
    """

    sessions: async_sessionmaker[AsyncSession]
    keys: KeyStore
    box: Box
    client: SlackClient
    settings: Settings
    clock: Callable[[], datetime]
    tell: Callable[[TeamTrend, Translator], Sequence[str]]
    thanks: dict[tuple[UUID, str, str], bytes] = field(default_factory=dict)

    async def show(self, event: Pressed, view: Block) -> None:
        """Show a view: in place of the one that was pressed in, or anew where there was none."""
        if event.view_id is not None:
            await self.client.update_view(event.view_id, view)
        else:
            await self.client.open_view(event.trigger_id, view)

    async def language_of(self, user_id: str) -> Translator:
        """Return the language of somebody known by their Slack id alone."""
        async with self.sessions() as session:
            return language_for(await viewer_by_slack(session, user_id))


def language_for(viewer: Viewer | None) -> Translator:
    """Return the language of whoever presses; English for somebody unknown."""
    return Translator(viewer.locale if viewer is not None else "en")


def as_json(body: dict[str, Any]) -> Reply:
    """Return a reply that says something."""
    return Reply(msgspec.json.encode(body), JSON_TYPE)


def update_to(view: Block) -> Reply:
    """Return a reply that replaces the form that was sent."""
    return as_json({"response_action": "update", "view": view})


def plain_view(language: Translator, title: str, sentences: Sequence[str]) -> Block:
    """Return a view that only says something; closing it closes everything."""
    return blocks.modal(
        title=title,
        close=language.say("Close"),
        callback=Callback.PLAIN,
        clear_on_close=True,
        blocks=[blocks.section(sentence) for sentence in sentences],
    )
