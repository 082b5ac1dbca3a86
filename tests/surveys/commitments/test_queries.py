from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.cadence.models import Programme
from surveys.commitments.actions import (
    acknowledge,
    commit,
    hear_team_words,
    mark_done,
    replan,
    share,
    withdraw,
)
from surveys.commitments.asking import loop_questions_due
from surveys.commitments.loop import LoopState
from surveys.commitments.models import Commitment
from surveys.commitments.queries import loop_of
from surveys.commitments.rules import Rate, State
from surveys.results.models import TeamWord
from surveys.waves.models import Wave, WaveState
from tests.cast import Cast, make_cast
from tests.loop import make_programme, make_wave, say

CLOSED = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)  # a Tuesday
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
STEPS = ["results", "shared", "acknowledged", "committed", "done", "confirmed"]


@dataclass
class Scene:
    session: AsyncSession
    cast: Cast
    programme: Programme
    wave: Wave

    async def promise(
        self,
        text: str = "A written answer to every risk",
        *,
        now: datetime = CLOSED + HOUR,
        due: date | None = None,
        wave: Wave | None = None,
    ) -> Commitment:
        return await commit(
            self.session,
            team_id=self.cast.payments.id,
            wave_id=(wave or self.wave).id,
            owner_id=self.cast.lena.id,
            text=text,
            due=due,
            now=now,
        )

    async def done(self, promise: Commitment, at: datetime) -> None:
        await mark_done(self.session, promise.id, person_id=self.cast.lena.id, now=at)

    async def next_wave(self, closes_at: datetime, *, shown: bool = True) -> Wave:
        return await make_wave(
            self.session, self.programme, [self.cast.payments], closes_at=closes_at, shown=shown
        )

    async def loop(self, now: datetime, *, for_leader: bool = False) -> LoopState:
        return await loop_of(self.session, self.cast.payments.id, now=now, for_leader=for_leader)

    async def asked(self, now: datetime) -> list[str]:
        directory = await self.cast.directory(self.session)
        due = await loop_questions_due(self.session, directory, now=now)
        return [question.key for question in due.get(self.cast.payments.id, [])]


@pytest.fixture
async def scene(session: AsyncSession) -> Scene:
    cast = await make_cast(session)
    programme = await make_programme(session, cast.organisation)
    wave = await make_wave(session, programme, [cast.payments, cast.people], closes_at=CLOSED)
    return Scene(session, cast, programme, wave)


class TestLoopQuestionsDue:
    async def test_after_results_the_team_is_asked_whether_the_leader_spoke(self, scene: Scene) -> None:
        assert await scene.asked(CLOSED + 2 * DAY) == ["LOOP-02"]

    async def test_not_before_the_team_can_read_them(self, scene: Scene) -> None:
        assert await scene.asked(CLOSED + HOUR) == []

    async def test_not_where_nothing_was_shown_nor_after_a_lost_wave(self, scene: Scene) -> None:
        await scene.next_wave(CLOSED + 14 * DAY, shown=False)
        assert await scene.asked(CLOSED + 16 * DAY) == []
        await make_wave(
            scene.session,
            scene.programme,
            [scene.cast.payments],
            closes_at=CLOSED + 28 * DAY,
            state=WaveState.LOST,
        )
        assert await scene.asked(CLOSED + 30 * DAY) == []

    async def test_a_team_too_small_for_a_word_is_not_asked(self, scene: Scene) -> None:
        directory = await scene.cast.directory(scene.session)
        due = await loop_questions_due(scene.session, directory, now=CLOSED + 2 * DAY)
        assert set(due) == {scene.cast.payments.id}

    async def test_a_promise_done_for_a_week_comes_first(self, scene: Scene) -> None:
        promise = await scene.promise()
        await scene.done(promise, CLOSED + 2 * DAY)

        assert await scene.asked(CLOSED + 8 * DAY) == ["LOOP-02"]
        assert await scene.asked(CLOSED + 9 * DAY) == [f"LOOP-03:{promise.id}", "LOOP-02"]

    async def test_of_several_the_oldest_is_asked_with_its_own_words(self, scene: Scene) -> None:
        late, early = [await scene.promise(text) for text in ("A quiet hour", "A second reviewer")]
        await scene.done(early, CLOSED + 2 * DAY)
        await scene.done(late, CLOSED + 3 * DAY)

        due = await loop_questions_due(
            scene.session, await scene.cast.directory(scene.session), now=CLOSED + 20 * DAY
        )

        first, second = due[scene.cast.payments.id]
        assert first.text == '"A second reviewer": was it kept?'
        assert (first.code, first.commitment_id) == ("LOOP-03", early.id)
        assert second.commitment_id is None

    @pytest.mark.parametrize(
        ("word", "again"), [("kept", False), ("cant_tell", False), ("too_few", True), ("not_yet", True)]
    )
    async def test_it_is_asked_until_the_team_decided(self, scene: Scene, word: str, again: bool) -> None:  # noqa: FBT001 -- pytest
        promise = await scene.promise()
        await scene.done(promise, CLOSED + 2 * DAY)
        wave = await scene.next_wave(CLOSED + 14 * DAY)
        await say(scene.session, wave, scene.cast.payments, promise.id, word)

        assert (f"LOOP-03:{promise.id}" in await scene.asked(CLOSED + 28 * DAY)) is again

    async def test_a_withdrawn_or_open_promise_is_not_asked(self, scene: Scene) -> None:
        promise = await scene.promise()
        await scene.promise("Another one")
        await withdraw(
            scene.session, promise.id, person_id=scene.cast.lena.id, reason="No budget", now=CLOSED + HOUR
        )
        assert await scene.asked(CLOSED + 60 * DAY) == ["LOOP-02"]


