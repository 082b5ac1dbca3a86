"""The page of one working group. It stands at the address of a unit's page, so every link to one works."""

from datetime import datetime
from uuid import UUID

from litestar.response import Response
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.language import Translator
from integrations.loop_words import DECISIONS, FROM
from service.rendering import Page
from service.views.done import IN_A_GROUP
from service.views.groups import GroupPage, group_forms
from service.views.loop import loop_page
from service.views.retro_page import retro_list
from service.views.team_forms import FormState, Returned, team_forms
from surveys.commitments.loop import LoopState
from surveys.commitments.queries import loop_of
from surveys.commitments.rules import TopicKind
from surveys.errors import not_here
from surveys.people.groups_read import Group, group_of
from surveys.people.rules import LEADERS_A_TEAM, Viewer
from surveys.retrospectives.queries import retrospectives_of
from surveys.zones import local_date

ELSEWHERE = (TopicKind.RETRO, TopicKind.OTHER)  # where something is brought up in a group


async def show_group(
    session: AsyncSession,
    viewer: Viewer,
    page: Page,
    team_id: UUID,
    *,
    now: datetime,
    done: str = "",
    returned: Returned | None = None,
) -> Response[str]:
    """Return the page of a working group: all of it to who belongs to it, its people alone to HR.

    Raises:
        Missing: there is no such group, or not for this reader; both read alike.
    """
    group = await group_of(session, team_id) if team_id in viewer.groups or viewer.is_hr else None
    if group is None or group.organisation_id != viewer.organisation_id:
        raise not_here()
    loop = await loop_of(session, group.id, now=now, for_leader=group.id in viewer.leads_groups)
    today = local_date(now, loop.zone)
    shown = await _group_page(session, viewer, page.language, group, loop)
    return page(
        "groups/group.html",
        status=422 if returned else 200,
        team=shown,
        in_group=True,
        forms=team_forms(today, viewer.person_id, returned),
        manage=group_forms(group.name, returned),
        owners=[(one.id, one.name) for one in group.leaders],
        me=viewer.person_id,
        most_leaders=LEADERS_A_TEAM,
        retros_here=shown.belongs,
        today=today.isoformat(),
        decisions=[(code.value, page.language.say(name)) for code, name in DECISIONS],
        topic_kinds=[(code.value, page.language.say(FROM[code])) for code in ELSEWHERE],
        repair_promises=frozenset[UUID](),
        done=page.language.say(IN_A_GROUP[done]) if done in IN_A_GROUP else "",
    )


async def _group_page(
    session: AsyncSession, viewer: Viewer, language: Translator, group: Group, loop: LoopState
) -> GroupPage:
    belongs, leads = group.id in viewer.groups, group.id in viewer.leads_groups
    return GroupPage(
        team_id=group.id,
        name=group.name,
        people=group.people,
        ended_at=group.ended_at,
        belongs=belongs,
        is_leader=leads,
        may_change=(leads or viewer.is_hr) and group.ended_at is None,
        loop=loop_page(loop, language, zone=viewer.zone, is_leader=leads),
        retros=retro_list(await retrospectives_of(session, group.id)) if belongs else (),
    )


def came_back(kind: str, typed: dict[str, str], field: str, sentence: str) -> Returned:
    """Return a form about the group itself that could not be accepted, with what was typed."""
    return Returned(kind, FormState(typed, {field: sentence}))
