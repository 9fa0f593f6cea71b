"""Contexts -> windows as deployed: the ranges that the project's own chunker cuts, and random ones."""

from __future__ import annotations

import random
from collections.abc import Sequence

from rag.chunk import PASSAGE_WORDS, chunk, split_sentences
from rag.data import Document, Span


def deployed_windows(context: str) -> list[Span]:
    """The passages that ``rag.chunk`` makes of the context, as ranges of it.

    >>> deployed_windows("One. Two.")
    [Span(start=0, end=9)]
    """
    document = Document("context", "context", context, (Span(0, len(context)),), "")
    return [Span(p.start, p.end) for p in chunk(document)]


def sentences_of(context: str) -> list[Span]:
    """All sentences of a context."""
    return split_sentences(context, Span(0, len(context)))


def contains(window: Span, answer: Span) -> bool:
    """Whether the whole answer lies in the window."""
    return window.start <= answer.start and answer.end <= window.end


def random_window(
    context: str, sentences: Sequence[Span], answer: Span, rng: random.Random, max_words: int = PASSAGE_WORDS
) -> Span:
    """A run of whole sentences around the answer, of random length, with the answer anywhere in it.

    Grows by one sentence, on a random side, until a drawn number of words would be passed.
    """
    inside = [i for i, s in enumerate(sentences) if s.start < answer.end and answer.start < s.end]
    first, last = inside[0], inside[-1]
    limit = rng.randint(15, max_words)
    words = [len(s.of(context).split()) for s in sentences]
    total = sum(words[first : last + 1])
    while True:
        sides = [i for i in (first - 1, last + 1) if 0 <= i < len(sentences) and total + words[i] <= limit]
        if not sides:
            return Span(sentences[first].start, sentences[last].end)
        grown = rng.choice(sides)
        first, last = min(first, grown), max(last, grown)
        total += words[grown]


def among_others(sentence: str, answer: Span, others: Sequence[str], place: int) -> tuple[str, Span]:
    """A sentence put at a place among others, and where the answer is then.

    >>> among_others("He won.", Span(3, 6), ["A.", "B."], 1)
    ('A. He won. B.', Span(start=6, end=9))
    """
    parts = [*others[:place], sentence, *others[place:]]
    shift = sum(len(p) + 1 for p in parts[:place])
    return " ".join(parts), Span(answer.start + shift, answer.end + shift)
