"""A real browser for the tests of the page: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page, Playwright

WIDE, PHONE = (1280, 800), (390, 844)
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


def chromium() -> str:
    """The browser's path; skips the test where there is none."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("no Chromium here: apt-get install chromium chromium-driver")
    return path


@contextmanager
def visit(
    playwright: Playwright, address: str, size: tuple[int, int] = WIDE, until: str = "#article", **options: Any
) -> Iterator[Page]:
    """A visitor of their own with the page open; fails on any request to another host and on any error of the page."""
    phone = size[0] < 600
    with TemporaryDirectory() as profile:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=chromium(),
            headless=True,
            args=ARGUMENTS,
            viewport={"width": size[0], "height": size[1]},
            is_mobile=phone,
            has_touch=phone,
            **options,
        )
        wrong: list[str] = []
        page = context.new_page()
        context.on(
            "request",
            lambda r: (
                None
                if r.url.startswith(("http://127.0.0.1", "http://localhost", "data:", "blob:"))
                else wrong.append(r.url)
            ),
        )
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda m: wrong.append(m.text) if m.type == "error" and "autofocus" not in m.text else None)
        try:
            page.goto(address, timeout=60_000)
            page.wait_for_selector(until, state="attached")
            yield page
        finally:
            context.close()
        assert not wrong, wrong


def ask(page: Page, question: str) -> None:
    """Type a question, press Enter, wait for what comes of it."""
    before = page.locator(".bot .reply:not(.reading)").count()
    box = page.get_by_role("textbox")
    box.fill(question)
    box.press("Enter")
    page.wait_for_function(
        "before => document.querySelectorAll('.bot .reply:not(.reading)').length > before", arg=before
    )


def until(page: Page, holds: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for what the browser does not show."""
    for _ in range(round(seconds / 0.05)):
        if holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"it did not come about within {seconds} seconds")


def highlighted(page: Page, name: str) -> str:
    """The text that the article highlights under a name: "quote" or "answer"."""
    return str(page.evaluate("name => [...(CSS.highlights.get(name) ?? [])].map(String).join('')", name))


def axe() -> Path:
    """axe-core, the checker of accessibility."""
    package = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    return Path(package.__file__).parent / "axe.min.js"
