"""Markdown's marks: front matter, headings, list and quotation marks, fenced code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.data import Span

_FRONT_MATTER = re.compile(r"\ufeff?(---|\+\+\+)[ \t]*\r?\n(.*?\n)\1[ \t]*(?:\r?\n|$)", re.DOTALL)
_LINE_OF_IT = re.compile(r"[A-Za-z_][\w-]*[ \t]*[:=].*|[ \t]+.*|-.*|#.*|\[.*|\s*")
_FIELD = re.compile(r"^([A-Za-z_]+)[ \t]*[:=]([^\r\n]*)", re.MULTILINE)
_KEYS = {
    "title": "title", "author": "author", "authors": "author", "byline": "author",
    "url": "url", "link": "url", "canonical": "url", "canonical_url": "url", "source": "url",
}  # fmt: skip
_HEADING = re.compile(r"^#{1,6}[ \t]([^\r\n]*)", re.MULTILINE)
_FENCE = re.compile(r"^(```|~~~).*?(?:^\1|\Z)", re.MULTILINE | re.DOTALL)
_MARKS = re.compile(r"(#{1,6}|[>*+-]|\d{1,9}[.)])[ \t]+")


def front_matter(text: str) -> tuple[int, dict[str, Span]]:
    """Where the text after YAML or TOML front matter starts, and the ranges of title, author and url in it.

    >>> front_matter('---\\ntitle: "Bees"\\n---\\nText.')
    (22, {'title': Span(start=12, end=16)})
    """
    bom = len(text) - len(text.lstrip("\ufeff"))
    match = _FRONT_MATTER.match(text)
    lines = match[2].splitlines() if match else []
    if not match or not lines[0].strip() or not all(map(_LINE_OF_IT.fullmatch, lines)):
        return bom, {}  # a horizontal rule, not front matter
    fields: dict[str, Span] = {}
    for field in _FIELD.finditer(text, match.start(2), match.end(2)):
        key = _KEYS.get(field[1].lower())
        if key and key not in fields and (value := _value(text, Span(*field.span(2)))):
            fields[key] = value
    return match.end(), fields


def _value(text: str, span: Span) -> Span | None:
    """A field's value without its comment, quotes or brackets; None for one that goes on below."""
    value = re.split(r"\s#", span.of(text), maxsplit=1)[0].strip()
    start = text.index(value, span.start, span.end) if value else span.start
    while len(value) > 1 and value[0] + value[-1] in ('""', "''", "[]"):
        inner = value[1:-1]
        start += 1 + len(inner) - len(inner.lstrip())
        value = inner.strip()
    return Span(start, start + len(value)) if value.strip("|>-") else None


def headings(text: str, start: int) -> Iterator[Span]:
    """The texts of the headings, without their marks, outside fenced code."""
    fences = [Span(*m.span()) for m in _FENCE.finditer(text, start)]
    for match in _HEADING.finditer(text, start):
        words = match[1].rstrip().rstrip("#").strip()
        if words and not any(f.start <= match.start() < f.end for f in fences):
            first = match.start(1) + len(match[1]) - len(match[1].lstrip())
            yield Span(first, first + len(words))


def without_marks(text: str, block: Span) -> Span | None:
    """A block without the marks before a heading, an item or a quotation; None when nothing is left."""
    if re.fullmatch(r"```.*|~~~.*|([-*_]\s*){3,}", block.of(text)):
        return None
    start = block.start
    while match := _MARKS.match(text, start, block.end):
        start = match.end()
    end = block.start + len(block.of(text).rstrip("#").rstrip()) if text[block.start] == "#" else block.end
    return Span(start, end) if start < end else None
