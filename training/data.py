"""SQuAD 2.0-format files -> paragraphs with questions, without duplicates and without held-out text."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from rag.chunk import split_sentences
from rag.data import Span
from rag.squad import Paragraph, Question

SHARED_SENTENCES = 0.5
"""A paragraph is "the same text" as held-out text when this share of its sentences is found there."""


def squad_tree(paragraphs: Iterable[Paragraph]) -> dict[str, Any]:
    """The inverse of ``read_squad``: a JSON tree in SQuAD 2.0 format, one article."""
    return {
        "version": "v2.0",
        "data": [
            {
                "title": "",
                "paragraphs": [
                    {
                        "context": p.context,
                        "qas": [
                            {
                                "id": q.id,
                                "question": q.text,
                                "is_impossible": not q.answers,
                                "answers": [{"text": a.of(p.context), "answer_start": a.start} for a in q.answers],
                            }
                            for q in p.questions
                        ],
                    }
                    for p in paragraphs
                ],
            }
        ],
    }


def key(text: str) -> str:
    """Text with only its letters and digits, in lower case: equal for differently spaced copies.

    >>> key("Sa 'oloto  Tuto") == key("Sa'oloto tuto.")
    True
    """
    return re.sub(r"[\W_]+", "", text.lower())


def deduplicate(paragraphs: Iterable[Paragraph]) -> list[Paragraph]:
    """Each question once per context, and paragraphs left without questions dropped."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for paragraph in paragraphs:
        context = key(paragraph.context)
        fresh = []
        for question in paragraph.questions:
            pair = (context, key(question.text))
            if pair not in seen:
                seen.add(pair)
                fresh.append(question)
        if fresh:
            kept.append(replace(paragraph, questions=tuple(fresh)))
    return kept


def sentence_keys(context: str) -> list[str]:
    """Keys of the sentences of a context that have at least five words."""
    spans = split_sentences(context, Span(0, len(context)))
    return [key(s.of(context)) for s in spans if len(s.of(context).split()) >= 5]


def without_text_of(paragraphs: Iterable[Paragraph], held_out: Iterable[Paragraph]) -> list[Paragraph]:
    """The paragraphs that do not repeat the held-out contexts or sentences of them."""
    # One long text, not a set of sentences: copies may be split into sentences at other places.
    contexts = {key(p.context) for p in held_out}
    text = "|".join(sorted(contexts))
    kept = []
    for paragraph in paragraphs:
        own = sentence_keys(paragraph.context)
        shared = sum(k in text for k in own)
        if key(paragraph.context) not in contexts and (not own or shared < SHARED_SENTENCES * len(own)):
            kept.append(paragraph)
    return kept


def set_apart(paragraphs: Sequence[Paragraph], count: int, seed: int) -> list[Paragraph]:
    """``count`` paragraphs drawn at random (all, when there are fewer), in their order."""
    chosen = random.Random(f"apart/{seed}").sample(range(len(paragraphs)), min(count, len(paragraphs)))
    return [paragraphs[i] for i in sorted(chosen)]


def gold(paragraph: Paragraph, question: Question, max_words: int) -> Span | None:
    """The answer to train on: the most frequent, then the shortest, of those up to ``max_words`` words.

    >>> p = Paragraph("f", "in the year 1461", ())
    >>> gold(p, Question("1", "When?", (Span(3, 16), Span(12, 16), Span(12, 16))), 30)
    Span(start=12, end=16)
    """
    counts = Counter(question.answers)
    legal = [a for a in counts if len(a.of(paragraph.context).split()) <= max_words]
    return min(legal, key=lambda a: (-counts[a], a.end - a.start, a.start), default=None)
