"""Mailboxes over HTTP: no cookie, no name, no hour; handed over daily; read by the office they are for."""

import base64
import os
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select

from jobs.announce_mailboxes import announce_mailboxes
from jobs.prune import prune
from service.controllers.mailbox import REPLY_BYTES
from surveys.comments.models import Mailbox, MailboxMessage
from surveys.comments.rules import MAILBOXES_A_DAY, MESSAGES_A_DAY
from surveys.deliveries.models import Delivery, Kind
from surveys.people.models import Role, RoleKind
from tests.cast import Cast
from tests.conftest import Sessions
from tests.service.conftest import Clock, SignedIn, submit
from tests.waves import make_keys

WORDS = "Promotions are decided before they are announced."
DAY = timedelta(days=1)


def a_secret() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).rstrip(b"=").decode()


def message(cast: Cast, token: str, **different: str) -> dict[str, str]:
    usual = {"token": token, "team": str(cast.payments.id), "addressee": "leader", "words": WORDS}
    return usual | different


@pytest.fixture
async def token(stranger: httpx.AsyncClient, cast: Cast) -> str:
    """The secret of a mailbox about Payments, for its leader."""
    made = a_secret()
    sent = await stranger.post("/mailbox/send", json=message(cast, made))
    assert sent.status_code == 200, sent.text
    return made


async def opened(browser: httpx.AsyncClient, token: str) -> dict[str, Any]:
    reply = await browser.post("/mailbox/open", json={"token": token})
    assert reply.status_code == 200
    found: dict[str, Any] = reply.json()
    return found


async def count(sessions: Sessions, model: type[Any]) -> int:
    async with sessions() as session:
        return await session.scalar(select(func.count()).select_from(model)) or 0


async def first_mailbox(sessions: Sessions) -> Mailbox:
    async with sessions() as session:
        return (await session.scalars(select(Mailbox))).one()


