"""Takes the pictures of the README from a running demo, so that they show what is there."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from service.demo.server import free_port
from tools.browser import REMEDY, find

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
KEPT = Path(sys.executable).parent / "kept"
WINDOW: ViewportSize = {"width": 1000, "height": 760}
PHONE: ViewportSize = {"width": 360, "height": 740}
STORY = "Workshop"  # recovered after promises were kept


@contextmanager
def demo() -> Iterator[str]:
    """Run a fresh demo and yield its address."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        arguments = [str(KEPT), "demo", "--fresh", "--port", str(port), "--folder", folder + "/demo"]
        process = subprocess.Popen(  # noqa: S603 -- our own command
            arguments, stdout=subprocess.PIPE, text=True
        )
        try:
            for line in process.stdout or ():
                print(line, end="", flush=True)  # noqa: T201 -- a script talks
                if line.startswith("Control-C"):
                    break
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=60)


def take(page: Page, name: str, *, part: str | None = None) -> None:
    """Save what the window shows, or from one part of the page on."""
    if part is not None:
        page.locator(part).first.evaluate("element => element.scrollIntoView({block: 'start'})")
    page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")


def become(page: Page, address: str, story: str, door: str) -> None:
    """Go through one of the doors of the demo."""
    page.goto(f"{address}/demo")
    page.locator("li", has=page.get_by_role("heading", name=re.compile(f"^{story}"))).get_by_role(
        "button", name=door
    ).click()


def take_all(page: Page, address: str) -> None:
    """Walk through the demo and take each picture."""
    page.goto(f"{address}/demo")
    take(page, "doors")
    page.get_by_role("link", name=re.compile("^Become ")).first.click()
    take(page, "slack-message")
    slack = page.url
    page.get_by_role("button", name=re.compile("^Answer, 1 minute")).first.click()
    take(page, "slack-sheet")
    page.get_by_role("button", name="Close", exact=True).last.click()
    page.goto(f"{slack}/home")
    take(page, "slack-home")
    become(page, address, STORY, "As its leader")
    page.wait_for_url(re.compile("/teams/"))
    take(page, "team-page")
    take(page, "trend", part="h2:has-text('What the team says')")
    take(page, "loop", part="#loop")
    page.goto(f"{address}/demo")
    page.get_by_role("button", name=re.compile("^Become ")).last.click()
    page.wait_for_url(f"{address}/")
    page.goto(f"{address}/programmes")
    take(page, "programmes")
    page.goto(f"{address}/coverage")
    take(page, "coverage")
    page.goto(f"{address}/preview-disclosure")
    take(page, "who-would-see-figures")
    page.goto(f"{address}/demo")
    page.get_by_role("button", name="As Priya Nair").click()
    page.get_by_text("Here: Priya Nair").wait_for()
    take(page, "retro-board")


def take_variants(browser: Browser, address: str) -> None:
    """Take the pictures of what looks different: on the web, in the dark, on a phone."""
    page = browser.new_page(viewport=WINDOW)
    become(page, address, STORY, "As a member")
    page.wait_for_url(re.compile("/teams/"))
    page.goto(address)
    page.locator("a.button[href*='/answer']").first.click()
    page.wait_for_url(re.compile("/answer"))
    take(page, "answer-sheet")
    for name, context in (
        ("team-page-dark", browser.new_context(viewport=WINDOW, color_scheme="dark")),
        ("team-page-phone", browser.new_context(viewport=PHONE)),
    ):
        page = context.new_page()
        become(page, address, STORY, "As its leader")
        page.wait_for_url(re.compile("/teams/"))
        take(page, name)


def main() -> None:
    """Take all pictures."""
    browser_path = find()
    if browser_path is None:
        sys.exit(REMEDY)
    PICTURES.mkdir(parents=True, exist_ok=True)
    with demo() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        take_all(browser.new_page(viewport=WINDOW), address)
        take_variants(browser, address)
        browser.close()
    for picture in sorted(PICTURES.glob("*.png")):
        print(f"{picture.name}: {picture.stat().st_size // 1024} kB")  # noqa: T201 -- a script talks


if __name__ == "__main__":
    main()
