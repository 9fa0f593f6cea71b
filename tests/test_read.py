"""Decoding and reading with a network whose scores can be worked out by hand."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.chunk import chunk
from rag.data import Document, Hit, Span
from rag.decode import MAX_TOKENS, MAX_WORDS, Reading, cut, spans
from rag.layout import lay_out
from rag.network import Ids, Special
from rag.read import Found, Reader, SpanReader, around, evidence, probability, ranked

TEXT = "The mill burnt down in 1911. Nobody was hurt. It was built again in 1920, and burnt down in 1933."


class Words:
    """A tokenizer of words and marks, each with a number of its own."""

    def encode(self, text: str, add_special_tokens: bool = True) -> Any:
        found = list(re.finditer(r"\w+|[^\w\s]", text))
        return SimpleNamespace(ids=[number(m.group()) for m in found], offsets=[m.span() for m in found])


def number(word: str) -> int:
    return 10 + zlib.crc32(word.lower().encode())


class Points:
    """A network that gives the words it was told of a score, as start and as end, and [CLS] zero."""

    tokenizer = Words()
    special = Special(cls=1, sep=2, pad=0, max_length=40, max_question=8)
    threshold = 0.5

    def __init__(self, scores: dict[str, float]) -> None:
        self.ranking: dict[str, float] = {}
        self.calibration = {"margin": 1.0, "bias": -2.0}
        self.scores = {number(word): score for word, score in scores.items()}
        self.rows = 0

    def __call__(self, ids: Ids, mask: Ids, types: Ids) -> tuple[Any, Any]:
        self.rows += len(ids)
        assert ids.shape == mask.shape == types.shape and ids.shape[1] <= self.special.max_length
        logits = np.full(ids.shape, -9.0, dtype=np.float32)
        logits[:, 0] = 0
        for id, score in self.scores.items():
            logits[ids == id] = score
        return logits, logits


def hits_of(document: Document, size: int = 110) -> list[Hit]:
    return [Hit(p, 0.5, 0.5, 1.0, i, i) for i, p in enumerate(chunk(document, max_words=size), start=1)]


def document(text: str = TEXT) -> Document:
    return Document("d", "d.txt", text, lay_out(text).body, "0")


def reader(scores: dict[str, float]) -> SpanReader:
    return SpanReader(Points(scores), lambda term: 1.0)


def read(
    scores: dict[str, float], question: str = "When did the mill burn?", text: str = TEXT
) -> list[tuple[str, str, float]]:
    source = document(text)
    found: Reader = reader(scores)
    candidates = found.read(question, hits_of(source), lambda id: source)
    return [(c.answer.of(text) if c.answer else "", c.quote.of(text), round(c.confidence, 3)) for c in candidates]


def test_the_answer_is_marked_in_its_whole_sentence() -> None:
    # margin 2 + 2 - 0; probability 1 / (1 + e^-(4 - 2))
    assert read({"1911": 2.0, "1920": 1.0}) == [("1911", "The mill burnt down in 1911.", 0.881)]


def test_a_span_may_reach_over_sentences() -> None:
    source = document()
    assert around(Span(23, 35), chunk(source)[0].sentences).of(TEXT) == "The mill burnt down in 1911. Nobody was hurt."


def test_the_same_answer_in_two_sentences_is_cited_twice() -> None:
    text = "It burnt in 1911. All saw it. The fire of 1911 was great."
    assert read({"1911": 2.0}, text=text) == [
        ("1911", "It burnt in 1911.", 0.881),
        ("1911", "The fire of 1911 was great.", 0.881),
    ]


def test_no_answer_has_a_low_probability() -> None:
    assert read({"1911": -3.0})[0][2] < 0.001


def test_words_of_the_question_are_never_the_answer() -> None:
    """The question holds the highest-scored word; only the passage's may be chosen."""
    [(answer, _, _), *_] = read({"zebra": 9.0, "1920": 1.0}, question="When did zebra burn?")
    assert answer == "1920"


def test_a_passage_too_long_for_the_network_is_read_in_windows() -> None:
    text = "Word " * 60 + "then 1911 came. " + "More " * 60 + "and 1950 came."
    source = document(text)
    found = reader({"1950": 3.0, "1911": 2.0})
    first, second, *_ = ranked(found.find("When?", hits_of(source, size=500), lambda id: source), {})
    assert [first.span.of(text), second.span.of(text)] == ["1950", "1911"]
    assert isinstance(found.network, Points) and found.network.rows > 3


def test_clues_and_evidence_as_worked_out_by_hand() -> None:
    source = document()
    found = ranked(
        reader({"1911": 2.0, "1933": 1.5}).find("When did the Oslo mill burn?", hits_of(source), lambda id: source), {}
    )
    given = evidence(found, {})
    assert given["margin"] == pytest.approx(4.0)
    assert given["lead"] == pytest.approx(1.0)  # over "1933" with 1.5 + 1.5
    assert given["first"] == 1.0 and given["agreement"] == 0.0 and given["retrieval"] == 0.5
    # of the terms oslo, mill, burn, "mill" alone is in the sentence ("burnt" has another stem) and in the passage
    assert given["shared"] == pytest.approx(1 / 3) and given["missing"] == pytest.approx(2 / 3)
    assert given["names_not_quoted"] == 1.0 and given["names_not_in_passage"] == 1.0  # Oslo


