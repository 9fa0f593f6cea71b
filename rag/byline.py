"""Who wrote an article: "By Ann Lee", or a paragraph about the author above or below the text."""

from __future__ import annotations

import re

from rag.data import Span

_BY = re.compile(
    r"((written|story|words|reported|posted|text|analysis|report) )?by\s*:?\s+(?=\S)|(author|authors|words|text|writer)\s*:\s*(?=\S)",
    re.IGNORECASE,
)
_BY_ALONE = re.compile(r"((written|story|words|reported|posted) )?by\s*:?|authors?:", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_][\w’'.-]*|[,&]")
_PARTICLES = frozenset("de del della van von der den bin ibn al el la le du da dos di ten ter y".split())
_CREDENTIALS = frozenset("phd md ma ba msc mba obe cbe esq jr sr ii iii".split())
_NO_NAME = frozenset(
    """published updated posted modified staff writer editor reporter correspondent contributor columnist news press
    reuters associated bbc cnn npr guest special senior chief science political business published mon tue wed thu fri
    sat sun monday tuesday wednesday thursday friday saturday sunday jan feb mar apr jun jul aug sep sept oct nov dec
    january february march april may june july august september october november december christmas new for in the""".split()
)
_ROLE = re.compile(
    r"\b(professor|author|reporter|writer|journalist|columnist|correspondent|editor|fellow|historian|analyst|lecturer"
    r"|novelist|contributor|critic|economist|researcher|scientist|scholar|director|physician|attorney|lawyer|producer)\b",
    re.IGNORECASE,
)
_IS = re.compile(r"\s+is\s+(an?|the|our|one|senior|chief|editor|director|professor)\b")


def is_byline(line: str) -> bool:
    """Whether a line says by whom the text is."""
    by = _BY.match(line)
    return bool(_BY_ALONE.fullmatch(line)) or (by is not None and names_at(line, by.end(), len(line)) is not None)


def find_byline(text: str, blocks: list[Span], first: int, last: int, title: Span | None) -> Span | None:
    """The author's name, or several; ``first`` and ``last`` are the positions of the outermost paragraphs."""
    for i, block in enumerate(blocks[: first + 2]):
        line = block.of(text)
        if by := _BY.match(line):
            found = names_at(text, block.start + by.end(), block.end)
            sentence = found and re.search(r"[.!?]$", line) and found.end < block.end - 1
            if found and not sentence and len(line.split()) <= 25 and block != title:
                return found
        elif _BY_ALONE.fullmatch(line) and i + 1 < len(blocks):
            return names_at(text, blocks[i + 1].start, blocks[i + 1].end)
    if last - first < 2:
        return None
    outermost = [*range(min(first + 1, len(blocks))), *range(max(first + 1, last - 1), len(blocks))]
    return next((name for i in outermost if (name := _author_described(text, blocks, i, first))), None)


def _author_described(text: str, blocks: list[Span], i: int, first: int) -> Span | None:
    """The name in "Ann Lee is a reporter …", unless the article goes on to name her: then she is its subject."""
    block = blocks[i]
    name = names_at(text, block.start, block.end)
    about = _IS.match(text, name.end, block.end) if name else None
    if not name or not about or not _ROLE.search(text, about.end() - 12, min(block.end, about.end() + 200)):
        return None
    surname = re.compile(rf"\b{re.escape(name.of(text).split()[-1])}\b")
    # A line of the head with nothing but the name is the author's too.
    others = (b.of(text) for j, b in enumerate(blocks) if j != i and not (j < first and b.of(text) == name.of(text)))
    return None if any(surname.search(other) for other in others) else name


def names_at(text: str, start: int, end: int) -> Span | None:
    """The range of one or several names of at least two capitalised words that begin at ``start``.

    >>> line = "Ann Lee and Tom de Fox, staff writers"
    >>> names_at(line, 0, len(line)).of(line)
    'Ann Lee and Tom de Fox'
    """
    place, capitals, reached = start, 0, None
    for match in _WORD.finditer(text, start, end):
        if text[place : match.start()].strip():
            break
        word, place = match.group(), match.end()
        plain = word.rstrip(".").lower()
        if word in {",", "&", "and"}:
            if not reached:
                break
            capitals = 0
        elif plain in _CREDENTIALS:
            continue
        elif word[0].isupper() and plain not in _NO_NAME and capitals < 5:
            capitals += 1
            if capitals >= 2:
                reached = match.end() - (word.endswith(".") and len(word) > 2)
        elif not (word in _PARTICLES or (plain == "dr" and not capitals)):
            break
    return Span(start, reached) if reached else None
