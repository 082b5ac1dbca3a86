"""Each leak that somebody could plant in a database is found, on SQLite and on PostgreSQL."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.attacks import leftovers, logs, loosened, on_waves, order, outbox, postgresql_server, schema
from service.attacks.attempts import NOT_TRIED
from surveys.comments.models import Remark
from surveys.deliveries.models import Delivery, Kind
from surveys.results.models import Figure, Pool, TeamWord
from surveys.retrospectives.models import SealedCard
from surveys.tables import metadata
from surveys.waves.models import Place, Turnout, Wave, WaveState
from tests.service.attacks.conftest import leaks
from tests.waves import Story

A_WEEK_LATER = timedelta(weeks=2)


async def payments_pool(session: AsyncSession, story: Story) -> Pool:
    return (
        await session.scalars(
            select(Pool).where(Pool.team_id == story.cast.payments.id, Pool.dimension == "PSY")
        )
    ).one()


async def plant_ballot(session: AsyncSession, wave_id: UUID) -> None:
    """A row of a wave that is over; on PostgreSQL a place for it has to be made first."""
    if session.get_bind().dialect.name == "postgresql":
        name = f"open_ballot_{wave_id.hex}"
        await session.execute(
            text(f"CREATE TABLE {name} PARTITION OF open_ballot FOR VALUES IN ('{wave_id}')")
        )
    await session.execute(
        insert(metadata.tables["open_ballot"]).values(
            wave_id=wave_id, row_key=b"\x91" * 32, payload=b"\x92" * 44
        )
    )


class TestTheShapeOfTheDatabase:
    async def test_nothing_is_found_in_one_that_kept_made(self, session: AsyncSession) -> None:
        assert leaks(await schema.attacks(session)) == set()

    @pytest.mark.parametrize("column", ["cast_at TIMESTAMP", "team_id CHAR(32)"])
    async def test_a_time_or_a_unit_on_sealed_answers_is_found(
        self, session: AsyncSession, column: str
    ) -> None:
        await session.execute(text(f"ALTER TABLE open_ballot ADD COLUMN {column}"))
        assert leaks(await schema.attacks(session)) == {"columns of sealed answers"}

    async def test_a_column_a_table_and_a_view_that_kept_did_not_make_are_found(
        self, session: AsyncSession
    ) -> None:
        await session.execute(text("ALTER TABLE person ADD COLUMN last_seen TIMESTAMP"))
        await session.execute(text("CREATE TABLE closed_answer (score INTEGER)"))
        await session.execute(text("CREATE VIEW who AS SELECT wave_id, row_key FROM open_ballot"))
        assert leaks(await schema.attacks(session)) == {"tables and columns", "triggers, views and copies"}

    async def test_a_column_for_sums_of_squares_is_found(self, session: AsyncSession) -> None:
        await session.execute(text("ALTER TABLE pool ADD COLUMN squares FLOAT"))
        assert leaks(await schema.attacks(session)) == {"tables and columns"}

    @pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
    async def test_answers_numbered_by_arrival_are_found(self, session: AsyncSession) -> None:
        assert leaks(await order.attacks(session)) == set()
        await session.execute(text("DROP TABLE open_ballot"))
        await session.execute(text("CREATE TABLE open_ballot (wave_id TEXT, row_key BLOB, payload BLOB)"))
        assert leaks(await order.attacks(session)) == {"order of rows"}


class TestRowsThatOutliveTheirWave:
    async def test_nothing_is_left_of_a_published_wave(self, session: AsyncSession, story: Story) -> None:
        assert leaks(await leftovers.attacks(session)) == set()

    async def test_a_ballot_that_survived_the_close_is_found(
        self, session: AsyncSession, story: Story
    ) -> None:
        await plant_ballot(session, (await story.wave()).id)
        assert leaks(await leftovers.attacks(session)) == {"answers of closed waves"}

    async def test_a_place_or_a_message_that_survived_is_found(
        self, session: AsyncSession, story: Story
    ) -> None:
        wave, alice = await story.wave(), story.cast.alice
        session.add(
            Place(wave_id=wave.id, person_id=alice.id, team_id=story.cast.payments.id, zone="UTC",
                  asks_at=wave.opens_at)
        )  # fmt: skip
        await session.flush()
        assert leaks(await leftovers.attacks(session)) == {"rosters of closed waves"}

    def test_it_is_known_of_every_table_with_a_wave_whether_its_rows_may_stay(self) -> None:
        with_a_wave = {name for name, table in metadata.tables.items() if "wave_id" in table.columns}
        assert with_a_wave - leftovers.STAYS == {"open_ballot", "open_remark", "place", "turnout"}

    async def test_a_turnout_of_few_people_is_found(self, session: AsyncSession, story: Story) -> None:
        wave = await story.open((await story.wave()).opens_at + A_WEEK_LATER)
        session.add(Turnout(wave_id=wave.id, day=wave.occurrence, percent=45))
        await session.flush()
        assert leaks(await leftovers.attacks(session)) == {"turnout"}

    async def test_words_from_three_people_and_sealed_cards_without_a_key_are_found(
        self, session: AsyncSession, story: Story
    ) -> None:
        wave_id, team_id = (await story.wave()).id, story.cast.people.id
        session.add(Remark(wave_id=wave_id, team_id=team_id, words="I would rather not say"))
        session.add(SealedCard(retrospective_id=uuid4(), row_key=b"\x93" * 32, payload=b"\x94" * 44))
        await session.flush()
        assert leaks(await leftovers.attacks(session)) == {"words of few", "cards and votes"}


class TestFigures:
    async def test_nothing_is_found_in_what_kept_publishes(
        self, session: AsyncSession, story: Story
    ) -> None:
        assert leaks(await on_waves.attacks(session)) == set()

    async def test_a_late_answer_that_was_counted_afterwards_is_found(
        self, session: AsyncSession, story: Story
    ) -> None:
        await session.execute(
            update(Figure)
            .where(Figure.team_id == story.cast.payments.id, Figure.dimension == "PSY")
            .values(score=Figure.score + 12.5, n=Figure.n + 1)
        )
        assert {"late answers", "hashes of receipts"} <= leaks(await on_waves.attacks(session))

    async def test_a_sum_of_squares_of_a_small_group_is_found(
        self, session: AsyncSession, story: Story
    ) -> None:
        pool = await payments_pool(session, story)
        pool.item_sums = {**pool.item_sums, "squares": 4375.0}
        await session.flush()
        assert "more than sums" in leaks(await on_waves.attacks(session))

    async def test_a_filter_is_found(self, session: AsyncSession, story: Story) -> None:
        known = {"wave_id": (await story.wave()).id, "team_id": story.cast.payments.id, "shown": True}
        await session.execute(
            insert(Figure).values(**known, dimension="PSY of newcomers", n=3, asked=3, score=50.0)
        )
        assert {"extra figures", "stored groups"} <= leaks(await on_waves.attacks(session))

    async def test_a_group_of_fewer_than_k_is_found(self, session: AsyncSession, story: Story) -> None:
        pool = await payments_pool(session, story)
        pool.n = 4
        await session.flush()
        assert "stored groups" in leaks(await on_waves.attacks(session))

    async def test_a_word_from_too_few_or_on_nothing_asked_is_found(
        self, session: AsyncSession, story: Story
    ) -> None:
        wave_id = (await story.wave()).id
        team_id = story.cast.people.id  # three people
        session.add(TeamWord(wave_id=wave_id, team_id=team_id, question=f"LOOP-03:{uuid4()}", word="kept"))
        await session.flush()
        assert leaks(await on_waves.attacks(session)) == {"team words"}

    @pytest.mark.parametrize("looser", [{"votes_for_a_word": 3}, {"share_for_a_word": 0.4}])
    async def test_rules_that_let_a_word_come_from_fewer_than_four_votes_or_half_are_found(
        self, session: AsyncSession, story: Story, looser: dict[str, float]
    ) -> None:
        wave = (await session.scalars(select(Wave))).one()
        assert (wave.rules["votes_for_a_word"], wave.rules["share_for_a_word"]) == (4, 0.5)
        wave.rules = {**wave.rules, **looser}
        await session.flush()
        assert "team words" in leaks(await on_waves.attacks(session))


class TestLoosening:
    async def test_a_minimum_group_lowered_afterwards_and_a_wave_opened_again_are_found(
        self, session: AsyncSession, story: Story
    ) -> None:
        assert leaks(await loosened.attacks(session)) == set()

        wave = (await session.scalars(select(Wave))).one()
        wave.rules = {**wave.rules, "minimum_group": 3}
        await session.flush()
        assert leaks(await loosened.attacks(session)) == {"minimum groups"}

        wave.state = WaveState.OPEN
        await session.flush()
        assert leaks(await loosened.attacks(session)) == {"minimum groups", "reopened waves"}


class TestTheOutbox:
    async def test_reminders_for_everybody_say_nothing(self, session: AsyncSession, story: Story) -> None:
        await story.open((await story.wave()).opens_at + A_WEEK_LATER)
        assert leaks(await outbox.attacks(session)) == set()

    async def test_a_reminder_for_the_missing_only_is_found(
        self, session: AsyncSession, story: Story
    ) -> None:
        await story.open((await story.wave()).opens_at + A_WEEK_LATER)
        place = await story.place("Alice")
        found = await session.scalars(
            select(Delivery).where(Delivery.place_id == place.id, Delivery.kind == Kind.REMINDER)
        )
        for reminder in found.all():
            await session.delete(reminder)
        await session.flush()
        assert leaks(await outbox.attacks(session)) == {"reminders"}


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
class TestAPostgresqlServer:
    async def test_an_ordinary_one_tells_nothing(self, session: AsyncSession) -> None:
        attempts = await postgresql_server.attacks(session) + await order.attacks(session)
        assert leaks(attempts) == set()

    async def test_a_statement_log_with_values_is_found(self, session: AsyncSession) -> None:
        await session.execute(text("SET LOCAL log_statement = 'mod'"))
        assert leaks(await postgresql_server.attacks(session)) == {"statement log"}
        await session.execute(text("SET LOCAL log_parameter_max_length = 0"))
        assert leaks(await postgresql_server.attacks(session)) == set()

    async def test_something_personal_in_the_transaction_of_an_answer_is_found(
        self, session: AsyncSession, story: Story
    ) -> None:
        await plant_ballot(session, (await story.wave()).id)
        assert leaks(await order.attacks(session)) == set()
        await session.execute(text("UPDATE person SET active = active WHERE slack_id = 'UALICE'"))
        assert "transactions of answers" in leaks(await order.attacks(session))

    @pytest.mark.parametrize(
        ("settings", "ways"),
        [
            ({"log_min_duration_statement": "0"}, 1),
            ({"log_min_duration_statement": "250ms"}, 1),
            ({"log_min_duration_statement": "-1", "log_statement": "ddl"}, 0),
            ({"log_parameter_max_length_on_error": "-1"}, 1),
            ({"auto_explain.log_min_duration": "0"}, 1),
            ({"pgaudit.log": "write", "pgaudit.log_parameter": "on"}, 1),
        ],
    )
    def test_each_way_into_the_log_is_known(
        self, backend: str, settings: dict[str, str | None], ways: int
    ) -> None:
        assert postgresql_server.ways_of_logging_values(settings) == ways


class TestLogs:
    SAID = (
        ("people in logs", "12:04 request by alice@example.com"),
        ("visits and links in logs", '127.0.0.1 - "GET /answer HTTP/1.1" 200'),
        ("visits and links in logs", f"opened /answer/{'x' * 43}"),
        ("statements in logs", "DETAIL:  parameters: $1 = '{\"\\\\x91\"}'"),
    )

    async def test_ordinary_lines_say_nothing(
        self, session: AsyncSession, story: Story, tmp_path: Path
    ) -> None:
        (tmp_path / "kept.log").write_text('{"event": "request", "route": "/teams/{team_id}", "ms": 3}\n')
        assert leaks(await logs.attacks(session, [tmp_path / "kept.log"])) == set()

    @pytest.mark.parametrize(("attack", "line"), SAID)
    async def test_a_line_that_no_log_may_hold_is_found(
        self, session: AsyncSession, story: Story, tmp_path: Path, attack: str, line: str
    ) -> None:
        (tmp_path / "kept.log").write_text(f"started\n{line}\n")
        assert leaks(await logs.attacks(session, [tmp_path / "kept.log"])) == {attack}

    async def test_a_folder_without_a_line_was_not_searched(
        self, session: AsyncSession, tmp_path: Path
    ) -> None:
        assert [each.verdict for each in await logs.attacks(session, [tmp_path])] == [NOT_TRIED]
