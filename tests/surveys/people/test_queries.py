from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.database import limit_to
from surveys.errors import Missing
from surveys.people.models import Membership, SignIn
from surveys.people.queries import (
    branch_of,
    directory_of,
    outline_of,
    person_by_email,
    the_organisation,
    token_digest,
    viewer_by_sign_in,
    viewer_by_slack,
    viewer_of,
)
from surveys.people.rules import may_read
from tests.cast import SOME_TIME_AGO, make_cast, make_organisation, make_person, make_team
from tests.conftest import NOON


@contextmanager
def statements(session: AsyncSession) -> Iterator[list[str]]:
    """The statements sent while the block runs."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        sent.append(statement)

    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


@asynccontextmanager
async def steps(session: AsyncSession) -> AsyncIterator[list[None]]:
    """What SQLite does while the block runs: an entry for every hundred steps of its own."""
    done: list[None] = []
    sqlite = (await (await session.connection()).get_raw_connection()).driver_connection
    assert sqlite is not None
    await sqlite.set_progress_handler(lambda: done.append(None), 100)
    yield done
    await sqlite.set_progress_handler(None, 100)


class TestTheOrganisation:
    async def test_it_is_the_only_one(self, session: AsyncSession) -> None:
        only = await make_organisation(session)
        assert await the_organisation(session) is only

    async def test_none_is_told_with_the_remedy(self, session: AsyncSession) -> None:
        with pytest.raises(Missing, match="import people"):
            await the_organisation(session)

    async def test_several_have_to_be_named(self, session: AsyncSession) -> None:
        await make_organisation(session, "One")
        await make_organisation(session, "Two")
        with pytest.raises(Missing, match="several"):
            await the_organisation(session)


class TestDirectoryOf:
    async def test_it_holds_the_tree_the_people_and_who_leads(self, session: AsyncSession) -> None:
        cast = await make_cast(session)

        directory = await directory_of(session, cast.organisation.id)

        assert len(directory.people) == len(cast.by_name)
        assert directory.roots() == [cast.company.id]
        assert directory.leaders[cast.payments.id] == (cast.lena.id,)
        assert directory.asked_in(cast.alice.id) == cast.payments.id
        assert directory.asked_in(cast.lena.id) == cast.product.id
        assert directory.asked_in(cast.petra.id) == cast.company.id
        assert directory.asked_in(cast.carla.id) is None
        assert directory.people[cast.alice.id].since == SOME_TIME_AGO
        assert len(directory.rosters()[cast.payments.id]) == 7
        assert (directory.zone, directory.country) == ("Europe/Berlin", "DE")

    async def test_it_takes_the_same_few_queries_for_any_size(self, session: AsyncSession) -> None:
        cast = await make_cast(session)
        session.expunge_all()

        with statements(session) as sent:
            await directory_of(session, cast.organisation.id)

        assert len(sent) == 4

    @pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
    async def test_twice_as_many_people_and_teams_are_twice_the_work(self, session: AsyncSession) -> None:
        """SQLite once tried every person with every team. Its own steps are counted, not seconds."""
        work = []
        for name, size in (("Small", 60), ("Large", 120)):
            organisation = await make_organisation(session, name)
            for number in range(size):
                team = await make_team(session, organisation, f"{name} {number}")
                await make_person(session, organisation, f"{name} {number}", team=team, leads=[team])
            await session.flush()
            session.expunge_all()
            async with steps(session) as done:
                assert len((await directory_of(session, organisation.id)).leaders) == size
            work.append(len(done))

        assert work[1] < 3 * work[0], work

    async def test_an_ended_membership_does_not_count(self, session: AsyncSession) -> None:
        organisation = await make_organisation(session)
        old, new = [await make_team(session, organisation, name) for name in ("Old", "New")]
        ada = await make_person(session, organisation, "Ada", team=new)
        session.add(Membership(person_id=ada.id, team_id=old.id, since=SOME_TIME_AGO, until=NOON))
        await session.flush()

        directory = await directory_of(session, organisation.id)

        assert directory.people[ada.id].team_id == new.id

    async def test_an_inactive_leader_leads_nothing(self, session: AsyncSession) -> None:
        cast = await make_cast(session)
        cast.lena.active = False
        await session.flush()

        directory = await directory_of(session, cast.organisation.id)

        assert cast.payments.id not in directory.leaders

    async def test_it_does_not_reach_into_another_organisation(self, session: AsyncSession) -> None:
        ours = await make_cast(session, name="Ours")
        theirs = await make_cast(session, name="Theirs")

        directory = await directory_of(session, ours.organisation.id)
        assert set(directory.teams).isdisjoint({theirs.company.id, theirs.payments.id})
        assert theirs.alice.id not in directory.people

        session.expunge_all()
        limit_to(session, ours.organisation.id)
        with pytest.raises(Missing):
            await branch_of(session, theirs.payments.id)

    async def test_an_unknown_organisation_is_missing(self, session: AsyncSession) -> None:
        cast = await make_cast(session)
        with pytest.raises(Missing):
            await directory_of(session, cast.alice.id)


class TestBranchOf:
    async def test_it_holds_the_team_and_what_is_above_it(self, session: AsyncSession) -> None:
        cast = await make_cast(session)

        branch = await branch_of(session, cast.payments.id)

        assert set(branch.teams) == {cast.payments.id, cast.product.id, cast.company.id}
        assert branch.team_zone(cast.payments.id) == cast.lena.zone

    async def test_it_is_enough_to_decide_who_may_read(self, session: AsyncSession) -> None:
        cast = await make_cast(session)
        branch = await branch_of(session, cast.payments.id)

        reads = {
            person.name
            for person in cast.by_name.values()
            if may_read(
                await viewer_of(session, person.id), branch, cast.payments.id, leaders_read_below=False
            )
        }

        assert reads == {"Helen", "Lena", *(person.name for person in cast.payments_members)}


class TestViewers:
    async def test_a_leader_is_asked_above_and_reads_upwards(self, session: AsyncSession) -> None:
        cast = await make_cast(session)

        lena = await viewer_of(session, cast.lena.id)

        assert lena.leads == {cast.payments.id}
        assert lena.unit == cast.product.id
        assert lena.above == {cast.company.id}
        assert not lena.is_hr

    async def test_who_leads_two_levels_is_asked_above_the_upper(self, session: AsyncSession) -> None:
        organisation = await make_organisation(session)
        top = await make_team(session, organisation, "Top")
        middle = await make_team(session, organisation, "Middle", parent=top)
        low = await make_team(session, organisation, "Low", parent=middle)
        ada = await make_person(session, organisation, "Ada", team=low, leads=[low, middle])

        viewer = await viewer_of(session, ada.id)

        assert viewer.unit == top.id
        assert viewer.leads == {low.id, middle.id}
        assert (await directory_of(session, organisation.id)).asked_in(ada.id) == top.id

    async def test_roles_are_read(self, session: AsyncSession) -> None:
        cast = await make_cast(session)
        vera = await make_person(session, cast.organisation, "Vera", views=[cast.product])

        assert (await viewer_of(session, cast.helen.id)).is_hr
        assert (await viewer_of(session, vera.id)).granted == {cast.product.id}
        assert (await viewer_of(session, vera.id)).unit is None

    async def test_an_inactive_person_is_nobody(self, session: AsyncSession) -> None:
        cast = await make_cast(session)
        cast.bob.active = False
        await session.flush()

        assert await viewer_by_slack(session, "UBOB") is None
        with pytest.raises(Missing):
            await viewer_of(session, cast.bob.id)

    async def test_slack_knows_people_by_their_id(self, session: AsyncSession) -> None:
        cast = await make_cast(session)

        alice = await viewer_by_slack(session, "UALICE")

        assert alice is not None
        assert alice.person_id == cast.alice.id
        assert await viewer_by_slack(session, "UNOBODY") is None

    async def test_an_id_of_two_organisations_is_nobody_until_one_is_chosen(
        self, session: AsyncSession
    ) -> None:
        ours = await make_cast(session, name="Ours")
        await make_cast(session, name="Theirs")
        assert await viewer_by_slack(session, "UALICE") is None

        limit_to(session, ours.organisation.id)

        alice = await viewer_by_slack(session, "UALICE")
        assert alice is not None
        assert alice.person_id == ours.alice.id

    async def test_a_session_token_names_its_owner_until_it_expires(self, session: AsyncSession) -> None:
        cast = await make_cast(session)
        session.add(SignIn(token_hash=token_digest("secret"), person_id=cast.alice.id, expires_at=NOON))
        await session.flush()

        found = await viewer_by_sign_in(session, "secret", now=NOON - timedelta(seconds=1))

        assert found is not None
        assert found.person_id == cast.alice.id
        assert await viewer_by_sign_in(session, "secret", now=NOON) is None
        assert await viewer_by_sign_in(session, "wrong", now=NOON - timedelta(days=1)) is None

    async def test_a_person_is_found_by_any_spelling_of_the_address(self, session: AsyncSession) -> None:
        cast = await make_cast(session)
        assert await person_by_email(session, " Alice@Example.com ") is cast.alice
        assert await person_by_email(session, "nobody@example.com") is None


async def test_an_outline_counts_whom_the_directory_names(session: AsyncSession) -> None:
    cast = await make_cast(session)
    cast.alice.active = False
    cast.by_name["Bob"].slack_id = None
    await session.delete(
        await session.scalar(select(Membership).filter_by(person_id=cast.by_name["Gus"].id))
    )
    await session.flush()
    outline = await outline_of(session, cast.organisation.id)
    whole = await directory_of(session, cast.organisation.id)

    counted = {unit: each.people for unit, each in outline.members.items()}
    for unit, people in outline.directory.rosters().items():
        counted[unit] = counted.get(unit, 0) + len(people)
    assert counted == {unit: len(people) for unit, people in whole.rosters().items()}
    assert outline.inactive == {cast.payments.id: 1}
    assert outline.members[cast.payments.id].not_in_slack == sum(
        person.slack_id is None
        for person in whole.people.values()
        if person.team_id == cast.payments.id and person.active and not whole.led_by(person.id)
    )
    names = {person.name for person in outline.directory.people.values()}
    assert names == {"Carla", "Petra", "Lena", "Sam", "Hanna", "Olga", "Gus"}
