"""Slips of the keyboard in a question, put right by the words of the documents, then by an English dictionary.

A misspelt word is a rare one to the search, and a question with words that the text lacks looks like one that it does
not answer. Only a word that nobody knows is put right, by one letter, and a name only by a word of the documents.
The dictionary is pyspellchecker's (https://pyspellchecker.readthedocs.io), read when first needed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from rag.terms import STOP_WORDS, terms

if TYPE_CHECKING:
    from spellchecker import SpellChecker

_WORD = re.compile(r"[^\W\d_]{3,}")
SHORT = 3
"""A word of so many letters is put right only by one of the small words of a question."""
NAME = 5
"""A shorter name is too often a letter from another."""
LONGEST = 30
"""Letters of a word that is looked up at all."""
ABBREVIATION = 5
"""Capitals alone, up to so many, are no word."""


class Spelling:
    """Puts questions about some documents right.

    ``texts`` gives the documents' texts; ``known_term`` tells whether their index has a term, and ``known_word`` whether
    the encoder has a lower-case word.
    """

    def __init__(
        self,
        texts: Callable[[], Iterable[str]],
        known_term: Callable[[str], bool],
        known_word: Callable[[str], bool],
    ) -> None:
        self._texts = texts
        self._known_term = known_term
        self._known_word = known_word

    @cached_property
    def _dictionary(self) -> SpellChecker:
        from spellchecker import SpellChecker

        return SpellChecker(language="en", distance=1)

    @cached_property
    def _own(self) -> dict[str, tuple[int, str]]:
        """The words of the documents in lower case, each with its place by frequency and as it is mostly written."""
        counts = Counter(word for text in self._texts() for word in _WORD.findall(text))
        own: dict[str, tuple[int, str]] = {}
        for place, (word, _count) in enumerate(counts.most_common()):
            own.setdefault(word.lower(), (place, word))
        return own

    def corrected(self, question: str) -> str:
        """The question with its misspelt words put right; the same when it has none."""
        return _WORD.sub(self._corrected, question)

    def _corrected(self, match: re.Match[str]) -> str:
        word, lower = match.group(), match.group().lower()
        if self._is_known(word, lower):
            return word
        meant = self._meant(lower, name=word[0].isupper() and match.start() > 0)
        return meant[0].upper() + meant[1:] if word[0].isupper() else meant

    def _is_known(self, word: str, lower: str) -> bool:
        return (
            len(word) > LONGEST
            or not (word[1:].islower() or word.isupper())
            or (word.isupper() and len(word) <= ABBREVIATION)
            or lower in STOP_WORDS
            or self._known_word(lower)
            or all(map(self._known_term, terms(lower)))
            or lower in self._own
            or lower in self._dictionary
        )

    def _meant(self, word: str, name: bool) -> str:
        near = self._dictionary.edit_distance_1(word)
        if len(word) <= SHORT:
            return min((one for one in near & STOP_WORDS if len(one) >= SHORT), default=word)
        own = [self._own[one] for one in near & self._own.keys() if len(word) >= NAME or self._own[one][1].islower()]
        if own:
            return min(own)[1]
        if name:
            return word
        return max(self._dictionary.known(near), key=lambda one: (self._dictionary[one], one), default=word)
