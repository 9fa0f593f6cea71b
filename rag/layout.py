"""What a page is made of: blocks of text, and which are headline, byline, body or furniture.

Everything is told from form and from words that every site uses, never from one article; and
nothing is cut from the text: what is left out of the body is only left out of the passages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.data import Span


@dataclass(frozen=True, slots=True)
class Layout:
    """The ranges of one text that mean something to a reader."""

    body: tuple[Span, ...]
    title: Span | None = None
    byline: Span | None = None
    url: str | None = None


def lay_out(text: str, markdown: bool = False) -> Layout:
    """Find body, title and byline of a text; ``markdown`` also reads front matter and headings.

    >>> layout = lay_out("Skip to main content\\n\\nBees are back\\n\\nBy Ann Lee\\n\\nThey came in May, all of them.")
    >>> layout.title, layout.byline
    (Span(start=22, end=35), Span(start=40, end=47))
    """
    front = _FRONT_MATTER.match(text) if markdown else None
    fields = {m["key"].lower(): m for m in _FIELD.finditer(text, 0, front.end())} if front else {}
    blocks = _blocks(text, front.end() if front else len(text) - len(text.lstrip("\ufeff")))
    if markdown:
        blocks = [stripped for block in blocks if (stripped := _without_marks(text, block))]
    prose = [i for i, block in enumerate(blocks) if _is_prose(block.of(text))]
    head = range(prose[0] if prose else 0)
    heading = _first_heading(text, front.end() if front else 0) if markdown else None
    title = _field(fields, "title") or heading or _headline(text, blocks, head, prose)
    byline = _field(fields, "author", "authors", "byline") or _byline(text, blocks, prose, title)
    kept = [
        b
        for i, b in enumerate(blocks)
        if b == title
        or (byline and _covers(b, byline))
        or not (_is_furniture(b.of(text)) or (not markdown and _is_label(text, b, i, prose, len(blocks))))
    ]
    url = _field(fields, "url", "link", "canonical", "source")
    address = url.of(text) if url else ""
    return Layout(
        body=tuple(_without_half_sentence(text, kept, prose)),
        title=title,
        byline=byline,
        url=address if re.match(r"https?://\S+$", address) else None,
    )


# Blocks: paragraphs, or single lines where lines are not merely wrapped.

_PARAGRAPH = re.compile(r"[^\r\n]*\S[^\r\n]*(?:(?:\r\n|\r|\n)[^\r\n]*\S[^\r\n]*)*")
_LINE = re.compile(r"[^\r\n]+")


def _blocks(text: str, start: int) -> list[Span]:
    blocks = []
    for paragraph in _PARAGRAPH.finditer(text, start):
        lines = [Span(m.start(), m.end()) for m in _LINE.finditer(text, paragraph.start(), paragraph.end())]
        if len(lines) > 1 and _is_wrapped([line.of(text).strip() for line in lines]):
            lines = [Span(lines[0].start, lines[-1].end)]
        for line in lines:
            piece = line.of(text)
            blocks.append(Span(line.start + len(piece) - len(piece.lstrip()), line.start + len(piece.rstrip())))
    return blocks


def _is_wrapped(lines: list[str]) -> bool:
    """Lines broken by an editor at a margin: of like length, short, and some broken mid-sentence."""
    longest = max(map(len, lines))
    full = all(len(line) >= 0.6 * longest for line in lines[:-1])
    broken = any(not _ends_sentence(line) for line in lines[:-1])
    marked = any(re.match(r"([#>*+|-]|\d+[.)])\s?", line) for line in lines[1:])
    return 40 <= longest <= 120 and full and broken and not marked


def _ends_sentence(block: str) -> bool:
    return bool(re.search(r"[.!?…:;][\"'”’»)\]]*(\[\d+\])*$", block))


def _is_prose(block: str) -> bool:
    words = len(block.split())
    return words >= 20 or (words >= 5 and bool(re.search(r"[.!?…][\"'”’»)\]]*$", block)) and not _BY.match(block))


# Furniture: what a site puts around every article.

_FURNITURE = re.compile(
    r"""(skip\ to\ .{0,20}content | advertise?ment | sponsored(\ content)? | (main\ )?menu | search | close | home
    | (log|sign)\ in | (sign\ up|subscribe|register|donate)\b.{0,80} | read\ (more|next)\b.{0,80} | see\ also:?
    | related(\ (stories|articles|content|topics|posts|links|coverage))?:? | more\ (from|on|in|stories)\b.{0,60}
    | most\ (read|popular|viewed|shared).{0,30} | (leave\ a\ |\d+\ |view\ |post\ a\ )?comments?(\ \(?\d+\)?)?
    | (share|tweet|post|e-?mail|print|save|like|follow|facebook|twitter|x|linkedin|whatsapp|reddit|flipboard
       |pinterest|bluesky|threads|instagram|telegram|copy\ link|link\ copied|bookmark|gift|listen|this|article|story
       |on|via|by|with|to|and|[|•·,/&+])(\s+(share|tweet|post|e-?mail|print|save|like|follow|facebook|twitter|x
       |linkedin|whatsapp|reddit|flipboard|pinterest|bluesky|threads|instagram|telegram|copy\ link|bookmark|gift
       |listen|us|this|article|story|on|via|by|with|to|and|[|•·,/&+]))*
    | (©|\(c\)\ |copyright\b).{0,120} | (all|some)\ rights\ reserved.{0,80} | (terms|privacy|cookies?)\b.{0,40}
    | why\ you\ can\ trust\b.{0,60} | follow\ .{1,40}\ on\ .{1,40} | (listen|play|watch|hear)\b.{0,30}\d+:\d\d.{0,10}
    | \d+[ -]min(ute)?s?(\ (read|listen))? | (back\ to|go\ to|return\ to)\ top | loading\W* | \W+
    | (getty|ap|reuters|afp|shutterstock)(\ (images|photo))? | (tags?|topics|filed\ under):?.{0,80} | next | previous
    | (click|tap)\ (here|to)\b.{0,60} | toggle\ .{0,40} | (accept|manage|reject)\ (all\ )?cookies.{0,30} )[.!:]?""",
    re.IGNORECASE | re.VERBOSE,
)


def _is_furniture(block: str) -> bool:
    return len(block) <= 160 and bool(_FURNITURE.fullmatch(block))


def _is_label(text: str, block: Span, i: int, prose: list[int], count: int) -> bool:
    """A few words without a full stop above the first paragraph or below the last: a section, a credit."""
    words = block.of(text)
    outside = bool(prose) and count > 3 and (i < prose[0] or (i > prose[-1] and len(prose) >= 3))
    return outside and len(words.split()) <= 6 and not re.search(r"[.!?:@\d]", words) and not _BY.match(words)


def _without_half_sentence(text: str, blocks: list[Span], prose: list[int]) -> list[Span]:
    """Leave out a last block that breaks off, where the other paragraphs end as paragraphs do."""
    long = [b.of(text) for b in blocks if len(b.of(text).split()) >= 8]
    if len(prose) < 4 or not long or _ends_sentence(long[-1]) or blocks[-1].of(text) != long[-1]:
        return blocks
    return blocks[:-1] if all(map(_ends_sentence, long[1:-1])) else blocks


# Title and byline.

_BY = re.compile(r"(by|written by|story by|words by|reported by|author:|text:|text by)\s+(?=\S)", re.IGNORECASE)
_NAME = (
    r"(?:(?:[A-Z][\w’'.-]*|de|del|della|van|von|der|bin|ibn|al|el|la|le|du|da|dos|di|ten|ter)\s+){1,4}[A-Z][\w’'-]+\.?"
)
_NAMES = re.compile(rf"{_NAME}(?:(?:,\s+|,?\s+and\s+|\s+&\s+){_NAME})*")
_ROLE = re.compile(
    r"\b(professor|author|reporter|writer|journalist|columnist|correspondent|editor|fellow|historian|analyst|lecturer"
    r"|novelist|contributor|critic|economist|researcher|scientist|scholar|director|physician|attorney|lawyer|producer)\b",
    re.IGNORECASE,
)
_BIOGRAPHY = re.compile(rf"(?P<name>{_NAME})\s+is\s+(an?|the|our|one|senior|chief|editor|director|professor)\b")
_HEADING = re.compile(r"^#{1,6}[ \t]+(?P<text>\S[^\r\n]*?)[ \t]*#*[ \t]*$", re.MULTILINE)
_MARKS = re.compile(r"(#{1,6}|[>*+-]|\d+[.)])[ \t]+")
_FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\r?\n.*?\r?\n---[ \t]*(\r?\n|$)", re.DOTALL)
_FIELD = re.compile(r"^(?P<key>[A-Za-z_]+):[ \t]*[\"']?(?P<value>[^\r\n]*?)[\"']?[ \t]*\r?$", re.MULTILINE)


def _field(fields: dict[str, re.Match[str]], *keys: str) -> Span | None:
    found = [fields[key] for key in keys if key in fields and fields[key]["value"]]
    return Span(*found[0].span("value")) if found else None


def _first_heading(text: str, start: int) -> Span | None:
    match = _HEADING.search(text, start)
    return Span(*match.span("text")) if match else None


def _without_marks(text: str, block: Span) -> Span | None:
    """A Markdown block without the marks before a heading, an item or a quotation."""
    start = block.start
    while match := _MARKS.match(text, start, block.end):
        start = match.end()
    end = block.start + len(block.of(text).rstrip("#").rstrip()) if text[block.start] == "#" else block.end
    return Span(start, end) if start < end else None


def _headline(text: str, blocks: list[Span], head: range, prose: list[int]) -> Span | None:
    """The longest line above the first paragraph that is neither furniture nor a byline."""
    lines = [
        blocks[i]
        for i in head
        if not _is_furniture(words := blocks[i].of(text)) and not _BY.match(words) and 2 <= len(words.split()) <= 30
    ]
    if not lines and len(prose) > 1 and prose[0] == 0 and "\n" not in (first := blocks[0].of(text)):
        lines = [blocks[0]] if len(first.split()) <= 20 and re.search(r"[?!]$", first) else []
    return max(lines, key=lambda b: len(b.of(text).split()), default=None)


def _byline(text: str, blocks: list[Span], prose: list[int], title: Span | None) -> Span | None:
    first = prose[0] if prose else len(blocks)
    for block in blocks[: first + 2]:
        by = _BY.match(text, block.start, block.end)
        names = _NAMES.match(text, by.end(), block.end) if by else None
        if names and len(block.of(text).split()) <= 25:
            return Span(*names.span())
    for i in dict.fromkeys(prose[:1] + prose[-2:]):
        about = _BIOGRAPHY.match(text, blocks[i].start, blocks[i].end)
        if about and _ROLE.search(text, about.end(), min(blocks[i].end, about.end() + 200)):
            surname = about["name"].split()[-1]
            elsewhere = text[: blocks[i].start] + text[blocks[i].end :]
            # Someone whom the article goes on to name is its subject, not its author.
            if not re.search(rf"\b{re.escape(surname)}\b", elsewhere) and len(prose) > 2:
                return Span(*about.span("name"))
    return None


def _covers(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end
