"""Where other tools tell of milestones: check the signature over the raw body, read, start a board once.

A stranger gets a 401 without a reason. Nothing is logged and no body is kept. The answer is one word,
which the tool shows to whoever set the webhook up.
"""

from datetime import datetime
from typing import Any

from litestar import Request, post
from litestar.datastructures import State
from litestar.params import FromPath
from litestar.response import Response
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.milestones.hooks import Headers, UnreadableError
from integrations.milestones.tools import TOOLS, Tool
from service.dependencies import CurrentSettings, Keys, Now, Session
from service.logs import UNLOGGED
from service.security import SIGNED_BY_SENDER
from surveys.errors import Invalid
from surveys.milestones.actions import hear_milestone
from surveys.milestones.issues import hear_issue
from surveys.milestones.rules import Heard
from surveys.retrospectives.keys import RetroKeys

LARGEST_BODY = 512 * 1024  # bytes; notes of a release have at most 125,000 characters
WORD = "text/plain"
NOTHING = "nothing was finished"


@post("/hooks/{tool:str}", opt=UNLOGGED | SIGNED_BY_SENDER, request_max_body_size=LARGEST_BODY)
async def hear(
    request: Request[Any, Any, State],
    session: Session,
    keys: Keys,
    settings: CurrentSettings,
    now: Now,
    tool: FromPath[str],
) -> Response[bytes]:
    """Take what a tool tells. 201: a board was started; 202: taken, and the word says what became of it."""
    known = next((TOOLS[source] for source in TOOLS if source == tool), None)
    secrets = known.secrets(settings) if known is not None else ()
    if known is None or not secrets:
        return _said(404)
    body = await request.body()
    headers = {name.lower(): value for name, value in request.headers.items()}
    if not known.admits(headers, body, secrets, now=now.timestamp()):
        return _said(401)
    try:
        heard = await _heard(session, keys, known, headers, body, now)
    except (UnreadableError, Invalid):  # refused before anything was written
        return _said(400, "could not be read")
    return _said(201 if heard is Heard.STARTED else 202, heard)


async def _heard(
    session: AsyncSession, keys: RetroKeys, tool: Tool, headers: Headers, body: bytes, now: datetime
) -> Heard | str:
    reached = tool.parse(headers, body)
    if reached is not None:
        return await hear_milestone(session, keys, reached, now=now)
    moved = tool.parse_issue(headers, body) if tool.parse_issue is not None else None
    return await hear_issue(session, moved, now=now) if moved is not None else NOTHING


def _said(status: int, word: str = "") -> Response[bytes]:
    return Response(word.encode(), status_code=status, media_type=WORD)
