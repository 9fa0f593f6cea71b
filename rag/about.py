"""Questions about the article itself, "Who wrote this?", answered from its headline and byline."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.chunk import split_sentences
from rag.data import Candidate, Document, Span

_WORK = r"(?:(?:this|the)(?: (?:\w+ )?(?:article|piece|story|text|page|essay|column|op-?ed|opinion|post|document|report|work|blog))?|it)"
_AUTHOR = re.compile(
    rf"(?:who(?: is|'s|’s| was)? (?:the )?(?:wrote|written|authored|penned|(?:author|writer|columnist|journalist|reporter)(?: of| behind)?)"
    rf"(?: {_WORK})?|who (?:is|was) {_WORK} (?:written |authored )?by|(?:by whom|by who) (?:is|was) {_WORK} written"
    rf"|what(?: is|'s|’s| was)? (?:the )?(?:name of the author|author's name|author’s name|byline)(?: (?:of|on) {_WORK})?"
    rf"|whose (?:byline|article|piece|opinion|essay|column) is (?:this|it))",
    re.IGNORECASE,
)
_TITLE = re.compile(
    rf"what(?: is|'s|’s| was)? (?:the )?(?:headline|title)(?: (?:of|for|on) {_WORK})?|what is {_WORK} (?:called|titled|entitled)"
    rf"|(?:which|what) (?:headline|title) (?:does|has) {_WORK}(?: have| carry| bear)?|how is {_WORK} (?:titled|called)",
    re.IGNORECASE,
)


def about(question: str, documents: Sequence[Document]) -> tuple[str, list[Candidate]] | None:
    """Candidates for a question about headline or author, with what was asked for; None for any other.

    One candidate a document that has the thing; the list is empty when none has it.
    """
    plain = " ".join(question.split()).strip(" ?!.\"“”'")
    asked = "byline" if _AUTHOR.fullmatch(plain) else "title" if _TITLE.fullmatch(plain) else None
    if asked is None:
        return None
    found = []
    for document in documents:
        span = document.byline_span if asked == "byline" else document.title_span
        if span:
            found.append(Candidate(document.id, _around(document, span), span, confidence=_CONFIDENCE[asked]))
    return asked, found


_CONFIDENCE = {"title": 0.95, "byline": 0.9}
"""Not measured: the layout is recognised by rules, which are seldom wrong and cannot say when."""


def _around(document: Document, span: Span) -> Span:
    """The sentence of the body that holds the span, or the span itself where the body has it not."""
    for block in document.body:
        if block.start <= span.start and span.end <= block.end:
            for sentence in split_sentences(document.text, block):
                if sentence.start <= span.start and span.end <= sentence.end:
                    return sentence
    return span
