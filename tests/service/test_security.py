"""Headers, form tokens and guards, as a browser and its attacker meet them."""

from uuid import UUID, uuid4

import httpx
import pytest
from litestar import Litestar, get, post
from litestar.params import FromPath
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from integrations.environment import Settings
from integrations.keystores import DirectoryKeyStore
from service.app import LARGEST_BODY, create_app
from service.dependencies import CurrentViewer, SentForm, Session
from service.head_requests import with_heads
from service.rendering import static_path
from service.security import SIGNED_BY_SENDER, requires_leader_of, requires_sign_in
from surveys.errors import Busy, Conflict, Forbidden, Gone, Invalid, Missing, SurveyError
from surveys.people.models import Person, Team
from tests.cast import Cast
from tests.service.apps import fresh_app
from tests.service.conftest import Clock, Mails, SignedIn, form_token, submit

REFUSALS: dict[str, type[SurveyError]] = {
    "422": Invalid,
    "404": Missing,
    "403": Forbidden,
    "409": Conflict,
    "410": Gone,
    "503": Busy,
}


@get("/led/{team_id:uuid}", guards=[requires_leader_of("team_id")])
async def led(team_id: FromPath[UUID], viewer: CurrentViewer) -> str:
    return f"{viewer.name} leads {team_id}"


@post("/rename", guards=[requires_sign_in])
async def rename(session: Session, viewer: CurrentViewer, form: SentForm) -> str:
    person = await session.get_one(Person, viewer.person_id)
    person.name = form.text("name")
    await session.flush()
    if form.text("fail"):
        raise Conflict("This is not possible.")
    return "renamed"


@get("/count-teams", guards=[requires_sign_in])
async def count_teams(session: Session) -> int:
    from sqlalchemy import select  # noqa: PLC0415 -- this route only

    return len((await session.scalars(select(Team))).all())


@get(["/refused/{status:str}", "/api/v1/refused/{status:str}"])
async def refused(status: FromPath[str]) -> str:
    raise REFUSALS[status]("No {thing} here.", thing="cake")


@get("/broken")
async def broken(session: Session) -> str:
    await session.execute(text("SELECT :secret FROM nowhere"), {"secret": "tell nobody"})
    return ""


@post("/from-outside", opt=SIGNED_BY_SENDER, status_code=200)
async def from_outside() -> str:
    return "taken"


@pytest.fixture
def app(
    settings: Settings,
    sessions: async_sessionmaker[AsyncSession],
    keys: DirectoryKeyStore,
    clock: Clock,
    mails: Mails,
) -> Litestar:
    routes = (led, rename, count_teams, refused, broken, from_outside)
    return fresh_app(settings, sessions=sessions, keys=keys, clock=clock, send_mail=mails, extra=routes)


class TestHeaders:
    @pytest.mark.parametrize("path", ["/sign-in", "/nothing", "/health", "/", "/refused/409", "/broken"])
    async def test_every_response_carries_them(self, stranger: httpx.AsyncClient, path: str) -> None:
        headers = (await stranger.get(path)).headers

        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "form-action 'self'" in policy
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"

    @pytest.mark.parametrize("path", ["/health", "/nothing", "/", f"{static_path()}/page.css"])
    async def test_a_monitor_that_asks_for_the_head_gets_that_of_get(
        self, stranger: httpx.AsyncClient, app: Litestar, path: str
    ) -> None:
        transport = httpx.ASGITransport(with_heads(app))  # as `kept serve` does
        async with httpx.AsyncClient(transport=transport, base_url=stranger.base_url) as monitor:
            head, whole = await monitor.head(path), await stranger.get(path)

        assert (head.status_code, head.content) == (whole.status_code, b"")
        assert [*head.headers] == [*whole.headers]
        assert head.headers["content-length"] == whole.headers["content-length"]

    async def test_static_files_may_be_kept_because_their_address_changes_with_them(
        self, stranger: httpx.AsyncClient, app: Litestar
    ) -> None:
        served = await stranger.get(f"{static_path()}/page.css")

        assert served.status_code == 200
        assert "immutable" in served.headers["cache-control"]
        assert served.headers["x-content-type-options"] == "nosniff"

    async def test_cookies_on_https_are_bound_to_the_host_and_to_tls(
        self,
        sessions: async_sessionmaker[AsyncSession],
        keys: DirectoryKeyStore,
        clock: Clock,
    ) -> None:
        settings = Settings(base_url="https://kept.test", secret_keys=("s" * 32,))
        app = create_app(settings, sessions=sessions, keys=keys, clock=clock)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="https://kept.test") as client:
            shown = await client.get("/sign-in")
            followed = await client.get("/answer/token")

        assert shown.headers["set-cookie"].startswith("__Host-kept_form=")
        assert "Secure" in shown.headers["set-cookie"]
        assert followed.headers["set-cookie"].startswith("__Secure-kept_sheet=")
        assert "max-age" in shown.headers["strict-transport-security"]


