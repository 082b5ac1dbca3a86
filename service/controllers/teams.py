"""The page of one unit: the same published figures for everyone who may read them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from litestar import Controller, get
from litestar.params import FromPath
from litestar.response import Response
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.wording.loop import FROM
from service.controllers.forms import Reader
from service.controllers.group_page import show_group
from service.dependencies import CurrentPage, CurrentViewer, Now, Requested, Session
from service.reading_log import note_after
from service.security import requires_sign_in
from service.views.done import DONE, place_of
from service.views.leading import Leading, leading_view
from service.views.team_forms import Returned, loop_forms
from service.views.team_notes import who_reads_shared_words
from service.views.team_page import Roster, TeamPage, team_page
from service.views.team_words import TeamWords, team_words
from service.views.who_looked import DAYS_ON_THE_TEAM_PAGE, who_looked
from surveys.audit.queries import looks_at
from surveys.audit.rules import Look
from surveys.comments.queries import may_read_words, newest_reply_day, words_of_wave
from surveys.commitments.absences import Absences, Standing, absences_of, may_stand_in
from surveys.commitments.agreements import agreement_of
from surveys.commitments.loop import LoopState
from surveys.commitments.pledges import notes_of, pledge_of
from surveys.commitments.queries import loop_of
from surveys.errors import Missing, not_here
from surveys.people.queries import branch_of
from surveys.people.readers import look_of
from surveys.people.rules import Directory, Viewer, may_read
from surveys.repair.queries import repair_promises
from surveys.results.published import TeamTrend
from surveys.results.queries import Wanted, trends_of
from surveys.waves.queries import open_wave_of_unit, roster
from surveys.waves.rosters import coming_changes
from surveys.waves.rules import FrozenRules
from surveys.zones import local_date

WAVES_ABOVE = 8  # of the unit above only the newest figures are shown; a cycle has at most six waves


class TeamController(Controller):
    """Reading. What leaders do stands in `commitments`, `topics` and `leading` beside it."""

    path = "/teams"
    guards = [requires_sign_in]  # noqa: RUF012 -- Litestar's way of saying it

    @get("/{team_id:uuid}")
    async def show(
        self,
        request: Requested,
        session: Session,
        viewer: CurrentViewer,
        page: CurrentPage,
        now: Now,
        team_id: FromPath[UUID],
    ) -> Response[str]:
        """Show a unit to whoever may read it; everybody else learns nothing, not even that it exists."""
        done = request.query_params.get("done", "")
        return await show_team(session, Reader(viewer, page, now), team_id, done=done)


async def show_team(
    session: AsyncSession,
    reader: Reader,
    team_id: UUID,
    *,
    done: str = "",
    returned: Returned | None = None,
) -> Response[str]:
    """Return the page of a unit or a working group, with a form that came back where one did.

    Raises:
        Missing: there is no such unit, or not for this reader.
    """
    try:
        branch, trend, above = await _branch_with_above(session, reader, team_id)
    except Missing:  # so the page of a unit asks nothing about groups
        return await show_group(session, reader, team_id, done=done, returned=returned)
    absences = await absences_of(session, team_id, now=reader.now)
    loop = await loop_of(
        session,
        team_id,
        now=reader.now,
        for_leader=team_id in reader.viewer.leads,
        branch=branch,
        away=absences.away,
    )
    unit = _Unit(branch, trend, above, loop, absences)
    return await _show_unit(session, reader, unit, done=done, returned=returned)


@dataclass(frozen=True, slots=True)
class _Unit:
    """What was found of a unit, as this reader may see it."""

    branch: Directory
    trend: TeamTrend
    above: TeamTrend | None
    loop: LoopState
    absences: Absences


async def _show_unit(
    session: AsyncSession, reader: Reader, unit: _Unit, *, done: str, returned: Returned | None
) -> Response[str]:
    viewer, language = reader.viewer, reader.page.language
    branch, trend, loop, team_id = unit.branch, unit.trend, unit.loop, unit.trend.team_id
    is_leader = team_id in viewer.leads or viewer.person_id in unit.absences.acting
    team = team_page(
        trend,
        loop,
        language,
        zone=viewer.zone,
        now=reader.now,
        is_leader=is_leader,
        above=unit.above,
        roster=await roster_for(session, viewer, team_id),
    )
    today = local_date(reader.now, loop.zone)
    response = reader.page(
        "teams/team.html",
        status=422 if returned else 200,
        team=team,
        in_group=False,
        retros_here=viewer.belongs_to(team_id),
        leading=await _leading(session, reader, trend, unit.absences.standing, acts=is_leader),
        done=language.say(DONE[done]) if done in DONE else "",
        done_in=place_of(done),
        **loop_forms(
            language,
            today=today,
            me=viewer.person_id,
            owners=[(person, branch.people[person].name) for person in branch.leaders.get(team_id, ())],
            kinds=FROM,
            returned=returned,
        ),
        **await _beside_figures(session, reader, branch, trend, loop),
    )
    return note_after(reader.page, response, _looks(viewer, branch, team, today))


async def _beside_figures(
    session: AsyncSession, reader: Reader, branch: Directory, trend: TeamTrend, loop: LoopState
) -> dict[str, Any]:
    """Return what stands beside figures and loop: the team's words, who looks or will, what was agreed."""
    language = reader.page.language
    looks = await looks_at(session, trend.team_id, now=reader.now)
    return {
        "agreement": await agreement_of(session, branch.organisation_id),
        "words": await _words(session, reader, branch, trend),
        "looked": who_looked(looks[:DAYS_ON_THE_TEAM_PAGE], language),
        "audience": who_reads_shared_words(trend, language, zone=reader.viewer.zone, now=reader.now),
        "repair_promises": await repair_promises(session, trend.team_id)
        if loop.promises or loop.topics
        else (),
    }


