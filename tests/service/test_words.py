"""The open question on the web: apart from the sheet, always blank, stored by a request of its own."""

import re
from collections.abc import Awaitable, Callable

import httpx
import pytest
from sqlalchemy import func, select

from service.controllers.sheet_visits import PAGE_BYTES
from surveys.ballots.models import OpenBallot, OpenRemark
from surveys.people.models import Person
from surveys.waves.models import Wave
from tests.cast import Cast
from tests.conftest import Sessions
from tests.service.conftest import form_token, submit

LinkOf = Callable[[Person], Awaitable[str]]
WORDS = "Decisions get lost between meetings."


@pytest.fixture
async def alice(stranger: httpx.AsyncClient, cast: Cast, link_of: LinkOf) -> httpx.AsyncClient:
    await stranger.get(await link_of(cast.alice))
    return stranger


async def stored(sessions: Sessions) -> tuple[int, int]:
    async with sessions() as session:
        remarks = await session.scalar(select(func.count()).select_from(OpenRemark))
        ballots = await session.scalar(select(func.count()).select_from(OpenBallot))
    return remarks or 0, ballots or 0


async def test_it_follows_the_sheet_and_promises_before_anything_is_written(
    alice: httpx.AsyncClient,
) -> None:
    sheet = await alice.get("/answer")
    assert "After this comes one open question" in sheet.text

    thanks = await alice.get("/answer/thanks")

    assert "What made it easier to speak up lately?" in thanks.text
    assert "Delivered only if at least 5 people answer, else deleted unread." in thanks.text
    assert 'maxlength="400"' in thanks.text
    assert "/mailbox/to/" in thanks.text
    assert "this is the wrong place" in thanks.text


async def test_sending_stores_one_sealed_row_and_the_field_is_blank_again(
    alice: httpx.AsyncClient, sessions: Sessions
) -> None:
    sent = await submit(
        alice, "/answer/thanks", "/answer/words", {"kind": "words", "words": WORDS, "do": "send"}
    )

    assert (sent.status_code, sent.headers["location"]) == (303, "/answer/words/sent")
    assert await stored(sessions) == (1, 0)
    assert "It is in, and sealed" in (await alice.get("/answer/words/sent")).text
    assert WORDS not in (await alice.get("/answer/words")).text
    gone = await submit(alice, "/answer/words", "/answer/words", {"do": "take-back"})
    assert gone.headers["location"] == "/answer/words/gone"
    assert await stored(sessions) == (1, 0)  # an empty row, which nobody can tell from a full one


async def test_checking_first_names_what_stands_out_and_stores_nothing(
    alice: httpx.AsyncClient, sessions: Sessions
) -> None:
    words = "As the only tester I told Lena last week."
    looked_at = await submit(alice, "/answer/words", "/answer/words", {"words": words, "do": "check"})

    assert looked_at.status_code == 200
    assert "“Lena” is a name." in looked_at.text
    assert "“As the only tester” fits very few people" in looked_at.text
    assert words in looked_at.text
    assert "The server looked at it once and forgot it" in looked_at.text
    assert await stored(sessions) == (0, 0)


async def test_words_of_harm_bring_help_instead_of_hints(alice: httpx.AsyncClient) -> None:
    words = "Lena threatened me last week."
    looked_at = await submit(alice, "/answer/words", "/answer/words", {"words": words, "do": "check"})

    assert "These people can help now." in looked_at.text
    assert "is a name." not in re.sub(r'data-check="[^"]*"', "", looked_at.text)


async def test_a_theme_instead_of_words_keeps_no_words(
    alice: httpx.AsyncClient, sessions: Sessions
) -> None:
    fields = {"kind": "theme", "theme": "THEME-02", "words": WORDS, "do": "send"}
    assert (await submit(alice, "/answer/words", "/answer/words", fields)).status_code == 303
    refused = await submit(alice, "/answer/words", "/answer/words", {**fields, "theme": "nonsense"})

    assert refused.status_code == 422
    assert "Pick one of the themes" in refused.text
    assert await stored(sessions) == (1, 0)


async def test_words_that_are_too_long_come_back_with_the_reason(
    alice: httpx.AsyncClient, sessions: Sessions
) -> None:
    refused = await submit(alice, "/answer/words", "/answer/words", {"words": "x" * 401, "do": "send"})

    assert refused.status_code == 422
    assert "Please use at most 400 characters." in refused.text
    assert "x" * 401 in refused.text
    assert await stored(sessions) == (0, 0)


async def test_in_a_small_unit_the_mailbox_is_offered_instead(
    stranger: httpx.AsyncClient, cast: Cast, link_of: LinkOf, sessions: Sessions
) -> None:
    await stranger.get(await link_of(cast.by_name["Hugo"]))

    shown = await stranger.get("/answer/words")

    assert "In your unit 3 people are asked." in shown.text
    assert "<textarea" not in shown.text
    thanks = await stranger.get("/answer")
    fields = {"form_token": form_token(thanks), "words": WORDS, "do": "send"}
    assert (await stranger.post("/answer/words", data=fields)).status_code == 422
    assert await stored(sessions) == (0, 0)


async def test_every_page_of_it_is_as_long_as_the_others(alice: httpx.AsyncClient) -> None:
    pages = [
        await alice.get(f"/answer{path}")
        for path in ("", "/thanks", "/words", "/words/sent", "/words/gone")
    ]
    pages.append(await submit(alice, "/answer/words", "/answer/words", {"words": "Lena", "do": "check"}))

    assert {len(page.content) for page in pages} == {PAGE_BYTES}
    assert all("kept_session" not in page.headers.get("set-cookie", "") for page in pages)


async def test_without_the_personal_link_there_is_no_question(stranger: httpx.AsyncClient) -> None:
    assert (await stranger.get("/answer/words")).status_code == 404


async def test_a_programme_without_an_open_question_asks_none_and_takes_no_words(
    alice: httpx.AsyncClient, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        wave = (await session.scalars(select(Wave))).one()
        wave.rules = {**wave.rules, "open_prompt": None}  # as frozen where HR left the question out

    assert "After this comes one open question" not in (await alice.get("/answer")).text
    assert "this is the wrong place" not in (await alice.get("/answer/thanks")).text
    assert "This pulse asks no open question." in (await alice.get("/answer/words")).text
    form = {"kind": "words", "words": WORDS, "do": "send"}
    refused = await submit(alice, "/answer", "/answer/words", form)
    assert refused.status_code == 422
    assert await stored(sessions) == (0, 0)