class TestSteps:
    async def test_before_any_result_there_are_none(self, scene: Scene) -> None:
        state = await loop_of(scene.session, scene.cast.search.id, now=CLOSED + 9 * DAY)
        assert (state.wave_id, state.steps, state.promises) == (None, (), [])

    async def test_the_team_sees_them_when_it_sees_the_results(self, scene: Scene) -> None:
        assert (await scene.loop(CLOSED + HOUR)).steps == ()
        steps = (await scene.loop(CLOSED + HOUR, for_leader=True)).steps
        assert [step.name for step in steps] == STEPS

    async def test_a_clock_is_the_leaders_own_for_three_working_days(self, scene: Scene) -> None:
        shared = (await scene.loop(CLOSED + 3 * DAY - HOUR)).steps[1]
        assert (shared.at, shared.public) == (None, False)
        assert (await scene.loop(CLOSED + 3 * DAY)).steps[1].public

    async def test_a_weekend_stops_the_clock(self, scene: Scene) -> None:
        shared = (await scene.loop(CLOSED + 7 * DAY)).steps[1]
        assert shared.elapsed == 5 * DAY

    async def test_each_step_shows_when_it_was_taken(self, scene: Scene) -> None:
        by = {"wave_id": scene.wave.id, "team_id": scene.cast.payments.id, "person_id": scene.cast.lena.id}
        await acknowledge(scene.session, answer_by=date(2026, 3, 9), now=CLOSED + HOUR, **by)
        await share(scene.session, words="Thank you.", now=CLOSED + 2 * HOUR, **by)
        first = await scene.promise(now=CLOSED + 3 * HOUR)
        second = await scene.promise("A second reviewer", now=CLOSED + 4 * HOUR)
        await scene.done(first, CLOSED + DAY)

        state = await scene.loop(CLOSED + 2 * DAY)

        assert [step.at for step in state.steps] == [
            CLOSED,
            CLOSED + 2 * HOUR,
            CLOSED + HOUR,
            CLOSED + 3 * HOUR,
            None,
            None,
        ]
        assert state.steps[1].elapsed == 2 * HOUR
        assert [(step.reached, step.of) for step in state.steps[4:]] == [(1, 2), (0, 2)]
        assert (state.shared_words, state.answer_by) == ("Thank you.", date(2026, 3, 9))

        await scene.done(second, CLOSED + 2 * DAY)
        assert (await scene.loop(CLOSED + 2 * DAY)).steps[4].at == CLOSED + 2 * DAY

    async def test_the_teams_word_on_the_plan_stands_with_the_wave_that_asked(self, scene: Scene) -> None:
        scene.session.add(
            TeamWord(
                wave_id=scene.wave.id, team_id=scene.cast.payments.id, question="LOOP-02", word="partly"
            )
        )
        await scene.session.flush()
        assert (await scene.loop(CLOSED + 2 * DAY)).plan_word == "partly"


