"""The ids behind Slack's buttons and forms. Never rename one that is already in someone's channel."""

from enum import StrEnum


class Action(StrEnum):
    """What was pressed."""

    OPEN_SHEET = "sheet.open.v1"  # value: the place
    OPEN_PRIVACY = "privacy.open.v1"  # value: the place, or nothing from Home
    PUT_OFF = "put_off.open.v1"  # value: the place
    ANSWER = "answer.v1"  # a question of the sheet; sent with the sheet, not by itself
    OPEN_WORDS = "words.open.v1"  # value: the place
    WORDS = "words.text.v1"
    PASSED_ON = "words.kind.v1"
    THEME = "words.theme.v1"
    HOW_LONG = "put_off.choice.v1"
    LOOP = "loop.open.v1"  # value: what a leader does, and ids; see `integrations.slack.presses`
    LOOP_LATER = "loop.later.v1"  # the same, beside a press of the first kind in one message
    LOOP_FIELD = "loop.field.v1"
    OPEN_BOARD = "retro.open.v1"  # value: the board
    BEGIN_BOARD = "retro.begin.v1"  # beside the open boards; value: nothing that matters
    POST_BOARD = "retro.post.v1"  # value: the closed board
    RETRO_TEXT = "retro.text.v1"
    RETRO_PICK = "retro.pick.v1"
    LINK = "link.v1"  # a button that opens a page; Slack tells us of the press all the same


class Callback(StrEnum):
    """Which form was sent. The sheet's is followed by its wave and language."""

    SHEET = "sheet.v1"
    PUT_OFF = "put_off.v1"
    WORDS = "words.v1"  # followed by what has been looked at already: nothing, or "seen"
    LOOP = "loop.v1"
    RETRO_CARDS = "retro_cards.v1"  # followed by nothing, or "seen", as words are
    RETRO_DRAFT = "retro_draft.v1"  # the same, for the text of one message
    RETRO_VOTES = "retro_votes.v1"
    RETRO_START = "retro_start.v1"
    RETRO_POST = "retro_post.v1"  # the summary of a closed board, for a channel
    PLAIN = "plain.v1"  # nothing to send
    HOME = "home.v1"


COMMAND = "/kept"
ADD_TO_RETRO = "retro_add"  # the shortcut on a message, as the app's manifest names it
SKIP = "skip"  # beside the two lengths of `surveys.deliveries.rules.Snooze`
SEEN = "seen"  # behind a form whose sender has read what Kept had to say about the words
