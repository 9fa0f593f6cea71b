"""Time the reading stage by onnxruntime beside the same weights in PyTorch float32, through transformers.

``python -m benchmarks.reader`` prints a Markdown table: the questions of ``benchmarks.speed`` about the article, the
same passages in the same batches, as many threads for each, in turns.
"""

from __future__ import annotations

import datetime
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.speed import QUESTIONS, ROOT, side_by_side
from rag.assistant import TOP_K
from rag.data import Hit
from rag.embed import open_encoder
from rag.network import PACKAGED, Network, OnnxNetwork, TransformersNetwork
from rag.read import Found, SpanReader
from rag.retrieve import Retriever
from rag.store import open_index
from training.unpack import unpack

TIMES = 9
THREADS = min(4, os.cpu_count() or 1)
"""As onnxruntime is given in rag/runtime.py."""


def networks(folder: Path) -> dict[str, Network]:
    """The packaged reader, and its weights unpacked into ``folder`` for PyTorch."""
    import torch

    torch.set_num_threads(THREADS)
    unpack(PACKAGED, folder / "float32")
    return {"onnxruntime": OnnxNetwork(), "PyTorch float32": TransformersNetwork(str(folder / "float32"))}


def main() -> None:
    """The command line."""
    index = open_index(ROOT / "index")
    retriever = Retriever(index, open_encoder(index.model, index.model_sha256))
    taken: dict[str, list[float]] = {}
    same = 0
    with TemporaryDirectory() as folder:
        readers = {name: SpanReader(network, index.rarity) for name, network in networks(Path(folder)).items()}

        def find(name: str, question: str, hits: Sequence[Hit]) -> list[Found]:
            return list(readers[name].find(question, hits, index.by_id.__getitem__))

        def timed(name: str, question: str, hits: Sequence[Hit]) -> Callable[[], float]:
            def run() -> float:
                started = time.perf_counter()
                find(name, question, hits)
                return 1000 * (time.perf_counter() - started)

            return run

        for question in QUESTIONS:
            hits = retriever.search(question, TOP_K)
            one, other = ([(f.document_id, f.span) for f in find(name, question, hits)] for name in readers)
            same += one == other
            for name, times in side_by_side({n: timed(n, question, hits) for n in readers}, TIMES).items():
                taken.setdefault(name, []).append(statistics.median(times))
    print(
        f"{datetime.date.today()}, {platform.machine()}, {THREADS} threads each, Python {platform.python_version()}\n"
    )
    print(
        f"The same spans on {same} of {len(QUESTIONS)} questions; milliseconds a question, each the median of {TIMES}.\n"
    )
    print("| the reading stage by | median of the questions | min–max | of PyTorch |\n|---|---|---|---|")
    peer = taken["PyTorch float32"]
    for name, medians in taken.items():
        ratio = statistics.median(a / b for a, b in zip(medians, peer, strict=True))
        print(f"| {name} | {statistics.median(medians):.1f} | {min(medians):.1f}–{max(medians):.1f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
