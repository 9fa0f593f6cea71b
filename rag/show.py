"""Stage 8, show: a Reply -> terminal text or Markdown; the one place where text is escaped."""

from __future__ import annotations

import re
from collections.abc import Callable

from rag.data import Citation, Reply

NOT_FOUND = "The article does not say."
NEAREST = "Closest passage, not an answer:"

Paint = Callable[[str, str], str]


def plain(text: str, style: str) -> str:
    """Text as it is: the paint for anything but a terminal."""
    return text


def ansi(text: str, style: str) -> str:
    """Text in a terminal's colours; ``style`` is one of _ANSI's."""
    return f"\x1b[{_ANSI[style]}m{text}\x1b[0m"


_ANSI = {"answer": "1", "mark": "1;33", "number": "36", "quiet": "2", "missing": "33"}


def terminal(reply: Reply, paint: Paint = plain) -> str:
    """The answer, then each quote with its number, source and character range."""
    if reply.status == "not_found":
        lines = [paint(NOT_FOUND, "missing")]
        if reply.nearest:
            lines += ["", paint(NEAREST, "quiet"), *_terminal_quote(reply.nearest, paint)]
        return "\n".join(lines)
    lines = [paint(harmless(reply.answer or ""), "answer")]
    for citation in reply.citations:
        lines += ["", *_terminal_quote(citation, paint)]
    return "\n".join(lines)


def _terminal_quote(citation: Citation, paint: Paint) -> list[str]:
    before, answer, after = (harmless(part) for part in parts(citation))
    quote = before + (paint(answer, "mark") if answer else "") + after
    number = paint(f"[{citation.n}]", "number") + " " if citation.n else "    "
    where = f"{harmless(citation.source)}, characters {citation.start}–{citation.end}"
    return [f"{number}“{quote}”", "    " + paint(where, "quiet")]


def markdown(reply: Reply) -> str:
    """The reply as Markdown, for export."""
    if reply.status == "not_found":
        near = f"\n\n{NEAREST}\n\n{_markdown_quote(reply.nearest)}" if reply.nearest else ""
        return f"*{NOT_FOUND}*{near}"
    quotes = "\n\n".join(_markdown_quote(citation) for citation in reply.citations)
    return f"**{escape_markdown(reply.answer or '')}**\n\n{quotes}"


def _markdown_quote(citation: Citation) -> str:
    before, answer, after = (escape_markdown(part) for part in parts(citation))
    quote = f"{before}**{answer}**{after}" if answer.strip() == answer != "" else before + answer + after
    number = f"[{citation.n}] " if citation.n else ""
    title = escape_markdown(citation.title)
    title = f"[{title}]({citation.link})" if citation.link else title
    return f"> {quote}\n>\n> {number}{title}, {escape_markdown(citation.source)}, characters {citation.start}–{citation.end}"


def parts(citation: Citation) -> tuple[str, str, str]:
    """The quote before, in and after the answer; without one, all of it comes before.

    >>> parts(Citation(1, "a.txt", "A", "a.txt", 10, 21, "Born in Rome", 18, 22))
    ('Born in ', 'Rome', '')
    """
    if citation.answer_start is None or citation.answer_end is None:
        return citation.quote, "", ""
    start, end = citation.answer_start - citation.start, citation.answer_end - citation.start
    return citation.quote[:start], citation.quote[start:end], citation.quote[end:]


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def harmless(text: str) -> str:
    """Text that cannot steer a terminal: control and direction marks become U+FFFD, a line break a space.

    >>> harmless("a\\x1b[31m\\r\\nb")
    'a�[31m b'
    """
    return _CONTROL.sub("\ufffd", re.sub(r"\r\n|\n|\r", " ", text))


def escape_markdown(text: str) -> str:
    r"""Text that Markdown shows as it is.

    >>> escape_markdown("*a* <b> [1]")
    '\\*a\\* \\<b\\> \\[1\\]'
    """
    return re.sub(r"([\\`*_{}\[\]<>()#+\-.!|~$&])", r"\\\1", re.sub(r"\s+", " ", text))


def escape_html(text: str) -> str:
    """Text that neither HTML, nor Markdown, nor a template changes: all but letters, digits and spaces encoded.

    C1 controls are left as they are: HTML reads their numbers as those of windows-1252.

    >>> escape_html("<b> é $1")
    '&#60;b&#62; é &#36;1'
    """
    return "".join(c if c.isalnum() or c == " " or "\x80" <= c <= "\x9f" else f"&#{ord(c)};" for c in text)
