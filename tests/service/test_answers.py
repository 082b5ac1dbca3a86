"""The answer sheet on the web: always blank, writes ballots only, and is the same size in every state."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import pytest
from litestar import Litestar
from sqlalchemy import event, func, select
from sqlalchemy.engine import Connection

from integrations.keystores import DirectoryKeyStore
from service.ballot_box import BallotBox
from service.controllers.sheet_visits import PAGE_BYTES
from surveys.ballots.models import OpenBallot
from surveys.people.models import Person
from surveys.waves.models import Wave
from tests.cast import Cast
from tests.conftest import Sessions
from tests.service.conftest import Clock, submit

LinkOf = Callable[[Person], Awaitable[str]]


@pytest.fixture
async def alice(stranger: httpx.AsyncClient, cast: Cast, link_of: LinkOf) -> httpx.AsyncClient:
    """A browser that has followed Alice's personal link."""
    followed = await stranger.get(await link_of(cast.alice))
    assert followed.status_code == 303
    return stranger


async def ballots(sessions: Sessions) -> int:
    async with sessions() as session:
        return await session.scalar(select(func.count()).select_from(OpenBallot)) or 0


def fields_of(sheet: httpx.Response, value: int = 4) -> dict[str, str]:
    return dict.fromkeys(re.findall(r'name="(q\.[^"]+)"', sheet.text), str(value))


def hidden_of(page: httpx.Response) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))


class TestTheLink:
    async def test_it_leaves_the_address_for_a_cookie_that_only_answer_pages_receive(
        self, stranger: httpx.AsyncClient, cast: Cast, link_of: LinkOf
    ) -> None:
        followed = await stranger.get(await link_of(cast.alice))

        assert followed.headers["location"] == "/answer"
        cookie = followed.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "Path=/answer" in cookie
        assert "SameSite=lax" in cookie
        assert followed.headers["referrer-policy"] == "no-referrer"

    async def test_a_wrong_one_leads_nowhere_and_says_so(
        self, stranger: httpx.AsyncClient, cast: Cast, link_of: LinkOf
    ) -> None:
        right = await link_of(cast.alice)
        await stranger.get(right[:-2] + ("AA" if not right.endswith("AA") else "BB"))

        shown = await stranger.get("/answer")

        assert shown.status_code == 404
        assert "The sheet could not be opened" in shown.text

    async def test_without_the_cookie_the_page_asks_for_the_link_again(
        self, stranger: httpx.AsyncClient
    ) -> None:
        shown = await stranger.get("/answer")

        assert shown.status_code == 404
        assert "Open the link in your message again" in shown.text


class TestTheSheet:
    async def test_it_asks_each_statement_with_five_choices_and_a_way_out(
        self, alice: httpx.AsyncClient
    ) -> None:
        shown = await alice.get("/answer")

        assert shown.status_code == 200
        assert len(fields_of(shown)) == 6
        assert shown.text.count('type="radio"') == 6 * 6
        assert shown.text.count("Strongly agree") == 6
        assert shown.text.count("Prefer not to say") == 6
        assert shown.headers["cache-control"] == "no-store"

    async def test_it_promises_in_words_that_fit_this_wave(self, alice: httpx.AsyncClient) -> None:
        shown = await alice.get("/answer")

        assert "at least 5 people" in shown.text
        assert "Ada and Grace of IT could technically connect you" in shown.text
        assert "In Payments, 7 people are asked." in shown.text
        assert "not for appraisal, pay or dismissal" in shown.text

    async def test_it_is_blank_after_answering_too(self, alice: httpx.AsyncClient) -> None:
        before = await alice.get("/answer")
        handed_in = await submit(alice, "/answer", "/answer", fields_of(before))
        assert handed_in.status_code == 303

        after = await alice.get("/answer")

        assert " checked" not in after.text
        assert fields_of(after) == fields_of(before)


