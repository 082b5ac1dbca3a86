"""The receipt of a wave: everybody recomputes it, nobody learns of other units, and mine is looked for."""

import hashlib
import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from litestar import Litestar
from sqlalchemy import event, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.environment import Settings
from integrations.keystores import DirectoryKeyStore
from jobs.close_waves import destroy_keys
from surveys.audit.models import Entry, Reading
from surveys.results.models import Figure, ReceiptText
from surveys.results.receipts import changed_texts, receipt_list, receipt_text
from surveys.waves.models import Place, Wave
from tests.conftest import NOON, Sessions
from tests.service.conftest import Clock, SignedIn
from tests.waves import OPENING, Story


@pytest.fixture
async def story(sessions: Sessions, keys: DirectoryKeyStore) -> Story:
    return await Story(sessions, keys).begin(head_start_days=0)


@pytest.fixture
async def closed(story: Story, clock: Clock) -> Wave:
    """A wave in which Payments and Search answered, closed and forgotten."""
    await story.open()
    for number, person in enumerate(story.cast.payments_members + story.cast.search_members):
        await story.answer(person.name, 2 + number % 3)
    wave = await story.close()
    clock.now = wave.closes_at + timedelta(minutes=5)
    await destroy_keys(story.sessions, story.keys, database_url="postgresql://", now=clock.now)
    return wave


def receipt_of(story: Story, wave: Wave, end: str = "") -> str:
    return f"/teams/{story.cast.payments.id}/receipts/{wave.id}{end}"


async def test_a_member_recomputes_the_fingerprint_and_reads_of_no_other_unit(
    story: Story, closed: Wave, signed_in: SignedIn
) -> None:
    alice = await signed_in(story.cast.alice)
    page = await alice.get(receipt_of(story, closed))
    text = (await alice.get(receipt_of(story, closed, "/shown.txt"))).content
    units = (await alice.get(receipt_of(story, closed, "/units.txt"))).content

    assert closed.receipt is not None
    assert hashlib.sha256(units).hexdigest() == closed.receipt["sha256"]
    assert hashlib.sha256(text).hexdigest() in units.decode().splitlines()
    assert closed.receipt["sha256"] in page.text
    assert hashlib.sha256(text).hexdigest() in page.text
    assert {line.get("unit", "Payments") for line in map(json.loads, text.splitlines())} == {"Payments"}
    assert b"Search" not in units


async def test_a_hash_tells_nothing_to_who_tries_figures_because_each_text_begins_at_random(
    story: Story, closed: Wave, signed_in: SignedIn
) -> None:
    alice, sara = await signed_in(story.cast.alice), await signed_in(story.cast.by_name["Sara"])
    mine = (await alice.get(receipt_of(story, closed, "/shown.txt"))).text.splitlines()[0]
    other = f"/teams/{story.cast.search.id}/receipts/{closed.id}/shown.txt"
    theirs = (await sara.get(other)).text.splitlines()[0]

    assert (len(json.loads(mine)["random"]), json.loads(mine)["version"]) == (32, 2)
    assert json.loads(mine)["random"] != json.loads(theirs)["random"]
    assert (await alice.get(other)).status_code == 404
    assert (await sara.get(receipt_of(story, closed))).status_code == 404


async def test_whoever_downloads_it_from_outside_is_seen_looking(
    story: Story, closed: Wave, signed_in: SignedIn, sessions: Sessions
) -> None:
    await (await signed_in(story.cast.lena)).get(receipt_of(story, closed, "/shown.txt"))

    async with sessions() as session:
        assert [(one.team_id, one.looked_as) for one in await session.scalars(select(Reading))] == [
            (story.cast.payments.id, "leader")
        ]


@pytest.fixture
async def written(sessions: Sessions) -> AsyncIterator[list[str]]:
    """Every statement that changes something, from now on."""
    found: list[str] = []
    engine = sessions.kw["bind"].sync_engine

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        if statement.split(None, 1)[0].upper() in {"INSERT", "UPDATE", "DELETE"}:
            found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


