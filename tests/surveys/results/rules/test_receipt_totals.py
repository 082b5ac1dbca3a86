"""What the receipt says of the whole organisation must not say more of a few than the pages do."""

from uuid import UUID, uuid4

import pytest

from surveys.ballots.rules import Opened
from surveys.results.rules.publication import FrozenUnit, FrozenWave, decide

TOP, ALDER, BIRCH = uuid4(), uuid4(), uuid4()


def totals(asked_at_the_top: int, answers_at_the_top: int) -> dict[str, object]:
    """The receipt of two full teams of twelve with some people asked right at the top."""
    asked = {TOP: (None, asked_at_the_top), ALDER: (TOP, 12), BIRCH: (TOP, 12)}
    units = {unit: _unit(parent, people) for unit, (parent, people) in asked.items()}
    wave = FrozenWave("2026-03-03", 5, 4, units, {"PSY-01": False}, {})
    heard = {TOP: answers_at_the_top, ALDER: 12, BIRCH: 12}
    answers = [
        Opened(uuid4(), unit, counts=True, dimension="PSY", answers=bytes([4]).ljust(16, b"\0"))
        for unit, people in heard.items()
        for _ in range(people)
    ]
    return decide(wave, answers).totals


def _unit(parent: UUID | None, asked: int) -> FrozenUnit:
    return FrozenUnit(parent, asked, frozenset(), {"PSY": ("PSY-01",)} if asked else {}, {})


@pytest.mark.parametrize("answers_at_the_top", [0, 2])
def test_how_many_answered_is_left_out_where_it_would_tell_of_fewer_than_k(
    answers_at_the_top: int,
) -> None:
    found = totals(2, answers_at_the_top)
    assert (found["asked"], found["answered"]) == (26, None)


@pytest.mark.parametrize(("at_the_top", "answered"), [(0, 24), (5, 29)])
def test_how_many_answered_is_said_where_everybody_is_counted_somewhere(
    at_the_top: int, answered: int
) -> None:
    assert totals(at_the_top, at_the_top)["answered"] == answered
