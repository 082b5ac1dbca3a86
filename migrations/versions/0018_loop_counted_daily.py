"""the loop counted once a day, and works agreements

HR reads a count of the day, so that no press of one leader shows at once; late counts by team exist only
while a works agreement is in force.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ORGANISATION = ("organisation_id", "organisation.id")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "loop_count",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        _reference("loop_count", *ORGANISATION),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_loop_count")),
    )
    op.create_table(
        "works_agreement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        _reference("works_agreement", *ORGANISATION),
        _reference("works_agreement", "recorded_by", "person.id"),
        _reference("works_agreement", "ended_by", "person.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_works_agreement")),
    )
    op.create_index(op.f("ix_works_agreement_organisation_id"), "works_agreement", ["organisation_id"])
    op.create_index(
        "ix_works_agreement_in_force",
        "works_agreement",
        ["organisation_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "late_count",
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("unshared", sa.Integer(), nullable=False),
        sa.Column("promises", sa.Integer(), nullable=False),
        sa.Column("topics", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        _reference("late_count", *ORGANISATION),
        _reference("late_count", "team_id", "team.id"),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_late_count")),
    )
    op.create_index(op.f("ix_late_count_organisation_id"), "late_count", ["organisation_id"])


def downgrade() -> None:
    """Drop the tables; the day is counted again by whatever version runs next."""
    op.drop_table("late_count")
    op.drop_table("works_agreement")
    op.drop_table("loop_count")


def _reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))
