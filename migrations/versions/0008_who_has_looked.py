"""who has looked at a unit's figures, by role and day

Nothing is known of the time before: nobody's visits were noted.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KINDS = ("leader", "leader_above", "hr", "viewer", "operator")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "reading",
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "looked_as", sa.Enum(*KINDS, name="lookedas", native_enum=False, length=32), nullable=False
        ),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_reading_organisation_id")
        ),
        sa.PrimaryKeyConstraint("team_id", "day", "looked_as", "mark", name=op.f("pk_reading")),
    )
    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reading_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reading_day"), ["day"], unique=False)


def downgrade() -> None:
    """Drop it."""
    op.drop_table("reading")
