"""Every state of a board for whoever uses other means than eyes and a mouse."""

from itertools import product

from playwright.sync_api import Page, expect
from sqlalchemy import select

from surveys.commitments.steps import agree_to_step, propose_step
from surveys.retrospectives.actions import close_retrospective, move_on, start_retrospective
from surveys.retrospectives.grouping import move_card
from surveys.retrospectives.models import Card, Retrospective
from surveys.retrospectives.rules import Pace, Phase, Plan, Template
from surveys.retrospectives.templates import parts_of
from tests.boards import write_card
from tests.browser.conftest import House, Visitor, Visitors
from tests.cast import Cast

MOST_TABS = 80
PARTS = parts_of(Template.THREE_PARTS)
STEPS = (Phase.LOOK_BACK, Phase.WRITE, Phase.GROUP, Phase.VOTE, Phase.DISCUSS, Phase.CLOSED)


def start(house: House, cast: Cast, pace: Pace) -> Retrospective:
    async def make() -> Retrospective:
        async with house.sessions.begin() as session:
            plan = Plan("Release 4", pace=pace)
            return await start_retrospective(
                session,
                house.keys,
                team_id=cast.payments.id,
                started_by=cast.alice.id,
                plan=plan,
                now=house.clock(),
            )

    return house.run(make())


def fill(house: House, cast: Cast, board: Retrospective, phase: Phase) -> None:
    """Put on a board what people put on it at this step."""

    async def write() -> None:
        async with house.sessions.begin() as session:
            now, by = house.clock(), cast.bob.id
            if phase is Phase.WRITE:
                for column, number in product(PARTS, range(2)):
                    text = f"Card {number} of {column.value}, a sentence of the usual length"
                    await write_card(session, house.keys, board.id, by, text, column)
            elif phase is Phase.GROUP:
                found = select(Card.id).filter_by(retrospective_id=board.id, part=PARTS[0])
                one, other = (await session.scalars(found)).all()
                await move_card(session, board.id, person_id=by, card_id=one, onto=other)
            elif phase is Phase.DISCUSS:
                for text in ("Rehearse each release", "Write the list down"):
                    step = await propose_step(
                        session, board.id, person_id=by, text=text, owner_id=by, due=now.date(), now=now
                    )
                await agree_to_step(session, board.id, step_id=step.id, person_id=by, now=now)

    house.run(write())


def go_on(house: House, cast: Cast, board: Retrospective, phase: Phase) -> None:
    async def move() -> None:
        async with house.sessions.begin() as session:
            who, now = cast.alice.id, house.clock()
            if phase is Phase.DISCUSS:
                await close_retrospective(session, board.id, person_id=who, now=now)
            else:
                await move_on(session, house.keys, board.id, leaving=phase, person_id=who, now=now)

    house.run(move())


def test_every_step_of_a_board_is_accessible_to_members_and_to_who_leads_through_it(
    house: House, visitors: Visitors
) -> None:
    cast = house.cast()
    facilitator, member = visitors().sign_in(cast.alice), visitors(scheme="dark").sign_in(cast.bob)
    for pace, full in ((Pace.LIVE, True), (Pace.OVER_DAYS, False)):
        board = start(house, cast, pace)
        for phase in STEPS:
            if full:
                fill(house, cast, board, phase)
            for visitor in (facilitator, member):
                look(visitor, board, phase)
            if phase is not Phase.CLOSED:
                leave(facilitator)
                leave(member)
                go_on(house, cast, board, phase)


def look(visitor: Visitor, board: Retrospective, phase: Phase) -> None:
    visitor.open(f"/retros/{board.id}")
    if phase is not Phase.CLOSED:
        expect(visitor.page.locator(f"#retro[data-phase={phase.value}]")).to_have_count(1)
    visitor.require_accessible()


def leave(visitor: Visitor) -> None:
    """Open no page, so that none draws itself anew while it is looked at."""
    visitor.page.goto("about:blank")


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is on something, and see it there, as somebody without a mouse does."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"nobody sees that {selector} has the focus"
            return
    raise AssertionError(f"no way by Tab to {selector}")


def test_cards_are_grouped_named_and_voted_for_with_the_keyboard_alone(
    house: House, visitors: Visitors
) -> None:
    cast = house.cast()
    board = start(house, cast, Pace.LIVE)
    go_on(house, cast, board, Phase.LOOK_BACK)
    fill(house, cast, board, Phase.WRITE)
    go_on(house, cast, board, Phase.WRITE)
    page = visitors().sign_in(cast.bob).open(f"/retros/{board.id}")

    tab_to(page, ".move-link")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("[data-group] [data-card]")).to_have_count(2)
    assert page.evaluate("document.activeElement.matches('[data-group] .move-link')")  # not lost
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")  # and thought better of it
    expect(page.locator("#moving")).to_be_hidden()
    page.locator("h1").click()  # back to the top
    tab_to(page, ".group-name input")
    page.keyboard.type("Practice")
    with page.expect_response("**/groups/*"):
        page.keyboard.press("Enter")

    go_on(house, cast, board, Phase.GROUP)
    expect(page.get_by_role("heading", name="Practice")).to_be_visible()
    for _ in range(2):
        page.locator("h1").click()
        tab_to(page, "button[aria-label^='One more vote']")
        with page.expect_response("**/votes"):
            page.keyboard.press("Enter")
    expect(page.get_by_text("1 of 3 votes left")).to_be_visible()
