"""Who is asked in a unit today, and who else can open its results: as the roster and the rules decide."""

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from surveys.people.models import Leadership
from surveys.people.readers import asked_in, readers_of
from tests.cast import make_cast, make_person


async def test_readers_are_leaders_hr_and_whom_hr_let_read(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions.begin() as session:
        cast = await make_cast(session)
        await make_person(session, cast.organisation, "Vera", views=[cast.product, cast.payments])
        await make_person(session, cast.organisation, "Old", hr=True, active=False)
        payments = await readers_of(session, cast.payments.id)
        product = await readers_of(session, cast.product.id)

    assert (payments.leaders, payments.hr, payments.viewers) == (("Lena",), ("Helen",), 1)
    assert (payments.has_below, payments.leaders_above) == (False, 2)
    assert (product.leaders, product.viewers, product.has_below) == (("Petra",), 1, True)


async def test_who_is_asked_is_found_as_the_roster_finds_it(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions.begin() as session:
        cast = await make_cast(session)
        # Petra leads Product and a team below it: she is asked above the highest.
        session.add(Leadership(team_id=cast.search.id, person_id=cast.petra.id))
        await session.flush()
        rosters = (await cast.directory(session)).rosters()
        for team in (cast.company, cast.product, cast.payments, cast.search, cast.people):
            found = await asked_in(session, cast.organisation.id, team.id)
            assert {one.id for one in found} == set(rosters[team.id]), team.name
