"""Finding a board, locking it, and telling everybody who watches that it changed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.audit.actions import record
from surveys.errors import Forbidden, Gone, KeyLost, no_board_for_you
from surveys.retrospectives.keys import RetroKeys, Secret
from surveys.retrospectives.models import Participant, Retrospective
from surveys.retrospectives.rules import Phase, require_phase

CHANNEL = "kept_board"  # PostgreSQL tells every web process about a change here, when it commits
PEOPLE = "people"  # said with a change of who is here
MOVE = "move "  # said with one move, and followed by what it changed
LONGEST_NOTICE = 7_999  # bytes; PostgreSQL refuses a longer one


async def board_to_change(
    session: AsyncSession, retrospective_id: UUID, person_id: UUID | None, *phases: Phase
) -> Retrospective:
    """Return a board, locked until the transaction ends, so that changes come one after the other.

    Args:
        session: the edge's.
        retrospective_id: which board.
        person_id: who wants to change it; None for the clock.
        phases: at which steps of it that is possible; all where none is given.

    Raises:
        Missing: there is no such board, or the person takes no part in it.
        Gone: it is closed.
        Conflict: it is at another step.
    """
    board = await session.get(Retrospective, retrospective_id, populate_existing=True, with_for_update=True)
    return await _checked(session, board, person_id, phases)


async def board_to_write_on(
    session: AsyncSession, retrospective_id: UUID, person_id: UUID, *phases: Phase
) -> Retrospective:
    """Return a board that cannot move on before this transaction ends, though others may write too.

    Nothing is changed in its row: a card or a vote leaves no trace beside itself.
    """
    board = await session.get(
        Retrospective, retrospective_id, populate_existing=True, with_for_update={"read": True}
    )
    return await _checked(session, board, person_id, phases)


async def _checked(
    session: AsyncSession, board: Retrospective | None, person_id: UUID | None, phases: tuple[Phase, ...]
) -> Retrospective:
    if board is None or (person_id is not None and not await takes_part(session, board.id, person_id)):
        raise no_board_for_you()
    if board.phase is Phase.CLOSED:
        raise Gone("This retrospective is closed. Its summary stays.")
    if phases:
        require_phase(board.phase, *phases)
    return board


async def takes_part(session: AsyncSession, retrospective_id: UUID, person_id: UUID) -> bool:
    """Return whether somebody is one of those whose retrospective it is."""
    return await session.get(Participant, (retrospective_id, person_id)) is not None


async def announce(session: AsyncSession, board: Retrospective, about: str = "") -> None:
    """Let everybody who watches a board see, once this transaction commits, that it changed.

    `about` is as for `notify`.
    """
    board.revision += 1
    await session.flush()
    await notify(session, board.id, about)


async def notify(session: AsyncSession, retrospective_id: UUID, about: str = "") -> None:
    """Wake whoever watches the board; on SQLite they look by themselves.

    `about` may be `PEOPLE`, or `MOVE` with what it changed. What is too long to be told is left out: they
    look then.
    """
    if session.get_bind().dialect.name == "postgresql":
        told = f"{retrospective_id} {about}".strip()
        if len(told.encode()) > LONGEST_NOTICE:
            told = str(retrospective_id)
        await session.execute(select(func.pg_notify(CHANNEL, told)))


async def secret_of(keys: RetroKeys, key_id: UUID | None) -> Secret:
    """Return a key of a board.

    Raises:
        Gone: it is lost, so what lies under it cannot be read by anybody.
    """
    if key_id is None:
        raise Gone("The key of this step is destroyed already.")
    try:
        return await keys.load(key_id)
    except KeyLost:
        raise Gone(
            "The key of this board is lost, so nobody can read what was written. Close this "
            "retrospective and start another."
        ) from None


def require_facilitator(board: Retrospective, person_id: UUID | None) -> None:
    """Refuse what only whoever leads through a board does; the clock (None) may.

    Raises:
        Forbidden: somebody else leads through it.
    """
    if person_id is not None and board.facilitator_id != person_id:
        raise Forbidden("Somebody else leads through this board. Take it over first, if they are gone.")


async def note(
    session: AsyncSession, board: Retrospective, what: str, person_id: UUID | None, *, now: datetime
) -> None:
    """Write into the record what happened to a board, never what anybody wrote on it."""
    await record(
        session,
        organisation_id=board.organisation_id,
        action=f"retrospective.{what}",
        now=now,
        actor_id=person_id,
        subject=f"retrospective:{board.id}",
    )
