"""Working groups over HTTP: who makes one, who is in it, what it does together, and who learns nothing."""

from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from integrations.environment import Settings
from integrations.keystores import DirectoryKeyStore
from integrations.wording.group_note import GroupJoined
from jobs.notes import outgoing_for
from surveys.commitments.models import Commitment
from surveys.deliveries.models import Delivery, Kind
from surveys.people.groups import make_group
from surveys.people.models import WorkingGroup
from surveys.people.queries import viewer_of
from tests.cast import Cast
from tests.conftest import Sessions
from tests.service.conftest import Clock, SignedIn, form_token, submit
from tests.service.test_retros import WISHES, go_on

NAME = "Incident reviewers"
STEP = "Write each review within a week"
WRONG = (
    ({"name": ""}, "this was left empty"),
    ({"name": "Payments"}, "has this name already"),
    ({"leaders": ""}, "Name one or two people who lead"),
    ({"leaders": "lena@example.com, alice@example.com, bob@example.com"}, "Name one or two people"),
    ({"others": "bob@example.com, nobody@example.com"}, "has the address nobody@example.com."),
    ({"others": " ".join(f"p{number}@example.com" for number in range(61))}, "At most 60 people"),
)


PEOPLE = {"leaders": "lena@example.com", "others": "alice@example.com\nSARA@example.com"}
TOKENS: dict[str, str] = {}  # of each session, which has one for all its forms


@pytest.fixture
async def group(cast: Cast, sessions: Sessions, clock: Clock) -> UUID:
    """Lena of Payments leads it; Alice and Sara belong to it. Lena made it."""
    async with sessions.begin() as session:
        lena = await viewer_of(session, cast.lena.id)
        return (await make_group(session, by=lena, name=NAME, **PEOPLE, now=clock())).id


async def send(browser: httpx.AsyncClient, group: UUID, action: str, **fields: str) -> httpx.Response:
    """Send a form about a group with a token of this browser, whether its page shows the form or not."""
    path = action if action.startswith("/") else f"/groups/{group}/{action}"
    known = next(iter(browser.cookies.values()))
    if known not in TOKENS:
        TOKENS[known] = form_token(await browser.get("/groups"))
    return await browser.post(path, data={"form_token": TOKENS[known], **fields})


class TestMakingOne:
    async def test_everybody_in_it_finds_it_and_is_told_once(
        self,
        cast: Cast,
        signed_in: SignedIn,
        sessions: Sessions,
        keys: DirectoryKeyStore,
        settings: Settings,
    ) -> None:
        lena = await signed_in(cast.lena)
        made = await submit(lena, "/groups", "/groups", {"name": NAME} | PEOPLE)
        twice = await submit(lena, "/groups", "/groups", {"name": NAME} | PEOPLE)
        assert twice.headers["location"] == made.headers["location"]
        group = made.headers["location"].removeprefix("/teams/").removesuffix("?done=made")
        sara = await signed_in(cast.by_name["Sara"])

        for page in ("/", "/groups"):
            assert f'href="/teams/{group}">{NAME}</a>' in (await sara.get(page)).text
        shown = await sara.get(f"/teams/{group}")
        assert all(name in shown.text for name in (NAME, "Lena", "Alice", "Sara"))
        assert "No survey asks this group" in shown.text
        async with sessions() as session:
            told = (await session.scalars(select(Delivery).where(Delivery.kind == Kind.GROUP_JOINED))).all()
            messages = [await outgoing_for(session, keys, settings, one) for one in told]
        assert len(told) == 2
        # Not who made it.
        assert {one.person_id for one in told} == {cast.alice.id, cast.by_name["Sara"].id}
        assert {one.note for one in messages} == {
            GroupJoined(NAME, ("Lena",), f"http://kept.test/teams/{group}")
        }

    async def test_what_cannot_be_comes_back_with_its_reason_and_makes_nothing(
        self, cast: Cast, signed_in: SignedIn, sessions: Sessions
    ) -> None:
        helen = await signed_in(cast.helen)
        for wrong, says in WRONG:
            typed = {"name": NAME, "leaders": "helen@example.com", "others": "bob@example.com"} | wrong
            reply = await send(helen, uuid4(), "/groups", **typed)

            assert reply.status_code == 422
            assert says in reply.text
            assert all(words in reply.text for words in typed.values())  # nothing has to be typed again
        async with sessions() as session:
            assert await session.scalar(select(WorkingGroup.id)) is None

    async def test_who_leads_no_unit_makes_none(self, cast: Cast, signed_in: SignedIn) -> None:
        alice = await signed_in(cast.alice)

        assert "Make a working group" not in (await alice.get("/groups")).text
        reply = await send(alice, uuid4(), "/groups", name=NAME, leaders="alice@example.com")
        assert reply.status_code == 403


