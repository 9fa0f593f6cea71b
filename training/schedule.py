"""The learning rate: warm-up, constant, linear decay to zero ("WSD", MiniCPM, arXiv:2404.06395).

The constant phase has no end of its own, so a run can be decayed early, or taken up again from the
checkpoint at the end of the constant phase and trained for longer.
"""

from __future__ import annotations

WARMUP = 0.03
DECAY = 0.3
"""Shares of a run spent warming up and decaying."""


def learning_rate(step: int, peak: float, warmup: int, decay_start: int | None, decay_steps: int) -> float:
    """The rate at a step (0-based): ``decay_start`` None means that the decay has not been set yet.

    >>> [round(learning_rate(s, 1.0, 2, 4, 4), 2) for s in range(9)]
    [0.5, 1.0, 1.0, 1.0, 1.0, 0.75, 0.5, 0.25, 0.0]
    """
    if decay_start is not None and step >= decay_start:
        return peak * max(0.0, 1 - (step - decay_start) / max(1, decay_steps))
    return peak * min(1.0, (step + 1) / max(1, warmup))


def decay_of(steps: int) -> tuple[int, int]:
    """First step and number of steps of the decay in a run of ``steps`` steps.

    >>> decay_of(1000)
    (700, 300)
    """
    length = max(1, round(steps * DECAY))
    return steps - length, length
