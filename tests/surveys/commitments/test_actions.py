from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.commitments.actions import (
    acknowledge,
    commit,
    hear_team_words,
    mark_done,
    replan,
    share,
    withdraw,
)
from surveys.commitments.models import Commitment, CommitmentState, Share
from surveys.errors import Conflict, Forbidden, Gone, Invalid, Missing
from surveys.waves.models import Wave, WaveState
from tests.cast import Cast, make_cast
from tests.loop import make_programme, make_wave, say

CLOSED = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
NOW = CLOSED + timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass
class Scene:
    session: AsyncSession
    cast: Cast
    wave: Wave

    async def promise(self, text: str = "A written answer to every risk", **more: object) -> Commitment:
        given = {"due": None, "now": NOW, **more}
        return await commit(
            self.session,
            team_id=self.cast.payments.id,
            wave_id=self.wave.id,
            owner_id=self.cast.lena.id,
            text=text,
            **given,  # type: ignore[arg-type] -- a maker passes on what a test says
        )

    async def wave_says(self, promise: Commitment, word: str, *, closes_at: datetime) -> Wave:
        programme = await make_programme(self.session, self.cast.organisation)
        wave = await make_wave(self.session, programme, [self.cast.payments], closes_at=closes_at)
        await say(self.session, wave, self.cast.payments, promise.id, word)
        return wave


@pytest.fixture
async def scene(session: AsyncSession) -> Scene:
    cast = await make_cast(session)
    programme = await make_programme(session, cast.organisation)
    return Scene(session, cast, await make_wave(session, programme, [cast.payments], closes_at=CLOSED))


class TestOnlyTheLeader:
    @pytest.mark.parametrize("who", ["Alice", "Oscar", "Petra", "Helen"])
    async def test_nobody_else_can_act_for_a_team(self, scene: Scene, who: str) -> None:
        person_id = scene.cast.by_name[who].id
        promise = await scene.promise()
        given = {"team_id": scene.cast.payments.id, "wave_id": scene.wave.id, "now": NOW}

        with pytest.raises(Forbidden):
            await share(scene.session, person_id=person_id, words="Hello", **given)
        with pytest.raises(Forbidden):
            await acknowledge(scene.session, person_id=person_id, answer_by=date(2026, 3, 9), **given)
        with pytest.raises(Forbidden):
            await commit(scene.session, owner_id=person_id, text="More time", **given)
        with pytest.raises(Forbidden):
            await replan(
                scene.session, promise.id, person_id=person_id, to=date(2026, 5, 1), reason="x", now=NOW
            )
        with pytest.raises(Forbidden):
            await mark_done(scene.session, promise.id, person_id=person_id, now=NOW)
        with pytest.raises(Forbidden):
            await withdraw(scene.session, promise.id, person_id=person_id, reason="x", now=NOW)

    async def test_who_left_leads_nothing(self, scene: Scene) -> None:
        scene.cast.lena.active = False
        with pytest.raises(Forbidden):
            await scene.promise()


class TestShareAndAcknowledge:
    async def test_the_words_are_kept_with_their_paragraphs(self, scene: Scene) -> None:
        said = await share(
            scene.session,
            wave_id=scene.wave.id,
            team_id=scene.cast.payments.id,
            person_id=scene.cast.lena.id,
            words="Thank you. \n\nI read that  answers take too long.",
            now=NOW,
        )
        assert said.words == "Thank you.\n\nI read that answers take too long."
        assert said.shared_at == NOW

    async def test_pressing_twice_shares_once(self, scene: Scene) -> None:
        for _ in range(2):
            await share(
                scene.session,
                wave_id=scene.wave.id,
                team_id=scene.cast.payments.id,
                person_id=scene.cast.lena.id,
                words="Thank you.",
                now=NOW,
            )
        assert await scene.session.scalar(select(func.count()).select_from(Share)) == 1
        with pytest.raises(Conflict):
            await share(
                scene.session,
                wave_id=scene.wave.id,
                team_id=scene.cast.payments.id,
                person_id=scene.cast.lena.id,
                words="Something else.",
                now=NOW,
            )

    async def test_the_first_date_is_what_the_team_was_told(self, scene: Scene) -> None:
        dates = [
            (
                await acknowledge(
                    scene.session,
                    wave_id=scene.wave.id,
                    team_id=scene.cast.payments.id,
                    person_id=scene.cast.lena.id,
                    answer_by=day,
                    now=NOW,
                )
            ).answer_by
            for day in (date(2026, 3, 9), date(2026, 3, 20))
        ]
        assert dates == [date(2026, 3, 9), date(2026, 3, 9)]

    async def test_results_that_are_not_out_cannot_be_shared(self, scene: Scene) -> None:
        for state, now in ((WaveState.PUBLISHED, CLOSED - DAY), (WaveState.CLOSING, NOW)):
            scene.wave.state = state
            with pytest.raises(Conflict):
                await share(
                    scene.session,
                    wave_id=scene.wave.id,
                    team_id=scene.cast.payments.id,
                    person_id=scene.cast.lena.id,
                    words="Early",
                    now=now,
                )

    async def test_a_team_that_was_not_asked_has_nothing_to_share(self, scene: Scene) -> None:
        with pytest.raises(Missing):
            await share(
                scene.session,
                wave_id=scene.wave.id,
                team_id=scene.cast.search.id,
                person_id=scene.cast.by_name["Sam"].id,
                words="Hello",
                now=NOW,
            )


