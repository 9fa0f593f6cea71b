"""What a page is made of: blocks of text, and which are headline, byline, body or furniture.

Everything is told from form and from words that every site uses, never from one article; and
nothing is cut from the text: what is left out of the body is only left out of the passages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.byline import find_byline, is_byline
from rag.data import Span
from rag.markdown import front_matter, headings, without_marks


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
    start, fields = front_matter(text) if markdown else (len(text) - len(text.lstrip("\ufeff")), {})
    blocks = blocks_of(text, start)
    heading = None
    if markdown:
        heading = next(iter(headings(text, start)), None)
        blocks = [stripped for block in blocks if (stripped := without_marks(text, block))]
    prose = [i for i, block in enumerate(blocks) if is_prose(block.of(text))]
    first, last = (prose[0], prose[-1]) if prose else (len(blocks), -1)
    title = fields.get("title") or heading or _headline(text, blocks, first)
    byline = fields.get("author") or find_byline(text, blocks, first, last, title)
    top = next((i for i, block in enumerate(blocks) if block == title), 0)
    kept = [
        block
        for i, block in enumerate(blocks)
        if block == title
        or (byline and block.start <= byline.start < block.end)
        or not (
            is_furniture(block.of(text), inside=first < i < last)
            or (not markdown and i < top and _is_label(text, block))
        )
    ]
    url = fields["url"].of(text) if "url" in fields else ""
    return Layout(
        body=tuple(_without_half_sentence(text, kept, len(prose))),
        title=title,
        byline=byline,
        url=url if re.match(r"https?://\S+$", url) else None,
    )


# Blocks: paragraphs, or single lines where lines are not merely wrapped.

_LINE = re.compile(r"[^\r\n]+")


def blocks_of(text: str, start: int = 0) -> list[Span]:
    """Paragraphs between blank lines, each trimmed; one of unwrapped lines is a block a line.

    >>> [block.of("One.\\n \\nTwo.\\nThree.") for block in blocks_of("One.\\n \\nTwo.\\nThree.")]
    ['One.', 'Two.', 'Three.']
    """
    blocks: list[Span] = []
    paragraph: list[Span] = []
    for match in _LINE.finditer(text, start):
        line = match.group()
        gap = text[paragraph[-1].end : match.start()].strip(" \t") if paragraph else ""
        if gap.count("\n") > 1 or gap.count("\r") > 1 or not line.strip():
            blocks += _lines_or_one(text, paragraph)
            paragraph = []
        if line.strip():
            lead = len(line) - len(line.lstrip())
            paragraph.append(Span(match.start() + lead, match.start() + len(line.rstrip())))
    return blocks + _lines_or_one(text, paragraph)


def _lines_or_one(text: str, lines: list[Span]) -> list[Span]:
    """Lines broken by an editor at a margin (of like length, short, some mid-sentence) are one block."""
    if len(lines) < 2:
        return lines
    words = [line.of(text) for line in lines]
    longest = max(map(len, words))
    full = all(len(line) >= 0.6 * longest for line in words[:-1])
    broken = any(not _ends_sentence(line) for line in words[:-1])
    marked = any(re.match(r"([#>*+|-]|\d+[.)])\s?", line) for line in words[1:])
    wrapped = 40 <= longest <= 120 and full and broken and not marked
    return [Span(lines[0].start, lines[-1].end)] if wrapped else lines


def _ends_sentence(block: str) -> bool:
    return bool(re.search(r"[.!?…:;][\"'”’»)\]]{0,3}(\[\d+\]){0,9}$", block))


def is_prose(block: str) -> bool:
    """A paragraph rather than a line of a page: long, or of some words that end as a sentence does."""
    words = len(block.split())
    return words >= 20 or (words >= 5 and bool(re.search(r"[.!?…][\"'”’»)\]]{0,3}$", block)))


# Furniture: what a site puts around every article.

_SITES = "facebook|twitter|x|linkedin|whatsapp|reddit|flipboard|pinterest|bluesky|threads|instagram|telegram|e-?mail"
_ALWAYS = re.compile(
    r"""(skip\ to\ .{0,20}content | ©.{0,120} | copyright\ (©|\(c\)).{0,120} | .{0,60}all\ rights\ reserved.{0,80}
    | (sign\ up|subscribe|register)\ (for|to|now|here|today)\b.{0,80}(newsletter|inbox|e-?mails?|alerts?|updates|briefing).{0,60}
    | follow\ (us|.{1,30})\ on\ (SITES)\b.{0,40} | (click|tap)\ here\b.{0,60} | why\ you\ can\ trust\b.{0,60})[.!:]?""".replace(
        "SITES", _SITES
    ),
    re.IGNORECASE | re.VERBOSE,
)
_LINES = re.compile(
    r"""(advertise?ment | sponsored(\ content)? | subscribe(\ now)? | (log|sign)\ (in|up) | (read|see)\ (more|next|also)(:.{0,120})?
    | related(\ (stories|articles|content|topics|posts|links|coverage)):? | (view|leave|post)\ (all\ |a\ )?comments?
    | most\ (read|popular|viewed|shared)(\ (in|on|stories|articles).{0,30})? | \d+\ comments? | comments?\ \(\d+\)
    | more\ (from|on\ this|stories)\b.{0,60} | (share|save|print|like|tweet|post|copy|gift)(\ (this|link|article|story|on|via|by|with|to|and|us|SITES|[|•·,/&+]))+
    | ((SITES|share|tweet|copy\ link|print|save)[\ |•·,/&+]+){2,}(SITES|share|tweet|copy\ link|print|save)
    | (terms\ (of|and)\ (use|service|conditions)|privacy\ (policy|notice)|cookie\ (policy|settings|preferences))(\ .{0,40})?
    | (listen|play|watch|hear)\b.{0,30}\d+:\d\d.{0,10} | \d+[ -]min(ute)?s?\ (read|listen) | (back|go|return)\ to\ top
    | (accept|manage|reject)\ (all\ )?cookies.{0,30} | toggle\ .{0,40} | loading\W* | [^\w\s]+ )[.!:]?""".replace(
        "SITES", _SITES
    ),
    re.IGNORECASE | re.VERBOSE,
)
_MARGIN = re.compile(
    rf"""(menu|main\ menu|search|close|home|share|save|print|like|tweet|listen|comments?|donate(\ now)?|next|previous|register
    |{_SITES}|related|newsletters?|(tags?|topics|filed\ under):.{{0,80}}|(getty|ap|reuters|afp|shutterstock)(\ (images|photo))?)[.!:]?""",
    re.IGNORECASE | re.VERBOSE,
)


def is_furniture(block: str, inside: bool = False) -> bool:
    """Whether a block is a site's, not the article's; ``inside``: it stands between two paragraphs.

    >>> is_furniture("Share on Facebook"), is_furniture("Home", inside=True), is_furniture("Share prices fell on Monday.")
    (True, False, False)
    """
    if len(block) > 200:
        return False
    if _ALWAYS.fullmatch(block):
        return True
    if is_prose(block):
        return False
    return bool(_LINES.fullmatch(block)) or (not inside and bool(_MARGIN.fullmatch(block)))


def _is_label(text: str, block: Span) -> bool:
    """A few words above the headline: a section, an edition."""
    words = block.of(text)
    return len(words.split()) <= 4 and not re.search(r"[.!?:@\d]", words) and not is_byline(words)


def _without_half_sentence(text: str, blocks: list[Span], prose: int) -> list[Span]:
    """Leave out a last block that breaks off, where the other paragraphs end as paragraphs do."""
    long = [b.of(text) for b in blocks if len(b.of(text).split()) >= 8]
    if prose < 4 or _ends_sentence(long[-1]) or long[-1].endswith(",") or blocks[-1].of(text) != long[-1]:
        return blocks
    return blocks[:-1] if all(map(_ends_sentence, long[1:-1])) else blocks


_DATED = re.compile(
    r"(published|updated|posted|last (modified|updated)|first published)\b.*|.{0,30}\b(19|20)\d\d\b.{0,30}|.*\d\d?[:.]\d\d.{0,12}",
    re.IGNORECASE | re.DOTALL,
)


def _headline(text: str, blocks: list[Span], first: int) -> Span | None:
    """The first line above the first paragraph that is not furniture, byline or date; of three words, if any is."""
    lines = [
        block
        for block in blocks[:first]
        if not is_furniture(words := block.of(text)) and not is_byline(words) and not _DATED.fullmatch(words)
    ]
    for enough in (3, 2):
        for line in lines:
            if enough <= len(line.of(text).split()) <= 30:
                return line
    if first == 0 and len(blocks) > 2 and re.search(r"[?!]$", question := blocks[0].of(text)):
        return blocks[0] if len(question.split()) <= 20 and "\n" not in question else None
    return None
