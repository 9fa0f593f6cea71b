"""Recall of the gold paragraph, each SQuAD-format file used as one open corpus.

``python -m benchmarks.retrieval FILE...`` prints a Markdown table: R@1 / R@8 in percent, k counting passages, for the
dense ranking alone, BM25 alone, their reciprocal rank fusion (k = 60), and the fusion in use.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.data import Document, Span
from rag.embed import open_encoder
from rag.index import build_from
from rag.retrieve import fuse, ranks
from rag.squad import read_squad
from rag.terms import terms

METHODS = ["dense", "BM25", "RRF 60", "fused"]


def recalls(path: Path) -> tuple[int, int, dict[str, tuple[float, float]]]:
    """Questions, passages, and for each method the shares of questions found at 1 and within 8."""
    encoder = open_encoder()
    paragraphs = read_squad(path)
    documents = [
        Document(str(i), str(path), p.context, (Span(0, len(p.context)),), "") for i, p in enumerate(paragraphs)
    ]
    index = build_from(documents, encoder)
    owners = np.array([int(passage.document_id) for passage in index.passages])
    everything = np.arange(len(owners))
    asked = [(number, q.text) for number, p in enumerate(paragraphs) for q in p.questions if q.answers]
    found: dict[str, list[tuple[bool, bool]]] = {method: [] for method in METHODS}
    for number, question in asked:
        cosines = index.cosines(encoder.encode_questions([question])[0], everything)
        bm25 = index.bm25_scores(terms(question))
        rrf: npt.NDArray[np.float32] = (1 / (60 + ranks(cosines)) + 1 / (60 + ranks(bm25))).astype(np.float32)
        fused = fuse(cosines, bm25, most=sum(map(index.rarity, terms(question))))
        for method, scores in zip(METHODS, [cosines, bm25, rrf, fused], strict=True):
            best = owners[np.argsort(-scores, kind="stable")[:8]] == number
            found[method].append((bool(best[0]), bool(best.any())))
    return len(asked), len(owners), {m: tuple(100 * np.mean(found[m], axis=0)) for m in METHODS}


def main() -> None:
    print("| set (questions/passages) |", " | ".join(METHODS), "|")
    print("|---|" + "---|" * len(METHODS))
    for path in map(Path, sys.argv[1:]):
        questions, passages, shares = recalls(path)
        cells = [f"{at_1:.1f} / {at_8:.1f}" for at_1, at_8 in shares.values()]
        print(f"| {path.name.split('.')[0]} ({questions}/{passages}) |", " | ".join(cells), "|", flush=True)


if __name__ == "__main__":
    main()
