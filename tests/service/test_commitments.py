"""What leaders do on their team's page: each form, its errors, and what the team then reads."""

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from jobs.nudge_leaders import nudge_leaders
from surveys.commitments.models import Acknowledgement, Commitment, CommitmentState, Share
from surveys.deliveries.models import Delivery, Kind
from surveys.waves.models import Wave
from tests.cast import Cast
from tests.conftest import NOON, Sessions
from tests.loop import differ, step_of
from tests.service.conftest import SignedIn, submit
from tests.service.published import CLOSED, TEAM_SEES, address, publish

STEP = "A written agenda before every planning meeting"


@pytest.fixture
async def published(sessions: Sessions, cast: Cast) -> Wave:
    async with sessions.begin() as session:
        return await publish(session, cast, {"PSY": 64.0, "CNF": 71.0, "FLW": 52.0})


async def send(client: httpx.AsyncClient, cast: Cast, action: str, **fields: str) -> httpx.Response:
    page = address(cast.payments)
    return await submit(client, page, f"{page}/{action}", fields)


async def promised(client: httpx.AsyncClient, cast: Cast, sessions: Sessions, wave: Wave) -> Commitment:
    sent = await send(client, cast, "promises", wave=str(wave.id), text=STEP, due="2026-04-02")
    assert sent.status_code == 303, sent.text
    async with sessions() as session:
        return (await session.scalars(select(Commitment))).one()


class TestSharing:
    async def test_the_team_reads_the_words_and_the_clock_tells_each_of_them_once(
        self, published: Wave, cast: Cast, signed_in: SignedIn, sessions: Sessions
    ) -> None:
        lena = await signed_in(cast.lena)
        words = "Thank you.\nI come back to it on Thursday."
        sent = await send(lena, cast, "share", wave=str(published.id), words=words)
        again = await send(await signed_in(cast.lena), cast, "share", wave=str(published.id), words=words)

        assert sent.status_code == again.status_code == 303
        assert sent.headers["location"] == f"{address(cast.payments)}?done=shared#loop"
        page = (await lena.get(sent.headers["location"])).text
        assert page.index('id="loop"') < page.index("Shared. The team reads your words here")
        for _ in range(2):
            await nudge_leaders(sessions, now=NOON)
        async with sessions() as session:
            told = (await session.scalars(select(Delivery).where(Delivery.kind == Kind.SHARED))).all()
            assert len((await session.scalars(select(Share))).all()) == 1
        assert {one.person_id for one in told} == {person.id for person in cast.payments_members}
        page = await (await signed_in(cast.alice)).get(address(cast.payments))
        assert "I come back to it on Thursday." in page.text

    async def test_the_message_waits_until_the_team_sees_the_figures(
        self,
        published: Wave,
        cast: Cast,
        signed_in: SignedIn,
        sessions: Sessions,
        clock: Callable[[], object],
    ) -> None:
        clock.now = CLOSED + timedelta(hours=2)  # type: ignore[attr-defined] -- the tests' clock
        lena = await signed_in(cast.lena)
        form = await lena.get(address(cast.payments))
        await send(lena, cast, "share", wave=str(published.id), words="Thank you.")

        assert "gets a message on Tuesday 3 March, 10:00" in form.text
        due = []
        for now in (TEAM_SEES - timedelta(minutes=1), TEAM_SEES):
            await nudge_leaders(sessions, now=now)
            async with sessions() as session:
                told = select(Delivery.due_at).where(Delivery.kind == Kind.SHARED)
                due.append(set(await session.scalars(told)))
        assert due == [set(), {TEAM_SEES}]
        page = await (await signed_in(cast.alice)).get(address(cast.payments))
        assert "Thank you." not in page.text

    async def test_nothing_written_comes_back_with_the_reason_beside_the_field(
        self, published: Wave, cast: Cast, signed_in: SignedIn, sessions: Sessions
    ) -> None:
        page = await send(await signed_in(cast.lena), cast, "share", wave=str(published.id), words="  ")

        assert page.status_code == 422
        assert 'autofocus id="share-words-error">Write a sentence; this was left empty.' in page.text
        assert 'aria-invalid="true"' in page.text
        async with sessions() as session:
            assert (await session.scalars(select(Delivery))).all() == []


class TestAcknowledging:
    async def test_one_press_names_a_day_to_the_team(
        self, published: Wave, cast: Cast, signed_in: SignedIn, sessions: Sessions
    ) -> None:
        lena = await signed_in(cast.lena)
        sent = await send(lena, cast, "acknowledge", wave=str(published.id), answer_by="2026-03-09")

        assert sent.status_code == 303
        async with sessions() as session:
            assert (await session.scalars(select(Acknowledgement))).one().wave_id == published.id
        page = await (await signed_in(cast.alice)).get(address(cast.payments))
        assert "The day named for an answer: Monday 9 March." in page.text

    @pytest.mark.parametrize("day", ["2026-03-01", "soon", ""])
    async def test_a_day_that_cannot_be_comes_back(
        self, published: Wave, cast: Cast, signed_in: SignedIn, day: str
    ) -> None:
        lena = await signed_in(cast.lena)
        page = await send(lena, cast, "acknowledge", wave=str(published.id), answer_by=day)

        assert page.status_code == 422
        assert 'id="acknowledge-by-error"' in page.text


