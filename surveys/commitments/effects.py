"""Whether a dimension lies higher or lower since something was done about it. Words only, never a cause."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.commitments.loop import TopicView
from surveys.commitments.rates import cycle_of, effect
from surveys.commitments.rules import TopicKind
from surveys.questions.rules import waves_in_cycle
from surveys.results.models import Figure
from surveys.results.rules.trend import noise_variance
from surveys.waves.models import Wave, WaveState
from surveys.waves.rules import FrozenRules

ABOUT_DIMENSIONS = frozenset({TopicKind.SHIFT, TopicKind.LOW})


async def effects_of(
    session: AsyncSession, team_id: UUID, topics: Sequence[TopicView], *, now: datetime, for_leader: bool
) -> dict[UUID, str]:
    """Return higher, lower or no_change for each topic about a fall whose promises are all done.

    Compared are the last full cycle before the one in which it fell and the first that began after the
    last promise was done. A topic for which either is missing is left out.
    """
    found = {}
    for topic in topics:
        done = [promise.done_at for promise in topic.promises if promise.done_at is not None]
        if topic.kind in ABOUT_DIMENSIONS and done and len(done) == len(topic.promises):
            word = await _effect(session, team_id, topic, max(done), now=now, for_leader=for_leader)
            if word is not None:
                found[topic.id] = word
    return found


async def _effect(
    session: AsyncSession,
    team_id: UUID,
    topic: TopicView,
    done_at: datetime,
    *,
    now: datetime,
    for_leader: bool,
) -> str | None:
    sees_at = Wave.leaders_see_at if for_leader else Wave.team_sees_at
    rows = await session.execute(
        select(Wave, Figure)
        .join(Figure, Figure.wave_id == Wave.id)
        .where(
            Figure.team_id == team_id,
            Figure.dimension == topic.code,
            Figure.shown,
            Wave.state == WaveState.PUBLISHED,
            Wave.number.is_not(None),
            sees_at <= now,
        )
        .order_by(Wave.closes_at)
    )
    return _since(done_at, topic, [(wave, figure) for wave, figure in rows])


def _since(done_at: datetime, topic: TopicView, published: Sequence[tuple[Wave, Figure]]) -> str | None:
    """Hold the last cycle before the fall against the first after an instant, where both are known."""
    length, fell, began = 1, None, dict[int, datetime]()
    figures: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for wave, figure in published:
        length = waves_in_cycle(FrozenRules.of(wave.rules).pulse)
        cycle = (wave.number or 0) // length
        began.setdefault(cycle, wave.opens_at)
        if wave.id == topic.wave_id:
            fell = cycle
        if figure.score is not None and figure.n and figure.asked:
            items = max(sum(item["dimension"] == topic.code for item in wave.items), 1)
            figures[cycle].append((figure.score, noise_variance(figure.n, figure.asked, items=items)))
    if fell is None:
        return None
    means = {cycle: cycle_of(each, waves=length) for cycle, each in sorted(figures.items())}
    before = [mean for cycle, mean in means.items() if cycle < fell and mean is not None]
    after = [mean for cycle, mean in means.items() if began[cycle] > done_at and mean is not None]
    return effect(before[-1], after[0]) if before and after else None
