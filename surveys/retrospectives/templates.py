"""The parts of each template, as data. What they are called stands in `integrations.wording.retro`.

Another template is one line here, its words there, and nothing else. Thanks come last in each.
"""

from collections.abc import Mapping, Sequence

from surveys.errors import Invalid
from surveys.retrospectives.rules import Column, Template

PARTS: Mapping[Template, Sequence[Column]] = {
    Template.THREE_PARTS: (Column.WENT_WELL, Column.TO_IMPROVE, Column.NEXT_STEPS),
    Template.START_STOP_CONTINUE: (Column.START, Column.STOP, Column.CONTINUE),
    Template.FOUR_LS: (Column.LIKED, Column.LEARNED, Column.LACKED, Column.LONGED_FOR),
    Template.SAILBOAT: (Column.WIND, Column.ANCHOR, Column.ROCKS, Column.ISLAND),
    Template.INCIDENT: (Column.HAPPENED, Column.MADE_SENSE, Column.HELPED, Column.NEXT_STEPS),
}


def parts_of(template: Template) -> tuple[Column, ...]:
    """Return the parts of a template in their order, thanks last."""
    return (*PARTS[template], Column.THANKS)


def require_part(template: Template, column: Column) -> None:
    """Refuse a part that a board does not have.

    Raises:
        Invalid: it has others.
    """
    if column not in parts_of(template):
        raise Invalid("This choice is not one of those offered.", field="part")
