"""Shared by all tests: a small article of our own, an encoder whose vectors can be worked out by hand, a command."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from rag.embed import Model, Vectors
from rag.terms import terms

ROOT = Path(__file__).parents[1]
SEED = next((ROOT / "seeds").glob("*.txt"))

ARTICLE = """Skip to main content

Bees return to Harwick after ten silent years

By Ann Lee

Share on Facebook

The first swarm was seen on 3 May 2021 above the old brewery in Harwick. Dr. Olu Adeyemi, who keeps \
the town’s records, counted 4,200 bees in one afternoon. “I had given up. They had not,” she said.

The town council paid $1.5 million for new meadows along the river Tarn. Farmers stopped spraying in 2016.

Honey from the meadows is sold at the U.S. consulate’s fair every autumn. A jar costs nine euros.

Nobody knows why the bees left in 2011. Some blame the mill. Others blame the cold spring of that year.

Sign up for our newsletter
"""


class TermEncoder:
    """Texts as unit vectors of hashed terms: the more terms two texts share, the closer they are."""

    model = Model("terms", Path(), "0" * 64)
    dimension = 64

    def encode(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Vectors:
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for term in terms(text) or ["nothing"]:
                row[sum(map(ord, term)) % self.dimension] += 1
            row /= np.linalg.norm(row)
        if progress:
            progress(len(texts))
        return rows

    def encode_questions(self, questions: Sequence[str]) -> Vectors:
        return self.encode(questions)


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "bees.txt"
    path.write_text(ARTICLE, "utf-8")
    return path


@pytest.fixture
def encoder() -> TermEncoder:
    return TermEncoder()


@pytest.fixture(scope="session", autouse=True)
def prepared() -> None:
    """The encoder's export, made once on a machine, in a process of its own."""
    subprocess.run([sys.executable, "-c", "from rag.embed import open_encoder; open_encoder()"], cwd=ROOT, check=True)


Rag = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def rag() -> Rag:
    """Run ``rag …`` as a process of its own, as a user would."""

    def run(
        *arguments: str | Path, stdin: str = "", cwd: Path = ROOT, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-W", "error", "-m", "rag", *map(str, arguments)],
            input=stdin,
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run
