from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.comments.models import Remark, RemarkTheme
from surveys.commitments.actions import acknowledge, check_in, commit
from surveys.commitments.models import Decision, Topic, TopicKind
from surveys.commitments.queries import loop_of
from surveys.commitments.raising import raise_topics
from surveys.commitments.topics import decide, leave_out, raise_topic
from surveys.errors import Conflict, Forbidden, Invalid
from surveys.results.models import Figure
from surveys.waves.models import Wave
from tests.cast import Cast, make_cast
from tests.loop import make_programme, make_wave

CLOSED = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
NOW = CLOSED + timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass
class Scene:
    session: AsyncSession
    cast: Cast
    wave: Wave

    async def topics(self, *, now: datetime = NOW, for_leader: bool = True) -> list[tuple[str, str | None]]:
        loop = await loop_of(self.session, self.cast.payments.id, now=now, for_leader=for_leader)
        return [(topic.kind, topic.code or topic.text) for topic in loop.topics]

    async def raised(self, text: str = "Planning takes whole afternoons", who: str = "Lena") -> Topic:
        return await raise_topic(
            self.session,
            team_id=self.cast.payments.id,
            person_id=self.cast.by_name[who].id,
            kind=TopicKind.RETRO,
            text=text,
            now=NOW,
        )


@pytest.fixture
async def scene(session: AsyncSession) -> Scene:
    cast = await make_cast(session)
    programme = await make_programme(session, cast.organisation)
    wave = await make_wave(session, programme, [cast.payments], closes_at=CLOSED)
    figure = await session.get_one(Figure, (wave.id, cast.payments.id, "PSY"))
    figure.trend = {"word": "shifted_down"}
    session.add(RemarkTheme(wave_id=wave.id, team_id=cast.payments.id, theme="workload"))
    session.add_all(
        Remark(wave_id=wave.id, team_id=cast.payments.id, words=words) for words in ("One", "Two")
    )
    await session.flush()
    return Scene(session, cast, wave)


class TestWhatAPulseBringsUp:
    async def test_a_fall_a_theme_and_words_raise_one_topic_each_and_only_once(self, scene: Scene) -> None:
        assert await raise_topics(scene.session, now=NOW) == 3
        assert await raise_topics(scene.session, now=NOW + DAY) == 0

        assert sorted(await scene.topics()) == [("comments", None), ("shift", "PSY"), ("theme", "workload")]

    async def test_the_team_reads_them_when_the_figures_are_theirs(self, scene: Scene) -> None:
        await raise_topics(scene.session, now=NOW)

        assert await scene.topics(for_leader=False) == []
        assert len(await scene.topics(for_leader=False, now=CLOSED + DAY)) == 3

    async def test_no_word_of_a_member_is_copied(self, scene: Scene) -> None:
        await raise_topics(scene.session, now=NOW)

        kept = (await scene.session.scalars(select(Topic.text))).all()
        assert set(kept) == {None}

    async def test_one_press_acknowledges_all_of_them(self, scene: Scene) -> None:
        await raise_topics(scene.session, now=NOW)
        await acknowledge(
            scene.session,
            wave_id=scene.wave.id,
            team_id=scene.cast.payments.id,
            person_id=scene.cast.lena.id,
            answer_by=date(2026, 3, 9),
            now=NOW + DAY,
        )

        loop = await loop_of(scene.session, scene.cast.payments.id, now=NOW + DAY, for_leader=True)
        assert {topic.acknowledged_at for topic in loop.topics} == {NOW + DAY}
        assert {topic.answer_by for topic in loop.topics} == {date(2026, 3, 9)}


class TestAnswers:
    async def test_an_answer_stands_with_the_promise_made_for_it(self, scene: Scene) -> None:
        topic = await scene.raised()
        await decide(
            scene.session,
            topic.id,
            person_id=scene.cast.lena.id,
            decision=Decision.WILL_DO,
            reason="It costs us a day a week",
            now=NOW,
        )
        await commit(
            scene.session,
            team_id=scene.cast.payments.id,
            wave_id=None,
            topic_id=topic.id,
            owner_id=scene.cast.lena.id,
            text="Planning ends after an hour",
            now=NOW,
        )

        loop = await loop_of(scene.session, scene.cast.payments.id, now=NOW)
        assert [promise.text for promise in loop.topics[0].promises] == ["Planning ends after an hour"]

    async def test_an_answer_stays_as_the_team_read_it(self, scene: Scene) -> None:
        topic = await scene.raised()
        said = {"person_id": scene.cast.lena.id, "decision": Decision.WILL_NOT, "now": NOW}
        await decide(scene.session, topic.id, reason="It is needed for the audit", **said)  # type: ignore[arg-type] -- keywords of one call
        await decide(scene.session, topic.id, reason="It is needed for the audit", **said)  # type: ignore[arg-type] -- the same

        with pytest.raises(Conflict):
            await decide(scene.session, topic.id, reason="No time", **said)  # type: ignore[arg-type] -- the same

    @pytest.mark.parametrize(
        ("decision", "reason", "passed_to", "field"),
        [
            (Decision.WILL_NOT, " ", "", "reason"),
            (Decision.WILL_NOT, "Alice does not want it", "", "reason"),
            (Decision.NOT_OURS, "Rooms are theirs", " ", "passed_to"),
        ],
    )
    async def test_an_answer_has_a_reason_and_names_nobody(
        self, scene: Scene, decision: Decision, reason: str, passed_to: str, field: str
    ) -> None:
        topic = await scene.raised()
        with pytest.raises(Invalid) as refused:
            await decide(
                scene.session,
                topic.id,
                person_id=scene.cast.lena.id,
                decision=decision,
                reason=reason,
                passed_to=passed_to,
                now=NOW,
            )
        assert refused.value.field == field
        assert topic.decision is None

    @pytest.mark.parametrize("who", ["Alice", "Petra", "Helen", "Oscar"])
    async def test_only_the_leader_writes_the_list(self, scene: Scene, who: str) -> None:
        with pytest.raises(Forbidden):
            await scene.raised(who=who)

    async def test_what_stands_there_twice_is_left_out_but_not_what_a_pulse_brought_up(
        self, scene: Scene
    ) -> None:
        await raise_topics(scene.session, now=NOW)
        topic = await scene.raised()
        await leave_out(scene.session, topic.id, person_id=scene.cast.lena.id, now=NOW)
        from_pulse = (await scene.session.scalars(select(Topic).filter_by(kind=TopicKind.SHIFT))).one()

        assert "retro" not in dict(await scene.topics())
        with pytest.raises(Conflict):
            await leave_out(scene.session, from_pulse.id, person_id=scene.cast.lena.id, now=NOW)


async def test_a_line_on_how_a_promise_comes_along_stands_beside_it(scene: Scene) -> None:
    promise = await commit(
        scene.session,
        team_id=scene.cast.payments.id,
        wave_id=scene.wave.id,
        owner_id=scene.cast.lena.id,
        text="Planning ends after an hour",
        now=NOW,
    )
    for _ in range(2):
        await check_in(
            scene.session,
            promise.id,
            person_id=scene.cast.lena.id,
            words="Half of it is done",
            now=NOW + DAY,
        )

    loop = await loop_of(scene.session, scene.cast.payments.id, now=NOW + DAY)
    assert list(loop.promises[0].updates) == [(NOW + DAY, "Half of it is done")]