class TestHandingIn:
    async def test_it_stores_one_row_a_dimension(
        self, alice: httpx.AsyncClient, sessions: Sessions
    ) -> None:
        answered = await submit(alice, "/answer", "/answer", fields_of(await alice.get("/answer")))

        assert answered.status_code == 303
        assert answered.headers["location"] == "/answer/thanks"
        assert await ballots(sessions) == 3
        thanks = await alice.get("/answer/thanks")
        assert "You can change them until" in thanks.text
        assert "1 working day before the team" in thanks.text

    async def test_a_second_sheet_replaces_the_first(
        self, alice: httpx.AsyncClient, sessions: Sessions
    ) -> None:
        fields = fields_of(await alice.get("/answer"))
        await submit(alice, "/answer", "/answer", fields)
        await submit(alice, "/answer", "/answer", dict.fromkeys(fields, "1"))

        assert await ballots(sessions) == 3

    async def test_taking_back_hands_in_an_empty_sheet(
        self, alice: httpx.AsyncClient, sessions: Sessions
    ) -> None:
        await submit(alice, "/answer", "/answer", fields_of(await alice.get("/answer")))

        taken_back = await submit(alice, "/answer", "/answer/take-back")

        assert taken_back.headers["location"] == "/answer/undone"
        assert await ballots(sessions) == 3  # nobody can tell from the table that nothing is in them
        assert "Your answers are taken back" in (await alice.get("/answer/undone")).text

    @pytest.mark.parametrize("value", ["6", "x", "-1", "²"])
    async def test_an_answer_that_is_not_on_the_sheet_is_refused(
        self, alice: httpx.AsyncClient, sessions: Sessions, value: str
    ) -> None:
        fields = fields_of(await alice.get("/answer"))
        fields[next(iter(fields))] = value

        refused = await submit(alice, "/answer", "/answer", fields)

        assert refused.status_code == 422
        assert await ballots(sessions) == 0

    async def test_a_question_that_is_not_asked_is_refused(
        self, alice: httpx.AsyncClient, sessions: Sessions
    ) -> None:
        refused = await submit(alice, "/answer", "/answer", {"q.OPN-01": "3"})

        assert refused.status_code == 422
        assert await ballots(sessions) == 0

    async def test_after_the_close_it_is_refused_in_words(
        self, alice: httpx.AsyncClient, sessions: Sessions, wave: Wave, clock: Clock
    ) -> None:
        shown = await alice.get("/answer")
        fields = {**fields_of(shown), "form_token": re.findall(r'form_token" value="(\w+)', shown.text)[0]}
        clock.now = wave.closes_at + timedelta(seconds=1)

        refused = await alice.post("/answer", data=fields)

        assert refused.status_code == 410
        assert "This pulse is closed" in refused.text
        assert await ballots(sessions) == 0
        assert (await alice.get("/answer")).status_code == 410

    async def test_a_lost_key_is_said(
        self, alice: httpx.AsyncClient, keys: DirectoryKeyStore, wave: Wave
    ) -> None:
        await keys.destroy(wave.id)

        shown = await alice.get("/answer")

        assert shown.status_code == 410
        assert "ends without results" in shown.text

    async def test_when_there_is_no_room_the_pressed_answers_come_back_once(
        self, alice: httpx.AsyncClient, sessions: Sessions, app: Litestar
    ) -> None:
        fields = fields_of(await alice.get("/answer"))
        app.state.ballot_box = BallotBox(sessions, app.state["keys"], app.state.clock, room=0)

        busy = await submit(alice, "/answer", "/answer", fields)

        assert busy.status_code == 503
        assert busy.headers["retry-after"] == "1"
        assert busy.text.count(" checked") == len(fields)
        assert " checked" not in (await alice.get("/answer")).text
        assert await ballots(sessions) == 0


class TestWhatAnAnswerLeavesBehind:
    async def test_an_answer_request_writes_ballots_and_nothing_else(
        self, alice: httpx.AsyncClient, sessions: Sessions
    ) -> None:
        fields = fields_of(await alice.get("/answer"))
        async with sessions() as session:
            engine = (await session.connection()).sync_connection.engine
        written: list[str] = []

        def note(_connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
            if re.match(r"\s*(INSERT|UPDATE|DELETE|REPLACE|MERGE)", statement, re.IGNORECASE):
                written.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            await submit(alice, "/answer", "/answer", fields)
            await alice.get("/answer/thanks")
            await submit(alice, "/answer", "/answer/take-back")
        finally:
            event.remove(engine, "before_cursor_execute", note)

        assert written
        assert all(re.match(r"\s*INSERT INTO open_ballot\b", statement) for statement in written)

    async def test_every_page_has_the_same_size(
        self, alice: httpx.AsyncClient, wave: Wave, clock: Clock
    ) -> None:
        blank = await alice.get("/answer")
        await submit(alice, "/answer", "/answer", fields_of(blank))
        pages = [blank, await alice.get("/answer"), await alice.get("/answer/thanks")]
        pages.append(await alice.get("/answer/undone"))
        clock.now = wave.closes_at + timedelta(seconds=1)
        pages.append(await alice.get("/answer"))

        assert {len(page.content) for page in pages} == {PAGE_BYTES}

    async def test_nothing_of_it_is_logged(
        self, alice: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
    ) -> None:
        await submit(alice, "/answer", "/answer", fields_of(await alice.get("/answer")))
        await alice.get("/nothing-here")

        out = "".join(capsys.readouterr())
        assert "/answer" not in out
        assert "PSY-" not in out


async def test_a_form_goes_into_the_sheet_it_was_shown_with_or_nowhere(
    alice: httpx.AsyncClient, cast: Cast, link_of: LinkOf, sessions: Sessions
) -> None:
    """Somebody else opens their own link in another tab of the same browser meanwhile."""
    shown = await alice.get("/answer")
    fields = {**hidden_of(shown), **fields_of(shown)}
    await alice.get(await link_of(cast.bob))

    for action in ("/answer", "/answer/take-back", "/answer/words"):
        refused = await alice.post(action, data=fields)
        assert refused.status_code == 404
        assert "Another sheet was opened in this browser" in refused.text
    assert await ballots(sessions) == 0

    await alice.get(await link_of(cast.alice))
    assert (await alice.post("/answer", data=fields)).status_code == 303
    assert await ballots(sessions) == 3
