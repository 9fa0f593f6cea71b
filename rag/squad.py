"""SQuAD-format files, JSON or gzipped JSON, 1.1 or 2.0: paragraphs with questions and gold answers."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.data import Span
from rag.errors import SourceError


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
    """The paragraphs of one file.

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
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror or error}: check the path") from None
    except (EOFError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SourceError(f"{path}: not in SQuAD format ({error}): give .json or .json.gz") from error


def _paragraph(source: str, raw: dict[str, Any]) -> Paragraph:
    context = raw["context"]
    questions = []
    for qa in raw["qas"]:
        spans = []
        for answer in qa.get("answers", ()):
            span = Span(answer["answer_start"], answer["answer_start"] + len(answer["text"]))
            if not answer["text"] or span.of(context) != answer["text"]:
                raise ValueError(f"question {qa.get('id')!r}: answer {answer['text']!r} is not at {span.start}")
            spans.append(span)
        questions.append(Question(str(qa.get("id", "")), qa["question"].strip(), tuple(spans)))
    return Paragraph(source, context, tuple(questions))
