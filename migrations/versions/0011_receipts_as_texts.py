"""a receipt for each unit, so that everybody can recompute what they are shown

Fingerprints of waves that were published before are taken away: they were over the figures of all units
together, so that in a small organisation somebody could have tried what a unit is shown that is not theirs.

Revision ID: 0011
Revises: 0010
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "receipt_text",
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("random", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_receipt_text_team_id")),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["wave.id"], name=op.f("fk_receipt_text_wave_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("wave_id", "team_id", name=op.f("pk_receipt_text")),
    )
    connection = op.get_bind()
    wave = sa.table("wave", sa.column("id", sa.Uuid()), sa.column("receipt", sa.JSON()))
    found = connection.execute(sa.select(wave.c.id, wave.c.receipt)).all()
    for wave_id, stored in found:
        receipt = json.loads(stored) if isinstance(stored, str) else stored
        if receipt and receipt.pop("sha256", None) is not None:
            connection.execute(wave.update().where(wave.c.id == wave_id).values(receipt=receipt))


def downgrade() -> None:
    """Drop it."""
    op.drop_table("receipt_text")
