from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.repair.rules import (
    LOOKS,
    full_cycles,
    looks_due,
    may_be_called_repaired,
    mediator_after,
    next_look,
)

AGREED = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("days", "due"), [(0, []), (29, []), (30, [30]), (61, [30, 60]), (400, [30, 60, 90])]
)
def test_a_plan_is_looked_at_after_thirty_sixty_and_ninety_days(days: int, due: list[int]) -> None:
    assert looks_due(AGREED, (), now=AGREED + days * DAY) == due
    assert looks_due(AGREED, due, now=AGREED + days * DAY) == []


def test_the_next_look_is_named_until_the_last_was_taken() -> None:
    assert next_look(AGREED, ()) == AGREED + 30 * DAY
    assert next_look(AGREED, (30,)) == AGREED + 60 * DAY
    assert next_look(AGREED, LOOKS) is None


@pytest.mark.parametrize(("days", "after"), [(89, None), (90, 90), (179, 90), (180, 180), (900, 180)])
def test_a_mediator_is_suggested_after_ninety_days_and_again_after_half_a_year(
    days: int, after: int | None
) -> None:
    assert mediator_after(AGREED, shifted_up=False, now=AGREED + days * DAY) == after
    assert mediator_after(AGREED, shifted_up=True, now=AGREED + days * DAY) is None


def test_nothing_is_called_repaired_before_two_full_cycles() -> None:
    assert not may_be_called_repaired([])
    assert not may_be_called_repaired([0, 0, 1, 1, 1, 1, 2, 2])  # one full, one begun before, one going on
    assert may_be_called_repaired([0, 1, 1, 1, 1, 2, 2, 2, 2, 3])


@settings(max_examples=50)
@given(st.lists(st.integers(0, 3), max_size=12))
def test_more_pulses_never_undo_a_full_cycle(steps: list[int]) -> None:
    cycles: list[int | None] = []
    last = 0
    for step in steps:
        before = full_cycles(cycles)
        last += step
        cycles.append(last)
        assert full_cycles(cycles) >= before
