"""What somebody finds of people's own words who takes everything but the key: while open, and after."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import event, text, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from jobs.close_waves import destroy_keys
from surveys.ballots.actions import withdraw_person
from surveys.ballots.models import OpenRemark
from surveys.ballots.remarks import cast_remark
from surveys.ballots.words import HandedWords, PassedOn
from surveys.comments.queries import words_of_wave
from surveys.database import sqlite_file
from surveys.errors import Invalid, Missing, WaveClosed
from surveys.people.actions import erase_person
from surveys.waves.models import Wave, WaveUnit
from surveys.waves.rules import FrozenRules
from tests.privacy.test_open_and_closed import PAYMENTS, dump, everything
from tests.waves import OPENING, Story, make_keys

SAID = "Decisions get lost between meetings."


@pytest.fixture
async def story(sessions: async_sessionmaker[AsyncSession], tmp_path: Path) -> Story:
    return await Story(sessions, make_keys(tmp_path)).begin()


@pytest.fixture
async def own_story(own_sessions: async_sessionmaker[AsyncSession], tmp_path: Path) -> Story:
    """A story on a database of its own, for tests that look at what a commit leaves behind."""
    return await Story(own_sessions, make_keys(tmp_path)).begin()


async def say(
    story: Story,
    name: str,
    content: str,
    kind: PassedOn | None = PassedOn.WORDS,
    *,
    slack: str | None = None,
) -> None:
    place = await story.place(name)
    async with story.sessions.begin() as session:
        await cast_remark(session, story.keys, HandedWords(place.id, slack, kind, content), now=OPENING)


async def delivered(story: Story, team: str = "payments") -> Mapping[str, list[str]]:
    wave = await story.wave()
    async with story.sessions() as session:
        found = await words_of_wave(
            session, wave.id, getattr(story.cast, team).id, FrozenRules.of(wave.rules)
        )
    assert found is not None
    return {"words": sorted(found.words), "themes": list(found.themes)}


def test_sealed_words_can_neither_name_nor_date_their_author() -> None:
    columns = OpenRemark.__table__.columns

    assert {column.name for column in columns} == {"wave_id", "row_key", "payload"}
    assert not [column for column in columns if column.foreign_keys]


class TestWhileOpen:
    async def test_sending_words_writes_one_sealed_row_and_nothing_else(
        self, own_story: Story, own_database: AsyncEngine
    ) -> None:
        await own_story.open()
        before = await dump(own_story)
        written: list[str] = []

        def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
            words = statement.split()
            if words[0] in {"INSERT", "UPDATE", "DELETE"}:
                written.append(words[2] if words[0] != "UPDATE" else words[1])

        event.listen(own_database.sync_engine, "before_cursor_execute", note)
        await say(own_story, "Alice", SAID)
        event.remove(own_database.sync_engine, "before_cursor_execute", note)
        after = await dump(own_story)

        assert set(written) == {"open_remark"}
        assert {name for name, rows in after.items() if rows != before[name]} == {"open_remark"}

    async def test_long_short_themes_and_nothing_look_alike(self, story: Story) -> None:
        await story.open()
        await say(story, "Alice", "x" * 400)
        await say(story, "Bob", "no")
        await say(story, "Chen", "THEME-01", PassedOn.THEME)
        await say(story, "Dana", "", None)

        rows = (await dump(story))["open_remark"]
        assert {tuple(len(bytes(cell)) for cell in row[1:]) for row in rows} == {(32, 12 + 1603 + 16)}  # type: ignore[call-overload] -- rows of bytes
        assert len(rows) == 4

    async def test_the_newest_words_of_a_person_replace_the_older_ones(self, story: Story) -> None:
        await story.open()
        for name in PAYMENTS:
            await story.answer(name, 4)
        await say(story, "Alice", "a first thought")
        await say(story, "Alice", SAID)
        await say(story, "Bob", "taken back")
        await say(story, "Bob", "", None)
        async with story.sessions.begin() as session:  # a row that nobody on the roster explains
            forged = OpenRemark(wave_id=(await story.wave()).id, row_key=b"\1" * 32, payload=b"\2" * 1631)
            session.add(forged)
        await story.close()

        assert await delivered(story) == {"words": [SAID], "themes": []}

    async def test_small_units_are_led_to_the_mailbox_before_anything_is_written(
        self, story: Story
    ) -> None:
        await story.open()

        with pytest.raises(Invalid, match="mailbox"):
            await say(story, "Hugo", SAID)
        assert (await dump(story))["open_remark"] == []
        async with story.sessions.begin() as session:
            await session.execute(update(WaveUnit).values(asked=5))
        await say(story, "Hugo", SAID)

    async def test_another_slack_user_cannot_write_in_somebodys_place(self, story: Story) -> None:
        await story.open()

        with pytest.raises(Missing):
            await say(story, "Alice", SAID, slack="UBOB")
        await say(story, "Alice", SAID, slack="UALICE")

    async def test_whoever_is_erased_takes_their_words_along(self, story: Story) -> None:
        await story.open()
        await say(story, "Alice", SAID)
        await say(story, "Bob", "Bob stays")
        alice = story.cast.alice.id
        async with story.sessions.begin() as session:
            await withdraw_person(session, story.keys, alice)
            await erase_person(session, alice, now=OPENING)

        key = await story.keys.load((await story.wave()).id)
        left = [bytes(row[1]) for row in (await dump(story))["open_remark"]]  # type: ignore[call-overload] -- a key
        assert left == [key.remark_key(story.cast.by_name["Bob"].id)]


class TestAfterClose:
    async def test_delivered_words_name_no_person_no_time_and_no_order(
        self, own_story: Story, own_database_url: str
    ) -> None:
        await own_story.open()
        for name in PAYMENTS:
            await own_story.answer(name, 4)
            await say(own_story, name, f"Words of {len(name)} letters, {name.lower()[-1]}")
        wave = await own_story.close()
        await destroy_keys(
            own_story.sessions, own_story.keys, database_url=own_database_url, now=wave.closes_at
        )

        rows = await dump(own_story)
        assert rows["open_remark"] == rows["open_ballot"] == rows["place"] == []
        assert list(own_story.keys.folder.glob("*.key")) == []
        assert len(rows["remark"]) == 7
        assert {len(row) for row in rows["remark"]} == {4}  # key, wave, unit, words

    async def test_where_too_few_answered_the_words_are_deleted_unread(self, story: Story) -> None:
        await story.open()
        for name in PAYMENTS[:4]:
            await story.answer(name, 4)
            await say(story, name, SAID)
        await story.close()

        assert await delivered(story) == {"words": [], "themes": []}
        assert (await dump(story))["open_remark"] == []

    async def test_words_stay_in_their_unit(self, story: Story) -> None:
        await story.open()
        for name in PAYMENTS:
            await story.answer(name, 4)
            await say(story, name, "THEME-01", PassedOn.THEME)
        await story.close()

        for team in ("product", "company"):
            assert await delivered(story, team) == {"words": [], "themes": []}
        assert await delivered(story) == {"words": [], "themes": []}  # seven answered, a theme needs eight

    async def test_nothing_is_taken_after_the_close(self, story: Story) -> None:
        await story.open()
        place = await story.place("Alice")
        wave = await story.close()
        handed_in = HandedWords(place.id, None, PassedOn.WORDS, SAID)

        async with story.sessions() as session:
            with pytest.raises(WaveClosed):
                await cast_remark(session, story.keys, handed_in, now=wave.closes_at)

    async def test_nothing_is_taken_where_no_open_question_is_asked(self, story: Story) -> None:
        await story.open()
        place = await story.place("Alice")
        async with story.sessions.begin() as session:
            wave = await session.get_one(Wave, place.wave_id)
            wave.rules = {**wave.rules, "open_prompt": None}  # as frozen where HR left the question out
        handed_in = HandedWords(place.id, None, PassedOn.WORDS, SAID)

        async with story.sessions() as session:
            with pytest.raises(Invalid, match="asks no open question"):
                await cast_remark(session, story.keys, handed_in, now=OPENING)

    async def test_a_row_that_was_moved_to_another_person_is_not_delivered(self, story: Story) -> None:
        await story.open()
        for name in PAYMENTS:
            await story.answer(name, 4)
        await say(story, "Alice", SAID)
        wave = await story.wave()
        key = await story.keys.load(wave.id)
        async with story.sessions.begin() as session:
            mine = await session.get_one(OpenRemark, (wave.id, key.remark_key(story.cast.alice.id)))
            mine.row_key = key.remark_key(story.cast.bob.id)
        await story.close()

        assert await delivered(story) == {"words": [], "themes": []}

    @pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
    async def test_on_postgresql_the_files_of_the_words_are_gone(self, own_story: Story) -> None:
        wave = await own_story.open()
        await say(own_story, "Alice", SAID)
        await own_story.close()
        async with own_story.sessions() as session:
            left = await session.scalar(
                text("SELECT to_regclass(:name)"), {"name": f"open_remark_{wave.id.hex}"}
            )
        assert left is None

    @pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
    async def test_on_sqlite_no_key_of_the_words_is_left_in_the_file_or_its_log(
        self, own_story: Story, own_database_url: str
    ) -> None:
        file = sqlite_file(own_database_url)
        assert file is not None
        wave = await own_story.open()
        await say(own_story, "Alice", SAID)
        mine = (await own_story.keys.load(wave.id)).remark_key(own_story.cast.alice.id)
        assert mine in everything(file)
        assert SAID.encode() not in everything(file)

        await own_story.close()
        await destroy_keys(
            own_story.sessions, own_story.keys, database_url=own_database_url, now=wave.closes_at
        )

        assert mine not in everything(file)
