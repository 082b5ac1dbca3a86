"""What leaders say about leading itself, as members read it; being away, and taking over."""

import re
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import delete, select

from surveys.commitments.actions import commit
from surveys.commitments.models import Absence, Commitment, CommitmentState, MistakeNote, Topic
from surveys.people.models import Leadership
from tests.cast import Cast
from tests.conftest import NOON, Sessions
from tests.service.conftest import Clock, SignedIn, submit
from tests.service.published import address, publish


async def send(client: httpx.AsyncClient, cast: Cast, action: str, **fields: str) -> httpx.Response:
    page = address(cast.payments)
    return await submit(client, page, f"{page}/{action}", fields)


@pytest.fixture(autouse=True)
async def published(sessions: Sessions, cast: Cast) -> None:
    async with sessions.begin() as session:
        await publish(session, cast, {"PSY": 64.0, "CNF": 71.0, "FLW": 42.0})


async def promised(sessions: Sessions, cast: Cast) -> Commitment:
    async with sessions.begin() as session:
        return await commit(
            session,
            team_id=cast.payments.id,
            wave_id=None,
            owner_id=cast.lena.id,
            text="A written agenda before every meeting",
            now=NOON,
        )


async def test_a_pledge_stands_with_its_limits(cast: Cast, signed_in: SignedIn) -> None:
    await send(await signed_in(cast.lena), cast, "pledge", pledge="What you tell me stays with me.")
    page = await (await signed_in(cast.alice)).get(address(cast.payments))

    assert "What you tell me stays with me." in page.text
    assert "danger to somebody, harassment, and what the law demands" in page.text


async def test_a_mistake_is_said_and_deleted_by_who_said_it(
    cast: Cast, signed_in: SignedIn, sessions: Sessions
) -> None:
    lena = await signed_in(cast.lena)
    named = await send(lena, cast, "mistakes", what="I told Alice too late", changes="I write it down")
    await send(lena, cast, "mistakes", what="I moved the date without a word", changes="I ask first")
    page = await (await signed_in(cast.alice)).get(address(cast.payments))
    async with sessions() as session:
        note = (await session.scalars(select(MistakeNote))).one()
    await send(lena, cast, f"mistakes/{note.id}/delete")

    assert named.status_code == 422
    assert "I moved the date without a word" in page.text
    assert "What would help you?" in page.text
    assert "Delete this note" not in page.text
    async with sessions() as session:
        assert (await session.scalars(select(MistakeNote))).all() == []


async def test_a_stand_in_acts_while_the_leader_is_away_and_not_after(
    cast: Cast, signed_in: SignedIn, sessions: Sessions, clock: Clock
) -> None:
    promise = await promised(sessions, cast)
    lena, alice = await signed_in(cast.lena), await signed_in(cast.alice)
    refused = await send(lena, cast, "away", until="2026-03-20", stand_in=str(cast.oscar.id))
    await send(lena, cast, "away", until="2026-03-20", stand_in=str(cast.alice.id))
    await send(alice, cast, f"promises/{promise.id}/update", words="The first one is written")
    page = await alice.get(address(cast.payments))
    home = await alice.get("/")
    own = await send(alice, cast, "pledge", pledge="For somebody else")
    await send(lena, cast, "back")
    home_after = await alice.get("/")
    after = await send(alice, cast, f"promises/{promise.id}/done")

    assert refused.status_code == 422
    assert "Lena is away until the end of Friday 20 March; Alice acts meanwhile." in page.text
    assert "The first one is written" in page.text
    assert ("you stand in" in home.text, "you stand in" in home_after.text) == (True, False)
    assert own.status_code == after.status_code == 403
    async with sessions() as session:
        assert (await session.get_one(Commitment, promise.id)).state is CommitmentState.OPEN
        assert (await session.scalars(select(Absence.until))).one() == clock()


async def test_days_away_move_the_end_of_a_promise(
    cast: Cast, signed_in: SignedIn, sessions: Sessions, clock: Clock
) -> None:
    promise = await promised(sessions, cast)
    await send(await signed_in(cast.lena), cast, "away", until="2026-03-20", stand_in=str(cast.alice.id))
    clock.now = NOON + timedelta(days=(promise.due - NOON.date()).days + 10)
    page = await (await signed_in(cast.alice)).get(address(cast.payments))

    assert "It was due on" not in page.text


async def test_a_new_leader_takes_over_or_closes_what_was_left_behind(
    cast: Cast, signed_in: SignedIn, sessions: Sessions
) -> None:
    first, second = await promised(sessions, cast), await promised(sessions, cast)
    too_early = await send(await signed_in(cast.lena), cast, f"promises/{first.id}/take-over")
    async with sessions.begin() as session:
        await session.execute(delete(Leadership).where(Leadership.team_id == cast.payments.id))
        session.add(Leadership(team_id=cast.payments.id, person_id=cast.bob.id))
    bob = await signed_in(cast.bob)
    page = await bob.get(address(cast.payments))
    await send(bob, cast, f"promises/{first.id}/take-over")
    await send(bob, cast, f"promises/{second.id}/close", reason="It was about a project that ended")

    assert too_early.status_code == 409
    assert "Take it over, or close it and say why." in page.text
    async with sessions() as session:
        assert (await session.get_one(Commitment, first.id)).owner_id == cast.bob.id
        closed = await session.get_one(Commitment, second.id)
        assert closed.state is CommitmentState.WITHDRAWN
        assert closed.handed_over_at is not None


async def test_something_to_try_is_offered_to_the_leader_alone(cast: Cast, signed_in: SignedIn) -> None:
    lena = await (await signed_in(cast.lena)).get(address(cast.payments))
    alice = await (await signed_in(cast.alice)).get(address(cast.payments))

    assert "Something to try this week" in lena.text
    assert "Go through what you have promised" in lena.text
    assert "Something to try this week" not in alice.text


async def test_an_agenda_has_three_questions_and_no_figure(
    cast: Cast, signed_in: SignedIn, sessions: Sessions
) -> None:
    await promised(sessions, cast)
    alice = await signed_in(cast.alice)
    for rhythm in ("weekly", "monthly"):
        page = await alice.get(f"{address(cast.payments)}/agenda/{rhythm}")
        assert page.text.count("<li>\n      <h2>") == 3
        assert "A written agenda before every meeting" in page.text
        shown = page.text.split("<main", 1)[1].split("</main>", 1)[0]
        assert "42" not in re.sub(r"<[^>]*>", " ", shown), "addresses in links may hold any digits"
    assert (await alice.get(f"{address(cast.payments)}/agenda/yearly")).status_code == 404


async def test_what_was_brought_up_is_answered_on_the_page_and_read_at_home(
    cast: Cast, signed_in: SignedIn, sessions: Sessions
) -> None:
    lena = await signed_in(cast.lena)
    await send(lena, cast, "topics", kind="retro", text="Planning takes whole afternoons")
    async with sessions() as session:
        topic = (await session.scalars(select(Topic))).one()
    empty = await send(lena, cast, f"topics/{topic.id}/answer", decision="will_not", reason=" ")
    await send(lena, cast, f"topics/{topic.id}/answer", decision="will_not", reason="The audit asks for it")
    home = await (await signed_in(cast.alice)).get("/")

    assert empty.status_code == 422
    assert "Planning takes whole afternoons" in home.text
    assert "Will not do, because: The audit asks for it" in home.text
