"""Stage 6, read: a question and the passages found -> candidate answers with a confidence each."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.data import Candidate, Document, Hit, Span
from rag.terms import terms


class Reader(Protocol):
    """What finds answers in passages."""

    def read(self, question: str, hits: Sequence[Hit], document: Callable[[str], Document]) -> list[Candidate]:
        """Candidates, best first. ``document`` gives the document of an id."""
        ...


@dataclass(frozen=True, slots=True)
class SentenceReader:
    """Quotes the sentence that shares most with the question.

    ``rarity`` weighs a term: high for one that few passages hold.
    """

    rarity: Callable[[str], float]

    def read(self, question: str, hits: Sequence[Hit], document: Callable[[str], Document]) -> list[Candidate]:
        weights = {term: self.rarity(term) for term in terms(question)}
        total = sum(weights.values()) or 1.0
        best: dict[Span, Candidate] = {}
        for hit in hits:
            source = document(hit.passage.document_id)
            in_passage = _share(terms(source.text[hit.passage.start : hit.passage.end]), weights, total)
            for sentence in hit.passage.sentences:
                share = _share(terms(sentence.of(source.text)), weights, total)
                confidence = estimate(hit.cosine, share, in_passage)
                if sentence not in best or best[sentence].confidence < confidence:
                    best[sentence] = Candidate(source.id, sentence, None, confidence)
        return sorted(best.values(), key=lambda c: -c.confidence)[:1]


def estimate(cosine: float, share: float, share_in_passage: float) -> float:
    """The probability that a sentence answers: logistic in what it and its passage share with the question.

    >>> round(estimate(0.7, 1.0, 1.0), 2) > 0.5 > estimate(0.1, 0.0, 0.0)
    True
    """
    return 1 / (1 + math.exp(-(-5.6 + 5.0 * cosine + 1.6 * share + 1.5 * share_in_passage)))


def _share(found: Sequence[str], weights: dict[str, float], total: float) -> float:
    return sum(weights[term] for term in weights.keys() & set(found)) / total
