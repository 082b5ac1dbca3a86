"""One wave from answers to rows: what enters a figure, what is frozen for trends, what is left out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest

from surveys.ballots.rules import Opened
from surveys.results.rules.pooled import ItemLevel
from surveys.results.rules.publication import FrozenUnit, FrozenWave, Publication, decide

TOP, ALDER, BIRCH, CEDAR = (UUID(int=number) for number in range(1, 5))
PSY = {"PSY": ("PSY-01", "PSY-02")}
NUMBERS = ("score", "low", "high")
Answers = Mapping[UUID, Sequence[Sequence[int]]]


def wave(asked: Mapping[UUID, int], parts: Mapping[str, tuple[str, ...]] = PSY) -> FrozenWave:
    units = {
        unit: FrozenUnit(None if unit == TOP else TOP, people, frozenset(), parts if people else {}, {})
        for unit, people in {TOP: 0, **asked}.items()
    }
    codes = {code: False for codes in parts.values() for code in codes}
    return FrozenWave("2026-03-03", 5, 4, units, codes, {})


def published(known: FrozenWave, answers: Mapping[str, Answers]) -> Publication:
    opened = []
    people = {unit: [uuid4() for _ in range(known.units[unit].asked)] for unit in known.units}
    for dimension, units in answers.items():
        for unit, sheets in units.items():
            for person, points in zip(people[unit], sheets, strict=False):
                packed = bytes(points).ljust(16, b"\0")
                opened.append(Opened(person, unit, counts=True, dimension=dimension, answers=packed))
    return decide(known, opened)


def figure(found: Publication, unit: UUID, dimension: str = "PSY") -> dict[str, Any]:
    return next(row for row in found.figures if (row["team_id"], row["dimension"]) == (unit, dimension))


def pool(found: Publication, unit: UUID) -> dict[str, Any]:
    return next(row for row in found.pools if row["team_id"] == unit)


MIXED = [(2, 4), (4, 3), (3, 5), (5, 2), (4, 4), (1, 3), (4, 5), (3, 2)]


class TestFigures:
    def test_a_unanimous_team_counts_as_97_and_a_half_wherever_it_enters(self) -> None:
        found = published(wave({ALDER: 6, BIRCH: 6}), {"PSY": {ALDER: [(5, 5)] * 6, BIRCH: MIXED[:6]}})
        other = pool(found, BIRCH)

        assert (figure(found, ALDER)["score"], figure(found, ALDER)["capped"]) == (97.5, True)
        assert (pool(found, ALDER)["total"], pool(found, ALDER)["item_sums"]) == (6 * 97.5, {})
        assert figure(found, TOP)["score"] == pytest.approx((6 * 97.5 + other["total"]) / 12)

    def test_sums_of_items_are_kept_where_they_make_nothing_certain(self) -> None:
        found = published(wave({ALDER: 8}), {"PSY": {ALDER: MIXED}})
        assert pool(found, ALDER)["item_sums"] == {"PSY-01": 450.0, "PSY-02": 500.0}

    def test_an_item_that_nobody_favours_leaves_no_sums_of_items(self) -> None:
        found = published(wave({ALDER: 5}), {"PSY": {ALDER: [(1, 5), (1, 4), (2, 5), (1, 3), (1, 5)]}})
        assert figure(found, ALDER)["shown"]
        assert pool(found, ALDER)["item_sums"] == {}

    def test_the_smallest_dimension_decides_what_the_sheet_shows(self) -> None:
        parts = {"PSY": ("PSY-01",), "CNF": ("CNF-01",)}
        many = [(number % 5 + 1,) for number in range(15)]
        both = published(wave({ALDER: 15}, parts), {"PSY": {ALDER: many}, "CNF": {ALDER: many}})
        one = published(wave({ALDER: 15}, parts), {"PSY": {ALDER: many}, "CNF": {ALDER: many[:7]}})

        assert [row["dimension"] for row in both.pools] == ["PSY", "CNF"]
        assert figure(both, ALDER)["item_words"] == {"PSY-01": "half"}
        assert figure(both, ALDER)["bars"] == {"PSY-01": [6, 3, 6]}
        assert figure(both, ALDER)["agreement"] == "apart"
        other = published(wave({ALDER: 15}, parts), {"PSY": {ALDER: many[:7]}, "CNF": {ALDER: many}})
        for name in ("item_words", "bars", "agreement"):
            assert figure(one, ALDER)[name] is figure(other, ALDER, "CNF")[name] is None
        assert pool(one, ALDER)["agreement"] is None

    def test_a_roll_up_has_no_word_for_agreement(self) -> None:
        found = published(wave({ALDER: 8, BIRCH: 8}), {"PSY": {ALDER: MIXED, BIRCH: MIXED}})
        assert figure(found, ALDER)["agreement"] == "mixed"
        assert figure(found, TOP)["agreement"] is None

    def test_a_range_is_by_size_under_a_hundred_answers_and_then_frozen_as_it_is_said(
        self,
    ) -> None:
        for answered, kind in ((96, "by_size"), (104, "shrunk_t")):
            for parts in ({"PSY": ("PSY-01",)}, PSY):
                many = [(number % 5 + 1, number % 4 + 1) for number in range(answered)]
                found = published(wave({ALDER: 112}, parts), {"PSY": {ALDER: many}})
                row = figure(found, ALDER)
                assert row["range_kind"] == kind
                if kind == "shrunk_t":
                    assert (row["low"], row["high"]) == (round(row["low"]), round(row["high"]))

    def test_the_last_digits_of_sums_of_three_items_do_not_tell_which_scores_were_added(self) -> None:
        """Sums of thirds differ in their last digits; among five people these once told who scored what."""
        parts = {"PSY": ("PSY-01", "PSY-02", "PSY-03")}
        low, middle, high = (1, 2, 3), (3, 2, 3), (4, 4, 4)
        teams = permutations([low, low, middle, high, high], 5), permutations([middle] * 4 + [high], 5)
        stored = set()
        for team in {*teams[0], *teams[1]}:
            found = published(wave({ALDER: 6, BIRCH: 6}, parts), {"PSY": {ALDER: team, BIRCH: [high] * 5}})
            above, own = figure(found, TOP), figure(found, ALDER)
            stored.add((pool(found, ALDER)["total"], *(row[at] for row in (own, above) for at in NUMBERS)))
        assert len(stored) == 1
        assert next(iter(stored))[0] == 25 * 29 / 3

    def test_answers_are_said_to_be_counted_one_level_up_only_where_they_leave_the_unit(self) -> None:
        absorbed = published(
            wave({ALDER: 12, BIRCH: 3, CEDAR: 4}),
            {"PSY": {ALDER: MIXED, BIRCH: MIXED[:3], CEDAR: MIXED[:4]}},
        )
        left = published(wave({ALDER: 12, BIRCH: 3}), {"PSY": {ALDER: MIXED, BIRCH: MIXED[:3]}})

        said = {
            (figure(found, TOP)["carried"], figure(found, TOP)["range_kind"]) for found in (absorbed, left)
        }
        assert said == {(False, "by_size"), (True, "bounds")}
        assert (left.totals["figures_shown"], left.totals["figures_not_shown"]) == (2, 1)

    def test_a_wave_that_only_asks_about_a_promise_publishes_no_figures(self) -> None:
        asked = FrozenUnit(
            None, 25, frozenset(), {"LOOP-03:1": ("LOOP-03:1",)}, {"LOOP-03:1": ("LOOP-03", ("kept",))}
        )
        found = decide(FrozenWave("2026-03-03", 5, 4, {TOP: asked}, {}, {}), [])
        assert (found.figures, found.participation, found.totals["answered"]) == ([], [], None)
        assert found.words == [{"team_id": TOP, "question": "LOOP-03:1", "word": "too_few"}]


class TestWhatIsPooled:
    def test_answers_that_were_released_nowhere_change_nothing(self) -> None:
        asked = {ALDER: 8, BIRCH: 8, CEDAR: 4}
        teams: dict[UUID, Sequence[Sequence[int]]] = {ALDER: MIXED, BIRCH: MIXED[::-1]}
        with_them = published(wave(asked), {"PSY": {**teams, CEDAR: [(1, 1)] * 3}})
        without = published(wave(asked), {"PSY": teams})

        assert with_them.pooled == without.pooled
        assert with_them.pools == without.pools
        assert figure(with_them, ALDER)["trend"] == figure(without, ALDER)["trend"]

    def test_trends_run_on_figures_freed_of_difficulty(self) -> None:
        levels = {
            "PSY": {
                "PSY-01": ItemLevel(92, 92 * 80.0, 5),
                "PSY-02": ItemLevel(92, 92 * 80.0, 5),
                "PSY-03": ItemLevel(100, 100 * 50.0, 5),
            }
        }
        known = replace(wave({ALDER: 8}), levels=levels)
        found = published(known, {"PSY": {ALDER: MIXED}})
        delta = found.pooled[0]["difficulties"]

        assert delta["PSY-01"] > 0 > delta["PSY-03"]
        mean = (delta["PSY-01"] + delta["PSY-02"]) / 2
        assert figure(found, ALDER)["trend"]["last"] == pytest.approx(figure(found, ALDER)["score"] - mean)

    def test_a_pulse_of_one_item_says_nothing_of_change_until_the_items_are_known(self) -> None:
        parts = {"PSY": ("PSY-01",)}
        answers = {"PSY": {ALDER: [(one,) for one, _ in MIXED]}}
        light = replace(wave({ALDER: 8}, parts), needs_levels=True)
        other = {"PSY-02": ItemLevel(40, 2400.0, 4)}

        few = published(replace(light, levels={"PSY": other}), answers)
        enough = published(
            replace(light, levels={"PSY": {**other, "PSY-01": ItemLevel(40, 2400.0, 4)}}), answers
        )
        both = published(
            replace(
                wave({ALDER: 8}),
                needs_levels=True,
                levels={"PSY": dict.fromkeys(PSY["PSY"], ItemLevel(40, 2400.0, 4))},
            ),
            {"PSY": {ALDER: MIXED}},
        )
        only_one = published(light, answers)

        assert figure(few, ALDER)["trend"] is None
        assert figure(enough, ALDER)["trend"]["word"] == "too_early"
        assert figure(both, ALDER)["trend"]["word"] == "too_early"
        assert figure(only_one, ALDER)["trend"] is not None  # always the same item: nothing to free it of

    def test_what_is_kept_over_twenty_teams_is_every_answer_by_item_and_none_below(self) -> None:
        teams = [UUID(int=number) for number in range(2, 26)]
        found = published(wave(dict.fromkeys(teams, 8)), {"PSY": dict.fromkeys(teams, MIXED)})
        few = published(wave(dict.fromkeys(teams, 8)), {"PSY": dict.fromkeys(teams[:19], MIXED)})
        pooled = found.pooled[0]

        assert pooled["items"] == {"PSY-01": [192, 24 * 450.0, 24], "PSY-02": [192, 24 * 500.0, 24]}
        assert {code: item["counts"] for code, item in pooled["shape"]["items"].items()} == {
            "PSY-01": [24, 24, 48, 72, 24],
            "PSY-02": [0, 48, 48, 48, 48],
        }
        assert few.pooled[0]["shape"] is None

    def test_a_baseline_lasts_a_full_cycle_and_at_least_four_waves(self) -> None:
        known = wave({})
        assert replace(known, baseline_waves={"PSY": 8}).baseline_of("PSY") == 8
        assert replace(known, baseline_waves={"PSY": 2}).baseline_of("PSY") == 4
        assert known.baseline_of("REL") == 4

    def test_a_dimension_that_must_wait_holds_up_no_other(self) -> None:
        parts = {"PSY": ("PSY-01",), "CNF": ("CNF-01",)}
        level = ItemLevel(40, 2400.0, 4)
        light = replace(wave({ALDER: 8}, parts), needs_levels=True, levels={"PSY": {"PSY-02": level}})
        found = published(light, {name: {ALDER: [(one,) for one, _ in MIXED]} for name in parts})

        assert figure(found, ALDER)["trend"] is None
        assert figure(found, ALDER, "CNF")["trend"] is not None


class TestWhoIsHeard:
    def test_a_very_low_team_is_shown_without_a_number_and_a_unit_without_people_not_at_all(self) -> None:
        found = published(
            wave({ALDER: 5, BIRCH: 6, CEDAR: 0}), {"PSY": {ALDER: [(1, 1)] * 5, BIRCH: MIXED[:6]}}
        )
        low = figure(found, ALDER)

        assert (low["shown"], low["score"], low["n"]) == (True, None, None)
        assert CEDAR not in {row["team_id"] for row in (*found.figures, *found.participation)}

    def test_a_sheet_with_a_gap_took_part_but_has_no_score_and_a_blank_one_did_not_take_part(self) -> None:
        sheets = [*[(4, 3)] * 20, (4, 0), (0, 0)]
        found = published(wave({ALDER: 22}), {"PSY": {ALDER: sheets}})
        took_part = next(row for row in found.participation if row["team_id"] == ALDER)

        assert figure(found, ALDER)["n"] == 20
        assert took_part["answered"] == 21

    @pytest.mark.parametrize(
        ("votes", "needed", "share", "word"),
        [
            ([1] * 4, 4, 0.5, "too_few"),
            ([1] * 5, 4, 0.5, "kept"),
            ([1] * 5, 6, 0.5, "too_few"),
            ([1] * 4, 4, 0.4, "kept"),
            ([3, 1, 2, 1, 1], 4, 0.5, "not_yet"),
            ([4, 1, 4, 4, 1], 4, 0.5, "cant_tell"),
            ([0, 5, 1, 1, 1, 1], 4, 0.5, "too_few"),
        ],
    )
    def test_each_vote_counts_once_and_a_word_needs_as_many_and_the_share_that_were_frozen(
        self, votes: Sequence[int], needed: int, share: float, word: str
    ) -> None:
        question = {"LOOP-03:1": ("LOOP-03", ("kept", "partly", "not_kept", "cant_tell"))}
        unit = FrozenUnit(None, 10, frozenset(), {"LOOP-03:1": ("LOOP-03:1",)}, question)
        known = FrozenWave("2026-03-03", 5, needed, {TOP: unit}, {}, {}, share_for_a_word=share)
        opened = [
            Opened(uuid4(), TOP, counts=True, dimension="LOOP-03:1", answers=bytes([vote]))
            for vote in votes
        ]
        assert decide(known, opened).words == [{"team_id": TOP, "question": "LOOP-03:1", "word": word}]

    @pytest.mark.parametrize("leaders", [1, 0])
    def test_who_leads_a_unit_leads_all_below_it_and_is_not_one_of_the_five(self, leaders: int) -> None:
        leader = uuid4()
        above = wave({ALDER: 0, BIRCH: 4})
        led = replace(above.units[ALDER], leaders=frozenset([leader][:leaders]))
        below = replace(above.units[BIRCH], parent_id=ALDER)
        top = replace(above.units[TOP], asked=1, parts=PSY)
        known = replace(above, units={TOP: top, ALDER: led, BIRCH: below})
        opened = [
            Opened(person, unit, counts=True, dimension="PSY", answers=bytes([4, 3]))
            for person, unit in [(leader, TOP), *((uuid4(), BIRCH) for _ in range(4))]
        ]
        assert figure(decide(known, opened), TOP)["shown"] is not bool(leaders)

    def test_votes_outside_the_choices_are_not_counted_and_leaders_do_not_count_among_their_own(
        self,
    ) -> None:
        leader, members = uuid4(), [uuid4() for _ in range(4)]
        question = {"LOOP-03:1": ("LOOP-03", ("kept", "partly", "not_kept", "cant_tell"))}
        units = {
            TOP: FrozenUnit(None, 5, frozenset(), PSY, {}),
            ALDER: FrozenUnit(TOP, 4, frozenset({leader}), {**PSY, "LOOP-03:1": ("LOOP-03:1",)}, question),
        }
        known = FrozenWave("2026-03-03", 5, 4, units, {"PSY-01": False, "PSY-02": False}, {})
        opened = [
            Opened(leader, TOP, counts=True, dimension="PSY", answers=bytes([4, 4])),
            *(Opened(one, ALDER, counts=True, dimension="PSY", answers=bytes([4, 3])) for one in members),
            *(
                Opened(one, ALDER, counts=True, dimension="LOOP-03:1", answers=bytes([choice]))
                for one, choice in zip(members, (1, 1, 1, 0), strict=True)
            ),
        ]
        found = decide(known, opened)

        assert not any(row["shown"] for row in found.figures)  # five together, but one leads the others
        assert found.words == [{"team_id": ALDER, "question": "LOOP-03:1", "word": "too_few"}]
