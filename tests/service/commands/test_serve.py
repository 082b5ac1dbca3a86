"""`kept serve`: what it refuses, and that a stop is a clean one."""

import socket
import subprocess
import time
from urllib.request import urlopen

import pytest

from tests.service.commands.installation import Installation


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answer_of(address: str, *, seconds: float = 40) -> str:
    end = time.monotonic() + seconds
    while True:
        try:
            with urlopen(address, timeout=5) as response:  # noqa: S310 -- our own process
                return str(response.read().decode())
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def said_until_all_answer(process: subprocess.Popen[str], workers: int) -> str:
    """Return what a starting service wrote until each of its processes said that it answers.

    One that is asked to stop before it has started is killed, which is no clean stop.
    """
    assert process.stderr is not None
    lines: list[str] = []
    while sum('"answers"' in line for line in lines) < workers:
        line = process.stderr.readline()
        assert line, "".join(lines)  # it ended by itself
        lines.append(line)
    return "".join(lines)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_it_answers_where_it_listens_and_ends_when_asked_to(installed: Installation, workers: str) -> None:
    port = free_port()
    process = installed.start("serve", "--workers", workers, KEPT_LISTEN=f"127.0.0.1:{port}")
    try:
        assert '"ready"' in answer_of(f"http://127.0.0.1:{port}/ready")
        started = said_until_all_answer(process, int(workers))
    finally:
        process.terminate()
        output, errors = process.communicate(timeout=40)

    assert process.returncode == 0, errors
    assert output == ""
    assert f"listens on http://127.0.0.1:{port}" in started
    assert "Traceback" not in started + errors


def test_it_refuses_a_database_without_tables(on_sqlite: Installation) -> None:
    on_sqlite.invoke("migrate")
    on_sqlite.database_url = f"sqlite:///{on_sqlite.folder}/other.db"

    done = on_sqlite.invoke("serve")

    assert done.exit_code == 1
    assert "Run `kept migrate`" in done.stderr
    assert not (on_sqlite.folder / "other.db").exists()


def test_it_refuses_a_folder_that_is_no_key_store(installed: Installation) -> None:
    (installed.keys / "KEPT-KEYS").unlink()

    done = installed.invoke("serve")

    assert done.exit_code == 1
    assert "is not a key store" in done.stderr


def test_it_refuses_an_address_that_another_program_uses(installed: Installation) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        refused = installed.invoke("serve", KEPT_LISTEN=f"127.0.0.1:{other.getsockname()[1]}")

    assert refused.exit_code == 1
    assert "KEPT_LISTEN: Kept cannot listen on 127.0.0.1:" in refused.output


def test_it_refuses_an_https_address_without_secret_keys(installed: Installation) -> None:
    done = installed.invoke("serve", KEPT_BASE_URL="https://kept.example.com")

    assert done.exit_code == 1
    assert "openssl rand -hex 32" in done.stderr
