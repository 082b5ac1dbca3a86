"""What a leader does with what the team brought up: write it down, answer it, leave it out."""

from uuid import UUID

from litestar import Controller, post
from litestar.params import FromPath
from litestar.response import Redirect

from integrations.language import mark
from service.controllers.forms import Answer
from service.controllers.leader_forms import LEADER_FORM, SentByLeader, back
from service.dependencies import CurrentViewer, Now, Session
from service.security import requires_leader_of
from surveys.commitments.actions import commit
from surveys.commitments.models import Decision, Topic, TopicKind
from surveys.commitments.topics import acknowledge_topics, decide, leave_out, raise_topic
from surveys.errors import Invalid, not_here


class TopicController(Controller):
    """Four forms; only who leads the unit, or acts for who does, gets through the door."""

    path = "/teams/{team_id:uuid}/topics"
    guards = [requires_leader_of("team_id", groups=True)]  # noqa: RUF012 -- Litestar's way of saying it
    dependencies = LEADER_FORM

    @post("/")
    async def raise_one(self, leader: SentByLeader) -> Answer:
        """Write down what was brought up elsewhere."""

        async def act() -> None:
            kind = leader.form.one_of(TopicKind, "kind")
            text = leader.form.text("text", most=1000)
            await raise_topic(
                leader.session,
                team_id=leader.team_id,
                person_id=leader.person_id,
                kind=kind,
                text=text,
                now=leader.now,
            )

        return await leader.after(act, "raised", "topic", ("text", "kind"))

    @post("/read")
    async def read(self, leader: SentByLeader) -> Answer:
        """Note "Read, thank you" for everything that waits, with the day of an answer."""

        async def act() -> None:
            await acknowledge_topics(
                leader.session,
                team_id=leader.team_id,
                person_id=leader.person_id,
                answer_by=leader.form.date("answer_by"),
                now=leader.now,
            )

        return await leader.after(act, "acknowledged", "read", ("answer_by",))

    @post("/{topic_id:uuid}/answer")
    async def answer(self, leader: SentByLeader, topic_id: FromPath[UUID]) -> Answer:
        """Say what will come of it, with a promise where one is made at once."""
        await _require_topic_of(leader.session, leader.team_id, topic_id)

        async def act() -> None:
            decision = leader.form.text("decision", most=20)
            if decision not in set(Decision):
                raise Invalid(mark("Choose what will come of it."), field="decision")
            topic = await decide(
                leader.session,
                topic_id,
                person_id=leader.person_id,
                decision=Decision(decision),
                reason=leader.form.text("reason", most=1000),
                passed_to=leader.form.text("passed_to", most=200),
                said=leader.form.text("said", most=1000),
                now=leader.now,
            )
            text = leader.form.text("text", most=1000)
            if text and decision == Decision.WILL_DO:
                await commit(
                    leader.session,
                    team_id=leader.team_id,
                    wave_id=topic.wave_id,
                    topic_id=topic.id,
                    owner_id=leader.person_id,
                    text=text,
                    due=leader.form.date("due"),
                    now=leader.now,
                )

        return await leader.after(
            act,
            "answered",
            "answer",
            ("decision", "said", "reason", "passed_to", "text", "due"),
            about=topic_id,
        )

    @post("/{topic_id:uuid}/leave-out")
    async def leave_one_out(
        self,
        session: Session,
        viewer: CurrentViewer,
        now: Now,
        team_id: FromPath[UUID],
        topic_id: FromPath[UUID],
    ) -> Redirect:
        """Take off the list what stands there twice or by mistake."""
        await _require_topic_of(session, team_id, topic_id)
        await leave_out(session, topic_id, person_id=viewer.person_id, now=now)
        return back(team_id, "left_out")


async def _require_topic_of(session: Session, team_id: UUID, topic_id: UUID) -> None:
    topic = await session.get(Topic, topic_id)
    if topic is None or topic.team_id != team_id:
        raise not_here()
