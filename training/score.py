"""The margin from which to answer that suits a set best."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def best_threshold(margins: Sequence[float], said: Sequence[float], silent: Sequence[float]) -> tuple[float, float]:
    """The margin from which to answer that gives the highest mean, and that mean.

    ``said[i]`` and ``silent[i]`` are the F1 of question ``i`` when answered and when not. Answered
    are questions with a margin at or above the threshold.

    >>> best_threshold([5.0, 1.0], [1.0, 0.0], [0.0, 1.0])
    (5.0, 1.0)
    """
    order = np.argsort(-np.asarray(margins, float), kind="stable")
    m, gain = np.asarray(margins, float)[order], (np.asarray(said, float) - np.asarray(silent, float))[order]
    totals = np.sum(silent) + np.concatenate([[0.0], np.cumsum(gain)])
    # Equal margins are answered together or not at all.
    allowed = np.array([True, *(i + 1 == len(m) or m[i] > m[i + 1] for i in range(len(m)))])
    best = int(np.argmax(np.where(allowed, totals, -np.inf)))
    threshold = float("inf") if best == 0 else float(m[best - 1])
    return threshold, float(totals[best] / max(1, len(m)))