class TestPromises:
    async def test_a_promise_is_due_in_thirty_days(self, scene: Scene) -> None:
        promise = await scene.promise()
        assert promise.due == promise.first_due == date(2026, 4, 2)
        assert promise.state is CommitmentState.OPEN

    @pytest.mark.parametrize("name", ["Alice", "Lena", "Gus"])
    async def test_a_promise_names_nobody_of_the_team(self, scene: Scene, name: str) -> None:
        with pytest.raises(Invalid) as refusal:
            await scene.promise(f"A weekly hour with {name}")
        assert name not in str(refusal.value)

    async def test_somebody_far_away_may_be_named(self, scene: Scene) -> None:
        assert (await scene.promise("Oscar Street gets a meeting room")).text.startswith("Oscar")

    async def test_leaders_right_below_are_asked_here_and_not_named(self, scene: Scene) -> None:
        with pytest.raises(Invalid):
            await commit(
                scene.session,
                team_id=scene.cast.product.id,
                wave_id=None,
                owner_id=scene.cast.petra.id,
                text="Lena gets a deputy",
                now=NOW,
            )

    async def test_an_unknown_promise_or_team_is_missing(self, scene: Scene) -> None:
        with pytest.raises(Missing):
            await mark_done(scene.session, uuid4(), person_id=scene.cast.lena.id, now=NOW)
        with pytest.raises(Missing):
            await commit(
                scene.session,
                team_id=uuid4(),
                wave_id=None,
                owner_id=scene.cast.lena.id,
                text="More time",
                now=NOW,
            )


class TestReplan:
    async def moved(self, scene: Scene, promise: Commitment, to: date, now: datetime) -> bool:
        move = await replan(
            scene.session,
            promise.id,
            person_id=scene.cast.lena.id,
            to=to,
            reason="The supplier is late",
            now=now,
        )
        return move.in_time

    async def test_a_move_told_in_time_moves_the_date_that_counts(self, scene: Scene) -> None:
        promise = await scene.promise()
        assert await self.moved(scene, promise, date(2026, 4, 10), NOW + DAY)
        assert (promise.first_due, promise.due) == (date(2026, 4, 2), date(2026, 4, 10))

    async def test_a_late_move_is_told_and_does_not_count(self, scene: Scene) -> None:
        promise = await scene.promise()
        assert not await self.moved(scene, promise, date(2026, 4, 10), datetime(2026, 4, 2, 12, tzinfo=UTC))
        assert promise.due == date(2026, 4, 2)

    async def test_the_third_move_does_not_count(self, scene: Scene) -> None:
        promise = await scene.promise()
        days = [date(2026, 4, 10), date(2026, 4, 20), date(2026, 4, 30)]
        assert [await self.moved(scene, promise, day, NOW + DAY) for day in days] == [True, True, False]
        assert promise.due == date(2026, 4, 20)

    async def test_a_move_needs_a_reason_and_a_later_day(self, scene: Scene) -> None:
        promise = await scene.promise()
        lena = scene.cast.lena.id
        with pytest.raises(Invalid):
            await replan(
                scene.session, promise.id, person_id=lena, to=date(2026, 4, 10), reason=" ", now=NOW
            )
        with pytest.raises(Invalid):
            await replan(
                scene.session, promise.id, person_id=lena, to=date(2026, 4, 1), reason="Why", now=NOW
            )

    async def test_no_reason_names_anybody(self, scene: Scene) -> None:
        promise = await scene.promise()
        lena, alice = scene.cast.lena.id, f"{scene.cast.alice.name} is away"
        with pytest.raises(Invalid) as moved:
            await replan(
                scene.session, promise.id, person_id=lena, to=date(2026, 4, 10), reason=alice, now=NOW
            )
        with pytest.raises(Invalid) as withdrawn:
            await withdraw(scene.session, promise.id, person_id=lena, reason=alice, now=NOW)
        assert [refused.value.field for refused in (moved, withdrawn)] == ["reason", "reason"]
        assert promise.state is CommitmentState.OPEN

    async def test_what_is_over_cannot_be_moved(self, scene: Scene) -> None:
        promise = await scene.promise()
        await mark_done(scene.session, promise.id, person_id=scene.cast.lena.id, now=NOW)
        with pytest.raises(Gone):
            await self.moved(scene, promise, date(2026, 4, 10), NOW)


