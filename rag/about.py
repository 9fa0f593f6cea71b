"""Questions about the article itself, "Who wrote this?", "What is it about?", answered from the lines at its head."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.chunk import split_sentences
from rag.data import Candidate, Document, Span
from rag.dateline import find_dateline

_THING = r"(?:\w+ )?(?:article|piece|story|page|essay|column|op-?ed|post|text|report|document|work|blog)(?: piece)?"
_THIS = rf"(?:this(?: {_THING})?|the (?:\w+ )?(?:article|piece|story|page|essay|column|op-?ed))"
_WORK = rf"(?:{_THIS}|it)"
_IS = r"(?: is| was| are|'s|’s|’re|'re)"
_WRITER = r"(?:authors?|writers?|columnists?|journalists?|reporters?)"
_AUTHOR = re.compile(
    rf"(?:who|which {_WRITER})(?: has| have)? (?:wrote|written|authored|penned)(?: {_WORK})?"
    rf"|who{_IS} (?:the )?{_WRITER}(?: (?:of|behind) {_WORK})?"
    rf"|who{_IS} {_WORK} (?:written |authored )?by|by whom{_IS} {_WORK} written"
    rf"|what{_IS} (?:the )?(?:name of the {_WRITER}|(?:author|writer)(?:'s|’s) name|byline)(?: (?:of|on) {_WORK})?"
    rf"|(?:the )?(?:author|byline)(?: of {_WORK})?",
    re.IGNORECASE,
)
_HEAD = r"(?:headline|title)"
_TITLE = re.compile(
    rf"what{_IS} (?:the )?{_HEAD}(?: (?:of|for|on) {_WORK})?|what{_IS} {_WORK}(?:'s|’s) {_HEAD}"
    rf"|what{_IS} {_WORK} (?:called|titled|entitled)|how{_IS} {_WORK} (?:titled|called)"
    rf"|(?:which|what) {_HEAD} (?:does|has) {_WORK}(?: have| carry| bear)?|what does the {_HEAD} say"
    rf"|(?:the )?{_HEAD}(?: of {_WORK})?",
    re.IGNORECASE,
)
_SUBJECT = r"(?:main |central |general |overall )?(?:topic|subject|theme|subject matter)"
_TOPIC = re.compile(
    rf"what{_IS} {_WORK} (?:all |mainly |mostly )?about|what{_IS} (?:the )?{_SUBJECT} of {_WORK}"
    rf"|what{_IS} {_WORK}(?:'s|’s) {_SUBJECT}|what does {_THIS} (?:deal with|discuss|cover|treat)",
    re.IGNORECASE,
)
_MADE = r"(?:published|written|posted|released)"
_DATE = re.compile(
    rf"when{_IS} {_THIS} (?:first |originally )?{_MADE}|what{_IS} (?:the )?(?:publication date|(?:publication )?date of {_THIS})"
    rf"|(?:on )?(?:what|which) (?:date|day){_IS} {_THIS} {_MADE}|(?:on what date|when) did {_THIS} (?:come out|appear)",
    re.IGNORECASE,
)
_PUBLISHER = re.compile(
    rf"(?:where|by whom){_IS} {_THIS} (?:first |originally )?{_MADE}|who (?:has )?published {_THIS}"
    rf"|(?:which|what) (?:newspaper|magazine|publisher|website|site|paper|outlet)(?: has)? published {_THIS}",
    re.IGNORECASE,
)
_ASKED = {"byline": _AUTHOR, "title": _TITLE, "topic": _TOPIC, "date": _DATE, "publisher": _PUBLISHER}
_POLITE = re.compile(
    r"^(?:please )?(?:(?:can|could) you )?(?:(?:tell|give|show) me )?|,? please$|,? exactly$", re.IGNORECASE
)


def about(question: str, documents: Sequence[Document]) -> list[Candidate] | None:
    """Candidates for a question about headline, author, topic, date or publisher; None for one about anything else.

    One candidate a document that has the thing; the list is empty when none has it, and for the publisher, whom an
    article names in no form of its own.
    """
    plain = _POLITE.sub("", " ".join(question.split()).strip(" ?!.\"“”'"))
    asked = next((what for what, form in _ASKED.items() if form.fullmatch(plain)), None)
    if asked is None:
        return None
    found = []
    for document in documents:
        if ranges := _ranges(document, asked):
            quote, answer = ranges
            found.append(Candidate(document.id, quote, answer, confidence=_CONFIDENCE[asked]))
    return found


def _ranges(document: Document, asked: str) -> tuple[Span, Span] | None:
    """Quote and answer."""
    if asked == "date":
        return find_dateline(document.text)
    named = {"byline": document.byline_span, "title": document.title_span, "topic": document.title_span}
    span = named.get(asked)
    return (_around(document, span), span) if span else None


_CONFIDENCE = {"title": 0.95, "byline": 0.9, "topic": 0.75, "date": 0.9}
"""Not measured: the layout is recognised by rules, which are seldom wrong and cannot say when."""


def _around(document: Document, span: Span) -> Span:
    """The sentence of the body that holds the span, or the span itself where the body has it not."""
    for block in document.body:
        if block.start <= span.start and span.end <= block.end:
            for sentence in split_sentences(document.text, block):
                if sentence.start <= span.start and span.end <= sentence.end:
                    return sentence
    return span
