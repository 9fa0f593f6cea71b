"""When an article was published: a line at its head that says a day, and nothing else that matters."""

from __future__ import annotations

import re

from rag.data import Span

HEAD = 3000
"""Characters of the text in which the line is looked for."""

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = re.compile(
    rf"\b(?:{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}|\d{{1,2}}(?:st|nd|rd|th)? {_MONTH},? \d{{4}}|\d{{4}}-\d\d-\d\d)"
    r"(?!\d)",
    re.IGNORECASE,
)
_BESIDE = frozenset(
    """first last originally published posted updated modified written date dated released on at and by mon tue tues wed
    thu thur thurs fri sat sun monday tuesday wednesday thursday friday saturday sunday a p m am pm t z utc gmt bst cet
    cest est edt et cst cdt pst pdt min mins minute minutes read""".split()
)
"""Words that may stand beside the day."""


def find_dateline(text: str) -> tuple[Span, Span] | None:
    """The line and in it the day; of several the first that does not tell of a later change.

    >>> text = "Bees return\\n\\nUpdated 3 May 2024\\nPublished: Tuesday, April 30, 2024 at 9:05 a.m. EDT\\n\\nOn May 1, 2023 it rained."
    >>> line, day = find_dateline(text)
    >>> line.of(text), day.of(text)
    ('Published: Tuesday, April 30, 2024 at 9:05 a.m. EDT', 'April 30, 2024')
    """
    found = []
    for match in re.finditer(r"\S(?:[^\n]*\S)?", text[:HEAD]):
        line = Span(match.start(), match.end())
        day = _DAY.search(text, line.start, line.end) if line.end - line.start <= 100 else None
        if day and _beside(text[line.start : day.start()]) and _beside(text[day.end() : line.end]):
            found.append((line, Span(day.start(), day.end())))
    plain = [one for one in found if not re.search("updated|modified", one[0].of(text), re.IGNORECASE)]
    return next(iter(plain or found), None)


def _beside(text: str) -> bool:
    words = re.findall(r"[^\W\d_]+|\d+", text.lower())
    return all(word in _BESIDE or (word.isdigit() and len(word) <= 2) for word in words)
