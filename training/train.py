"""Train the extractive reader: SQuAD-format files -> weights in ``--out``.

    python -m training.train FILES... --dev FILES... --out DIR (--steps N | --hours H)

The same command takes up again where it was stopped. A file named ``DECAY`` in the output folder
starts the final phase now (it may hold the number of steps that phase shall have).
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from rag.errors import InputError, RagError
from training import checkpoint
from training.checkpoint import Progress
from training.encode import Encoded, batches
from training.model import logits_of, losses_of, new_model, new_optimizer, padded, shared_loss
from training.options import Options, command_line, described, options_of
from training.passes import Passes, write_whole
from training.schedule import DECAY, WARMUP, decay_of, learning_rate

LOG = logging.getLogger("training")


def train(options: Options) -> Path:
    """Train to the end of the decay and return the folder of the final weights."""
    import torch

    if (options.steps is None) == (options.hours is None):
        raise InputError("give either --steps or --hours")
    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    final = options.out / "final"
    if final.exists():
        LOG.info("%s is there already", final)
        return final
    write_whole(options.out / "run.json", json.dumps(described(options), indent=1))
    model = new_model(options.base, options.seed, options.frozen, options.dropout)
    optimizer = new_optimizer(model)
    begin = checkpoint.latest(options.out) or options.resume_from
    progress = checkpoint.load(begin, model, optimizer) if begin else Progress(epoch=options.first_pass)
    if begin:
        LOG.info("resuming from %s at step %d", begin, progress.step)
    model.train()
    saved = time.monotonic()
    losses: list[float] = []
    tokens, mark = 0, time.monotonic()
    for encoded, rows, following in _stream(Passes(options), options, progress):
        tick = time.monotonic()
        progress = _with_decay(progress, options)
        if progress.decay_start == progress.step:
            checkpoint.save(options.out, "stable", model, optimizer, replace(progress, decay_start=None))
        rate = _rate(progress, options)
        for group in optimizer.param_groups:
            group["lr"] = rate
        batch = padded(encoded, rows)
        logits = logits_of(model, batch, options.bf16)
        loss = losses_of(logits, batch).mean()
        if options.shared:
            loss = loss + options.shared * shared_loss(logits, batch)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        losses.append(loss.item())
        tokens += int(encoded.lengths[rows].sum())
        now = time.monotonic()
        progress = replace(
            progress,
            step=progress.step + 1,
            epoch=following[0],
            batch=following[1],
            seconds=progress.seconds + now - tick,
        )
        if progress.step % 20 == 0:
            LOG.info(
                "step %d pass %d batch %d loss %.3f rate %.2e %.0f tokens/s %.0f s",
                progress.step, progress.epoch, progress.batch, np.mean(losses), rate, tokens / (now - mark),
                progress.seconds,
            )  # fmt: skip
            losses, tokens, mark = [], 0, now
        stopping = progress.step == options.stop_after
        if now - saved > options.save_minutes * 60 or stopping:
            checkpoint.save(options.out, f"step-{progress.step:07d}", model, optimizer, progress)
            checkpoint.prune(options.out)
            saved = now
        if stopping:
            return checkpoint.latest(options.out) or options.out
        if progress.done:
            break
    return checkpoint.save(options.out, "final", model, None, progress)


def _stream(
    passes: Passes, options: Options, progress: Progress
) -> Iterator[tuple[Encoded, np.ndarray, tuple[int, int]]]:
    """Endless batches from where the run stands, each with the (pass, batch) that comes after it."""
    epoch, first = progress.epoch, progress.batch
    while True:
        encoded = passes(epoch)
        groups = encoded.groups if options.shared else None
        order = batches(encoded.lengths, options.batch_tokens, options.seed, epoch, groups=groups)
        for i in range(first, len(order)):
            yield encoded, order[i], (epoch, i + 1)
        epoch, first = epoch + 1, 0


def _rate(progress: Progress, options: Options) -> float:
    warmup = round(WARMUP * options.steps) if options.steps else 120
    return learning_rate(progress.step, options.peak, warmup, progress.decay_start, progress.decay_steps)


def _with_decay(progress: Progress, options: Options) -> Progress:
    """Progress with the decay set, once it is time for it: by steps, by hours, or by the file DECAY."""
    if progress.decay_start is not None:
        return progress
    order = options.out / "DECAY"
    if order.exists():
        said = order.read_text().strip()
        steps = int(said) if said else round(progress.step * DECAY / (1 - DECAY))
        return replace(progress, decay_start=progress.step, decay_steps=max(1, steps))
    if options.steps is not None:
        start, steps = decay_of(options.steps)
        return replace(progress, decay_start=start, decay_steps=steps) if progress.step >= start else progress
    assert options.hours is not None
    if progress.step and progress.seconds >= options.hours * 3600 * (1 - DECAY):
        left = max(1.0, options.hours * 3600 - progress.seconds)
        steps = round(left * progress.step / progress.seconds)
        return replace(progress, decay_start=progress.step, decay_steps=max(1, steps))
    return progress


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    try:
        train(options_of(command_line("python -m training.train").parse_args()))
    except RagError as error:
        raise SystemExit(str(error)) from None
