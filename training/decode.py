"""Logits -> spans: the best legal answer in one passage, its margin over "no answer", and the best passage.

Pure functions over arrays, used for measuring here and for answering in ``rag``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.data import Span

MAX_TOKENS = 40
MAX_WORDS = 30
TRIED = 200
"""So many of the best token spans are looked at for one with few enough words."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer: a range of the passage's characters, and its log-odds-like margin over [CLS]."""

    span: Span
    margin: float


def read_logits(
    start: np.ndarray,
    end: np.ndarray,
    offsets: Sequence[tuple[int, int] | None],
    passage: str,
    max_tokens: int = MAX_TOKENS,
    max_words: int = MAX_WORDS,
) -> Reading | None:
    """The legal span with the highest start + end logit, and by how much that exceeds [CLS] + [CLS].

    ``start`` and ``end`` are float[tokens]; ``offsets`` gives each token's range of characters in
    ``passage``, None outside of it. Position 0 is [CLS]. None when no span is legal.

    >>> logits = np.array([1.0, 0.0, 5.0, 4.0])
    >>> read_logits(logits, logits, [None, (0, 2), (3, 6), (6, 7)], "He won.")
    Reading(span=Span(start=3, end=6), margin=8.0)
    """
    inside = np.array([i for i, o in enumerate(offsets) if o is not None and o[1] > o[0]], dtype=np.int64)
    if not len(inside):
        return None
    scores = start[inside, None] + end[None, inside]
    distance = inside[None, :] - inside[:, None]
    scores = np.where((distance >= 0) & (distance < max_tokens), scores, -np.inf)
    null = float(start[0] + end[0])
    flat = scores.ravel()
    count = min(TRIED, len(flat))
    best = np.argpartition(-flat, count - 1)[:count]
    # Ties are broken by position, so that the reading does not depend on the partition's order.
    for place in sorted(best.tolist(), key=lambda p: (-flat[p], p)):
        if flat[place] == -np.inf:
            return None
        first, last = offsets[inside[place // len(inside)]], offsets[inside[place % len(inside)]]
        assert first is not None and last is not None
        span = Span(first[0], last[1])
        if len(span.of(passage).split()) <= max_words:
            return Reading(span, float(flat[place]) - null)
    return None


def best_reading(readings: Sequence[Reading | None]) -> tuple[int, Reading] | None:
    """Number and reading of the passage with the greatest margin; the earliest of equals."""
    found = [(i, r) for i, r in enumerate(readings) if r is not None]
    return max(found, key=lambda pair: (pair[1].margin, -pair[0]), default=None)
