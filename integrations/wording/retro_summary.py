"""The summary of a board for a channel: the same words where they are shown and where they are sent."""

from hashlib import sha256

from sqlalchemy.ext.asyncio import AsyncSession

from integrations.language import Translator
from integrations.wording.note_words import Words, words_of
from integrations.wording.notes import BoardSummary
from surveys.errors import Conflict
from surveys.people.models import TeamOrGroup
from surveys.retrospectives.models import Retrospective
from surveys.retrospectives.summaries import summary_of

ANY_ZONE = "UTC"  # the words name days and no hour


async def summary_note(
    session: AsyncSession, board: Retrospective, *, with_topics: bool, posted_by: str, base_url: str
) -> BoardSummary:
    """Return what a channel may read of a closed board; `posted_by` is the name of whoever presses."""
    team = await session.get_one(TeamOrGroup, board.team_id)
    summary = await summary_of(session, board, with_topics=with_topics)
    return BoardSummary(
        team_name=team.name,
        title=summary.title,
        posted_by=posted_by,
        topics=summary.topics,
        steps=summary.steps,
        page_url=f"{base_url}/retros/{summary.board_id}",
    )


def say_summary(note: BoardSummary, language: Translator) -> tuple[Words, bytes]:
    """Return what is posted, and the fingerprint by which it is known again."""
    words = words_of(note, language, ANY_ZONE)
    return words, sha256(words.text.encode()).digest()


def require_same_words(read: str, fingerprint: bytes) -> None:
    """Refuse a press on other words than those that would be posted now.

    Args:
        read: the fingerprint of what stood above the press, in hexadecimal digits.
        fingerprint: what `say_summary` returns now.

    Raises:
        Conflict: they differ.
    """
    if read != fingerprint.hex():
        raise Conflict("The words have changed since you looked. Read them again; nothing was posted.")
