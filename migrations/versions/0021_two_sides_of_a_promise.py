"""two sides of a promise

Where the team says "not yet" a second time, leader and team each leave one note beside the promise.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "side_note",
        sa.Column("commitment_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(32), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["commitment_id"],
            ["commitment.id"],
            name=op.f("fk_side_note_commitment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_side_note_person_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("commitment_id", "side", name=op.f("pk_side_note")),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("side_note")
