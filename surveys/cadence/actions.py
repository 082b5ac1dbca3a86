"""What HR can do about programmes. An open wave keeps what it froze, so all of it acts on later ones."""

from dataclasses import asdict, fields
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.audit.actions import record
from surveys.cadence.drafts import OwnItem, ProgrammeDraft, problems_of
from surveys.cadence.models import Interval, Programme, PulseKind, Remind
from surveys.cadence.queries import programme_with_id
from surveys.cadence.rules import instant, minimum_in_force
from surveys.errors import Invalid
from surveys.people.models import Organisation, Team
from surveys.zones import local_date

TIMING = ("interval", "every", "start_on", "weekday", "local_time")


async def add_programme(
    session: AsyncSession,
    organisation: Organisation,
    draft: ProgrammeDraft,
    *,
    now: datetime,
    by: UUID | None = None,
) -> Programme:
    """Keep a new programme.

    Args:
        session: the edge's.
        organisation: whose programme it is.
        draft: what HR decided; it is tidied here.
        now: aware UTC.
        by: the person of HR; None for the operator's shell.

    Raises:
        Invalid: the first of what `draft_problems` finds.
    """
    draft = draft.tidied()
    await _require_sound(session, organisation, draft, itself=None, asked_before=False)
    programme = Programme(
        id=uuid4(),
        organisation_id=organisation.id,
        created_at=now,
        own_codes_used=0,
        own_items=[],
        **_columns(draft),
    )
    await _keep_own_items(session, programme, draft.own_items)
    session.add(programme)
    await session.flush()
    await _note(session, programme, "programme.added", now, by, {"name": programme.name})
    return programme


async def change_programme(
    session: AsyncSession,
    organisation: Organisation,
    programme_id: UUID,
    draft: ProgrammeDraft,
    *,
    asked_before: bool,
    now: datetime,
    by: UUID | None = None,
) -> Programme:
    """Replace what was decided about a programme, from its next wave on.

    When its timetable changed, nothing that the new one would have had in the past is made up for.

    Args:
        session: the edge's.
        organisation: whose programme it is.
        programme_id: which.
        draft: what HR decided; it is tidied here.
        asked_before: whether it ever had a wave. From then on its minimum group can only be raised.
        now: aware UTC.
        by: the person of HR; None for the operator's shell.

    Raises:
        Missing: there is no such programme.
        Invalid: the first of what `draft_problems` finds.
    """
    programme = await programme_with_id(session, programme_id)
    draft = draft.tidied()
    await _require_sound(session, organisation, draft, itself=programme_id, asked_before=asked_before)
    new = _columns(draft)
    changed = [name for name, value in new.items() if getattr(programme, name) != value]
    for name in changed:
        setattr(programme, name, new[name])
    before = programme.own_items
    await _keep_own_items(session, programme, draft.own_items)
    if programme.own_items != before:
        changed.append("own_items")
    if any(name in TIMING for name in changed):
        programme.counts_from = _first_day_ahead(programme, organisation, now)
    await session.flush()
    if changed:
        await _note(session, programme, "programme.changed", now, by, {"changed": sorted(changed)})
    return programme


async def pause_programme(
    session: AsyncSession, programme_id: UUID, *, now: datetime, by: UUID | None = None
) -> Programme:
    """Open no further wave until the programme is resumed; one that is open goes on. Safe to repeat.

    Raises:
        Missing: there is no such programme.
    """
    programme = await programme_with_id(session, programme_id)
    if programme.paused_at is None:
        programme.paused_at = now
        await session.flush()
        await _note(session, programme, "programme.paused", now, by, None)
    return programme


async def resume_programme(
    session: AsyncSession,
    organisation: Organisation,
    programme_id: UUID,
    *,
    now: datetime,
    by: UUID | None = None,
) -> Programme:
    """Let a paused programme go on in its old rhythm; what fell into the pause is not made up for.

    Raises:
        Missing: there is no such programme.
    """
    programme = await programme_with_id(session, programme_id)
    if programme.paused_at is not None:
        programme.paused_at = None
        programme.counts_from = _first_day_ahead(programme, organisation, now)
        await session.flush()
        await _note(session, programme, "programme.resumed", now, by, None)
    return programme


