"""Time the command and a warm question beside their peer, ``import sentence_transformers``.

``python -m benchmarks.speed`` prints a Markdown table; results are kept in benchmarks/RESULTS.md.
"""

from __future__ import annotations

import datetime
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
QUESTIONS = [
    "When did the fighting end?",
    "Who visited the capital in July?",
    "How much did trade reach?",
    "What does the author say about sanctions?",
    "Where is the professor based?",
    "Which book did he publish?",
    "Why were the diplomats pushing a cart?",
    "What is the boiling point of water?",
]


def process(*command: str) -> Callable[[], float]:
    """Milliseconds of a whole process, its start and end included."""

    def run() -> float:
        started = time.perf_counter()
        subprocess.run([sys.executable, *command], cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
        return 1000 * (time.perf_counter() - started)

    return run


def peak_megabytes(*command: str) -> float:
    """The most memory that a command holds at once."""
    script = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return int(done.stdout) / 1024


def side_by_side(runs: dict[str, Callable[[], float]], times: int) -> dict[str, list[float]]:
    """Take turns, so that a busy moment of the machine touches all alike."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for name, run in runs.items():
        run()
        taken[name].clear()
    for _ in range(times):
        for name, run in runs.items():
            taken[name].append(run())
    return taken


def warm_questions(times: int) -> dict[str, list[float]]:
    """Milliseconds of each stage of each question to an assistant that has answered before."""
    from rag import Assistant

    assistant = Assistant.open(ROOT / "index")
    for question in QUESTIONS:
        assistant.ask(question)
    timings = [assistant.ask(question).timings_ms for _ in range(times) for question in QUESTIONS]
    return {stage: sorted(t[stage] for t in timings) for stage in ("retrieve", "read", "total")}


def main() -> None:
    taken = side_by_side(
        {
            "import sentence_transformers": process("-c", "import sentence_transformers"),
            "rag ask": process("-m", "rag", "ask", QUESTIONS[0]),
            "import rag": process("-c", "import rag"),
            "python": process("-c", "pass"),
        },
        times=7,
    )
    peer = statistics.median(taken["import sentence_transformers"])
    print(
        f"{datetime.date.today()}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n"
    )
    print("| what | median ms | min–max | of the peer |\n|---|---|---|---|")
    for name, values in taken.items():
        median = statistics.median(values)
        print(f"| `{name}` | {median:.0f} | {min(values):.0f}–{max(values):.0f} | {median / peer:.3f} |")
    for stage, values in warm_questions(12).items():
        p50, p95 = values[len(values) // 2], values[int(len(values) * 0.95)]
        print(f"| warm question, {stage}: p50 / p95 | {p50:.1f} / {p95:.1f} | {values[0]:.1f}–{values[-1]:.1f} | |")
    print(f"\nPeak memory of `rag ask`: {peak_megabytes('-m', 'rag', 'ask', QUESTIONS[0]):.0f} MB.")


if __name__ == "__main__":
    main()
