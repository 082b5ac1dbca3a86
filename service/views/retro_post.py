"""What is shown before a summary is posted: exactly the words, and what became of an earlier press."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from integrations.language import mark
from integrations.wording.note_words import Words
from surveys.retrospectives.models import Retrospective
from surveys.retrospectives.summaries import Posted, PostState

BECAME = {
    PostState.ON_ITS_WAY: mark("The summary is on its way to the channel."),
    PostState.POSTED: mark("The summary was posted to the channel."),
    PostState.IN_DOUBT: mark(
        "Slack did not say whether the summary arrived. Look into the channel; it is not sent again."
    ),
    PostState.REFUSED: mark("Slack did not take the summary, so nothing was posted. You can try again."),
}
NOT_IN_CHANNEL = mark(
    "Kept is not in that channel, so nothing was posted. Invite it there with /invite, then press again."
)
NO_CHANNEL = mark("Slack knows no such channel, or Kept cannot see it. Nothing was posted.")
WORDS_CHANGED = mark("A name changed before it was sent, so nothing was posted. Read the words again.")
REASONS = {
    "not_in_channel": NOT_IN_CHANNEL,
    "channel_not_found": NO_CHANNEL,
    "changed": WORDS_CHANGED,
}


@dataclass(frozen=True, slots=True)
class PostPage:
    """The preview."""

    board_id: UUID
    title: str
    paragraphs: Sequence[str]
    button: str
    small: str
    fingerprint: str
    with_topics: bool
    channel: str
    posted: Posted | None
    became: str
    may_press: bool


def became_of(posted: Posted | None) -> str:
    """Return the sentence about an earlier press, not yet in the reader's language; empty without one."""
    if posted is None:
        return ""
    if posted.state is PostState.REFUSED and posted.error in REASONS:
        return REASONS[posted.error]
    return BECAME[posted.state]


def post_page(
    board: Retrospective,
    words: Words,
    fingerprint: bytes,
    posted: Posted | None,
    channel: str,
    *,
    with_topics: bool,
) -> PostPage:
    """Return the page before a summary is posted."""
    return PostPage(
        board_id=board.id,
        title=board.title,
        paragraphs=words.paragraphs,
        button=words.button,
        small=words.small,
        fingerprint=fingerprint.hex(),
        with_topics=with_topics,
        channel=posted.channel if posted is not None else channel,
        posted=posted,
        became=became_of(posted),
        may_press=posted is None or posted.state is PostState.REFUSED,
    )
