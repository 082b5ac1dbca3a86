"""Finds a Chromium for the browser tests and the pictures, and installs one where there is none.

`find()` only looks. Run as a script it also installs: Playwright's own build, else the distribution's
where it may. It never skips: without a browser it says what to do and fails.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
REMEDY = (
    "No Chromium was found and none could be installed. Install one (Debian: apt-get install chromium), "
    "or name it: KEPT_TEST_CHROMIUM=/path/to/chromium make test"
)


def find() -> Path | None:
    """Return the Chromium to use: the named one, one on the path, or Playwright's; None without any."""
    named = os.environ.get("KEPT_TEST_CHROMIUM")
    if named:
        return Path(named)
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    return _playwrights()


def _playwrights() -> Path | None:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- slow, and only needed without a system browser

    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.exists() else None


def starts(browser: Path) -> bool:
    """Return whether this browser runs here; a build without its system libraries does not."""
    try:
        done = subprocess.run(  # noqa: S603 -- a browser found above
            [browser, "--version", "--no-sandbox"], capture_output=True, timeout=60, check=False
        )
    except OSError:
        return False
    return done.returncode == 0


def ensure() -> Path | None:
    """Return a Chromium that starts, after installing one where necessary; None when nothing helped."""
    attempts = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        attempts.append(["apt-get", "update", "-qq"])
        attempts.append(["apt-get", "install", "-y", "-qq", "chromium"])
    for attempt in ([], *attempts):
        if attempt:
            print("No Chromium yet:", " ".join(attempt), flush=True)  # noqa: T201 -- a script talks
            subprocess.run(attempt, check=False)  # noqa: S603 -- fixed commands, above
        browser = find()
        if browser is not None and starts(browser):
            return browser
    return None


if __name__ == "__main__":
    there = ensure()
    print(f"Browser: {there}" if there else REMEDY)  # noqa: T201 -- a script talks
    sys.exit(there is None)
