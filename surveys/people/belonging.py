"""Where somebody leads, be it a unit of the tree or a working group, as a part of statements."""

from uuid import UUID

from sqlalchemy import ColumnElement, SQLColumnExpression, exists, or_

from surveys.people.models import GroupMember, Leadership, WorkingGroup

Key = UUID | SQLColumnExpression[UUID]


def leads_there(team_id: Key, person_id: Key) -> ColumnElement[bool]:
    """Return the condition that a person leads a unit, or a working group that has not ended."""
    unit = exists().where(Leadership.team_id == team_id, Leadership.person_id == person_id)
    group = exists().where(
        GroupMember.team_id == team_id,
        GroupMember.person_id == person_id,
        GroupMember.leads,
        WorkingGroup.id == GroupMember.team_id,
        WorkingGroup.ended_at.is_(None),
    )
    return or_(unit, group)
