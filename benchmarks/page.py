"""Time the page in a real browser: start to first answer, weight, and Enter to the reply on screen.

``python -m benchmarks.page`` prints a Markdown table; results are kept in benchmarks/RESULTS.md. Beside it, as a
peer, the smallest Gradio chat there is (``gr.ChatInterface`` with a function that returns at once).
"""

from __future__ import annotations

import contextlib
import datetime
import os
import platform
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from benchmarks.load import serving
from benchmarks.speed import QUESTIONS
from tests.browser import ARGUMENTS, chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PEER = "import gradio as gr; gr.ChatInterface(lambda question, history: 'Yes.').launch(ssr_mode=False, server_port={})"
TIMES = 3
REPLIES = {"this one": ".reply:not(.reading)", "smallest Gradio chat": ".bot.message p"}


@contextlib.contextmanager
def peer() -> Iterator[str]:
    """The peer on a free port: its address once it answers."""
    import httpx

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "GRADIO_ANALYTICS_ENABLED": "False"}
    command = [sys.executable, "-c", PEER.format(port)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            while True:
                with contextlib.suppress(httpx.TransportError):
                    httpx.get(address)
                    break
                time.sleep(0.05)
            yield address
        finally:
            server.terminate()


def visit(browser: Browser, address: str, replies: str, started: float) -> tuple[float, list[float], int, int]:
    """Seconds to the first answer, milliseconds of each later one, and kilobytes and requests until the first.

    ``replies`` selects what is on screen when a question has been answered.
    """
    page = browser.new_page()
    sizes: list[int] = []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    page.goto(address)
    box = page.get_by_role("textbox").first
    box.wait_for()
    taken = []
    for number, question in enumerate([QUESTIONS[0], *QUESTIONS], start=1):
        box.fill(question)
        begun = time.perf_counter()
        box.press("Enter")
        page.wait_for_function(
            "([replies, n]) => document.querySelectorAll(replies).length >= n", arg=[replies, number]
        )
        taken.append(1000 * (time.perf_counter() - begun))
        if number == 1:
            first = time.perf_counter() - started
            weight, requests = sum(sizes) // 1000, len(sizes)
        page.wait_for_timeout(300)
    page.close()
    return first, taken[1:], weight, requests


def main() -> None:
    from playwright.sync_api import sync_playwright

    print(
        f"{datetime.date.today()}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n"
    )
    print(
        "| page | start to first answer, s | Enter to reply, ms: median / worst | kB | requests |\n|---|---|---|---|---|"
    )
    runs: dict[str, list[tuple[float, list[float], int, int]]] = {"this one": [], "smallest Gradio chat": []}
    served: dict[str, Callable[[], AbstractContextManager[str]]] = {
        "this one": lambda: serving({"RAG_REQUESTS_A_MINUTE": "100000"}),
        "smallest Gradio chat": peer,
    }
    for _ in range(TIMES):
        for name, serve in served.items():
            with sync_playwright() as playwright:  # the visitor's browser is open before the server starts
                browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
                started = time.perf_counter()
                with serve() as address:
                    runs[name].append(visit(browser, address, REPLIES[name], started))
                browser.close()
    for name, visits in runs.items():
        firsts, replies = [v[0] for v in visits], [ms for v in visits for ms in v[1]]
        print(
            f"| {name} | {statistics.median(firsts):.1f} | {statistics.median(replies):.0f} / {max(replies):.0f} "
            f"| {visits[0][2]} | {visits[0][3]} |"
        )


if __name__ == "__main__":
    main()
