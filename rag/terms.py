"""Text -> the terms that BM25 counts: lower-case stems without accents, stop words kept apart."""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import Any

_WORD = re.compile(r"\w+(?:['’]\w+)*")
STOP_WORDS = frozenset(
    """a an and are as at be but by for if in into is it no not of on or such that the their then there these
    they this to was will with what which who whom whose when where why how did do does""".split()
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
