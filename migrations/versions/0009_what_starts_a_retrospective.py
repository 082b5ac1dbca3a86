"""what starts a retrospective

Projects of other tools belong to a team, tools may speak of projects that nobody has placed yet, and a
team may look back every so many weeks. A board remembers the step of which messages are planned; boards
that are open already bring none.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make three tables and a column."""
    op.create_table(
        "project",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("days_a_phase", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_project_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.id"], name=op.f("fk_project_team_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
        sa.UniqueConstraint("source", "name", name=op.f("uq_project_source_name")),
    )
    op.create_index(op.f("ix_project_organisation_id"), "project", ["organisation_id"])
    op.create_index(op.f("ix_project_team_id"), "project", ["team_id"])
    op.create_table(
        "unmapped_project",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_unmapped_project_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unmapped_project")),
        sa.UniqueConstraint(
            "organisation_id",
            "source",
            "name",
            name=op.f("uq_unmapped_project_organisation_id_source_name"),
        ),
    )
    op.create_index(op.f("ix_unmapped_project_organisation_id"), "unmapped_project", ["organisation_id"])
    op.create_table(
        "team_rhythm",
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("every_weeks", sa.Integer(), nullable=False),
        sa.Column("local_time", sa.Time(), nullable=False),
        sa.Column("days_a_phase", sa.Integer(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_team_rhythm_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.id"], name=op.f("fk_team_rhythm_team_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_team_rhythm")),
    )
    op.create_index(op.f("ix_team_rhythm_next_at"), "team_rhythm", ["next_at"])
    op.create_index(op.f("ix_team_rhythm_organisation_id"), "team_rhythm", ["organisation_id"])
    op.add_column("retrospective", sa.Column("announced", sa.String(32), nullable=True))
    op.execute("UPDATE retrospective SET announced = phase")


def downgrade() -> None:
    """Drop them."""
    op.drop_column("retrospective", "announced")
    for table in ("team_rhythm", "unmapped_project", "project"):
        op.drop_table(table)
