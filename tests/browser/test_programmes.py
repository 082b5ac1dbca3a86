"""HR's programmes in a real browser: with scripts the dates follow the form, without them a button does."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, WIDE, House, Scheme, Visitors


@pytest.mark.parametrize(
    ("scheme", "size"), [("light", WIDE), ("dark", PHONE)], ids=["light", "dark-phone"]
)
def test_list_and_editor_are_accessible(
    house: House, visitors: Visitors, scheme: Scheme, size: dict[str, int]
) -> None:
    helen = visitors(scheme=scheme, size=size).sign_in(house.cast().helen)

    for path in ("/programmes", "/programmes/new"):
        helen.open(path)
        helen.require_accessible()


def test_the_dates_follow_the_form_before_anything_is_kept(house: House, visitors: Visitors) -> None:
    helen = visitors().sign_in(house.cast().helen)
    page = helen.open("/programmes/new")
    dates = page.locator("#dates")
    expect(dates).to_contain_text("Every 4 weeks on Tuesday")
    expect(page.locator(".optional-dimensions")).to_be_hidden()

    page.get_by_label("How often").select_option("1")
    page.locator("[name=window_count]").fill("3")
    expect(dates).to_contain_text("Every week on Tuesday")
    expect(dates).to_contain_text("6 units ask fewer than 8 people each.")
    page.get_by_label("Light").check()
    expect(page.locator(".optional-dimensions")).to_be_visible()

    page.get_by_label("Name", exact=True).fill("Weekly light")
    page.get_by_role("button", name="Add this programme").click()
    expect(page.get_by_role("heading", name="Weekly light")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Every week on Tuesday, 10:00")
