"""The change log and the reading log. They import no other slice, so subjects are plain identifiers."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from surveys.audit.rules import LookedAs
from surveys.database import Base, Scoped, random_id


class Entry(Scoped, Base):
    """One change, by whom and when."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_organisation_id_at", "organisation_id", "at"),)

    id: Mapped[UUID] = random_id()
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]  # None: the operator's shell, or the clock
    action: Mapped[str]  # e.g. "sign_in_link.made", "programme.changed", "people.imported"
    subject: Mapped[str | None]  # what it was done to: "person:<id>", "programme:<id>"
    details: Mapped[dict[str, Any] | None]


class Reading(Scoped, Base):
    """Somebody who is not asked in a unit looked at its figures on a day. Members' visits are not here.

    One row a person, unit, role and day, and no hour. Deleted after `rules.READINGS_KEPT_DAYS`.
    """

    __tablename__ = "reading"

    team_id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True, index=True)  # where the unit is
    looked_as: Mapped[LookedAs] = mapped_column(primary_key=True)
    mark: Mapped[str] = mapped_column(primary_key=True)  # see rules.mark_of; tells two people apart
