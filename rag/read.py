"""Stage 6, read: a question and the passages found -> candidate answers, each with a confidence.

An extractive reader (Chen et al. 2017, "Reading Wikipedia to Answer Open-Domain Questions") scores
spans of every passage against "no answer". Two linear models over a few clues follow: one ranks the
spans, one turns the evidence for the first into the probability that it is right.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.data import Candidate, Document, Hit, Span
from rag.decode import cut, spans
from rag.network import Network, pairs
from rag.terms import terms

STRIDE = 96
"""Tokens that two windows of a passage too long for the network have in common."""
SPANS_A_PASSAGE = 4
SURE = 6.0
"""Margin of a span from which no further passage is read."""
LAG = 15.0
"""By so much less is enough for each 1 that the next passage's retrieval score is behind the first's.

Both chosen on four sets, where they save a third of the tokens and lose no right answer; benchmarks/RESULTS.md.
"""
FAR = 12.0
"""The lead over a rival when there is none."""

Documents = Callable[[str], Document]
"""Gives the document of an id."""
Weights = Mapping[str, float]


class Reader(Protocol):
    """What finds answers in passages."""

    def read(self, question: str, hits: Sequence[Hit], document: Documents) -> list[Candidate]:
        """Candidates, best first."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """A span of a document that may be the answer, the sentences around it, and the clues for it.

    ``said`` is its text without case and marks; ``rank`` the place of its passage among the hits.
    """

    document_id: str
    span: Span
    quote: Span
    said: str
    rank: int
    clues: Weights


class SpanReader:
    """Finds the exact answer with a network, and quotes the sentences around it.

    ``rarity`` weighs a term: high for one that few passages hold.
    """

    def __init__(self, network: Network, rarity: Callable[[str], float]) -> None:
        self.network = network
        self.rarity = rarity

    def read(self, question: str, hits: Sequence[Hit], document: Documents) -> list[Candidate]:
        found = ranked(self.find(question, hits, document), self.network.ranking)
        if not found:
            return []
        confidence = probability(evidence(found, self.network.ranking), self.network.calibration)
        # The same answer found elsewhere is cited too.
        agreeing = [one for one in found[1:] if one.said == found[0].said and one.clues["margin"] > 0]
        quoted = {(one.document_id, one.quote): one for one in reversed([found[0], *agreeing])}
        return [Candidate(one.document_id, one.quote, one.span, confidence) for one in reversed(quoted.values())]

    def find(self, question: str, hits: Sequence[Hit], document: Documents) -> Iterator[Found]:
        """The best spans of the passages with their clues, in no order; passages that cannot help are not read."""
        best = -math.inf
        for rank, hit in enumerate(hits, start=1):
            if best + LAG * (hits[0].score - hit.score) >= SURE:
                return
            for one in self._passage(question, hit, rank, document):
                best = max(best, one.clues["margin"])
                yield one

    def _passage(self, question: str, hit: Hit, rank: int, document: Documents) -> Iterator[Found]:
        special, encode = self.network.special, self.network.tokenizer.encode
        asked = encode(question, add_special_tokens=False).ids[: special.max_question]
        room = special.max_length - len(asked) - 2 - special.between
        source = document(hit.passage.document_id)
        passage = hit.passage.span.of(source.text)
        encoding = encode(passage, add_special_tokens=False)
        windows = list(cut(len(encoding.ids), room, min(STRIDE, room // 2)))
        ids, mask, types, head = pairs(self.network, asked, [encoding.ids[first:last] for first, last in windows])
        starts, ends = self.network(ids, mask, types)
        weights = {term: self.rarity(term) for term in terms(question)}
        names = {name.lower() for name in _NAME.findall(question, 1)}
        missing, absent = 1 - _share(weights, passage), _absent(names, passage)
        for (first, last), start, end in zip(windows, starts, ends, strict=True):
            places = [*([None] * head), *encoding.offsets[first:last], None]
            for reading in spans(start[: len(places)], end[: len(places)], places, passage, SPANS_A_PASSAGE):
                span = Span(hit.passage.start + reading.span.start, hit.passage.start + reading.span.end)
                quote = around(span, hit.passage.sentences)
                unquoted = _absent(names, quote.of(source.text))
                others = {name.lower() for name in _NAME.findall(source.text, quote.start + 1, quote.end)}
                others -= {name.lower() for name in _NAME.findall(source.text, span.start, span.end)}
                clues = {
                    "margin": reading.margin,
                    "retrieval": hit.score,
                    "shared": _share(weights, quote.of(source.text)),
                    "missing": missing,
                    "names_not_quoted": unquoted,
                    "names_instead": unquoted and float(bool(others - names)),
                    "names_not_in_passage": absent,
                }
                yield Found(source.id, span, quote, _plain(span.of(source.text)), rank, clues)


_NAME = re.compile(r"\b(?:[A-Z][\w’'-]+|\d[\d.,]*\d|\d)\b")


def ranked(found: Iterator[Found] | Sequence[Found], ranking: Weights) -> list[Found]:
    """Best first; of spans of a document that overlap, the best is kept."""
    kept: list[Found] = []
    for one in sorted(found, key=lambda f: (-score(f, ranking), f.rank, f.span)):
        same = (k.span for k in kept if k.document_id == one.document_id)
        if all(one.span.end <= span.start or span.end <= one.span.start for span in same):
            kept.append(one)
    return kept


def score(one: Found, ranking: Weights) -> float:
    """By what a span is ranked: its weighed clues; its margin when the reader brings no weights."""
    return sum(weight * one.clues[clue] for clue, weight in (ranking or {"margin": 1.0}).items())


def evidence(found: Sequence[Found], ranking: Weights) -> dict[str, float]:
    """What the probability of the first of the ranked spans is worked out from."""
    best = found[0]
    rivals = [score(one, ranking) for one in found if one.said != best.said]
    lead = min(FAR, score(best, ranking) - max(rivals)) if rivals else FAR
    agreeing = sum(one.said == best.said for one in found) > 1
    return {**best.clues, "lead": lead, "first": float(best.rank == 1), "agreement": float(agreeing)}


def probability(given: Mapping[str, float], calibration: Weights) -> float:
    """Logistic in the evidence, with the weights fitted for the reader; without any, in the margin alone.

    >>> round(probability({"margin": 2.0}, {"margin": 0.5, "bias": -1.0}), 2)
    0.5
    """
    weights = calibration or {"margin": 0.5}
    total = weights.get("bias", 0.0) + sum(weights.get(name, 0.0) * value for name, value in given.items())
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, total))))


def around(span: Span, sentences: Sequence[Span]) -> Span:
    """The whole sentences that a span touches.

    >>> around(Span(5, 12), [Span(0, 4), Span(5, 9), Span(10, 20)])
    Span(start=5, end=20)
    """
    touched = [s for s in sentences if s.start < span.end and span.start < s.end]
    return Span(touched[0].start, touched[-1].end)


def _share(weights: Weights, text: str) -> float:
    """How much of a question's terms, by weight, a text holds."""
    total = sum(weights.values())
    return sum(weights[term] for term in weights.keys() & set(terms(text))) / total if total else 0.0


def _absent(names: Collection[str], text: str) -> float:
    """The share of a question's names and numbers that a text does not have."""
    lower = text.lower()
    return sum(name not in lower for name in names) / len(names) if names else 0.0


def _plain(answer: str) -> str:
    return " ".join(re.findall(r"\w+", answer.lower()))
