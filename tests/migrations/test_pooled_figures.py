"""Figures of an existing database stay; what its pools know together is added up."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import uuid4

from alembic import command

from migrations import revisions


async def test_sums_of_items_that_pools_stored_before_are_added_up_and_figures_stay(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'kept.db'}"
    await asyncio.to_thread(command.upgrade, revisions.configuration(url), "0005")
    wave = uuid4().hex
    with closing(sqlite3.connect(tmp_path / "kept.db")) as before, before:
        before.execute(
            "INSERT INTO wave (id, organisation_id, programme_id, occurrence, state, opens_at, closes_at,"
            " items, rules) VALUES (?, ?, ?, '2026-03-03', 'published', 0, 0, '[]', '{}')",
            (wave, uuid4().hex, uuid4().hex),
        )
        for n, total in ((5, 300.0), (8, 500.0)):
            team = uuid4().hex
            before.execute(
                "INSERT INTO team (id, organisation_id, name) VALUES (?, ?, ?)",
                (team, wave, f"Team of {n}"),
            )
            before.execute(
                "INSERT INTO pool (wave_id, team_id, dimension, n, total, item_sums)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (wave, team, "PSY", n, total, json.dumps({"PSY-01": total})),
            )
        before.execute(
            "INSERT INTO figure (wave_id, team_id, dimension, shown, score, capped, carried, trend)"
            " VALUES (?, ?, 'PSY', 1, 61.5, 0, 0, ?)",
            (wave, uuid4().hex, json.dumps({"word": "steady", "seen": 4})),
        )
        kept = before.execute("SELECT * FROM figure").fetchall()

    await asyncio.to_thread(revisions.upgrade, url)

    with closing(sqlite3.connect(tmp_path / "kept.db")) as after:
        assert after.execute("SELECT * FROM figure").fetchall() == kept
        (items,) = after.execute("SELECT items FROM pooled WHERE dimension = 'PSY'").fetchone()
        columns = [row[1] for row in after.execute("PRAGMA table_info(pool)")]
    assert json.loads(items) == {"PSY-01": [13, 800.0, 2]}
    assert "histograms" not in columns
