"""The change log. It imports no other slice, so subjects are plain identifiers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

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
