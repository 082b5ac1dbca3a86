"""Signing in: one answer for everybody, nothing stored but hashes, and no GET uses a link up."""

import re
from datetime import timedelta

import httpx
import pytest
from litestar import Litestar
from sqlalchemy import func, select

from service.controllers.sign_in import own_path
from surveys.people.models import SignIn, SignInLink
from tests.cast import Cast
from tests.conftest import Sessions
from tests.service.conftest import Clock, Mails, SignedIn, form_token, submit


async def ask(client: httpx.AsyncClient, email: str) -> httpx.Response:
    return await submit(client, "/sign-in", "/sign-in", {"email": email})


def link_in(mails: Mails) -> str:
    found = re.search(r"http://kept\.test(/sign-in/\S+)", mails.sent[-1][2])
    assert found is not None
    return found[1]


class TestAskingForALink:
    async def test_someone_known_gets_a_mail_with_a_link(
        self, stranger: httpx.AsyncClient, cast: Cast, mails: Mails
    ) -> None:
        answered = await ask(stranger, " Alice@Example.com ")

        assert answered.status_code == 200
        assert [sent[0] for sent in mails.sent] == ["alice@example.com"]
        assert link_in(mails)

    async def test_someone_unknown_reads_the_same_and_gets_nothing(
        self, stranger: httpx.AsyncClient, cast: Cast, mails: Mails
    ) -> None:
        known = await ask(stranger, "alice@example.com")
        unknown = await ask(stranger, "nobody@example.com")

        assert len(mails.sent) == 1
        assert unknown.status_code == known.status_code
        blank = known.text.replace("alice@example.com", "")
        assert unknown.text.replace("nobody@example.com", "") == blank

    async def test_an_address_gets_three_links_in_a_quarter_of_an_hour(
        self, stranger: httpx.AsyncClient, cast: Cast, mails: Mails, clock: Clock
    ) -> None:
        for _ in range(5):
            assert (await ask(stranger, "alice@example.com")).status_code == 200
        assert len(mails.sent) == 3
        await ask(stranger, "bob@example.com")
        assert len(mails.sent) == 4

        clock.now += timedelta(minutes=16)
        await ask(stranger, "alice@example.com")
        assert len(mails.sent) == 5

    async def test_what_is_no_address_is_said_at_the_field(self, stranger: httpx.AsyncClient) -> None:
        refused = await ask(stranger, "alice")

        assert refused.status_code == 422
        assert 'aria-invalid="true"' in refused.text

    async def test_a_mail_server_that_refuses_is_not_the_readers_business(
        self, stranger: httpx.AsyncClient, cast: Cast, app: Litestar
    ) -> None:
        async def refuse(_address: str, _subject: str, _text: str) -> bool:
            return False

        app.state.send_mail = refuse

        assert (await ask(stranger, "alice@example.com")).status_code == 200


class TestUsingALink:
    async def test_opening_it_uses_nothing_up(
        self, stranger: httpx.AsyncClient, cast: Cast, mails: Mails, sessions: Sessions
    ) -> None:
        await ask(stranger, "alice@example.com")
        for _ in range(3):
            assert (await stranger.get(link_in(mails))).status_code == 200

        async with sessions() as session:
            assert await session.scalar(select(func.count()).select_from(SignInLink)) == 1
            assert await session.scalar(select(func.count()).select_from(SignIn)) == 0

    async def test_the_button_signs_in_once(
        self, stranger: httpx.AsyncClient, cast: Cast, mails: Mails
    ) -> None:
        await ask(stranger, "alice@example.com")
        link = link_in(mails)

        signed_in = await submit(stranger, link, link)
        assert signed_in.status_code == 303
        assert signed_in.headers["location"] == "/"
        assert "HttpOnly" in signed_in.headers["set-cookie"]
        assert "SameSite=lax" in signed_in.headers["set-cookie"]
        assert "Hello, Alice." in (await stranger.get("/")).text

        again = await submit(stranger, link, link)
        assert again.status_code == 410
        assert "This link is used up" in again.text

    async def test_it_leads_to_the_page_that_was_wanted(
        self, stranger: httpx.AsyncClient, cast: Cast, mails: Mails
    ) -> None:
        await stranger.get(f"/teams/{cast.payments.id}")
        await ask(stranger, "alice@example.com")

        signed_in = await submit(stranger, link_in(mails), link_in(mails))

        assert signed_in.headers["location"] == f"/teams/{cast.payments.id}"

    @pytest.mark.parametrize(
        "wanted", ["//evil.example", "https://evil.example", "/\\\\evil", "", "/a?b", "/%2f"]
    )
    def test_a_forged_wish_leads_home(self, wanted: str) -> None:
        assert own_path(wanted) == "/"

    async def test_it_lasts_fifteen_minutes(
        self, stranger: httpx.AsyncClient, cast: Cast, mails: Mails, clock: Clock
    ) -> None:
        await ask(stranger, "alice@example.com")
        clock.now += timedelta(minutes=15)

        assert (await submit(stranger, link_in(mails), link_in(mails))).status_code == 410

    async def test_neither_link_nor_session_can_be_read_from_the_database_or_the_log(
        self,
        stranger: httpx.AsyncClient,
        cast: Cast,
        mails: Mails,
        sessions: Sessions,
        capsys: pytest.CaptureFixture[str],
        app: Litestar,
    ) -> None:
        await ask(stranger, "alice@example.com")
        link = link_in(mails)
        await submit(stranger, link, link)

        session_token = stranger.cookies[app.state.cookies.session]
        async with sessions() as session:
            row = (await session.scalars(select(SignIn))).one()
        assert session_token.encode() not in row.token_hash
        logged = "".join(capsys.readouterr())
        assert "/sign-in/{token}" in logged
        assert link.removeprefix("/sign-in/") not in logged
        assert "alice@example.com" not in logged


class TestSigningOut:
    async def test_it_ends_the_session_in_the_database_too(
        self, signed_in: SignedIn, cast: Cast, app: Litestar
    ) -> None:
        alice = await signed_in(cast.alice)
        token = alice.cookies[app.state.cookies.session]

        left = await submit(alice, "/", "/sign-out")
        assert left.headers["location"] == "/sign-in"

        alice.cookies.set(app.state.cookies.session, token)
        assert (await alice.get("/")).headers["location"] == "/sign-in"

    async def test_a_session_ends_by_itself_after_fourteen_days(
        self, signed_in: SignedIn, cast: Cast, clock: Clock
    ) -> None:
        alice = await signed_in(cast.alice)
        clock.now += timedelta(days=14)

        assert (await alice.get("/")).headers["location"] == "/sign-in"

    async def test_a_form_opened_before_signing_in_is_worth_nothing_afterwards(
        self, stranger: httpx.AsyncClient, cast: Cast, mails: Mails
    ) -> None:
        before = form_token(await stranger.get("/sign-in"))
        await ask(stranger, "alice@example.com")
        await submit(stranger, link_in(mails), link_in(mails))

        refused = await stranger.post("/sign-out", data={"form_token": before})

        assert refused.status_code == 403
