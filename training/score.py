"""Figures: SQuAD's exact match and F1, area under the ROC curve, and the best threshold."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence

import numpy as np

_PUNCTUATION = frozenset(string.punctuation)


def normalise(answer: str) -> str:
    """Lower case, without ASCII punctuation, articles and doubled spaces, as SQuAD's own script does.

    >>> normalise("The  Queen's house.")
    'queens house'
    """
    text = "".join(c for c in answer.lower() if c not in _PUNCTUATION)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def exact(said: str, gold: Sequence[str]) -> float:
    """1.0 when the answer equals a gold answer (no gold answers: when nothing is said).

    >>> exact("the end", ["End."]), exact("", []), exact("x", [])
    (1.0, 1.0, 0.0)
    """
    return float(normalise(said) in {normalise(g) for g in gold or [""]})


def f1(said: str, gold: Sequence[str]) -> float:
    """Greatest token F1 with a gold answer (no gold answers: 1.0 when nothing is said).

    >>> f1("in May 1921", ["1921"])
    0.5
    """
    return max(_f1(normalise(said).split(), normalise(g).split()) for g in gold or [""])


def _f1(said: list[str], gold: list[str]) -> float:
    if not said or not gold:
        return float(said == gold)
    common = sum((Counter(said) & Counter(gold)).values())
    return 2 * common / (len(said) + len(gold))


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Chance that a positive scores above a negative, ties counting half; NaN when either is empty.

    >>> auroc([3, 2], [1, 2])
    0.875
    """
    if not len(positive) or not len(negative):
        return float("nan")
    high, low = np.asarray(positive, float), np.sort(np.asarray(negative, float))
    below = np.searchsorted(low, high, "left") + np.searchsorted(low, high, "right")
    return float(below.mean() / (2 * len(low)))


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
