"""The image's own steps, run in a clean folder: no Docker engine is needed for that.

Each RUN, COPY and ENV of the Dockerfile is carried out as written, with the folders of the image laid
under a temporary one. What an engine adds (layers, users, namespaces) is not tested here.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("/opt/kept", "/build", "/wheels", "/src", "/data", "/keys")
NOT_HERE = ("useradd",)  # needs an image of its own
EVERY_HELP = """
import sys
from click.testing import CliRunner
from service.cli import main

for name in sys.argv[1:]:
    shown = CliRunner().invoke(main, [name, "--help"], catch_exceptions=False)
    assert shown.exit_code == 0, (name, shown.output)
"""
STEP = re.compile(r"^(FROM|ENV|WORKDIR|COPY|RUN|USER|EXPOSE|ENTRYPOINT|CMD|HEALTHCHECK)\s+(.*)$", re.DOTALL)


def steps() -> list[tuple[str, str]]:
    """Return the instructions of the Dockerfile with their continuation lines joined."""
    lines = [
        line
        for line in (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]
    joined = "\n".join(lines).replace("\\\n", " ")
    found = [STEP.match(line) for line in joined.splitlines() if line.strip()]
    assert all(found), "an instruction that this test does not know"
    return [(match[1], " ".join(match[2].split())) for match in found if match]


@dataclass
class Builder:
    """Carries the steps out under `image` instead of the root of a file system."""

    image: Path
    environ: dict[str, str] = field(default_factory=dict)
    workdir: Path = Path()
    entry: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)

    def here(self, text: str) -> str:
        """Return a line with the image's folders turned into those of this builder."""
        pattern = r"(?<![\w./])(" + "|".join(re.escape(folder) for folder in FOLDERS) + r")(?![\w-])"
        return re.sub(pattern, lambda match: f"{self.image}{match[1]}", text)

    def carry_out(self, instruction: str, rest: str) -> None:
        """Do one step."""
        match instruction:
            case "FROM":
                self.environ = {"PATH": os.environ["PATH"], "HOME": str(self.image)}
                self.environ |= {name: os.environ[name] for name in os.environ if name.startswith("PIP_")}
            case "ENV":
                for name, value in re.findall(r"(\w+)=(\S+)", rest):
                    written = value.replace("sqlite:////", f"sqlite:///{self.image}/")
                    self.environ[name] = self.here(written).replace("$PATH", self.environ["PATH"])
                self.environ.pop("PIP_NO_CACHE_DIR", None)  # here the cache spares the download
            case "WORKDIR":
                self.workdir = Path(self.here(rest))
                self.workdir.mkdir(parents=True)
            case "COPY":
                self.copy(rest)
            case "RUN":
                self.run(rest)
            case "ENTRYPOINT":
                self.entry = json.loads(rest)
            case "CMD":
                self.command = json.loads(rest)
            case "HEALTHCHECK":
                self.health = json.loads(rest.partition("CMD ")[2])

    def copy(self, rest: str) -> None:
        """Copy from the checkout; between stages everything lies in the same place already."""
        if rest.startswith("--from="):
            return
        *sources, target = shlex.split(rest)
        for source in sources:
            there = self.workdir / target
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, there, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / source, there)

    def run(self, line: str) -> None:
        """Run one line with the shell, as the builder of an image would."""
        if line.startswith(NOT_HERE):
            return
        line = self.here(re.sub(r"-o kept -g kept ", "", line))
        line = re.sub(r"\bpython -m venv", f"{sys.executable} -m venv", line)
        done = subprocess.run(
            ["/bin/sh", "-ec", line],
            cwd=self.workdir,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=500,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    """The built image, laid out in a folder."""
    builder = Builder(tmp_path_factory.mktemp("image"))
    for instruction, rest in steps():
        builder.carry_out(instruction, rest)
    return builder


def in_image(image: Builder, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*entry(image), *arguments],
        cwd=image.image,
        env=image.environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def entry(image: Builder) -> list[str]:
    program = shutil.which(image.entry[0], path=image.environ["PATH"])
    assert program is not None
    assert program.startswith(str(image.image))
    return [program, *image.entry[1:]]


@pytest.mark.slow
class TestImage:
    def test_every_command_starts_with_the_product_s_own_dependencies(self, image: Builder) -> None:
        listed = re.findall(r"^  ([a-z-]+)  ", in_image(image, "--help").stdout, flags=re.MULTILINE)

        assert "work" in listed
        python = Path(entry(image)[0]).with_name("python")
        shown = subprocess.run(
            [python, "-I", "-c", EVERY_HELP, *listed],
            cwd=image.image,
            env=image.environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert shown.returncode == 0, shown.stderr

    def test_it_migrates_runs_the_clock_and_passes_its_own_health_check(self, image: Builder) -> None:
        migrated = in_image(image, "migrate")
        assert migrated.returncode == 0, migrated.stderr
        assert in_image(image, "work", "--once").stdout == "nothing was due\n"
        assert in_image(image, "doctor").returncode == 0

        port = "8123"
        environ = image.environ | {"KEPT_LISTEN": f"127.0.0.1:{port}"}
        web = subprocess.Popen([*entry(image), *image.command], cwd=image.image, env=environ)
        try:
            wait_for(f"http://127.0.0.1:{port}/ready")
            assert "<title>" in read(f"http://127.0.0.1:{port}/sign-in")  # templates came along
            check = [part.replace("8000", port) for part in image.health]
            healthy = subprocess.run(check, env=environ, check=False, capture_output=True, timeout=30)
            assert healthy.returncode == 0, healthy.stderr
        finally:
            web.terminate()
            assert web.wait(timeout=40) == 0

    def test_nothing_of_the_tests_or_the_documents_is_in_it(self, image: Builder) -> None:
        packages = next((image.image / "opt/kept/lib").glob("python*/site-packages"))
        top = {path.name for path in packages.iterdir()}

        assert {"surveys", "integrations", "jobs", "service", "migrations"} <= top
        assert not {"tests", "tools", "benchmarks", "pytest", "playwright"} & top


def read(address: str) -> str:
    with urlopen(address, timeout=5) as response:  # noqa: S310 -- our own process
        return str(response.read().decode())


def wait_for(address: str, *, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            with urlopen(address, timeout=5):  # noqa: S310 -- our own process
                return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
