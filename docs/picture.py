"""Take the README's picture of the page: ``python -m docs.picture``."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.load import serving
from tests.browser import ask, visit

QUESTIONS = ("When did Putin make an unexpected visit to Pyongyang?", "When did Putin visit Brazil?")
PICTURE = Path(__file__).parent / "page.png"


def main() -> None:
    with serving({}) as address, sync_playwright() as playwright, visit(playwright, address) as page:
        page.locator("#suggested button:visible").first.wait_for()
        for question in QUESTIONS:
            ask(page, question)
        page.locator("a.cite").first.click()
        page.wait_for_timeout(1500)
        page.locator("#chat [role=log]").evaluate("e => e.scrollTo(0, 0)")
        page.wait_for_timeout(300)
        page.screenshot(path=PICTURE)


if __name__ == "__main__":
    main()
