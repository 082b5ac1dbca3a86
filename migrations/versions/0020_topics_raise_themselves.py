"""topics raise themselves

The day by which the leader answers stands with each topic: mailboxes and boards bring up topics between
two pulses, and one press names a day for all that wait.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("topic", sa.Column("answer_by", sa.Date(), nullable=True))


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("topic", schema=None) as batch_op:
        batch_op.drop_column("answer_by")
