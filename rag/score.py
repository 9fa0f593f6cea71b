"""Figures of merit: exact match, F1, AUROC, coverage at a risk, calibration error; pure functions."""

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


def risk_coverage(confidences: Sequence[float], right: Sequence[float]) -> tuple[list[float], list[float]]:
    """Coverage (share answered) and risk (share wrong among those) as the threshold falls.

    Questions of equal confidence are answered together (El-Yaniv and Wiener 2010).

    >>> risk_coverage([0.9, 0.4, 0.4], [1, 1, 0])
    ([0.3333333333333333, 1.0], [0.0, 0.33333333333333337])
    """
    order = np.argsort(-np.asarray(confidences, float), kind="stable")
    sorted_confidences = np.asarray(confidences, float)[order]
    right_so_far = np.cumsum(np.asarray(right, float)[order])
    answered = np.arange(1, len(order) + 1)
    last = np.append(sorted_confidences[1:] != sorted_confidences[:-1], True) if len(order) else np.zeros(0, bool)
    return (answered / len(order))[last].tolist(), (1 - right_so_far / answered)[last].tolist()


def coverage_at(risk: float, confidences: Sequence[float], right: Sequence[float]) -> float:
    """The greatest share of questions that can be answered with at most this share of them wrong.

    >>> coverage_at(0.05, [0.9, 0.4, 0.3], [1, 1, 0])
    0.6666666666666666
    """
    coverages, risks = risk_coverage(confidences, right)
    return max((c for c, r in zip(coverages, risks, strict=True) if r <= risk), default=0.0)


def reliability(confidences: Sequence[float], right: Sequence[float], bins: int = 10) -> list[tuple[float, float, int]]:
    """Mean confidence, share right and number of questions in each of ``bins`` equal ranges that has any."""
    values, truth = np.asarray(confidences, float), np.asarray(right, float)
    place = np.minimum((values * bins).astype(int), bins - 1)
    return [
        (float(values[place == b].mean()), float(truth[place == b].mean()), int((place == b).sum()))
        for b in range(bins)
        if (place == b).any()
    ]


def calibration_error(confidences: Sequence[float], right: Sequence[float], bins: int = 10) -> float:
    """Expected calibration error (Guo et al. 2017): mean distance of confidence and share right over ranges.

    >>> round(calibration_error([0.95, 0.95, 0.15], [1, 0, 0]), 3)
    0.35
    """
    rows = reliability(confidences, right, bins)
    return sum(n * abs(c - r) for c, r, n in rows) / max(1, sum(n for _, _, n in rows))
