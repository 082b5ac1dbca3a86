"""Organisations, people, teams and roles. Who answered anything is not here, nor anywhere."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from surveys.database import Base, Scoped, random_id
from surveys.people.rules import RoleKind

__all__ = [
    "GroupMember",
    "Installation",
    "Leadership",
    "Membership",
    "Organisation",
    "Person",
    "Role",
    "RoleKind",
    "SignIn",
    "SignInLink",
    "Team",
    "TeamOrGroup",
    "WorkingGroup",
]

# Which column says of which class a row is, and what it says there.
TOLD_APART_BY: Mapping[str, Any] = {"polymorphic_on": "is_group"}
UNIT: Mapping[str, Any] = {"polymorphic_identity": False}
# A group found as a `TeamOrGroup` is loaded whole: nothing can be fetched later, outside of an `await`.
GROUP: Mapping[str, Any] = {"polymorphic_identity": True, "polymorphic_load": "inline"}


class Installation(Base):
    """This database itself: one row. The marker of its key folder names the same id.

    Whoever points two databases at one key folder, or one database at the folder of another, is refused
    before a key can be touched.
    """

    __tablename__ = "installation"

    id: Mapped[UUID] = random_id()
    made_at: Mapped[datetime]


class Organisation(Base):
    """One employer. `minimum_group` is k: no figure stands for fewer people."""

    __tablename__ = "organisation"

    id: Mapped[UUID] = random_id()
    name: Mapped[str]
    zone: Mapped[str] = mapped_column(default="UTC")
    country: Mapped[str | None]  # ISO 3166-1 alpha-2, for public holidays
    locale: Mapped[str] = mapped_column(default="en")
    minimum_group: Mapped[int] = mapped_column(default=5)
    leaders_read_below: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class Person(Scoped, Base):
    """Someone on the directory. An inactive person is kept for old promises and asked nothing."""

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("organisation_id", "email"),
        UniqueConstraint("organisation_id", "slack_id"),
    )

    id: Mapped[UUID] = random_id()
    email: Mapped[str]  # lower case
    name: Mapped[str]
    zone: Mapped[str]  # IANA name
    country: Mapped[str | None]
    locale: Mapped[str]
    slack_id: Mapped[str | None] = mapped_column(index=True)
    active: Mapped[bool] = mapped_column(default=True)


class TeamOrGroup(Scoped, Base):
    """Whatever promises are made to and boards belong to: a unit of the tree, or a working group.

    A query about `Team` finds units of the tree only, by construction: the mapper adds the condition. So
    whatever counts, asks, imports or publishes cannot meet a working group unless it names this class.
    """

    __tablename__ = "team"
    __table_args__ = (UniqueConstraint("organisation_id", "name"),)
    __mapper_args__ = TOLD_APART_BY

    id: Mapped[UUID] = random_id()
    name: Mapped[str]
    is_group: Mapped[bool] = mapped_column(server_default=false())
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("team.id"), index=True)
    zone: Mapped[str | None]
    country: Mapped[str | None]


class Team(TeamOrGroup):
    """A unit of the tree. Zone and country are the leader's unless set here."""

    __mapper_args__ = UNIT


class WorkingGroup(TeamOrGroup):
    """People of any teams who look back and promise together. No pulse asks it; no figure is about it."""

    __mapper_args__ = GROUP

    ended_at: Mapped[datetime | None]


class GroupMember(Base):
    """A person belongs to a working group, or leads it too; in as many as they like, one or two lead each.

    That somebody leads a group is not a `Leadership`: those decide in which unit a person is asked.
    """

    __tablename__ = "group_member"

    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    leads: Mapped[bool]
    since: Mapped[datetime]


class Leadership(Base):
    """A person leads a team; at most two do."""

    __tablename__ = "leadership"

    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Membership(Base):
    """A person's reporting team, as a history written on change only: one row without `until` each."""

    __tablename__ = "membership"
    __table_args__ = (
        Index(
            "uq_membership_current",
            "person_id",
            unique=True,
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
    )

    id: Mapped[UUID] = random_id()
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), index=True)
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class Role(Scoped, Base):
    """HR for the organisation, or a viewer of one unit."""

    __tablename__ = "role"
    __table_args__ = (UniqueConstraint("person_id", "kind", "team_id"),)

    id: Mapped[UUID] = random_id()
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    kind: Mapped[RoleKind] = mapped_column(default=RoleKind.HR)
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("team.id"))


class SignInLink(Base):
    """A one-time link. Only the SHA-256 of its token is kept; no GET ever uses it up."""

    __tablename__ = "sign_in_link"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime]


class SignIn(Base):
    """A signed-in browser. The cookie holds the token, this row its SHA-256."""

    __tablename__ = "sign_in"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
