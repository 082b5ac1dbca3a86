"""How looks at figures are counted: each person once a unit and day, and nobody by name."""

from datetime import date, timedelta
from uuid import uuid4

from surveys.audit.rules import DayOfLooks, LookedAs, days_of, mark_of

TODAY = date(2026, 3, 3)
YESTERDAY = TODAY - timedelta(days=1)


def test_days_are_counted_by_role_the_newest_first() -> None:
    looks = [
        (YESTERDAY, LookedAs.VIEWER),
        (TODAY, LookedAs.HR),
        (TODAY, LookedAs.LEADER),
        (TODAY, LookedAs.HR),
    ]
    assert days_of(looks) == [
        DayOfLooks(TODAY, [(LookedAs.LEADER, 1), (LookedAs.HR, 2)]),
        DayOfLooks(YESTERDAY, [(LookedAs.VIEWER, 1)]),
    ]
    assert days_of([]) == []


def test_a_mark_is_one_person_one_unit_and_one_day_and_names_none_of_them() -> None:
    person, team = uuid4(), uuid4()
    mark = mark_of(person, team, TODAY)

    assert mark == mark_of(person, team, TODAY)
    others = [
        mark_of(uuid4(), team, TODAY),
        mark_of(person, uuid4(), TODAY),
        mark_of(person, team, YESTERDAY),
        mark_of(None, team, TODAY),
    ]
    assert len({mark, *others}) == 5
    assert len(mark) == 32
    assert person.hex[:8] not in mark
