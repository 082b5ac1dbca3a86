"""Trees of units for properties that must hold on every one."""

from hypothesis import strategies as st

Tree = dict[int, int | None]


@st.composite
def trees(draw: st.DrawFn, most: int = 9) -> Tree:
    """A tree with parents in any position, not only before their children."""
    size = draw(st.integers(1, most))
    order = draw(st.permutations(range(size)))
    parents: Tree = {order[0]: None}
    for place in range(1, size):
        parents[order[place]] = order[draw(st.integers(0, place - 1))]
    return dict(sorted(parents.items()))
