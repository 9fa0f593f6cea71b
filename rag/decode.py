"""Logits -> answer spans: pure functions over arrays, without a model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rag.data import Span

Logits = npt.NDArray[np.float32]
Offsets = Sequence["tuple[int, int] | None"]

MAX_TOKENS = 40
MAX_WORDS = 30
TRIED = 200
"""So many of the best token spans are looked at for legal ones."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer in one passage: a range of its characters, and how far its score exceeds "no answer"."""

    span: Span
    margin: float


def cut(tokens: int, room: int, stride: int) -> Iterator[tuple[int, int]]:
    """Ranges of at most ``room`` tokens that cover all of them, ``stride`` tokens in common.

    >>> list(cut(10, 6, 2))
    [(0, 6), (4, 10)]
    """
    first = 0
    while first + room < tokens:
        yield first, first + room
        first += room - stride
    yield first, tokens


def spans(start: Logits, end: Logits, offsets: Offsets, passage: str, count: int = 1) -> list[Reading]:
    """The ``count`` best legal spans that do not overlap, best first, scored against [CLS].

    ``start`` and ``end`` are (tokens,); ``offsets`` gives each token's range of characters in
    ``passage``, None outside of it; position 0 is [CLS], the "no answer" of SQuAD 2.0 (Devlin et al.
    2019). Legal is a span of the passage of at most MAX_TOKENS tokens and MAX_WORDS words.

    >>> logits = np.array([1.0, 0.0, 5.0, 4.0])
    >>> spans(logits, logits, [None, (0, 2), (3, 6), (6, 7)], "He won.")
    [Reading(span=Span(start=3, end=6), margin=8.0)]
    """
    inside = np.array([i for i, o in enumerate(offsets) if o is not None and o[1] > o[0]], dtype=np.int64)
    if not len(inside):
        return []
    scores = start[inside, None] + end[None, inside]
    distance = inside[None, :] - inside[:, None]
    scores = np.where((distance >= 0) & (distance < MAX_TOKENS), scores, -np.inf)
    null = float(start[0] + end[0])
    flat = scores.ravel()
    tried = min(TRIED, len(flat))
    best = np.argpartition(-flat, tried - 1)[:tried]
    found: list[Reading] = []
    # Ties are broken by position, so that the reading does not depend on the partition's order.
    for place in sorted(best.tolist(), key=lambda p: (-flat[p], p)):
        if len(found) == count or flat[place] == -np.inf:
            break
        first, last = offsets[inside[place // len(inside)]], offsets[inside[place % len(inside)]]
        if first is None or last is None:
            continue
        span = Span(first[0], last[1])
        apart = all(span.end <= other.span.start or other.span.end <= span.start for other in found)
        if apart and len(span.of(passage).split()) <= MAX_WORDS:
            found.append(Reading(span, float(flat[place]) - null))
    return found
