"""What axe finds wrong with a page in a real browser."""

from typing import Any

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

EVERYTHING: dict[str, Any] = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}
COLOURS: dict[str, Any] = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


def require_accessible(page: Page, rules: dict[str, Any] = EVERYTHING) -> None:
    """Fail unless axe finds nothing. What passes is not described: that takes as long as finding out."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = AxeResults(
        page.evaluate("options => axe.run(options)", rules | {"resultTypes": ["violations"]})
    )
    assert found.violations_count == 0, found.generate_report()


def require_accessible_in_both_schemes(page: Page) -> None:
    """Fail unless axe finds nothing in light and in dark, where only what depends on colours may differ."""
    page.emulate_media(color_scheme="light")
    require_accessible(page)
    page.emulate_media(color_scheme="dark")
    require_accessible(page, COLOURS)
