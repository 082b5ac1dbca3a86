"""A retrospective over plain HTTP, as a browser without scripts and as a page that sends by itself."""

import re
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from surveys.retrospectives.models import Card, Retrospective, SealedCard
from tests.cast import Cast
from tests.conftest import NOON
from tests.service.conftest import SignedIn, form_token, submit

JSON = {"accept": "application/json"}
WISHES = {"title": "Release 4", "pace": "live", "names": "anonymous", "days": "1"}


@pytest.fixture
async def alice(signed_in: SignedIn, cast: Cast) -> httpx.AsyncClient:
    return await signed_in(cast.alice)


@pytest.fixture
async def path(alice: httpx.AsyncClient, cast: Cast) -> str:
    """The path of a board that Alice has started."""
    team = f"/teams/{cast.payments.id}/retros"
    reply = await submit(alice, team, team, WISHES)
    assert reply.status_code == 303, reply.text
    return reply.headers["location"]


async def go_on(browser: httpx.AsyncClient, path: str, leaving: str) -> None:
    reply = await submit(browser, path, f"{path}/next", {"leaving": leaving})
    assert reply.status_code == 303


async def test_a_started_board_is_found_on_home_and_on_the_teams_page(
    alice: httpx.AsyncClient, signed_in: SignedIn, cast: Cast, path: str
) -> None:
    bob = await signed_in(cast.bob)

    assert path in (await bob.get("/")).text
    assert f"/teams/{cast.payments.id}/retros" in (await bob.get(f"/teams/{cast.payments.id}")).text
    assert path in (await bob.get(f"/teams/{cast.payments.id}/retros")).text
    assert path not in (await (await signed_in(cast.helen)).get("/")).text
    team = f"/teams/{cast.payments.id}/retros"
    token = form_token(await bob.get(path))
    pressed_twice = await bob.post(team, data=WISHES | {"form_token": token})
    assert pressed_twice.status_code == 409
    assert path in pressed_twice.text  # the board that is open is there to go to


@pytest.mark.parametrize(
    "wrong", [{"title": ""}, {"title": "x" * 101}, {"pace": "fast"}, {"pace": "over_days", "days": "0"}]
)
async def test_wishes_that_cannot_be_come_back_with_a_sentence_and_start_nothing(
    alice: httpx.AsyncClient,
    cast: Cast,
    sessions: async_sessionmaker[AsyncSession],
    wrong: dict[str, str],
) -> None:
    team = f"/teams/{cast.payments.id}/retros"

    reply = await submit(alice, team, team, WISHES | wrong)

    assert reply.status_code == 422
    assert 'role="alert"' in reply.text
    async with sessions() as session:
        assert await session.scalar(select(func.count()).select_from(Retrospective)) == 0


