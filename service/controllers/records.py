"""What a team can check about others: who has looked at its figures, and what was changed."""

from datetime import datetime, timedelta
from uuid import UUID

from litestar import Controller, get
from litestar.params import FromPath
from litestar.response import Response
from sqlalchemy.ext.asyncio import AsyncSession

from service.controllers.teams import branch_to_read, roster_for
from service.dependencies import CurrentPage, CurrentViewer, Now, Session
from service.security import requires_sign_in
from service.views.changes import ACTIONS, ROLES, Change, change_log
from service.views.who_looked import who_looked
from surveys.audit.models import Entry
from surveys.audit.queries import changes_of, looks_at
from surveys.cadence.queries import programmes
from surveys.people.models import RoleKind
from surveys.people.readers import comings_and_goings
from surveys.people.rules import Directory
from surveys.results.published import TeamTrend

A_YEAR = timedelta(days=365)
MOST_CHANGES = 2_000  # entries that are looked through for those about one unit


class RecordController(Controller):
    """One page a unit, for everybody who may read the unit."""

    path = "/teams/{team_id:uuid}/record"
    guards = [requires_sign_in]  # noqa: RUF012 -- Litestar's way of saying it

    @get()
    async def show(
        self, session: Session, viewer: CurrentViewer, page: CurrentPage, now: Now, team_id: FromPath[UUID]
    ) -> Response[str]:
        """Show who has looked and what was changed. Opening this page is not a look at figures."""
        branch, trend = await branch_to_read(session, viewer, team_id, now=now)
        return page(
            "teams/record.html",
            team_id=team_id,
            team_name=branch.teams[team_id].name,
            roster=await roster_for(session, viewer, team_id),
            looked=who_looked(await looks_at(session, team_id, now=now), page.language),
            changes=change_log(
                await _changes(session, branch, trend, since=now - A_YEAR),
                await comings_and_goings(session, team_id, since=now - A_YEAR),
                trend.waves,
                page.language,
                viewer.zone,
            ),
        )


async def _changes(
    session: AsyncSession, branch: Directory, trend: TeamTrend, *, since: datetime
) -> list[Change]:
    """Return what of the change log is about a unit: its programmes, its waves, who may read it."""
    names = {
        str(one.id): one.name
        for one in await programmes(session)
        if not one.audience or any(UUID(team_id) in branch.teams for team_id in one.audience)
    }
    waves = {str(wave.wave_id) for wave in trend.waves}
    entries = await changes_of(session, branch.organisation_id, ACTIONS, since=since, most=MOST_CHANGES)
    return [
        Change(
            at=entry.at,
            action=entry.action,
            by_somebody=entry.actor_id is not None,
            programme=names.get(_id_in(entry), ""),
            details=entry.details or {},
        )
        for entry in entries
        if _is_about(entry, branch, names, waves)
    ]


def _is_about(entry: Entry, branch: Directory, programmes: dict[str, str], waves: set[str]) -> bool:
    details = entry.details or {}
    if entry.action.startswith("role."):
        everywhere = details.get("kind") == RoleKind.HR
        here = details.get("team") in {str(team_id) for team_id in branch.teams}
        return details.get("kind") in ROLES and (everywhere or here)
    if entry.action == "wave.cancelled":
        return _id_in(entry) in waves
    return entry.action.startswith("organisation.") or _id_in(entry) in programmes


def _id_in(entry: Entry) -> str:
    return (entry.subject or "").partition(":")[2]
