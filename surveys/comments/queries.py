"""What may be read of words and mailboxes, by whom. Nothing here tells when anything was read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, exists, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.comments.models import Addressee, Mailbox, MailboxMessage, Remark, RemarkTheme, Side
from surveys.comments.rules import MAILBOX_LASTS, newest_batch
from surveys.errors import not_here
from surveys.people.models import Leadership, Organisation, Person, Role, RoleKind, Team
from surveys.people.rules import Viewer
from surveys.waves.models import Wave, WaveUnit
from surveys.waves.queries import roster
from surveys.waves.rules import FrozenRules

OFFICES = {Addressee.HR: RoleKind.HR, Addressee.OMBUDSPERSON: RoleKind.OMBUDSPERSON}


@dataclass(frozen=True, slots=True)
class WordsOfWave:
    """What a unit said to the open question of a wave; both are empty where nothing was delivered."""

    prompt: str  # code
    minimum: int  # people who had to answer before words are delivered
    words: Sequence[str]
    themes: Sequence[str]  # codes


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation; `waits` where the batch it goes with is still to come."""

    side: Side
    words: str
    day: date
    waits: bool


@dataclass(frozen=True, slots=True)
class Thread:
    """A mailbox as one of its two sides may see it at a moment."""

    id: UUID
    team_name: str
    addressee: Addressee
    week: date
    closed: bool
    messages: Sequence[Message]

    @property
    def waits_for_reply(self) -> bool:
        """Whether the newest message is the writer's."""
        return bool(self.messages) and self.messages[-1].side is Side.WRITER and not self.closed


@dataclass(frozen=True, slots=True)
class Around:
    """What the page for one's own words needs besides the sheet: whom a hint would know by name."""

    organisation_id: UUID
    names: Sequence[str]


def may_read_words(viewer: Viewer, team_id: UUID) -> bool:
    """Return whether someone reads a unit's own words: its leaders and those who are asked in it.

    HR, viewers and units above or below do not; words are never carried up.
    """
    return team_id in viewer.leads or team_id == viewer.unit


async def around(session: AsyncSession, wave_id: UUID, team_id: UUID) -> Around:
    """Return the names of those who are asked in a unit of an open wave, and of who leads it."""
    wave = await session.get_one(Wave, wave_id)
    unit = await session.get_one(WaveUnit, (wave_id, team_id))
    leaders = await session.scalars(
        select(Person.name).where(Person.id.in_([UUID(leader) for leader in unit.leaders]))
    )
    return Around(wave.organisation_id, sorted({*await roster(session, wave_id, team_id), *leaders}))


async def words_of_wave(
    session: AsyncSession, wave_id: UUID, team_id: UUID, rules: FrozenRules
) -> WordsOfWave | None:
    """Return what a unit said in a published wave, in no order; None where its rules ask nothing open."""
    if rules.open_prompt is None:
        return None
    words = await session.scalars(
        select(Remark.words).where(Remark.wave_id == wave_id, Remark.team_id == team_id).order_by(Remark.id)
    )
    themes = await session.scalars(
        select(RemarkTheme.theme)
        .where(RemarkTheme.wave_id == wave_id, RemarkTheme.team_id == team_id)
        .order_by(RemarkTheme.theme)
    )
    return WordsOfWave(rules.open_prompt, rules.minimum_group, list(words), list(themes))


async def teams_to_write_about(session: AsyncSession, organisation_id: UUID) -> list[tuple[UUID, str]]:
    """Return the units a mailbox can be about, by name."""
    found = await session.execute(
        select(Team.id, Team.name).where(Team.organisation_id == organisation_id).order_by(Team.name)
    )
    return [(row[0], row[1]) for row in found]


async def offices_held(session: AsyncSession, organisation_id: UUID) -> set[Addressee]:
    """Return the offices besides leaders to which somebody in an organisation is appointed."""
    kinds = set(
        await session.scalars(
            select(Role.kind)
            .join(Person, (Person.id == Role.person_id) & Person.active)
            .where(Role.organisation_id == organisation_id)
        )
    )
    return {office for office, kind in OFFICES.items() if kind in kinds}


async def addressees_of(session: AsyncSession, team: Team) -> set[Addressee]:
    """Return whom a mailbox about a unit can be for."""
    held = await offices_held(session, team.organisation_id)
    return held | ({Addressee.LEADER} if await _leads(session, team.id) else set())


async def recipients(session: AsyncSession, mailbox: Mailbox) -> list[Person]:
    """Return who holds the office a mailbox is for, at this moment."""
    if mailbox.addressee is Addressee.LEADER:
        held = select(Person).join(Leadership, Leadership.person_id == Person.id)
        held = held.where(Leadership.team_id == mailbox.team_id)
    else:
        held = select(Person).join(Role, Role.person_id == Person.id)
        held = held.where(
            Role.organisation_id == mailbox.organisation_id, Role.kind == OFFICES[mailbox.addressee]
        )
    return list((await session.scalars(held.where(Person.active).distinct())).all())