async def test_the_whole_way_works_with_plain_forms(
    alice: httpx.AsyncClient,
    signed_in: SignedIn,
    cast: Cast,
    path: str,
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    bob = await signed_in(cast.bob)
    await go_on(alice, path, "look_back")
    for words in ("Staging matched", "The rehearsal helped", "To be taken back"):
        await submit(bob, path, f"{path}/cards", {"part": "went_well", "text": words})
    await submit(
        bob,
        path,
        f"{path}/cards/change",
        {"part": "went_well", "number": "2", "text": "", "do": "take-back"},
    )
    assert "The rehearsal helped" in (await bob.get(path)).text
    assert "The rehearsal helped" not in (await alice.get(path)).text

    await go_on(alice, path, "write")
    async with sessions() as session:
        one, other = await session.scalars(select(Card))
    page = await bob.get(f"{path}?move={one.id}")
    assert f'value="{other.id}" hidden' not in page.text
    await submit(bob, path, f"{path}/moves", {"card": str(one.id), "onto": str(other.id)})
    group = re.search(r'data-group="([0-9a-f-]{36})"', (await alice.get(path)).text)
    assert group is not None
    await submit(alice, path, f"{path}/groups/{group[1]}", {"name": "Practice"})

    await go_on(alice, path, "group")
    await submit(bob, path, f"{path}/votes", {f"topic-{group[1]}": "2"})
    await go_on(alice, path, "vote")
    await submit(alice, path, f"{path}/topic", {"topic": group[1]})
    page = await alice.get(path)
    assert "Practice" in page.text
    assert "2 votes" in page.text
    assert 'aria-current="true"' in page.text

    due = (NOON + timedelta(days=14)).date().isoformat()
    step = {"text": "Rehearse each release", "owner": str(cast.bob.id), "due": due}
    await submit(alice, path, f"{path}/steps", step)
    agree = re.search(rf"{path}/steps/[0-9a-f-]{{36}}", (await bob.get(path)).text)
    assert agree is not None
    await submit(bob, path, agree[0], {"do": "agree"})
    await go_on(alice, path, "discuss")

    summary = await bob.get(path)
    for words in ("Practice", "Rehearse each release", "Staging matched", "2 votes"):
        assert words in summary.text
    assert "<script" not in summary.text
    done = re.search(rf"{path}/earlier/[0-9a-f-]{{36}}", summary.text)
    assert done is not None
    assert done[0] not in (await alice.get(path)).text  # it is Bob's step
    await submit(bob, path, done[0], {"became": "done"})
    assert "It is done" not in (await bob.get(path)).text
    assert "Rehearse each release" in (await bob.get(f"/teams/{cast.payments.id}")).text


async def test_a_card_of_five_thousand_characters_gets_a_word_and_stores_nothing(
    alice: httpx.AsyncClient, path: str, sessions: async_sessionmaker[AsyncSession]
) -> None:
    await go_on(alice, path, "look_back")
    token = form_token(await alice.get(path))
    card = {"form_token": token, "part": "to_improve", "text": "x" * 5000}

    reply = await alice.post(f"{path}/cards", data=card, headers=JSON)

    assert reply.status_code == 422
    assert "at most 400" in reply.json()["detail"]
    async with sessions() as session:
        assert await session.scalar(select(func.count()).select_from(SealedCard)) == 0


async def test_what_comes_too_late_is_told_so(alice: httpx.AsyncClient, path: str) -> None:
    token = form_token(await alice.get(path))

    reply = await alice.post(
        f"{path}/cards", data={"form_token": token, "part": "thanks", "text": "Chen"}, headers=JSON
    )

    assert reply.status_code == 409
    assert "another step" in reply.json()["detail"]


async def test_a_pen_belongs_to_one_board_and_scripts_cannot_read_it(
    alice: httpx.AsyncClient, path: str
) -> None:
    await go_on(alice, path, "look_back")

    given = (await alice.get(path)).headers.get_list("set-cookie")

    pen = next(cookie for cookie in given if cookie.startswith("kept_pen="))
    assert f"Path={path}" in pen
    assert "HttpOnly" in pen


async def test_a_draft_that_speaks_of_fault_gets_a_note_and_is_neither_kept_nor_logged(
    alice: httpx.AsyncClient,
    path: str,
    sessions: async_sessionmaker[AsyncSession],
    capsys: pytest.CaptureFixture[str],
) -> None:
    token = form_token(await alice.get(path))
    capsys.readouterr()

    async def look(draft: str) -> str:
        reply = await alice.post(f"{path}/wording", data={"form_token": token, "text": draft}, headers=JSON)
        assert reply.status_code == 200
        return str(reply.json()["note"])

    assert "next time [step]" in await look("Bob never runs the tests")
    assert await look("The deploy failed at step 4") == ""
    said = capsys.readouterr()
    assert said.out + said.err == ""
    async with sessions() as session:
        assert await session.scalar(select(func.count()).select_from(SealedCard)) == 0


async def test_a_second_window_that_moves_the_same_card_is_told(
    alice: httpx.AsyncClient, path: str, sessions: async_sessionmaker[AsyncSession]
) -> None:
    await go_on(alice, path, "look_back")
    for words in ("a", "b", "c"):
        await submit(alice, path, f"{path}/cards", {"part": "to_improve", "text": words})
    await go_on(alice, path, "write")
    async with sessions() as session:
        a, b, c = await session.scalars(select(Card).order_by(Card.text))
    token = form_token(await alice.get(path))
    told = []
    for onto in (b, c):
        move = {"form_token": token, "card": str(a.id), "onto": str(onto.id), "seen": str(a.revision)}
        reply = await alice.post(f"{path}/moves", data=move, headers=JSON)
        told.append(reply.json()["words"])

    assert told[0] == ""
    assert "moved this card a moment before" in told[1]


@pytest.mark.parametrize(
    ("template", "first", "last"),
    [
        ("start_stop_continue", "Start", "continue"),
        ("four_ls", "Liked", "longed_for"),
        ("sailboat", "Wind", "island"),
        ("incident", "What made sense at the time", "next_steps"),
    ],
)
async def test_a_board_has_the_parts_of_its_template_and_takes_cards_in_no_other(
    alice: httpx.AsyncClient,
    cast: Cast,
    sessions: async_sessionmaker[AsyncSession],
    template: str,
    first: str,
    last: str,
) -> None:
    team = f"/teams/{cast.payments.id}/retros"
    path = (await submit(alice, team, team, WISHES | {"template": template})).headers["location"]
    await go_on(alice, path, "look_back")

    await submit(alice, path, f"{path}/cards", {"part": last, "text": "A card"})
    wrong = await submit(alice, path, f"{path}/cards", {"part": "went_well", "text": "Another"})
    await go_on(alice, path, "write")

    assert wrong.status_code == 422
    page = (await alice.get(path)).text
    assert f">{first}</h2>" in page
    async with sessions() as session:
        assert [(one.part, one.text) for one in await session.scalars(select(Card))] == [(last, "A card")]
