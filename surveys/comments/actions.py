"""Delivering the words of a wave, and everything that can be done with a mailbox.

Nothing of a mailbox is logged, audited or dated to the hour, and no action here knows who writes.
"""

from datetime import date, datetime
from hashlib import sha256
from uuid import UUID, uuid4

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.ballots.words import cleaned
from surveys.comments.models import Addressee, Mailbox, MailboxMessage, Remark, RemarkTheme, Side
from surveys.comments.queries import addressees_of, mailbox_for
from surveys.comments.rules import (
    LONGEST_MESSAGE,
    MAILBOX_LASTS,
    MAILBOXES_A_DAY,
    MESSAGES_A_DAY,
    WORDS_KEPT,
    Delivered,
    handed_over_on,
    require_token,
    week_of,
)
from surveys.errors import Conflict, Gone, Invalid, Missing, no_such_team
from surveys.people.models import Organisation, Team
from surveys.people.rules import Viewer
from surveys.waves.models import Wave


async def deliver_words(session: AsyncSession, wave_id: UUID, delivered: Delivered) -> None:
    """Store what a wave delivers, in the transaction that publishes it and deletes what was sealed."""
    if delivered.words:
        rows = [
            {"id": uuid4(), "wave_id": wave_id, "team_id": unit, "words": words}
            for unit, words in delivered.words
        ]
        await session.execute(insert(Remark), rows)
    if delivered.themes:
        await session.execute(
            insert(RemarkTheme),
            [{"wave_id": wave_id, "team_id": unit, "theme": theme} for unit, theme in delivered.themes],
        )


async def open_mailbox(
    session: AsyncSession, token: str, team_id: UUID, addressee: Addressee, words: str, *, now: datetime
) -> Mailbox:
    """Make a mailbox with its first message. The same secret a second time changes nothing.

    Args:
        session: the edge's, which knows nobody.
        token: the secret of the link, made in the writer's browser; only its SHA-256 is stored.
        team_id: the unit it is about.
        addressee: for whom it is.
        words: the first message.
        now: decides the batch it goes with and is stored nowhere.

    Raises:
        Invalid: nothing written, too long, or a secret that is not one of ours.
        Missing: no such unit.
        Conflict: nobody holds that office, or too many mailboxes were made for this unit today.
    """
    digest = digest_of(token)
    words = _require_words(words)
    team = await session.get(Team, team_id)
    if team is None:
        raise no_such_team()
    known = await session.scalar(select(Mailbox).where(Mailbox.token_hash == digest))
    if known is not None:
        return known
    if addressee not in await addressees_of(session, team):
        raise Conflict("Nobody holds this office at the moment. Please choose somebody else.")
    day = await _batch_day(session, team.organisation_id, now)
    new = select(func.count()).select_from(Mailbox)
    made = await session.scalar(new.where(Mailbox.team_id == team_id, Mailbox.last_day == day))
    if (made or 0) >= MAILBOXES_A_DAY:
        raise Conflict("Many mailboxes of this team were written to today. Please try again tomorrow.")
    mailbox = Mailbox(
        id=uuid4(),
        organisation_id=team.organisation_id,
        token_hash=digest,
        team_id=team_id,
        addressee=addressee,
        week=week_of(day),
        last_day=day,
    )
    session.add(mailbox)
    await session.flush()
    await _add(session, mailbox, Side.WRITER, words, day)
    return mailbox


async def write_on(session: AsyncSession, token: str, words: str, *, now: datetime) -> Mailbox:
    """Add a message of the writer, who is whoever knows the secret.

    Raises:
        Missing: no such mailbox; a wrong secret, one that has expired and one that never was read alike.
        Gone: its recipient has closed it.
        Conflict: too many messages today.
        Invalid: nothing written or too long.
    """
    mailbox = await mailbox_of(session, token, now=now)
    words = _require_words(words)
    _require_open(mailbox)
    day = await _batch_day(session, mailbox.organisation_id, now)
    today = select(func.count()).select_from(MailboxMessage)
    written = await session.scalar(
        today.where(
            MailboxMessage.mailbox_id == mailbox.id,
            MailboxMessage.visible_on == day,
            MailboxMessage.side == Side.WRITER,
        )
    )
    if (written or 0) >= MESSAGES_A_DAY:
        raise Conflict("That is enough for one day. It can go on with the next batch, tomorrow.")
    await _add(session, mailbox, Side.WRITER, words, day)
    return mailbox


