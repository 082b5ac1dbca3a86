"""How many answered, as bands; and that exact counts, subtracted from one another, name nobody."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.results.rules.disclosure import post_order
from surveys.results.rules.participation import below, participation_band, participation_rows, size_class
from tests.surveys.results.trees import Tree, trees

TOP, CARDS, LOANS = (UUID(int=number) for number in range(1, 4))
PARENTS: dict[UUID, UUID | None] = {CARDS: TOP, LOANS: TOP, TOP: None}

Counts = dict[UUID, int]


def rows_of(
    asked: Counts, answered: Counts, sizes: Mapping[UUID, str] | None = None
) -> tuple[dict[UUID, dict[str, Any]], int | None]:
    rows, total = participation_rows(PARENTS, asked, answered, sizes or {}, 5)
    return {row["team_id"]: row for row in rows}, total


@st.composite
def organisations(draw: st.DrawFn) -> tuple[dict[UUID, UUID | None], Counts, Counts]:
    """A tree from the leaves up, how many were asked in each unit, and how many of them answered."""
    tree: Tree = draw(trees(most=7))
    unit = {number: UUID(int=number + 1) for number in tree}
    parents = {unit[number]: unit.get(tree[number]) for number in post_order(tree)}  # type: ignore[arg-type] -- None is no key
    asked = {own: draw(st.integers(0, 45)) for own in parents}
    answered = {own: draw(st.integers(0, most)) for own, most in asked.items()}
    return parents, asked, answered


class TestBands:
    @pytest.mark.parametrize(
        ("answered", "asked", "band"),
        [
            (6, 9, "most"),
            (9, 9, "most"),
            (5, 9, "not_enough"),
            (3, 5, "most"),
            (10, 10, "all"),
            (9, 10, "80_99"),
            (8, 10, "80_99"),
            (7, 10, "60_79"),
            (6, 10, "60_79"),
            (5, 10, "under_60"),
            (0, 10, "under_60"),
        ],
    )
    def test_under_ten_asked_it_is_two_words_and_then_four_bands(
        self, answered: int, asked: int, band: str
    ) -> None:
        assert participation_band(answered, asked) == band

    def test_a_sheet_has_one_of_three_sizes(self) -> None:
        assert [size_class(n) for n in (5, 7, 8, 9, 10, 300)] == [
            "5_7",
            "5_7",
            "8_9",
            "8_9",
            "10_plus",
            "10_plus",
        ]


def test_below_adds_up_a_unit_and_everything_under_it() -> None:
    assert below(PARENTS, {CARDS: 3, LOANS: 4}) == {CARDS: 3, LOANS: 4, TOP: 7}


class TestRows:
    def test_a_unit_of_twenty_reads_the_count_and_a_smaller_one_the_band(self) -> None:
        rows, total = rows_of({CARDS: 20, LOANS: 19}, {CARDS: 13, LOANS: 19}, {CARDS: "10_plus"})

        assert rows[CARDS] == {
            "team_id": CARDS,
            "shown": True,
            "asked": 20,
            "answered": 13,
            "band": "60_79",
            "size_class": "10_plus",
        }
        assert (rows[LOANS]["asked"], rows[LOANS]["answered"]) == (19, None)
        assert (rows[LOANS]["band"], rows[LOANS]["size_class"]) == ("all", None)
        assert total is None  # less the thirteen of Cards it would be about the nineteen of Loans

    def test_a_count_above_is_not_said_where_less_the_counts_below_it_would_be_of_a_few(self) -> None:
        rows, _ = rows_of({CARDS: 20, LOANS: 19}, {CARDS: 13, LOANS: 19})
        assert (rows[TOP]["asked"], rows[TOP]["answered"]) == (39, None)

    def test_it_is_said_where_the_rest_is_twenty_as_well_or_nobody(self) -> None:
        rows, _ = rows_of({CARDS: 20, LOANS: 15, TOP: 5}, {CARDS: 13, LOANS: 9})
        assert rows[TOP]["answered"] == 22
        rows, _ = rows_of({CARDS: 20, LOANS: 20}, {CARDS: 13, LOANS: 9})
        assert (rows[LOANS]["answered"], rows[TOP]["answered"]) == (9, 22)

    def test_counts_within_counts_leave_the_total_as_it_is(self) -> None:
        chain: dict[UUID, UUID | None] = {LOANS: CARDS, CARDS: TOP, TOP: None}
        _, total = participation_rows(chain, {LOANS: 20, CARDS: 25}, {LOANS: 13, CARDS: 9}, {}, 5)
        assert total == 22

    def test_a_unit_of_fewer_than_k_says_nothing_at_all_and_is_counted_above(self) -> None:
        rows, total = rows_of({CARDS: 4, LOANS: 20}, {CARDS: 4, LOANS: 10}, {CARDS: "5_7"})

        assert rows[CARDS] == {
            "team_id": CARDS,
            "shown": False,
            "asked": None,
            "answered": None,
            "band": None,
            "size_class": None,
        }
        assert (rows[TOP]["shown"], rows[TOP]["asked"]) == (True, 20)
        assert total is None  # less the twenty of Loans it would be about the four of Cards

    def test_a_unit_of_exactly_k_reads_its_band(self) -> None:
        rows, _ = rows_of({CARDS: 5, LOANS: 0, TOP: 0}, {CARDS: 3})
        assert (rows[CARDS]["asked"], rows[CARDS]["band"]) == (5, "most")

    def test_what_was_too_few_below_is_in_the_count_of_the_unit_above(self) -> None:
        rows, total = rows_of({CARDS: 4, LOANS: 20, TOP: 16}, {CARDS: 4, LOANS: 10, TOP: 8})
        assert (rows[TOP]["asked"], rows[TOP]["answered"], total) == (40, 22, 22)

    def test_a_unit_in_and_below_which_nobody_is_asked_has_no_row(self) -> None:
        rows, total = rows_of({LOANS: 20, CARDS: 0, TOP: 0}, {LOANS: 10})
        assert set(rows) == {LOANS, TOP}
        assert total == 10

    @given(organisations())
    def test_two_exact_counts_of_nested_units_differ_by_nobody_or_by_twenty_asked(
        self, organisation: tuple[dict[UUID, UUID | None], Counts, Counts]
    ) -> None:
        parents, asked, answered = organisation
        rows, total = participation_rows(parents, asked, answered, {}, 5)
        if total is not None and sum(asked.values()) >= 20:  # as that of a unit above all others
            everybody = UUID(int=99)
            parents = {unit: above or everybody for unit, above in parents.items()} | {everybody: None}
            rows.append({"team_id": everybody, "asked": sum(asked.values()), "answered": total})
        exact = {row["team_id"]: row["asked"] for row in rows if row["answered"] is not None}
        for unit, people in exact.items():
            assert people >= 20
            told = 0
            for other, its_people in exact.items():
                # The nearest units below with a count are those whose next counted unit above is this one.
                above = parents[other]
                while above is not None and above not in exact:
                    above = parents[above]
                told += its_people if above == unit else 0
            assert people - told == 0 or people - told >= 20
