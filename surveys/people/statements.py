"""Statements that nearly every page asks, each put together once.

Putting one together costs more than what the database does for it.
"""

from functools import cache
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import aliased

from surveys.people.models import (
    GroupMember,
    Leadership,
    Membership,
    Organisation,
    Person,
    Role,
    SignIn,
    Team,
    WorkingGroup,
)

Rows = Select[*tuple[Any, ...]]
TEAM_NODE = (Team.id, Team.name, Team.parent_id, Team.zone, Team.country, Team.is_group)
SOMEBODY = (
    Person.id,
    Person.email,
    Person.name,
    Person.zone,
    Person.country,
    Person.locale,
    Person.slack_id,
    Person.active,
    Membership.team_id,
    Membership.since,
)
# Zone and country, which is the organisation's where somebody has none of their own.
WHERE_SOMEBODY_IS = (Person.zone, func.coalesce(Person.country, Organisation.country))
IS_MEMBER = (Membership.person_id == Person.id) & Membership.until.is_(None)


def team_rows() -> Rows:
    """Units of the tree, columns in the order of `TeamNode`. No working group is among them."""
    return select(*TEAM_NODE)


def person_rows() -> Rows:
    """Columns in the order of `Somebody`, with the membership that has not ended."""
    return select(*SOMEBODY).outerjoin(Membership, IS_MEMBER)


def where_people_are() -> Rows:
    """Zone and country of people, to be narrowed; whoever has no country has the organisation's."""
    return select(*WHERE_SOMEBODY_IS).join(Organisation, Organisation.id == Person.organisation_id)


@cache
def signed_in() -> Rows:
    """Who has the session of `token_hash` at `now`, with their offices."""
    person = select(SignIn.person_id).where(
        SignIn.token_hash == bindparam("token_hash"), SignIn.expires_at > bindparam("now")
    )
    return _with_offices().where(Person.id == person.scalar_subquery())


@cache
def known_in_slack() -> Rows:
    """Who has the Slack id `slack_id`, with their offices."""
    return _with_offices().where(Person.slack_id == bindparam("slack_id"))


@cache
def with_this_id() -> Rows:
    """Who has the id `person_id`, with their offices."""
    return _with_offices().where(Person.id == bindparam("person_id"))


def _with_offices() -> Rows:
    """People with their organisation, a row for each team led, role and working group."""
    return (
        person_rows()
        .add_columns(
            Person.organisation_id,
            Leadership.team_id.label("leads"),
            Role.kind.label("role"),
            Role.team_id.label("granted"),
            GroupMember.team_id.label("in_group"),
            (GroupMember.leads & WorkingGroup.ended_at.is_(None)).label("leads_group"),
        )
        .outerjoin(Leadership, Leadership.person_id == Person.id)
        .outerjoin(Role, Role.person_id == Person.id)
        .outerjoin(GroupMember, GroupMember.person_id == Person.id)
        .outerjoin(WorkingGroup, WorkingGroup.id == GroupMember.team_id)
    )


@cache
def upward() -> Rows:
    """The units `team_ids` and all above them."""
    above = _and_above()
    return select(*_node_of(above)).order_by(above.c.name, above.c.id)


@cache
def branch() -> Rows:
    """The units `team_ids` and all above them, a row for each active leader; with their organisation."""
    above = _and_above()
    return (
        select(*_node_of(above))
        .add_columns(*SOMEBODY, Organisation.id, Organisation.zone, Organisation.country)
        .join(Organisation, Organisation.id == above.c.organisation_id)
        .outerjoin(Leadership, Leadership.team_id == above.c.id)
        .outerjoin(Person, (Person.id == Leadership.person_id) & Person.active)
        .outerjoin(Membership, IS_MEMBER)
        .order_by(above.c.name, above.c.id, Person.name, Person.id)
    )


@cache
def branch_of_group() -> Rows:
    """The same of one working group, `team_id`, above which there is nothing."""
    return (
        select(
            WorkingGroup.id,
            WorkingGroup.name,
            WorkingGroup.parent_id,
            WorkingGroup.zone,
            WorkingGroup.country,
            WorkingGroup.is_group,
            *SOMEBODY,
            Organisation.id,
            Organisation.zone,
            Organisation.country,
        )
        .join(Organisation, Organisation.id == WorkingGroup.organisation_id)
        .outerjoin(GroupMember, (GroupMember.team_id == WorkingGroup.id) & GroupMember.leads)
        .outerjoin(Person, (Person.id == GroupMember.person_id) & Person.active)
        .outerjoin(Membership, IS_MEMBER)
        .where(WorkingGroup.id == bindparam("team_id"))
        .order_by(Person.name, Person.id)
    )


def _and_above() -> CTE:
    """The units `team_ids` and all above them, with what a `TeamNode` needs and their organisation.

    Everything is carried upwards. To join ids to `team` again, a database that cannot know how few they
    are reads the whole table.
    """
    lowest = Team.id.in_(bindparam("team_ids", expanding=True))
    below = select(*TEAM_NODE, Team.organisation_id).where(lowest).cte("upward", recursive=True)
    upper = aliased(Team)
    carried = [getattr(upper, column.key) for column in (*TEAM_NODE, Team.organisation_id)]
    # UNION drops what was seen already, so even a damaged tree ends.
    return below.union(select(*carried).join(below, upper.id == below.c.parent_id))


def _node_of(units: CTE) -> list[ColumnElement[Any]]:
    return [units.c[column.key] for column in TEAM_NODE]