async def test_a_figure_that_was_changed_afterwards_shows_on_the_receipt(
    story: Story, closed: Wave, signed_in: SignedIn, sessions: Sessions
) -> None:
    alice = await signed_in(story.cast.alice)
    assert "is not what was published" not in (await alice.get(receipt_of(story, closed))).text
    async with sessions.begin() as session:
        await session.execute(
            update(Figure).where(Figure.team_id == story.cast.payments.id).values(score=Figure.score + 20)
        )
    assert "is not what was published" in (await alice.get(receipt_of(story, closed))).text


async def test_looking_for_mine_after_the_close_finds_nothing_and_leaves_nothing(
    story: Story,
    closed: Wave,
    signed_in: SignedIn,
    sessions: Sessions,
    written: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    alice = await signed_in(story.cast.alice)
    written.clear()
    capsys.readouterr()
    shown = await alice.get(receipt_of(story, closed, "/mine"))

    assert "Nothing was found of what you answered, nor whether you did." in shown.text
    assert "It is gone. Without it nobody can compute" in shown.text
    assert "None is left." in shown.text
    assert "your name, address and language" in shown.text
    assert written == []
    logged = capsys.readouterr()
    assert "mine" not in logged.out + logged.err
    async with sessions() as session:
        assert await session.scalar(select(func.count()).select_from(Reading)) == 0
        assert await session.scalar(select(func.count()).where(Entry.at == NOON)) == 0


async def test_what_is_left_is_found(
    story: Story, closed: Wave, signed_in: SignedIn, sessions: Sessions, keys: DirectoryKeyStore
) -> None:
    async with sessions.begin() as session:
        session.add(
            Place(
                wave_id=closed.id,
                person_id=story.cast.alice.id,
                team_id=story.cast.payments.id,
                zone="UTC",
                asks_at=OPENING,
            )
        )
    await keys.create(closed.id)
    shown = await (await signed_in(story.cast.alice)).get(receipt_of(story, closed, "/mine"))

    assert "Not everything of this pulse is gone yet." in shown.text
    assert shown.text.count("It is there.") == 2, "the key, and the place"


async def test_while_open_it_says_who_could_find_what_and_looks_at_no_answer(
    story: Story, signed_in: SignedIn, clock: Clock, settings: Settings, app: Litestar
) -> None:
    clock.now = OPENING
    wave = await story.open()
    alice = await signed_in(story.cast.alice)
    receipt = await alice.get(receipt_of(story, wave))
    before = (await alice.get(receipt_of(story, wave, "/mine"))).text
    await story.answer("Alice", 4)
    after = (await alice.get(receipt_of(story, wave, "/mine"))).text

    assert "Its receipt is written when it closes" in receipt.text
    assert "Ada and Grace of IT" in after
    assert "They find nothing" in after
    assert after == before
    assert (await alice.get(receipt_of(story, wave, "/shown.txt"))).status_code == 404
    assert (await alice.get(receipt_of(story, wave, "/units.txt"))).status_code == 404


async def test_a_text_of_an_older_form_is_made_in_that_form_and_stays_checkable(
    story: Story, closed: Wave, session: AsyncSession, signed_in: SignedIn
) -> None:
    """As a wave is stored that was published before the text named its form."""
    payments = (closed.id, story.cast.payments.id)
    row = await session.get_one(ReceiptText, payments)
    now = await receipt_text(session, *payments)
    assert now is not None
    first, *lines = now.splitlines(keepends=True)
    older = first.replace(b',"version":2', b"") + b"".join(lines)
    row.version, row.sha256 = 1, hashlib.sha256(older).hexdigest()
    hashes = await receipt_list(session, closed.id)
    closed.receipt = {**(closed.receipt or {}), "sha256": hashlib.sha256(hashes).hexdigest()}
    await session.flush()

    assert await changed_texts(session, closed.id) == []
    alice = await signed_in(story.cast.alice)
    assert (await alice.get(receipt_of(story, closed, "/shown.txt"))).content == older
    row.version = 3
    await session.flush()
    assert await changed_texts(session, closed.id) == [story.cast.payments.id]
