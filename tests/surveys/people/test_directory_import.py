from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.audit.models import Entry
from surveys.errors import Invalid
from surveys.people.actions import apply_import, make_sign_in_link, sign_in
from surveys.people.directory_import import stored_directory
from surveys.people.directory_plan import Plan, plan_import
from surveys.people.directory_rows import PersonRow
from surveys.people.models import Membership, Organisation, SignIn
from surveys.people.queries import directory_of, person_by_email, viewer_of
from tests.cast import make_organisation
from tests.conftest import NOON

LATER = NOON + timedelta(days=1)


def row(name: str, team: str, parent: str = "", **cells: str) -> PersonRow:
    cells = {"leads": "", "slack_id": f"U{name.upper()}", "role": "", "zone": "", **cells}
    return PersonRow(
        line=2, email=f"{name.lower()}@x.org", name=name, team=team, parent_team=parent, **cells
    )


FILE = [
    row("Carla", "Company", leads="yes"),
    row("Lena", "Payments", "Company", leads="yes", zone="Asia/Tokyo"),
    row("Alice", "Payments", "Company"),
    row("Bob", "Payments", "Company"),
    row("Helen", "Company", role="hr"),
]


async def take(
    session: AsyncSession, organisation: Organisation, rows: Sequence[PersonRow], *, late: bool = False
) -> Plan:
    plan = plan_import(rows, await stored_directory(session, organisation))
    await apply_import(session, organisation, plan, now=LATER if late else NOON)
    return plan


@pytest.fixture
async def organisation(session: AsyncSession) -> Organisation:
    return await make_organisation(session)


async def actions(session: AsyncSession) -> list[str]:
    return sorted(await session.scalars(select(Entry.action)))


class TestApplyImport:
    async def test_the_tree_stands_as_the_file_says(
        self, session: AsyncSession, organisation: Organisation
    ) -> None:
        await take(session, organisation, FILE)

        directory = await directory_of(session, organisation.id)
        by_name = {person.name: person for person in directory.people.values()}
        payments = next(team for team in directory.teams.values() if team.name == "Payments")
        assert directory.asked_in(by_name["Lena"].id) == payments.parent_id
        assert directory.asked_in(by_name["Alice"].id) == payments.id
        assert directory.team_zone(payments.id) == "Asia/Tokyo"
        assert by_name["Alice"].since == NOON
        assert (await viewer_of(session, by_name["Helen"].id)).is_hr

    async def test_importing_twice_changes_nothing(
        self, session: AsyncSession, organisation: Organisation
    ) -> None:
        await take(session, organisation, FILE)
        before = await actions(session)

        plan = await take(session, organisation, FILE, late=True)

        assert plan.is_empty
        assert await actions(session) == before
        assert await session.scalar(select(func.count()).select_from(Membership)) == len(FILE)

    async def test_a_move_ends_one_membership_and_begins_another(
        self, session: AsyncSession, organisation: Organisation
    ) -> None:
        await take(session, organisation, FILE)
        moved = [row("Bob", "Company") if one.name == "Bob" else one for one in FILE]

        await take(session, organisation, moved, late=True)

        bob = await person_by_email(session, "bob@x.org")
        assert bob is not None
        history = await session.execute(
            select(Membership.since, Membership.until)
            .where(Membership.person_id == bob.id)
            .order_by(Membership.since)
        )
        assert [tuple(one) for one in history] == [(NOON, LATER), (LATER, None)]
        assert "person.moved" in await actions(session)

    async def test_who_left_is_signed_out_and_kept_for_old_promises(
        self, session: AsyncSession, organisation: Organisation
    ) -> None:
        await take(session, organisation, FILE)
        lena = await person_by_email(session, "lena@x.org")
        assert lena is not None
        await sign_in(session, await make_sign_in_link(session, lena.id, by=None, now=NOON), now=NOON)

        await take(session, organisation, [one for one in FILE if one.name != "Lena"], late=True)

        directory = await directory_of(session, organisation.id)
        assert not directory.people[lena.id].active
        assert directory.people[lena.id].team_id is None
        assert not directory.led_by(lena.id)
        assert await session.scalar(select(func.count()).select_from(SignIn)) == 0
        assert "person.deactivated" in await actions(session)

    async def test_who_returns_is_active_again(
        self, session: AsyncSession, organisation: Organisation
    ) -> None:
        for rows in (FILE, [one for one in FILE if one.name != "Bob"], FILE):
            await take(session, organisation, rows)
        bob = await person_by_email(session, "bob@x.org")
        assert bob is not None
        assert (await viewer_of(session, bob.id)).unit is not None

    async def test_two_people_can_swap_their_slack_ids(
        self, session: AsyncSession, organisation: Organisation
    ) -> None:
        await take(session, organisation, FILE)
        swap = {"Alice": "UBOB", "Bob": "UALICE"}
        swapped = [
            row(one.name, one.team, one.parent_team or "", slack_id=swap[one.name])
            if one.name in swap
            else one
            for one in FILE
        ]

        await take(session, organisation, swapped, late=True)

        people = (await directory_of(session, organisation.id)).people.values()
        assert {one.name: one.slack_id for one in people if one.name in swap} == swap

    async def test_a_team_moves_with_everything_below_it(
        self, session: AsyncSession, organisation: Organisation
    ) -> None:
        await take(session, organisation, FILE)
        product = row("Petra", "Product", "Company", leads="yes")
        moved = [
            row(one.name, one.team, "Product", leads=one.leads or "", zone=one.zone or "")
            if one.team == "Payments"
            else one
            for one in FILE
        ]

        plan = await take(session, organisation, [*moved, product], late=True)

        assert plan.moved_teams == {"Payments": "Product"}
        directory = await directory_of(session, organisation.id)
        names = {team.name: team.id for team in directory.teams.values()}
        assert directory.ancestors(names["Payments"]) == [names["Product"], names["Company"]]

    async def test_roles_come_and_go_and_are_written_down(
        self, session: AsyncSession, organisation: Organisation
    ) -> None:
        await take(session, organisation, FILE)
        other = [
            row(one.name, one.team, one.parent_team or "", role="viewer:Payments")
            if one.name == "Helen"
            else one
            for one in FILE
        ]

        await take(session, organisation, other, late=True)

        helen = await person_by_email(session, "helen@x.org")
        assert helen is not None
        viewer = await viewer_of(session, helen.id)
        assert not viewer.is_hr
        assert len(viewer.granted) == 1
        assert {"role.granted", "role.withdrawn"} <= set(await actions(session))

    async def test_the_log_counts_what_was_imported_and_names_nobody(
        self, session: AsyncSession, organisation: Organisation
    ) -> None:
        await take(session, organisation, FILE)
        entry = (await session.scalars(select(Entry).where(Entry.action == "people.imported"))).one()
        assert entry.details is not None
        assert (entry.details["added"], entry.details["new_teams"]) == (5, 2)
        assert not [one.name for one in FILE if one.name in repr(entry.details)]

    async def test_a_plan_with_problems_is_not_applied(
        self, session: AsyncSession, organisation: Organisation
    ) -> None:
        with pytest.raises(Invalid):
            await take(session, organisation, [row("Ada", "South", zone="Nowhere")])
        assert (await directory_of(session, organisation.id)).people == {}
