"""What can be done about people: found an organisation, import a directory, sign in. No answer is here.

Of every token only the SHA-256 is stored.
"""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.audit.actions import record
from surveys.errors import Gone, Invalid, Missing
from surveys.people.directory_import import apply_import
from surveys.people.models import (
    GroupMember,
    Leadership,
    Membership,
    Organisation,
    Person,
    Role,
    SignIn,
    SignInLink,
)
from surveys.people.places import is_country, is_zone
from surveys.people.queries import token_digest

__all__ = [
    "apply_import",
    "erase_person",
    "found_organisation",
    "make_sign_in_link",
    "sign_in",
    "sign_out",
]

LINK_LASTS = timedelta(minutes=15)
SIGN_IN_LASTS = timedelta(days=14)  # from signing in, whatever happens meanwhile
TOKEN_BYTES = 32
ERASED_NAME = "Somebody who left"


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


async def make_sign_in_link(
    session: AsyncSession, person_id: UUID, *, by: UUID | None, now: datetime
) -> str:
    """Return the token of a new one-time link, which lasts 15 minutes. It is stored nowhere.

    The making is audited. Whoever calls this tells the person, by a delivery of kind `SIGN_IN`.

    Args:
        session: the edge's.
        person_id: who may sign in with it.
        by: who asked for it; None for the operator's shell.
        now: aware UTC.

    Raises:
        Missing: the person does not exist or is not active.
    """
    person = await session.get(Person, person_id)
    if person is None or not person.active:
        raise Missing("This person does not exist here.")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(
        SignInLink(token_hash=token_digest(token), person_id=person_id, expires_at=now + LINK_LASTS)
    )
    await record(
        session,
        organisation_id=person.organisation_id,
        action="sign_in_link.made",
        now=now,
        actor_id=by,
        subject=f"person:{person_id}",
    )
    return token


async def erase_person(session: AsyncSession, person_id: UUID, *, now: datetime) -> None:
    """Take a person's name, addresses, place and rights out of the directory, for good.

    What they promised as a leader stays, as somebody's who is not here any more; figures stay, because
    nobody can be found in them. The caller deletes what is open of them in a wave, first.

    Raises:
        Missing: there is no such person.
    """
    person = await session.get(Person, person_id)
    if person is None:
        raise Missing("This person does not exist here.")
    person.name, person.email = ERASED_NAME, f"{person_id}@erased.invalid"
    person.slack_id = person.country = None
    person.zone, person.locale, person.active = "UTC", "en", False
    for model in (GroupMember, Leadership, Membership, Role, SignIn, SignInLink):
        await session.execute(delete(model).where(model.person_id == person_id))
    await record(
        session,
        organisation_id=person.organisation_id,
        action="person.erased",
        now=now,
        subject=f"person:{person_id}",
    )


async def sign_in(session: AsyncSession, token: str, *, now: datetime) -> str:
    """Use up a link and return the token of a session that lasts 14 days.

    Raises:
        Gone: the link is used, too old or unknown, or the person left; all four read alike.
    """
    # Deleting is what uses the link up: of two requests with one token, only one gets the row.
    used = (
        await session.execute(
            delete(SignInLink)
            .where(SignInLink.token_hash == token_digest(token))
            .returning(SignInLink.person_id, SignInLink.expires_at)
            .execution_options(synchronize_session=False)
        )
    ).one_or_none()
    person = await session.get(Person, used.person_id) if used else None
    if used is None or used.expires_at <= now or person is None or not person.active:
        raise Gone("This link does not work any more. Ask for a new one; it comes within a minute.")
    fresh = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(SignIn(token_hash=token_digest(fresh), person_id=person.id, expires_at=now + SIGN_IN_LASTS))
    await session.flush()
    return fresh


async def sign_out(session: AsyncSession, token: str) -> None:
    """End the session of this token; one that has ended already stays so."""
    await session.execute(
        delete(SignIn)
        .where(SignIn.token_hash == token_digest(token))
        .execution_options(synchronize_session=False)
    )
