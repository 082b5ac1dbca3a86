"""HR's pages over HTTP: who may come in, what the form keeps, and what it says when something is wrong."""

import re
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from integrations.keystores import DirectoryKeyStore
from jobs.close_waves import close_waves, destroy_keys
from jobs.open_waves import open_waves
from surveys.audit.models import Entry
from surveys.ballots.models import OpenBallot
from surveys.cadence.models import Programme
from surveys.people.models import Organisation
from surveys.waves.models import Place, Wave, WaveState
from tests.cast import Cast, make_cast
from tests.conftest import NOON, Sessions
from tests.service.conftest import Clock, SignedIn, form_token, submit

FIELDS: dict[str, str | list[str]] = {
    "name": "Team pulse",
    "who": "everybody",
    "rhythm": "4",
    "every": "4",
    "weekday": "1",
    "local_time": "10:00",
    "start_on": "2026-03-10",
    "window_count": "8",
    "window_unit": "days",
    "pulse": "default",
    "reminders": "1",
    "remind": "everyone",
    "observe_holidays": "yes",
    "open_question": "yes",
    "head_start_days": "1",
    "minimum_group": "",
    "do": "save",
}


@pytest.fixture
async def hr(signed_in: SignedIn, cast: Cast) -> httpx.AsyncClient:
    return await signed_in(cast.helen)


async def send(
    client: httpx.AsyncClient, path: str = "/programmes/new", **fields: str | list[str]
) -> httpx.Response:
    shown = await client.get("/programmes/new")
    return await client.post(path, data={"form_token": form_token(shown), **FIELDS, **fields})


async def kept(sessions: Sessions) -> list[Programme]:
    async with sessions() as session:
        return list(await session.scalars(select(Programme).order_by(Programme.name)))


class TestTheDoor:
    @pytest.mark.parametrize("path", ["/programmes", "/programmes/new", f"/programmes/{UUID(int=7)}"])
    async def test_only_hr_comes_in(
        self, cast: Cast, signed_in: SignedIn, stranger: httpx.AsyncClient, path: str
    ) -> None:
        assert (await stranger.get(path)).status_code == 303
        for person in (cast.alice, cast.lena, cast.carla, cast.oscar):
            assert (await (await signed_in(person)).get(path)).status_code == 403

    async def test_a_leader_can_change_nothing(
        self, cast: Cast, signed_in: SignedIn, hr: httpx.AsyncClient, sessions: Sessions
    ) -> None:
        await send(hr)
        programme = (await kept(sessions))[0]
        lena = await signed_in(cast.lena)
        token = {"form_token": form_token(await lena.get("/"))}

        for path in ("/programmes/new", f"/programmes/{programme.id}", f"/programmes/{programme.id}/pause"):
            assert (await lena.post(path, data={**token, **FIELDS})).status_code == 403
        assert (await kept(sessions))[0].paused_at is None

    async def test_a_programme_of_another_organisation_is_not_there(
        self, hr: httpx.AsyncClient, sessions: Sessions, signed_in: SignedIn
    ) -> None:
        await send(hr)
        programme = (await kept(sessions))[0]
        async with sessions.begin() as session:
            other = await make_cast(session, name="Other")
        theirs = await signed_in(other.helen)
        token = {"form_token": form_token(await theirs.get("/programmes/new"))}

        assert (await theirs.get(f"/programmes/{programme.id}")).status_code == 404
        paused = await theirs.post(f"/programmes/{programme.id}/pause", data=token)
        assert paused.status_code == 404
        assert "Team pulse" not in (await theirs.get("/programmes")).text


