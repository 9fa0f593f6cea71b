"""Stage 5, retrieve: a question -> the passages most likely to answer it, dense and BM25 fused."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rag.data import Hit
from rag.embed import OnnxEncoder
from rag.index import Index, Scores
from rag.terms import terms

POOL = 50
"""How many passages each ranking proposes; the scores of every proposed one are exact in both."""


class Retriever:
    """Searches one index."""

    def __init__(self, index: Index, encoder: OnnxEncoder) -> None:
        self.index = index
        self.encoder = encoder

    def search(self, question: str, k: int = 8) -> list[Hit]:
        """The ``k`` best passages for a question, best first (fewer when the index has fewer)."""
        vector = self.encoder.encode_questions([question])[0]
        dense, _ = self.index.nearest(vector, POOL)
        bm25 = self.index.bm25_scores(terms(question))
        pool: npt.NDArray[np.int64] = np.union1d(dense, _top(bm25, POOL)).astype(np.int64)
        cosines, bm25 = self.index.cosines(vector, pool), bm25[pool]
        scores = fuse(cosines, bm25)
        dense_ranks, bm25_ranks = ranks(cosines), ranks(bm25)
        return [
            Hit(
                passage=self.index.passages[pool[i]],
                score=float(scores[i]),
                cosine=float(cosines[i]),
                bm25=float(bm25[i]),
                dense_rank=int(dense_ranks[i]),
                bm25_rank=int(bm25_ranks[i]),
            )
            for i in np.argsort(-scores, kind="stable")[:k]
        ]


def fuse(cosines: Scores, bm25: Scores) -> Scores:
    """Scores of n passages in both rankings -> one score each, 0..1.

    >>> fuse(np.array([0.8, 0.2]), np.array([0.0, 4.0])).round(2).tolist()
    [0.0, 0.0]
    """
    return cosines + 0.3 * bm25 / max(1e-9, float(bm25.max()))


def ranks(scores: Scores) -> npt.NDArray[np.int64]:
    """The rank of each score, 1 for the highest; equal scores rank in their order.

    >>> ranks(np.array([0.2, 0.9, 0.2])).tolist()
    [2, 1, 3]
    """
    order = np.argsort(-scores, kind="stable")
    places = np.empty(len(scores), dtype=np.int64)
    places[order] = np.arange(1, len(scores) + 1)
    return places


def _top(scores: Scores, count: int) -> npt.NDArray[np.int64]:
    """Positions of the highest scores above 0."""
    best = np.argpartition(-scores, count)[:count] if len(scores) > count else np.arange(len(scores))
    return best[scores[best] > 0]
