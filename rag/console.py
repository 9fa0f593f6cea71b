"""What the owner sees on the terminal while something takes long."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from rag.show import harmless

if TYPE_CHECKING:
    import tqdm


def notify(message: str) -> None:
    """One line on standard error."""
    click.echo(harmless(message), err=True)


def progress() -> Callable[[str, int, int], None]:
    """A bar for each stage, on standard error, drawn once it has taken a second."""
    import tqdm

    bars: dict[str, tqdm.tqdm[Any]] = {}
    often = 0.1 if sys.stderr is not None and sys.stderr.isatty() else 10

    def draw(stage: str, done: int, total: int) -> None:
        bar = bars.setdefault(stage, tqdm.tqdm(total=total, desc=stage, delay=1, mininterval=often, file=sys.stderr))
        bar.update(done - bar.n)
        if done == total:
            bar.close()

    return draw
