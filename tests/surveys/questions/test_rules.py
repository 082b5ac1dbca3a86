"""The bank is the document's, and every property stated of the rotation holds."""

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.errors import Missing
from surveys.questions.rules import (
    BANK,
    CORE,
    DIMENSION_NAMES,
    LOOP_CHOICES,
    LOOP_ITEMS,
    OPEN_PROMPTS,
    OPTIONAL,
    SCALE_LABELS,
    Dimension,
    Item,
    item,
    items_of_dimension,
    items_of_wave,
    open_prompt_of_wave,
    waves_in_cycle,
)

PULSES = {"default": 2, "light": 2, "quarterly": 3}  # the most reversed items a wave may hold
REVERSED = "PSY-03 PSY-07 CNF-03 CNF-05 FLW-03 FLW-08 REL-03 OPN-03 EMP-04 NJD-03 REP-04 APR-03"
CORE_CODES = {core: [one.code for one in items_of_dimension(core)] for core in CORE}

struck_sets = st.tuples(
    *(st.lists(st.sampled_from(codes), unique=True, max_size=2) for codes in CORE_CODES.values())
).map(lambda chosen: frozenset(code for codes in chosen for code in codes))


def cycle_of(pulse: str, cycle: int, struck: frozenset[str] = frozenset()) -> list[list[Item]]:
    waves = waves_in_cycle(pulse)
    return [items_of_wave(cycle * waves + wave, pulse, struck=struck) for wave in range(waves)]


def together(waves: list[list[Item]], dimension: str) -> list[frozenset[str]]:
    asked = ([one.code for one in wave if one.dimension == dimension] for wave in waves)
    return [frozenset(pair) for codes in asked for pair in combinations(codes, 2)]


class TestTheBank:
    def test_holds_eight_items_of_each_core_dimension_and_four_of_each_optional_one(self) -> None:
        sizes = Counter(one.dimension for one in BANK.values())

        assert sizes == dict.fromkeys(CORE, 8) | dict.fromkeys(OPTIONAL, 4)

    def test_reverses_exactly_two_of_eight_and_one_of_four(self) -> None:
        assert {one.code for one in BANK.values() if one.reversed} == set(REVERSED.split())

    def test_counts_positions_as_the_codes_do(self) -> None:
        assert all(one.code == f"{one.dimension}-{one.position:02}" for one in BANK.values())

    def test_says_every_statement_once_and_as_a_sentence(self) -> None:
        texts = [one.text for one in BANK.values()]

        assert len(set(texts)) == len(texts)
        assert all(text.endswith(".") and text == text.strip() for text in texts)

    def test_reverses_by_opposites_and_not_by_negation(self) -> None:
        turned = [one.text.split() for one in BANK.values() if one.reversed]

        assert not [words for words in turned if {"not", "don't", "doesn't", "never"} & set(words)]

    def test_names_every_dimension_and_labels_all_five_points(self) -> None:
        assert set(DIMENSION_NAMES) == set(Dimension)
        assert len(SCALE_LABELS) == 5

    def test_gives_each_loop_question_its_choices(self) -> None:
        assert LOOP_CHOICES["LOOP-02"] == ("yes", "partly", "no", "not_sure")
        assert LOOP_CHOICES["LOOP-03"] == ("kept", "partly", "not_kept", "cant_tell")
        assert LOOP_ITEMS["LOOP-03"].text.format(commitment="Fix the build") == (
            '"Fix the build": was it kept?'
        )

    def test_finds_an_item_by_its_code_and_says_so_when_there_is_none(self) -> None:
        assert item("PSY-08").text.startswith("When someone brings bad news")
        with pytest.raises(Missing, match="PSY-09"):
            item("PSY-09")

    def test_open_questions_take_turns_in_the_order_of_the_bank(self) -> None:
        count = len(OPEN_PROMPTS)
        assert [open_prompt_of_wave(number) for number in range(count)] == list(OPEN_PROMPTS)
        assert open_prompt_of_wave(count) == open_prompt_of_wave(0)


