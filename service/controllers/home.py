"""The start page of someone who is signed in, and what everybody may read about privacy."""

from datetime import datetime
from functools import partial
from operator import attrgetter
from uuid import UUID

from litestar import Controller, get
from litestar.response import Response
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.wording.for_me import ForMe, between_waves, for_me, in_wave
from integrations.wording.loop import say_answer, say_promise, say_topic
from integrations.wording.plain import in_plain_words
from integrations.wording.promise import Terms, in_full, short_promise
from service.dependencies import CurrentPage, CurrentSettings, CurrentViewer, Keys, Now, Requested, Session
from service.security import requires_sign_in
from service.views.home import (
    MANY_UNITS,
    LedUnit,
    OpenSheet,
    branches,
    led_unit,
    team_path,
    unit_rows,
)
from service.views.long_lists import part_of
from surveys.ballots.keys import KeyStore
from surveys.ballots.queries import answer_token, blank_sheet, has_answered
from surveys.cadence.queries import programmes
from surveys.commitments.agreements import agreement_of
from surveys.commitments.leading import acts_in
from surveys.commitments.promises import steps_owned_by
from surveys.commitments.queries import loop_of
from surveys.errors import Gone, Missing
from surveys.people.groups_read import Group, groups_of
from surveys.people.models import Organisation
from surveys.people.queries import has_more_units, teams_around, teams_near, the_organisation
from surveys.people.rules import Directory, Viewer, may_make_group, may_read, reads_as, reads_far
from surveys.retrospectives.models import Retrospective
from surveys.retrospectives.queries import open_boards_of
from surveys.retrospectives.room import own_deadline
from surveys.waves.queries import open_place
from surveys.zones import local_date

SAID_AT_HOME = 4
USUAL_MINIMUM = 5  # before there is an organisation to ask


class HomeController(Controller):
    """Two pages that need no subject."""

    @get("/", guards=[requires_sign_in])
    async def home(
        self, session: Session, keys: Keys, viewer: CurrentViewer, page: CurrentPage, now: Now
    ) -> Response[str]:
        """Show what is open for the reader, their units, and what is next where they lead."""
        organisation = await session.get_one(Organisation, viewer.organisation_id)
        below = organisation.leaders_read_below
        steps = await steps_owned_by(session, viewer.person_id)
        all_elsewhere = reads_far(viewer, leaders_read_below=below) and await has_more_units(
            session, organisation.id, MANY_UNITS
        )
        if all_elsewhere:
            directory = await teams_near(session, viewer, {step.team_id for step in steps})
        else:
            directory = await teams_around(session, viewer, leaders_read_below=below)
        relation_of = partial(_relation, viewer, directory, leaders_read_below=below)
        return page(
            "home/home.html",
            organisation_name=organisation.name,
            mailbox=f"/mailbox/to/{organisation.id}",
            open_sheet=await open_sheet(session, keys, viewer.person_id, now=now),
            open_retros=await _open_retros(session, viewer, now=now),
            own_team=_own_team(viewer, directory),
            steps=[
                one for one in steps if one.team_id in viewer.groups or relation_of(one.team_id) is not None
            ],
            today=local_date(now, viewer.zone),
            said=await _said(session, viewer, page, now=now),
            led=await _led(session, viewer, now=now),
            groups=await _groups(session, viewer, page, now=now),
            may_make_group=may_make_group(viewer),
            begins=viewer.is_hr and not await programmes(session, organisation.id),
            tree=branches(directory.teams, relation_of),
            all_elsewhere=all_elsewhere,
        )

    @get("/units", guards=[requires_sign_in])
    async def units(
        self, request: Requested, session: Session, viewer: CurrentViewer, page: CurrentPage
    ) -> Response[str]:
        """Show every unit that the reader may open, found by name, for organisations with many."""
        organisation = await session.get_one(Organisation, viewer.organisation_id)
        below = organisation.leaders_read_below
        directory = await teams_around(session, viewer, leaders_read_below=below)
        rows = unit_rows(directory.teams, partial(_relation, viewer, directory, leaders_read_below=below))
        asked = request.query_params
        units = part_of(rows, attrgetter("name"), find=asked.get("find", ""), number=asked.get("part", ""))
        return page("home/units.html", units=units)

    @get("/how-private/for-me", guards=[requires_sign_in])
    async def for_me(
        self,
        session: Session,
        keys: Keys,
        viewer: CurrentViewer,
        page: CurrentPage,
        settings: CurrentSettings,
        now: Now,
    ) -> Response[str]:
        """Say how private it is for the reader, in the pulse that is open or as it would be today."""
        organisation = await session.get_one(Organisation, viewer.organisation_id)
        me = await _how_private_for(session, keys, viewer, organisation, now=now)
        named = settings.administrators
        minimum = me.terms.minimum_group if me else organisation.minimum_group
        return page(
            "home/for_me.html",
            agreement=await agreement_of(session, viewer.organisation_id),
            facts=for_me(me, page.language, named) if me else (),
            is_open=me is not None and me.is_open,
            look=_look_for_mine(me, viewer),
            plain_words=in_plain_words(page.language, minimum, named),
        )

    @get("/how-private")
    async def how_private(
        self, session: Session, page: CurrentPage, settings: CurrentSettings
    ) -> Response[str]:
        """Say how private answers are here, to anyone, from this installation's own rules."""
        try:
            organisation = await the_organisation(session)
        except Missing:
            terms = Terms(minimum_group=USUAL_MINIMUM, leaders_read_below=False)
        else:
            terms = Terms(
                minimum_group=organisation.minimum_group, leaders_read_below=organisation.leaders_read_below
            )
        named = settings.administrators
        return page(
            "home/how_private.html",
            promise=short_promise(page.language, terms.minimum_group, named),
            plain_words=in_plain_words(page.language, terms.minimum_group, named),
            in_full=in_full(page.language, terms, named),
        )


