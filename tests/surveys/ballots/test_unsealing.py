"""What a closed box gives back, in memory: everybody's own answers, and how many rows were not theirs."""

from uuid import UUID, uuid4

from surveys.ballots.remarks import remark_keys, unseal_remarks
from surveys.ballots.rules import Opened, WaveKey
from surveys.ballots.sealing import OnRoster, row_keys, unseal
from surveys.ballots.words import OpenedRemark, PassedOn, pack_remark

KEY = WaveKey.of(UUID(int=1), bytes(range(32)))
ALDER, BIRCH = UUID(int=2), UUID(int=3)
PARTS = {ALDER: ("PSY", "CNF"), BIRCH: ("PSY",)}
ROSTER = [OnRoster(uuid4(), unit, counts) for unit in (ALDER, BIRCH) for counts in (True, False, True)]
NAMES = row_keys(KEY, PARTS, ROSTER)
GIVEN = {key: bytes([1 + number % 5, 1 + number // 5]) for number, key in enumerate(NAMES)}
SEALED = {
    key: KEY.seal(key, person.team_id, dimension, GIVEN[key]) for key, (person, dimension) in NAMES.items()
}


def test_a_roster_explains_one_row_for_each_person_and_what_their_unit_asks() -> None:
    asked = {(person.person_id, dimension) for person, dimension in NAMES.values()}
    assert asked == {(one.person_id, dimension) for one in ROSTER for dimension in PARTS[one.team_id]}
    assert len(NAMES) == 9


def test_everybody_is_given_back_what_they_answered_and_nobody_elses_answers() -> None:
    opened, damaged = unseal(KEY, NAMES, SEALED.items())

    assert damaged == 0
    assert opened == [
        Opened(person.person_id, person.team_id, person.counts, dimension, GIVEN[key].ljust(16, b"\0"))
        for key, (person, dimension) in NAMES.items()
    ]


def test_rows_that_were_exchanged_or_forged_are_left_out_and_counted() -> None:
    one, other, third, *rest = SEALED
    rows = SEALED | {one: SEALED[other], other: SEALED[one], third: bytes(len(SEALED[third]))}
    opened, damaged = unseal(KEY, NAMES, rows.items())

    assert damaged == 3
    assert [each.person_id for each in opened] == [NAMES[key][0].person_id for key in rest]


def test_words_are_given_back_with_their_unit_and_left_out_where_they_were_moved_or_taken_back() -> None:
    names = remark_keys(KEY, ROSTER)
    said = ["one", "two", None, "four", "five", "six"]
    rows = {
        key: KEY.seal_remark(key, unit, pack_remark(PassedOn.WORDS if words else None, words or ""))
        for (key, unit), words in zip(names.items(), said, strict=True)
    }
    first, second, *_, last = rows
    rows |= {first: rows[second], last: b"\0" * len(rows[last])}

    assert unseal_remarks(KEY, names, rows.items()) == [
        OpenedRemark(ALDER, PassedOn.WORDS, "two"),
        OpenedRemark(BIRCH, PassedOn.WORDS, "four"),
        OpenedRemark(BIRCH, PassedOn.WORDS, "five"),
    ]
