"""Pages in a large organisation: what they read does not grow with it, and long lists come in parts."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import event, select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from benchmarks.invented import invent
from surveys.commitments.leading import names_around
from surveys.people.models import Leadership, Person, Role, RoleKind, Team
from surveys.people.readers import asked_in
from tests.service.conftest import SignedIn

GROWING = {
    "sqlite": {"person", "membership", "team", "leadership"},
    "postgresql": {"person", "membership"},  # to read a thousand teams is the cheaper way there, and right
}


async def led_in(sessions: async_sessionmaker[AsyncSession], people: int) -> tuple[UUID, Person]:
    """A team in an organisation of so many people, and who leads it."""
    await invent(sessions, people)
    async with sessions.begin() as session:
        await session.execute(text("ANALYZE"))
        found = await session.execute(
            select(Team.id, Person)
            .join(Leadership, Leadership.team_id == Team.id)
            .join(Person, Person.id == Leadership.person_id)
            .order_by(Team.name.desc())
            .limit(1)
        )
        team_id, leader = found.one()
        return team_id, leader


@contextmanager
def asked_of(session: AsyncSession) -> Iterator[list[tuple[str, object]]]:
    """What the database is asked while the block runs, with the values."""
    sent: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, values: object, *_more: object) -> None:
        sent.append((statement, values))

    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


async def read_from_end_to_end(session: AsyncSession, asked: list[tuple[str, object]]) -> set[str]:
    """Which of the tables that grow with the organisation these questions read as a whole."""
    connection = await session.connection()
    dialect = connection.dialect.name
    explain = "EXPLAIN QUERY PLAN " if dialect == "sqlite" else "EXPLAIN "
    found = set()
    for statement, values in asked:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            plan = await connection.exec_driver_sql(explain + statement, values)  # type: ignore[arg-type] -- as sent
            for step in plan:
                words = str(step[-1]).split()
                where = words.index("on") if "Seq" in words else 0 if words[0] == "SCAN" else None
                if where is not None and words[where + 1] in GROWING[dialect]:
                    found.add(f"{words[where + 1]}: {statement}")
    return found


async def test_the_page_of_a_team_reads_no_table_of_people_or_teams_as_a_whole(
    sessions: async_sessionmaker[AsyncSession], signed_in: SignedIn
) -> None:
    team_id, leader = await led_in(sessions, 8_000)
    browser = await signed_in(leader)

    async with sessions() as session:
        with asked_of(session) as asked:
            shown = await browser.get(f"/teams/{team_id}")
            await names_around(session, team_id)
            await asked_in(session, leader.organisation_id, team_id)

        assert shown.status_code == 200
        assert await read_from_end_to_end(session, asked) == set()


async def test_hr_finds_a_unit_among_more_than_a_start_page_can_show(
    sessions: async_sessionmaker[AsyncSession], signed_in: SignedIn
) -> None:
    team_id, leader = await led_in(sessions, 2_400)
    async with sessions.begin() as session:
        session.add(Role(organisation_id=leader.organisation_id, person_id=leader.id, kind=RoleKind.HR))
        name = await session.scalar(select(Team.name).where(Team.id == team_id))
        count = len((await session.scalars(select(Team.id))).all())
    browser = await signed_in(leader)

    home = (await browser.get("/")).text
    assert 'href="/units"' in home
    assert home.count('href="/teams/') < 20
    first = (await browser.get("/units")).text
    assert first.count('href="/teams/') == 200
    assert 'rel="next" href="/units?find=&amp;part=2"' in first
    last = (await browser.get("/units?part=999")).text
    assert f"Part {-(-count // 200)} of" in last
    assert 'rel="next"' not in last
    found = (await browser.get("/units", params={"find": f" {name} "})).text
    assert f'href="/teams/{team_id}"' in found
    coverage = (await browser.get("/coverage", params={"find": name})).text
    assert f'href="/teams/{team_id}"' in coverage
    assert coverage.count('href="/teams/') < 200
    nothing = (await browser.get("/units", params={"find": "<b>none</b>"})).text
    assert "0 have “&lt;b&gt;none&lt;/b&gt;” in their names." in nothing
    assert 'href="/teams/' not in nothing
