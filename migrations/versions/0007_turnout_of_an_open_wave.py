"""the turnout of an open wave, once a day

While a large wave is open, HR reads how many have answered, as one rounded figure. The rows go with the
roster.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "turnout",
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["wave.id"], name=op.f("fk_turnout_wave_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("wave_id", "day", name=op.f("pk_turnout")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("turnout")