class TestDoneAndWithdrawn:
    async def test_done_twice_is_done_at_first(self, scene: Scene) -> None:
        promise = await scene.promise()
        for now in (NOW, NOW + DAY):
            await mark_done(scene.session, promise.id, person_id=scene.cast.lena.id, now=now)
        assert (promise.state, promise.done_at) == (CommitmentState.DONE, NOW)

    async def test_a_withdrawn_promise_keeps_its_reason_and_cannot_be_done(self, scene: Scene) -> None:
        promise = await scene.promise()
        lena = scene.cast.lena.id
        await withdraw(scene.session, promise.id, person_id=lena, reason="The budget is gone", now=NOW)
        assert promise.withdrawal_reason == "The budget is gone"
        with pytest.raises(Gone):
            await mark_done(scene.session, promise.id, person_id=lena, now=NOW)


class TestTheTeamsWord:
    async def done(self, scene: Scene, promise: Commitment, at: datetime) -> None:
        await mark_done(scene.session, promise.id, person_id=scene.cast.lena.id, now=at)

    async def test_not_yet_reopens_once(self, scene: Scene) -> None:
        promise = await scene.promise()
        await self.done(scene, promise, NOW + DAY)

        first = await scene.wave_says(promise, "not_yet", closes_at=NOW + 20 * DAY)
        assert await hear_team_words(scene.session, first.id, now=NOW + 20 * DAY) == 1
        assert (promise.state, promise.done_at, promise.times_asked) == (CommitmentState.OPEN, None, 1)

        await self.done(scene, promise, NOW + 25 * DAY)
        second = await scene.wave_says(promise, "not_yet", closes_at=NOW + 40 * DAY)
        assert await hear_team_words(scene.session, second.id, now=NOW + 40 * DAY) == 0
        assert (promise.state, promise.times_asked) == (CommitmentState.DONE, 2)

    async def test_hearing_the_same_wave_again_changes_nothing(self, scene: Scene) -> None:
        promise = await scene.promise()
        await self.done(scene, promise, NOW + DAY)
        wave = await scene.wave_says(promise, "not_yet", closes_at=NOW + 20 * DAY)
        await hear_team_words(scene.session, wave.id, now=NOW + 20 * DAY)
        await self.done(scene, promise, NOW + 21 * DAY)

        assert await hear_team_words(scene.session, wave.id, now=NOW + 22 * DAY) == 0
        assert (promise.state, promise.times_asked) == (CommitmentState.DONE, 1)

    @pytest.mark.parametrize("word", ["kept", "cant_tell", "too_few"])
    async def test_other_words_leave_it_done(self, scene: Scene, word: str) -> None:
        promise = await scene.promise()
        await self.done(scene, promise, NOW + DAY)
        wave = await scene.wave_says(promise, word, closes_at=NOW + 20 * DAY)

        assert await hear_team_words(scene.session, wave.id, now=NOW + 20 * DAY) == 0
        assert (promise.state, promise.times_asked) == (CommitmentState.DONE, 1)

    async def test_a_word_on_a_promise_that_is_gone_is_passed_over(self, scene: Scene) -> None:
        await say(scene.session, scene.wave, scene.cast.payments, uuid4(), "not_yet")
        assert await hear_team_words(scene.session, scene.wave.id, now=NOW) == 0
