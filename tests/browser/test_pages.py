"""The pages of people who answer, read and set up, as a real browser shows them."""

import pytest

from jobs.count_loops import count_loops
from tests.browser.conftest import PHONE, WIDE, House, Visitors
from tests.service.test_loop_health import ten_more_teams_that_share

on_every_screen = pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])


@on_every_screen
def test_every_page_is_accessible_in_light_and_dark_and_on_a_phone(
    house: House, visitors: Visitors, size: dict[str, int]
) -> None:
    cast = house.cast()
    wave = house.open_a_wave(cast)

    stranger = visitors(size=size)
    for path in ("/sign-in", "/sign-in/some-token", "/how-private"):
        stranger.open(path)
        stranger.require_accessible_in_both_schemes()
    stranger.open(house.link_of(wave, cast.alice))
    stranger.page.locator("details[data-first-time][open]").wait_for()  # folded from the second time on
    stranger.page.get_by_text("All of it, and what could still give me away").click()
    stranger.require_accessible_in_both_schemes()
    stranger.open("/answer/thanks")
    stranger.require_accessible_in_both_schemes()
    stranger.open("/answer/undone")
    stranger.require_accessible_in_both_schemes()

    team = f"/teams/{cast.payments.id}"
    receipt = f"{team}/receipts/{wave.id}"
    for person, paths in (
        (cast.alice, ("/", "/how-private/for-me", f"{team}/record", receipt, f"{receipt}/mine")),
        (cast.lena, ("/",)),
        (cast.helen, ("/", "/coverage", "/loop-health", "/organisation")),
    ):
        visitor = visitors(size=size).sign_in(person)
        for path in paths:
            visitor.open(path)
            visitor.require_accessible_in_both_schemes()


@on_every_screen
def test_the_dots_of_ten_teams_are_accessible_too(
    house: House, visitors: Visitors, size: dict[str, int]
) -> None:
    cast = house.cast()
    house.run(ten_more_teams_that_share(house.sessions, cast, house.clock))
    house.run(count_loops(house.sessions, now=house.clock()))
    visitor = visitors(size=size).sign_in(cast.helen)

    visitor.open("/loop-health")

    assert visitor.page.locator("svg circle").count() == 24
    visitor.require_accessible_in_both_schemes()


def test_what_is_refused_is_a_page_too(house: House, visitors: Visitors) -> None:
    visitor = visitors()
    response = visitor.page.goto(house.address + "/nothing")

    assert response is not None
    assert response.status == 404
    visitor.complaints.clear()  # the browser itself notes the status
    visitor.require_accessible()


class TestAnswering:
    def test_it_works_without_a_script(self, house: House, visitors: Visitors) -> None:
        cast = house.cast()
        wave = house.open_a_wave(cast)
        visitor = visitors(scripts=False)
        page = visitor.open(house.link_of(wave, cast.alice))

        assert page.url == house.address + "/answer"
        questions = page.locator(".question")
        assert questions.count() == 6
        for number in range(6):
            questions.nth(number).get_by_label("Agree", exact=True).check()
        page.get_by_role("button", name="Hand in my answers").click()

        page.get_by_role("heading", name="Thank you. Your answers are in.").wait_for()
        page.get_by_role("link", name="Open the sheet again, blank").click()
        assert page.locator("input:checked").count() == 0

    def test_six_keys_and_enter_are_enough(self, house: House, visitors: Visitors) -> None:
        cast = house.cast()
        wave = house.open_a_wave(cast)
        page = visitors().open(house.link_of(wave, cast.alice))

        for key in "543210":
            page.keyboard.press(key)
        assert page.locator("input:checked").count() == 6
        page.keyboard.press("Enter")

        page.get_by_role("heading", name="Thank you. Your answers are in.").wait_for()

    def test_on_a_phone_one_statement_fills_the_screen_and_a_tap_goes_on(
        self, house: House, visitors: Visitors
    ) -> None:
        cast = house.cast()
        wave = house.open_a_wave(cast)
        visitor = visitors(size=PHONE, touch=True)
        page = visitor.open(house.link_of(wave, cast.alice))

        for number in range(1, 7):
            assert page.locator(".question:visible").count() == 1
            page.get_by_text(f"{number} of 6", exact=True).wait_for()
            page.locator(".question:visible .option").nth(3).tap()
        button = page.get_by_role("button", name="Hand in my answers")
        visitor.require_accessible()
        button.tap()

        page.get_by_role("heading", name="Thank you. Your answers are in.").wait_for()

    def test_going_back_on_a_phone_keeps_what_was_pressed(self, house: House, visitors: Visitors) -> None:
        cast = house.cast()
        wave = house.open_a_wave(cast)
        page = visitors(size=PHONE, touch=True).open(house.link_of(wave, cast.alice))

        page.locator(".question:visible .option").nth(4).tap()
        page.get_by_text("2 of 6", exact=True).wait_for()
        page.get_by_role("button", name="Back", exact=True).tap()

        page.get_by_text("1 of 6", exact=True).wait_for()
        assert page.locator(".question:visible input:checked").count() == 1

    def test_answers_can_be_taken_back(self, house: House, visitors: Visitors) -> None:
        cast = house.cast()
        wave = house.open_a_wave(cast)
        page = visitors().open(house.link_of(wave, cast.alice))

        page.get_by_role("button", name="Take my answers back").click()

        page.get_by_role("heading", name="Your answers are taken back.").wait_for()


class TestSigningIn:
    def test_the_first_tab_leads_past_the_header(self, house: House, visitors: Visitors) -> None:
        page = visitors().open("/sign-in")
        page.keyboard.press("Tab")

        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"

    def test_asking_for_a_link_and_leaving(self, house: House, visitors: Visitors) -> None:
        cast = house.cast()
        visitor = visitors()
        page = visitor.open("/sign-in")
        page.get_by_label("Your work address").fill("alice@example.com")
        page.get_by_role("button", name="Mail me a link").click()
        page.get_by_role("heading", name="Look into your mail").wait_for()

        visitor.sign_in(cast.alice).open("/")
        page.get_by_role("heading", name="Hello, Alice.").wait_for()
        page.get_by_role("button", name="Sign out").click()
        assert page.url == house.address + "/sign-in"
