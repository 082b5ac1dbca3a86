import os
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.ballots.rules import (
    PAYLOAD_BYTES,
    WaveKey,
    length_prefixed,
    lock_number,
    order_for,
    pack,
    parts_of_sheet,
    read_token,
    same,
    write_token,
)
from surveys.errors import Invalid, Missing
from surveys.waves.rules import LoopQuestion

ITEMS = [
    {"code": "PSY-01", "dimension": "PSY"},
    {"code": "PSY-03", "dimension": "PSY"},
    {"code": "OWN-01", "dimension": "OWN-01"},
    {"code": "OWN-02", "dimension": "OWN-02"},
]
SAID = LoopQuestion("LOOP-02", "LOOP-02", "Did our leader say?")
PROMISE = LoopQuestion("LOOP-03:x", "LOOP-03", "Was it kept?")


def a_key(wave_id: UUID | None = None) -> WaveKey:
    return WaveKey.of(wave_id or uuid4(), os.urandom(32))


class TestSealing:
    @given(st.binary(max_size=16))
    def test_what_was_sealed_comes_back_and_only_where_it_lay(self, answers: bytes) -> None:
        key, unit, person = a_key(), uuid4(), uuid4()
        row_key = key.row_key("PSY", person)
        payload = key.seal(row_key, unit, "PSY", answers)

        assert key.unseal(row_key, unit, "PSY", payload) == answers.ljust(16, b"\0")
        assert len(payload) == PAYLOAD_BYTES
        assert key.unseal(key.row_key("PSY", uuid4()), unit, "PSY", payload) is None
        assert key.unseal(row_key, uuid4(), "PSY", payload) is None
        assert key.unseal(row_key, unit, "CNF", payload) is None
        assert a_key(key.wave_id).unseal(row_key, unit, "PSY", payload) is None

    def test_the_same_answers_never_look_the_same(self) -> None:
        key, unit = a_key(), uuid4()
        row_key = key.row_key("PSY", uuid4())
        assert key.seal(row_key, unit, "PSY", b"\x05") != key.seal(row_key, unit, "PSY", b"\x05")

    def test_one_persons_rows_share_nothing_without_the_key(self) -> None:
        key, person = a_key(), uuid4()
        assert key.row_key("PSY", person) != key.row_key("CNF", person)
        assert a_key(key.wave_id).row_key("PSY", person) != key.row_key("PSY", person)

    def test_a_key_does_not_print_its_secret(self) -> None:
        key = a_key()
        assert key.secret.hex() not in repr(key)
        assert repr(key.secret) not in repr(key)

    def test_a_short_key_is_refused(self) -> None:
        with pytest.raises(ValueError, match="32 bytes"):
            WaveKey.of(uuid4(), b"short")

    @given(st.lists(st.binary(max_size=4), max_size=4), st.lists(st.binary(max_size=4), max_size=4))
    def test_different_parts_never_join_to_the_same_bytes(
        self, left: list[bytes], right: list[bytes]
    ) -> None:
        assert (length_prefixed(*left) == length_prefixed(*right)) == (left == right)


class TestSealingWords:
    @given(st.binary(min_size=40, max_size=40))
    def test_words_come_back_and_only_where_they_lay(self, words: bytes) -> None:
        key, unit, person = a_key(), uuid4(), uuid4()
        row_key = key.remark_key(person)
        payload = key.seal_remark(row_key, unit, words)

        assert key.unseal_remark(row_key, unit, payload) == words
        assert len(payload) == 40 + PAYLOAD_BYTES - 16
        assert key.unseal_remark(key.remark_key(uuid4()), unit, payload) is None
        assert key.unseal_remark(row_key, uuid4(), payload) is None
        assert a_key(key.wave_id).unseal_remark(row_key, unit, payload) is None
        assert key.unseal_remark(row_key, unit, b"short") is None

    def test_words_and_answers_have_no_key_in_common(self) -> None:
        """A row of one kind that is put where the other lies opens as nothing."""
        key, unit, person = a_key(), uuid4(), uuid4()
        row_key = key.row_key("remark", person)
        assert key.remark_key(person) != row_key
        assert key.unseal(row_key, unit, "remark", key.seal_remark(row_key, unit, bytes(16))) is None

    def test_the_same_words_never_look_the_same(self) -> None:
        key, unit = a_key(), uuid4()
        row_key = key.remark_key(uuid4())
        assert key.seal_remark(row_key, unit, b"words") != key.seal_remark(row_key, unit, b"words")