async def _led(session: AsyncSession, viewer: Viewer, *, now: datetime) -> list[LedUnit]:
    """Return the units that the reader leads, and those in which they stand in, each by name."""
    acts = set(await acts_in(session, viewer.person_id, now=now)) - viewer.leads
    loops = [
        await loop_of(session, team_id, now=now, for_leader=team_id in viewer.leads)
        for team_id in viewer.leads | acts
    ]
    loops.sort(key=lambda loop: (loop.team_id in acts, loop.team_name.casefold()))
    return [led_unit(loop, stands_in=loop.team_id in acts) for loop in loops]


async def _open_retros(
    session: AsyncSession, viewer: Viewer, *, now: datetime
) -> list[tuple[Retrospective, str, datetime | None]]:
    """Return the reader's open boards, each with its team and until when they have for its step."""
    return [
        (board, team, await own_deadline(session, board, viewer.person_id, now=now))
        for board, team in await open_boards_of(session, viewer.person_id)
    ]


async def _said(
    session: AsyncSession, viewer: Viewer, page: CurrentPage, *, now: datetime
) -> list[tuple[str, str, list[str]]]:
    """Return what the reader's own team said and what was answered, the newest answers first."""
    if viewer.unit is None:
        return []
    loop = await loop_of(session, viewer.unit, now=now)
    answered = [topic for topic in loop.topics if topic.decision is not None]
    return [
        (
            say_topic(topic, page.language),
            say_answer(topic, page.language),
            [say_promise(promise, page.language) for promise in topic.promises],
        )
        for topic in answered[:SAID_AT_HOME]
    ]


async def _groups(
    session: AsyncSession, viewer: Viewer, page: CurrentPage, *, now: datetime
) -> list[tuple[Group, list[str]]]:
    """Return the reader's working groups, each with what is promised there, open promises first."""
    found = []
    for group in await groups_of(session, viewer.person_id) if viewer.groups else ():
        loop = await loop_of(session, group.id, now=now)
        shown = loop.promises[:SAID_AT_HOME]
        found.append((group, [say_promise(one, page.language, in_group=True) for one in shown]))
    return found


async def open_sheet(
    session: AsyncSession, keys: KeyStore, person_id: UUID, *, now: datetime
) -> OpenSheet | None:
    """Return the sheet that is open for this person, or None.

    Whether they answered is computed here and now, for themselves only, and stored nowhere.
    """
    place = await open_place(session, person_id)
    if place is None:
        return None
    try:
        sheet = await blank_sheet(session, keys, place.id, now=now)
        token = await answer_token(session, keys, place.id)
        answered = await has_answered(session, keys, place.id)
    except Gone:  # closed a moment ago, or its key is lost; the page about results says which
        return None
    return OpenSheet(
        programme_name=sheet.programme_name,
        team_name=sheet.team_name,
        questions=len(sheet.questions),
        closes_at=sheet.closes_at,
        link=f"/answer/{token}",
        answered=answered,
    )


def _look_for_mine(me: ForMe | None, viewer: Viewer) -> str:
    """Return where the look for mine is; nowhere for somebody who has moved since the wave opened."""
    if me is None or me.wave_id is None or me.team_id != viewer.unit:
        return ""
    return f"/teams/{me.team_id}/receipts/{me.wave_id}/mine"


async def _how_private_for(
    session: AsyncSession, keys: KeyStore, viewer: Viewer, organisation: Organisation, *, now: datetime
) -> ForMe | None:
    """Return what is said to one person; None where nobody asks them."""
    place = await open_place(session, viewer.person_id)
    if place is not None:
        try:
            sheet = await blank_sheet(session, keys, place.id, now=now)
        except Gone:  # closed a moment ago
            pass
        else:
            terms = Terms.of(sheet.rules, asked=sheet.asked_in_unit, team_name=sheet.team_name)
            return await in_wave(
                session,
                terms,
                wave_id=sheet.wave_id,
                team_id=sheet.team_id,
                about_promise=sheet.about_promise,
                door=None,
            )
    return await between_waves(session, organisation, viewer.unit) if viewer.unit else None


def _relation(
    viewer: Viewer, directory: Directory, team_id: UUID, *, leaders_read_below: bool
) -> str | None:
    """Return what the tree says of a unit; None where the reader may not open it."""
    if not may_read(viewer, directory, team_id, leaders_read_below=leaders_read_below):
        return None
    relation = reads_as(viewer, team_id)
    return relation if relation == "leader" or team_id == viewer.unit else ""


def _own_team(viewer: Viewer, directory: Directory) -> tuple[str, str] | None:
    if viewer.unit is None:
        return None
    return directory.teams[viewer.unit].name, team_path(viewer.unit)
