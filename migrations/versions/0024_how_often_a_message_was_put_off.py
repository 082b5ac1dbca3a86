"""how often a message was put off

That a message waits until day stood as a mark where a channel's code of failure stands. It is counted in a
column of its own now.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

MARKS = {"put_off": 1, "put_off_again": 2}
delivery = sa.table("delivery", sa.column("error", sa.String), sa.column("times_put_off", sa.Integer))


def upgrade() -> None:
    """Make the column and count the marks, which then are gone."""
    with op.batch_alter_table("delivery") as batch:
        batch.add_column(sa.Column("times_put_off", sa.Integer(), nullable=False, server_default="0"))
    for mark, times in MARKS.items():
        marked = delivery.update().where(delivery.c.error == mark)
        op.execute(marked.values(times_put_off=times, error=None))
    with op.batch_alter_table("delivery") as batch:
        batch.alter_column("times_put_off", server_default=None)


def downgrade() -> None:
    """Write the marks again and drop the column."""
    for mark, times in MARKS.items():
        op.execute(delivery.update().where(delivery.c.times_put_off == times).values(error=mark))
    with op.batch_alter_table("delivery") as batch:
        batch.drop_column("times_put_off")
