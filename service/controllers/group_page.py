"""The page of one working group. It stands at the address of a unit's page, so every link to one works."""

from uuid import UUID

from litestar.response import Response
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.language import Translator
from service.controllers.forms import Reader
from service.views.done import IN_A_GROUP, place_of
from service.views.groups import GroupPage, group_forms
from service.views.loop import loop_page
from service.views.retro_page import retro_list
from service.views.team_forms import FormState, Returned, loop_forms
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
    reader: Reader,
    team_id: UUID,
    *,
    done: str = "",
    returned: Returned | None = None,
) -> Response[str]:
    """Return the page of a working group: all of it to who belongs to it, its people alone to HR.

    Raises:
        Missing: there is no such group, or not for this reader; both read alike.
    """
    viewer, language = reader.viewer, reader.page.language
    group = await group_of(session, team_id) if team_id in viewer.groups or viewer.is_hr else None
    if group is None or group.organisation_id != viewer.organisation_id:
        raise not_here()
    loop = await loop_of(session, group.id, now=reader.now, for_leader=group.id in viewer.leads_groups)
    today = local_date(reader.now, loop.zone)
    shown = await _group_page(session, viewer, language, group, loop)
    return reader.page(
        "groups/group.html",
        status=422 if returned else 200,
        team=shown,
        in_group=True,
        manage=group_forms(group.name, returned),
        most_leaders=LEADERS_A_TEAM,
        retros_here=shown.belongs,
        repair_promises=frozenset[UUID](),
        done=language.say(IN_A_GROUP[done]) if done in IN_A_GROUP else "",
        done_in=place_of(done),
        **loop_forms(
            language,
            today=today,
            me=viewer.person_id,
            owners=[(one.id, one.name) for one in group.leaders],
            kinds=ELSEWHERE,
            returned=returned,
        ),
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
