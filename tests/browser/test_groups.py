"""The pages of working groups in a real browser: on the smallest screen, with every form open."""

from datetime import timedelta
from uuid import UUID

from surveys.commitments.actions import commit, mark_done
from surveys.people.groups import make_group
from surveys.people.queries import viewer_of
from tests.browser.conftest import PHONE, House, Visitors
from tests.cast import Cast

NAME = "Incident reviewers"
STEPS = ("Write each review within a week of the incident", "Read the reviews of the other teams")


def make_one(house: House, cast: Cast) -> UUID:
    """A group led by Lena, with one promise that is done, one that is open, and something to answer."""

    async def make() -> UUID:
        now = house.clock()
        async with house.sessions.begin() as session:
            group = await make_group(
                session,
                by=await viewer_of(session, cast.lena.id),
                name=NAME,
                leaders="lena@example.com",
                others="alice@example.com sara@example.com oscar@example.com",
                now=now - timedelta(days=20),
            )
            who = {"person_id": cast.lena.id, "now": now}
            for text in STEPS:
                mine = {"team_id": group.id, "owner_id": cast.lena.id, "wave_id": None}
                promise = await commit(session, **mine, text=text, due=None, now=now - timedelta(days=9))
            await mark_done(session, promise.id, **who)
            return group.id

    return house.run(make())


def test_the_pages_of_a_group_are_accessible_on_the_smallest_screen(
    house: House, visitors: Visitors
) -> None:
    cast = house.cast()
    group = make_one(house, cast)
    visitor = visitors(size=PHONE).sign_in(cast.lena)
    page = visitor.open(f"/teams/{group}")
    for summary in page.locator("summary").all():
        summary.click()
    visitor.require_accessible_in_both_schemes()

    page = visitor.open("/groups")
    page.fill("[name=name]", "Payments")
    page.get_by_role("button", name="Make the group").click()
    assert "has this name already" in page.inner_text("main")
    visitor.complaints.clear()  # Chromium says of every 422 that it is one
    visitor.require_accessible_in_both_schemes()
