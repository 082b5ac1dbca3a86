"""a summary for the channel

Whether the summary of a closed board was posted to a channel, to which one and by whose press, so that it
is posted once.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "posted_summary",
        sa.Column("retrospective_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("with_topics", sa.Boolean(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(32), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("pressed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_posted_summary_person_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["retrospective_id"],
            ["retrospective.id"],
            name=op.f("fk_posted_summary_retrospective_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("retrospective_id", name=op.f("pk_posted_summary")),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("posted_summary")