class TestPromising:
    async def test_a_promise_stands_on_the_page_with_owner_and_date(
        self, published: Wave, cast: Cast, signed_in: SignedIn, sessions: Sessions
    ) -> None:
        await promised(await signed_in(cast.lena), cast, sessions, published)
        page = await (await signed_in(cast.alice)).get(address(cast.payments))

        assert STEP in page.text
        assert "Lena" in page.text
        assert "by Thursday 2 April" in page.text
        assert "1 promise is open, due Thursday 2 April." in page.text

    async def test_thirty_days_are_offered(self, published: Wave, cast: Cast, signed_in: SignedIn) -> None:
        page = await (await signed_in(cast.lena)).get(address(cast.payments))

        assert (
            f'name="due" required min="2026-03-03" value="{NOON.date() + timedelta(days=30)}"' in page.text
        )

    async def test_a_name_in_a_promise_comes_back_with_what_was_typed(
        self, published: Wave, cast: Cast, signed_in: SignedIn, sessions: Sessions
    ) -> None:
        lena = await signed_in(cast.lena)
        typed = "I will talk to Alice <soon>"
        page = await send(lena, cast, "promises", wave=str(published.id), text=typed, due="2026-04-02")

        assert page.status_code == 422
        assert "Promise the step and leave the name out" in page.text
        assert "I will talk to Alice &lt;soon&gt;" in page.text
        async with sessions() as session:
            assert (await session.scalars(select(Commitment))).all() == []

    async def test_more_than_three_open_ones_are_questioned(
        self, published: Wave, cast: Cast, signed_in: SignedIn
    ) -> None:
        lena = await signed_in(cast.lena)
        for step in ("one", "two", "three"):
            page = await lena.get(address(cast.payments))
            assert "Does one more fit?" not in page.text
            await send(
                lena, cast, "promises", wave=str(published.id), text=f"Step {step}", due="2026-04-02"
            )

        assert "3 promises are open. Does one more fit?" in (await lena.get(address(cast.payments))).text


class TestKeeping:
    async def test_a_moved_date_is_told_with_its_reason(
        self, published: Wave, cast: Cast, signed_in: SignedIn, sessions: Sessions
    ) -> None:
        lena = await signed_in(cast.lena)
        promise = await promised(lena, cast, sessions, published)
        moved = await send(
            lena, cast, f"promises/{promise.id}/move", due="2026-04-16", reason="The room is not free."
        )
        page = await (await signed_in(cast.alice)).get(address(cast.payments))

        assert moved.status_code == 303
        assert "Moved to Thursday 16 April, and told in time: The room is not free." in page.text
        assert "state-moved" in page.text

    async def test_a_move_without_reason_comes_back_unfolded(
        self, published: Wave, cast: Cast, signed_in: SignedIn, sessions: Sessions
    ) -> None:
        lena = await signed_in(cast.lena)
        promise = await promised(lena, cast, sessions, published)
        page = await send(lena, cast, f"promises/{promise.id}/move", due="2026-04-16", reason="")

        assert page.status_code == 422
        assert "<details open>" in page.text
        assert f'id="move-reason-{promise.id}-error"' in page.text
        assert 'value="2026-04-16"' in page.text

    async def test_done_and_withdrawn_are_said_to_the_team(
        self, published: Wave, cast: Cast, signed_in: SignedIn, sessions: Sessions
    ) -> None:
        lena = await signed_in(cast.lena)
        promise = await promised(lena, cast, sessions, published)
        assert (await send(lena, cast, f"promises/{promise.id}/done")).status_code == 303
        page = await (await signed_in(cast.alice)).get(address(cast.payments))
        assert (
            "The team is asked whether it was kept in the first pulse from Tuesday 10 March." in page.text
        )

        gone = await send(lena, cast, f"promises/{promise.id}/withdraw", reason="Too late.")
        assert gone.status_code == 410
        async with sessions() as session:
            kept = await session.get_one(Commitment, promise.id)
            assert kept.state is CommitmentState.DONE

    async def test_a_withdrawn_promise_stays_with_its_reason(
        self, published: Wave, cast: Cast, signed_in: SignedIn, sessions: Sessions
    ) -> None:
        lena = await signed_in(cast.lena)
        promise = await promised(lena, cast, sessions, published)
        await send(lena, cast, f"promises/{promise.id}/withdraw", reason="The meeting was abolished.")
        page = await (await signed_in(cast.alice)).get(address(cast.payments))

        assert "Withdrawn on Tuesday 3 March: The meeting was abolished." in page.text


