"""Stage 5, retrieve: a question -> the passages most likely to answer it, dense and BM25 fused."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rag.data import Hit
from rag.embed import OnnxEncoder
from rag.index import Index, Scores
from rag.terms import terms

POOL = 100
"""How many passages each of the two rankings proposes; every proposed one has its exact score in both."""
LEXICAL_WEIGHT = 0.7
"""Chosen on eight sets, flat from 0.65 to 0.8; benchmarks/RESULTS.md has the figures."""


class Retriever:
    """Searches one index."""

    def __init__(self, index: Index, encoder: OnnxEncoder) -> None:
        self.index = index
        self.encoder = encoder

    def search(self, question: str, k: int = 8, within: str | None = None) -> list[Hit]:
        """The ``k`` best passages for a question, best first (fewer when there are fewer).

        ``within`` is the id of the only document to search, if not all.
        """
        asked = terms(question)
        vector = self.encoder.encode_questions([question])[0]
        bm25 = self.index.bm25_scores(asked)
        pool = (
            np.union1d(self.index.nearest(vector, POOL), _top(bm25, POOL))
            if within is None
            else np.array([i for i, p in enumerate(self.index.passages) if p.document_id == within], dtype=np.int64)
        )
        cosines, bm25 = self.index.cosines(vector, pool), bm25[pool]
        scores = fuse(cosines, bm25, most=sum(self.index.rarity(term) for term in asked))
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


def fuse(cosines: Scores, bm25: Scores, most: float) -> Scores:
    """Cosines and BM25 of n passages -> one score each: the chance that either is right, a noisy-or.

    BM25 is taken as a share of ``most``, what a passage full of all the question's terms would
    reach, so that scores of different questions compare (Bruch et al. 2023, "An Analysis of Fusion
    Functions for Hybrid Retrieval"); it then counts the less, the surer the cosine is.

    >>> print(fuse(np.array([0.8, 0.2]), np.array([0.0, 4.0]), most=4.0))
    [0.8  0.76]
    """
    share = bm25 / most if most else np.zeros_like(bm25)
    return np.asarray(1 - (1 - cosines) * (1 - LEXICAL_WEIGHT * share), dtype=np.float32)


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
    return np.asarray(best[scores[best] > 0], dtype=np.int64)
