"""`kept` as a process of its own, forked from one that has read all of it: reading it takes two seconds."""

import os
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

from service.cli import COMMANDS, run

READ = [f"service.commands.{each.module}" for each in COMMANDS.values()]
FORKS = get_context("forkserver")
FORKS.set_forkserver_preload(READ)


def start_kept(
    arguments: Sequence[str], environment: Mapping[str, str], *, output: Path, errors: Path
) -> BaseProcess:
    """Start a command as a shell would, with this environment and no other, writing to two files."""
    process = FORKS.Process(target=_become_kept, args=(arguments, environment, output, errors))
    process.start()
    return process


def _become_kept(
    arguments: Sequence[str], environment: Mapping[str, str], output: Path, errors: Path
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    for stream, file in ((1, output), (2, errors)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
    sys.argv = ["kept", *arguments]
    run()
