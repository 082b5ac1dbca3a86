"""what is known over all pools, and no more histograms of single pools

Figures that were published before stay as they are. Sums of items that pools stored already are added
up, so that the difficulty of items is known from the first publication after this one.

Revision ID: 0006
Revises: 0005
"""

import json
from collections import defaultdict

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pooled = op.create_table(
        "pooled",
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("dimension", sa.String(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("difficulties", sa.JSON(), nullable=False),
        sa.Column("noise", sa.JSON(), nullable=False),
        sa.Column("noise_scale", sa.Double(), nullable=False),
        sa.Column("shape", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["wave.id"], name=op.f("fk_pooled_wave_id_wave"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("wave_id", "dimension", name=op.f("pk_pooled")),
    )
    found = _added_up(op.get_bind())
    if found:
        op.bulk_insert(pooled, found)
    with op.batch_alter_table("pool", schema=None) as batch_op:
        batch_op.drop_column("histograms")


def _added_up(connection: sa.Connection) -> list[dict[str, object]]:
    """Return one row a wave and dimension with the sums of all its pools."""
    pool = sa.table(
        "pool",
        sa.column("wave_id", sa.Uuid()),
        sa.column("dimension", sa.String()),
        sa.column("n", sa.Integer()),
        sa.column("item_sums", sa.JSON()),
    )
    sums: dict[tuple[object, str], dict[str, list[float]]] = defaultdict(dict)
    for wave_id, dimension, n, item_sums in connection.execute(sa.select(*pool.columns)):
        known = json.loads(item_sums) if isinstance(item_sums, str) else item_sums
        for code, total in known.items():
            answers, scores, pools = sums[wave_id, dimension].get(code, [0, 0.0, 0])
            sums[wave_id, dimension][code] = [answers + n, scores + total, pools + 1]
    return [
        {
            "wave_id": wave_id,
            "dimension": dimension,
            "items": items,
            "difficulties": {},
            "noise": {"squares": 0.0, "pairs": 0, "teams": 0},
            "noise_scale": 1.0,
            "shape": None,
        }
        for (wave_id, dimension), items in sums.items()
    ]


def downgrade() -> None:
    with op.batch_alter_table("pool", schema=None) as batch_op:
        batch_op.add_column(sa.Column("histograms", sa.JSON(), nullable=True))
    op.drop_table("pooled")