class TestTheRotation:
    @pytest.mark.parametrize("pulse", PULSES)
    @pytest.mark.parametrize("cycle", range(8))
    def test_a_cycle_asks_each_item_exactly_once(self, pulse: str, cycle: int) -> None:
        asked = [one.code for wave in cycle_of(pulse, cycle) for one in wave]

        assert sorted(asked) == sorted(code for codes in CORE_CODES.values() for code in codes)

    @pytest.mark.parametrize(("pulse", "share"), [("default", 2), ("light", 1), ("quarterly", 4)])
    def test_every_wave_asks_as_many_items_of_each_core_dimension(self, pulse: str, share: int) -> None:
        for number in range(56):
            sizes = Counter(one.dimension for one in items_of_wave(number, pulse))
            assert sizes == dict.fromkeys(CORE, share)

    @pytest.mark.parametrize("core", CORE)
    def test_seven_cycles_ask_all_28_pairs_exactly_once(self, core: str) -> None:
        pairs = [pair for cycle in range(7) for pair in together(cycle_of("default", cycle), core)]

        assert len(pairs) == len(set(pairs)) == 28

    def test_the_first_wave_asks_what_the_design_says(self) -> None:
        # r = 0: pairs (8, 1) (2, 7) (3, 6) (4, 5); follow-through starts one pair later.
        assert [one.code for one in items_of_wave(0, "default")] == [
            "PSY-08",
            "PSY-01",
            "CNF-08",
            "CNF-01",
            "FLW-02",
            "FLW-07",
        ]

    @pytest.mark.parametrize("pulse", PULSES)
    def test_the_eighth_cycle_is_the_first_again(self, pulse: str) -> None:
        assert cycle_of(pulse, 7) == cycle_of(pulse, 0)
        assert cycle_of(pulse, 6) != cycle_of(pulse, 0)

    @pytest.mark.parametrize("pulse", PULSES)
    def test_no_wave_asks_more_reversed_items_than_its_limit(self, pulse: str) -> None:
        for number in range(56):
            assert sum(one.reversed for one in items_of_wave(number, pulse)) <= PULSES[pulse]

    @given(number=st.integers(0, 500), optional=st.lists(st.sampled_from(OPTIONAL), unique=True))
    def test_a_light_wave_keeps_the_limit_with_its_optional_item(
        self, number: int, optional: list[str]
    ) -> None:
        asked = items_of_wave(number, "light", optional=optional)

        assert len(asked) == 3 + bool(optional)
        assert sum(one.reversed for one in asked) <= 2

    @pytest.mark.parametrize("chosen", range(1, 7))
    def test_optional_dimensions_take_turns_and_ask_each_item_once(self, chosen: int) -> None:
        optional = OPTIONAL[:chosen]
        asked = [items_of_wave(number, "light", optional=optional)[3] for number in range(4 * chosen)]

        assert [one.dimension for one in asked] == [*optional] * 4
        assert len({one.code for one in asked}) == 4 * chosen

    @pytest.mark.parametrize("pulse", ["default", "quarterly"])
    def test_only_a_light_pulse_has_a_place_for_optional_dimensions(self, pulse: str) -> None:
        assert items_of_wave(3, pulse, optional=OPTIONAL) == items_of_wave(3, pulse)

    def test_own_items_come_last_in_every_wave(self) -> None:
        own = [Item("OWN-01", "OWN-01", "Our tools help us.", reversed=False, position=1)]

        for number in range(8):
            assert items_of_wave(number, "default", own=own)[6:] == own

    @pytest.mark.parametrize(("number", "pulse"), [(-1, "default"), (0, "yearly")])
    def test_a_wave_that_cannot_be_is_an_error_of_the_caller(self, number: int, pulse: str) -> None:
        with pytest.raises(ValueError, match="no rotation"):
            items_of_wave(number, pulse)


