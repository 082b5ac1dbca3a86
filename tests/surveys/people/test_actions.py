import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from surveys.audit.models import Entry
from surveys.errors import Gone, Invalid, Missing
from surveys.people.actions import (
    LINK_LASTS,
    found_organisation,
    make_sign_in_link,
    sign_in,
    sign_out,
)
from surveys.people.models import SignInLink
from surveys.people.queries import token_digest, viewer_by_sign_in
from tests.cast import make_cast, make_organisation, make_person
from tests.conftest import NOON


class TestFoundOrganisation:
    async def test_it_is_written_down_who_founded_what_and_when(self, session: AsyncSession) -> None:
        organisation = await found_organisation(
            session, name=" Ours ", zone="Asia/Tokyo", country="JP", now=NOON
        )

        entry = (await session.scalars(select(Entry))).one()
        assert (organisation.name, organisation.zone, organisation.country) == ("Ours", "Asia/Tokyo", "JP")
        assert (entry.action, entry.at, entry.organisation_id) == (
            "organisation.founded",
            NOON,
            organisation.id,
        )

    @pytest.mark.parametrize(
        ("name", "zone", "country", "field"),
        [
            (" ", "UTC", None, "name"),
            ("Ours", "Europe/Atlantis", None, "zone"),
            ("Ours", "UTC", "UK", "country"),
        ],
    )
    async def test_what_is_wrong_is_named(
        self, session: AsyncSession, name: str, zone: str, country: str | None, field: str
    ) -> None:
        with pytest.raises(Invalid) as refusal:
            await found_organisation(session, name=name, zone=zone, country=country, now=NOON)
        assert refusal.value.field == field


class TestSignIn:
    async def test_a_link_signs_its_person_in(self, session: AsyncSession) -> None:
        cast = await make_cast(session)

        link = await make_sign_in_link(session, cast.alice.id, by=None, now=NOON)
        token = await sign_in(session, link, now=NOON)

        viewer = await viewer_by_sign_in(session, token, now=NOON)
        assert viewer is not None
        assert viewer.person_id == cast.alice.id

    async def test_the_making_of_a_link_is_audited_without_its_token(self, session: AsyncSession) -> None:
        cast = await make_cast(session)

        token = await make_sign_in_link(session, cast.alice.id, by=cast.helen.id, now=NOON)

        entry = (await session.scalars(select(Entry))).one()
        assert entry.action == "sign_in_link.made"
        assert entry.actor_id == cast.helen.id
        assert entry.subject == f"person:{cast.alice.id}"
        assert token not in repr(vars(entry))

    async def test_only_hashes_are_stored(self, session: AsyncSession) -> None:
        cast = await make_cast(session)
        link = await make_sign_in_link(session, cast.alice.id, by=None, now=NOON)

        kept = (await session.scalars(select(SignInLink.token_hash))).one()

        assert kept == token_digest(link)
        assert link.encode() not in kept

    async def test_a_link_works_once(self, session: AsyncSession) -> None:
        cast = await make_cast(session)
        link = await make_sign_in_link(session, cast.alice.id, by=None, now=NOON)
        await sign_in(session, link, now=NOON)

        with pytest.raises(Gone):
            await sign_in(session, link, now=NOON)

    async def test_a_link_is_too_old_after_a_quarter_of_an_hour(self, session: AsyncSession) -> None:
        cast = await make_cast(session)
        fresh, stale = [await make_sign_in_link(session, cast.alice.id, by=None, now=NOON) for _ in "ab"]

        await sign_in(session, fresh, now=NOON + LINK_LASTS - timedelta(seconds=1))
        with pytest.raises(Gone):
            await sign_in(session, stale, now=NOON + LINK_LASTS)

    async def test_an_unknown_link_reads_like_a_used_one(self, session: AsyncSession) -> None:
        with pytest.raises(Gone, match="does not work any more"):
            await sign_in(session, "made up", now=NOON)

    async def test_who_left_cannot_sign_in(self, session: AsyncSession) -> None:
        cast = await make_cast(session)
        link = await make_sign_in_link(session, cast.alice.id, by=None, now=NOON)
        cast.alice.active = False

        with pytest.raises(Gone):
            await sign_in(session, link, now=NOON)
        with pytest.raises(Missing):
            await make_sign_in_link(session, cast.alice.id, by=None, now=NOON)

    async def test_who_signed_out_is_nobody(self, session: AsyncSession) -> None:
        cast = await make_cast(session)
        token = await sign_in(
            session, await make_sign_in_link(session, cast.alice.id, by=None, now=NOON), now=NOON
        )

        await sign_out(session, token)
        await sign_out(session, token)

        session.expunge_all()
        assert await viewer_by_sign_in(session, token, now=NOON) is None

    async def test_of_two_presses_at_once_one_signs_in(
        self, own_sessions: async_sessionmaker[AsyncSession]
    ) -> None:
        async with own_sessions.begin() as session:
            organisation = await make_organisation(session)
            ada = await make_person(session, organisation, "Ada")
            link = await make_sign_in_link(session, ada.id, by=None, now=NOON)

        async def press() -> str:
            async with own_sessions.begin() as session:
                return await sign_in(session, link, now=NOON)

        came = await asyncio.gather(press(), press(), return_exceptions=True)

        assert sorted(type(outcome).__name__ for outcome in came) == ["Gone", "str"]
