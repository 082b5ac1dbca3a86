"""Two people at one board, each in a browser of their own."""

from playwright.sync_api import Page, expect

from surveys.people.models import Person
from surveys.retrospectives.actions import start_retrospective
from surveys.retrospectives.rules import Plan
from tests.browser.conftest import House, Visitor, Visitors
from tests.cast import Cast


def start_board(house: House, cast: Cast, by: Person) -> str:
    """Start a board for Payments and return its path."""

    async def make() -> str:
        async with house.sessions.begin() as session:
            board = await start_retrospective(
                session,
                house.keys,
                team_id=cast.payments.id,
                started_by=by.id,
                plan=Plan("Release 4"),
                now=house.clock(),
            )
            return f"/retros/{board.id}"

    return house.run(make())


def write(page: Page, part: str, text: str) -> None:
    page.get_by_role("textbox", name=part, exact=True).fill(text)
    page.locator("form.draft", has=page.get_by_role("textbox", name=part, exact=True)).get_by_role(
        "button", name="Add card"
    ).click()
    expect(page.get_by_role("list", name=f"Your cards: {part}").locator(".card-text")).to_contain_text(
        [text]
    )


def press(visitor: Visitor, name: str) -> None:
    visitor.page.get_by_role("button", name=name).click()


def see_the_note_in_the_margin(page: Page) -> None:
    draft = page.get_by_role("textbox", name="What to improve", exact=True)
    draft.fill("Bob never runs the tests")
    expect(page.get_by_text("next time [step]")).to_be_visible(timeout=60_000)
    draft.fill("")


def test_two_people_write_reveal_group_by_keyboard_vote_and_agree_and_one_of_them_reconnects(
    house: House, visitors: Visitors
) -> None:
    cast = house.cast()
    path = start_board(house, cast, cast.alice)
    alice, bob = visitors().sign_in(cast.alice), visitors().sign_in(cast.bob)
    alice.open(path)
    bob.open(path)
    expect(alice.page.locator("#here")).to_contain_text("Bob")
    alice.require_accessible()

    press(alice, "Begin to write")
    expect(bob.page.get_by_role("heading", name="What went well")).to_be_visible()
    see_the_note_in_the_margin(alice.page)
    write(alice.page, "What went well", "Staging matched production")
    write(bob.page, "What went well", "The rehearsal showed the missing step")
    write(bob.page, "Thanks", "Chen, for the late evening")
    expect(alice.page.get_by_text("rehearsal")).to_have_count(0)
    bob.require_accessible()

    press(alice, "Show all cards")
    expect(bob.page.get_by_text("Staging matched production").first).to_be_visible()
    bob.require_accessible()
    card = bob.page.locator("[data-card]", has_text="rehearsal")
    card.get_by_role("link", name="Move").press("Enter")
    bob.page.keyboard.press("ArrowDown")
    bob.page.keyboard.press("Enter")
    expect(alice.page.locator("[data-group] [data-card]")).to_have_count(2)
    name = alice.page.get_by_role("textbox", name="Name of this group")
    name.fill("Practice")
    name.press("Enter")
    expect(bob.page.get_by_role("textbox", name="Name of this group")).to_have_value("Practice")

    bob.context.set_offline(True)
    press(alice, "Begin to vote")
    bob.context.set_offline(False)
    expect(bob.page.get_by_text("3 of 3 votes left")).to_be_visible(timeout=20_000)
    more = bob.page.get_by_role("button", name="One more vote")
    with bob.page.expect_response("**/votes"):
        more.click()
        more.click()
    expect(bob.page.get_by_text("1 of 3 votes left")).to_be_visible()
    alice.require_accessible()

    press(alice, "Count the votes")
    expect(alice.page.get_by_text("2 votes")).to_be_visible()
    alice.page.get_by_label("What, in one line and without names").fill("Rehearse each release")
    alice.page.get_by_label("Who").select_option("Bob")
    press(alice, "Write it down")
    press(bob, "I will do this")
    expect(alice.page.get_by_text("agreed, and promised")).to_be_visible()
    alice.require_accessible()

    press(alice, "Close the retrospective")
    expect(bob.page.get_by_role("heading", name="Agreed steps")).to_be_visible()
    expect(bob.page.get_by_text("Rehearse each release")).to_be_visible()
    bob.complaints.clear()  # it was offline for a while, and said so
    bob.require_accessible()
