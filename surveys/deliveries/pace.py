"""The pace of calls to a method of a workspace, shared by all workers; and how rows are written once."""

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Executable, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.database import Base
from surveys.deliveries.models import SendingPace
from surveys.deliveries.rules import BURST

ANY_METHOD = "*"  # a pause of the whole workspace


def dialect(session: AsyncSession) -> str:
    """Return "postgresql" or "sqlite"."""
    return session.get_bind().dialect.name


def insert_once(session: AsyncSession, model: type[Base]) -> Any:  # noqa: ANN401 -- two dialects' Insert
    """Return an insert that leaves an existing row alone."""
    if dialect(session) == "postgresql":
        return postgresql.insert(model).on_conflict_do_nothing()
    return sqlite.insert(model).on_conflict_do_nothing()


async def reserve_call(
    session: AsyncSession, workspace: str, method: str, per_minute: int, *, at: datetime
) -> float | None:
    """Take the next place in the shared pace of a method; return None, or the seconds to wait first.

    The pace is a token bucket that all workers share: one call each 60 / `per_minute` seconds, with
    room for a short burst. Nothing is taken when there is a wait.

    Args:
        session: the transaction whose commit takes the place.
        workspace: pauses and paces of workspaces are independent.
        method: the method to be called.
        per_minute: how many calls a minute.
        at: the real clock.
    """
    pace, whole = await _paces_of(session, workspace, method, at)
    pauses = [row.paused_until for row in (pace, whole) if row is not None and row.paused_until is not None]
    paused = max((until - at).total_seconds() for until in pauses) if pauses else 0.0
    interval = timedelta(minutes=1) / per_minute
    early = (pace.next_at - BURST * interval - at).total_seconds()
    wait = max(paused, early)
    if wait > 0:
        return wait
    pace.next_at = max(pace.next_at, at) + interval
    await session.flush()
    return None


async def pause_calls(
    session: AsyncSession, workspace: str, method: str, *, until: datetime, at: datetime
) -> None:
    """Let no worker call this method before `until`; `ANY_METHOD` pauses the whole workspace."""
    pace, _ = await _paces_of(session, workspace, method, at)
    pace.paused_until = max(until, pace.paused_until or until)
    await session.flush()


async def pause_left(session: AsyncSession, workspace: str, method: str, *, at: datetime) -> float | None:
    """Return for how many seconds this method is paused, or None where it is not."""
    named = SendingPace.method.in_((method, ANY_METHOD))
    until = await session.scalar(
        select(func.max(SendingPace.paused_until)).where(SendingPace.workspace == workspace, named)
    )
    return (until - at).total_seconds() if until is not None and until > at else None


async def _paces_of(
    session: AsyncSession, workspace: str, method: str, at: datetime
) -> tuple[SendingPace, SendingPace | None]:
    """Return the row of a method, made where there is none, and the one of the whole workspace."""
    values = {"workspace": workspace, "methods": (method, ANY_METHOD)}
    found = {row.method: row for row in await session.scalars(PACES, values)}
    if method not in found:
        first = insert_once(session, SendingPace).values(workspace=workspace, method=method, next_at=at)
        await session.execute(first)
        found = {row.method: row for row in await session.scalars(PACES, values)}
    return found[method], found.get(ANY_METHOD)


# In one order, so that two workers never wait for each other.
PACES = (
    select(SendingPace)
    .where(
        SendingPace.workspace == bindparam("workspace"),
        SendingPace.method.in_(bindparam("methods", expanding=True)),
    )
    .order_by(SendingPace.method)
    .with_for_update()
    .execution_options(populate_existing=True)
)


async def changed_rows(session: AsyncSession, statement: Executable) -> int:
    """Run a statement that changes rows without loading them; return how many it changed."""
    result = await session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount
