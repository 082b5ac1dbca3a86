"""Which messages a batch of mailboxes brings. Safe to repeat: a delivery's key names person and day."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.comments.models import Mailbox, MailboxMessage, Side
from surveys.comments.queries import recipients
from surveys.comments.rules import newest_batch
from surveys.deliveries.actions import schedule
from surveys.deliveries.models import Kind
from surveys.deliveries.rules import Planned, channel_for
from surveys.people.models import Organisation
from surveys.people.queries import directory_of

Decent = Callable[[datetime, str], datetime]  # an instant and a zone → the next one fit for messages there


async def tell_recipients(session: AsyncSession, *, now: datetime, decent: Decent) -> int:
    """Tell those for whom something was written; one message a day, however much it is."""
    planned = 0
    for organisation in (await session.scalars(select(Organisation))).all():
        day = newest_batch(now, organisation.zone)
        told: set[UUID] = set()
        for mailbox in await _handed_over(session, organisation, Side.WRITER, day):
            for person in await recipients(session, mailbox):
                if person.id in told:
                    continue
                told.add(person.id)
                planned += await schedule(
                    session,
                    Planned(
                        key=f"{Kind.MAILBOX_NEWS}:{day}:{person.id}",
                        kind=Kind.MAILBOX_NEWS,
                        person_id=person.id,
                        organisation_id=organisation.id,
                        channel=channel_for(person.slack_id),
                        due_at=decent(now, person.zone),
                    ),
                )
    return planned


async def tell_teams_of_replies(session: AsyncSession, *, now: datetime, decent: Decent) -> int:
    """Tell everybody who is asked in a unit that a mailbox about it has a reply."""
    planned = 0
    for organisation in (await session.scalars(select(Organisation))).all():
        day = newest_batch(now, organisation.zone)
        replied = await _handed_over(session, organisation, Side.RECIPIENT, day)
        if not replied:
            continue
        directory = await directory_of(session, organisation.id)
        rosters = directory.rosters()
        for team_id in sorted({mailbox.team_id for mailbox in replied}):
            for person_id in rosters.get(team_id, ()):
                planned += await schedule(
                    session,
                    Planned(
                        key=f"{Kind.MAILBOX_REPLY}:{day}:{team_id}:{person_id}",
                        kind=Kind.MAILBOX_REPLY,
                        person_id=person_id,
                        organisation_id=organisation.id,
                        channel=channel_for(directory.people[person_id].slack_id),
                        due_at=decent(now, directory.people[person_id].zone),
                        team_id=team_id,
                    ),
                )
    return planned


async def _handed_over(
    session: AsyncSession, organisation: Organisation, side: Side, day: date
) -> Sequence[Mailbox]:
    """Return the mailboxes in which one side's messages were handed over with the batch of `day`."""
    brought = exists().where(
        MailboxMessage.mailbox_id == Mailbox.id,
        MailboxMessage.side == side,
        MailboxMessage.visible_on == day,
    )
    found = await session.scalars(
        select(Mailbox).where(Mailbox.organisation_id == organisation.id, brought).order_by(Mailbox.id)
    )
    return found.all()
