"""The width of a range of few answers: it may depend on how many answered, never on what."""

import math
from collections import defaultdict
from typing import Any

from service.attacks.published import PublishedWave, Row
from surveys.results.rules.intervals import Z, logical_bounds, width_from_answers

TOLERANCE = 1e-6


def telling_widths(wave: PublishedWave) -> int:
    """Return how many ranges cannot come from n, N and the mean alone, though they should.

    From half-width · √n ÷ (1.96 · √(1 - n/N)) follows the standard deviation that was used. One that is
    not the same for all figures with as many statements was taken from the answers and gives Σ² away.
    """
    found = 0
    used: dict[int, list[float]] = defaultdict(list)
    for (_, dimension), figure in wave.figures.items():
        n, items = figure["n"], len(wave.codes(dimension))
        if n is None or width_from_answers(n) or figure["low"] is None or figure["capped"]:
            continue
        lowest, highest = logical_bounds(figure["score"] * n, n, figure["asked"])
        if figure["range_kind"] == "bounds":
            found += not (_same(figure["low"], lowest) and _same(figure["high"], highest))
        elif figure["range_kind"] == "by_size":
            used[items] += _deviations(figure, lowest, highest)
        else:
            found += 1
    for deviations in used.values():
        usual = sorted(deviations)[len(deviations) // 2] if deviations else 0.0
        found += sum(not _same(deviation, usual) for deviation in deviations)
    return found


def _deviations(figure: Row, lowest: float, highest: float) -> list[float]:
    """Return the standard deviation behind each end of a range that is not cut to its bounds."""
    n, asked, mean = figure["n"], figure["asked"], figure["score"]
    unit = Z / math.sqrt(n) * math.sqrt(1 - n / asked)
    ends = ((mean - figure["low"], figure["low"], lowest), (figure["high"] - mean, figure["high"], highest))
    return [half / unit for half, end, bound in ends if not _same(end, bound)]


def _same(left: Any, right: float) -> bool:  # noqa: ANN401 -- a stored number
    return math.isclose(left, right, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
