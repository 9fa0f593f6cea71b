"""What travels between the stages: frozen data, offsets made once and never searched for again.

All offsets count Unicode code points of a document's text; ``end`` is exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass


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
