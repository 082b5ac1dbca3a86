"""Placing projects, hearing of milestones, keeping a rhythm. All of them start a board at most once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.audit.actions import record
from surveys.errors import Conflict, Missing, no_such_team
from surveys.milestones import rules
from surveys.milestones.models import Project, TeamRhythm, UnmappedProject
from surveys.milestones.rules import Heard, Placement, Reached, Rhythm, Source
from surveys.people.models import Organisation, Team
from surveys.people.queries import branch_of
from surveys.retrospectives.actions import record_milestone, start_retrospective
from surveys.retrospectives.keys import RetroKeys
from surveys.retrospectives.models import Milestone
from surveys.retrospectives.rules import Pace, Plan
from surveys.texts import one_line
from surveys.zones import local_date

MOST_UNMAPPED = 200  # so that a tool that tells of everything does not fill the database


async def hear_milestone(
    session: AsyncSession, keys: RetroKeys, reached: Reached, *, now: datetime
) -> Heard:
    """Take what a tool tells: start a board for the project's team, unless it was told before.

    The milestone's key decides, not the delivery: sending the same again starts nothing, and a delivery
    that came before its project was placed may be sent again afterwards.

    Args:
        session: the edge's.
        keys: the key store.
        reached: the milestone; its signature was checked.
        now: aware UTC.
    """
    project = await _project(session, reached.source, reached.project)
    if project is None:
        await _note_unmapped(session, reached, now=now)
        return Heard.UNMAPPED
    title = rules.title_of(reached.name)
    milestone, new = await record_milestone(
        session, team_id=project.team_id, name=title, source=reached.source, key=reached.key, now=now
    )
    if not new:
        return Heard.KNOWN
    started = await _start(session, keys, milestone, project.days_a_phase, now=now)
    return Heard.STARTED if started else Heard.NOTED


async def place_project(
    session: AsyncSession,
    placed: Placement,
    *,
    organisation_id: UUID,
    by: UUID,
    may_move: bool,
    now: datetime,
) -> Project:
    """Say that a project belongs to a team; its milestones start that team's retrospectives from now on.

    Args:
        session: the edge's.
        placed: which project, and which team.
        organisation_id: whose.
        by: who says so.
        may_move: whether a project of another team may be taken over (HR may).
        now: aware UTC.

    Raises:
        Invalid: no name, or days out of their range.
        Missing: there is no such team.
        Conflict: the project belongs to another team.
    """
    name, source, team_id = placed.checked_name(), placed.source, placed.team_id
    team = await session.get(Team, team_id)
    if team is None or team.organisation_id != organisation_id:
        raise no_such_team()
    project = await _project(session, source, name)
    if project is None:
        project = Project(organisation_id=organisation_id, source=source, name=name)
        session.add(project)
    elif project.organisation_id != organisation_id or (project.team_id != team_id and not may_move):
        raise Conflict("This project belongs to another team. HR can move it.")
    project.team_id, project.days_a_phase = team_id, placed.days_a_phase
    await session.execute(
        delete(UnmappedProject).where(UnmappedProject.source == source, UnmappedProject.name == name)
    )
    await session.flush()
    await _record(session, organisation_id, "project.placed", by, team_id, now=now)
    return project


async def remove_project(
    session: AsyncSession, project_id: UUID, *, team_id: UUID | None, by: UUID, now: datetime
) -> None:
    """Let a project start nothing any more. Boards that are open stay.

    Args:
        session: the edge's, bound to the organisation.
        project_id: which one.
        team_id: the team it has to belong to; None where any may be removed.
        by: who does it.
        now: aware UTC.

    Raises:
        Missing: there is no such project, or it is another team's.
    """
    project = await session.get(Project, project_id)
    if project is None or (team_id is not None and project.team_id != team_id):
        raise Missing("There is no such project any more.")
    await session.delete(project)
    await session.flush()
    await _record(session, project.organisation_id, "project.removed", by, project.team_id, now=now)


async def set_rhythm(
    session: AsyncSession, team_id: UUID, rhythm: Rhythm, *, by: UUID, now: datetime
) -> TeamRhythm:
    """Let a team look back every so many weeks from a day on; replaces the rhythm it had.

    Raises:
        Missing: there is no such team.
        Invalid: names the field.
    """
    branch = await branch_of(session, team_id)
    zone, country = branch.team_zone(team_id), branch.team_country(team_id)
    rhythm.require_possible(today=local_date(now, zone))
    row = await session.get(TeamRhythm, team_id)
    if row is None:
        row = TeamRhythm(team_id=team_id, organisation_id=branch.organisation_id)
        session.add(row)
    row.label = one_line(rhythm.label, field="label", longest=rules.LONGEST_LABEL)
    row.every_weeks, row.local_time = rhythm.every_weeks, rhythm.at
    row.days_a_phase, row.next_on = rhythm.days_a_phase, rhythm.first_on
    row.next_at = rules.starts_at(rhythm.first_on, rhythm.at, zone, country)
    if row.next_at <= now:  # today, at an hour that has passed: the next one is meant
        row.next_on = rules.following(row.next_on, row.every_weeks, today=rhythm.first_on)
        row.next_at = rules.starts_at(row.next_on, row.local_time, zone, country)
    await session.flush()
    await _record(session, branch.organisation_id, "rhythm.set", by, team_id, now=now)
    return row


async def stop_rhythm(session: AsyncSession, team_id: UUID, *, by: UUID, now: datetime) -> None:
    """Let a team's retrospectives start by hand again. Nothing happens where it has no rhythm."""
    row = await session.get(TeamRhythm, team_id)
    if row is None:
        return
    await session.delete(row)
    await session.flush()
    await _record(session, row.organisation_id, "rhythm.stopped", by, team_id, now=now)


