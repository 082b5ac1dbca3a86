"""What raises itself between pulses, and what of it the team reads."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.language import Translator
from integrations.wording.loop import say_topic
from surveys.comments.actions import open_mailbox
from surveys.comments.models import Addressee
from surveys.commitments.absences import go_away
from surveys.commitments.models import Decision, Topic, TopicKind
from surveys.commitments.pledges import delete_note, note_mistake
from surveys.commitments.queries import loop_of
from surveys.commitments.raising import raise_topics
from surveys.commitments.topics import acknowledge_topics, decide, leave_out
from surveys.results.models import Figure
from surveys.retrospectives.models import Card, Retrospective
from surveys.retrospectives.rules import Names, Pace, Phase
from tests.cast import Cast, make_cast
from tests.loop import make_programme, make_wave

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SECRET = "A" * 43  # as long as the secret of a mailbox's link


@dataclass
class Scene:
    session: AsyncSession
    cast: Cast

    async def topics(self, *, now: datetime, for_leader: bool = True) -> list[TopicKind]:
        loop = await loop_of(self.session, self.cast.payments.id, now=now, for_leader=for_leader)
        return sorted(topic.kind for topic in loop.topics)

    async def kept(self) -> Topic:
        return (await self.session.scalars(select(Topic))).one()

    async def wrote(self, addressee: Addressee = Addressee.LEADER) -> None:
        await open_mailbox(
            self.session, SECRET, self.cast.payments.id, addressee, "Alice is shouted at", now=NOON
        )

    async def closed_board(self, *, votes: int) -> Retrospective:
        board = Retrospective(
            organisation_id=self.cast.organisation.id,
            team_id=self.cast.payments.id,
            title="Release",
            pace=Pace.LIVE,
            names=Names.ANONYMOUS,
            phase=Phase.CLOSED,
            votes_each=3,
            created_at=NOON - DAY,
            closed_at=NOON,
        )
        self.session.add(board)
        await self.session.flush()
        card = Card(retrospective_id=board.id, part="improve", text="Bob is late", votes=votes, revision=1)
        self.session.add(card)
        await self.session.flush()
        return board


@pytest.fixture
async def scene(session: AsyncSession) -> Scene:
    return Scene(session, await make_cast(session))


class TestMailboxes:
    async def test_a_message_to_the_leader_comes_up_with_its_batch_and_once(self, scene: Scene) -> None:
        await scene.wrote()

        assert await raise_topics(scene.session, now=NOON) == 0  # its batch is tomorrow at nine
        assert await raise_topics(scene.session, now=NOON + DAY) == 1
        assert await raise_topics(scene.session, now=NOON + DAY) == 0
        topic = await scene.kept()
        assert (topic.text, topic.code) == (None, None)
        assert topic.raised_at == datetime(2026, 3, 4, 8, 0, tzinfo=UTC)

    async def test_the_team_reads_of_it_only_with_the_leaders_answer(self, scene: Scene) -> None:
        await scene.wrote()
        now = NOON + DAY
        await raise_topics(scene.session, now=now)
        assert await scene.topics(now=now) == [TopicKind.MAILBOX]
        assert await scene.topics(now=now, for_leader=False) == []

        await decide(
            scene.session,
            (await scene.kept()).id,
            person_id=scene.cast.lena.id,
            decision=Decision.WILL_DO,
            reason="Everybody is heard out",
            said="How we speak to each other",
            now=now,
        )

        loop = await loop_of(scene.session, scene.cast.payments.id, now=now)
        assert [topic.text for topic in loop.topics] == ["How we speak to each other"]

    async def test_one_answered_in_the_mailbox_itself_is_left_out(self, scene: Scene) -> None:
        await scene.wrote()
        await raise_topics(scene.session, now=NOON + DAY)
        topic = await scene.kept()
        await leave_out(scene.session, topic.id, person_id=scene.cast.lena.id, now=NOON + DAY)

        assert await scene.topics(now=NOON + DAY) == []

    async def test_what_is_for_hr_is_no_topic_of_the_team(self, scene: Scene) -> None:
        await scene.wrote(Addressee.HR)
        assert await raise_topics(scene.session, now=NOON + DAY) == 0


class TestBoards:
    async def test_what_was_voted_for_without_a_step_comes_up_without_its_words(self, scene: Scene) -> None:
        board = await scene.closed_board(votes=2)

        assert await raise_topics(scene.session, now=NOON) == 1
        assert await raise_topics(scene.session, now=NOON + DAY) == 0
        topic = await scene.kept()
        assert (topic.kind, topic.code, topic.text) == (TopicKind.RETRO, board.id.hex, None)
        assert await scene.topics(now=NOON, for_leader=False) == [TopicKind.RETRO]

    async def test_its_day_is_the_one_it_was_where_the_team_is(self, scene: Scene) -> None:
        board = await scene.closed_board(votes=2)
        board.closed_at = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)  # half past midnight in Berlin
        await raise_topics(scene.session, now=NOON)

        (topic,) = (await loop_of(scene.session, scene.cast.payments.id, now=NOON)).topics
        said = say_topic(topic, Translator("en"))
        assert said == "Something in the retrospective of Tuesday 3 March has no step yet."

    async def test_what_nobody_voted_for_does_not(self, scene: Scene) -> None:
        await scene.closed_board(votes=0)
        assert await raise_topics(scene.session, now=NOON) == 0


async def test_a_mistake_note_raises_a_topic_without_a_clock_that_goes_with_it(scene: Scene) -> None:
    note = await note_mistake(
        scene.session,
        team_id=scene.cast.payments.id,
        person_id=scene.cast.lena.id,
        what="I moved the release without asking",
        changes="I ask first",
        now=NOON,
    )
    await raise_topics(scene.session, now=NOON)
    topic = await scene.kept()
    assert (topic.acknowledged_at, topic.text) == (NOON, None)
    assert await scene.topics(now=NOON, for_leader=False) == []

    await delete_note(scene.session, note.id, team_id=scene.cast.payments.id, person_id=scene.cast.lena.id)
    assert await scene.topics(now=NOON) == []


@pytest.mark.parametrize(("shown", "score", "raised"), [(True, 41.0, 1), (True, 49.0, 0), (False, None, 0)])
async def test_a_low_figure_comes_up_where_it_is_shown_and_not_again_with_the_next(
    scene: Scene, *, shown: bool, score: float | None, raised: int
) -> None:
    programme = await make_programme(scene.session, scene.cast.organisation)
    for weeks in range(2):
        wave = await make_wave(
            scene.session,
            programme,
            [scene.cast.payments],
            closes_at=NOON + 7 * weeks * DAY,
            shown=shown,
        )
        figure = await scene.session.get_one(Figure, (wave.id, scene.cast.payments.id, "PSY"))
        figure.score = score
        await scene.session.flush()
        assert await raise_topics(scene.session, now=NOON + 7 * weeks * DAY) == (raised if not weeks else 0)


async def test_one_press_names_a_day_for_all_but_a_stand_in_reads_no_mailbox(scene: Scene) -> None:
    await scene.wrote()
    await scene.closed_board(votes=1)
    now = NOON + DAY
    await raise_topics(scene.session, now=now)
    team_id = scene.cast.payments.id
    await go_away(
        scene.session,
        team_id=team_id,
        person_id=scene.cast.lena.id,
        stand_in_id=scene.cast.alice.id,
        until=date(2026, 3, 20),
        now=now,
    )
    press = {"team_id": team_id, "answer_by": date(2026, 3, 10), "now": now}

    assert await acknowledge_topics(scene.session, person_id=scene.cast.alice.id, **press) == 1  # type: ignore[arg-type] -- keywords of one call
    assert await acknowledge_topics(scene.session, person_id=scene.cast.lena.id, **press) == 1  # type: ignore[arg-type] -- the same
    loop = await loop_of(scene.session, team_id, now=now, for_leader=True)
    assert {topic.answer_by for topic in loop.topics} == {date(2026, 3, 10)}
