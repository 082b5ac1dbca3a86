"""From answers on a five-point scale to scores of people and pools."""

from collections.abc import Sequence
from dataclasses import dataclass

POINTS = 5
TOP = 100.0
FAVOURABLE = 75.0  # an answer of 4 or 5 after reversing scores at least this much; so on other scales


@dataclass(frozen=True, slots=True)
class AskedItems:
    """The items of one dimension in one wave, in the order of a ballot's bytes."""

    codes: tuple[str, ...]
    reversed: tuple[bool, ...]


def score_of(answer: float, points: int = POINTS) -> float:
    """Return s = 100 (x - 1) / (A - 1), the score of a point 1 to A, or of a mean of points."""
    return TOP * (answer - 1) / (points - 1)


def item_scores(answers: Sequence[int], items: AskedItems) -> tuple[float, ...] | None:
    """Return the scores of one person's answers, 0 to 100 each, or None when one is missing.

    Args:
        answers: 1 to 5 as pressed; 0 for "prefer not to say". Longer sequences are cut (padding).
        items: which of them are reversed.

    Formula: x' = 6 - x where reversed, else x; s = 25(x' - 1). A person with a missing answer is no
    respondent for the dimension at all: one denominator, and no differencing between items.
    """
    scores = []
    for answer, backwards in zip(answers, items.reversed, strict=False):
        if not 1 <= answer <= POINTS:
            return None
        scores.append(score_of(POINTS + 1 - answer if backwards else answer))
    return tuple(scores) if len(scores) == len(items.codes) else None
