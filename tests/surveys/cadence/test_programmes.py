"""What HR can do about programmes, on either database, and what the preview says."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.audit.models import Entry
from surveys.cadence.actions import (
    add_programme,
    change_programme,
    draft_problems,
    pause_programme,
    resume_programme,
)
from surveys.cadence.drafts import OwnItem, ProgrammeDraft
from surveys.cadence.minimum_group import set_minimum_group
from surveys.cadence.queries import (
    draft_of,
    places_of,
    preview,
    programme_called,
    programmes,
    small_units,
)
from surveys.cadence.quiet_days import Quiet
from surveys.cadence.rules import Schedule, minimum_in_force, next_occurrence, occurrences
from surveys.errors import Conflict, Invalid, Missing
from tests.cast import make_cast, make_organisation, make_person, make_team

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)  # a Tuesday, 13:00 in Berlin
DRAFT = ProgrammeDraft(name="Team pulse", start_on=date(2026, 3, 2))


async def log_of(session: AsyncSession) -> list[str]:
    entries = await session.scalars(select(Entry).where(Entry.action.like("programme.%")))
    return sorted(entry.action for entry in entries)


def next_days(programme: object, count: int, after: date | None = None) -> list[date]:
    return list(islice(occurrences(Schedule.of(programme), after=after), count))  # type: ignore[arg-type] -- a programme


class TestAdding:
    async def test_what_was_decided_is_what_is_kept(self, session: AsyncSession) -> None:
        cast = await make_cast(session)
        draft = replace(
            DRAFT,
            audience=(cast.payments.id, cast.search.id),
            pulse="light",
            local_time=time(9, 30),
            blackouts=(("2026-12-24", "2027-01-02"),),
            struck_items=("PSY-03",),
            own_items=(OwnItem("Our tools help us."),),
        )

        added = await add_programme(session, cast.organisation, draft, now=NOON)
        await session.refresh(added)

        assert draft_of(added) == draft.tidied()
        assert added.own_items == [{"code": "OWN-01", "text": "Our tools help us.", "reversed": False}]
        assert await log_of(session) == ["programme.added"]

    async def test_the_first_problem_refuses_it(self, session: AsyncSession) -> None:
        cast = await make_cast(session)

        with pytest.raises(Invalid) as refused:
            await add_programme(session, cast.organisation, replace(DRAFT, reminders=3), now=NOON)

        assert refused.value.field == "reminders"
        assert await programmes(session, cast.organisation.id) == []

    async def test_a_team_of_another_organisation_is_unknown(self, session: AsyncSession) -> None:
        cast = await make_cast(session)
        other = await make_organisation(session, "Other")
        theirs = await make_team(session, other, "Theirs")

        problems = await draft_problems(
            session,
            cast.organisation,
            replace(DRAFT, audience=(theirs.id,)),
            itself=None,
            asked_before=False,
        )

        assert [problem.field for problem in problems] == ["audience"]

    async def test_names_are_told_apart_whatever_their_capitals(self, session: AsyncSession) -> None:
        cast = await make_cast(session)
        kept = await add_programme(session, cast.organisation, DRAFT, now=NOON)

        again = replace(DRAFT, name="team PULSE")

        assert [
            p.field
            for p in await draft_problems(
                session, cast.organisation, again, itself=None, asked_before=False
            )
        ] == ["name"]
        assert (
            await draft_problems(session, cast.organisation, again, itself=kept.id, asked_before=True) == []
        )


class TestChanging:
    async def test_only_a_change_is_written_to_the_log(self, session: AsyncSession) -> None:
        cast = await make_cast(session)
        kept = await add_programme(session, cast.organisation, DRAFT, now=NOON)

        await change_programme(
            session, cast.organisation, kept.id, draft_of(kept), asked_before=False, now=NOON
        )
        assert await log_of(session) == ["programme.added"]

        await change_programme(
            session, cast.organisation, kept.id, replace(DRAFT, reminders=2), asked_before=False, now=NOON
        )
        entry = (await session.scalars(select(Entry).where(Entry.action == "programme.changed"))).one()
        assert entry.details == {"changed": ["reminders"]}
        assert kept.counts_from is None

    async def test_a_new_timetable_makes_up_for_nothing_in_the_past(self, session: AsyncSession) -> None:
        cast = await make_cast(session)
        weekly = replace(DRAFT, every=1, weekday=4, window_hours=72)
        kept = await add_programme(session, cast.organisation, weekly, now=NOON)

        # Monday is past already, and so is 10:00 of this Tuesday.
        await change_programme(
            session, cast.organisation, kept.id, replace(weekly, weekday=1), asked_before=False, now=NOON
        )

        following = next_occurrence(Schedule.of(kept), date(2026, 2, 27), now=NOON)
        assert following == date(2026, 3, 10)

    async def test_a_time_that_is_still_ahead_today_counts(self, session: AsyncSession) -> None:
        cast = await make_cast(session)
        weekly = replace(DRAFT, every=1, weekday=4, window_hours=72)
        kept = await add_programme(session, cast.organisation, weekly, now=NOON)
        afternoon = replace(weekly, weekday=1, local_time=time(15))

        await change_programme(session, cast.organisation, kept.id, afternoon, asked_before=False, now=NOON)

        assert next_days(kept, 1, after=date(2026, 2, 27)) == [date(2026, 3, 3)]

    async def test_a_changed_wording_gets_a_code_that_was_never_used(self, session: AsyncSession) -> None:
        cast = await make_cast(session)
        first = replace(DRAFT, own_items=(OwnItem("One."), OwnItem("Two.")))
        kept = await add_programme(session, cast.organisation, first, now=NOON)
        second = replace(DRAFT, own_items=(OwnItem("Two."), OwnItem("One, in other words.")))

        await change_programme(session, cast.organisation, kept.id, second, asked_before=False, now=NOON)
        assert [own["code"] for own in kept.own_items] == ["OWN-02", "OWN-03"]

        await change_programme(session, cast.organisation, kept.id, DRAFT, asked_before=False, now=NOON)
        await change_programme(session, cast.organisation, kept.id, first, asked_before=False, now=NOON)
        assert [own["code"] for own in kept.own_items] == ["OWN-04", "OWN-05"]

    async def test_two_programmes_never_share_a_code(self, session: AsyncSession) -> None:
        cast = await make_cast(session)
        own = replace(DRAFT, own_items=(OwnItem("One."),))
        await add_programme(session, cast.organisation, own, now=NOON)

        other = await add_programme(session, cast.organisation, replace(own, name="Other"), now=NOON)

        assert [kept["code"] for kept in other.own_items] == ["OWN-02"]

    async def test_what_does_not_exist_cannot_be_changed(self, session: AsyncSession) -> None:
        cast = await make_cast(session)

        with pytest.raises(Missing):
            await change_programme(session, cast.organisation, uuid4(), DRAFT, asked_before=False, now=NOON)


class TestPausing:
    async def test_a_pause_ends_in_the_old_rhythm_without_making_up(self, session: AsyncSession) -> None:
        cast = await make_cast(session)
        kept = await add_programme(session, cast.organisation, replace(DRAFT, every=2), now=NOON)
        rhythm = next_days(kept, 8)

        await pause_programme(session, kept.id, now=NOON, by=cast.helen.id)
        assert kept.paused_at == NOON
        await resume_programme(session, cast.organisation, kept.id, now=NOON + timedelta(days=50))

        assert kept.paused_at is None
        assert next_days(kept, 4, after=rhythm[0]) == rhythm[4:]

    async def test_doing_it_twice_is_doing_it_once(self, session: AsyncSession) -> None:
        cast = await make_cast(session)
        kept = await add_programme(session, cast.organisation, DRAFT, now=NOON)

        for _ in range(2):
            await pause_programme(session, kept.id, now=NOON)
        for _ in range(2):
            await resume_programme(session, cast.organisation, kept.id, now=NOON)

        assert await log_of(session) == ["programme.added", "programme.paused", "programme.resumed"]


class TestTheMinimumGroup:
    async def test_four_is_possible_only_before_the_first_wave(self, session: AsyncSession) -> None:
        organisation = await make_organisation(session)

        await set_minimum_group(session, organisation, to=4, asked_before=False, now=NOON)
        assert organisation.minimum_group == 4
        await set_minimum_group(session, organisation, to=6, asked_before=True, now=NOON)
        with pytest.raises(Conflict, match="only be raised"):
            await set_minimum_group(session, organisation, to=4, asked_before=True, now=NOON)

    @pytest.mark.parametrize("to", [3, 51])
    async def test_three_is_never_possible(self, session: AsyncSession, to: int) -> None:
        organisation = await make_organisation(session)

        with pytest.raises(Invalid, match="between 4 and 50"):
            await set_minimum_group(session, organisation, to=to, asked_before=False, now=NOON)

    @settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.tuples(st.booleans(), st.none() | st.integers(2, 52)), max_size=10))
    async def test_whatever_is_tried_after_a_wave_what_is_in_force_never_falls(
        self, session: AsyncSession, tries: list[tuple[bool, int | None]]
    ) -> None:
        organisation = await make_organisation(session)
        kept = await add_programme(session, organisation, DRAFT, now=NOON)

        def in_force() -> int:
            return minimum_in_force(organisation.minimum_group, kept.minimum_group)

        for of_programme, to in tries:
            before, refusal = in_force(), None
            wanted = to or organisation.minimum_group
            try:
                if of_programme:
                    draft = replace(draft_of(kept), minimum_group=to)
                    await change_programme(
                        session, organisation, kept.id, draft, asked_before=True, now=NOON
                    )
                else:
                    await set_minimum_group(session, organisation, to=wanted, asked_before=True, now=NOON)
            except (Invalid, Conflict) as found:
                refusal = found
            assert in_force() == (before if refusal else max(before, wanted))
            assert refusal is None or not max(before, 4) <= wanted <= 50
            assert not isinstance(refusal, Invalid) or refusal.field == "minimum_group"

    async def test_a_programme_that_never_asked_may_take_its_own_minimum_back(
        self, session: AsyncSession
    ) -> None:
        organisation = await make_organisation(session)
        kept = await add_programme(session, organisation, replace(DRAFT, minimum_group=8), now=NOON)
        lower = replace(DRAFT, minimum_group=6)

        with pytest.raises(Invalid, match="is 8 already; keep it or raise it"):
            await change_programme(session, organisation, kept.id, lower, asked_before=True, now=NOON)
        await change_programme(session, organisation, kept.id, lower, asked_before=False, now=NOON)

        assert kept.minimum_group == 6


class TestFindingOne:
    async def test_by_name_in_any_spelling_or_by_id(self, session: AsyncSession) -> None:
        cast = await make_cast(session)
        kept = await add_programme(session, cast.organisation, DRAFT, now=NOON)

        for wanted in ("Team pulse", " team  PULSE ", str(kept.id)):
            assert await programme_called(session, cast.organisation.id, wanted) is kept

    async def test_when_there_is_none_the_message_says_which_there_are(self, session: AsyncSession) -> None:
        cast = await make_cast(session)
        with pytest.raises(Missing, match="programme add"):
            await programme_called(session, cast.organisation.id, "Pulse")

        await add_programme(session, cast.organisation, DRAFT, now=NOON)
        with pytest.raises(Missing, match='there is "Team pulse"'):
            await programme_called(session, cast.organisation.id, "Pulse")


class TestPlaces:
    async def test_they_count_whom_the_directory_asks(self, session: AsyncSession) -> None:
        cast = await make_cast(session)
        await make_person(
            session, cast.organisation, "Kim", team=cast.search, zone="Asia/Seoul", country="KR"
        )
        await make_person(session, cast.organisation, "Gone", team=cast.search, active=False)
        await make_person(
            session,
            cast.organisation,
            "Lee",
            team=cast.search,
            leads=[cast.search, cast.people],
            country=None,
        )
        directory = await cast.directory(session)
        rosters = directory.rosters()
        for chosen in ([], [cast.payments.id], [cast.product.id], [cast.search.id, cast.warehouse.id]):
            units = {below for team in chosen or directory.roots() for below in directory.descendants(team)}
            asked = [
                directory.people[who] for unit, people in rosters.items() if unit in units for who in people
            ]

            expected = Counter((person.zone, person.country or "DE") for person in asked)

            assert await places_of(session, cast.organisation, chosen) == expected

    async def test_people_of_another_organisation_are_not_counted(self, session: AsyncSession) -> None:
        cast = await make_cast(session)
        before = await places_of(session, cast.organisation, [])

        await make_cast(session, name="Other")

        assert await places_of(session, cast.organisation, []) == before


class TestThePreview:
    async def test_it_shows_the_next_six_in_every_zone(self, session: AsyncSession) -> None:
        cast = await make_cast(session)
        await make_person(
            session, cast.organisation, "Kim", team=cast.search, zone="Asia/Seoul", country="KR"
        )
        kept = await add_programme(session, cast.organisation, DRAFT, now=NOON)

        rows = await preview(session, cast.organisation, kept, now=NOON)

        assert [row.occurrence for row in rows] == [
            date(2026, 3, 31) + timedelta(weeks=4 * number) for number in range(6)
        ]
        assert (rows[0].zones[0].zone, rows[0].zones[0].people) == ("Asia/Seoul", 1)
        assert rows[0].opens_at == datetime(2026, 3, 31, 1, 0, tzinfo=UTC)
        assert rows[0].closes_at == datetime(2026, 3, 31, 8, 0, tzinfo=UTC) + timedelta(hours=192)

    async def test_it_says_what_a_holiday_did(self, session: AsyncSession) -> None:
        cast = await make_cast(session)
        friday = replace(DRAFT, weekday=4, start_on=date(2026, 4, 3))  # Good Friday

        row, *_ = await preview(session, cast.organisation, friday, now=NOON)

        shift = row.zones[0].shift
        assert shift is not None
        assert (shift.quiet_day, shift.why) == (date(2026, 4, 3), Quiet.HOLIDAY)
        assert shift.asked_on == date(2026, 4, 7)  # Easter Monday is one too

    async def test_it_shows_an_occurrence_that_is_not_held(self, session: AsyncSession) -> None:
        cast = await make_cast(session)
        friday = replace(DRAFT, weekday=4, start_on=date(2026, 4, 3), every=1, window_hours=72)

        rows = await preview(session, cast.organisation, friday, now=NOON, count=2)

        assert [(row.occurrence, row.held) for row in rows] == [
            (date(2026, 4, 3), False),
            (date(2026, 4, 10), True),
        ]

    async def test_without_anybody_to_ask_it_goes_by_the_organisation(self, session: AsyncSession) -> None:
        organisation = await make_organisation(session)

        row, *_ = await preview(session, organisation, DRAFT, now=NOON)

        assert [(place.zone, place.people) for place in row.zones] == [("Europe/Berlin", 0)]


class TestSmallUnits:
    async def test_a_weekly_pulse_asks_units_under_eight_less_often(self, session: AsyncSession) -> None:
        cast = await make_cast(session)
        weekly = replace(DRAFT, every=1, window_hours=72)

        assert await small_units(session, cast.organisation, weekly) == 6
        assert (
            await small_units(session, cast.organisation, replace(weekly, audience=(cast.product.id,))) == 3
        )

    async def test_a_fortnightly_pulse_asks_them_every_time(self, session: AsyncSession) -> None:
        cast = await make_cast(session)

        assert await small_units(session, cast.organisation, replace(DRAFT, every=2)) == 0
