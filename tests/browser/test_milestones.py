"""The pages on which is settled what starts a retrospective."""

from datetime import date, time

from surveys.milestones.actions import place_project, set_rhythm
from surveys.milestones.models import UnmappedProject
from surveys.milestones.rules import Placement, Rhythm, Source
from tests.browser.conftest import PHONE, House, Visitors
from tests.cast import Cast


def fill(house: House, cast: Cast) -> None:
    async def make() -> None:
        async with house.sessions.begin() as session:
            await set_rhythm(
                session,
                cast.payments.id,
                Rhythm("Sprint", 2, date(2026, 3, 6), time(14), 1),
                by=cast.lena.id,
                now=house.clock(),
            )
            for name, days in (("octo-org/checkout", 1), ("octo-org/a-repository-with-a-long-name", 0)):
                await place_project(
                    session,
                    Placement(Source.GITHUB, name, cast.payments.id, days),
                    organisation_id=cast.organisation.id,
                    by=cast.lena.id,
                    may_move=False,
                    now=house.clock(),
                )
            session.add(
                UnmappedProject(
                    organisation_id=cast.organisation.id,
                    source=Source.JIRA,
                    name="shop.atlassian.net/10002",
                    last_on=date(2026, 3, 2),
                )
            )

    house.run(make())


def test_leaders_and_hr_settle_what_starts_a_retrospective_on_wide_and_small_screens(
    house: House, visitors: Visitors
) -> None:
    cast = house.cast()
    fill(house, cast)
    for person, path in ((cast.lena, f"/teams/{cast.payments.id}/milestones"), (cast.helen, "/milestones")):
        wide = visitors().sign_in(person)
        wide.open(path)
        wide.require_accessible_in_both_schemes()
        phone = visitors(size=PHONE).sign_in(person)
        phone.open(path)
        phone.require_accessible()

    page = visitors().sign_in(cast.helen).open("/milestones")
    page.get_by_label("Team of shop.atlassian.net/10002").select_option("Search")
    page.get_by_role("button", name="Belongs to it").click()
    assert page.get_by_text("Nothing that a tool reported is without a team.").is_visible()
    assert page.get_by_text("shop.atlassian.net/10002 → Search").is_visible()