class TestAdding:
    async def test_what_was_sent_is_kept_and_shown_as_a_card(
        self, hr: httpx.AsyncClient, cast: Cast, sessions: Sessions
    ) -> None:
        answer = await send(
            hr,
            who="teams",
            audience=[str(cast.payments.id), str(cast.search.id)],
            rhythm="weeks",
            every="6",
            pulse="light",
            optional=["APR"],
            struck=["PSY-01"],
            own_1="Our tools help us.",
            own_2="I am often interrupted.",
            own_2_reversed="yes",
            quiet_from=["2026-12-24", ""],
            quiet_to=["2027-01-02", ""],
            minimum_group="6",
            window_count="72",
            window_unit="hours",
        )

        assert answer.status_code == 303
        (programme,) = await kept(sessions)
        assert programme.every == 6
        assert programme.window_hours == 72
        assert programme.blackouts == [["2026-12-24", "2027-01-02"]]
        assert programme.optional_dimensions == ["APR"]
        assert [own["reversed"] for own in programme.own_items] == [False, True]
        page = (await hr.get("/programmes")).text
        assert "Every 6 weeks on Tuesday, 10:00 where each person is" in page
        assert "Tuesday 10 March" in page
        assert "Payments and Search" in page
        async with sessions() as session:
            entry = (await session.scalars(select(Entry).where(Entry.action == "programme.added"))).one()
        assert entry.actor_id == cast.helen.id

    async def test_a_refused_form_keeps_what_was_written_and_says_what_is_wrong_beside_it(
        self, hr: httpx.AsyncClient, sessions: Sessions
    ) -> None:
        answer = await send(hr, name="My <pulse>", reminders="7", window_count="1", window_unit="hours")

        assert answer.status_code == 422
        assert 'value="My &lt;pulse&gt;"' in answer.text
        assert '<p class="error" id="reminders-error">Choose no reminder, one or two.</p>' in answer.text
        assert "Leave at least 24 hours to answer." in answer.text
        assert 'aria-describedby="reminders-error" aria-invalid="true"' in answer.text
        assert "as soon as the form is in order" in answer.text
        assert await kept(sessions) == []

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            (
                {"every": "many", "rhythm": "weeks"},
                "Give the weeks between two pulses as a whole number, such as 6.",
            ),
            ({"start_on": "soon"}, "Give the day from which it runs as a date, such as 2026-12-24."),
            ({"local_time": "late"}, "Give a time such as 09:30."),
            ({"who": "teams"}, "Choose at least one team, or everybody."),
            ({"who": "teams", "audience": "Payments"}, "One of these teams does not exist"),
            ({"start_on": "2026-03-02"}, "Choose a start from today on."),
            ({"minimum_group": "4"}, "A programme can only raise the minimum group"),
            ({"quiet_from": "2026-12-24", "quiet_to": "2026-12-20"}, "end before they begin"),
            ({"struck": ["PSY-01", "PSY-02", "PSY-03"]}, "At most 2 statements of a dimension"),
            ({"pulse": "huge"}, "Choose how much a pulse asks."),
            ({"window_count": "some"}, "Give the time to answer as a whole number of days or hours"),
            ({"own_1": "x" * 1001}, "Use at most 200 characters for a statement."),
            ({"own_1": "x" * 2001}, "Please use at most 2000 characters."),
        ],
    )
    async def test_every_refusal_is_a_sentence(
        self, hr: httpx.AsyncClient, fields: dict[str, str | list[str]], sentence: str
    ) -> None:
        answer = await send(hr, **fields)

        assert answer.status_code == 422
        assert sentence in answer.text

    async def test_the_dates_are_shown_without_keeping_anything(
        self, hr: httpx.AsyncClient, sessions: Sessions
    ) -> None:
        answer = await send(hr, do="preview", start_on="2026-04-03", weekday="4")

        assert answer.status_code == 200
        assert len(re.findall(r"<time datetime", answer.text)) == 6
        assert '<time datetime="2026-04-03">Tuesday 7 April</time>' in answer.text
        assert "Moved from Friday 3 April, a public holiday in Germany." in answer.text
        assert await kept(sessions) == []

    async def test_dates_need_no_name_yet(self, hr: httpx.AsyncClient) -> None:
        answer = await send(hr, "/programmes/dates", name="")

        assert len(re.findall(r"<time datetime", answer.text)) == 6

    async def test_the_page_can_fetch_the_dates_alone(self, hr: httpx.AsyncClient) -> None:
        answer = await send(hr, "/programmes/dates", rhythm="1", window_count="3")

        assert answer.status_code == 200
        assert "<form" not in answer.text
        assert "6 units ask fewer than 8 people each." in answer.text

    async def test_nothing_runs_and_nothing_is_styled_from_within_the_page(
        self, hr: httpx.AsyncClient
    ) -> None:
        for path in ("/programmes", "/programmes/new"):
            page = (await hr.get(path)).text
            assert " style=" not in page
            assert not re.search(r"<script(?![^>]* src=)", page)
            assert not re.search(r" on[a-z]+=", page)


