"""A board from its start to its end: who may do what at which step."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.keystores import DirectoryKeyStore
from surveys.errors import Conflict, Forbidden, Gone, Invalid, Missing
from surveys.people.queries import viewer_of
from surveys.retrospectives.actions import (
    close_retrospective,
    move_on,
    record_milestone,
    start_retrospective,
)
from surveys.retrospectives.cards import add_card, change_card, own_cards
from surveys.retrospectives.grouping import move_card, name_group
from surveys.retrospectives.keeping import prune_cards
from surveys.retrospectives.models import Card, Retrospective, SealedCard, Vote
from surveys.retrospectives.queries import board_as_seen, board_for
from surveys.retrospectives.room import join_retrospective, leave_names_out, mark_here, take_over
from surveys.retrospectives.rules import Column, Names, Pace, Phase, Plan
from surveys.retrospectives.sealing import new_pen
from surveys.retrospectives.voting import cast_votes, own_votes
from tests.boards import write_card
from tests.cast import Cast, make_person
from tests.conftest import NOON
from tests.surveys.retrospectives.conftest import Advance, Start


async def test_a_team_with_its_leader_takes_part_and_nobody_else_may_look(
    session: AsyncSession, cast: Cast, start: Start
) -> None:
    board = await start()

    seen = await board_as_seen(session, board, now=NOON)
    assert [one.name for one in seen.people] == [
        "Alice", "Bob", "Chen", "Dana", "Emil", "Fay", "Gus", "Lena",
    ]  # fmt: skip
    assert [one.name for one in seen.people if one.leads] == ["Lena"]
    may = {
        name: await board_for(session, board.id, await viewer_of(session, person.id)) is not None
        for name, person in cast.by_name.items()
    }
    assert {name for name, allowed in may.items() if allowed} == {one.name for one in seen.people}


@pytest.mark.parametrize(
    ("team", "by", "wanted", "truly"),
    [
        ("payments", "Alice", Names.ANONYMOUS, Names.ANONYMOUS),
        ("people", "Hugo", Names.ANONYMOUS, Names.OPEN),
        ("people", "Hugo", Names.SHOWN, Names.SHOWN),
    ],
)
async def test_a_board_says_anonymous_only_where_five_besides_the_leader_take_part(
    cast: Cast, start: Start, team: str, by: str, wanted: Names, truly: Names
) -> None:
    board = await start(getattr(cast, team), cast.by_name[by], names=wanted)

    assert board.names is truly


async def test_a_raised_minimum_group_counts_for_cards_too(
    session: AsyncSession, cast: Cast, start: Start
) -> None:
    cast.organisation.minimum_group = 8
    await session.flush()

    assert (await start()).names is Names.OPEN


async def test_one_wish_leaves_names_out_before_writing_begins_and_none_brings_them_back(
    session: AsyncSession, cast: Cast, start: Start, advance: Advance
) -> None:
    board = await start(names=Names.SHOWN)

    await leave_names_out(session, board.id, person_id=cast.bob.id)
    assert board.names is Names.ANONYMOUS

    await advance(board, Phase.WRITE)
    with pytest.raises(Conflict):
        await leave_names_out(session, board.id, person_id=cast.bob.id)


async def test_a_milestone_told_twice_starts_one_board(
    session: AsyncSession, keys: DirectoryKeyStore, cast: Cast
) -> None:
    async def hook() -> tuple[bool, object]:
        milestone, new = await record_milestone(
            session, team_id=cast.payments.id, name="Release 4", source="github", key="a:4", now=NOON
        )
        plan = Plan(milestone.name, milestone_id=milestone.id)
        board = await start_retrospective(
            session, keys, team_id=cast.payments.id, started_by=None, plan=plan, now=NOON
        )
        return new, board.id

    first, second = await hook(), await hook()

    assert (first[0], second[0]) == (True, False)
    assert first[1] == second[1]


async def test_a_team_has_one_open_board_at_a_time(cast: Cast, start: Start) -> None:
    await start()

    with pytest.raises(Conflict):
        await start()


async def test_an_outsider_neither_starts_nor_writes_nor_moves_anything(
    session: AsyncSession, keys: DirectoryKeyStore, cast: Cast, start: Start
) -> None:
    with pytest.raises(Missing):
        await start(by=cast.oscar)
    board = await start()
    with pytest.raises(Missing):
        await join_retrospective(session, board.id, person_id=cast.oscar.id, now=NOON)
    with pytest.raises(Missing):
        await move_on(session, keys, board.id, leaving=board.phase, person_id=cast.oscar.id, now=NOON)
    with pytest.raises(Missing):
        await write_card(session, keys, board.id, cast.helen.id, "a", Column.THANKS)


async def test_somebody_new_on_the_team_can_join(session: AsyncSession, cast: Cast, start: Start) -> None:
    board = await start()
    newcomer = await make_person(session, cast.organisation, "Nils", team=cast.payments)

    await join_retrospective(session, board.id, person_id=newcomer.id, now=NOON)

    seen = await board_as_seen(session, board, now=NOON)
    assert "Nils" in [one.name for one in seen.people]


async def test_only_the_facilitator_moves_on_and_a_second_press_skips_nothing(
    session: AsyncSession, keys: DirectoryKeyStore, cast: Cast, start: Start
) -> None:
    board = await start()
    with pytest.raises(Forbidden):
        await move_on(session, keys, board.id, leaving=Phase.LOOK_BACK, person_id=cast.bob.id, now=NOON)

    for _ in range(2):
        await move_on(session, keys, board.id, leaving=Phase.LOOK_BACK, person_id=cast.alice.id, now=NOON)

    assert board.phase is Phase.WRITE


async def test_who_leads_through_a_board_is_relieved_only_when_gone(
    session: AsyncSession, cast: Cast, start: Start
) -> None:
    board = await start()
    await mark_here(session, board.id, {cast.alice.id, cast.bob.id}, now=NOON)
    with pytest.raises(Forbidden):
        await take_over(session, board.id, person_id=cast.bob.id, now=NOON)

    await take_over(session, board.id, person_id=cast.bob.id, now=NOON + timedelta(minutes=2))
    assert board.facilitator_id == cast.bob.id
    await take_over(session, board.id, person_id=cast.lena.id, now=NOON)
    assert board.facilitator_id == cast.lena.id  # who leads the team may at any time


async def test_nobody_is_noted_as_here_on_a_board_over_days(
    session: AsyncSession, cast: Cast, start: Start
) -> None:
    board = await start(pace=Pace.OVER_DAYS)

    await mark_here(session, board.id, {cast.alice.id}, now=NOON)

    assert (await board_as_seen(session, board, now=NOON)).here == []
    assert board.phase_ends_at is not None


async def test_cards_come_out_together_and_were_nobodys_before(
    session: AsyncSession, keys: DirectoryKeyStore, cast: Cast, start: Start, advance: Advance
) -> None:
    board = await start()
    await advance(board, Phase.WRITE)
    pens = {person.name: new_pen() for person in cast.payments_members}
    for person in cast.payments_members:
        for _ in range(2):  # a double press is one card
            await add_card(
                session, keys, board.id, person_id=person.id, pen=pens[person.name],
                column=Column.WENT_WELL, text=f"The staging matched, {person.name[0]}",
            )  # fmt: skip
    revision = board.revision
    assert (await board_as_seen(session, board, now=NOON)).topics == []

    mine = await own_cards(session, keys, board, pens["Alice"])
    assert mine == {(Column.WENT_WELL, 0): "The staging matched, A"}
    for number, text in ((0, "The staging matched at last"), (0, "")):
        await change_card(
            session, keys, board.id, person_id=cast.alice.id, pen=pens["Alice"],
            column=Column.WENT_WELL, number=number, text=text,
        )  # fmt: skip
    assert await own_cards(session, keys, board, pens["Alice"]) == {}
    assert board.revision == revision  # writing moves nobody's screen

    await advance(board, Phase.GROUP)
    seen = await board_as_seen(session, board, now=NOON)
    assert sorted(topic.cards[0].text[-1] for topic in seen.topics) == ["B", "C", "D", "E", "F", "G"]
    assert {topic.cards[0].author for topic in seen.topics} == {None}
    assert (await session.scalars(select(SealedCard))).all() == []


async def test_a_card_carries_its_name_only_where_the_team_wanted_names(
    session: AsyncSession, keys: DirectoryKeyStore, cast: Cast, start: Start, advance: Advance
) -> None:
    board = await start(names=Names.SHOWN)
    await advance(board, Phase.WRITE)
    await write_card(session, keys, board.id, cast.bob.id, "Thanks", Column.THANKS)
    await advance(board, Phase.GROUP)

    seen = await board_as_seen(session, board, now=NOON)
    assert [card.author for card in seen.thanks] == ["Bob"]


@pytest.mark.parametrize("text", ["", "   ", "x" * 401, "x" * 5000])
async def test_a_card_says_something_and_not_too_much(
    session: AsyncSession, keys: DirectoryKeyStore, cast: Cast, start: Start, advance: Advance, text: str
) -> None:
    board = await start()
    await advance(board, Phase.WRITE)

    with pytest.raises(Invalid):
        await write_card(session, keys, board.id, cast.bob.id, text, Column.THANKS)


async def _three_cards(
    session: AsyncSession, keys: DirectoryKeyStore, cast: Cast, start: Start, advance: Advance
) -> tuple[object, list[Card]]:
    board = await start()
    await advance(board, Phase.WRITE)
    for text in ("a", "b", "c"):
        await write_card(session, keys, board.id, cast.bob.id, text)
    await advance(board, Phase.GROUP)
    cards = (await session.scalars(select(Card).order_by(Card.text))).all()
    return board, list(cards)


async def test_two_people_move_one_card_and_the_last_move_counts_for_both(
    session: AsyncSession, keys: DirectoryKeyStore, cast: Cast, start: Start, advance: Advance
) -> None:
    board, (a, b, c) = await _three_cards(session, keys, cast, start, advance)
    seen = a.revision

    first = await move_card(session, board.id, person_id=cast.alice.id, card_id=a.id, onto=b.id, seen=seen)
    second = await move_card(session, board.id, person_id=cast.bob.id, card_id=a.id, onto=c.id, seen=seen)

    assert (first.overtook, second.overtook) == (False, True)
    shown = await board_as_seen(session, board, now=NOON)
    assert {frozenset(card.text for card in topic.cards) for topic in shown.topics} == {
        frozenset("ac"), frozenset("b"),
    }  # fmt: skip
    assert a.revision == second.revision > first.revision  # by this the first one's screen can tell


async def test_a_group_that_is_gone_cannot_be_joined_or_named(
    session: AsyncSession, keys: DirectoryKeyStore, cast: Cast, start: Start, advance: Advance
) -> None:
    board, (a, b, _) = await _three_cards(session, keys, cast, start, advance)
    await move_card(session, board.id, person_id=cast.alice.id, card_id=a.id, onto=b.id)
    group = a.group_id
    assert group is not None
    await name_group(session, board.id, person_id=cast.bob.id, group_id=group, name="Letters")
    await move_card(session, board.id, person_id=cast.alice.id, card_id=a.id, onto=None)

    assert (a.group_id, b.group_id) == (None, None)
    for refused in (
        move_card(session, board.id, person_id=cast.bob.id, card_id=b.id, onto=group),
        name_group(session, board.id, person_id=cast.bob.id, group_id=group, name="Letters"),
    ):
        with pytest.raises(Conflict):
            await refused


async def test_votes_are_counted_without_voters_and_never_more_than_everybody_has(
    session: AsyncSession, keys: DirectoryKeyStore, cast: Cast, start: Start, advance: Advance
) -> None:
    board, (a, b, c) = await _three_cards(session, keys, cast, start, advance)
    await advance(board, Phase.VOTE)
    for person in (cast.alice, cast.bob):
        await cast_votes(session, keys, board.id, person_id=person.id, votes={a.id: 2, b.id: 1})
    await cast_votes(session, keys, board.id, person_id=cast.bob.id, votes={c.id: 1})
    with pytest.raises(Invalid):
        await cast_votes(session, keys, board.id, person_id=cast.bob.id, votes={c.id: 4})
    with pytest.raises(Conflict):
        await cast_votes(session, keys, board.id, person_id=cast.bob.id, votes={uuid4(): 1})
    assert await own_votes(session, keys, board, cast.bob.id) == {c.id: 1}
    assert {topic.votes for topic in (await board_as_seen(session, board, now=NOON)).topics} == {None}

    await advance(board, Phase.DISCUSS)

    topics = (await board_as_seen(session, board, now=NOON)).topics
    assert [topic.votes for topic in topics] == [2, 1, 1]
    assert topics[0].id == a.id
    assert (await session.scalars(select(Vote))).all() == []


async def test_what_is_closed_takes_nothing_more_and_what_was_not_revealed_is_gone(
    session: AsyncSession, keys: DirectoryKeyStore, cast: Cast, start: Start, advance: Advance
) -> None:
    board = await start()
    await advance(board, Phase.WRITE)
    await write_card(session, keys, board.id, cast.bob.id, "Thanks", Column.THANKS)

    await close_retrospective(session, board.id, person_id=cast.alice.id, now=NOON)

    assert (await session.scalars(select(SealedCard))).all() == []
    with pytest.raises(Gone):
        await take_over(session, board.id, person_id=cast.bob.id, now=NOON)
    assert await start() is not board


async def test_cards_go_a_year_after_a_board_was_closed_and_the_board_stays(
    session: AsyncSession, keys: DirectoryKeyStore, cast: Cast, start: Start, advance: Advance
) -> None:
    board, (a, b, _) = await _three_cards(session, keys, cast, start, advance)
    await move_card(session, board.id, person_id=cast.alice.id, card_id=a.id, onto=b.id, seen=a.revision)
    await close_retrospective(session, board.id, person_id=cast.alice.id, now=NOON)
    session.expunge_all()

    assert await prune_cards(session, now=NOON + timedelta(days=364)) == 0
    assert await prune_cards(session, now=NOON + timedelta(days=365)) == 4

    left = await session.get_one(Retrospective, board.id)
    shown = await board_as_seen(session, left, now=NOON + timedelta(days=365))
    assert (shown.topics, shown.cards_gone, shown.title) == ([], True, board.title)


async def test_a_board_whose_key_is_lost_says_so_and_can_be_closed(
    session: AsyncSession, keys: DirectoryKeyStore, cast: Cast, start: Start, advance: Advance
) -> None:
    board = await start()
    await advance(board, Phase.WRITE)
    assert board.card_key is not None
    await keys.destroy(board.card_key)

    with pytest.raises(Gone):
        await advance(board, Phase.GROUP)
    await close_retrospective(session, board.id, person_id=cast.alice.id, now=NOON)
    assert board.phase is Phase.CLOSED
