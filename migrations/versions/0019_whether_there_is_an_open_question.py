"""whether there is an open question

HR may leave the open question of a programme out. The programmes there are go on asking it.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    with op.batch_alter_table("programme") as batch:
        batch.add_column(sa.Column("open_question", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("programme") as batch:
        batch.alter_column("open_question", server_default=None)


def downgrade() -> None:
    """Drop the column."""
    with op.batch_alter_table("programme") as batch:
        batch.drop_column("open_question")