class TestItsPeople:
    async def test_who_leads_it_adds_names_leaders_and_takes_out(
        self, cast: Cast, group: UUID, signed_in: SignedIn, sessions: Sessions
    ) -> None:
        lena, page = await signed_in(cast.lena), f"/teams/{group}"
        member = f"members/{cast.bob.id}"

        unknown = await send(lena, group, "members", others="nobody@example.com")
        assert unknown.status_code == 422
        assert "nobody@example.com" in unknown.text
        await send(lena, group, "members", others="bob@example.com, alice@example.com")
        await send(lena, group, "name", name="Reviewers")
        await send(lena, group, f"{member}/lead", leads="yes")
        third = await send(lena, group, f"members/{cast.alice.id}/lead", leads="yes")
        assert third.status_code == 409
        assert "Reviewers" in (await (await signed_in(cast.bob)).get(page)).text
        await send(lena, group, f"members/{cast.lena.id}/lead", leads="no")
        bob = await signed_in(cast.bob)
        assert (await send(bob, group, f"{member}/lead", leads="no")).status_code == 409  # nobody else does
        await send(bob, group, f"members/{cast.lena.id}/remove")

        assert (await lena.get(page)).status_code == 404
        async with sessions() as session:
            told = await session.scalars(
                select(Delivery.person_id).where(Delivery.kind == Kind.GROUP_JOINED)
            )
        assert list(told) == [cast.bob.id]  # Alice was in it already

    async def test_a_member_leaves_and_changes_nothing_else(
        self, cast: Cast, group: UUID, signed_in: SignedIn
    ) -> None:
        alice = await signed_in(cast.alice)
        sara = cast.by_name["Sara"]

        refused = [
            await send(alice, group, action)
            for action in ("name", "members", "end", f"members/{sara.id}/remove", f"members/{sara.id}/lead")
        ]
        left = await send(alice, group, f"members/{cast.alice.id}/remove")

        assert [reply.status_code for reply in refused] == [403] * 5
        assert left.headers["location"] == "/groups?done=left"
        assert "You have left the group" in (await alice.get("/groups?done=left")).text
        assert (await alice.get(f"/teams/{group}")).status_code == 404


class TestWhoSeesIt:
    async def test_an_outsider_learns_from_no_address_that_it_exists(
        self, cast: Cast, group: UUID, signed_in: SignedIn
    ) -> None:
        oscar = await signed_in(cast.oscar)
        outside = await signed_in(cast.by_name["Sam"])  # leads a unit, and nothing here
        board = await submit(
            await signed_in(cast.alice), f"/teams/{group}/retros", f"/teams/{group}/retros", WISHES
        )

        for browser in (oscar, outside):
            assert NAME not in (await browser.get("/")).text + (await browser.get("/groups")).text
            for path in ("", "/retros", "/record", "/repair", "/milestones", "/agenda/weekly"):
                assert (await browser.get(f"/teams/{group}{path}")).status_code == 404, path
            assert (await browser.get(board.headers["location"])).status_code == 404
            for action in ("name", "members", "end", f"members/{cast.alice.id}/remove"):
                assert (await send(browser, group, action)).status_code == 404, action
            for action in ("promises", "topics", "retros", "pledge", "away", "share"):
                reply = await send(browser, group, f"/teams/{group}/{action}")
                assert reply.status_code == 404, action

    async def test_hr_reads_who_is_in_it_and_nothing_of_what_it_does(
        self, cast: Cast, group: UUID, signed_in: SignedIn
    ) -> None:
        lena, helen = await signed_in(cast.lena), await signed_in(cast.helen)
        await send(lena, group, f"/teams/{group}/promises", text=STEP, due="2026-04-02")
        board = await submit(lena, f"/teams/{group}/retros", f"/teams/{group}/retros", WISHES)

        listed, shown = await helen.get("/groups"), await helen.get(f"/teams/{group}")
        assert NAME in listed.text
        assert "Sara" in shown.text
        assert STEP not in shown.text
        assert WISHES["title"] not in shown.text
        assert (await helen.get(f"/teams/{group}/retros")).status_code == 404
        assert (await helen.get(board.headers["location"])).status_code == 404
        assert NAME not in (await helen.get("/milestones")).text + (await helen.get("/coverage")).text
        appointed = await send(
            helen,
            group,
            f"/milestones/boards/{board.headers['location'].split('/')[2].split('?')[0]}",
            person=str(cast.alice.id),
        )
        assert appointed.status_code == 404
        assert (await send(helen, group, "name", name="Reviewers")).status_code == 303
        assert (await send(helen, group, f"/teams/{group}/promises", text=STEP)).status_code == 404

    async def test_what_is_about_a_pulse_is_not_there_for_who_leads_it(
        self, cast: Cast, group: UUID, signed_in: SignedIn
    ) -> None:
        lena = await signed_in(cast.lena)

        for path in ("/record", "/milestones", "/agenda/weekly"):
            assert (await lena.get(f"/teams/{group}{path}")).status_code == 404, path
        for action in ("pledge", "mistakes", "away", "share", "acknowledge", "milestones"):
            assert (await send(lena, group, f"/teams/{group}/{action}")).status_code == 404, action