async def draft_problems(
    session: AsyncSession,
    organisation: Organisation,
    draft: ProgrammeDraft,
    *,
    itself: UUID | None,
    asked_before: bool,
) -> list[Invalid]:
    """Return everything that keeps a draft from being used, for a form that shows all of it at once.

    Args:
        session: the edge's.
        organisation: whose programme it would be.
        draft: what HR wrote; it is tidied here.
        itself: the programme being changed, which may keep its name; None for a new one.
        asked_before: whether it ever had a wave. From then on its minimum group can only be raised.
    """
    draft = draft.tidied()
    promised = None
    if itself is not None and asked_before:
        kept = await programme_with_id(session, itself)
        promised = minimum_in_force(organisation.minimum_group, kept.minimum_group)
    teams = set(await session.scalars(select(Team.id).where(Team.organisation_id == organisation.id)))
    problems = problems_of(
        draft,
        teams=teams,
        organisation_minimum=organisation.minimum_group,
        promised_minimum=promised,
    )
    others = select(Programme.id, Programme.name).where(Programme.organisation_id == organisation.id)
    names = {name.casefold() for found, name in await session.execute(others) if found != itself}
    if draft.name.casefold() in names:
        problems.insert(
            0, Invalid("Another programme has this name; choose a different one.", field="name")
        )
    return problems


async def _require_sound(
    session: AsyncSession,
    organisation: Organisation,
    draft: ProgrammeDraft,
    *,
    itself: UUID | None,
    asked_before: bool,
) -> None:
    for problem in await draft_problems(
        session, organisation, draft, itself=itself, asked_before=asked_before
    ):
        raise problem


def _columns(draft: ProgrammeDraft) -> dict[str, Any]:
    plain = {field.name: getattr(draft, field.name) for field in fields(draft)}
    del plain["own_items"], plain["counts_from"]
    return plain | {
        "audience": [str(team_id) for team_id in draft.audience],
        "pulse": PulseKind(draft.pulse),
        "interval": Interval(draft.interval),
        "remind": Remind(draft.remind),
        "blackouts": [[*pair] for pair in draft.blackouts],
        "optional_dimensions": [*draft.optional_dimensions],
        "struck_items": [*draft.struck_items],
    }


async def _keep_own_items(session: AsyncSession, programme: Programme, own: tuple[OwnItem, ...]) -> None:
    """Keep the codes of unchanged statements and give new wordings numbers that were never used."""
    known = {(kept["text"], kept["reversed"]): kept["code"] for kept in programme.own_items}
    used = 0
    if any((item.text, item.reversed) not in known for item in own):
        highest = select(func.max(Programme.own_codes_used)).where(
            Programme.organisation_id == programme.organisation_id
        )
        used = max(await session.scalar(highest) or 0, programme.own_codes_used)
    kept_items = []
    for item in own:
        code = known.get((item.text, item.reversed))
        if code is None:
            used += 1
            code = f"OWN-{used:02}"
            programme.own_codes_used = used
        kept_items.append({"code": code, **asdict(item)})
    if kept_items != programme.own_items:
        programme.own_items = kept_items


def _first_day_ahead(programme: Programme, organisation: Organisation, now: datetime) -> date:
    """Return the first day whose time of asking is still to come where the organisation is."""
    today = local_date(now, organisation.zone)
    later = instant(today, programme.local_time, organisation.zone) > now
    return today if later else today + timedelta(days=1)


async def _note(
    session: AsyncSession,
    programme: Programme,
    action: str,
    now: datetime,
    by: UUID | None,
    details: dict[str, object] | None,
) -> None:
    await record(
        session,
        organisation_id=programme.organisation_id,
        action=action,
        now=now,
        actor_id=by,
        subject=f"programme:{programme.id}",
        details=details,
    )
