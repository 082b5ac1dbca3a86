"""Retrospectives in Slack, over its one route with signed bodies: cards, votes, shortcut, command."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import httpx
import pytest
from litestar import Litestar
from sqlalchemy import event, func, select

from integrations.keystores import DirectoryKeyStore
from integrations.slack.retro.opens import plain_of
from jobs.run_boards import run_boards
from surveys.commitments.actions import commit
from surveys.deliveries.models import Delivery
from surveys.people.groups import make_group
from surveys.people.models import Person
from surveys.people.queries import viewer_of
from surveys.retrospectives.actions import move_on, start_retrospective
from surveys.retrospectives.models import (
    Card,
    CardGroup,
    Participant,
    PostedSummary,
    Retrospective,
    SealedCard,
    Vote,
)
from surveys.retrospectives.rules import Pace, Phase, Plan
from tests.cast import Cast
from tests.conftest import Sessions
from tests.doubles.fault_proxy import FaultProxy
from tests.service import slack_workspace
from tests.service.conftest import Clock
from tests.service.slack_workspace import Workspace

View = dict[str, Any]
app, workspace = slack_workspace.app, slack_workspace.workspace  # the same fixtures


@pytest.fixture
async def board(sessions: Sessions, keys: DirectoryKeyStore, cast: Cast, clock: Clock) -> UUID:
    """A board of Payments on which cards are written."""
    async with sessions.begin() as session:
        made = await start_retrospective(
            session,
            keys,
            team_id=cast.payments.id,
            started_by=cast.alice.id,
            plan=Plan("Release 4", pace=Pace.OVER_DAYS),
            now=clock(),
        )
    await advance(sessions, keys, made.id, Phase.WRITE, clock)
    return made.id


async def advance(
    sessions: Sessions, keys: DirectoryKeyStore, board_id: UUID, phase: Phase, clock: Clock
) -> None:
    async with sessions.begin() as session:
        while (row := await session.get_one(Retrospective, board_id)).phase is not phase:
            await move_on(session, keys, board_id, leaving=row.phase, person_id=None, now=clock())


async def fill_in(
    workspace: Workspace,
    person: Person,
    view: View,
    texts: Mapping[str, str] | None = None,
    picked: Mapping[str, Sequence[str]] | None = None,
) -> httpx.Response:
    """Send a form with these texts and these choices, as Slack does."""
    values: dict[str, Any] = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        element, name = block["element"], block["block_id"]
        entry: dict[str, Any] = {"type": element["type"]}
        chosen = [{"value": value} for value in (picked or {}).get(name, ())]
        match element["type"]:
            case "plain_text_input":
                entry["value"] = (texts or {}).get(name)
            case "checkboxes":
                entry["selected_options"] = chosen
            case _:
                initial = element.get("initial_option")
                entry["selected_option"] = chosen[0] if chosen else initial
        values[name] = {element["action_id"]: entry}
    return await workspace.submit(person, view, values)


async def opened(workspace: Workspace, slack: FaultProxy, person: Person, board: UUID) -> View:
    reply = await workspace.press(person, "retro.open.v1", board.hex)
    assert (reply.status_code, reply.content) == (200, b"")
    view: View = slack.of("views.open")[-1]["view"]
    return view


def updated(reply: httpx.Response) -> View:
    said = reply.json()
    assert said["response_action"] == "update", said
    view: View = said["view"]
    return view


def held(view: View) -> dict[str, str]:
    return {
        block["block_id"]: block["element"].get("initial_value", "")
        for block in view["blocks"]
        if block["type"] == "input" and block["element"]["type"] == "plain_text_input"
    }


async def count(sessions: Sessions, table: type[Any]) -> int:
    async with sessions() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def written(sessions: Sessions, keys: DirectoryKeyStore, board: UUID, clock: Clock) -> set[str]:
    """Return what the board says once cards are shown."""
    await advance(sessions, keys, board, Phase.GROUP, clock)
    async with sessions() as session:
        return {f"{card.part}: {card.text}" for card in await session.scalars(select(Card))}


class TestCards:
    async def test_each_line_is_a_card_and_the_open_form_changes_them_until_the_reveal(
        self,
        workspace: Workspace,
        slack: FaultProxy,
        cast: Cast,
        board: UUID,
        sessions: Sessions,
        keys: DirectoryKeyStore,
        clock: Clock,
    ):
        form = await opened(workspace, slack, cast.bob, board)
        first = {"went_well": "The rehearsal helped\nStaging matched\n", "thanks": "Thanks, Chen"}

        stored = updated(await fill_in(workspace, cast.bob, form, first))
        assert await count(sessions, SealedCard) == 3
        assert held(stored)["went_well"] == "The rehearsal helped\nStaging matched"
        again = updated(await fill_in(workspace, cast.bob, form, first))  # Slack sent it twice
        assert (await count(sessions, SealedCard), held(again)) == (3, held(stored))
        changed = {"went_well": "Staging matched the shop", "thanks": "Thanks, Chen"}
        await fill_in(workspace, cast.bob, stored, changed)

        assert await written(sessions, keys, board, clock) == {
            "went_well: Staging matched the shop",
            "thanks: Thanks, Chen",
        }

    async def test_another_window_of_the_same_person_starts_blank(
        self,
        workspace: Workspace,
        slack: FaultProxy,
        cast: Cast,
        board: UUID,
        sessions: Sessions,
    ):
        form = await opened(workspace, slack, cast.bob, board)
        await fill_in(workspace, cast.bob, form, {"next_steps": "Rehearse again"})

        other = await opened(workspace, slack, cast.bob, board)

        assert set(held(other).values()) == {""}
        assert other["private_metadata"] != form["private_metadata"]
        await fill_in(workspace, cast.bob, other, {"next_steps": "Another one"})
        assert await count(sessions, SealedCard) == 2

    async def test_writing_touches_nothing_but_the_sealed_row(
        self,
        workspace: Workspace,
        slack: FaultProxy,
        cast: Cast,
        board: UUID,
        sessions: Sessions,
    ):
        form = await opened(workspace, slack, cast.bob, board)
        changed: list[str] = []
        engine = sessions.kw["bind"].sync_connection.engine

        def note(_c: object, _k: object, statement: str, *_more: object) -> None:
            if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
                changed.append(statement.split()[2].strip('"'))

        event.listen(engine, "before_cursor_execute", note)
        try:
            await fill_in(workspace, cast.bob, form, {"went_well": "The rehearsal helped"})
        finally:
            event.remove(engine, "before_cursor_execute", note)

        assert set(changed) == {"sealed_card"}

    async def test_a_line_that_speaks_of_fault_comes_back_once_and_passes_the_second_time(
        self,
        workspace: Workspace,
        slack: FaultProxy,
        cast: Cast,
        board: UUID,
        sessions: Sessions,
    ):
        form = await opened(workspace, slack, cast.bob, board)
        blame = {"to_improve": "Chen broke the build again because he never tests anything"}

        looked_at = updated(await fill_in(workspace, cast.bob, form, blame))
        assert await count(sessions, SealedCard) == 0
        assert held(looked_at)["to_improve"] == blame["to_improve"]
        assert looked_at["submit"]["text"] == "Send as it is"
        stored = updated(await fill_in(workspace, cast.bob, looked_at, blame))

        assert await count(sessions, SealedCard) == 1
        assert stored["submit"]["text"] == "Change"
        more = blame | {"went_well": "The rehearsal helped"}
        assert updated(await fill_in(workspace, cast.bob, stored, more))["submit"]["text"] == "Change"

    @pytest.mark.parametrize(
        ("texts", "field"),
        [({"thanks": "x" * 401}, "thanks"), ({}, "went_well"), ({"to_improve": "a\n" + "b\n" * 9}, "")],
    )
    async def test_a_line_too_long_or_nothing_at_all_is_said_beside_its_field(
        self,
        workspace: Workspace,
        slack: FaultProxy,
        cast: Cast,
        board: UUID,
        sessions: Sessions,
        texts: dict[str, str],
        field: str,
    ):
        form = await opened(workspace, slack, cast.bob, board)

        reply = await fill_in(workspace, cast.bob, form, texts)

        said = reply.json()
        assert (list(said["errors"]) if field else said["response_action"]) == (
            [field] if field else "update"
        )
        assert await count(sessions, SealedCard) == (0 if field else 2)

    async def test_after_the_reveal_a_late_form_is_refused_in_words(
        self,
        workspace: Workspace,
        slack: FaultProxy,
        cast: Cast,
        board: UUID,
        sessions: Sessions,
        keys: DirectoryKeyStore,
        clock: Clock,
    ):
        form = await opened(workspace, slack, cast.bob, board)
        await advance(sessions, keys, board, Phase.GROUP, clock)

        reply = await fill_in(workspace, cast.bob, form, {"went_well": "Too late"})

        assert "at another step" in reply.json()["errors"]["went_well"]
        assert await count(sessions, Card) == 0

    async def test_an_outsider_and_an_invented_form_learn_nothing(
        self,
        workspace: Workspace,
        slack: FaultProxy,
        cast: Cast,
        board: UUID,
        sessions: Sessions,
    ):
        form = await opened(workspace, slack, cast.bob, board)
        look = await opened(workspace, slack, cast.oscar, board)

        assert "Release 4" not in json.dumps(look)
        for wrong in (
            form,
            form | {"private_metadata": "x"},
            form | {"private_metadata": f"{board.hex} 00"},
        ):
            person = cast.oscar if wrong is form else cast.bob
            reply = await fill_in(workspace, person, wrong, {"went_well": "Hello"})
            assert reply.json()["response_action"] == "errors"
        assert await count(sessions, SealedCard) == 0


class TestVotes:
    async def test_boxes_that_are_ticked_are_votes_and_replace_each_other(
        self,
        workspace: Workspace,
        slack: FaultProxy,
        cast: Cast,
        board: UUID,
        sessions: Sessions,
        keys: DirectoryKeyStore,
        clock: Clock,
    ):
        form = await opened(workspace, slack, cast.bob, board)
        lines = "\n".join(f"Thing number {number}" for number in range(12))
        await fill_in(workspace, cast.bob, form, {"to_improve": lines})
        await advance(sessions, keys, board, Phase.VOTE, clock)

        votes = await opened(workspace, slack, cast.by_name["Chen"], board)
        boxes = [block for block in votes["blocks"] if block["type"] == "input"]
        assert [len(block["element"]["options"]) for block in boxes] == [10, 2]
        ids = [option["value"] for option in boxes[0]["element"]["options"]]
        name = boxes[0]["block_id"]
        refused = await fill_in(workspace, cast.by_name["Chen"], votes, picked={name: ids[:4]})
        assert "3 votes" in refused.json()["errors"][name]
        for _ in range(2):
            thanks = updated(await fill_in(workspace, cast.by_name["Chen"], votes, picked={name: ids[:2]}))
            assert "2 votes are in." in json.dumps(thanks)
        assert await count(sessions, Vote) == 3  # as many rows as everybody has

        again = await opened(workspace, slack, cast.by_name["Chen"], board)
        ticked = [block["element"].get("initial_options", []) for block in again["blocks"][2:4]]
        assert {option["value"] for option in ticked[0]} == set(ids[:2])
        await advance(sessions, keys, board, Phase.DISCUSS, clock)
        async with sessions() as session:
            counted = await session.scalars(select(Card.votes).order_by(Card.votes.desc()))
            assert list(counted)[:3] == [1, 1, 0]


class TestTheShortcut:
    async def shortcut(self, workspace: Workspace, person: Person, text: str) -> httpx.Response:
        payload = {
            "type": "message_action",
            "callback_id": "retro_add",
            "trigger_id": "T1.2.3",
            "user": {"id": person.slack_id, "name": "n"},
            "channel": {"id": "C1", "name": "payments"},
            "message": {"type": "message", "user": "UCHEN", "ts": "1.2", "text": text},
            "response_url": "https://hooks.slack.com/app/1",
        }
        return await workspace.post(urlencode({"payload": json.dumps(payload)}).encode())

    async def test_a_message_becomes_a_draft_that_its_reader_changes_and_sends(
        self,
        workspace: Workspace,
        slack: FaultProxy,
        cast: Cast,
        board: UUID,
        sessions: Sessions,
        keys: DirectoryKeyStore,
        clock: Clock,
    ):
        reply = await self.shortcut(
            workspace, cast.bob, "<@UCHEN> the deploy took &lt;2 hours, see <https://x.example|here>"
        )
        assert (reply.status_code, reply.content) == (200, b"")
        draft = slack.of("views.open")[-1]["view"]
        assert held(draft) == {"text": "somebody the deploy took <2 hours, see here"}
        assert await count(sessions, SealedCard) == 0

        for _ in range(2):
            stored = updated(
                await fill_in(
                    workspace,
                    cast.bob,
                    draft,
                    {"text": "The deploy took two hours"},
                    {"part": ["to_improve"]},
                )
            )
        assert held(stored)["to_improve"] == "The deploy took two hours"
        assert await written(sessions, keys, board, clock) == {"to_improve: The deploy took two hours"}

    async def test_where_no_cards_are_taken_it_says_so(
        self,
        workspace: Workspace,
        slack: FaultProxy,
        cast: Cast,
        board: UUID,
    ):
        await self.shortcut(workspace, cast.oscar, "Hello")

        assert "No retrospective of yours" in json.dumps(slack.of("views.open")[-1]["view"])

    def test_markup_is_taken_out_and_nobody_is_named(self):
        assert plain_of("<!here> ask <@U1|chen> in <#C1|shop> <mailto:a@b.c|a@b.c> &amp; go") == (
            "ask somebody in shop a@b.c & go"
        )


class TestTheCommand:
    async def typed(self, workspace: Workspace, person: Person, text: str) -> httpx.Response:
        fields = {
            "command": "/kept",
            "text": text,
            "user_id": person.slack_id,
            "trigger_id": "T1.2.3",
        }
        return await workspace.post(urlencode(fields).encode())

    async def test_retro_starts_a_board_and_everybody_is_told_once_and_no_channel(
        self,
        workspace: Workspace,
        slack: FaultProxy,
        cast: Cast,
        sessions: Sessions,
        keys: DirectoryKeyStore,
        clock: Clock,
    ):
        assert (await self.typed(workspace, cast.bob, "retro Release 5")).content == b""
        form = slack.of("views.open")[-1]["view"]
        assert held(form) == {"title": "Release 5"}

        view = updated(await fill_in(workspace, cast.bob, form, {"title": "Release 5"}))
        twice = await fill_in(workspace, cast.bob, form, {"title": "Release 5"})
        empty = await fill_in(workspace, cast.bob, form, {"title": ""})

        assert "The board is open." in json.dumps(view)
        assert "open retrospective already" in twice.json()["errors"]["title"]
        assert "title" in empty.json()["errors"]
        async with sessions() as session:
            board = (await session.scalars(select(Retrospective))).one()
        assert (board.team_id, board.pace) == (cast.payments.id, Pace.OVER_DAYS)
        assert board.facilitator_id == cast.bob.id
        await run_boards(sessions, keys, now=clock())
        assert await count(sessions, Delivery) == 8
        assert slack.of("chat.postMessage") == []

    async def test_retro_opens_the_form_of_a_board_that_is_open(
        self,
        workspace: Workspace,
        slack: FaultProxy,
        cast: Cast,
        board: UUID,
    ):
        await self.typed(workspace, cast.bob, "RETRO")

        assert slack.of("views.open")[-1]["view"]["callback_id"] == "retro_cards.v1"

    async def test_it_starts_one_for_a_working_group_whose_promises_stand_on_home(
        self, workspace: Workspace, slack: FaultProxy, cast: Cast, sessions: Sessions, clock: Clock
    ):
        async with sessions.begin() as session:
            lena = await viewer_of(session, cast.lena.id)
            people = {"leaders": "lena@example.com", "others": "carla@example.com"}
            group = await make_group(session, by=lena, name="Reviewers", **people, now=clock())
            await commit(
                session,
                team_id=group.id,
                wave_id=None,
                owner_id=cast.lena.id,
                text="Write each review",
                due=None,
                now=clock(),
            )
        carla = cast.by_name["Carla"]
        await self.typed(workspace, carla, "retro Late reviews")
        form = slack.of("views.open")[-1]["view"]
        assert "Reviewers" in json.dumps(form)

        reply = await fill_in(workspace, carla, form, {"title": "Late reviews"}, {"team": [group.id.hex]})
        assert "The board is open." in json.dumps(updated(reply))
        async with sessions() as session:
            board = (await session.scalars(select(Retrospective))).one()
            seats = set(await session.scalars(select(Participant.person_id)))
        assert (board.team_id, seats) == (group.id, {carla.id, cast.lena.id})
        event = {"type": "app_home_opened", "user": carla.slack_id, "tab": "home"}
        body = {"type": "event_callback", "event_id": "Ev9", "event": event}
        await workspace.post(json.dumps(body).encode(), "application/json")
        home = json.dumps(slack.of("views.publish")[-1]["view"], ensure_ascii=False)
        assert "Your working groups" in home
        assert "“Write each review” · by" in home

        await self.typed(workspace, carla, "retro")
        choice = slack.of("views.open")[-1]["view"]
        assert "Reviewers: Late reviews" in json.dumps(choice)
        assert "No board is open for Company." in json.dumps(choice)
        await workspace.press(carla, "retro.begin.v1", "new")
        assert held(slack.of("views.open")[-1]["view"]) == {"title": ""}
        assert "Reviewers" not in json.dumps(slack.of("views.open")[-1]["view"])

    async def test_a_group_that_somebody_leads_stands_on_their_home_once(
        self, workspace: Workspace, slack: FaultProxy, cast: Cast, sessions: Sessions, clock: Clock
    ):
        async with sessions.begin() as session:
            lena = await viewer_of(session, cast.lena.id)
            people = {"leaders": "lena@example.com", "others": "carla@example.com"}
            await make_group(session, by=lena, name="Reviewers", **people, now=clock())
        event = {"type": "app_home_opened", "user": cast.lena.slack_id, "tab": "home"}
        body = {"type": "event_callback", "event_id": "Ev9", "event": event}
        await workspace.post(json.dumps(body).encode(), "application/json")

        home = json.dumps(slack.of("views.publish")[-1]["view"], ensure_ascii=False)
        assert home.count("Reviewers") == 1
        assert "Where you lead: Reviewers" in home

    async def test_help_settings_and_strangers_get_words_only_they_see(
        self,
        workspace: Workspace,
        cast: Cast,
    ):
        stranger = Person(slack_id="UNOBODY", name="N", email="n@example.com")
        for person, text, said in (
            (cast.bob, "help", "/kept retro"),
            (cast.bob, "anything", "/kept settings"),
            (cast.bob, "settings", "time zone"),
            (stranger, "retro", "does not know you yet"),
        ):
            reply = (await self.typed(workspace, person, text)).json()
            assert reply["response_type"] == "ephemeral"
            assert said in reply["text"], text


async def test_home_says_where_a_board_stands_and_holds_the_press_for_it(
    app: Litestar,
    workspace: Workspace,
    slack: FaultProxy,
    cast: Cast,
    board: UUID,
):
    body = {
        "type": "event_callback",
        "event_id": "Ev1",
        "event": {"type": "app_home_opened", "user": cast.bob.slack_id, "tab": "home"},
    }
    await workspace.post(json.dumps(body).encode(), "application/json")

    text = json.dumps(slack.of("views.publish")[-1]["view"])
    assert "Payments looks back: Release 4" in text
    assert '"action_id": "retro.open.v1"' in text
    assert "Nothing at the moment" not in text


async def test_who_led_through_a_closed_board_posts_its_summary_from_slack_and_once(
    app: Litestar,
    workspace: Workspace,
    slack: FaultProxy,
    cast: Cast,
    board: UUID,
    sessions: Sessions,
    keys: DirectoryKeyStore,
    clock: Clock,
):
    await advance(sessions, keys, board, Phase.CLOSED, clock)
    async with sessions.begin() as session:
        session.add(CardGroup(retrospective_id=board, part="to_improve", name="Shorter meetings", votes=0))
    other = await opened(workspace, slack, cast.bob, board)
    assert "retro.post.v1" not in json.dumps(other)
    mine = await opened(workspace, slack, cast.alice, board)
    assert "retro.post.v1" in json.dumps(mine)
    await workspace.press(cast.alice, "retro.post.v1", board.hex)
    plain = slack.of("views.open")[-1]["view"]
    assert "Nothing was agreed to be done." in json.dumps(plain)
    assert "Talked about" not in json.dumps(plain)
    with_topics = next(
        element["value"]
        for block in plain["blocks"]
        for element in block.get("elements", ())
        if element.get("action_id") == "retro.post.v1"
    )
    await workspace.press(cast.alice, "retro.post.v1", with_topics)
    form = slack.of("views.open")[-1]["view"]
    assert "Shorter meetings (0 votes)" in json.dumps(form)

    async def send(person: Person) -> httpx.Response:
        picker = {"retro.pick.v1": {"type": "conversations_select", "selected_conversation": "C0RETRO77"}}
        return await workspace.interact(
            type="view_submission",
            user={"id": person.slack_id},
            view={
                "id": "V1",
                "type": "modal",
                "callback_id": form["callback_id"],
                "private_metadata": form["private_metadata"],
                "state": {"values": {"channel": picker}},
            },
        )

    refused = await send(cast.bob)
    assert "Who led through this board" in refused.json()["errors"]["channel"]
    for _ in range(2):
        assert "on its way" in json.dumps(updated(await send(cast.alice)))
    async with sessions() as session:
        planned = await session.scalars(select(Delivery).where(Delivery.kind == "retro_summary"))
        assert len(planned.all()) == 1
        assert (await session.scalars(select(PostedSummary.with_topics))).one()


async def test_a_board_of_other_parts_asks_for_them_in_slack(
    app: Litestar,
    workspace: Workspace,
    slack: FaultProxy,
    cast: Cast,
    sessions: Sessions,
    keys: DirectoryKeyStore,
    clock: Clock,
):
    await workspace.post(
        urlencode({
            "command": "/kept", "text": "retro", "user_id": cast.bob.slack_id, "trigger_id": "T1.2.3",
        }).encode()
    )  # fmt: skip
    form = slack.of("views.open")[-1]["view"]
    await fill_in(workspace, cast.bob, form, {"title": "Release 5"}, {"template": ["sailboat"]})
    async with sessions() as session:
        board = (await session.scalars(select(Retrospective))).one()
    await advance(sessions, keys, board.id, Phase.WRITE, clock)

    cards = await opened(workspace, slack, cast.bob, board.id)
    sent = await fill_in(workspace, cast.bob, cards, {"anchor": "Four lists of things to check"})

    assert list(held(cards)) == ["wind", "anchor", "rocks", "island", "thanks"]
    assert held(updated(sent))["anchor"] == "Four lists of things to check"
    assert await count(sessions, SealedCard) == 1
