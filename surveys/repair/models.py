"""A repair plan, the promises that belong to it and what was said at each look."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveys.database import Base, Scoped, random_id
from surveys.repair.rules import LookWord

__all__ = ["LookWord", "RepairLook", "RepairPlan", "RepairPromise"]


class RepairPlan(Scoped, Base):
    """What happened in words of process, what each side needs, and when both agreed.

    Absent on purpose: whose fault it was, and how anybody voted. Somebody of the team says for the team
    that it agrees, after it was talked about; their name stands beside it.
    """

    __tablename__ = "repair_plan"

    id: Mapped[UUID] = random_id()
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), index=True)
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    what: Mapped[str]
    leader_needs: Mapped[str]
    team_needs: Mapped[str]
    proposed_at: Mapped[datetime]
    agreed_at: Mapped[datetime | None]
    agreed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    repaired: Mapped[bool] = mapped_column(default=False)  # said at the end, after two full cycles


class RepairPromise(Base):
    """A promise that belongs to a plan."""

    __tablename__ = "repair_promise"

    commitment_id: Mapped[UUID] = mapped_column(
        ForeignKey("commitment.id", ondelete="CASCADE"), primary_key=True
    )
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("repair_plan.id"), index=True)


class RepairLook(Base):
    """What the team said of a plan after 30, 60 or 90 days: it moves, or it is too early to say.

    Absent on purpose: who said it for the team. The word is the team's.
    """

    __tablename__ = "repair_look"
    __table_args__ = (UniqueConstraint("plan_id", "day"),)

    id: Mapped[UUID] = random_id()
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("repair_plan.id"))
    day: Mapped[int]
    word: Mapped[LookWord]
    said_at: Mapped[datetime]
