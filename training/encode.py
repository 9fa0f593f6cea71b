"""Examples -> token arrays, made ahead of time and kept in one ``.npz`` file without pickle."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.data import Span
from training.examples import Example
from training.vocabulary import special_ids

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

MAX_LENGTH = 256
"""Tokens of question, passage and the three special ones."""
MAX_QUESTION = 64
STRIDE = 96
"""Tokens that two cuts of a passage which is too long have in common."""
NO_ANSWER = 0
"""Position of [CLS], the target of both ends when the passage does not answer."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """``n`` examples as flat arrays: example ``i`` is ``tokens[offsets[i]:offsets[i + 1]]``.

    ``passage_start[i]`` is the position of the first passage token; ``starts`` and ``ends`` are the
    positions of the answer's first and last token (inclusive), or NO_ANSWER. ``start_logits`` and
    ``end_logits``, where there are any, are a teacher's for every token. ``groups``, where there are any, are
    equal for the examples of one question.
    """

    tokens: np.ndarray
    offsets: np.ndarray
    passage_start: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    start_logits: np.ndarray | None = None
    end_logits: np.ndarray | None = None
    groups: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def lengths(self) -> np.ndarray:
        """Tokens of each example, int64[n]."""
        return np.diff(self.offsets)

    def __getitem__(self, rows: np.ndarray) -> Encoded:
        """These examples alone, in this order."""
        flat = np.concatenate([np.arange(*self.offsets[row : row + 2]) for row in rows] or [np.zeros(0, np.int64)])
        picked = {
            f.name: column[flat if f.name in ("tokens", "start_logits", "end_logits") else rows]
            for f in fields(self)
            if f.name != "offsets" and (column := getattr(self, f.name)) is not None
        }
        return Encoded(**picked, offsets=np.concatenate([[0], np.cumsum(self.lengths[rows])]))


def token_span(offsets: Sequence[tuple[int, int]], answer: Span) -> tuple[int, int] | None:
    """First and last token (inclusive) that overlap the characters of the answer.

    >>> token_span([(0, 3), (4, 8), (8, 9)], Span(4, 8))
    (1, 1)
    """
    inside = [i for i, (start, end) in enumerate(offsets) if start < answer.end and answer.start < end]
    return (inside[0], inside[-1]) if inside else None


def cut(length: int, room: int, keep: tuple[int, int] | None, rng: random.Random) -> tuple[int, int]:
    """Which ``room`` of ``length`` passage tokens to use, so that tokens ``keep`` (inclusive) are in it.

    >>> cut(10, 20, None, random.Random(1))
    (0, 10)
    """
    if length <= room:
        return 0, length
    low, high = (max(0, keep[1] + 1 - room), min(keep[0], length - room)) if keep else (0, length - room)
    start = rng.randint(low, max(low, high))
    return start, start + room


def encode(examples: Sequence[Example], tokenizer: Tokenizer, seed: int) -> Encoded:
    """Tokenise examples; answers of which no token is found are dropped."""
    rng = random.Random(f"encode/{seed}")
    special = special_ids(tokenizer)
    rows: list[np.ndarray] = []
    columns: list[tuple[int, int, int]] = []
    groups: list[int] = []
    numbers: dict[str, int] = {}
    for first in range(0, len(examples), 1000):
        part = examples[first : first + 1000]
        questions = tokenizer.encode_batch([e.question for e in part], add_special_tokens=False)
        passages = tokenizer.encode_batch([e.passage for e in part], add_special_tokens=False)
        for example, question, passage in zip(part, questions, passages, strict=True):
            row = _row(example, question, passage, special, rng)
            if row:
                rows.append(row[0])
                columns.append(row[1])
                groups.append(numbers.setdefault(example.about or f"#{len(groups)}", len(numbers)))
    offsets = np.cumsum([0, *(len(r) for r in rows)], dtype=np.int64)
    passage_start, starts, ends = np.array(columns, dtype=np.int16).reshape(-1, 3).T
    tokens = np.concatenate(rows) if rows else np.zeros(0, np.uint16)
    return Encoded(tokens, offsets, passage_start, starts, ends, groups=np.array(groups, np.int32))


def _row(
    example: Example, question: Encoding, passage: Encoding, special: tuple[int, int], rng: random.Random
) -> tuple[np.ndarray, tuple[int, int, int]] | None:
    cls, sep = special
    head = [cls, *question.ids[:MAX_QUESTION], sep]
    span = token_span(passage.offsets, example.answer) if example.answer else None
    if example.answer and span is None:
        return None
    start, end = cut(len(passage.ids), MAX_LENGTH - len(head) - 1, span, rng)
    tokens = np.array([*head, *passage.ids[start:end], sep], dtype=np.uint16)
    if span is None:
        return tokens, (len(head), NO_ANSWER, NO_ANSWER)
    first, last = span[0] - start + len(head), span[1] - start + len(head)
    return (tokens, (len(head), first, last)) if last < len(tokens) - 1 else None


def save_encoded(encoded: Encoded, path: Path) -> None:
    """Write the arrays, whole or not at all."""
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        arrays = {f.name: getattr(encoded, f.name) for f in fields(encoded)}
        np.savez(file, **{name: array for name, array in arrays.items() if array is not None})
    part.replace(path)


def load_encoded(path: Path) -> Encoded:
    """Read what ``save_encoded`` wrote."""
    with np.load(path, allow_pickle=False) as arrays:
        return Encoded(**{name: arrays[name] for name in arrays.files})


def certain(examples: Encoded) -> Encoded:
    """The examples with the logits of a teacher who is sure of the answers given.

    >>> one = Encoded(np.array([7, 8, 9]), np.array([0, 3]), *[np.array([1])] * 2, np.array([2]))
    >>> certain(one).end_logits.tolist()
    [0.0, 0.0, 30.0]
    """
    marked = np.zeros((2, len(examples.tokens)), np.float16)
    for logits, ends in zip(marked, (examples.starts, examples.ends), strict=True):
        logits[examples.offsets[:-1] + ends] = 30.0
    return replace(examples, start_logits=marked[0], end_logits=marked[1])


def joined(parts: Sequence[Encoded]) -> Encoded:
    """All examples of several sets, one after the other; all or none of them have a teacher's logits.

    >>> one = Encoded(np.array([7, 8]), np.array([0, 2]), *[np.array([1])] * 3)
    >>> joined([one, one]).offsets.tolist()
    [0, 2, 4]
    """
    columns = {f.name: [getattr(part, f.name) for part in parts] for f in fields(Encoded)}
    lengths = np.concatenate([part.lengths for part in parts])
    if columns["groups"][0] is not None:
        before = np.cumsum([0, *(groups.max(initial=-1) + 1 for groups in columns["groups"])])
        columns["groups"] = [groups + n for groups, n in zip(columns["groups"], before, strict=False)]
    made = {name: np.concatenate(arrays) for name, arrays in columns.items() if arrays[0] is not None}
    return Encoded(**{**made, "offsets": np.concatenate([[0], np.cumsum(lengths)])})


def batches(
    lengths: np.ndarray, tokens: int, seed: int, epoch: int, pool: int = 50, groups: np.ndarray | None = None
) -> list[np.ndarray]:
    """Example numbers of each batch of a pass, in training order.

    Shuffled, sorted by length within pools of about ``pool`` batches, and cut so that a padded
    batch has at most ``tokens`` tokens, unless one group alone has more. Examples of equal ``groups`` share a batch and
    stand side by side in it. A function of its arguments alone: resuming repeats it.
    """
    rng = np.random.default_rng([seed, epoch])
    together = _together(np.arange(len(lengths)) if groups is None else groups)
    longest = np.array([lengths[rows].max() for rows in together], np.int64)
    order = rng.permutation(len(together))
    mean = max(1.0, float(lengths.sum()) / len(together)) if len(together) else 1.0
    size = max(1, int(pool * tokens / mean))
    made: list[np.ndarray] = []
    for first in range(0, len(order), size):
        part = order[first : first + size]
        part = part[np.argsort(longest[part], kind="stable")]
        begun: list[np.ndarray] = []
        cut_here = []
        for number in part:
            # Sorted by length, so the next group has the longest example of the batch.
            rows = sum(map(len, begun)) + len(together[number])
            if begun and longest[number] * rows > tokens:
                cut_here.append(np.concatenate(begun))
                begun = []
            begun.append(together[number])
        cut_here.append(np.concatenate(begun))
        made.extend(cut_here[i] for i in rng.permutation(len(cut_here)))
    return made


def _together(groups: np.ndarray) -> list[np.ndarray]:
    """The numbers of the examples of each group."""
    order = np.argsort(groups, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(groups[order])) + 1) if len(order) else []