class TestPromises:
    async def test_one_that_was_moved_shows_both_dates_and_the_reason(self, scene: Scene) -> None:
        promise = await scene.promise()
        await replan(
            scene.session,
            promise.id,
            person_id=scene.cast.lena.id,
            to=date(2026, 4, 20),
            reason="The supplier is late",
            now=CLOSED + DAY,
        )

        (view,) = (await scene.loop(CLOSED + 2 * DAY)).promises

        assert view.state is State.MOVED
        assert (view.first_due, view.due, view.expected) == (
            date(2026, 4, 2),
            date(2026, 4, 20),
            date(2026, 4, 20),
        )
        assert [(move.reason, move.in_time) for move in view.moves] == [("The supplier is late", True)]
        assert view.owner_name == "Lena"

    async def test_a_late_move_shows_the_date_the_team_was_told(self, scene: Scene) -> None:
        promise = await scene.promise(due=date(2026, 3, 4))
        await replan(
            scene.session,
            promise.id,
            person_id=scene.cast.lena.id,
            to=date(2026, 3, 20),
            reason="Ill",
            now=datetime(2026, 3, 4, 12, tzinfo=UTC),
        )
        (view,) = (await scene.loop(datetime(2026, 3, 6, 12, tzinfo=UTC))).promises
        assert (view.due, view.expected, view.overdue) == (date(2026, 3, 4), date(2026, 3, 20), True)
        assert not view.moves[0].in_time

    async def test_the_teams_word_arrives_with_the_results(self, scene: Scene) -> None:
        promise = await scene.promise()
        await scene.done(promise, CLOSED + 2 * DAY)
        out = CLOSED + 14 * DAY
        await say(scene.session, await scene.next_wave(out), scene.cast.payments, promise.id, "kept")

        before, leader, team = [
            (await scene.loop(now, for_leader=early)).promises[0]
            for now, early in ((out + HOUR, False), (out + HOUR, True), (out + DAY, False))
        ]

        assert (before.state, before.word) == (State.OPEN, None)
        assert (leader.state, leader.word) == (State.KEPT, "kept")
        assert (team.state, team.word, team.word_at) == (State.KEPT, "kept", out + DAY)

    async def test_a_word_that_opens_a_promise_again_shows_to_members_after_the_head_start(
        self, scene: Scene
    ) -> None:
        promise = await scene.promise()
        done = CLOSED + 2 * DAY
        await scene.done(promise, done)
        out = CLOSED + 14 * DAY
        wave = await scene.next_wave(out)
        await say(scene.session, wave, scene.cast.payments, promise.id, "not_yet")
        assert await hear_team_words(scene.session, wave.id, now=out) == 1

        member, leader, later = [
            (await scene.loop(now, for_leader=early)).promises[0]
            for now, early in ((out + HOUR, False), (out + HOUR, True), (out + DAY, False))
        ]

        assert (member.done_at, member.word) == (done, None)
        assert (leader.done_at, leader.word) == (None, "not_yet")
        assert (later.done_at, later.word) == (None, "not_yet")

    async def test_not_yet_twice_is_seen_differently(self, scene: Scene) -> None:
        promise = await scene.promise()
        for weeks in (2, 4):
            await scene.done(promise, CLOSED + 2 * DAY)
            wave = await scene.next_wave(CLOSED + weeks * 7 * DAY)
            await say(scene.session, wave, scene.cast.payments, promise.id, "not_yet")

        (view,) = (await scene.loop(CLOSED + 30 * DAY)).promises

        assert (view.state, view.word) == (State.NOT_KEPT, "differently")

    async def test_open_ones_come_first_by_date_and_old_ones_leave_the_page(self, scene: Scene) -> None:
        late = await scene.promise("Later", due=date(2026, 9, 1))
        soon = await scene.promise("Sooner", due=date(2026, 8, 1))
        old = await scene.promise("Old")
        await scene.done(old, CLOSED + 2 * DAY)

        shown = [view.id for view in (await scene.loop(CLOSED + 100 * DAY)).promises]
        assert shown == [soon.id, late.id, old.id]
        assert old.id not in [view.id for view in (await scene.loop(CLOSED + 400 * DAY)).promises]

    async def test_what_became_of_them_is_counted_over_ninety_days(self, scene: Scene) -> None:
        kept, withdrawn, late = [
            await scene.promise(text, due=date(2026, 4, 2)) for text in ("One", "Two", "Three")
        ]
        await scene.done(kept, CLOSED + 2 * DAY)
        await withdraw(
            scene.session,
            withdrawn.id,
            person_id=scene.cast.lena.id,
            reason="No budget",
            now=CLOSED + 2 * DAY,
        )
        wave = await scene.next_wave(CLOSED + 14 * DAY)
        await say(scene.session, wave, scene.cast.payments, kept.id, "kept")

        state = await scene.loop(CLOSED + 40 * DAY)

        assert state.follow_through.confirmed == Rate(1, 1)
        assert state.follow_through.by_dates == Rate(1, 2)
        assert state.follow_through.withdrawn == 1
        assert next(view for view in state.promises if view.id == late.id).overdue
        assert (await scene.loop(CLOSED + 200 * DAY)).follow_through.confirmed is None
