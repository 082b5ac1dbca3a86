"""repair plans, their promises and the looks at them

Leader and team agree on a few small steps after trust was hurt, and look at them after 30, 60 and 90 days.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "repair_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("leader_needs", sa.String(), nullable=False),
        sa.Column("team_needs", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("repaired", sa.Boolean(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agreed_by"], ["person.id"], name=op.f("fk_repair_plan_agreed_by")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_repair_plan_organisation_id")
        ),
        sa.ForeignKeyConstraint(["proposed_by"], ["person.id"], name=op.f("fk_repair_plan_proposed_by")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_repair_plan_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repair_plan")),
    )
    with op.batch_alter_table("repair_plan", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_repair_plan_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_repair_plan_team_id"), ["team_id"], unique=False)

    op.create_table(
        "repair_look",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(32), nullable=False),
        sa.Column("said_by", sa.Uuid(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["repair_plan.id"], name=op.f("fk_repair_look_plan_id")),
        sa.ForeignKeyConstraint(["said_by"], ["person.id"], name=op.f("fk_repair_look_said_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repair_look")),
        sa.UniqueConstraint("plan_id", "day", name=op.f("uq_repair_look_plan_id_day")),
    )
    op.create_table(
        "repair_promise",
        sa.Column("commitment_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commitment_id"],
            ["commitment.id"],
            name=op.f("fk_repair_promise_commitment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["repair_plan.id"], name=op.f("fk_repair_promise_plan_id")),
        sa.PrimaryKeyConstraint("commitment_id", name=op.f("pk_repair_promise")),
    )
    with op.batch_alter_table("repair_promise", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_repair_promise_plan_id"), ["plan_id"], unique=False)


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("repair_promise", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_repair_promise_plan_id"))

    op.drop_table("repair_promise")
    op.drop_table("repair_look")
    with op.batch_alter_table("repair_plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_repair_plan_team_id"))
        batch_op.drop_index(batch_op.f("ix_repair_plan_organisation_id"))

    op.drop_table("repair_plan")
