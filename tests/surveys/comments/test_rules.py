"""What of a wave's words is delivered, how they are packed, and on which days mailboxes move."""

import base64
from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.ballots.rules import Opened
from surveys.ballots.words import (
    PACKED_BYTES,
    HandedWords,
    OpenedRemark,
    PassedOn,
    chosen_kind,
    cleaned,
    pack_remark,
    unpack_remark,
)
from surveys.comments.rules import (
    TOKEN_BYTES,
    decide_delivery,
    handed_over_on,
    newest_batch,
    require_token,
    respondents,
    week_of,
)
from surveys.errors import Invalid
from surveys.results.rules.publication import FrozenUnit

UNIT, OTHER = UUID(int=1), UUID(int=2)
WORDS, THEME = PassedOn.WORDS, PassedOn.THEME


def remark(content: str, kind: PassedOn = WORDS, unit: UUID = UNIT) -> OpenedRemark:
    return OpenedRemark(unit, kind, content)


class TestPacking:
    @given(st.text(max_size=80))
    def test_words_come_out_as_they_went_in_and_all_are_as_long(self, words: str) -> None:
        packed = pack_remark(WORDS, words)

        assert len(packed) == PACKED_BYTES
        assert unpack_remark(packed) == ((WORDS, cleaned(words)) if cleaned(words) else None)

    def test_four_hundred_characters_of_any_kind_are_taken_and_one_more_is_not(self) -> None:
        longest = "\N{FOUR LEAF CLOVER}" * 400
        assert unpack_remark(pack_remark(PassedOn.WORDS, longest)) == (PassedOn.WORDS, longest)
        with pytest.raises(Invalid, match="at most 400 characters"):
            pack_remark(PassedOn.WORDS, longest + "x")

    def test_taking_back_leaves_no_word_and_an_unknown_kind_is_none_of_ours(self) -> None:
        taken_back = pack_remark(None, "what was there before")
        assert not any(taken_back)
        assert unpack_remark(b"\x03" + taken_back[1:]) is None

    def test_line_ends_of_other_systems_are_one_sign(self) -> None:
        assert cleaned("one\r\ntwo\rthree") == "one\ntwothree"

    def test_a_theme_travels_as_its_code(self) -> None:
        assert unpack_remark(pack_remark(THEME, "THEME-02")) == (THEME, "THEME-02")

    @pytest.mark.parametrize(("kind", "content"), [(None, "something"), (WORDS, "  \n"), (THEME, "")])
    def test_what_is_empty_takes_back_what_was_there(self, kind: PassedOn | None, content: str) -> None:
        packed = pack_remark(kind, content)

        assert len(packed) == PACKED_BYTES
        assert unpack_remark(packed) is None

    @pytest.mark.parametrize(
        ("kind", "content", "field"), [(WORDS, "x" * 401, "words"), (THEME, "THEME-99", "theme")]
    )
    def test_what_cannot_be_taken_names_its_field(self, kind: PassedOn, content: str, field: str) -> None:
        with pytest.raises(Invalid) as refused:
            pack_remark(kind, content)
        assert refused.value.field == field

    def test_signs_that_cannot_be_seen_are_dropped(self) -> None:
        assert cleaned(" plain\u200b words\x00\r\nand lines\ud800 ") == "plain words\nand lines"

    @pytest.mark.parametrize("packed", [b"", b"\x07" + bytes(PACKED_BYTES - 1), b"\x01\x00\x02\xff\xff"])
    def test_bytes_that_are_not_ours_are_no_remark(self, packed: bytes) -> None:
        assert unpack_remark(packed.ljust(PACKED_BYTES, b"\0") if packed else b"") is None

    def test_nothing_handed_in_can_be_printed_by_accident(self) -> None:
        assert "secret" not in repr(remark("secret"))
        assert "secret" not in repr(HandedWords(uuid4(), "U1", WORDS, "secret"))

    @pytest.mark.parametrize(
        ("chosen", "words", "theme", "kind"),
        [
            ("words", "Too many meetings", "", WORDS),
            ("words", "Too many meetings", "THEME-02", WORDS),
            ("theme", "Too many meetings", "THEME-02", THEME),
            ("words", " \n", "THEME-02", THEME),
            ("words", "", "", WORDS),
        ],
    )
    def test_who_picks_a_theme_and_writes_nothing_means_the_theme(
        self, chosen: str, words: str, theme: str, kind: PassedOn
    ) -> None:
        assert chosen_kind(chosen, words, theme) is kind


