"""`kept analyse` on a million rows, beside pandas and pingouin doing part of the same.

    python -m benchmarks.statistics.large_file [--rows 1000000] [--teams 20000] [--rounds 3]

pandas reads the file and gives count, mean and standard deviation by team; pingouin gives both alphas.
`kept analyse` adds omega, ICC, agreement and ranges, and prints them. Rounds are interleaved; medians.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ITEMS = 8
ROWS_AT_ONCE = 10_000
PANDAS = """
import sys
import pandas as pd
import pingouin
table = pd.read_csv(sys.argv[1])
items = [name for name in table if name.startswith("Q")]
table["Q2"] = 6 - table["Q2"]
print(pingouin.cronbach_alpha(table[items]), pingouin.cronbach_alpha(table[items], nan_policy="listwise"))
whole = table.dropna()
print((25 * (whole[items].mean(axis=1) - 1)).groupby(whole["team"]).agg(["count", "mean", "std"]))
"""


def write(file: Path, rows: int, teams: int) -> None:
    """Write answers of one factor with teams that differ, one in fifty missing.

    In pieces, because a child is born with the largest size its parent ever had.
    """
    chance = np.random.default_rng(5)
    of_team = chance.normal(0, 0.4, teams)
    with file.open("w", encoding="utf-8") as out:
        out.write("team,respondent," + ",".join(f"Q{item + 1}" for item in range(ITEMS)) + "\n")
        for start in range(0, rows, ROWS_AT_ONCE):
            team = chance.integers(0, teams, min(ROWS_AT_ONCE, rows - start))
            level = 3.4 + of_team[team] + chance.normal(0, 0.8, len(team))
            points = np.clip(np.rint(level[:, None] + chance.normal(0, 0.8, (len(team), ITEMS))), 1, 5)
            points[:, 1] = 6 - points[:, 1]
            cells = np.where(chance.random(points.shape) < 0.02, "", points.astype(int).astype(str))
            out.writelines(
                f"Team {number},r{start + row},{','.join(answered)}\n"
                for row, (number, answered) in enumerate(zip(team.tolist(), cells.tolist(), strict=True))
            )


def measured(command: list[str]) -> tuple[float, float, float]:
    """Return seconds by the clock, seconds of the processor, and the largest size in MB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 -- our own commands
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} ended with {process.returncode}")
    return time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    """Run everything."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--teams", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    kept = str(Path(sys.executable).parent / "kept")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "answers.csv"
        write(file, given.rows, given.teams)
        print(f"{given.rows:,} rows, {given.teams:,} teams, {file.stat().st_size / 1e6:.0f} MB")
        commands = {
            "kept analyse --json": [kept, "analyse", str(file), "--reversed", "Q2", "--json"],
            "pandas and pingouin": [sys.executable, "-c", PANDAS, str(file)],
        }
        rounds = [{name: measured(line) for name, line in commands.items()} for _ in range(given.rounds)]
    for name in commands:
        clock, processor, size = (statistics.median(one[name][part] for one in rounds) for part in range(3))
        print(f"  {name:<22}{clock:6.1f} s by the clock,{processor:6.1f} s of the processor,{size:6.0f} MB")


if __name__ == "__main__":
    main()
