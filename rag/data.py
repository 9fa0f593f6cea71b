"""What travels between the stages: frozen data, offsets made once and never searched for again.

All offsets count Unicode code points of a document's text; ``end`` is exclusive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of characters.

    >>> Span(4, 7).of("The end.")
    'end'
    """

    start: int
    end: int

    def of(self, text: str) -> str:
        """The characters of ``text`` that the span covers."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Document:
    """A source as loaded: its whole text, and which parts of it are worth reading.

    ``body`` lists the ranges, in order, that are neither page furniture nor front matter;
    ``title`` and ``byline`` (the author's name) are ranges of the same text.
    """

    id: str
    source: str
    text: str
    body: tuple[Span, ...]
    sha256: str
    title_span: Span | None = None
    byline_span: Span | None = None
    url: str | None = None

    @property
    def title(self) -> str | None:
        """The headline as it stands in the text."""
        return self.title_span.of(self.text) if self.title_span else None

    @property
    def byline(self) -> str | None:
        """The author's name as it stands in the text."""
        return self.byline_span.of(self.text) if self.byline_span else None


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one document: the unit of retrieval and of reading.

    ``sentences`` are ranges of the document's text; the passage reaches from the first
    one's start to the last one's end.
    """

    document_id: str
    sentences: tuple[Span, ...]

    @property
    def start(self) -> int:
        return self.sentences[0].start

    @property
    def end(self) -> int:
        return self.sentences[-1].end

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that the retriever found, and why: its fused score and its place in each ranking.

    Ranks count from 1; ``cosine`` is in -1..1, ``bm25`` is 0 when no term of the question occurs.
    """

    passage: Passage
    score: float
    cosine: float
    bm25: float
    dense_rank: int
    bm25_rank: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible answer: whole sentences to quote and, inside them, the answer where it is known.

    ``confidence`` is the probability, 0..1, that quoting it answers the question rightly.
    """

    document_id: str
    quote: Span
    answer: Span | None
    confidence: float


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier exchange of a conversation; ``answer`` is None when there was none."""

    question: str
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote and the exact place it was taken from.

    ``quote == text[start:end]``, where text is ``text_file`` decoded as UTF-8; the answer, where
    one was found inside the quote, is ``text[answer_start:answer_end]``. ``n`` is the number shown,
    None for a passage that is only the closest one.
    """

    n: int | None
    source: str
    title: str
    text_file: str
    start: int
    end: int
    quote: str
    answer_start: int | None = None
    answer_end: int | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one question, or the plain statement that the source does not give one.

    ``confidence`` is a calibrated probability that the answer is right; under ``not_found`` it is
    that of the best answer that was withheld. ``timings_ms`` holds milliseconds per stage.
    """

    question: str
    resolved_question: str
    status: Literal["answered", "not_found"]
    answer: str | None
    confidence: float
    citations: tuple[Citation, ...]
    nearest: Citation | None
    timings_ms: Mapping[str, float]

    def to_dict(self, id: Any = None) -> dict[str, Any]:
        """The record that the command prints as JSON, and that HTTP and MCP return."""
        return {
            "id": id,
            "question": self.question,
            "resolved_question": self.resolved_question,
            "status": self.status,
            "answer": self.answer,
            "confidence": self.confidence,
            "citations": [asdict(citation) for citation in self.citations],
            "nearest": asdict(self.nearest) if self.nearest else None,
            "timings_ms": dict(self.timings_ms),
        }
