"""a promise opened again remembers when it had been done

The team's word opens a promise again at the close, but members read that word only after the leader's head
start. Until then they must read the promise as it was.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; promises opened again before this have none and read as open at once."""
    with op.batch_alter_table("commitment") as table:
        table.add_column(sa.Column("done_before", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take it away."""
    with op.batch_alter_table("commitment") as table:
        table.drop_column("done_before")
