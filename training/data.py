"""SQuAD 2.0-format files -> paragraphs with questions, without duplicates and without held-out text."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rag.chunk import split_sentences
from rag.data import Span
from rag.errors import SourceError

SHARED_SENTENCES = 0.5
"""A paragraph is "the same text" as held-out text when this share of its sentences is found there."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question and its gold answers, ranges of the paragraph's context; none = not answerable."""

    id: str
    text: str
    answers: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A context and the questions about it; ``source`` is the file name without its endings."""

    source: str
    context: str
    questions: tuple[Question, ...]


def read_squad(path: Path) -> list[Paragraph]:
    """The paragraphs of one ``.json`` or ``.json.gz`` file in SQuAD 1.1 or 2.0 format.

    Raises SourceError when the file cannot be read, has another format, or an answer is not
    found at its ``answer_start``.
    """
    try:
        raw = path.read_bytes()
        tree = json.loads(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)
        return [
            _paragraph(path.name.split(".json")[0], paragraph)
            for article in tree["data"]
            for paragraph in article["paragraphs"]
        ]
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise SourceError(f"{path}: not a readable SQuAD-format file ({error}); give .json or .json.gz") from error


def _paragraph(source: str, raw: dict[str, Any]) -> Paragraph:
    context = raw["context"]
    questions = []
    for qa in raw["qas"]:
        spans = tuple(Span(a["answer_start"], a["answer_start"] + len(a["text"])) for a in qa.get("answers", ()))
        for span, answer in zip(spans, qa.get("answers", ()), strict=True):
            if not answer["text"] or span.of(context) != answer["text"]:
                raise ValueError(f"question {qa.get('id')!r}: answer {answer['text']!r} is not at {span.start}")
        questions.append(Question(str(qa.get("id", "")), qa["question"].strip(), spans))
    return Paragraph(source, context, tuple(questions))


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
