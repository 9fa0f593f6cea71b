from __future__ import annotations

import html as html_library

from hypothesis import given
from hypothesis import strategies as st

from rag.data import Citation, Reply
from rag.show import ansi, escape_html, escape_markdown, harmless, markdown, terminal

CITATION = Citation(
    1, "a.txt", "A *tale*", "a.txt", 10, 31, "He was born in <Rome>", 25, 31, "https://e.org/a#:~:text=x"
)
ANSWERED = Reply("Where?", "Where?", "answered", "<Rome>", 0.9, (CITATION,), None, {})
NEAR = Citation(None, "a.txt", "A", "a.txt", 0, 4, "Cold")
MISSING = Reply("Where?", "Where?", "not_found", None, 0.1, (), NEAR, {})


def test_terminal_text() -> None:
    assert terminal(ANSWERED) == "<Rome>\n\n[1] “He was born in <Rome>”\n    a.txt, characters 10–31"
    assert terminal(MISSING) == (
        "The article does not say.\n\nClosest passage, not an answer:\n    “Cold”\n    a.txt, characters 0–4"
    )
    assert "\x1b[1;33m<Rome>\x1b[0m" in terminal(ANSWERED, ansi)


def test_markdown() -> None:
    assert markdown(ANSWERED) == (
        "**\\<Rome\\>**\n\n> He was born in **\\<Rome\\>**\n>\n"
        "> [1] [A \\*tale\\*](https://e.org/a#:~:text=x), a\\.txt, characters 10–31"
    )
    assert markdown(MISSING).startswith("*The article does not say.*\n\nClosest passage, not an answer:\n\n> Cold")


@given(st.text())
def test_html_shows_every_text_as_it_is(text: str) -> None:
    escaped = escape_html(text)
    assert all(c.isalnum() or c in " &#;" or "\x80" <= c <= "\x9f" for c in escaped)
    kept = "".join(c for c in text if html_library.unescape(f"&#{ord(c)};") == c)
    assert html_library.unescape(escape_html(kept)) == kept


@given(st.text())
def test_a_terminal_is_never_steered(text: str) -> None:
    shown = harmless(text)
    assert not any((ord(c) < 32 and c != "\t") or 127 <= ord(c) < 160 for c in shown)


@given(st.text())
def test_markdown_never_breaks_a_line(text: str) -> None:
    assert "\n" not in escape_markdown(text)