class TestForms:
    async def test_one_without_a_token_is_refused(self, signed_in: SignedIn, cast: Cast) -> None:
        alice = await signed_in(cast.alice)
        await alice.get("/")

        assert (await alice.post("/rename", data={"name": "Mallory"})).status_code == 403

    async def test_one_with_a_token_of_another_browser_is_refused(
        self, signed_in: SignedIn, cast: Cast
    ) -> None:
        alice, mallory = await signed_in(cast.alice), await signed_in(cast.oscar)
        stolen = form_token(await mallory.get("/"))
        await alice.get("/")

        refused_ = await alice.post("/rename", data={"form_token": stolen, "name": "Mallory"})

        assert refused_.status_code == 403

    async def test_one_that_another_site_sends_is_refused_even_with_the_token(
        self, signed_in: SignedIn, cast: Cast
    ) -> None:
        alice = await signed_in(cast.alice)
        token = form_token(await alice.get("/"))

        refused_ = await alice.post(
            "/rename",
            data={"form_token": token, "name": "Mallory"},
            headers={"sec-fetch-site": "cross-site"},
        )

        assert refused_.status_code == 403

    async def test_a_script_of_ours_may_send_the_token_in_a_header(
        self, signed_in: SignedIn, cast: Cast
    ) -> None:
        alice = await signed_in(cast.alice)
        token = form_token(await alice.get("/"))

        renamed = await alice.post("/rename", data={"name": "Ada"}, headers={"x-form-token": token})

        assert renamed.status_code == 201

    async def test_a_route_whose_body_proves_its_sender_needs_none(
        self, stranger: httpx.AsyncClient
    ) -> None:
        assert (await stranger.post("/from-outside", content=b"{}")).status_code == 200

    async def test_a_body_that_is_too_large_is_refused(self, stranger: httpx.AsyncClient) -> None:
        refused_ = await stranger.post(
            "/sign-in",
            content=b"email=" + b"x" * LARGEST_BODY,
            headers={"content-type": "application/x-www-form-urlencoded"},
        )

        assert refused_.status_code == 413


class TestTheTransaction:
    async def test_it_is_committed_before_the_answer(
        self, signed_in: SignedIn, cast: Cast, sessions: async_sessionmaker[AsyncSession]
    ) -> None:
        alice = await signed_in(cast.alice)
        await submit(alice, "/", "/rename", {"name": "Ada"})

        async with sessions() as session:
            assert (await session.get_one(Person, cast.alice.id)).name == "Ada"

    async def test_a_refusal_rolls_it_back(
        self, signed_in: SignedIn, cast: Cast, sessions: async_sessionmaker[AsyncSession]
    ) -> None:
        alice = await signed_in(cast.alice)
        refused_ = await submit(alice, "/", "/rename", {"name": "Ada", "fail": "yes"})

        assert refused_.status_code == 409
        async with sessions() as session:
            assert (await session.get_one(Person, cast.alice.id)).name == "Alice"

    async def test_behind_a_guard_it_reads_one_organisation_only(
        self, signed_in: SignedIn, cast: Cast, sessions: async_sessionmaker[AsyncSession]
    ) -> None:
        from tests.cast import make_cast  # noqa: PLC0415 -- a second organisation, here only

        async with sessions.begin() as session:
            other = await make_cast(session, name="Other")
            session.add(Team(organisation_id=other.organisation.id, name="One more"))
        alice = await signed_in(cast.alice)

        assert (await alice.get("/count-teams")).json() == 6