async def reply(
    session: AsyncSession, viewer: Viewer, mailbox_id: UUID, words: str, *, now: datetime
) -> Mailbox:
    """Add a reply of the recipient. It is handed over and announced to the whole team with the next batch.

    Raises:
        Missing: no such mailbox for this reader.
        Gone: it is closed.
        Invalid: nothing written or too long.
    """
    mailbox = await mailbox_for(session, viewer, mailbox_id, now=now)
    words = _require_words(words)
    _require_open(mailbox)
    day = await _batch_day(session, mailbox.organisation_id, now)
    await _add(session, mailbox, Side.RECIPIENT, words, day)
    return mailbox


async def close_mailbox(
    session: AsyncSession, viewer: Viewer, mailbox_id: UUID, *, now: datetime
) -> Mailbox:
    """Take no more messages in this mailbox. Its writer reads that, and stays unknown.

    Raises:
        Missing: no such mailbox for this reader.
    """
    mailbox = await mailbox_for(session, viewer, mailbox_id, now=now)
    mailbox.closed = True
    return mailbox


async def mailbox_of(session: AsyncSession, token: str, *, now: datetime) -> Mailbox:
    """Return the mailbox whose secret this is.

    Raises:
        Missing: there is none.
    """
    found = await session.scalar(select(Mailbox).where(Mailbox.token_hash == digest_of(token)))
    if found is None or found.last_day + MAILBOX_LASTS < now.date():
        raise Missing(
            "There is no mailbox behind this link. It may have expired, or the link is not complete."
        )
    return found


async def prune_words(session: AsyncSession, *, now: datetime) -> int:
    """Delete expired mailboxes, and words ninety days after the results they came with; return how many."""
    old = select(Mailbox.id).where(Mailbox.last_day < now.date() - MAILBOX_LASTS)
    expired = (await session.scalars(old)).all()
    if expired:
        await session.execute(delete(MailboxMessage).where(MailboxMessage.mailbox_id.in_(expired)))
        await session.execute(delete(Mailbox).where(Mailbox.id.in_(expired)))
    waves = (
        await session.scalars(
            select(Wave.id).where(
                Wave.published_at < now - WORDS_KEPT,
                Wave.id.in_(select(Remark.wave_id)) | Wave.id.in_(select(RemarkTheme.wave_id)),
            )
        )
    ).all()
    for model in (Remark, RemarkTheme):
        await session.execute(delete(model).where(model.wave_id.in_(waves)))
    return len(expired) + len(waves)


def digest_of(token: str) -> bytes:
    """Return what is stored of a mailbox's secret.

    Raises:
        Invalid: it is not one of ours.
    """
    return sha256(require_token(token).encode()).digest()


def _require_words(words: str) -> str:
    words = cleaned(words)
    if not words:
        raise Invalid("Please write something first.", field="words")
    if len(words) > LONGEST_MESSAGE:
        raise Invalid("Please use at most {most} characters.", field="words", most=LONGEST_MESSAGE)
    return words


def _require_open(mailbox: Mailbox) -> None:
    if mailbox.closed:
        raise Gone("This mailbox takes no more messages. Its recipient has closed it.")


async def _batch_day(session: AsyncSession, organisation_id: UUID, now: datetime) -> date:
    organisation = await session.get_one(Organisation, organisation_id)
    return handed_over_on(now, organisation.zone)


async def _add(session: AsyncSession, mailbox: Mailbox, side: Side, words: str, day: date) -> None:
    # Two messages at the same moment must not get the same place in the conversation.
    await session.refresh(mailbox, with_for_update=True)
    newest = select(func.max(MailboxMessage.position)).where(MailboxMessage.mailbox_id == mailbox.id)
    position = (await session.scalar(newest) or 0) + 1
    session.add(
        MailboxMessage(mailbox_id=mailbox.id, position=position, side=side, words=words, visible_on=day)
    )
    mailbox.last_day = max(mailbox.last_day, day)
    await session.flush()