class TestChanging:
    async def test_the_editor_shows_a_programme_as_it_is_and_keeps_changes(
        self, hr: httpx.AsyncClient, sessions: Sessions
    ) -> None:
        await send(hr, own_1="Our tools help us.", struck=["PSY-01"], rhythm="monthly")
        (programme,) = await kept(sessions)
        path = f"/programmes/{programme.id}"

        page = (await hr.get(path)).text
        assert 'value="Our tools help us."' in page
        assert re.search(r'value="PSY-01" checked', page)
        assert re.search(r'value="monthly" selected', page)

        assert (await send(hr, path, name="Renamed", itself=str(programme.id))).status_code == 303
        (changed,) = await kept(sessions)
        assert (changed.name, changed.own_items, changed.struck_items) == ("Renamed", [], [])

    async def test_a_programme_may_keep_its_own_name_but_not_take_another_ones(
        self, hr: httpx.AsyncClient, sessions: Sessions
    ) -> None:
        await send(hr)
        await send(hr, name="Zweiter")
        first, second = await kept(sessions)

        assert (await send(hr, f"/programmes/{first.id}")).status_code == 303
        taken = await send(hr, f"/programmes/{second.id}")
        assert taken.status_code == 422
        assert "Another programme has this name" in taken.text

    async def test_the_open_question_may_be_left_out_and_taken_up_again(
        self, hr: httpx.AsyncClient, sessions: Sessions
    ) -> None:
        await send(hr)
        (programme,) = await kept(sessions)
        assert programme.open_question
        edited = f"/programmes/{programme.id}"
        token = form_token(await hr.get(edited))
        left_out = {name: value for name, value in FIELDS.items() if name != "open_question"}

        await hr.post(edited, data={"form_token": token, **left_out})

        assert not (await kept(sessions))[0].open_question
        shown = (await hr.get(edited)).text
        assert 'name="open_question" value="yes"><span>End with one open question' in shown

    async def test_an_old_start_may_stay(
        self, hr: httpx.AsyncClient, sessions: Sessions, clock: Clock
    ) -> None:
        await send(hr)
        (programme,) = await kept(sessions)
        clock.now = NOON + timedelta(days=13)

        assert (await send(hr, f"/programmes/{programme.id}", reminders="2")).status_code == 303

    async def test_pausing_and_resuming(self, hr: httpx.AsyncClient, sessions: Sessions) -> None:
        await send(hr)
        (programme,) = await kept(sessions)
        token = {"form_token": form_token(await hr.get("/programmes"))}

        assert (await hr.post(f"/programmes/{programme.id}/pause", data=token)).status_code == 303
        page = (await hr.get("/programmes")).text
        assert "Paused" in page
        assert "Nobody is asked until you resume it." in page
        assert "These are the dates it would have." in (await hr.get(f"/programmes/{programme.id}")).text

        resumed = await hr.post(f"/programmes/{programme.id}/resume", data=token)
        assert resumed.status_code == 303
        after = (await hr.get(resumed.headers["location"])).text
        assert "Paused" not in after
        assert "It goes on in its old rhythm." in after


class TestTheMinimumGroup:
    async def test_it_can_be_lowered_to_four_only_before_the_first_wave(
        self, hr: httpx.AsyncClient, cast: Cast, sessions: Sessions
    ) -> None:
        token = {"form_token": form_token(await hr.get("/programmes"))}

        answer = await hr.post("/programmes/minimum-group", data={**token, "minimum_group": "4"})

        assert answer.status_code == 303
        async with sessions() as session:
            assert (await session.get_one(Organisation, cast.organisation.id)).minimum_group == 4

    @pytest.mark.usefixtures("wave")
    async def test_afterwards_it_can_only_be_raised(self, hr: httpx.AsyncClient) -> None:
        page = await hr.get("/programmes")
        token = {"form_token": form_token(page)}
        assert "so it can only be raised" in page.text

        lower = await hr.post("/programmes/minimum-group", data={**token, "minimum_group": "4"})
        assert lower.status_code == 422
        assert "it can only be raised" in lower.text
        higher = await hr.post("/programmes/minimum-group", data={**token, "minimum_group": "6"})
        assert higher.status_code == 303

    async def test_nor_can_a_programme_that_asked_take_back_what_it_raised(
        self, hr: httpx.AsyncClient, wave: Wave
    ) -> None:
        address = f"/programmes/{wave.programme_id}"
        assert (await send(hr, address, minimum_group="8")).status_code == 303

        for lower in ("6", ""):
            answer = await send(hr, address, minimum_group=lower)
            assert answer.status_code == 422
            assert "minimum group of this programme is 8 already; keep it or raise it." in answer.text
        assert (await send(hr, address, minimum_group="9")).status_code == 303