class TestGuards:
    async def test_a_browser_in_which_nobody_is_signed_in_is_led_to_the_sign_in_page(
        self, stranger: httpx.AsyncClient, cast: Cast
    ) -> None:
        for path in ("/", "/coverage", "/loop-health", f"/led/{cast.payments.id}"):
            answered = await stranger.get(path)
            assert answered.status_code == 303
            assert answered.headers["location"] == "/sign-in"

    async def test_a_forged_session_is_none(self, stranger: httpx.AsyncClient, app: Litestar) -> None:
        stranger.cookies.set(app.state.cookies.session, "x" * 43)

        assert (await stranger.get("/")).status_code == 303

    async def test_pages_of_hr_are_refused_to_others(self, signed_in: SignedIn, cast: Cast) -> None:
        for person, status in ((cast.helen, 200), (cast.lena, 403), (cast.alice, 403)):
            browser = await signed_in(person)
            for path in ("/coverage", "/loop-health"):
                assert (await browser.get(path)).status_code == status

    async def test_a_leader_leads_the_member_does_not_and_the_outsider_learns_nothing(
        self, signed_in: SignedIn, cast: Cast
    ) -> None:
        path = f"/led/{cast.payments.id}"
        lena, alice, oscar = [await signed_in(who) for who in (cast.lena, cast.alice, cast.oscar)]

        assert (await lena.get(path)).status_code == 200
        assert (await alice.get(path)).status_code == 403
        there, nowhere = await oscar.get(path), await oscar.get(f"/led/{uuid4()}")
        assert there.status_code == nowhere.status_code == 404
        assert there.text == nowhere.text


class TestRefusals:
    @pytest.mark.parametrize("status", list(REFUSALS))
    async def test_each_kind_has_its_status_and_a_page_in_words(
        self, stranger: httpx.AsyncClient, status: str
    ) -> None:
        shown = await stranger.get(f"/refused/{status}")

        assert shown.status_code == int(status)
        assert "No cake here." in shown.text
        assert "<h1>" in shown.text

    @pytest.mark.parametrize("status", list(REFUSALS))
    async def test_programs_get_problem_json(self, stranger: httpx.AsyncClient, status: str) -> None:
        shown = await stranger.get(f"/api/v1/refused/{status}")

        assert shown.headers["content-type"].startswith("application/problem+json")
        assert shown.json()["detail"] == "No cake here."
        assert shown.json()["code"] == REFUSALS[status].code

    async def test_a_failure_of_ours_says_nothing_and_logs_no_values(
        self, stranger: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
    ) -> None:
        shown = await stranger.get("/broken")

        assert shown.status_code == 500
        assert "nowhere" not in shown.text
        logged = "".join(capsys.readouterr())
        assert "request failed" in logged
        assert "tell nobody" not in logged


class TestHealth:
    async def test_both_questions_are_answered(self, stranger: httpx.AsyncClient) -> None:
        assert (await stranger.get("/health")).json() == {"status": "ok"}
        assert (await stranger.get("/ready")).json() == {"status": "ready"}

    async def test_without_a_key_store_it_is_not_ready(
        self, stranger: httpx.AsyncClient, keys: DirectoryKeyStore
    ) -> None:
        for file in keys.folder.iterdir():
            file.unlink()
        keys.folder.rmdir()

        assert (await stranger.get("/ready")).status_code == 500
        assert (await stranger.get("/health")).status_code == 200