class TestStruckItems:
    @given(struck=struck_sets, cycle=st.integers(0, 60), pulse=st.sampled_from(["default", "quarterly"]))
    @settings(max_examples=120)
    def test_each_item_that_is_left_is_asked_exactly_once_a_cycle(
        self, struck: frozenset[str], cycle: int, pulse: str
    ) -> None:
        asked = [one.code for wave in cycle_of(pulse, cycle, struck) for one in wave]
        left = {code for codes in CORE_CODES.values() for code in codes} - struck

        assert sorted(asked) == sorted(left)

    @given(struck=struck_sets, cycle=st.integers(0, 60))
    @settings(max_examples=80)
    def test_a_light_cycle_asks_each_item_that_is_left_and_repeats_none_that_is_reversed(
        self, struck: frozenset[str], cycle: int
    ) -> None:
        waves = cycle_of("light", cycle, struck)
        asked = Counter(one.code for wave in waves for one in wave)

        assert set(asked) == {code for codes in CORE_CODES.values() for code in codes} - struck
        assert all(Counter(one.dimension for one in wave) == dict.fromkeys(CORE, 1) for wave in waves)
        assert not [code for code, times in asked.items() if times > 1 and BANK[code].reversed]
        assert max(asked.values()) <= 2

    @given(struck=struck_sets, cycle=st.integers(0, 110), pulse=st.sampled_from([*PULSES]))
    @settings(max_examples=150)
    def test_the_limit_of_reversed_items_holds(
        self, struck: frozenset[str], cycle: int, pulse: str
    ) -> None:
        for wave in cycle_of(pulse, cycle, struck):
            assert sum(one.reversed for one in wave) <= PULSES[pulse]

    @given(struck=struck_sets, cycle=st.integers(0, 60), pulse=st.sampled_from([*PULSES]))
    def test_every_wave_still_asks_every_core_dimension(
        self, struck: frozenset[str], cycle: int, pulse: str
    ) -> None:
        for wave in cycle_of(pulse, cycle, struck):
            assert {one.dimension for one in wave} == set(CORE)

    @pytest.mark.parametrize("gone", CORE_CODES[Dimension.PSY])
    def test_seven_items_make_all_21_pairs_once_in_seven_cycles(self, gone: str) -> None:
        struck = frozenset({gone})
        pairs = [pair for cycle in range(7) for pair in together(cycle_of("default", cycle, struck), "PSY")]

        assert len(pairs) == len(set(pairs)) == 21

    @pytest.mark.parametrize("gone", [*combinations(CORE_CODES[Dimension.CNF], 2)])
    def test_six_items_make_each_of_15_pairs_twice_in_15_cycles(self, gone: tuple[str, str]) -> None:
        struck = frozenset(gone)
        pairs = Counter(
            pair for cycle in range(15) for pair in together(cycle_of("default", cycle, struck), "CNF")
        )

        assert len(pairs) == 15
        assert set(pairs.values()) == {2}

    @given(
        struck=st.lists(
            st.sampled_from([one.code for one in items_of_dimension("REL")]), max_size=2, unique=True
        )
    )
    def test_struck_optional_items_are_passed_over(self, struck: list[str]) -> None:
        asked = [
            items_of_wave(number, "light", optional=["REL", "OPN"], struck=struck)[3].code
            for number in range(2 * 4 * 3)
        ]

        assert not set(struck) & set(asked)
        assert {code for code in asked if code.startswith("REL")} == {
            one.code for one in items_of_dimension("REL", struck=struck)
        }

    def test_a_third_struck_item_of_a_dimension_is_an_error_of_the_caller(self) -> None:
        with pytest.raises(ValueError, match="at most 2"):
            items_of_wave(0, "default", struck=CORE_CODES[Dimension.FLW][:3])
