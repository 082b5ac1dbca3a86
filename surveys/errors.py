"""Every refusal the domain can expect, by kind. What HTTP or Slack make of a kind is not decided here.

    SurveyError
    ├── Invalid     what was given cannot be accepted; the message names the field and the remedy
    ├── Missing     it does not exist, or the reader may not know that it does
    ├── Forbidden   the person may not do this
    ├── Conflict    it contradicts what is already so
    └── Gone        it was possible once and no longer is

The first argument is an English sentence with `{placeholders}`, the key of its translation; the keyword
arguments fill it. Never put an answer, a token or a person's name into either.
"""

from typing import ClassVar


class SurveyError(Exception):
    """Base of all expected refusals: `code` is stable for machines, the sentence is for people."""

    code: ClassVar[str] = "refused"

    def __init__(self, sentence: str, **values: object) -> None:
        self.sentence = sentence
        self.values = values
        super().__init__(sentence.format(**values))


class Invalid(SurveyError):
    """What was given cannot be accepted. `field` names where, when there is one."""

    code = "invalid"

    def __init__(self, sentence: str, *, field: str | None = None, **values: object) -> None:
        self.field = field
        super().__init__(sentence, **values)


class Missing(SurveyError):
    """It does not exist, or the reader may not know that it does."""

    code = "missing"


class Forbidden(SurveyError):
    """The person may not do this."""

    code = "forbidden"


class Conflict(SurveyError):
    """It contradicts what is already so."""

    code = "conflict"


class Gone(SurveyError):
    """It was possible once and no longer is."""

    code = "gone"


class Busy(SurveyError):
    """There is no room at the moment; the same request may succeed in a second."""

    code = "busy"


class WaveClosed(Gone):
    """The wave takes no answers any more."""

    code = "wave_closed"


class KeyLost(Gone):
    """The key of a wave is not in the key store: its answers cannot be read by anyone."""

    code = "key_lost"


def not_here() -> Missing:
    """Return the refusal of a page that does not exist or is not for this reader; both read alike."""
    return Missing("The address may be mistyped, or the page is not one you can read.")


def no_such_team() -> Missing:
    """Return the refusal of a team or group that is gone, or never was."""
    return Missing("This team does not exist, or not any more. Choose another one.")


def no_such_promise() -> Missing:
    """Return the refusal of a promise that is gone, or is not this person's; both read alike."""
    return Missing("There is no such promise for you, or not any more.")


def no_board_for_you() -> Missing:
    """Return the refusal of a board that is gone, or on which the person has no part; both read alike."""
    return Missing(
        "There is no such retrospective for you, or not any more. Home shows those that are open."
    )


def only_for_leaders() -> Forbidden:
    """Return the refusal of what only who leads a team, or acts for them, can do."""
    return Forbidden("Only whoever leads here can do this.")


def no_sheet_for_you() -> Missing:
    """Return the refusal of a sheet that belongs to somebody else."""
    return Missing("There is no sheet for you behind this button. Ask for a new message.")


def wave_closed() -> WaveClosed:
    """Return the refusal of a sheet whose wave is over, with which its place is gone."""
    return WaveClosed("This pulse is closed. Nothing was stored; the next one will come to you.")
