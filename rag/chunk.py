"""Stage 2, chunk: Document -> Passages, runs of whole sentences that overlap by one.

Sentences come from sentencex (Wikimedia's segmenter, https://github.com/wikimedia/sentencex),
which keeps "U.S.", "Dr.", decimals and quotations whole and loses no character.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import sentencex

from rag.data import Document, Passage, Span

PASSAGE_WORDS = 110
"""A passage is closed before the sentence that would bring it past this many words."""
OVERLAP_SENTENCES = 1
PIECE_CHARACTERS = 1000
"""A "sentence" longer than this (no punctuation, or no spaces at all) is cut into pieces."""

_NEVER_LAST = re.compile(r"\b(Mr|Mrs|Ms|Dr|Prof|Hon|Fr|Vol|Figs?|Eqs?|Secs?|Chs?)\.\s*$")
"""Abbreviations that always lead to a next word; the segmenter ends a sentence after some of them."""


def split_sentences(text: str, within: Span) -> list[Span]:
    """The sentences of ``text[within.start:within.end]``, trimmed of the white space around them.

    Every character of the range that is not white space is in exactly one sentence.

    >>> text = "Dr. No left the U.S. in 1962. He paid $1.5 million."
    >>> [span.of(text) for span in split_sentences(text, Span(0, len(text)))]
    ['Dr. No left the U.S. in 1962.', 'He paid $1.5 million.']
    """
    sentences: list[Span] = []
    start = within.start
    for boundary in sentencex.get_sentence_boundaries("en", within.of(text)):
        end = within.start + boundary["end_index"]
        if _NEVER_LAST.search(text, start, end) and end < within.end:
            continue
        sentence = _trim(text, Span(start, end))
        if sentence:
            sentences.extend(_pieces(text, sentence))
        start = end
    return sentences


def chunk(document: Document, max_words: int = PASSAGE_WORDS, overlap: int = OVERLAP_SENTENCES) -> list[Passage]:
    """Cut the body of a document into passages, in the order of the text.

    No passage crosses what is not body. Each begins with the last ``overlap`` sentences of the
    one before it (fewer when they alone would fill it), so that an answer next to a sentence it
    depends on is seen with it at least once.
    """
    passages: list[Passage] = []
    for part in _joined(document.body, document.text):
        sentences = [s for block in part for s in split_sentences(document.text, block)]
        passages.extend(Passage(document.id, run) for run in _runs(document.text, sentences, max_words, overlap))
    return passages


def _runs(text: str, sentences: list[Span], max_words: int, overlap: int) -> Iterator[tuple[Span, ...]]:
    words = [_words(s.of(text)) for s in sentences]
    first = 0
    while first < len(sentences):
        last, total = first, words[first]
        while last + 1 < len(sentences) and total + words[last + 1] <= max_words:
            last += 1
            total += words[last]
        yield tuple(sentences[first : last + 1])
        if last + 1 == len(sentences):
            return
        following = last + 1
        first = max(following - overlap, first + 1)
        while first < following and sum(words[first : following + 1]) > max_words:
            first += 1


def _words(sentence: str) -> int:
    """Words; where words are very long, or not spaced, ten characters count as one."""
    return max(len(sentence.split()), len(sentence) // 10)


def _joined(body: Iterable[Span], text: str) -> Iterator[list[Span]]:
    """Blocks of body with nothing but white space or Markdown's marks between them may share a passage."""
    part: list[Span] = []
    for block in body:
        if part and text[part[-1].end : block.start].strip(" \t\r\n\f\v#>*+-=_~`|.)0123456789"):
            yield part
            part = []
        part.append(block)
    if part:
        yield part


def _trim(text: str, span: Span) -> Span | None:
    piece = span.of(text)
    start = span.start + len(piece) - len(piece.lstrip())
    end = span.end - (len(piece) - len(piece.rstrip()))
    return Span(start, end) if start < end else None


def _pieces(text: str, sentence: Span) -> Iterator[Span]:
    """A sentence as it is, or, past PIECE_CHARACTERS or PASSAGE_WORDS, cut at white space where there is any."""
    rest = sentence
    while True:
        cut = _cut(rest.of(text))
        head = _trim(text, Span(rest.start, rest.start + cut))
        if head:
            yield head
        tail = _trim(text, Span(rest.start + cut, rest.end))
        if not tail:
            return
        rest = tail


def _cut(sentence: str) -> int:
    words = 0
    limit = min(len(sentence), PIECE_CHARACTERS)
    last_space = 0
    for i in range(limit):
        if sentence[i].isspace():
            last_space = i
            words += not sentence[i - 1].isspace()
            if words == PASSAGE_WORDS:
                return i
    return len(sentence) if limit == len(sentence) else last_space or limit