def test_the_ranking_may_outweigh_the_margin() -> None:
    source = document()
    scores = {"1911": 2.0, "1920": 1.9}
    found = list(reader(scores).find("When was it built again?", hits_of(source), lambda id: source))
    assert ranked(found, {"margin": 1.0})[0].said == "1911"
    assert ranked(found, {"margin": 1.0, "shared": 2.0})[0].said == "1920"


def test_probability_is_logistic() -> None:
    assert probability({"margin": 4.0}, {"margin": 1.0, "bias": -2.0}) == pytest.approx(0.8808, abs=1e-4)
    assert probability({"margin": -1e9}, {}) == pytest.approx(0.0, abs=1e-9)


def test_of_overlapping_spans_the_best_is_kept() -> None:
    def found(start: int, end: int, margin: float) -> Found:
        return Found("d", Span(start, end), Span(0, 28), f"{start}", 1, {"margin": margin})

    kept = ranked([found(0, 9, 1.0), found(5, 12, 3.0), found(12, 14, 0.5)], {})
    assert [(one.span.start, one.clues["margin"]) for one in kept] == [(5, 3.0), (12, 0.5)]


@pytest.mark.parametrize(("tokens", "room", "stride"), [(0, 5, 2), (5, 5, 2), (6, 5, 2), (100, 7, 3)])
def test_windows_cover_every_token(tokens: int, room: int, stride: int) -> None:
    pieces = list(cut(tokens, room, stride))
    assert set().union(*(range(a, b) for a, b in pieces)) == set(range(tokens))
    assert all(b - a <= room for a, b in pieces)


def test_decoding_by_hand() -> None:
    # [CLS] q [SEP] "He" "won" "in" "1921" [SEP]
    offsets = [None, None, None, (0, 2), (3, 6), (7, 9), (10, 14), None]
    start = np.array([1.0, 9.0, 9.0, 0.0, 2.0, 0.0, 6.0, 9.0], dtype=np.float32)
    end = np.array([2.0, 9.0, 9.0, 0.0, 5.0, 0.0, 4.0, 9.0], dtype=np.float32)
    assert spans(start, end, offsets, "He won in 1921") == [Reading(Span(10, 14), 7.0)]
    end[6] = -9.0  # the end must not come before the start: 6 + 5 would be the best sum
    assert spans(start, end, offsets, "He won in 1921") == [Reading(Span(3, 6), 4.0)]


@given(st.integers(1, 60), st.data())
def test_spans_are_legal_and_apart(count: int, data: st.DataObject) -> None:
    words = [data.draw(st.text("abc", min_size=1, max_size=4)) for _ in range(count)]
    passage = " ".join(words)
    offsets: Sequence[tuple[int, int] | None] = [None, None, *(m.span() for m in re.finditer(r"\S+", passage)), None]
    seed = data.draw(st.integers(0, 2**32 - 1))
    start, end = np.random.default_rng(seed).normal(size=(2, len(offsets))).astype(np.float32)
    found = spans(start, end, offsets, passage, count=3)
    assert found
    assert [r.margin for r in found] == sorted((r.margin for r in found), reverse=True)
    for one in found:
        text = one.span.of(passage)
        assert text == text.strip() and len(text.split()) <= min(MAX_WORDS, MAX_TOKENS)
        assert all(o is one or o.span.end <= one.span.start or one.span.end <= o.span.start for o in found)


def test_reading_stops_where_the_answer_is_plain() -> None:
    text = " ".join(f"Mill {i} burnt in {1900 + i}." for i in range(6))
    source = document(text)
    hits = hits_of(source, size=5)
    assert len(hits) > 3
    behind = [replace(hit, score=0.5 - 0.25 * place) for place, hit in enumerate(hits)]
    # margins of twice the score; the passages behind the first need 3.75 less for each 0.25 of theirs
    for among, score, rows in ((hits, 3.0, 1), (hits, 2.9, len(hits)), (behind, 1.5, 1), (behind, 1.0, 2)):
        found = reader({"1900": score})
        list(found.find("When?", among, lambda id: source))
        assert isinstance(found.network, Points) and found.network.rows == rows


def test_no_legal_span_is_no_answer() -> None:
    assert spans(np.zeros(3, np.float32), np.zeros(3, np.float32), [None, None, None], "") == []


def test_an_unused_path_is_no_reader(tmp_path: Path) -> None:
    from rag.errors import ModelError
    from rag.network import OnnxNetwork

    with pytest.raises(ModelError, match="cannot be used"):
        OnnxNetwork(tmp_path)