class TestTheDoor:
    ACTIONS = ("share", "acknowledge", "promises", "promises/{promise}/move", "promises/{promise}/done")

    async def test_members_are_refused_and_outsiders_learn_nothing(
        self, published: Wave, cast: Cast, signed_in: SignedIn, sessions: Sessions
    ) -> None:
        promise = await promised(await signed_in(cast.lena), cast, sessions, published)
        for person, status in ((cast.alice, 403), (cast.oscar, 404), (cast.petra, 404)):
            client = await signed_in(person)
            for action in self.ACTIONS:
                path = f"{address(cast.payments)}/{action.format(promise=promise.id)}"
                sent = await submit(client, "/", path, {"words": "x", "text": "x"})
                assert sent.status_code == status, (person.name, action)

    async def test_a_leader_cannot_touch_a_promise_of_another_team_through_their_own(
        self, published: Wave, cast: Cast, signed_in: SignedIn, sessions: Sessions
    ) -> None:
        promise = await promised(await signed_in(cast.lena), cast, sessions, published)
        sam = await signed_in(cast.by_name["Sam"])
        sent = await submit(sam, "/", f"{address(cast.search)}/promises/{promise.id}/done")

        assert sent.status_code == 404

    async def test_a_form_without_its_token_is_refused(
        self, published: Wave, cast: Cast, signed_in: SignedIn, sessions: Sessions
    ) -> None:
        lena = await signed_in(cast.lena)
        sent = await lena.post(
            f"{address(cast.payments)}/share", data={"words": "x", "wave": str(published.id)}
        )

        assert sent.status_code == 403
        async with sessions() as session:
            assert (await session.scalars(select(Share))).all() == []


async def test_who_took_a_step_on_looks_after_it_on_the_page_and_nobody_else_of_the_team_does(
    cast: Cast, signed_in: SignedIn, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        step = await step_of(session, cast, cast.bob)
    action = f"promises/{step.id}/update"
    link = f'{address(cast.payments)}#promise-{step.id}"'
    for person, found in ((cast.bob, True), (cast.alice, False)):
        assert (link in (await (await signed_in(person)).get("/")).text) is found
    refused = await send(await signed_in(cast.alice), cast, action, words="Half of it")
    said = await send(await signed_in(cast.bob), cast, action, words="Half of it is written")
    for _ in range(2):
        done = await send(await signed_in(cast.bob), cast, f"promises/{step.id}/done")
        assert done.status_code == 303

    assert (refused.status_code, said.status_code) == (403, 303)
    page = await (await signed_in(cast.alice)).get(address(cast.payments))
    assert "Half of it is written" in page.text
    async with sessions() as session:
        assert (await session.get_one(Commitment, step.id)).state is CommitmentState.DONE


class TestSeeingItDifferently:
    async def test_each_side_writes_one_note_beside_the_promise_and_changes_it(
        self,
        published: Wave,
        cast: Cast,
        signed_in: SignedIn,
        sessions: Sessions,
        clock: Callable[[], object],
    ) -> None:
        promise = await promised(await signed_in(cast.lena), cast, sessions, published)
        async with sessions.begin() as session:
            await differ(session, cast, promise)
        clock.now = NOON + timedelta(days=40)  # type: ignore[attr-defined] -- the tests' clock
        for person, words in (
            (cast.lena, "Every planning had one"),
            (cast.bob, "Half of them had one"),
            (cast.bob, "Two of four had one"),
        ):
            client = await signed_in(person)
            sent = await send(client, cast, f"promises/{promise.id}/side", side=words)
            assert sent.status_code == 303, sent.text

        mine = await (await signed_in(cast.bob)).get(address(cast.payments))
        assert "How the leader sees it: “Every planning had one”" in mine.text
        assert "How the team sees it: “Two of four had one”" in mine.text
        assert "Change your note" in mine.text
        assert 'name="side" required maxlength="400" autocomplete="off" value="Two of four had one"' in (
            mine.text
        )
        alice = await signed_in(cast.alice)
        theirs = await alice.get(address(cast.payments))
        assert "Written down by Bob" in theirs.text
        assert "Change your note" not in theirs.text
        taken = await send(alice, cast, f"promises/{promise.id}/side", side="None had")
        assert taken.status_code == 409
        named = await send(
            await signed_in(cast.bob), cast, f"promises/{promise.id}/side", side="Lena forgot"
        )
        assert named.status_code == 422
        assert 'value="Lena forgot"' in named.text
        outside = await send(await signed_in(cast.oscar), cast, f"promises/{promise.id}/side", side="No")
        assert outside.status_code == 404
