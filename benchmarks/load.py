"""Many readers at once: is every question answered, with its own answer, and how soon?

``python -m benchmarks.load`` starts the page's server and prints a Markdown table; results are kept in
benchmarks/RESULTS.md.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from benchmarks.speed import QUESTIONS

ROOT = Path(__file__).parents[1]
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to the server: what was wrong with its reply, if anything, and how long it took."""

    problem: str
    milliseconds: float


@contextlib.contextmanager
def serving(environment: Mapping[str, str], seconds: float = 120) -> Iterator[str]:
    """``python app.py`` on a free port with these variables more: the address, once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    variables = {**os.environ, "GRADIO_SERVER_PORT": str(port), **environment}
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen([sys.executable, ROOT / "app.py"], cwd=ROOT, env=variables, stdout=log, stderr=log)
        try:
            end = time.monotonic() + seconds
            while not _answers(address):
                if server.poll() is not None or time.monotonic() > end:
                    log.seek(0)
                    raise RuntimeError(f"app.py does not answer: {log.read().decode()}")
                time.sleep(0.2)
            yield address
        finally:
            server.terminate()
            server.wait()


def _answers(address: str) -> bool:
    try:
        return httpx.get(address).status_code == 200
    except httpx.TransportError:
        return False


def ask(client: httpx.Client, question: Any, history: Any = None) -> tuple[str, Any]:
    """The event that ends a question over HTTP, and its data. Raises httpx.HTTPStatusError when it is refused."""
    posted = client.post("/gradio_api/call/v2/ask", json={"question": question, "history": history})
    posted.raise_for_status()
    stream = client.get(f"/gradio_api/call/v2/ask/{posted.json()['event_id']}").text
    *_, event, data = [line for line in stream.splitlines() if line]
    return event.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def without_timings(record: Record) -> Record:
    """What is the same whenever the question is asked."""
    return {key: value for key, value in record.items() if key != "timings_ms"}


def load(address: str, clients: int, seconds: float) -> list[Asked]:
    """Let so many clients, each of its own address, ask one question after another for so long."""
    with httpx.Client(base_url=address, timeout=60, headers={"X-Forwarded-For": "198.51.100.250"}) as client:
        expected = {question: without_timings(ask(client, question)[1][0]) for question in QUESTIONS}
    end = time.monotonic() + seconds

    def visit(number: int) -> list[Asked]:
        asked: list[Asked] = []
        headers = {"X-Forwarded-For": f"198.51.100.{number}"}
        with httpx.Client(base_url=address, timeout=60, headers=headers) as client:
            while time.monotonic() < end:
                question = QUESTIONS[(number + len(asked)) % len(QUESTIONS)]
                started = time.perf_counter()
                problem = _problem(client, question, expected[question])
                asked.append(Asked(problem, 1000 * (time.perf_counter() - started)))
        return asked

    with ThreadPoolExecutor(clients) as visitors:
        return [asked for visitor in visitors.map(visit, range(clients)) for asked in visitor]


def _problem(client: httpx.Client, question: str, expected: Record) -> str:
    try:
        event, data = ask(client, question)
    except httpx.HTTPError as error:
        return f"{type(error).__name__}: {error}"
    if event != "complete":
        return f"{event}: {data}"
    return "" if without_timings(data[0]) == expected else f"another reply: {data[0]}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    given = parser.parse_args()
    with serving({"RAG_TRUST_PROXY": "1", "RAG_REQUESTS_A_MINUTE": "100000"}) as address:
        asked = load(address, given.clients, given.seconds)
    times = sorted(one.milliseconds for one in asked)
    problems = [one.problem for one in asked if one.problem]
    print(
        f"{datetime.date.today()}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n"
    )
    print("| clients | seconds | questions | a second | p50 ms | p95 ms | max ms | errors |\n|" + "---|" * 8)
    print(
        f"| {given.clients} | {given.seconds:.0f} | {len(asked)} | {len(asked) / given.seconds:.1f} "
        f"| {times[len(times) // 2]:.0f} | {times[int(len(times) * 0.95)]:.0f} | {times[-1]:.0f} | {len(problems)} |"
    )
    for problem in problems[:5]:
        print(f"\n{problem}")


if __name__ == "__main__":
    main()
