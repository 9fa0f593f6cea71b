"""Measure a reader on SQuAD-format paragraphs: each question with its own paragraph, cut as deployed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.decode import spans
from rag.score import auroc, exact, f1
from rag.squad import Paragraph, Question
from training.data import gold
from training.encode import MAX_LENGTH, MAX_QUESTION, STRIDE
from training.examples import Mixture
from training.negatives import entities, near_miss, numbers
from training.score import best_threshold
from training.vocabulary import special_ids
from training.windows import contains, deployed_windows, sentences_of

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

Model = Callable[[dict[str, np.ndarray]], tuple[np.ndarray, np.ndarray]]
"""int64 arrays of the three BERT inputs -> start and end logits, float[rows, tokens]."""
ROWS = 16


@dataclass(frozen=True, slots=True)
class Asked:
    """A question put to passages; ``golds`` are the texts of its gold answers."""

    question: str
    passages: tuple[str, ...]
    golds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the reader said at its best, with which margin over "no answer"."""

    asked: Asked
    said: str
    margin: float


def asked_of(paragraphs: Iterable[Paragraph], limit: int | None = None, seed: int = 1) -> list[Asked]:
    """Every question with the windows of its own paragraph (``limit``: so many, drawn at random)."""
    made: list[Asked] = []
    for paragraph in paragraphs:
        passages = tuple(w.of(paragraph.context) for w in deployed_windows(paragraph.context))
        made.extend(Asked(q.text, passages, _golds(paragraph, q)) for q in paragraph.questions)
    return made if limit is None or limit >= len(made) else random.Random(seed).sample(made, limit)


def near_misses(paragraphs: Sequence[Paragraph], seed: int = 1) -> list[tuple[Asked, Asked]]:
    """Pairs for one window each: a question that it answers, and a near miss that it does not."""
    rng = random.Random(seed)
    pool = sorted({e for p in paragraphs for e in (*entities(p.context), *numbers(p.context))})
    pairs = []
    for paragraph in paragraphs:
        windows, sentences = deployed_windows(paragraph.context), sentences_of(paragraph.context)
        for question in paragraph.questions:
            answer = gold(paragraph, question, Mixture().max_answer_words)
            window = next((w for w in windows if answer and contains(w, answer)), None)
            if answer is None or window is None:
                continue
            inside = [s.of(paragraph.context) for s in sentences if s.start < answer.end and answer.start < s.end]
            drawn = rng.sample(pool, min(len(pool), Mixture().pool))
            text = window.of(paragraph.context)
            swapped = near_miss(question.text, text, " ".join(inside), answer.of(paragraph.context), drawn, rng)
            if swapped:
                pairs.append((Asked(question.text, (text,), _golds(paragraph, question)), Asked(swapped, (text,), ())))
    return pairs


def _golds(paragraph: Paragraph, question: Question) -> tuple[str, ...]:
    return tuple(a.of(paragraph.context) for a in question.answers)


@dataclass(frozen=True, slots=True)
class _Row:
    asked: int
    passage: str
    tokens: list[int]
    offsets: list[tuple[int, int] | None]
    types: list[int]


def _rows(number: int, asked: Asked, question: Encoding, passages: Sequence[Encoding], sep: int) -> Iterator[_Row]:
    head = [*question.ids[: MAX_QUESTION + 1]]
    if head[-1] != sep:
        head.append(sep)
    room = MAX_LENGTH - len(head) - 1
    for passage, encoding in zip(asked.passages, passages, strict=True):
        first = 0
        while True:
            ids, offsets = encoding.ids[first : first + room], encoding.offsets[first : first + room]
            types = [0] * len(head) + [1] * (len(ids) + 1)
            yield _Row(number, passage, [*head, *ids, sep], [*([None] * len(head)), *offsets, None], types)
            if first + room >= len(encoding.ids):
                break
            first += room - STRIDE


