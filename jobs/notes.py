"""What a due delivery says, gathered from the rows it refers to at the moment it is sent.

Personal links are made here from the wave's key and stored nowhere.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.channels import Outgoing
from integrations.environment import Settings
from integrations.language import Translator
from integrations.slack import presses
from integrations.trackers.draft import draft_of
from integrations.wording.group_note import GroupJoined
from integrations.wording.notes import (
    Ask,
    LeaderNudge,
    MailboxNews,
    MailboxReply,
    NoResults,
    Note,
    PromiseDue,
    ResultsOut,
    RetroNews,
    Shared,
    SignInNotice,
)
from integrations.wording.retro_summary import say_summary, summary_note
from integrations.wording.week_note import LeaderWeek
from surveys.ballots.keys import KeyStore
from surveys.ballots.queries import answer_token, has_answered
from surveys.cadence.models import Programme, Remind
from surveys.commitments.leaders_week import WAVES, week_of
from surveys.commitments.leading import stands_in
from surveys.commitments.models import Commitment, CommitmentState, Share
from surveys.commitments.most_pressing import DATED
from surveys.commitments.playbooks import step_to_try
from surveys.deliveries.models import ChannelName, Delivery, Kind
from surveys.errors import Gone
from surveys.milestones.models import StepIssue
from surveys.people.groups_read import group_of
from surveys.people.models import Leadership, Person, TeamOrGroup
from surveys.results.published import TeamTrend
from surveys.results.queries import trend_of
from surveys.retrospectives.models import PostedSummary, Retrospective
from surveys.retrospectives.room import own_deadline
from surveys.waves.models import Place, Wave, WaveUnit
from surveys.waves.rules import FrozenRules
from surveys.zones import local_date

ABOUT_BOARDS = (Kind.RETRO_STARTED, Kind.RETRO_STEP)


class NothingToSay(Exception):
    """The occasion has passed: the wave closed, the promise was kept, the person answered already."""


async def outgoing_for(
    session: AsyncSession,
    keys: KeyStore,
    settings: Settings,
    delivery: Delivery,
    *,
    now: datetime | None = None,
) -> Outgoing:
    """Return a claimed delivery as a message to one person, as of `now` or when it was due.

    Raises:
        NothingToSay: see the class.
    """
    person = await session.get_one(Person, delivery.person_id)
    if delivery.kind is Kind.RETRO_SUMMARY:
        return await _to_channel(session, settings, delivery, person)
    if delivery.kind is Kind.STEP_ISSUE:
        return await _to_tracker(session, settings, delivery, person)
    today = local_date(now or delivery.due_at, person.zone)
    return Outgoing(
        key=delivery.key,
        email=person.email,
        slack_id=person.slack_id,
        locale=person.locale,
        zone=person.zone,
        note=await _note(session, keys, settings, delivery, today),
    )


async def _note(
    session: AsyncSession, keys: KeyStore, settings: Settings, delivery: Delivery, today: date
) -> Note | GroupJoined | LeaderWeek:
    match delivery.kind:
        case Kind.INVITATION | Kind.REMINDER | Kind.SNOOZED:
            return await _ask(session, keys, settings, delivery)
        case Kind.SIGN_IN | Kind.MAILBOX_NEWS:
            signs_in = delivery.kind is Kind.SIGN_IN
            return SignInNotice() if signs_in else MailboxNews(f"{settings.base_url}/mailboxes")
        case Kind.PROMISE_DUE:
            return await _promise_due(session, settings, delivery, today)
        case Kind.LEADER_WEEK:
            return await _leader_week(session, settings, delivery)
        case Kind.NO_RESULTS:
            return await _no_results(session, delivery)
        case _:
            tell_of = _retro_news if delivery.kind in ABOUT_BOARDS else _about_team
            return await tell_of(session, settings, delivery)


async def _ask(session: AsyncSession, keys: KeyStore, settings: Settings, delivery: Delivery) -> Ask:
    found = await session.execute(
        select(Place.id, Wave, WaveUnit.name)
        .join(Wave, Wave.id == Place.wave_id)
        .join(WaveUnit, (WaveUnit.wave_id == Place.wave_id) & (WaveUnit.team_id == Place.team_id))
        .where(Place.id == delivery.place_id)
    )
    row = found.one_or_none()
    if row is None:
        raise NothingToSay
    place_id, wave, team_name = row
    rules = FrozenRules.of(wave.rules)
    try:
        # Only where HR chose so, and members read it before they answer.
        only_missing = delivery.kind is Kind.REMINDER and rules.remind == Remind.MISSING
        if only_missing and await has_answered(session, keys, place_id):
            raise NothingToSay
        by_mail = delivery.channel is ChannelName.MAIL
        token = await answer_token(session, keys, place_id) if by_mail else None
    except Gone as over:
        raise NothingToSay from over
    return Ask(
        occasion=delivery.kind,
        place_id=place_id,
        team_name=team_name,
        minimum_group=rules.minimum_group,
        closes_at=wave.closes_at,
        answer_url=f"{settings.base_url}/answer/{token}" if token else None,
        about_promise=not wave.is_pulse,
    )


async def _promise_due(session: AsyncSession, settings: Settings, delivery: Delivery, today: date) -> Note:
    promise = await session.get(Commitment, _referred(delivery, "commitment"))
    if promise is None or promise.state is not CommitmentState.OPEN:
        raise NothingToSay
    if promise.due < today or promise.due.isoformat() not in delivery.key:  # over, or moved since
        raise NothingToSay
    page = f"{settings.base_url}/teams/{promise.team_id}#promise-{promise.id}"
    return PromiseDue(promise.text, promise.due, page, press=presses.promise(promise.id))


async def _leader_week(session: AsyncSession, settings: Settings, delivery: Delivery) -> Note | LeaderWeek:
    now = delivery.due_at
    week = await week_of(session, delivery.person_id, now=now)
    if week is None:
        raise NothingToSay
    loop, thing = week.loop, week.thing
    trend = TeamTrend(loop.team_id, loop.team_name)  # all there is of a working group
    if not loop.in_group:
        trend = await trend_of(session, loop.team_id, now=now, as_leader=week.as_leader, waves=WAVES)
    return LeaderWeek(
        loop.team_name,
        trend,
        thing,
        press=presses.thing(thing, loop.team_id),
        page_url=f"{settings.base_url}/teams/{loop.team_id}",
        teams=week.teams,
        step=None if thing.kind in DATED else step_to_try(trend, today=local_date(now, loop.zone)),
        late=[one for one in week.late if one[1] != thing.promise],
    )


async def _retro_news(session: AsyncSession, settings: Settings, delivery: Delivery) -> RetroNews:
    board = await session.get(Retrospective, _referred(delivery, "retrospective"))
    if board is None or board.closed_at is not None:
        raise NothingToSay
    first = delivery.kind is Kind.RETRO_STARTED
    if not first and board.phase != (delivery.refers_to or {}).get("phase"):
        raise NothingToSay
    team = await session.get_one(TeamOrGroup, board.team_id)
    return RetroNews(
        board_id=board.id,
        team_name=team.name,
        title=board.title,
        step=board.phase,
        ends_at=await own_deadline(session, board, delivery.person_id, now=delivery.due_at),
        first=first,
        page_url=f"{settings.base_url}/retros/{board.id}",
    )


async def _to_channel(
    session: AsyncSession, settings: Settings, delivery: Delivery, person: Person
) -> Outgoing:
    """Return the summary of a board for its channel, in the words that were shown before the press."""
    board = await session.get(Retrospective, _referred(delivery, "retrospective"))
    posted = await session.get(PostedSummary, board.id) if board is not None else None
    if board is None or posted is None:
        raise NothingToSay
    note = await summary_note(
        session,
        board,
        with_topics=posted.with_topics,
        posted_by=person.name,
        base_url=settings.base_url,
    )
    _, fingerprint = say_summary(note, Translator(posted.locale))
    if fingerprint != posted.fingerprint:  # somebody was renamed since: nobody has read these words
        raise NothingToSay
    return Outgoing(
        key=delivery.key,
        email="",
        slack_id=posted.channel,
        locale=posted.locale,
        zone=person.zone,
        note=note,
    )


async def _to_tracker(
    session: AsyncSession, settings: Settings, delivery: Delivery, person: Person
) -> Outgoing:
    """Return an agreed step as an issue, in the words that were shown before the press."""
    promise = await session.get(Commitment, _referred(delivery, "commitment"))
    row = await session.get(StepIssue, promise.id) if promise is not None else None
    if promise is None or row is None:
        raise NothingToSay
    team = await session.get_one(TeamOrGroup, promise.team_id)
    place, language = (row.source, row.project), Translator(row.locale)
    draft = draft_of(promise, place, team_name=team.name, base_url=settings.base_url, language=language)
    return Outgoing(
        key=delivery.key, email="", slack_id=None, locale=row.locale, zone=person.zone, note=draft
    )


async def _no_results(session: AsyncSession, delivery: Delivery) -> NoResults:
    name = await session.scalar(
        select(Programme.name)
        .join(Wave, Wave.programme_id == Programme.id)
        .where(Wave.id == _referred(delivery, "wave_id"))
    )
    if name is None:
        raise NothingToSay
    return NoResults(name)


async def _about_team(session: AsyncSession, settings: Settings, delivery: Delivery) -> Note | GroupJoined:
    team = await session.get(TeamOrGroup, delivery.team_id)
    if team is None:
        raise NothingToSay
    page = f"{settings.base_url}/teams/{team.id}"
    match delivery.kind:
        case Kind.RESULTS_FOR_LEADER:
            return await _results_for_leader(session, delivery, team, page)
        case Kind.RESULTS_FOR_TEAM:
            return ResultsOut(team.name, for_leader=False, page_url=page)
        case Kind.MAILBOX_REPLY:
            return MailboxReply(team.name)
        case Kind.GROUP_JOINED:
            return await _group_joined(session, delivery, page)
        case Kind.LEADER_NUDGE:
            press = presses.share(delivery.wave_id, team.id) if delivery.wave_id else ""
            return LeaderNudge(team.name, page, press=press)
        case _:
            return await _shared(session, delivery, team.name, page)


async def _group_joined(session: AsyncSession, delivery: Delivery, page: str) -> GroupJoined:
    group = await group_of(session, delivery.team_id) if delivery.team_id is not None else None
    if group is None or group.ended_at or delivery.person_id not in {one.id for one in group.people}:
        raise NothingToSay
    return GroupJoined(group.name, tuple(one.name for one in group.leaders), page)


async def _results_for_leader(
    session: AsyncSession, delivery: Delivery, team: TeamOrGroup, page: str
) -> ResultsOut:
    """Return the news of results to who leads a team, or stands in there, when it is sent."""
    if await session.get(Leadership, (team.id, delivery.person_id)) is not None:
        wave = await session.get_one(Wave, delivery.wave_id)
        return ResultsOut(team.name, for_leader=True, page_url=page, team_sees_at=wave.team_sees_at)
    acts = await stands_in(session, team.id, delivery.person_id, now=delivery.due_at)
    return ResultsOut(team.name, for_leader=False, page_url=page, stands_in=acts)


async def _shared(session: AsyncSession, delivery: Delivery, team_name: str, page: str) -> Shared:
    found = await session.execute(
        select(Share.words, Person.name)
        .join(Person, Person.id == Share.person_id)
        .where(Share.wave_id == delivery.wave_id, Share.team_id == delivery.team_id)
    )
    row = found.one_or_none()
    if row is None:
        raise NothingToSay
    return Shared(team_name, row.name, row.words, page)


def _referred(delivery: Delivery, name: str) -> UUID:
    return UUID(str((delivery.refers_to or {})[name]))