class TestTheWriter:
    async def test_no_page_of_a_mailbox_sets_a_cookie_or_asks_for_one(
        self, stranger: httpx.AsyncClient, cast: Cast, token: str
    ) -> None:
        pages = [
            await stranger.get("/mailbox"),
            await stranger.get(f"/mailbox/to/{cast.organisation.id}"),
            await stranger.get(f"/mailbox/to/{uuid4()}"),
            await stranger.post("/mailbox/open", json={"token": token}),
            await stranger.post("/mailbox/open", json={"token": "nonsense"}),
        ]

        assert [page.headers.get("set-cookie") for page in pages] == [None] * 5
        assert dict(stranger.cookies) == {}
        assert {page.headers["referrer-policy"] for page in pages} == {"no-referrer"}
        assert [page.status_code for page in pages] == [200, 200, 404, 200, 422]

    async def test_the_page_says_what_is_stored_and_what_javascript_is_for(
        self, stranger: httpx.AsyncClient, cast: Cast
    ) -> None:
        shown = (await stranger.get(f"/mailbox/to/{cast.organisation.id}")).text

        for sentence in (
            "a lost link is a lost mailbox",
            "A mailbox needs JavaScript",
            "90 days after the last message",
            "A reply is announced to the whole team",
            "Messages are handed over once a day, and a reply takes another.",
        ):
            assert sentence in shown
        assert f'value="{cast.payments.id}"' in shown
        assert 'value="ombudsperson"' not in shown  # nobody is appointed yet

    async def test_stored_are_a_fingerprint_words_a_week_and_the_day_of_the_batch(
        self, token: str, sessions: Sessions
    ) -> None:
        mailbox = await first_mailbox(sessions)
        async with sessions() as session:
            rows = (await session.execute(select(MailboxMessage.__table__))).all()

        assert token.encode() not in mailbox.token_hash
        assert mailbox.week.weekday() == 0
        assert {column.name for column in Mailbox.__table__.columns} == {
            "id", "organisation_id", "token_hash", "team_id", "addressee", "week", "last_day", "closed",
        }  # fmt: skip
        assert {column.name for column in MailboxMessage.__table__.columns} == {
            "id", "mailbox_id", "position", "side", "words", "visible_on",
        }  # fmt: skip
        assert len(rows) == 1

    async def test_the_writer_reads_own_words_at_once_and_goes_on(
        self, stranger: httpx.AsyncClient, token: str
    ) -> None:
        await stranger.post("/mailbox/answer", json={"token": token, "words": "One more thing."})

        found = await opened(stranger, token)

        assert [(each["mine"], each["words"]) for each in found["messages"]] == [
            (True, WORDS),
            (True, "One more thing."),
        ]
        assert "Payments" in found["about"]
        assert not found["closed"]

    async def test_sending_the_same_secret_twice_makes_one_mailbox(
        self, stranger: httpx.AsyncClient, cast: Cast, token: str, sessions: Sessions
    ) -> None:
        assert (await stranger.post("/mailbox/send", json=message(cast, token))).status_code == 200

        assert await count(sessions, Mailbox) == await count(sessions, MailboxMessage) == 1

    @pytest.mark.parametrize(
        ("wrong", "status", "said"),
        [
            ({"token": "short"}, 422, "This link is not complete"),
            ({"words": "  "}, 422, "Please write something first."),
            ({"words": "x" * 4001}, 422, "Please use at most 4000 characters."),
            ({"team": "nonsense"}, 422, "Please choose a team."),
            ({"team": str(uuid4())}, 404, "This team does not exist, or not any more."),
            ({"addressee": "everybody"}, 422, "Please choose who should read it."),
            ({"addressee": "ombudsperson"}, 409, "Nobody holds this office"),
        ],
    )
    async def test_what_cannot_be_taken_is_said_and_changes_nothing(
        self,
        stranger: httpx.AsyncClient,
        cast: Cast,
        sessions: Sessions,
        wrong: dict[str, str],
        status: int,
        said: str,
    ) -> None:
        reply = await stranger.post("/mailbox/send", json=message(cast, a_secret()) | wrong)

        assert (reply.status_code, said in reply.json()["said"]) == (status, True)
        assert await count(sessions, Mailbox) == 0

    async def test_a_wrong_secret_opens_nothing_and_every_reply_is_as_long(
        self, stranger: httpx.AsyncClient, token: str
    ) -> None:
        right = await stranger.post("/mailbox/open", json={"token": token})
        wrong = await stranger.post("/mailbox/open", json={"token": a_secret()})
        nonsense = await stranger.post("/mailbox/open", content=b"\xff{")

        assert (wrong.status_code, nonsense.status_code) == (404, 422)
        assert {len(reply.content) for reply in (right, wrong, nonsense)} == {REPLY_BYTES}

    async def test_another_site_cannot_send_in_anybodys_name(
        self, stranger: httpx.AsyncClient, cast: Cast
    ) -> None:
        reply = await stranger.post(
            "/mailbox/send", json=message(cast, a_secret()), headers={"sec-fetch-site": "cross-site"}
        )

        assert reply.status_code == 403

    async def test_a_mailbox_takes_some_messages_a_day_and_a_team_some_mailboxes(
        self, stranger: httpx.AsyncClient, cast: Cast, token: str, clock: Clock
    ) -> None:
        sent = [
            (await stranger.post("/mailbox/answer", json={"token": token, "words": "more"})).status_code
            for _ in range(MESSAGES_A_DAY)
        ]
        made = [
            (await stranger.post("/mailbox/send", json=message(cast, a_secret()))).status_code
            for _ in range(MAILBOXES_A_DAY)
        ]

        assert sent == [200] * (MESSAGES_A_DAY - 1) + [409]
        assert made == [200] * (MAILBOXES_A_DAY - 1) + [409]
        clock.now += DAY
        assert (await stranger.post("/mailbox/answer", json={"token": token, "words": "more"})).is_success


