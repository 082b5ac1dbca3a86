"""From a closed milestone to the team's "not yet", with Slack's double and three browsers at one board.

Run by test_whole_job as `whole_job` is.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import structlog
from playwright.async_api import Browser, Page, async_playwright, expect
from sqlalchemy import select

from surveys.commitments.models import Commitment, CommitmentState
from surveys.milestones.models import Project
from surveys.milestones.rules import Source
from surveys.people.actions import make_sign_in_link
from surveys.people.models import Person, Team
from surveys.people.queries import the_organisation
from surveys.retrospectives.models import Retrospective
from surveys.waves.models import Wave
from tests.end_to_end.whole_job import ADDRESS, MEMBERS, Surroundings, at_work, questions
from tests.integrations.milestones import payloads

STEP = "Each release is rehearsed on staging first"
BEFORE_THE_WAVE = timedelta(days=14)
DONE_AFTER = timedelta(days=4)
NOT_KEPT, YES = "3", "1"


async def main(folder: Path, database_url: str) -> None:
    async with at_work(folder, database_url, github_secrets=(payloads.SECRET,)) as around:
        around.clock.now = around.opening - BEFORE_THE_WAVE
        board = await the_milestone(around)
        async with browsers() as browser:
            await the_board(around, browser, board)
            await the_next_wave_asks(around)
            await the_word(around, browser)
    structlog.get_logger("kept.tests").info("the circle is closed")


@asynccontextmanager
async def browsers() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=os.environ.get("KEPT_TEST_CHROMIUM") or None, args=["--no-sandbox"]
        )
        expect.set_options(timeout=20_000)
        yield browser
        await browser.close()


async def the_milestone(around: Surroundings) -> UUID:
    """A forged hook is refused, the real one comes twice, and one board is asked for in Slack."""
    async with around.sessions.begin() as session:
        team_id = (await session.scalars(select(Team.id).where(Team.name == "Harbour"))).one()
        organisation = await the_organisation(session)
        session.add(
            Project(
                organisation_id=organisation.id,
                source=Source.GITHUB,
                name="octo-org/checkout",
                team_id=team_id,
                days_a_phase=0,
            )
        )
    body = payloads.body_of(payloads.GITHUB_MILESTONE)
    signed = payloads.github(body, "milestone")
    async with httpx.AsyncClient(base_url=ADDRESS) as github:
        forged = {**signed, "x-hub-signature-256": payloads.hub(b"other bytes")}
        replies = [
            (await github.post("/hooks/github", content=body, headers=headers)).status_code
            for headers in (forged, signed, signed)
        ]
    assert replies == [401, 201, 202], replies
    await around.place.work(around.clock.now)
    for name in MEMBERS:
        (asked,) = await around.slack.direct_messages(f"U{name.upper()}")
        assert "Release 4" in str(asked), asked
    async with around.sessions() as session:
        return (await session.scalars(select(Retrospective.id))).one()


async def sit_down(around: Surroundings, browser: Browser, name: str, path: str) -> Page:
    """Open a page in a browser of somebody's own."""
    async with around.sessions.begin() as session:
        person = (await session.scalars(select(Person).where(Person.name == name))).one()
        token = await make_sign_in_link(session, person.id, by=None, now=around.clock.now)
    page = await (await browser.new_context()).new_page()
    await page.goto(f"{ADDRESS}/sign-in/{token}")
    await page.get_by_role("button").first.click()
    await page.goto(f"{ADDRESS}{path}")
    return page


async def press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name).first.click()


async def write(page: Page, part: str, text: str) -> None:
    field = page.get_by_role("textbox", name=part, exact=True)
    await field.fill(text)
    await page.locator("form.draft", has=field).get_by_role("button", name="Add card").click()
    await expect(page.locator("p.card-text", has_text=text)).to_be_visible()


