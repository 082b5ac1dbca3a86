"""What one attack found, in the only form that leaves this package."""

from collections.abc import Iterable
from dataclasses import dataclass

NOTHING_FOUND = "nothing found"
LEAK = "leak"
NOT_TRIED = "not tried"
COULD_NOT_BE_TRIED = 2  # exit status; 1 is kept for leaks


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attack, how often it succeeded, and what follows.

    Attributes:
        attack: its name, stable for machines.
        count: how many rows, figures, pages or lines it found. With "nothing found" it is how many were
            found that the promises to members already name, mostly 0.
        verdict: "nothing found", "leak" or "not tried".
        detail: one plain sentence. Never an id, a name or a value out of the database.
    """

    attack: str
    count: int
    verdict: str
    detail: str


def judged(attack: str, count: int, *, clean: str, leak: str) -> Attempt:
    """Return a leak when anything was found, else that nothing was."""
    return Attempt(attack, count, LEAK, leak) if count else Attempt(attack, 0, NOTHING_FOUND, clean)


def not_tried(attack: str, why: str) -> Attempt:
    """Return that an attack could not be tried, and why."""
    return Attempt(attack, 0, NOT_TRIED, why)


def exit_status(attempts: Iterable[Attempt]) -> int:
    """Return 1 when anything leaks, else 2 when something could not be tried, else 0."""
    verdicts = {attempt.verdict for attempt in attempts}
    if LEAK in verdicts:
        return 1
    return COULD_NOT_BE_TRIED if NOT_TRIED in verdicts else 0
