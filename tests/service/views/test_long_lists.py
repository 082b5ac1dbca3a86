"""Long lists in parts, from plain names."""

import pytest

from service.views.long_lists import AT_A_TIME, ListPart, part_of

NAMES = [f"Unit {number:04}" for number in range(2 * AT_A_TIME + 1)]


def shown(find: str = "", number: str = "") -> ListPart[str]:
    return part_of(NAMES, str, find=find, number=number)


def test_every_row_stands_in_exactly_one_part() -> None:
    parts = [shown(number=str(number)) for number in (1, 2, 3)]

    assert [name for part in parts for name in part.rows] == NAMES
    assert {part.parts for part in parts} == {3}


@pytest.mark.parametrize(
    ("number", "means"), [("", 1), ("0", 1), ("-1", 1), ("two", 1), ("²", 1), ("99", 3)]
)
def test_a_number_that_is_none_means_the_nearest_part(number: str, means: int) -> None:
    assert shown(number=number).number == means


def test_a_part_of_a_name_is_found_in_any_case_and_what_was_typed_stays() -> None:
    part = shown(find="  uNIT 0007 ")

    assert part.rows == ["Unit 0007"]
    assert (part.find, part.found, part.parts) == ("uNIT 0007", 1, 1)
    assert part.is_long  # so that the field to find by stays where it was


def test_a_name_that_nothing_has_leaves_one_empty_part() -> None:
    part = shown(find="warehouse", number="2")

    assert (part.rows, part.found, part.number, part.parts) == ([], 0, 1, 1)


def test_a_short_list_is_not_searched() -> None:
    assert not part_of(NAMES[:AT_A_TIME], str).is_long
