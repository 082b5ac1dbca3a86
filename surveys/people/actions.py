"""What can be done about people: found an organisation. No action here reads or writes an answer."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from surveys.audit.actions import record
from surveys.errors import Invalid
from surveys.people.models import Organisation
from surveys.people.places import is_country, is_zone


async def found_organisation(
    session: AsyncSession, *, name: str, zone: str, now: datetime, country: str | None = None
) -> Organisation:
    """Create an organisation, its zone and country being what teams without a leader go by.

    Raises:
        Invalid: no name, or a zone or country that is not known.
    """
    name = name.strip()
    if not name:
        raise Invalid("An organisation needs a name.", field="name")
    if not is_zone(zone):
        raise Invalid(
            '"{zone}" is not a time zone; use a name such as Europe/Berlin.', field="zone", zone=zone
        )
    if country is not None and not is_country(country):
        raise Invalid(
            '"{country}" is not a country code; use two capitals such as DE.',
            field="country",
            country=country,
        )
    organisation = Organisation(name=name, zone=zone, country=country, created_at=now)
    session.add(organisation)
    await session.flush()
    await record(
        session,
        organisation_id=organisation.id,
        action="organisation.founded",
        now=now,
        subject=f"organisation:{organisation.id}",
    )
    return organisation
