"""``rag eval``: how good the whole system is on files of questions with known answers.

Two ways: open, where all paragraphs of a file are one corpus and must be searched, and closed,
where each question is asked of its own paragraph alone.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.assistant import TOP_K, Progress, plain
from rag.data import Document, Hit, Span
from rag.embed import OnnxEncoder, open_encoder
from rag.errors import ModelError, SourceError
from rag.index import build_from
from rag.network import Network
from rag.read import Found, SpanReader, evidence, probability, ranked
from rag.retrieve import Retriever
from rag.score import auroc, calibration_error, coverage_at, exact, f1
from rag.squad import Paragraph, Question, read_squad

FOLD = 5
"""One paragraph in so many is for fitting the confidence."""


def for_fitting(paragraph: Paragraph) -> bool:
    """Whether a paragraph's questions are those that the confidence is fitted on, never reported as held out.

    Its text alone decides, so that it is the same in every file, order and version.

    >>> [for_fitting(Paragraph("", f"Paragraph {i}.", ())) for i in range(6)]
    [True, False, False, False, False, False]
    """
    digest = hashlib.sha256(paragraph.context.encode()).digest()
    return int.from_bytes(digest[:4], "big") % FOLD == 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question asked in one way.

    ``rank`` is the place of the first passage of the gold paragraph, 0 when none was among the hits;
    ``right`` whether the best candidate is, in that paragraph, at a gold answer.
    """

    answerable: bool
    said: str
    golds: tuple[str, ...]
    confidence: float
    rank: int
    right: bool
    milliseconds: float


class Bench:
    """The paragraphs of a file as one corpus, ready to be asked."""

    def __init__(
        self,
        paragraphs: Sequence[Paragraph],
        encoder: OnnxEncoder,
        network: Network,
        top_k: int = TOP_K,
        progress: Progress | None = None,
    ) -> None:
        self.paragraphs = paragraphs
        self.top_k = top_k
        documents = [
            Document(str(i), p.source, p.context, (Span(0, len(p.context)),), "") for i, p in enumerate(paragraphs)
        ]
        self.index = build_from(documents, encoder, progress=progress)
        self.retriever = Retriever(self.index, encoder)
        self.network = network
        self.reader = SpanReader(network, self.index.rarity)
        self.plain = plain(self.index, encoder)

    def questions(self) -> list[tuple[int, Question]]:
        """Every question with the number of its paragraph."""
        return [(i, question) for i, paragraph in enumerate(self.paragraphs) for question in paragraph.questions]

    def ask(self, number: int, question: Question, closed: bool) -> Outcome:
        """Ask one question of its own paragraph, or of all."""
        started = time.perf_counter()
        hits = self.search(question.text, self.top_k, within=str(number) if closed else None)
        found = ranked(self.find(question, hits), self.network.ranking)
        confidence = probability(evidence(found, self.network.ranking), self.network.calibration) if found else 0.0
        taken = time.perf_counter() - started
        context = self.paragraphs[number].context
        return Outcome(
            answerable=bool(question.answers),
            said=found[0].span.of(self.index.by_id[found[0].document_id].text) if found else "",
            golds=tuple(a.of(context) for a in question.answers),
            confidence=confidence,
            rank=_rank(hits, number),
            right=bool(found) and is_right(found[0], number, question),
            milliseconds=1000 * taken,
        )

    def search(self, question: str, k: int, within: str | None = None) -> list[Hit]:
        """The best passages of all paragraphs, or within one."""
        return self.retriever.search(self.plain(question), k, within)

    def find(self, question: Question, hits: Sequence[Hit]) -> list[Found]:
        """Every span that the reader finds in the passages."""
        return list(self.reader.find(self.plain(question.text), hits, self.index.by_id.__getitem__))


def is_right(one: Found, number: int, question: Question) -> bool:
    """Whether a span is, in the gold paragraph, at a gold answer that its quote holds whole."""
    held = (a for a in question.answers if one.quote.start <= a.start and a.end <= one.quote.end)
    return one.document_id == str(number) and any(a.start < one.span.end and one.span.start < a.end for a in held)


def _rank(hits: Sequence[Hit], number: int) -> int:
    return next((i for i, hit in enumerate(hits, start=1) if hit.passage.document_id == str(number)), 0)


