"""Whether the disk of a SQLite database has room for what Kept does with it. Changes nothing."""

import shutil
from collections.abc import Iterator

from sqlalchemy.ext.asyncio import AsyncEngine

from service.checkup.here import Finding
from surveys.database import sqlite_file

MEBIBYTE = 1024 * 1024
LEAST = 64 * MEBIBYTE  # for answers and messages until somebody looks again


def of_room(engine: AsyncEngine) -> Iterator[Finding]:
    """Yield a line where too little is free; erasing a wave rewrites the file, beside the old one."""
    file = sqlite_file(engine.url.render_as_string())
    if file is None or not file.exists():
        return
    free, needed = shutil.disk_usage(file.parent).free, LEAST + 2 * file.stat().st_size
    if free < needed:
        yield Finding(
            "fail" if free < MEBIBYTE else "warn",
            "database",
            f"{free // MEBIBYTE} MiB are free in {file.parent}, and Kept may need {needed // MEBIBYTE}: "
            "answers are refused when it is full, and after a wave the file is rewritten. Make room.",
        )