class TestWhatItDoes:
    async def test_a_promise_of_it_ends_as_the_word_of_who_made_it(
        self, cast: Cast, group: UUID, signed_in: SignedIn, sessions: Sessions
    ) -> None:
        lena, alice, page = await signed_in(cast.lena), await signed_in(cast.alice), f"/teams/{group}"
        await send(lena, group, f"{page}/promises", text=STEP, due="2026-04-02")
        async with sessions() as session:
            promise = (await session.scalars(select(Commitment.id))).one()
        theirs = f"{page}/promises/{promise}"

        assert (await send(alice, group, f"{theirs}/done")).status_code == 403
        moved = await send(lena, group, f"{theirs}/move", due="2026-04-20", reason="Two reviews came up")
        updated = await send(lena, group, f"{theirs}/update", words="Half of them are written")
        done = await send(lena, group, f"{theirs}/done")

        assert [reply.status_code for reply in (moved, updated, done)] == [303] * 3
        shown = (await alice.get(page)).text
        for words in (STEP, "Half of them are written", "Two reviews came up", "Done, says Lena"):
            assert words in shown
        assert "No survey asks about it" in shown
        assert "first pulse from" not in shown
        assert "done, says Lena" in (await alice.get("/")).text

    async def test_it_looks_back_and_a_step_becomes_a_promise_of_it(
        self, cast: Cast, group: UUID, signed_in: SignedIn, keys: DirectoryKeyStore
    ) -> None:
        del keys  # of the boards
        lena, sara = await signed_in(cast.lena), await signed_in(cast.by_name["Sara"])
        retros = f"/teams/{group}/retros"
        await send(lena, group, f"/teams/{group}/topics", text="Reviews come late", kind="other")

        board = (await submit(sara, retros, retros, WISHES)).headers["location"]
        for leaving in ("look_back", "write", "group", "vote"):
            await go_on(sara, board, leaving)
        step = {"text": STEP, "owner": str(cast.by_name["Sara"].id), "due": "2026-03-20"}
        await submit(sara, board, f"{board}/steps", step)
        await go_on(sara, board, "discuss")

        assert STEP in (await sara.get(board)).text
        shown = (await lena.get(f"/teams/{group}")).text
        assert STEP in shown
        assert "Reviews come late" in shown
        assert board in shown

    async def test_when_it_ends_open_promises_are_closed_and_its_people_go_on_reading(
        self, cast: Cast, group: UUID, signed_in: SignedIn
    ) -> None:
        lena, alice, page = await signed_in(cast.lena), await signed_in(cast.alice), f"/teams/{group}"
        await send(lena, group, f"{page}/promises", text=STEP, due="2026-04-02")

        assert (await send(lena, group, "end")).status_code == 303

        for browser in (lena, alice):
            shown = (await browser.get(page)).text
            assert "This working group ended on" in shown
            assert STEP in shown
            assert "The working group ended." in shown
            assert "<form" not in shown.split("<main", 1)[1]
            assert page not in (await browser.get("/")).text
            assert page in (await browser.get("/groups")).text
        assert (await lena.get(f"{page}/retros")).status_code == 200
        again = await send(lena, group, f"{page}/promises", text=STEP)
        assert again.status_code == 403
        assert (await send(lena, group, f"{page}/retros", **WISHES)).status_code == 410
        assert (await send(lena, group, "name", name="Reviewers")).status_code == 410
        assert (await (await signed_in(cast.oscar)).get(page)).status_code == 404
