"""What the receipt says of the whole organisation must not say more of a few than the pages do."""

from uuid import UUID, uuid4

import pytest

from surveys.ballots.rules import Opened
from surveys.results.rules.publication import FrozenUnit, FrozenWave, decide

TOP, ALDER, BIRCH = uuid4(), uuid4(), uuid4()


def totals(asked_at_the_top: int, answers_at_the_top: int) -> dict[str, object]:
    """The receipt of two full teams of twelve with some people asked right at the top."""
    asked = {TOP: asked_at_the_top, ALDER: 12, BIRCH: 12}
    return of(asked, {**asked, TOP: answers_at_the_top})


def of(asked: dict[UUID, int], heard: dict[UUID, int]) -> dict[str, object]:
    units = {unit: _unit(None if unit == TOP else TOP, people) for unit, people in asked.items()}
    wave = FrozenWave("2026-03-03", 5, 4, units, {"PSY-01": False}, {})
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


@pytest.mark.parametrize(
    ("people", "asked", "answered"), [(4, None, None), (5, 5, None), (19, 19, None), (20, 20, 20)]
)
def test_how_many_were_asked_is_said_from_k_on_and_how_many_answered_from_twenty(
    people: int, asked: int | None, answered: int | None
) -> None:
    found = of({TOP: people}, {TOP: people})
    assert (found["asked"], found["answered"]) == (asked, answered)
