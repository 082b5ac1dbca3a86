"""steps as issues

Which agreed step became which issue of another tool, and the last change of it that was heard.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "step_issue",
        sa.Column("commitment_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("issue", sa.String(), nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commitment_id"],
            ["commitment.id"],
            name=op.f("fk_step_issue_commitment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_step_issue_organisation_id")
        ),
        sa.PrimaryKeyConstraint("commitment_id", name=op.f("pk_step_issue")),
    )
    op.create_index("ix_step_issue_issue", "step_issue", ["source", "project", "issue"], unique=True)
    op.create_index(op.f("ix_step_issue_organisation_id"), "step_issue", ["organisation_id"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("step_issue")