def is_for(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition that a mailbox is addressed to an office this person holds."""
    offices: list[ColumnElement[bool]] = [
        (Mailbox.addressee == Addressee.LEADER) & Mailbox.team_id.in_(viewer.leads or {UUID(int=0)})
    ]
    if viewer.is_hr:
        offices.append(Mailbox.addressee == Addressee.HR)
    if viewer.is_ombudsperson:
        offices.append(Mailbox.addressee == Addressee.OMBUDSPERSON)
    mine: ColumnElement[bool] = or_(false(), *offices)
    return mine & (Mailbox.organisation_id == viewer.organisation_id)


async def mailbox_for(session: AsyncSession, viewer: Viewer, mailbox_id: UUID, *, now: datetime) -> Mailbox:
    """Return a mailbox that is addressed to this reader and whose first message was handed over.

    Raises:
        Missing: there is none, or not for this reader.
    """
    today = await _today(session, viewer.organisation_id, now)
    mailbox = await session.scalar(
        select(Mailbox).where(Mailbox.id == mailbox_id, is_for(viewer), _handed_over(today))
    )
    if mailbox is None:
        raise not_here()
    return mailbox


async def threads_for(session: AsyncSession, viewer: Viewer, *, now: datetime) -> list[Thread]:
    """Return the conversations addressed to this reader, as handed over until today's batch.

    Those that wait for a reply come first; within a day there is no order.
    """
    today = await _today(session, viewer.organisation_id, now)
    found = await session.scalars(
        select(Mailbox).where(is_for(viewer), _handed_over(today)).order_by(Mailbox.id)
    )
    threads = await _threads(session, found.all(), Side.RECIPIENT, today)
    return sorted(threads, key=lambda each: (not each.waits_for_reply, -each.messages[-1].day.toordinal()))


async def thread(session: AsyncSession, mailbox: Mailbox, reader: Side, *, now: datetime) -> Thread:
    """Return a conversation: one's own messages at once, the other side's from their batch on."""
    today = await _today(session, mailbox.organisation_id, now)
    [found] = await _threads(session, [mailbox], reader, today)
    return found


async def _threads(
    session: AsyncSession, mailboxes: Sequence[Mailbox], reader: Side, today: date
) -> list[Thread]:
    team_ids = {mailbox.team_id for mailbox in mailboxes}
    named = await session.execute(select(Team.id, Team.name).where(Team.id.in_(team_ids)))
    names = {row[0]: row[1] for row in named}
    written = await session.scalars(
        select(MailboxMessage)
        .where(MailboxMessage.mailbox_id.in_([mailbox.id for mailbox in mailboxes]))
        .where((MailboxMessage.side == reader) | (MailboxMessage.visible_on <= today))
        .order_by(MailboxMessage.position)
    )
    messages: dict[UUID, list[Message]] = {mailbox.id: [] for mailbox in mailboxes}
    for each in written:
        messages[each.mailbox_id].append(
            Message(each.side, each.words, each.visible_on, each.visible_on > today)
        )
    return [
        Thread(
            id=mailbox.id,
            team_name=names[mailbox.team_id],
            addressee=mailbox.addressee,
            week=mailbox.week,
            closed=mailbox.closed,
            messages=messages[mailbox.id],
        )
        for mailbox in mailboxes
    ]


async def newest_reply_day(
    session: AsyncSession, team_id: UUID, zone: str, *, now: datetime
) -> date | None:
    """Return the day on which a mailbox about this unit last had a reply handed over, if any did lately.

    Args:
        zone: the organisation's, by whose days mailboxes go.
    """
    today = newest_batch(now, zone)
    values = {"team_id": team_id, "today": today, "since": today - MAILBOX_LASTS}
    day: date | None = await session.scalar(_newest_reply(), values)
    return day


@cache
def _newest_reply() -> Select[date]:
    return (
        select(MailboxMessage.visible_on)
        .join(Mailbox, Mailbox.id == MailboxMessage.mailbox_id)
        .where(
            Mailbox.team_id == bindparam("team_id"),
            MailboxMessage.side == Side.RECIPIENT,
            MailboxMessage.visible_on <= bindparam("today"),
            MailboxMessage.visible_on >= bindparam("since"),
        )
        .order_by(MailboxMessage.visible_on.desc())
        .limit(1)
    )


def _handed_over(today: date) -> ColumnElement[bool]:
    return exists().where(
        MailboxMessage.mailbox_id == Mailbox.id,
        MailboxMessage.side == Side.WRITER,
        MailboxMessage.visible_on <= today,
    )


async def _leads(session: AsyncSession, team_id: UUID) -> bool:
    known = await session.scalar(
        select(Leadership.team_id)
        .join(Person, (Person.id == Leadership.person_id) & Person.active)
        .where(Leadership.team_id == team_id)
        .limit(1)
    )
    return known is not None


async def _today(session: AsyncSession, organisation_id: UUID, now: datetime) -> date:
    organisation = await session.get_one(Organisation, organisation_id)
    return newest_batch(now, organisation.zone)
