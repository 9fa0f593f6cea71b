"""Checkpoints: a folder with weights, optimiser and counters, written whole or not at all."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import ModelError

if TYPE_CHECKING:
    import torch

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands: the next step is batch ``batch`` of pass ``epoch``.

    ``seconds`` is time spent training, over all starts; the decay is set when it begins.
    """

    step: int = 0
    epoch: int = 0
    batch: int = 0
    seconds: float = 0.0
    decay_start: int | None = None
    decay_steps: int = 0

    @property
    def done(self) -> bool:
        """Whether the decay has reached its end."""
        return self.decay_start is not None and self.step >= self.decay_start + self.decay_steps


def save(
    folder: Path, name: str, model: torch.nn.Module, optimizer: torch.optim.Optimizer | None, progress: Progress
) -> Path:
    """Write ``folder/name``: first under another name, then renamed. Without an optimiser, weights only."""
    import torch
    from safetensors.torch import save_file

    part = folder / f".{name}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, part / "model.safetensors")
    if optimizer:
        torch.save(optimizer.state_dict(), part / "optimizer.pt")
    (part / "progress.json").write_text(json.dumps({"format": FORMAT, **asdict(progress)}, indent=1))
    shutil.rmtree(folder / name, ignore_errors=True)
    part.replace(folder / name)
    return folder / name


def read_progress(checkpoint: Path) -> Progress:
    """The counters of a checkpoint; raises ModelError when they are of another format."""
    raw = json.loads((checkpoint / "progress.json").read_text())
    if raw.pop("format", None) != FORMAT:
        raise ModelError(f"{checkpoint}: a checkpoint of another format; start a new --out folder")
    return Progress(**raw)


def load(checkpoint: Path, model: torch.nn.Module, optimizer: torch.optim.Optimizer | None) -> Progress:
    """Fill model and optimiser from a checkpoint and return its counters."""
    import torch
    from safetensors.torch import load_file

    model.load_state_dict(load_file(checkpoint / "model.safetensors"))
    if optimizer:
        optimizer.load_state_dict(torch.load(checkpoint / "optimizer.pt", weights_only=True))
    return read_progress(checkpoint)


def latest(folder: Path) -> Path | None:
    """The ``step-…`` checkpoint with the most steps, or None."""
    return max(folder.glob("step-*"), key=lambda p: p.name, default=None)


def prune(folder: Path, keep: int = 2) -> None:
    """Delete all but the newest ``step-…`` checkpoints (``stable`` and ``final`` stay)."""
    for old in sorted(folder.glob("step-*"))[:-keep]:
        shutil.rmtree(old)
