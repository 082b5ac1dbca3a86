"""Receipts: totals of the organisation, and a hash over exactly the bytes that readers are shown.

A hash over sums that are hidden can be recovered by trying every sum. A hash that can be computed from
what is shown anyway holds nothing else; one that cannot covers something hidden, or figures were changed.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from service.attacks.published import PublishedWave
from surveys.results.receipts import changed_texts, receipt_list, sha256_of
from surveys.results.rules.participation import EXACT_FROM

KNOWN = frozenset({"answered", "asked", "discarded", "figures_not_shown", "figures_shown", "sha256"})


def telling_totals(wave: PublishedWave) -> int:
    """Return how many totals of a receipt say more than the pages: of few people, or by subtraction."""
    receipt = wave.receipt or {}
    asked = sum(unit.asked for unit in wave.units.values())
    found = len(set(receipt) - KNOWN)
    found += receipt.get("asked") is not None and asked < wave.minimum
    if receipt.get("answered") is not None:
        roots = [unit for unit, parent in wave.parents().items() if parent is None]
        told = sum((wave.participation.get(root) or {}).get("asked") or 0 for root in roots)
        found += asked < EXACT_FROM or told != asked or 0 < asked - _counted_exactly(wave) < EXACT_FROM
    return found


def _counted_exactly(wave: PublishedWave) -> int:
    """Return how many people are asked in units whose exact count of answers is said, each once."""
    parents = wave.parents()
    exact = {unit for unit, row in wave.participation.items() if row["answered"] is not None}
    highest = set(exact)
    for unit in exact:
        above = parents.get(unit)
        while above is not None and above not in exact:
            above = parents.get(above)
        if above is not None:
            highest.discard(unit)
    return sum(wave.participation[unit]["asked"] for unit in highest)


async def hides_something(session: AsyncSession, wave: PublishedWave) -> bool:
    """Return whether the hash of a receipt is not that of what is shown now."""
    if wave.receipt is None or "sha256" not in wave.receipt:
        return False
    fingerprint = sha256_of(await receipt_list(session, wave.wave_id))
    return bool(fingerprint != wave.receipt["sha256"] or await changed_texts(session, wave.wave_id))