class TestAnOpenPulse:
    async def test_hr_may_end_it_early_and_nothing_is_published(
        self, hr: httpx.AsyncClient, sessions: Sessions, wave: Wave, keys: DirectoryKeyStore, clock: Clock
    ) -> None:
        shown = await hr.get("/programmes")
        assert "End without results" in shown.text

        ended = await submit(hr, "/programmes", f"/programmes/waves/{wave.id}/end")
        await destroy_keys(
            sessions, keys, database_url="postgresql://elsewhere/x", now=clock() + timedelta(minutes=2)
        )

        assert ended.status_code == 303
        assert not await keys.exists(wave.id)
        async with sessions() as session:
            after = await session.get_one(Wave, wave.id)
            assert after.state is WaveState.CANCELLED
            assert after.key_destroyed_at is not None
            assert (await session.scalars(select(OpenBallot))).all() == []
            assert "wave.cancelled" in set(await session.scalars(select(Entry.action)))

    async def test_the_card_says_when_it_asks_about_a_promise_alone(
        self, hr: httpx.AsyncClient, wave: Wave, sessions: Sessions
    ) -> None:
        shown = (await hr.get("/programmes")).text
        assert "then one open question" in shown
        assert "about a promise and nothing else" not in shown

        async with sessions.begin() as session:
            (await session.get_one(Wave, wave.id)).number = None

        asks_alone = (await hr.get("/programmes")).text
        assert "Some teams are asked about a promise and nothing else, until" in asks_alone

    async def test_ending_it_twice_is_refused_in_words(self, hr: httpx.AsyncClient, wave: Wave) -> None:
        await submit(hr, "/programmes", f"/programmes/waves/{wave.id}/end")
        again = await submit(hr, "/programmes", f"/programmes/waves/{wave.id}/end")
        assert again.status_code == 409
        assert "over already" in again.text

    async def test_a_leader_may_not_end_it(self, signed_in: SignedIn, cast: Cast, wave: Wave) -> None:
        lena = await signed_in(cast.lena)
        shown = await lena.get("/")
        refused = await lena.post(
            f"/programmes/waves/{wave.id}/end", data={"form_token": form_token(shown)}
        )
        assert refused.status_code in {403, 404}

    async def test_one_that_was_lost_with_its_key_may_be_asked_once_more_by_hand(
        self,
        hr: httpx.AsyncClient,
        sessions: Sessions,
        wave: Wave,
        keys: DirectoryKeyStore,
        clock: Clock,
        cast: Cast,
    ) -> None:
        await keys.destroy(wave.id)
        clock.now = wave.closes_at
        await close_waves(sessions, keys, now=clock())
        assert "ended without results" in (await hr.get("/programmes")).text

        sent = await submit(hr, "/programmes", f"/programmes/{wave.programme_id}/ask-again")
        refused = await submit(hr, "/programmes", f"/programmes/{wave.programme_id}/ask-again")
        assert (sent.status_code, refused.status_code) == (303, 409)
        assert "It is asked once more on" in refused.text

        tomorrow = clock() + timedelta(days=3)  # the close was on a Friday
        await open_waves(sessions, keys, now=tomorrow.replace(hour=12))
        async with sessions() as session:
            newest = (await session.scalars(select(Wave).order_by(Wave.opens_at.desc()))).first()
            assert newest is not None
            assert newest.state is WaveState.OPEN
            asked = set(await session.scalars(select(Place.person_id).where(Place.wave_id == newest.id)))
        assert cast.alice.id in asked
