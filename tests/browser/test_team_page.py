"""The page of one unit in a real browser: every screen, by keyboard, on paper, and the loop in full."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from surveys.commitments.actions import acknowledge, commit, mark_done, share
from surveys.waves.models import Wave
from tests.browser.conftest import PHONE, WIDE, House, Visitors
from tests.cast import Cast
from tests.service.published import CLOSED, address, publish

on_every_screen = pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])


def live_through_some_waves(house: House, cast: Cast) -> Wave:
    """Six published waves of Payments, one of them hidden, and a promise that is done."""

    async def live() -> Wave:
        async with house.sessions.begin() as session:
            for number in range(6):
                scores: dict[str, float | None] = {
                    "PSY": 60.0 + number,
                    "CNF": 75.0,
                    "FLW": 70.0 - 5 * number,
                }
                if number == 3:
                    scores = dict.fromkeys(scores)
                closes_at = CLOSED - timedelta(days=14 * (5 - number))
                wave = await publish(session, cast, scores, number=number, closes_at=closes_at)
            mine = {"wave_id": wave.id, "team_id": cast.payments.id}
            who = {"person_id": cast.lena.id}
            now = house.clock()
            await share(session, **mine, **who, words="Thank you.\nMore on Thursday.", now=now)
            await acknowledge(session, **mine, **who, answer_by=date(2026, 3, 9), now=now)
            for text in ("A written agenda for every planning meeting", "A second reviewer on Fridays"):
                promise = await commit(session, **mine, owner_id=cast.lena.id, text=text, now=now)
            await mark_done(session, promise.id, **who, now=now)
            return wave

    return house.run(live())


@on_every_screen
def test_the_page_is_accessible_on_every_screen(
    house: House, visitors: Visitors, size: dict[str, int]
) -> None:
    cast = house.cast()
    live_through_some_waves(house, cast)
    for person in (cast.lena, cast.alice):
        visitor = visitors(size=size).sign_in(person)
        page = visitor.open(address(cast.payments))
        for summary in page.locator("summary").all():
            summary.click()
        visitor.require_accessible_in_both_schemes()


@on_every_screen
def test_the_first_page_of_a_team_is_accessible_too(
    house: House, visitors: Visitors, size: dict[str, int]
) -> None:
    cast = house.cast()
    house.open_a_wave(cast)
    visitor = visitors(size=size).sign_in(cast.lena)
    visitor.open(address(cast.payments))

    visitor.require_accessible_in_both_schemes()


def test_a_table_says_what_its_chart_says_and_no_more(house: House, visitors: Visitors) -> None:
    cast = house.cast()
    live_through_some_waves(house, cast)
    page = visitors().sign_in(cast.alice).open(address(cast.payments))
    panels = page.locator("article.dimension").all()

    assert len(panels) == 3
    for panel in panels:
        in_chart = panel.locator(".point title, .gap title").all_text_contents()
        in_table = [_said(row) for row in panel.locator("tbody tr").all()]
        assert sorted(in_chart) == sorted(in_table)


def _said(row: object) -> str:
    cells: list[str] = [cell.strip() for cell in row.locator("th, td").all_text_contents()]  # type: ignore[attr-defined] -- a Locator
    day, headline, span = cells[:3]
    if not span and headline == "Not shown separately here":
        return f"{day}: {headline}"
    return f"{day}: {headline}, {span}." if span else f"{day}: {headline}."


def test_a_leader_closes_the_loop_by_keyboard_and_without_scripts(house: House, visitors: Visitors) -> None:
    cast = house.cast()

    async def out() -> None:
        async with house.sessions.begin() as session:
            await publish(session, cast, {"PSY": 64.0, "CNF": 71.0, "FLW": 52.0})

    house.run(out())
    page = visitors(scripts=False).sign_in(cast.lena).open(address(cast.payments))

    page.get_by_role("link", name="Share with the team").press("Enter")
    page.get_by_label("Your words").fill("Thank you. I come back to it on Thursday.")
    page.get_by_role("button", name="Share with the team").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("each of them gets a message")

    page.get_by_role("button", name="Send “Read, thank you”").press("Enter")
    expect(page.get_by_text("The day named for an answer: Tuesday 10 March.")).to_be_visible()

    page.get_by_label("I promise").fill("I will talk to Alice")
    page.get_by_role("button", name="Promise this to the team").press("Enter")
    expect(page.get_by_label("I promise")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("I promise")).to_have_value("I will talk to Alice")
    page.get_by_label("I promise").fill("A written agenda before every planning meeting")
    page.get_by_role("button", name="Promise this to the team").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Promised")

    page.locator("summary", has_text="It is done").click()
    page.get_by_role("button", name="Mark as done").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("From the seventh day the team is asked")
    assert _steps(page) == ["taken", "taken", "taken", "taken", "taken", "next"]


def _steps(page: Page) -> list[str | None]:
    return [step.get_attribute("class") for step in page.locator(".steps li").all()]


def test_on_paper_there_are_figures_and_promises_and_no_controls(house: House, visitors: Visitors) -> None:
    cast = house.cast()
    live_through_some_waves(house, cast)
    page = visitors().sign_in(cast.lena).open(address(cast.payments))
    page.emulate_media(media="print")

    expect(page.locator("svg.trend").first).to_be_visible()
    expect(page.get_by_text("A second reviewer on Fridays", exact=True)).to_be_visible()
    for control in page.locator("form, button, .controls").all():
        expect(control).to_be_hidden()
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")
