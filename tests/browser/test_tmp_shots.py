from surveys.commitments.groups import end_group
from surveys.commitments.topics import raise_topic
from surveys.commitments.models import TopicKind
from surveys.people.queries import viewer_of
from surveys.retrospectives.actions import start_retrospective
from surveys.retrospectives.rules import Plan
from tests.browser.test_groups import make_one
M = {"width": 375, "height": 740}
W = {"width": 1200, "height": 860}

def test_shots(house, visitors):
    cast = house.cast()
    out = "/tmp/gshots/"
    empty = visitors(size=W).sign_in(cast.petra).open("/groups")
    empty.screenshot(path=out + "list-empty-light.png", full_page=True)
    group = make_one(house, cast)
    async def more():
        async with house.sessions.begin() as s:
            await raise_topic(s, team_id=group, person_id=cast.lena.id, kind=TopicKind.OTHER, text="Reviews come too late to help anybody", now=house.clock())
            await start_retrospective(s, house.keys, team_id=group, started_by=cast.alice.id, plan=Plan("Outage of 12 February"), now=house.clock())
    house.run(more())
    for scheme in ("light", "dark"):
        for name, size in (("wide", W), ("375", M)):
            if scheme == "dark" and name == "wide":
                continue
            v = visitors(size=size, scheme=scheme).sign_in(cast.lena)
            page = v.open(f"/teams/{group}")
            page.screenshot(path=f"{out}leader-{name}-{scheme}.png", full_page=True)
    v = visitors(size=W, scheme="dark").sign_in(cast.lena)
    page = v.open(f"/teams/{group}")
    for summary in page.locator("#people summary").all():
        summary.click()
    page.screenshot(path=f"{out}leader-open-dark.png", full_page=True)
    page = v.open("/groups")
    page.fill("[name=name]", "Payments"); page.fill("[name=others]", "bob@example.com\nnobody@example.com")
    page.get_by_role("button", name="Make the group").click()
    page.screenshot(path=f"{out}list-error-dark.png", full_page=True)
    v = visitors(size=M).sign_in(cast.alice)
    v.open(f"/teams/{group}").screenshot(path=f"{out}member-375-light.png", full_page=True)
    v.open("/").screenshot(path=f"{out}home-375-light.png", full_page=True)
    v = visitors(size=W).sign_in(cast.lena)
    v.open("/").screenshot(path=f"{out}home-leader-light.png", full_page=True)
    v.open(f"/teams/{group}/retros").screenshot(path=f"{out}retros-light.png", full_page=True)
    v = visitors(size=M, scheme="dark").sign_in(cast.helen)
    v.open(f"/teams/{group}").screenshot(path=f"{out}hr-375-dark.png", full_page=True)
    v.open("/groups").screenshot(path=f"{out}hr-list-375-dark.png", full_page=True)
    async def end():
        from surveys.retrospectives.actions import close_retrospective
        from surveys.retrospectives.models import Retrospective
        from sqlalchemy import select
        async with house.sessions.begin() as s:
            board = (await s.scalars(select(Retrospective))).one()
            await close_retrospective(s, board.id, person_id=None, now=house.clock())
            await end_group(s, group, by=await viewer_of(s, cast.lena.id), now=house.clock())
    house.run(end())
    v = visitors(size=W).sign_in(cast.alice)
    v.open(f"/teams/{group}").screenshot(path=f"{out}ended-light.png", full_page=True)
    v.open("/groups").screenshot(path=f"{out}list-ended-light.png", full_page=True)