def outcomes(asked: Sequence[Asked], tokenizer: Tokenizer, model: Model) -> list[Outcome]:
    """The best reading over all passages of each question, in the order of ``asked``."""
    sep = special_ids(tokenizer)[1]
    rows: list[_Row] = []
    for number, one in enumerate(asked):
        question = tokenizer.encode(one.question)
        passages = tokenizer.encode_batch(list(one.passages), add_special_tokens=False)
        rows.extend(_rows(number, one, question, passages, sep))
    best = [("", float("-inf"))] * len(asked)
    # Rows of near length share a batch; their order within a question does not matter but for ties.
    order = sorted(range(len(rows)), key=lambda i: (len(rows[i].tokens), i))
    for first in range(0, len(order), ROWS):
        part = [rows[i] for i in order[first : first + ROWS]]
        start, end = model(_padded(part))
        for row, s, e in zip(part, start, end, strict=True):
            for reading in spans(s, e, row.offsets, row.passage):
                if reading.margin > best[row.asked][1]:
                    best[row.asked] = (reading.span.of(row.passage), reading.margin)
    return [Outcome(one, *found) for one, found in zip(asked, best, strict=True)]


def _padded(rows: Sequence[_Row]) -> dict[str, np.ndarray]:
    width = max(len(r.tokens) for r in rows)
    ids, mask, types = (np.zeros((len(rows), width), np.int64) for _ in range(3))
    for i, row in enumerate(rows):
        ids[i, : len(row.tokens)] = row.tokens
        mask[i, : len(row.tokens)] = 1
        types[i, : len(row.types)] = row.types
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}


def figures(results: Sequence[Outcome]) -> dict[str, float]:
    """Percentages over all questions, and for sets with unanswerable ones the separation of the two.

    ``em``/``f1``: answering whatever the margin, over answerable questions. ``abstaining_*``: silent
    at margins below 0, over all. ``best_f1``: at the threshold that suits this set best.
    """
    can = [r for r in results if r.asked.golds]
    cannot = [r for r in results if not r.asked.golds]
    spoken = [r.said if r.margin >= 0 else "" for r in results]
    forced = [f1(r.said, r.asked.golds) for r in results]
    silent = [float(not r.asked.golds) for r in results]
    threshold, best = best_threshold([r.margin for r in results], forced, silent)
    made = {
        "questions": len(results),
        "answerable": len(can),
        "em": 100 * _mean([exact(r.said, r.asked.golds) for r in can]),
        "f1": 100 * _mean([f1(r.said, r.asked.golds) for r in can]),
        "abstaining_em": 100 * _mean([exact(s, r.asked.golds) for s, r in zip(spoken, results, strict=True)]),
        "abstaining_f1": 100 * _mean([f1(s, r.asked.golds) for s, r in zip(spoken, results, strict=True)]),
        "answered": 100 * _mean([float(r.margin >= 0) for r in can]),
        "best_f1": 100 * best,
        "best_threshold": threshold,
    }
    if cannot:
        made["abstained"] = 100 * _mean([float(r.margin < 0) for r in cannot])
        made["auroc"] = 100 * auroc([r.margin for r in can], [r.margin for r in cannot])
    return {k: round(v, 2) if np.isfinite(v) else 0.0 for k, v in made.items()}


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else 0.0


def torch_model(checkpoint: Path, base: Path) -> Model:
    """A checkpoint's weights as a Model, in float32."""
    import torch

    from training.checkpoint import load
    from training.model import new_model

    model = new_model(base, 0).eval()
    load(checkpoint, model, None)

    def run(inputs: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        with torch.inference_mode():
            output = model(**{k: torch.from_numpy(v) for k, v in inputs.items()})
        return output.start_logits.numpy(), output.end_logits.numpy()

    return run


def onnx_model(path: Path, threads: int = 2) -> Model:
    """An exported file as a Model."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # leave the cores to a training beside
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def run(inputs: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        start, end = session.run(["start_logits", "end_logits"], inputs)
        return start, end

    return run
