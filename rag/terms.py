"""Text -> the terms that BM25 counts: lower-case stems without accents, stop words kept apart."""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import Any

_WORD = re.compile(r"\w+(?:['’]\w+)*")
STOP_WORDS = frozenset(
    """a about after all also an and any are as at be because been but by can could did do does during each
    either else for from had has have he her his how i if in into is it its just me more most my of on one
    or our she should so some such than that the their them then there these they this those to too us was
    we were what when where which while who whom whose why will with would you your tell give name say""".split()
)


def terms(text: str) -> list[str]:
    """Every word's stem, in order, without stop words unless there is nothing else.

    >>> terms("Who was the Prime Minister's rival in the elections?")
    ['prime', 'minist', 'rival', 'elect']
    """
    words = [_plain(word) for word in _WORD.findall(text)]
    return _stem([word for word in words if word not in STOP_WORDS] or words)


def _plain(word: str) -> str:
    word = re.sub(r"['’]s?$|['’]", "", word.lower())
    return (
        word
        if word.isascii()
        else "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    )


def _stem(words: list[str]) -> list[str]:
    return list(_stemmer().stemWords(words))


@functools.cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")
