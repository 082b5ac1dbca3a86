"""What the page of a unit or a working group says after a form: what was done, and what follows."""

from collections.abc import Mapping

from integrations.language import mark
from integrations.wording.loop import AFTER, DONE_IN_GROUP

DONE: Mapping[str, str] = {
    **AFTER,
    "shared": mark("Shared. The team reads your words here, and each of them gets a message."),
    "promised": mark("Promised. The team sees it here, with your name and the date."),
    "raised": mark("Written down. It waits for your answer."),
    "answered": mark("Answered. The team reads it here and in Slack."),
    "pledged": mark("Pledged. Members read it before each pulse."),
    "noted": mark("Said. The team reads it here for 90 days."),
    "deleted": mark("Deleted."),
    "away": mark("Noted. Clocks stand still until you are back, and somebody acts for you."),
    "back": mark("Welcome back. The clocks run again."),
    "taken_over": mark("It is your promise now, with the words and the date the team read."),
    "closed": mark("Closed. The team reads why; it counts as nobody's failure."),
    "left_out": mark("Taken off the list."),
}
ABOUT_LEADING = frozenset({"pledged", "noted", "deleted", "away", "back"})


def place_of(done: str) -> str:
    """Return the part of the page in which it is said, and to which a form leads back; "" for its head."""
    if done in ABOUT_LEADING:
        return "pledge"
    return "loop" if done in DONE else ""


IN_A_GROUP: Mapping[str, str] = {
    **DONE,
    "done": DONE_IN_GROUP,
    "promised": mark("Promised. The group sees it here, with your name and the date."),
    "answered": mark("Answered. The group reads it here."),
    "made": mark("The group is there. Whoever you named hears of it from Kept."),
    "renamed": mark("Renamed."),
    "joined": mark("Added. Each of them hears of it from Kept."),
    "led": mark("Changed."),
    "removed": mark("They are not in the group any more. Boards they took part in stay open to them."),
    "ended": mark("The group has ended. Promises that were open are closed, as nobody's failure."),
}
