"""The fixed cast of the tests: one who leads a team, those on it, and an outsider who must see nothing.

Company      led by Carla
├── Product      led by Petra; Pia works in it directly
│   ├── Payments     led by Lena: Alice Bob Chen Dana Emil Fay Gus
│   └── Search       led by Sam: Sara Selma Sofia Sven Stan Suri
├── People       led by Hanna: Helen (HR), Hugo, Heidi
└── Warehouse    led by Olga: Oscar (the outsider) Omar Odil Orla Otis
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from surveys.database import Base
from surveys.people.models import Leadership, Membership, Organisation, Person, Role, RoleKind, Team
from surveys.people.queries import directory_of
from surveys.people.rules import Directory

SOME_TIME_AGO = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)  # a Monday, well before the tests' today
ZONE = "Europe/Berlin"


async def make_organisation(
    session: AsyncSession, name: str = "Example", *, zone: str = ZONE, country: str | None = "DE"
) -> Organisation:
    organisation = Organisation(name=name, zone=zone, country=country, created_at=SOME_TIME_AGO)
    session.add(organisation)
    await session.flush()
    return organisation


async def make_team(
    session: AsyncSession,
    organisation: Organisation,
    name: str,
    *,
    parent: Team | None = None,
    zone: str | None = None,
    country: str | None = None,
) -> Team:
    team = Team(
        organisation_id=organisation.id,
        name=name,
        parent_id=parent.id if parent else None,
        zone=zone,
        country=country,
    )
    session.add(team)
    await session.flush()
    return team


async def make_person(
    session: AsyncSession,
    organisation: Organisation,
    name: str,
    *,
    team: Team | None = None,
    leads: Iterable[Team] = (),
    zone: str = ZONE,
    country: str | None = "DE",
    locale: str = "en",
    slack_id: str | None = None,
    active: bool = True,
    since: datetime = SOME_TIME_AGO,
    hr: bool = False,
    views: Iterable[Team] = (),
) -> Person:
    """A person with the address `name@example.com` and, unless given, the Slack id `UNAME`."""
    person = _person(
        organisation, name, zone=zone, country=country, locale=locale, slack_id=slack_id, active=active
    )
    session.add(person)
    await session.flush()
    session.add_all(_offices(person, team=team, leads=leads, since=since, hr=hr, views=views))
    await session.flush()
    return person


def _person(
    organisation: Organisation,
    name: str,
    *,
    zone: str,
    country: str | None = "DE",
    locale: str = "en",
    slack_id: str | None = None,
    active: bool = True,
) -> Person:
    bare = "".join(letter for letter in name if letter.isalnum())
    return Person(
        id=uuid4(),
        organisation_id=organisation.id,
        email=f"{bare.lower()}@example.com",
        name=name,
        zone=zone,
        country=country,
        locale=locale,
        slack_id=slack_id or f"U{bare.upper()}",
        active=active,
    )


def _offices(
    person: Person,
    *,
    team: Team | None,
    leads: Iterable[Team] = (),
    since: datetime = SOME_TIME_AGO,
    hr: bool = False,
    views: Iterable[Team] = (),
) -> list[Base]:
    """What somebody is to teams and to the organisation."""
    ours = person.organisation_id
    found: list[Base] = [Leadership(team_id=led.id, person_id=person.id) for led in leads]
    if team is not None:
        found.append(Membership(person_id=person.id, team_id=team.id, since=since, until=None))
    if hr:
        found.append(Role(organisation_id=ours, person_id=person.id, kind=RoleKind.HR, team_id=None))
    found += [
        Role(organisation_id=ours, person_id=person.id, kind=RoleKind.VIEWER, team_id=seen.id)
        for seen in views
    ]
    return found


@dataclass(frozen=True, slots=True)
class Cast:
    """The organisation above, by name. `by_name` finds everybody."""

    organisation: Organisation
    company: Team
    product: Team
    payments: Team
    search: Team
    people: Team
    warehouse: Team
    by_name: dict[str, Person]

    @property
    def carla(self) -> Person:
        """Leads the root and is therefore asked nothing."""
        return self.by_name["Carla"]

    @property
    def petra(self) -> Person:
        """Leads Product, is asked in Company."""
        return self.by_name["Petra"]

    @property
    def lena(self) -> Person:
        """Leads Payments, is asked in Product."""
        return self.by_name["Lena"]

    @property
    def alice(self) -> Person:
        """A member of Payments."""
        return self.by_name["Alice"]

    @property
    def bob(self) -> Person:
        """Another member of Payments."""
        return self.by_name["Bob"]

    @property
    def helen(self) -> Person:
        """HR, in a team of three."""
        return self.by_name["Helen"]

    @property
    def oscar(self) -> Person:
        """The outsider: a member of Warehouse who must see nothing of Payments."""
        return self.by_name["Oscar"]

    def members_of(self, *names: str) -> list[Person]:
        return [self.by_name[name] for name in names]

    @property
    def payments_members(self) -> list[Person]:
        """The seven who are asked in Payments."""
        return self.members_of("Alice", "Bob", "Chen", "Dana", "Emil", "Fay", "Gus")

    @property
    def search_members(self) -> list[Person]:
        """The six who are asked in Search."""
        return self.members_of("Sara", "Selma", "Sofia", "Sven", "Stan", "Suri")

    async def directory(self, session: AsyncSession) -> Directory:
        return await directory_of(session, self.organisation.id)


async def make_cast(session: AsyncSession, *, name: str = "Example", zone: str = ZONE) -> Cast:
    """Write the organisation that stands in this module's head, without committing it."""
    organisation = await make_organisation(session, name, zone=zone)
    company = await make_team(session, organisation, "Company")
    product, people, warehouse = [
        await make_team(session, organisation, title, parent=company)
        for title in ("Product", "People", "Warehouse")
    ]
    payments, search = [
        await make_team(session, organisation, title, parent=product) for title in ("Payments", "Search")
    ]
    plan = (
        (company, "Carla", ()),
        (product, "Petra", ("Pia",)),
        (payments, "Lena", ("Alice", "Bob", "Chen", "Dana", "Emil", "Fay", "Gus")),
        (search, "Sam", ("Sara", "Selma", "Sofia", "Sven", "Stan", "Suri")),
        (people, "Hanna", ("Helen", "Hugo", "Heidi")),
        (warehouse, "Olga", ("Oscar", "Omar", "Odil", "Orla", "Otis")),
    )
    by_name: dict[str, Person] = {}
    offices: list[Base] = []
    for team, leader, members in plan:
        for one in (leader, *members):
            person = by_name[one] = _person(organisation, one, zone=zone)
            leads = [team] if one == leader else []
            offices += _offices(person, team=team, leads=leads, hr=one == "Helen")
    session.add_all(by_name.values())
    await session.flush()  # all at once: nearly every test writes these
    session.add_all(offices)
    await session.flush()
    return Cast(organisation, company, product, payments, search, people, warehouse, by_name)
