"""parts of a board

A board has a template that says in which parts a team looks back. Boards there are have the three parts.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    with op.batch_alter_table("retrospective") as batch:
        batch.add_column(sa.Column("template", sa.String(32), nullable=False, server_default="three_parts"))
    with op.batch_alter_table("retrospective") as batch:
        batch.alter_column("template", server_default=None)


def downgrade() -> None:
    """Drop the column."""
    with op.batch_alter_table("retrospective") as batch:
        batch.drop_column("template")
