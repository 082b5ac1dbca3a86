"""a key folder knows its database

Two databases pointed at one key folder would take each other's keys for left-overs. The random id made here
is written into the marker of the folder by `kept migrate`, and every start compares the two.

Revision ID: 0002
Revises: 0001
"""

from datetime import UTC, datetime
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table with its one row."""
    installation = op.create_table(
        "installation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.bulk_insert(installation, [{"id": uuid4(), "made_at": datetime.now(UTC)}])


def downgrade() -> None:
    """Drop it; a folder that names the id is refused until it is taken again."""
    op.drop_table("installation")