async def _leading(
    session: AsyncSession, reader: Reader, trend: TeamTrend, standing: Sequence[Standing], *, acts: bool
) -> Leading:
    """Return what a leader says about leading, and what they are offered."""
    viewer, team_id = reader.viewer, trend.team_id
    leads = team_id in viewer.leads
    return leading_view(
        viewer,
        trend,
        reader.page.language,
        acts=acts,
        standing=standing,
        pledge=await pledge_of(session, team_id),
        notes=await notes_of(session, team_id, now=reader.now),
        stand_ins=await may_stand_in(session, team_id, viewer.person_id) if leads else (),
    )


async def _words(
    session: AsyncSession, reader: Reader, branch: Directory, trend: TeamTrend
) -> TeamWords | None:
    """Return the unit's own words for its leaders and those asked in it; nobody else gets the section."""
    if not may_read_words(reader.viewer, trend.team_id):
        return None
    newest = trend.newest_readable
    rules = FrozenRules.of(newest.rules) if newest is not None and newest.rules else None
    return team_words(
        await words_of_wave(session, newest.wave_id, trend.team_id, rules) if newest and rules else None,
        reader.page.language,
        mailbox=f"/mailbox/to/{reader.viewer.organisation_id}",
        replied_on=await newest_reply_day(session, trend.team_id, branch.zone, now=reader.now),
    )


def _looks(viewer: Viewer, branch: Directory, team: TeamPage, today: date) -> list[Look | None]:
    """Return what is noted of this visit: the unit, and the one above where its figures stand here too."""
    read = [team.team_id] if team.panels else []
    if team.above is not None:
        read.append(team.above.team_id)
    return [look_of(viewer, branch.teams[each], today) for each in read]


async def branch_to_read(
    session: AsyncSession, viewer: Viewer, team_id: UUID, *, now: datetime
) -> tuple[Directory, TeamTrend]:
    """Return a unit with those above it, and what this reader may read of it.

    A leader further up reads a single team below only in waves that said so before anyone answered.

    Raises:
        Missing: there is no such unit, or nothing of it for this reader; both read alike.
    """
    branch = await _branch_for(session, viewer, team_id)
    wanted = Wanted(team_id, team_id in viewer.leads)
    [trend] = await trends_of(session, [wanted], branch.teams, now=now)
    return branch, _as_told(viewer, branch, trend)


async def _branch_with_above(
    session: AsyncSession, reader: Reader, team_id: UUID
) -> tuple[Directory, TeamTrend, TeamTrend | None]:
    """Return the same with the unit above, where the reader may read it without any special permission."""
    viewer = reader.viewer
    branch = await _branch_for(session, viewer, team_id)
    parent = branch.teams[team_id].parent_id
    wanted = [Wanted(team_id, team_id in viewer.leads)]
    if parent is not None and may_read(viewer, branch, parent, leaders_read_below=False):
        wanted.append(Wanted(parent, parent in viewer.leads, WAVES_ABOVE))
    trend, *above = await trends_of(session, wanted, branch.teams, now=reader.now)
    return branch, _as_told(viewer, branch, trend), above[0] if above else None


async def _branch_for(session: AsyncSession, viewer: Viewer, team_id: UUID) -> Directory:
    """Return a unit of which this reader may read something, if its waves say so, with those above it."""
    try:
        branch = await branch_of(session, team_id)
    except Missing:
        raise not_here() from None
    mine = branch.organisation_id == viewer.organisation_id
    if not mine or not may_read(viewer, branch, team_id, leaders_read_below=True):
        raise not_here()
    return branch


def _as_told(viewer: Viewer, branch: Directory, trend: TeamTrend) -> TeamTrend:
    if may_read(viewer, branch, trend.team_id, leaders_read_below=False):
        return trend
    told = [wave for wave in trend.waves if wave.rules.get("leaders_read_below")]
    if not told:
        raise not_here()
    return replace(trend, waves=told)


async def roster_for(session: AsyncSession, viewer: Viewer, team_id: UUID) -> Roster | None:
    """Return who is asked at the moment: to the unit itself, who leads it, and HR."""
    if not (viewer.is_hr or team_id == viewer.unit or team_id in viewer.leads):
        return None
    wave = await open_wave_of_unit(session, team_id)
    if wave is None:
        return None
    names = await roster(session, wave.id, team_id)
    coming = await coming_changes(session, viewer.organisation_id, wave.id, team_id)
    return Roster(names, wave.closes_at, coming) if names else None