async def keep_rhythm(session: AsyncSession, keys: RetroKeys, team_id: UUID, *, now: datetime) -> bool:
    """Start the retrospective a team's rhythm asks for, and look at the next one; return whether it did.

    One that is more than two days late, after an outage, is left out, and so is one that finds an open
    board. Several clocks at once start one.
    """
    row = await session.get(TeamRhythm, team_id, with_for_update=True, populate_existing=True)
    if row is None or row.next_at > now:
        return False
    day, due_at = row.next_on, row.next_at
    branch = await branch_of(session, team_id)
    zone, country = branch.team_zone(team_id), branch.team_country(team_id)
    row.next_on = rules.following(day, row.every_weeks, today=local_date(now, zone))
    row.next_at = rules.starts_at(row.next_on, row.local_time, zone, country)
    while row.next_at <= now:
        row.next_on = rules.following(row.next_on, row.every_weeks, today=day)
        row.next_at = rules.starts_at(row.next_on, row.local_time, zone, country)
    await session.flush()
    if now - due_at > rules.LATE_AT_MOST:
        return False
    milestone, new = await record_milestone(
        session,
        team_id=team_id,
        name=f"{row.label} {day.isoformat()}",
        source="schedule",
        key=f"schedule:{team_id}:{day}",
        now=now,
    )
    return new and await _start(session, keys, milestone, row.days_a_phase, now=now)


async def _start(
    session: AsyncSession, keys: RetroKeys, milestone: Milestone, days_a_phase: int, *, now: datetime
) -> bool:
    plan = Plan(
        title=milestone.name,
        pace=Pace.OVER_DAYS if days_a_phase else Pace.LIVE,
        days_a_phase=max(days_a_phase, 1),
        milestone_id=milestone.id,
    )
    try:
        await start_retrospective(
            session, keys, team_id=milestone.team_id, started_by=None, plan=plan, now=now
        )
    except Conflict:  # an open board, or nobody on the team; refused before anything was written
        return False
    return True


async def _project(session: AsyncSession, source: Source, name: str) -> Project | None:
    return (await session.scalars(select(Project).filter_by(source=source, name=name))).one_or_none()


async def _note_unmapped(session: AsyncSession, reached: Reached, *, now: datetime) -> None:
    organisations = (await session.scalars(select(Organisation).limit(2).with_for_update())).all()
    if len(organisations) != 1:
        return  # with several of them nobody may learn of another's projects
    organisation = organisations[0]
    known = (
        await session.scalars(
            select(UnmappedProject).filter_by(
                organisation_id=organisation.id, source=reached.source, name=reached.project
            )
        )
    ).one_or_none()
    if known is not None:
        known.last_on = now.date()
    else:
        count = await session.scalar(select(func.count()).select_from(UnmappedProject))
        if (count or 0) < MOST_UNMAPPED:
            session.add(
                UnmappedProject(
                    organisation_id=organisation.id,
                    source=reached.source,
                    name=reached.project,
                    last_on=now.date(),
                )
            )
    await session.flush()


async def _record(
    session: AsyncSession, organisation_id: UUID, action: str, by: UUID, team_id: UUID, *, now: datetime
) -> None:
    await record(
        session,
        organisation_id=organisation_id,
        action=action,
        now=now,
        actor_id=by,
        subject=f"team:{team_id}",
    )
