"""who spoke at a look

What the team says of a repair plan is the team's. Who said it for the team was stored and read by nobody,
so it is not stored any more; what was stored is deleted.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the column."""
    with op.batch_alter_table("repair_look") as batch:
        batch.drop_constraint(op.f("fk_repair_look_said_by"), type_="foreignkey")
        batch.drop_column("said_by")


def downgrade() -> None:
    """Make the column again; who spoke before is not known any more."""
    with op.batch_alter_table("repair_look") as batch:
        batch.add_column(sa.Column("said_by", sa.Uuid(), nullable=True))
        batch.create_foreign_key(op.f("fk_repair_look_said_by"), "person", ["said_by"], ["id"])