async def the_board(around: Surroundings, browser: Browser, board: UUID) -> None:
    """Three people at the board and one in Slack: write, show, group, vote, agree, close."""
    path = f"/retros/{board}"
    alice, bob, chen = [await sit_down(around, browser, name, path) for name in MEMBERS[:3]]
    await press(alice, "Lead through it yourself")
    await press(alice, "Begin to write")
    await expect(bob.get_by_role("heading", name="What to improve")).to_be_visible()
    await write(alice, "What to improve", "The first look at staging was on the last day")
    await write(bob, "What to improve", "Staging was empty until the evening before")
    await from_slack(around, "Dana", {"to_improve": "Nobody rehearsed the release"})
    await expect(alice.get_by_text("Nobody rehearsed")).to_have_count(0)

    await press(alice, "Show all cards")
    for page in (alice, bob, chen):
        await expect(page.get_by_text("Nobody rehearsed the release").first).to_be_visible()
    await group(bob, "Staging was empty", "The first look")
    await expect(chen.locator("[data-group] [data-card]")).to_have_count(2)
    await group(chen, "Nobody rehearsed", "Staging was empty")
    for page in (alice, bob, chen):
        await expect(page.locator("[data-group]")).to_have_count(1)
        await expect(page.locator("[data-group] [data-card]")).to_have_count(3)

    await press(alice, "Begin to vote")
    for page in (bob, chen):
        async with page.expect_response("**/votes"):
            await press(page, "One more vote")
    await from_slack(around, "Dana", None)
    await press(alice, "Count the votes")
    await expect(alice.get_by_text("3 votes").first).to_be_visible()
    await alice.get_by_label("What, in one line and without names").fill(STEP)
    await alice.get_by_label("Who").select_option("Bob")
    await press(alice, "Write it down")
    await press(bob, "I will do this")
    await expect(alice.get_by_text("agreed, and promised")).to_be_visible()
    await press(alice, "Close the retrospective")
    await expect(bob.get_by_role("heading", name="Agreed steps")).to_be_visible()

    around.clock.now += DONE_AFTER
    await bob.goto(f"{ADDRESS}{path}")
    await press(bob, "It is done")
    await expect(bob.get_by_role("button", name="It is done")).to_have_count(0)
    assert await state_of_the_step(around) is CommitmentState.DONE


async def group(page: Page, card: str, onto: str) -> None:
    """Put a card with another one, or into its group, by the keyboard's way: Move, then the place."""
    await page.locator("[data-card]", has_text=card).get_by_role("link", name="Move").press("Enter")
    group = page.locator("[data-group]", has_text=onto)
    place = group if await group.count() else page.locator("[data-card]", has_text=onto)
    await place.get_by_role("button", name="Put it").press("Enter")


async def from_slack(around: Surroundings, name: str, cards: dict[str, str] | None) -> None:
    """Press the button of the message and send cards; without any, a vote for the first topic."""
    user = f"U{name.upper()}"
    message = (await around.slack.direct_messages(user))[0]
    form = await around.slack.press(user, message, "retro.open.v1")
    assert form is not None
    if cards is None:
        block = next(block for block in form["blocks"] if block["type"] == "input")
        cards = {block["block_id"]: block["element"]["options"][0]["value"]}
    await around.slack.send(user, form, cards)
    await around.slack.close_form(user)


async def state_of_the_step(around: Surroundings) -> CommitmentState:
    async with around.sessions() as session:
        return (await session.scalars(select(Commitment.state).where(Commitment.text == STEP))).one()


async def the_next_wave_asks(around: Surroundings) -> None:
    """The pulse opens, asks about the step first, and three of seven say that it did not happen."""
    around.clock.now = around.opening
    await around.place.work(around.clock.now)
    around.clock.now += timedelta(hours=1)
    for number, name in enumerate(MEMBERS):
        user = f"U{name.upper()}"
        message = (await around.slack.direct_messages(user))[-1]
        form: Any = await around.slack.press(user, message, "sheet.open.v1")
        asked = questions(form)
        (about,) = [key for key in asked if key.startswith("LOOP-03")]
        assert STEP in str(form)
        chosen = dict.fromkeys(asked, "4") | {key: YES for key in asked if key.startswith("LOOP")}
        await around.slack.send(user, form, chosen | {about: NOT_KEPT if number < 3 else YES})
        await around.slack.close_form(user)
    async with around.sessions() as session:
        wave = (await session.scalars(select(Wave))).one()
    around.clock.now = wave.closes_at + timedelta(seconds=1)
    await around.place.work(around.clock.now)


async def the_word(around: Surroundings, browser: Browser) -> None:
    """The team reads its own word, and the step is open again."""
    async with around.sessions() as session:
        wave = (await session.scalars(select(Wave))).one()
        team_id = (await session.scalars(select(Team.id).where(Team.name == "Harbour"))).one()
    around.clock.now = (wave.team_sees_at or wave.closes_at) + timedelta(minutes=5)
    await around.place.work(around.clock.now)
    page = await sit_down(around, browser, "Gus", f"/teams/{team_id}")
    text = await page.inner_text("main")
    (around.place.folder / "team-page.txt").write_text(text)
    assert STEP in text
    assert "not yet" in text
    assert await state_of_the_step(around) is CommitmentState.OPEN


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