class TestTheRecipient:
    async def test_messages_come_with_the_next_batch_and_name_no_hour(
        self, token: str, cast: Cast, signed_in: SignedIn, clock: Clock
    ) -> None:
        lena = await signed_in(cast.lena)
        assert "A mailbox about" not in (await lena.get("/mailboxes")).text

        clock.now += DAY
        shown = await lena.get("/mailboxes")

        assert "A mailbox about Payments" in shown.text
        assert "waits for a reply" in shown.text

    async def test_a_reply_reaches_the_writer_a_day_later_and_is_announced_to_the_whole_team(
        self,
        stranger: httpx.AsyncClient,
        token: str,
        cast: Cast,
        signed_in: SignedIn,
        clock: Clock,
        sessions: Sessions,
    ) -> None:
        lena = await signed_in(cast.lena)
        clock.now += DAY
        page = f"/mailboxes/{(await first_mailbox(sessions)).id}"
        assert WORDS in (await lena.get(page)).text
        sent = await submit(lena, page, f"{page}/reply", {"words": "Thank you. Let us look at it."})
        assert sent.status_code == 303
        assert len((await opened(stranger, token))["messages"]) == 1
        assert "had a reply" not in (await lena.get(f"/teams/{cast.payments.id}")).text

        clock.now += DAY
        await announce_mailboxes(sessions, now=clock.now)
        await announce_mailboxes(sessions, now=clock.now)

        messages = (await opened(stranger, token))["messages"]
        assert [(each["mine"], each["words"]) for each in messages][1] == (
            False,
            "Thank you. Let us look at it.",
        )
        async with sessions() as session:
            told = await session.scalars(
                select(Delivery.person_id).where(Delivery.kind == Kind.MAILBOX_REPLY)
            )
        assert sorted(told.all()) == sorted(person.id for person in cast.payments_members)
        alice = await signed_in(cast.alice)
        assert (
            "A mailbox about this team had a reply on"
            in (await alice.get(f"/teams/{cast.payments.id}")).text
        )

    async def test_the_leader_hears_of_news_once_a_day_and_nobody_else_does(
        self, token: str, cast: Cast, clock: Clock, sessions: Sessions
    ) -> None:
        assert await announce_mailboxes(sessions, now=clock.now) == 0
        clock.now += DAY
        assert await announce_mailboxes(sessions, now=clock.now) == 1
        assert await announce_mailboxes(sessions, now=clock.now + timedelta(hours=3)) == 0

        async with sessions() as session:
            told = (await session.scalars(select(Delivery))).all()
        assert [(each.kind, each.person_id) for each in told] == [(Kind.MAILBOX_NEWS, cast.lena.id)]

    async def test_each_office_reads_its_own_mailboxes_only(
        self,
        stranger: httpx.AsyncClient,
        cast: Cast,
        signed_in: SignedIn,
        clock: Clock,
        sessions: Sessions,
    ) -> None:
        async with sessions.begin() as session:
            session.add(
                Role(
                    organisation_id=cast.organisation.id,
                    person_id=cast.by_name["Hugo"].id,
                    kind=RoleKind.OMBUDSPERSON,
                )
            )
        readers = {"leader": cast.lena, "hr": cast.helen, "ombudsperson": cast.by_name["Hugo"]}
        others = [cast.petra, cast.alice, cast.oscar]
        for office in readers:
            words = {"addressee": office, "words": f"Words for {office}."}
            assert (
                await stranger.post("/mailbox/send", json=message(cast, a_secret(), **words))
            ).is_success
        clock.now += DAY
        async with sessions() as session:
            boxes = {each.addressee.value: each.id for each in await session.scalars(select(Mailbox))}

        for office, reader in readers.items():
            browser = await signed_in(reader)
            for addressee, mailbox in boxes.items():
                page = await browser.get(f"/mailboxes/{mailbox}")
                assert page.status_code == (200 if addressee == office else 404)
                if addressee != office:
                    denied = await submit(browser, "/", f"/mailboxes/{mailbox}/reply", {"words": "no"})
                    assert denied.status_code == 404
        for other in others:
            browser = await signed_in(other)
            assert [(await browser.get(f"/mailboxes/{each}")).status_code for each in boxes.values()] == [
                404
            ] * 3

    async def test_closing_ends_it_for_both_and_unmasks_nobody(
        self,
        stranger: httpx.AsyncClient,
        token: str,
        cast: Cast,
        signed_in: SignedIn,
        clock: Clock,
        sessions: Sessions,
    ) -> None:
        clock.now += DAY
        lena = await signed_in(cast.lena)
        page = f"/mailboxes/{(await first_mailbox(sessions)).id}"
        await submit(lena, page, f"{page}/close")

        refused = await stranger.post("/mailbox/answer", json={"token": token, "words": "more"})
        assert (refused.status_code, "has closed it" in refused.json()["said"]) == (410, True)
        assert (await opened(stranger, token))["closed"]
        assert (await submit(lena, "/", f"{page}/reply", {"words": "more"})).status_code == 410

    async def test_ninety_days_after_the_last_message_everything_is_gone(
        self,
        stranger: httpx.AsyncClient,
        token: str,
        clock: Clock,
        sessions: Sessions,
        tmp_path_factory: pytest.TempPathFactory,
    ) -> None:
        keys = make_keys(tmp_path_factory.mktemp("pruned"))
        await prune(sessions, keys, now=clock.now + timedelta(days=90))
        assert await count(sessions, Mailbox) == 1

        clock.now += timedelta(days=92)
        await prune(sessions, keys, now=clock.now)

        assert await count(sessions, Mailbox) == await count(sessions, MailboxMessage) == 0
        assert (await stranger.post("/mailbox/open", json={"token": token})).status_code == 404
