"""A Reply -> the HTML of a chat message: the answer, its quotes, and links that open their places.

The chat keeps ``class``, ``id``, ``title`` and ``href`` only, so a link's hash says what it does:
``#cite-2-10-40-15-20`` is a place in document 2 (see ``anchor``), ``#copy-…`` a text to copy.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Mapping

from rag.article import utf16
from rag.data import Citation, Document, Reply
from rag.show import escape_html, parts
from rag.words import Words

LEVELS = ((0.85, "sure"), (0.7, "likely"), (0.0, "unsure"))
"""The least confidence for each word."""

Numbered = Mapping[str, tuple[int, Document]]
"""Source of a document -> its number and itself."""


def question_html(question: str) -> str:
    """A question as it was asked."""
    return f'<p class="asked">{escape_html(question)}</p>'


def reply_html(reply: Reply, documents: Numbered, words: Words) -> str:
    """A reply as one fragment without blank lines."""
    searched = ""
    if reply.resolved_question != " ".join(reply.question.split()):
        searched = _quiet(words["searched"].format(question=reply.resolved_question))
    if reply.status == "not_found":
        near = _quiet(words["nearest"]) + _quote(reply.nearest, documents, words) if reply.nearest else ""
        return (
            f'<div class="reply missing"><p class="short">{escape_html(words["not_found"])}</p>{searched}{near}</div>'
        )
    quotes = "".join(_quote(citation, documents, words) for citation in reply.citations)
    answer = f'<p class="short">{escape_html(reply.answer or "")}</p>'
    return f'<div class="reply answered">{answer}{confidence_html(reply.confidence, words)}{searched}{quotes}</div>'


def confidence_html(confidence: float, words: Words) -> str:
    """A word for the confidence, which opens to say what it means."""
    level = next(name for least, name in LEVELS if confidence >= least)
    meaning = words["confidence"].format(percent=round(100 * confidence))
    return (
        f'<details class="confidence {level}"><summary>{escape_html(words[level])}</summary>'
        f"{escape_html(meaning)}</details>"
    )


def reading_html(passage: Citation | None, words: Words) -> str:
    """What is shown before the reply: that it is being worked on, and the passage found so far."""
    if passage is None:
        return f'<div class="reply reading">{_quiet(words["reading"])}</div>'
    return f'<div class="reply reading">{_quiet(words["looking"])}{_block(escape_html(passage.quote))}</div>'


def failure_html(title: str, problem: str) -> str:
    """A failure, which looks neither like an answer nor like the absence of one."""
    return f'<div class="reply failure"><p class="short">{escape_html(title)}</p><p>{escape_html(problem)}</p></div>'


def anchor(citation: Citation, document: Document, number: int) -> str:
    """Where a citation stands, for the browser: document, quote and answer, in UTF-16 units of its text."""
    ends = [citation.start, citation.end]
    if citation.answer_start is not None and citation.answer_end is not None:
        ends = [citation.start, citation.answer_start, citation.answer_end, citation.end]
    counted = utf16(document.text, ends)
    return "-".join(map(str, ["cite", number, counted[0], counted[-1], *counted[1:-1]]))


def copied(citation: Citation, words: Words) -> str:
    """A quote with its headline, source, character range and link, to be pasted elsewhere."""
    where = words["characters"].format(start=citation.start, end=citation.end)
    lines = [f"“{citation.quote}”", f"{citation.title}. {citation.source}, {where}"]
    return "\n".join([*lines, *([citation.link] if citation.link else [])])


def _quote(citation: Citation, documents: Numbered, words: Words) -> str:
    number, document = documents[citation.source]
    before, answer, after = (escape_html(part) for part in parts(citation))
    quote = f"{before}<mark>{answer}</mark>{after}" if answer else before + after
    where = words["characters"].format(start=citation.start, end=citation.end)
    place = f'href="#{anchor(citation, document, number)}" title="{escape_html(words["show"])}"'
    if citation.n:
        links = [f'<a class="cite" {place}>&#91;{citation.n}&#93;</a>']
    else:
        links = [f'<a class="cite near" {place}>{escape_html(words["show"])}</a>']
    links.append(f'<span class="place">{escape_html(f"{citation.title}, {where}")}</span>')
    if citation.n:
        text = urllib.parse.quote(copied(citation, words), safe="")
        links.append(f'<a class="copy" href="#copy-{text}">{escape_html(words["copy"])}</a>')
    if citation.link:
        links.append(f'<a class="source" href="{escape_html(citation.link)}">{escape_html(words["open"])}</a>')
    return _block(quote) + f'<p class="tools">{" ".join(links)}</p>'


def _block(quote: str) -> str:
    return f"<blockquote>{quote}</blockquote>"


def _quiet(text: str) -> str:
    return f'<p class="quiet">{escape_html(text)}</p>'