def measure(
    path: Path,
    network: Network,
    ways: Sequence[str],
    limit: int | None = None,
    threshold: float | None = None,
    progress: Progress | None = None,
    held_out: bool = False,
) -> Iterator[tuple[str, list[Outcome], dict[str, float]]]:
    """Ask the questions of a file each way; for every way its name, outcomes and figures.

    ``limit`` asks so many of them, evenly spread; ``held_out`` only those of paragraphs that are not
    ``for_fitting``, of which all are searched still. Raises SourceError for a file in another format.
    """
    paragraphs = read_squad(path)
    if not any(p.questions for p in paragraphs if not (held_out and for_fitting(p))):
        raise SourceError(f"no questions in {path}: give a SQuAD-format file that has some")
    bench = Bench(paragraphs, open_encoder(), network, progress=progress)
    questions = [(i, q) for i, q in bench.questions() if not (held_out and for_fitting(paragraphs[i]))]
    if limit and limit < len(questions):
        questions = [questions[i * len(questions) // limit] for i in range(limit)]
    for way in ways:
        outcomes = []
        for done, (number, question) in enumerate(questions, start=1):
            outcomes.append(bench.ask(number, question, closed=way == "closed"))
            if progress:
                progress(f"{path.name.split('.')[0]} {way}", done, len(questions))
        yield way, outcomes, figures(outcomes, network.threshold if threshold is None else threshold)


def figures(outcomes: Sequence[Outcome], threshold: float) -> dict[str, float]:
    """What ``rag eval`` reports, shares as percentages.

    ``em`` and ``f1`` answer every answerable question; ``em_abstaining`` and ``f1_abstaining`` are
    over all questions, silent below the threshold. ``auroc_right`` separates right from wrong
    answers, ``auroc_answerable`` answerable questions from others.
    """
    can = [o for o in outcomes if o.answerable]
    cannot = [o for o in outcomes if not o.answerable]
    confidences = [o.confidence for o in outcomes]
    right = [float(o.right) for o in outcomes]
    spoken = [(o.said if o.confidence >= threshold else "", o.golds) for o in outcomes]
    times = sorted(o.milliseconds for o in outcomes)
    shares = {
        "em": _mean(exact(o.said, o.golds) for o in can),
        "f1": _mean(f1(o.said, o.golds) for o in can),
        "em_abstaining": _mean(exact(said, golds) for said, golds in spoken),
        "f1_abstaining": _mean(f1(said, golds) for said, golds in spoken),
        "recall_at_1": _mean(float(o.rank == 1) for o in can),
        "recall_at_k": _mean(float(o.rank > 0) for o in can),
        "first_citation_right": _mean(float(o.right) for o in can),
        "answered": _mean(float(o.confidence >= threshold) for o in can),
        "answered_unanswerable": _mean(float(o.confidence >= threshold) for o in cannot),
        "auroc_right": auroc(
            [o.confidence for o in outcomes if o.right], [o.confidence for o in outcomes if not o.right]
        ),
        "auroc_answerable": auroc([o.confidence for o in can], [o.confidence for o in cannot]),
        "coverage_at_5_risk": coverage_at(0.05, confidences, right),
        "coverage_at_10_risk": coverage_at(0.10, confidences, right),
        "calibration_error": calibration_error(confidences, right),
    }
    made = {"questions": float(len(outcomes)), "answerable": float(len(can))}
    made |= {name: round(100 * share, 1) for name, share in shares.items() if np.isfinite(share)}
    made["p50_ms"], made["p95_ms"] = round(times[len(times) // 2], 1), round(times[int(0.95 * len(times))], 1)
    return made


def _mean(values: Iterable[float]) -> float:
    kept = list(values)
    return float(np.mean(kept)) if kept else float("nan")


def save_plot(outcomes: Sequence[Outcome], path: Path, title: str) -> None:
    """Risk against coverage, and reliability, side by side as a PNG."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ModelError("plots need matplotlib: install it, or ask-the-article[plot]") from None

    from rag.score import reliability, risk_coverage

    path.parent.mkdir(parents=True, exist_ok=True)
    confidences, right = [o.confidence for o in outcomes], [float(o.right) for o in outcomes]
    figure = Figure(figsize=(9, 4), layout="constrained")
    left, calibrated = figure.subplots(1, 2)
    coverages, risks = risk_coverage(confidences, right)
    left.plot(coverages, risks)
    left.set(
        xlabel="coverage: share of questions answered", ylabel="risk: share of those wrong", xlim=(0, 1), ylim=(0, None)
    )
    rows: list[tuple[float, float, int]] = reliability(confidences, right)
    calibrated.plot([0, 1], [0, 1], linestyle=":", color="grey")
    calibrated.scatter([r[0] for r in rows], [r[1] for r in rows], s=[8 + 120 * r[2] / len(outcomes) for r in rows])
    calibrated.set(xlabel="confidence", ylabel="share right", xlim=(0, 1), ylim=(0, 1))
    figure.suptitle(title)
    figure.savefig(path, dpi=120)


def table(rows: Sequence[tuple[str, dict[str, float]]]) -> str:
    """Titles and their figures as a Markdown table, a figure a line."""
    names = dict.fromkeys(name for _, row in rows for name in row)
    lines = ["| figure | " + " | ".join(title for title, _ in rows) + " |", "|---|" + "---|" * len(rows)]
    for name in names:
        cells = (f"{row[name]:g}" if name in row else "" for _, row in rows)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)
