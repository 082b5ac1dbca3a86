"""What holds for every board: grouping, votes, names and mornings."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.cadence.quiet_days import public_holidays
from surveys.errors import Conflict, Invalid
from surveys.retrospectives.mornings import end_of_step, own_morning
from surveys.retrospectives.places import Change, Places
from surveys.retrospectives.rules import (
    ABSENT_AFTER,
    Column,
    Names,
    Pace,
    Phase,
    Plan,
    after,
    by_votes,
    checked_votes,
    may_take_over,
    moved,
    names_for,
)
from surveys.retrospectives.sealing import CardSeal, Written, new_pen

CARDS = tuple("abcdef")
Move = tuple[str, str | int | None]
MOVES = st.lists(
    st.tuples(
        st.sampled_from(CARDS),
        st.one_of(st.none(), st.sampled_from(CARDS), st.integers(min_value=0, max_value=8)),
    ),
    max_size=12,
)


def play(moves: list[Move]) -> dict[str, object]:
    """Apply moves in the order in which the board took them; what is refused changes nothing."""
    groups: dict[object, object] = dict.fromkeys(CARDS)
    for number, (card, onto) in enumerate(moves):
        target: object = f"group {onto}" if isinstance(onto, int) else onto
        try:
            groups = moved(groups, card, target, f"group {number}")
        except Conflict:
            continue
    return {str(card): group for card, group in groups.items()}


@settings(max_examples=200)
@given(MOVES)
def test_no_move_loses_a_card_or_leaves_a_group_of_one(moves: list[Move]) -> None:
    groups = play(moves)

    assert set(groups) == set(CARDS)
    inside = [group for group in groups.values() if group is not None]
    assert all(inside.count(group) > 1 for group in inside)


@settings(max_examples=100)
@given(MOVES, st.sampled_from(CARDS), st.sampled_from(CARDS), st.sampled_from(CARDS))
def test_of_two_moves_of_one_card_the_last_one_counts_whatever_was_before(
    moves: list[Move], card: str, first: str, last: str
) -> None:
    groups = play([*moves, (card, first), (card, last)])

    if card not in (first, last):
        assert groups[card] == groups[last]
        assert groups[card] is not None


def test_a_group_that_is_gone_takes_nobody() -> None:
    with pytest.raises(Conflict):
        moved({"a": None, "b": None}, "a", "gone", "new")


@settings(max_examples=100)
@given(st.lists(st.integers(min_value=-1, max_value=4), max_size=5), st.integers(min_value=1, max_value=5))
def test_nobody_gives_more_votes_than_everybody_has(counts: list[int], each: int) -> None:
    votes = {uuid4(): count for count in counts}

    try:
        cast = checked_votes(votes, votes, each)
    except Invalid:
        assert sum(counts) > each or min(counts) < 0
    else:
        assert len(cast) == sum(counts) <= each


def test_topics_with_equal_votes_keep_their_mixed_order() -> None:
    assert by_votes({"b": 2, "a": 1, "c": 1}, ["c", "a", "b", "d"]) == ["b", "c", "a", "d"]


@pytest.mark.parametrize(
    ("writers", "minimum", "promised"),
    [(4, 5, Names.OPEN), (5, 5, Names.ANONYMOUS), (5, 4, Names.ANONYMOUS), (7, 8, Names.OPEN)],
)
def test_anonymous_is_said_only_where_it_is_true(writers: int, minimum: int, promised: Names) -> None:
    assert names_for(Names.ANONYMOUS, writers, minimum) is promised
    assert names_for(Names.SHOWN, writers, minimum) is Names.SHOWN


def test_a_board_only_ever_moves_forward() -> None:
    assert [after(phase) for phase in Phase] == [*list(Phase)[1:], Phase.CLOSED]


@pytest.mark.parametrize(("seconds", "allowed"), [(-40, False), (59, False), (60, True)])
def test_a_facilitator_is_relieved_after_a_minute(seconds: int, *, allowed: bool) -> None:
    left = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)

    assert timedelta(seconds=60) == ABSENT_AFTER
    assert (
        may_take_over(
            left, has_facilitator=True, leads=False, pace=Pace.LIVE, now=left + timedelta(seconds=seconds)
        )
        is allowed
    )


def test_a_move_that_was_told_is_taken_once_in_its_order_or_looked_at() -> None:
    one, two, group = UUID(int=1), UUID(int=2), UUID(int=9)
    places = Places(
        revision=4,
        phase=Phase.GROUP,
        names=Names.OPEN,
        phase_ends_at=None,
        facilitator_id=None,
        discussing=None,
        can_take_over=True,
        people=(),
        cards=[(one, None, 1), (two, None, 1)],
        groups=(),
    )
    told = Change(5, [(one, group, 5), (two, group, 1)], [(group, "to_improve", "")], [])
    together = places.after(told)

    assert together is not None
    assert (together.revision, together.cards) == (5, [(one, group, 5), (two, group, 1)])
    assert together.groups == [(group, "to_improve", "")]
    assert together.after(told) is together
    assert together.after(Change(7, [(one, None, 7)], [], [group])) is None  # another came between
    assert together.after(Change(6, [(UUID(int=3), None, 6)], [], [])) is None  # a card nobody knows
    apart = together.after(Change(6, [(one, None, 6), (two, None, 1)], [], [group]))
    assert apart is not None
    assert apart.groups == []


BERLIN = ("Europe/Berlin", "DE")
WHERE = [BERLIN, ("America/Los_Angeles", "US"), ("Asia/Tokyo", "JP"), ("UTC", None)]


@settings(max_examples=60)
@given(
    st.datetimes(min_value=datetime(2026, 3, 20), max_value=datetime(2026, 12, 31)),  # noqa: DTZ001 -- made aware below
    st.integers(min_value=1, max_value=5),
    st.lists(st.sampled_from(WHERE), min_size=1),
)
def test_a_step_over_days_leaves_everybody_a_morning_on_a_working_day_of_their_own(
    start: datetime, days: int, where: list[tuple[str, str | None]]
) -> None:
    now = start.replace(tzinfo=UTC)
    ends = end_of_step(now, days, where)
    own = {each: own_morning(ends, each) for each in where}

    assert max(own.values()) == ends  # it ends with the last one's
    for (zone, country), morning in own.items():
        there = morning.astimezone(ZoneInfo(zone))
        assert (there.hour, there.minute) == (10, 0)
        assert there.weekday() < 5
        assert country is None or there.date() not in public_holidays(country, there.year)
        assert there.date() > now.astimezone(ZoneInfo(zone)).date()


@pytest.mark.parametrize(
    ("start", "days", "ends"),
    [
        ((2026, 12, 1, 10), 1, (2026, 12, 2)),
        ((2026, 12, 1, 19), 1, (2026, 12, 3)),  # in the evening the day is over already
        ((2026, 12, 4, 10), 1, (2026, 12, 7)),  # a weekend
        ((2026, 12, 23, 12), 2, (2026, 12, 28)),  # two days of Christmas and a weekend
    ],
)
def test_working_days_are_counted_where_somebody_is(
    start: tuple[int, int, int, int], days: int, ends: tuple[int, int, int]
) -> None:
    there = ZoneInfo("Europe/Berlin")

    assert end_of_step(datetime(*start, tzinfo=there), days, [BERLIN]) == datetime(*ends, 10, tzinfo=there)


@pytest.mark.parametrize("plan", [Plan(" "), Plan("x" * 101), Plan("a", days_a_phase=0)])
def test_a_plan_that_cannot_be_names_its_field(plan: Plan) -> None:
    with pytest.raises(Invalid) as refused:
        plan.require_possible()

    assert refused.value.field in {"title", "days"}


@settings(max_examples=30)
@given(st.text(max_size=400), st.sampled_from(Column), st.one_of(st.none(), st.uuids()))
def test_a_sealed_card_has_one_length_and_opens_only_where_it_was_sealed(
    text: str, column: Column, author: UUID | None
) -> None:
    author = None if author is None or author.int == 0 else author
    text = text.encode("utf-8", "ignore").decode()
    seal = CardSeal.of(uuid4(), b"k" * 32)
    pen = new_pen()
    key, other = seal.row_key(pen, column, 0), seal.row_key(pen, column, 1)
    sealed = seal.seal(key, Written(column, text, author))

    assert len(sealed) == 1_692
    assert seal.open(key, sealed) == Written(column, text, author)
    assert seal.open(other, sealed) is None
    assert CardSeal.of(seal.board, b"l" * 32).open(key, sealed) is None