class TestSheet:
    def test_each_dimension_own_question_and_loop_question_is_a_row_of_its_own(self) -> None:
        assert parts_of_sheet(ITEMS, 0, []) == {
            "PSY": ("PSY-01", "PSY-03"),
            "OWN-01": ("OWN-01",),
            "OWN-02": ("OWN-02",),
        }

    def test_loop_questions_take_the_room_of_own_questions_which_take_turns(self) -> None:
        assert set(parts_of_sheet(ITEMS, 0, [SAID])) == {"PSY", "OWN-01", "LOOP-02"}
        assert set(parts_of_sheet(ITEMS, 1, [SAID])) == {"PSY", "OWN-02", "LOOP-02"}
        assert set(parts_of_sheet(ITEMS, 0, [SAID, PROMISE])) == {"PSY", "LOOP-02", "LOOP-03:x"}

    def test_a_sheet_left_blank_packs_every_dimension_all_the_same(self) -> None:
        assert pack(parts_of_sheet(ITEMS, 0, [SAID]), {}) == {
            "PSY": b"\0\0",
            "OWN-01": b"\0",
            "LOOP-02": b"\0",
        }

    def test_answers_lie_in_the_order_of_the_sheet_and_nought_is_not_said(self) -> None:
        answers = {"PSY-03": 5, "OWN-01": 0, "LOOP-02": 4}
        assert pack(parts_of_sheet(ITEMS, 0, [SAID]), answers) == {
            "PSY": b"\0\5",
            "OWN-01": b"\0",
            "LOOP-02": b"\4",
        }

    @pytest.mark.parametrize("answers", [{"CNF-01": 3}, {"PSY-01": 6}, {"PSY-01": -1}, {"LOOP-02": 5}])
    def test_what_the_sheet_does_not_ask_or_offer_is_refused_and_named(
        self, answers: dict[str, int]
    ) -> None:
        with pytest.raises(Invalid) as refusal:
            pack(parts_of_sheet(ITEMS, 0, [SAID]), answers)
        assert refusal.value.field == next(iter(answers))

    def test_the_first_question_is_the_same_for_all_and_the_rest_is_not(self) -> None:
        key, codes = a_key(), [f"Q{number}" for number in range(8)]
        orders = [order_for(key, uuid4(), codes) for _ in range(20)]
        assert {order[0] for order in orders} == {"Q0"}
        assert len({tuple(order) for order in orders}) > 1
        assert all(sorted(order) == codes for order in orders)


class TestLinks:
    @given(st.uuids(), st.binary(min_size=16, max_size=16))
    def test_a_token_is_43_characters_and_reads_back(self, place: UUID, proof: bytes) -> None:
        token = write_token(place, proof)
        assert len(token) == 43
        assert read_token(token) == (place, proof)

    @pytest.mark.parametrize("token", ["", "x", "ä" * 43, "A" * 42, "A" * 44, "?" * 43])
    def test_what_is_not_a_token_is_missing(self, token: str) -> None:
        with pytest.raises(Missing):
            read_token(token)

    def test_a_token_with_a_foreign_sign_in_it_is_not_read_without_it(self) -> None:
        token = write_token(uuid4(), bytes(16))
        with pytest.raises(Missing):
            read_token(f"{token[:20]}!{token[20:]}")

    def test_the_proof_is_of_this_wave_and_this_place(self) -> None:
        key, place = a_key(), uuid4()
        assert same(key.link_proof(place), key.link_proof(place))
        assert not same(key.link_proof(place), key.link_proof(uuid4()))
        assert not same(key.link_proof(place), a_key(key.wave_id).link_proof(place))


def test_keys_and_locks_of_a_running_wave_do_not_change_with_a_new_version() -> None:
    """A wave is cast into by one version and sealed by the next: what is derived from its key must stay."""
    key, person = WaveKey.of(UUID(int=1), bytes(range(32))), UUID(int=2)
    row_key = key.row_key("PSY", person)

    assert row_key.hex() == "9c15e11083fabfb640c25dc95be67bf7c0bba15a2e9ea3eab14e2f191895e874"
    assert (
        key.remark_key(person).hex() == "c3bfcd812386593fc00eef1c7195855fd70c5091e0d65d77c20401b2564f051e"
    )
    assert key.link_proof(person).hex() == "07cd44af988e3abec86624bcc960382a"
    assert order_for(key, person, ["a", "b", "c", "d", "e"]) == ["a", "c", "e", "b", "d"]
    assert lock_number(UUID(int=1)) == 179007709439758238
    sealed = bytes.fromhex(
        "0000000000000000000000003904bc97a449cab4cf7b902a8102853fb090833f32cd88d66436b46e64450a5c"
    )
    assert key.unseal(row_key, UUID(int=3), "PSY", sealed) == b"\5\4".ljust(16, b"\0")
    sealed = bytes.fromhex("000000000000000000000000b931640c6436672b5ab38c652c2d966314b6d8985b")
    assert key.unseal_remark(key.remark_key(person), UUID(int=3), sealed) == b"words"


def test_the_lock_of_a_wave_is_a_number_postgresql_takes() -> None:
    numbers = {lock_number(uuid4()) for _ in range(100)}
    assert all(-(2**63) <= number < 2**63 for number in numbers)
    assert len(numbers) == 100
