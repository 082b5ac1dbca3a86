"""said in a retrospective

What a team said aloud about earlier steps and about promises too few answered about, and who noted it.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "step_look",
        sa.Column("retrospective_id", sa.Uuid(), nullable=False),
        sa.Column("commitment_id", sa.Uuid(), nullable=False),
        sa.Column("said", sa.String(32), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["commitment_id"],
            ["commitment.id"],
            name=op.f("fk_step_look_commitment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_step_look_person_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["retrospective_id"],
            ["retrospective.id"],
            name=op.f("fk_step_look_retrospective_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("retrospective_id", "commitment_id", name=op.f("pk_step_look")),
    )
    op.create_index(op.f("ix_step_look_commitment_id"), "step_look", ["commitment_id"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("step_look")
