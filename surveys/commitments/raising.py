"""Topics that raise themselves: out of a pulse, a mailbox, a retrospective, or a note on a mistake.

Each says that there is something, and what it is about where enough people said so. No text is copied:
the words of a mailbox or a card could tell who wrote them. Safe to repeat, since each topic has a key.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.comments.models import Addressee, Mailbox, MailboxMessage, Remark, RemarkTheme, Side
from surveys.comments.rules import HANDED_OVER_AT, newest_batch
from surveys.commitments.models import MistakeNote, Topic, TopicKind
from surveys.deliveries.pace import insert_once
from surveys.people.models import Leadership, Organisation, WorkingGroup
from surveys.results.models import Figure
from surveys.retrospectives.models import ActionStep, Card, CardGroup, Retrospective
from surveys.waves.models import Wave, WaveState
from surveys.zones import time_zone

STILL_NEWS = timedelta(days=14)  # what is older raises no topics any more
SAID_LATELY = timedelta(days=60)  # a dimension that stays low is not brought up again before
DOWN = "shifted_down"
LOW_BELOW, ROUGHLY = 50, 5  # scores: more disagree than agree, as roughly as it is said in words
Row = dict[str, Any]


async def raise_topics(session: AsyncSession, *, now: datetime) -> int:
    """Raise what the last days brought up and leaders can read; return how many topics."""
    found = [
        *await _from_pulses(session, now=now),
        *await _from_mailboxes(session, now=now),
        *await _from_retrospectives(session, now=now),
        *await _from_mistakes(session, now=now),
    ]
    raised = 0
    for row in found:
        written = await session.scalars(
            insert_once(session, Topic).values({"id": uuid4(), **row}).returning(Topic.id)
        )
        raised += len(written.all())
    return raised


async def _from_pulses(session: AsyncSession, *, now: datetime) -> list[Row]:
    """Return what pulses brought up: a fall, a low figure, a theme, and what people wrote, together."""
    waves = await session.scalars(
        select(Wave).where(
            Wave.state == WaveState.PUBLISHED,
            Wave.is_pulse,
            Wave.leaders_see_at <= now,
            Wave.leaders_see_at >= now - STILL_NEWS,
            ~exists().where(Topic.wave_id == Wave.id),
        )
    )
    rows: list[Row] = []
    for wave in waves.all():
        brought_up = [*await _figures(session, wave.id, now=now), *await _words(session, wave.id)]
        rows += [
            {
                "organisation_id": wave.organisation_id,
                "key": f"{kind}:{wave.id.hex}:{team_id.hex}:{code or ''}",
                "team_id": team_id,
                "wave_id": wave.id,
                "kind": kind,
                "code": code,
                "raised_at": wave.leaders_see_at,
            }
            for kind, team_id, code in brought_up
        ]
    return rows


async def _figures(
    session: AsyncSession, wave_id: UUID, *, now: datetime
) -> Iterable[tuple[TopicKind, UUID, str]]:
    """Return dimensions that fell or are low, only where the figure is shown to the team itself."""
    led = select(Leadership.team_id)
    figures = await session.scalars(
        select(Figure)
        .where(Figure.wave_id == wave_id, Figure.shown, Figure.team_id.in_(led))
        .order_by(Figure.team_id, Figure.dimension)
    )
    lately = await session.execute(
        select(Topic.team_id, Topic.code).where(
            Topic.team_id.in_(select(Figure.team_id).where(Figure.wave_id == wave_id)),
            Topic.kind.in_([TopicKind.SHIFT, TopicKind.LOW]),
            Topic.raised_at > now - SAID_LATELY,
        )
    )
    said = {(row[0], row[1]) for row in lately}
    found: list[tuple[TopicKind, UUID, str]] = []
    for figure in figures.all():
        if (figure.trend or {}).get("word") == DOWN:
            found.append((TopicKind.SHIFT, figure.team_id, figure.dimension))
        elif reads_low(figure.score) and (figure.team_id, figure.dimension) not in said:
            found.append((TopicKind.LOW, figure.team_id, figure.dimension))
    return found


def reads_low(score: float | None) -> bool:
    """Return whether a shown figure says that more disagree than agree; without a score it is very low."""
    return score is None or ROUGHLY * round(score / ROUGHLY) < LOW_BELOW


async def _words(session: AsyncSession, wave_id: UUID) -> list[tuple[TopicKind, UUID, str | None]]:
    led = select(Leadership.team_id)
    themes = await session.execute(
        select(RemarkTheme.team_id, RemarkTheme.theme).where(
            RemarkTheme.wave_id == wave_id, RemarkTheme.team_id.in_(led)
        )
    )
    found: list[tuple[TopicKind, UUID, str | None]] = [
        (TopicKind.THEME, team_id, theme) for team_id, theme in themes
    ]
    wrote = await session.scalars(
        select(Remark.team_id).where(Remark.wave_id == wave_id, Remark.team_id.in_(led)).distinct()
    )
    return found + [(TopicKind.COMMENTS, team_id, None) for team_id in wrote]


async def _from_mailboxes(session: AsyncSession, *, now: datetime) -> list[Row]:
    """Return one topic for each mailbox whose first message was handed over to a leader.

    Its hour is that of the batch, as for everybody; when the message was written is known to nobody.
    """
    rows: list[Row] = []
    for organisation in (await session.scalars(select(Organisation))).all():
        newest = newest_batch(now, organisation.zone)
        found = await session.execute(
            select(Mailbox.id, Mailbox.team_id, func.min(MailboxMessage.visible_on))
            .join(MailboxMessage, MailboxMessage.mailbox_id == Mailbox.id)
            .where(
                Mailbox.organisation_id == organisation.id,
                Mailbox.addressee == Addressee.LEADER,
                MailboxMessage.side == Side.WRITER,
            )
            .group_by(Mailbox.id, Mailbox.team_id)
            .having(
                func.min(MailboxMessage.visible_on) <= newest,
                func.min(MailboxMessage.visible_on) >= newest - STILL_NEWS,
            )
        )
        zone = time_zone(organisation.zone)
        rows += [
            {
                "organisation_id": organisation.id,
                "key": f"{TopicKind.MAILBOX}:{mailbox_id.hex}",
                "team_id": team_id,
                "kind": TopicKind.MAILBOX,
                "raised_at": datetime.combine(day, HANDED_OVER_AT, zone).astimezone(now.tzinfo),
            }
            for mailbox_id, team_id, day in found
        ]
    return rows


async def _from_retrospectives(session: AsyncSession, *, now: datetime) -> list[Row]:
    """Return one topic for each closed board where the team voted for something that no step answers."""
    closed = await session.scalars(
        select(Retrospective).where(
            Retrospective.closed_at <= now,
            Retrospective.closed_at >= now - STILL_NEWS,
            Retrospective.team_id.in_(select(Leadership.team_id))
            | Retrospective.team_id.in_(select(WorkingGroup.id).where(WorkingGroup.ended_at.is_(None))),
        )
    )
    return [
        {
            "organisation_id": board.organisation_id,
            "key": f"{TopicKind.RETRO}:{board.id.hex}",
            "team_id": board.team_id,
            "kind": TopicKind.RETRO,
            "code": board.id.hex,
            "raised_at": board.closed_at,
        }
        for board in closed.all()
        if await _left_open(session, board.id)
    ]


async def _left_open(session: AsyncSession, board_id: UUID) -> bool:
    answered = select(ActionStep.topic_id).where(
        ActionStep.retrospective_id == board_id,
        ActionStep.topic_id.is_not(None),
        ActionStep.agreed_at.is_not(None),
    )
    proposed = select(ActionStep.id).where(
        ActionStep.retrospective_id == board_id, ActionStep.agreed_at.is_(None)
    )
    groups = select(CardGroup.id).where(
        CardGroup.retrospective_id == board_id, CardGroup.votes > 0, CardGroup.id.not_in(answered)
    )
    cards = select(Card.id).where(
        Card.retrospective_id == board_id,
        Card.votes > 0,
        Card.group_id.is_(None),
        Card.id.not_in(answered),
    )
    for left in (proposed, groups, cards):
        if await session.scalar(left.limit(1)) is not None:
            return True
    return False


async def _from_mistakes(session: AsyncSession, *, now: datetime) -> list[Row]:
    """Return one topic for each note on a mistake: it counts as read, since its writer raised it."""
    notes = await session.scalars(select(MistakeNote).where(MistakeNote.written_at >= now - STILL_NEWS))
    return [
        {
            "organisation_id": note.organisation_id,
            "key": mistake_key(note.id),
            "team_id": note.team_id,
            "kind": TopicKind.MISTAKE,
            "raised_at": note.written_at,
            "acknowledged_at": note.written_at,
        }
        for note in notes.all()
    ]


def mistake_key(note_id: UUID) -> str:
    """Return the key of the topic that a note on a mistake raises."""
    return f"{TopicKind.MISTAKE}:{note_id.hex}"
