"""A larger reader marks examples for a smaller one: its logits for every token of them, kept in a folder.

    python -m training.teach FILES... --dev FILES... --teacher RUN --teacher-base DIR --base READER --out DIR --hours H

``--teacher`` is a finished run of ``training.train`` from ``--teacher-base``. Of the examples of pass ``--first-pass``
those are preferred with which the reader in ``--base`` has trouble. They are written in parts; the same command goes
on after the last. ``training.train --taught DIR`` then trains on them.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import ModelError, RagError
from training import checkpoint
from training.encode import NO_ANSWER, Encoded, batches, load_encoded, save_encoded
from training.model import logits_of, losses_of, new_model, padded
from training.options import Options, command_line, options_of
from training.passes import Passes, write_whole

if TYPE_CHECKING:
    import torch

LOG = logging.getLogger("training")
PART = 4096
"""Examples looked at for one part."""
EASY = 0.25
"""Share kept of the examples that the reader finds easy."""


def teach(options: Options, teacher_run: Path, teacher_base: Path) -> int:
    """Write parts to ``options.out`` until the pass is over, or the hours or steps (parts); returns how many examples
    were marked now, and leaves a description of the teacher beside them.

    Raises ModelError when the teacher's run is not finished, or cannot read the reader's word pieces.
    """
    if not (teacher_run / "final").exists():
        raise ModelError(f"{teacher_run}: no final weights; finish the teacher's training first")
    import torch

    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    teacher, reader = new_model(teacher_base, 0).eval(), new_model(options.base, 0).eval()
    checkpoint.load(teacher_run / "final", teacher, None)
    encoded = Passes(options)(options.first_pass)
    order = np.random.default_rng([options.seed, options.first_pass]).permutation(len(encoded))
    end = time.monotonic() + options.hours * 3600 if options.hours else float("inf")
    marked = 0
    for first in range(0, len(order), PART):
        path = options.out / f"part-{first // PART:04d}.npz"
        if path.exists():
            continue
        if time.monotonic() > end or (options.steps and first >= options.steps * PART):
            break
        part = encoded[order[first : first + PART]]
        answered = np.flatnonzero(part.starts != NO_ANSWER)
        loss = trouble(reader, part[answered], options)
        rows = chosen(answered, loss, len(part), np.random.default_rng([options.seed, first]))
        save_encoded(mark(teacher, part[rows], options), path)
        marked += int(np.isin(answered, rows).sum())
        LOG.info("%s: %d of %d examples, %d marked now", path.name, len(rows), len(part), marked)
    starts = np.concatenate([np.zeros(0), *(load_encoded(path).starts for path in options.out.glob("part-*.npz"))])
    counts = {"examples": len(starts), "marked": int((starts != NO_ANSWER).sum())}
    write_whole(options.out / "teacher.json", json.dumps({**_described(teacher_run, teacher_base), **counts}, indent=1))
    return marked


def chosen(answered: np.ndarray, loss: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Which of ``count`` examples to use, in order: of those answered, which have this loss, nearly all of a high one
    and a share of the easy ones; of the others the same share, drawn blindly, as a high loss is often a wrong label.

    >>> chosen(np.array([0, 1, 2]), np.array([50.0, 50.0, 50.0]), 5, np.random.default_rng(1)).tolist()
    [0, 1, 2, 3, 4]
    """
    picked = answered[rng.random(len(answered)) < np.maximum(EASY, 1 - np.exp(-loss))]
    others = np.setdiff1d(np.arange(count), answered)
    share = len(picked) / len(answered) if len(answered) else EASY
    return np.sort(np.concatenate([picked, others[rng.random(len(others)) < share]]))


def trouble(reader: torch.nn.Module, examples: Encoded, options: Options) -> np.ndarray:
    """The reader's loss on each example, float32[n]."""
    import torch

    losses = np.zeros(len(examples), np.float32)
    with torch.inference_mode():
        for rows in batches(examples.lengths, options.batch_tokens, 0, 0):
            batch = padded(examples, rows)
            losses[rows] = losses_of(logits_of(reader, batch, options.bf16), batch).numpy()
    return losses


def mark(teacher: torch.nn.Module, examples: Encoded, options: Options) -> Encoded:
    """The examples with the teacher's logits, in float16; zeros where there is no answer to be found."""
    import torch

    marked = np.zeros((2, len(examples.tokens)), np.float16)
    answered = np.flatnonzero(examples.starts != NO_ANSWER)
    with torch.inference_mode():
        for batch in batches(examples.lengths[answered], options.batch_tokens, 0, 0):
            rows = answered[batch]
            logits = logits_of(teacher, padded(examples, rows), options.bf16)
            for kept, scores in zip(marked, logits, strict=True):
                for row, one in zip(rows, scores.numpy(), strict=True):
                    kept[examples.offsets[row] : examples.offsets[row + 1]] = one[: examples.lengths[row]]
    return replace(examples, start_logits=marked[0], end_logits=marked[1])


def _described(run: Path, base: Path) -> dict[str, Any]:
    """What the teacher was, without any machine's paths."""
    weights = base / "model.safetensors"
    config = json.loads((base / "config.json").read_text("utf-8"))
    return {
        "base": base.name,
        "kind": f"{config['model_type']}, {config['num_hidden_layers']} layers of {config['hidden_size']}",
        "base_sha256": hashlib.sha256(weights.read_bytes()).hexdigest() if weights.exists() else None,
        "step": checkpoint.read_progress(run / "final").step,
        "run": json.loads((run / "run.json").read_text("utf-8")),
    }


def main(argv: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = command_line("python -m training.teach")
    parser.description = "Have a larger reader mark examples for a smaller one (--steps: so many parts of them)."
    parser.add_argument("--teacher", type=Path, required=True, help="folder of the teacher's run")
    parser.add_argument("--teacher-base", type=Path, required=True, help="model folder that it started from")
    given = parser.parse_args(argv)
    try:
        print(teach(options_of(given), given.teacher, given.teacher_base))
    except RagError as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    main()
