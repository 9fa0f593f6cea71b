"""Stage 7, compose: candidates -> a Reply of verbatim quotes, each checked against its source."""

from __future__ import annotations

import urllib.parse
from collections.abc import Mapping, Sequence
from pathlib import Path

from rag.data import Candidate, Citation, Document, Reply, Span
from rag.errors import GuaranteeError


def compose(
    question: str,
    resolved_question: str,
    candidates: Sequence[Candidate],
    nearest: Candidate | None,
    documents: Mapping[str, Document],
    threshold: float,
    timings_ms: Mapping[str, float],
) -> Reply:
    """Answer with the candidates at or above the threshold, best first, or say that there is none.

    ``nearest`` is what to offer, as the closest passage, when there is no answer.
    """
    chosen = [candidate for candidate in candidates if candidate.confidence >= threshold]
    confidence = max((candidate.confidence for candidate in candidates), default=0.0)
    citations = tuple(cite(c, documents[c.document_id], n) for n, c in enumerate(chosen, start=1))
    answer = None
    if chosen:
        best = chosen[0]
        answer = (best.answer or best.quote).of(documents[best.document_id].text)
    return Reply(
        question=question,
        resolved_question=resolved_question,
        status="answered" if chosen else "not_found",
        answer=answer,
        confidence=round(confidence, 4),
        citations=citations,
        nearest=cite(nearest, documents[nearest.document_id], None) if nearest and not chosen else None,
        timings_ms=timings_ms,
    )


def cite(candidate: Candidate, document: Document, n: int | None) -> Citation:
    """One citation. Raises GuaranteeError unless it is, to the character, what the source says."""
    quote, answer = candidate.quote, candidate.answer
    citation = Citation(
        n=n,
        source=document.source,
        title=document.title or Path(document.source).name,
        text_file=document.source,
        start=quote.start,
        end=quote.end,
        quote=quote.of(document.text),
        answer_start=answer.start if answer else None,
        answer_end=answer.end if answer else None,
        link=link(document.url, quote.of(document.text)) if document.url else None,
    )
    _check(citation, quote, answer, document)
    return citation


def link(url: str, quote: str) -> str:
    """A link that opens a page at a quote (https://wicg.github.io/scroll-to-text-fragment/).

    >>> link("https://example.org/a#top", "One, two - three.")
    'https://example.org/a#:~:text=One%2C%20two%20%2D%20three.'
    """
    words = quote.split()
    ends = [quote] if len(words) <= 12 else [" ".join(words[:6]), " ".join(words[-6:])]
    encoded = [urllib.parse.quote(" ".join(end.split()), safe="").replace("-", "%2D") for end in ends]
    return f"{url.split('#')[0]}#:~:text={','.join(encoded)}"


def _check(citation: Citation, quote: Span, answer: Span | None, document: Document) -> None:
    inside = 0 <= quote.start < quote.end <= len(document.text)
    verbatim = document.text[citation.start : citation.end] == citation.quote
    held = answer is None or quote.start <= answer.start <= answer.end <= quote.end
    if not (inside and verbatim and held):
        raise GuaranteeError(
            f"a quote at {quote.start}–{quote.end} of {document.source} is not verbatim: please report this question"
        )
