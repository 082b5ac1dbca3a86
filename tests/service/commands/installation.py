"""An installation of its own: a folder, a database, keys, and `kept` as a process in it."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from click.testing import CliRunner, Result

from service import cli

KEPT = Path(sys.executable).parent / "kept"


@dataclass
class Installation:
    folder: Path
    database_url: str
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    def environ(self, **more: str) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("KEPT_")}
        own = {"KEPT_DATABASE_URL": self.database_url, "KEPT_KEYS_DIR": str(self.keys)}
        return clean | own | self.settings | more

    def run(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [KEPT, *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env=self.environ(**environ),
            timeout=120,
        )

    def invoke(self, *arguments: str, **environ: str) -> Result:
        """Run a command in this process, which is quicker; with its own settings and no others."""
        unset = dict.fromkeys(name for name in os.environ if name.startswith("KEPT_"))
        own = {name: value for name, value in self.environ(**environ).items() if name.startswith("KEPT_")}
        return CliRunner().invoke(cli.main, list(arguments), env={**unset, **own})

    def start(self, *arguments: str, **environ: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [KEPT, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
            env=self.environ(**environ),
        )
