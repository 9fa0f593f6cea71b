"""A Document -> the HTML of the pane beside the chat: every block knows where in the text it stands."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rag.data import Document, Span
from rag.show import escape_html
from rag.words import Words

LARGEST = 300_000
"""Characters of a document that are shown at once."""


def article_html(document: Document, number: int, words: Words, at: int = 0) -> str:
    """Headline, byline and paragraphs of a document, or of the part of a long one that holds character ``at``.

    ``data-start`` of a block is the place of its first character in the text, in UTF-16 units, as a
    browser counts.
    """
    blocks, before, after = shown(document, at)
    places = utf16(document.text, [span.start for span in blocks])
    body = "".join(_block(document, span, place) for span, place in zip(blocks, places, strict=True))
    note = f'<p class="quiet">{escape_html(words["shortened"])}</p>' if before is not None or after is not None else ""
    name = "" if document.title_span else f"<h2>{escape_html(Path(document.source).name)}</h2>"
    return (
        f'<article id="article" data-document="{number}" data-language="{words["language"]}" '
        f'data-copied="{escape_html(words["copied"])}" data-label="{escape_html(words["article"])}" lang="en" tabindex="-1">'
        f'<div class="bar"><button type="button" class="close">{escape_html(words["close"])}</button></div>'
        f"{name}{note}{_turn(document, before, words['earlier'])}{body}{_turn(document, after, words['later'])}</article>"
    )


def shown(document: Document, at: int) -> tuple[list[Span], int | None, int | None]:
    """The blocks to show, in order, and a place in the parts before and after them, if there are such.

    The headline and the byline are among them although they may stand outside the body; the headline always.
    """
    named = [span for span in (document.title_span, document.byline_span) if span]
    apart = [span for span in named if not any(b.start <= span.start and span.end <= b.end for b in document.body)]
    blocks = sorted([*document.body, *apart])
    if sum(span.end - span.start for span in blocks) <= LARGEST:
        return blocks, None, None
    first = max(0, at - LARGEST // 2)
    last = min(blocks[-1].end, first + LARGEST)
    part = [Span(max(span.start, first), min(span.end, last)) for span in blocks]
    kept = [span for span in part if span.start < span.end and span != document.title_span]
    headline = [document.title_span] if document.title_span else []
    before = max(0, first - LARGEST // 2) if first > blocks[0].start else None
    return [*headline, *kept], before, last + LARGEST // 2 if last < blocks[-1].end else None


def _turn(document: Document, at: int | None, label: str) -> str:
    """A button that shows another part of a long document."""
    if at is None:
        return ""
    [start] = utf16(document.text, [min(at, len(document.text))])
    return f'<button type="button" class="turn" value="{start}">{escape_html(label)}</button>'


def _block(document: Document, span: Span, place: int) -> str:
    text = span.of(document.text)
    byline = document.byline_span
    tag, kind = "p", "wrapped" if hard_wrapped(text) else ""
    if span == document.title_span:
        tag = "h2"
    elif byline and span.start <= byline.start and byline.end <= span.end <= byline.end + 40:
        kind = "byline"
    return f'<{tag} class="{kind}" tabindex="-1" data-start="{place}">{escape_html(text)}</{tag}>'


def hard_wrapped(text: str) -> bool:
    """Whether a paragraph's lines were broken by a program at some width, so that they may be joined on screen.

    >>> hard_wrapped("a" * 70 + chr(10) + "b" * 68 + chr(10) + "c"), hard_wrapped("A rose" + chr(10) + "is a rose.")
    (True, False)
    """
    lines = text.splitlines()
    return len(lines) > 1 and all(50 <= len(line) <= 110 for line in lines[:-1])


def utf16(text: str, positions: Sequence[int]) -> list[int]:
    """Places in a text, in ascending order, counted in UTF-16 units.

    >>> utf16("a🐝bc", [0, 2, 3])
    [0, 3, 4]
    """
    counted, last, units = [], 0, 0
    for position in positions:
        units += len(text[last:position].encode("utf-16-le")) // 2
        last = position
        counted.append(units)
    return counted


def code_points(text: str, units: int) -> int:
    """The place in a text of so many UTF-16 units.

    >>> code_points("a🐝bc", 3)
    2
    """
    return len(text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore"))
