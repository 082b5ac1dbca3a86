"""The summary of a closed board in Slack: exactly what would be posted, a channel to pick, one press."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from integrations.language import Translator
from integrations.slack import blocks
from integrations.slack.blocks import Block
from integrations.slack.desk import Desk, plain_view
from integrations.slack.identifiers import Action, Callback
from integrations.slack.incoming.events import RetroSent
from integrations.slack.outgoing.messages import message_of
from integrations.wording.notes import BoardSummary
from integrations.wording.retro_summary import ANY_ZONE, require_same_words, say_summary, summary_note
from surveys.errors import no_board_for_you
from surveys.people.queries import viewer_by_slack
from surveys.people.rules import Viewer
from surveys.retrospectives.models import Retrospective
from surveys.retrospectives.queries import board_for
from surveys.retrospectives.summaries import (
    PostState,
    last_channel,
    may_post,
    post_summary,
    posted_summary,
    require_may_post,
)

CHANNEL, TOPICS = "channel", "topics"


async def post_form(
    desk: Desk, session: AsyncSession, viewer: Viewer, board: Retrospective, *, with_topics: bool = False
) -> Block | None:
    """Return the form that posts a summary; None for who may not, or where it is posted already.

    The press that puts names of groups in, or leaves them out, shows the form anew: what stands in it is
    always exactly what would be posted.
    """
    posted = await posted_summary(session, board.id)
    if not may_post(board, viewer) or (posted is not None and posted.state is not PostState.REFUSED):
        return None
    note = await _note(desk, session, viewer, board, with_topics=with_topics)
    channel = await last_channel(session, board.team_id)
    return _post_form(board.id, note, Translator(viewer.locale), channel=channel, with_topics=with_topics)


def _post_form(
    board_id: UUID, note: BoardSummary, language: Translator, *, channel: str | None, with_topics: bool
) -> Block:
    say = language.say
    _, fingerprint = say_summary(note, language)
    other = blocks.button(
        say("Leave the names of the groups out")
        if with_topics
        else say("With the names of the groups you talked about"),
        Action.POST_BOARD,
        value=board_id.hex if with_topics else f"{board_id.hex} {TOPICS}",
    )
    return blocks.modal(
        title=say("Tell a channel"),
        submit=say("Post it"),
        close=say("Close"),
        callback=Callback.RETRO_POST,
        metadata=f"{board_id.hex} {fingerprint.hex()}" + (f" {TOPICS}" if with_topics else ""),
        blocks=[
            blocks.section(
                say(
                    "This is exactly what would be posted. Everybody who reads the channel can read it, "
                    "also who took no part."
                )
            ),
            blocks.divider(),
            *message_of(note, language, ANY_ZONE).blocks,
            blocks.divider(),
            blocks.actions(other),
            blocks.channel(
                say("To which channel?"),
                block_id=CHANNEL,
                action=Action.RETRO_PICK,
                initial=channel,
            ),
            blocks.context(say("Once, under the name of Kept. Kept has to be in the channel.")),
        ],
    )


async def take_post(desk: Desk, event: RetroSent) -> Block:
    """Have the summary posted, in the words that stood above the press."""
    board_hex, fingerprint, *topics = event.metadata.split(" ")
    async with desk.sessions.begin() as session:
        viewer = await viewer_by_slack(session, event.user_id)
        board = await board_for(session, UUID(board_hex), viewer) if viewer is not None else None
        if viewer is None or board is None:
            raise no_board_for_you()
        require_may_post(board, viewer)
        language = Translator(viewer.locale)
        _, now_shown = say_summary(
            await _note(desk, session, viewer, board, with_topics=bool(topics)), language
        )
        require_same_words(fingerprint, now_shown)
        picked = event.picked.get(CHANNEL, ())
        await post_summary(
            session,
            board.id,
            viewer,
            channel=picked[0] if picked else "",
            with_topics=bool(topics),
            fingerprint=now_shown,
            now=desk.clock(),
        )
    lines = [language.say("The summary is on its way to the channel.")]
    return plain_view(language, language.say("Thank you"), lines)


async def _note(
    desk: Desk, session: AsyncSession, viewer: Viewer, board: Retrospective, *, with_topics: bool
) -> BoardSummary:
    return await summary_note(
        session, board, with_topics=with_topics, posted_by=viewer.name, base_url=desk.settings.base_url
    )
