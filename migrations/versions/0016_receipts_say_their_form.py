"""receipts say in which form their text was written, so that old ones stay checkable when it changes

Texts from before are of the first form, which did not name itself.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what is there is of form 1."""
    with op.batch_alter_table("receipt_text") as table:
        table.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("receipt_text") as table:
        table.alter_column("version", server_default=None)


def downgrade() -> None:
    """Drop it; texts of later forms cannot be checked any more."""
    with op.batch_alter_table("receipt_text") as table:
        table.drop_column("version")
