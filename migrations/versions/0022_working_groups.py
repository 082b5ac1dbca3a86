"""working groups

A retrospective or a promise may belong to people of several teams. A working group stands in the table of
teams, so that everything that can belong to one can belong to the other; its members have a table of their
own, because a person reports to one team and may be in many groups.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two columns, without making the table anew, and the members."""
    # Not as a batch: that would make SQLite copy the table and drop the one that others refer to. For the
    # same reason the default stays.
    op.add_column("team", sa.Column("is_group", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("team", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "group_member",
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("leads", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_group_member_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.id"], name=op.f("fk_group_member_team_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("team_id", "person_id", name=op.f("pk_group_member")),
    )
    with op.batch_alter_table("group_member") as batch:
        batch.create_index(batch.f("ix_group_member_person_id"), ["person_id"], unique=False)


def downgrade() -> None:
    """Take them away. Groups would turn into teams above which there is none, so they have to be gone."""
    groups = op.get_bind().scalar(sa.text("SELECT count(*) FROM team WHERE is_group"))
    if groups:
        raise RuntimeError(
            "There are working groups. Older releases would ask them as teams; stay on this one."
        )
    with op.batch_alter_table("group_member") as batch:
        batch.drop_index(batch.f("ix_group_member_person_id"))
    op.drop_table("group_member")
    op.execute("ALTER TABLE team DROP COLUMN ended_at")
    op.execute("ALTER TABLE team DROP COLUMN is_group")
