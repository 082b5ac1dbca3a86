"""Working groups between the units of the tree: what they share with a team, and what they stay out of."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.keystores import DirectoryKeyStore
from integrations.language import Translator
from integrations.wording.loop import say_promise
from surveys.audit.models import Entry
from surveys.commitments.absences import spans_away
from surveys.commitments.actions import commit, mark_done
from surveys.commitments.alone import asked_alone_from, promises_unasked
from surveys.commitments.asking import loop_questions_due
from surveys.commitments.groups import end_group
from surveys.commitments.health import look_at, nothing_known
from surveys.commitments.leaders_week import begin_weeks, week_of
from surveys.commitments.looks import promises_to_say_aloud, say_aloud
from surveys.commitments.models import Commitment, SaidInRetro
from surveys.commitments.most_pressing import ThingKind
from surveys.commitments.queries import loop_of
from surveys.errors import Conflict
from surveys.people.actions import apply_import, erase_person
from surveys.people.directory_import import stored_directory
from surveys.people.directory_plan import plan_import
from surveys.people.groups import make_group, set_leading
from surveys.people.groups_read import group_of
from surveys.people.models import Team, WorkingGroup
from surveys.people.queries import branch_of, directory_of, viewer_of
from surveys.people.rules import may_read
from surveys.retrospectives.actions import start_retrospective
from surveys.retrospectives.rules import Plan
from tests.cast import Cast, make_cast
from tests.conftest import NOON
from tests.surveys.people.test_directory_import import row

MONDAY = NOON.replace(day=9, hour=8, minute=30)
DAY = timedelta(days=1)


@pytest.fixture
async def cast(session: AsyncSession) -> Cast:
    return await make_cast(session)


@pytest.fixture
async def group(session: AsyncSession, cast: Cast) -> WorkingGroup:
    """Alice of Payments leads it, though she leads no unit; six more belong to it."""
    others = " ".join(f"{name}@example.com" for name in ("bob", "chen", "dana", "sara", "sven", "oscar"))
    helen = await viewer_of(session, cast.helen.id)
    return await make_group(
        session, by=helen, name="Reviewers", leaders="alice@example.com", others=others, now=NOON
    )


async def promised(session: AsyncSession, cast: Cast, group: WorkingGroup) -> Commitment:
    return await commit(
        session,
        team_id=group.id,
        wave_id=None,
        owner_id=cast.alice.id,
        text="Write each review within a week",
        due=None,
        now=NOON,
    )


async def test_it_stands_outside_the_tree_and_nobody_reads_figures_of_it(
    session: AsyncSession, cast: Cast, group: WorkingGroup
) -> None:
    directory, branch = (
        await directory_of(session, cast.organisation.id),
        await branch_of(session, group.id),
    )
    alice, bob = [await viewer_of(session, person.id) for person in (cast.alice, cast.bob)]

    assert group.id not in directory.teams
    assert group.id not in set(await session.scalars(select(Team.id)))
    assert directory.asked_in(cast.alice.id) == alice.unit == cast.payments.id  # leading it moves nobody
    assert (alice.leads, alice.leads_groups, bob.leads_groups) == (frozenset(), {group.id}, frozenset())
    assert bob.groups == {group.id}
    assert branch.leaders == {group.id: (cast.alice.id,)}
    for viewer in (alice, bob, await viewer_of(session, cast.helen.id)):
        assert not may_read(viewer, branch, group.id, leaders_read_below=True)


async def test_no_survey_asks_about_its_promises_and_no_rate_counts_them(
    session: AsyncSession, cast: Cast, group: WorkingGroup
) -> None:
    promise, long_after = await promised(session, cast, group), NOON + 40 * DAY
    await mark_done(session, promise.id, person_id=cast.alice.id, now=NOON + DAY)

    directory = await directory_of(session, cast.organisation.id)
    known = nothing_known(directory, await spans_away(session, cast.organisation.id), now=long_after)
    await look_at(session, directory, known, list(directory.teams))
    assert known.promises == []
    assert await loop_questions_due(session, directory, now=long_after) == {}
    waiting = await promises_unasked(session, cast.organisation.id, now=long_after)
    assert [asked_alone_from(one, directory) for one in waiting] == [None]
    loop = await loop_of(session, group.id, now=long_after)
    assert (loop.in_group, loop.steps, loop.promises[0].word) == (True, (), None)


async def test_its_own_retrospective_speaks_of_what_is_done_until_it_was_spoken_of(
    session: AsyncSession, cast: Cast, group: WorkingGroup, tmp_path: Path
) -> None:
    keys = DirectoryKeyStore.set_up(tmp_path / "keys")
    promise = await promised(session, cast, group)
    await mark_done(session, promise.id, person_id=cast.alice.id, now=NOON + DAY)
    board = await start_retrospective(
        session,
        keys,
        team_id=group.id,
        started_by=cast.bob.id,
        plan=Plan("Reviews"),
        now=NOON + 2 * DAY,
    )

    helen = await viewer_of(session, cast.helen.id)
    with pytest.raises(Conflict):
        await end_group(session, group.id, by=helen, now=NOON + 2 * DAY)
    offered = await promises_to_say_aloud(session, board, now=NOON + 2 * DAY)
    assert [one.id for one in offered] == [promise.id]
    await say_aloud(
        session,
        board.id,
        promise_id=promise.id,
        person_id=cast.bob.id,
        said=SaidInRetro.HAPPENED,
        now=NOON + 2 * DAY,
    )
    loop = await loop_of(session, group.id, now=NOON + 2 * DAY)
    (told,) = loop.promises
    assert [aloud.said for aloud in told.aloud] == [SaidInRetro.HAPPENED]
    assert told.word is None  # said aloud is not confirmed
    aloud = [replace(told.aloud[0], said=SaidInRetro.NOT_YET)]
    sentence = say_promise(replace(told, aloud=aloud), Translator("en"), in_group=True)
    assert sentence.endswith("done, says Alice; not yet, says the group")


async def test_who_leads_one_begins_the_week_with_what_is_open_there(
    session: AsyncSession, cast: Cast, group: WorkingGroup
) -> None:
    assert await begin_weeks(session, now=MONDAY) == 0
    await promised(session, cast, group)

    assert await begin_weeks(session, now=MONDAY) == 1
    week = await week_of(session, cast.alice.id, now=MONDAY)
    assert week is not None
    assert (week.loop.team_name, week.thing.kind) == ("Reviewers", ThingKind.UPDATE)
    assert await week_of(session, cast.bob.id, now=MONDAY) is None


async def test_an_import_neither_sees_nor_ends_one_and_takes_its_name_for_a_unit(
    session: AsyncSession, cast: Cast, group: WorkingGroup
) -> None:
    rows = [row("Carla", "Company", leads="yes"), row("Rita", "Reviewers", "Company")]
    plan = plan_import(rows, await stored_directory(session, cast.organisation))
    await apply_import(session, cast.organisation, plan, now=NOON + DAY)

    stored = await group_of(session, group.id)
    assert stored is not None
    assert (stored.name, stored.ended_at) == ("Reviewers (group)", None)
    names = {team.name for team in (await directory_of(session, cast.organisation.id)).teams.values()}
    assert "Reviewers" in names
    assert "Reviewers (group)" not in names
    noted = select(Entry.actor_id).where(Entry.action == "group.renamed")
    assert (await session.scalars(noted)).all() == [None]


async def test_who_comes_back_leads_again_only_while_fewer_than_two_others_do(
    session: AsyncSession, cast: Cast, group: WorkingGroup
) -> None:
    helen = await viewer_of(session, cast.helen.id)
    cast.alice.active = False
    await session.flush()
    names = ("Alice", "Bob", "Chen")
    for name in names[1:]:
        person_id = cast.by_name[name].id
        await set_leading(session, group.id, by=helen, person_id=person_id, leads=True, now=NOON)

    rows = [replace(row(name, "Company"), email=f"{name.lower()}@example.com") for name in names]
    plan = plan_import(rows, await stored_directory(session, cast.organisation))
    assert plan.reactivated == [cast.alice.id]
    await apply_import(session, cast.organisation, plan, now=NOON)

    found = await group_of(session, group.id)
    assert found is not None
    assert {one.name for one in found.leaders} == {"Bob", "Chen"}
    assert "Alice" in {one.name for one in found.people}


async def test_who_is_erased_is_in_none_and_ending_it_is_in_the_record_without_its_people(
    session: AsyncSession, cast: Cast, group: WorkingGroup
) -> None:
    await erase_person(session, cast.bob.id, now=NOON)
    alice = await viewer_of(session, cast.alice.id)
    await end_group(session, group.id, by=alice, now=NOON + DAY)

    stored = await group_of(session, group.id)
    assert stored is not None
    assert cast.bob.id not in {one.id for one in stored.people}
    assert (await viewer_of(session, cast.alice.id)).leads_groups == frozenset()
    entries = (await session.scalars(select(Entry).where(Entry.subject == f"group:{group.id}"))).all()
    assert {(one.action, str(one.details)) for one in entries} == {
        ("group.made", "{'people': 7}"),
        ("group.ended", "None"),
    }