class TestDelivery:
    def test_words_need_enough_people_who_answered_in_that_very_unit(self) -> None:
        written = [remark("one"), remark("two", unit=OTHER)]

        found = decide_delivery(written, {UNIT: 5, OTHER: 4}, {UNIT, OTHER}, 5)

        assert found.words == [(UNIT, "one")]

    @pytest.mark.parametrize(
        ("minimum", "answered", "delivered"), [(4, 4, 0), (4, 5, 1), (8, 7, 0), (8, 8, 1)]
    )
    def test_five_is_the_least_and_the_minimum_group_may_raise_it(
        self, minimum: int, answered: int, delivered: int
    ) -> None:
        assert len(decide_delivery([remark("one")], {UNIT: answered}, {UNIT}, minimum).words) == delivered

    def test_where_no_figure_is_shown_no_words_say_why(self) -> None:
        assert decide_delivery([remark("one")], {UNIT: 9}, set(), 5).words == []

    def test_a_theme_needs_eight_who_answered_and_the_minimum_who_picked_it(self) -> None:
        def picked(people: int, answered: int) -> Sequence[tuple[UUID, str]]:
            return decide_delivery([remark("THEME-01", THEME)] * people, {UNIT: answered}, {UNIT}, 5).themes

        assert picked(5, 8) == [(UNIT, "THEME-01")]
        assert picked(4, 8) == picked(5, 7) == []

    def test_nothing_tells_how_many_picked_a_theme(self) -> None:
        def of(people: int) -> object:
            return decide_delivery([remark("THEME-01", THEME)] * people, {UNIT: 20}, {UNIT}, 5)

        assert of(5) == of(20)

    @given(st.lists(st.sampled_from([UNIT, OTHER]), max_size=12), st.integers(4, 9))
    @settings(max_examples=40)
    def test_nothing_is_carried_up_and_nothing_is_lost_or_doubled(self, units: list[UUID], k: int) -> None:
        written = [remark(f"words {number}", unit=unit) for number, unit in enumerate(units)]

        found = decide_delivery(written, {UNIT: k, OTHER: 0}, {UNIT, OTHER}, min(k, 5))

        wanted = [(one.team_id, one.content) for one in written if one.team_id == UNIT and k >= 5]
        assert sorted(found.words) == sorted(wanted)

    def test_the_order_of_delivery_is_drawn_by_lot(self) -> None:
        written = [remark(str(number)) for number in range(40)]

        orders = {tuple(decide_delivery(written, {UNIT: 40}, {UNIT}, 5).words) for _ in range(3)}

        assert len(orders) == 3


def test_only_who_completes_a_dimension_and_counts_is_a_respondent() -> None:
    unit = FrozenUnit(
        None, 9, frozenset(), {"PSY": ("A", "B"), "LOOP-02": ("LOOP-02",)}, {"LOOP-02": ("LOOP-02", ())}
    )

    def opened(dimension: str, answers: bytes, *, counts: bool = True) -> Opened:
        return Opened(uuid4(), UNIT, counts, dimension, answers.ljust(16, b"\0"))

    answers = [
        opened("PSY", b"\x01\x02"),
        opened("PSY", b"\x01\x00"),
        opened("PSY", b"\x01\x02", counts=False),
        opened("LOOP-02", b"\x01"),
    ]
    assert respondents(answers, {UNIT: unit}) == {UNIT: 1}


class TestDays:
    def test_what_is_written_after_nine_goes_with_tomorrows_batch(self) -> None:
        before = datetime(2026, 3, 3, 7, 59, tzinfo=UTC)  # 8:59 in Berlin
        after = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)

        assert handed_over_on(before, "Europe/Berlin") == date(2026, 3, 3)
        assert handed_over_on(after, "Europe/Berlin") == date(2026, 3, 4)
        assert newest_batch(before, "Europe/Berlin") == date(2026, 3, 2)
        assert newest_batch(after, "Europe/Berlin") == date(2026, 3, 3)

    def test_of_the_time_of_making_only_the_week_is_kept(self) -> None:
        assert week_of(date(2026, 3, 8)) == date(2026, 3, 2)


@pytest.mark.parametrize("token", ["", "short", "x" * 42, "ü" * 43, "A" * 44, "A" * 42 + "!"])
def test_a_secret_that_could_be_guessed_is_refused(token: str) -> None:
    with pytest.raises(Invalid):
        require_token(token)


def test_a_secret_of_ours_is_taken_as_it_is() -> None:
    token = base64.urlsafe_b64encode(bytes(range(TOKEN_BYTES))).rstrip(b"=").decode()
    assert require_token(token) == token
