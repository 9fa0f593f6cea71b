"""Fit the reader's confidence: evidence of each best answer -> the probability that it is right.

    python -m training.calibrate --reader DIR FILES... [--limit N] [--risk R]

Only the questions of a fifth of the paragraphs are used, told by their text (``for_fitting``); ``rag eval --held-out``
reports on the others. Each is asked as deployed, of all paragraphs of its file; once more with its own paragraph
withheld; and, where one can be made, a near miss of it is asked of its paragraph. Weights and threshold are written
into ``DIR/reader.json``. The figures printed are of folds, whole paragraphs, that the weights they use were not
fitted on.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.assistant import TOP_K
from rag.embed import open_encoder
from rag.evaluate import Bench, for_fitting, is_right
from rag.network import OnnxNetwork
from rag.read import Found, evidence, probability, ranked
from rag.score import auroc, calibration_error
from rag.squad import Question, read_squad
from training.negatives import entities, near_miss, numbers

RIDGE = 1.0
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Case:
    """One asking: of which paragraph, what the reader found, which of it is right, whether there was anything."""

    context: str
    found: list[Found]
    right: list[bool]
    answerable: bool


def cases(bench: Bench, questions: Sequence[tuple[int, Question]], rng: random.Random) -> Iterator[Case]:
    """What the reader finds for each question, without its paragraph, and for its near miss."""
    pool = sorted({e for p in bench.paragraphs for e in (*entities(p.context), *numbers(p.context))})
    for number, question in questions:
        hits = bench.retriever.search(question.text, bench.top_k + 12)
        found = bench.find(question, hits[: bench.top_k])
        context = bench.paragraphs[number].context
        yield Case(context, found, [is_right(one, number, question) for one in found], bool(question.answers))
        if not question.answers:
            continue
        others = [hit for hit in hits if hit.passage.document_id != str(number)][: bench.top_k]
        yield _without_answer(context, bench.find(question, others))
        answer = question.answers[0]
        inside = context[max(0, answer.start - 150) : answer.end + 150]
        drawn = rng.sample(pool, min(len(pool), 40))
        swapped = near_miss(question.text, context, inside, answer.of(context), drawn, rng)
        if swapped:
            own = bench.retriever.search(swapped, bench.top_k, within=str(number))
            yield _without_answer(context, bench.find(replace(question, text=swapped), own))


def _without_answer(context: str, found: list[Found]) -> Case:
    return Case(context, found, [False] * len(found), answerable=False)


def fitting_questions(bench: Bench) -> list[tuple[int, Question]]:
    """The questions, each with the number of its paragraph, that the confidence may be fitted on."""
    return [(number, question) for number, question in bench.questions() if for_fitting(bench.paragraphs[number])]


def fit_ranking(gathered: Sequence[Case]) -> dict[str, float]:
    """Weights of the clues under which the right spans of a question have the most of a softmax over all."""
    import scipy.optimize

    named = sorted({clue for case in gathered for one in case.found for clue in one.clues})
    grouped = [
        (np.array([[one.clues[clue] for clue in named] for one in case.found]), np.array(case.right))
        for case in gathered
        if any(case.right)
    ]

    def loss(weights: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        total, gradient = RIDGE * float(weights @ weights) / 2, RIDGE * weights
        for clues, right in grouped:
            scores = clues @ weights
            share = np.exp(scores - scores.max())
            total -= float(np.log(share[right].sum() / share.sum()))
            gradient = gradient + share @ clues / share.sum() - share[right] @ clues[right] / share[right].sum()
        return total, gradient

    found = scipy.optimize.minimize(loss, np.zeros(len(named)), jac=True, method="L-BFGS-B")
    return {clue: round(float(w), 5) for clue, w in zip(named, found.x, strict=True)}


def fit(evidence: Sequence[Mapping[str, float]], right: Sequence[bool]) -> dict[str, float]:
    """Weights of a logistic model, by Newton's method with a small ridge on all but the bias.

    >>> weights = fit([{"margin": -1.0}, {"margin": 1.0}] * 50, [False, True] * 50)
    >>> weights["margin"] > 1, abs(weights["bias"]) < 0.01
    (True, True)
    """
    names = sorted({name for one in evidence for name in one})
    x = np.array([[1.0, *(one[name] for name in names)] for one in evidence])
    y = np.array(right, dtype=float)
    weights = np.zeros(x.shape[1])
    ridge = RIDGE * np.eye(len(weights))
    ridge[0, 0] = 1e-6
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        step = np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + ridge, x.T @ (y - p) - ridge @ weights)
        weights += step
        if np.abs(step).max() < 1e-9:
            break
    return {name: round(float(w), 5) for name, w in zip(["bias", *names], weights, strict=True)}


def fit_both(gathered: Sequence[Case]) -> tuple[dict[str, float], dict[str, float]]:
    """Ranking and calibration."""
    ranking = fit_ranking(gathered)
    firsts = [judged(case, ranking) for case in gathered]
    return ranking, fit([given for given, _ in firsts], [right for _, right in firsts])


def judged(case: Case, ranking: Mapping[str, float]) -> tuple[dict[str, float], bool]:
    """The evidence for the span that comes first, and whether it is right."""
    best = ranked(case.found, ranking)
    return evidence(best, ranking), case.right[case.found.index(best[0])]


def folds_of(contexts: Sequence[str], seed: int) -> list[int]:
    """A fold for each case, one for all of a paragraph: they are too much alike to test each other's weights.

    >>> first, second, third = folds_of(["a", "b", "a"], seed=1)
    >>> first == third
    True
    """
    known = sorted(set(contexts))
    drawn = np.random.default_rng(seed).permutation(len(known)) % FOLDS
    fold_of = dict(zip(known, drawn.tolist(), strict=True))
    return [fold_of[context] for context in contexts]


def cross_fitted(gathered: Sequence[Case], seed: int) -> list[tuple[float, bool]]:
    """For every case the probability of its first span, by weights fitted without its fold, and the truth."""
    folds = folds_of([case.context for case in gathered], seed)
    fitted = [fit_both([case for case, f in zip(gathered, folds, strict=True) if f != k]) for k in range(FOLDS)]
    made = []
    for case, fold in zip(gathered, folds, strict=True):
        ranking, calibration = fitted[fold]
        given, right = judged(case, ranking)
        made.append((probability(given, calibration), right))
    return made


def threshold_at(risk: float, others: Sequence[float]) -> float:
    """The lowest confidence that at most this share of the questions without an answer reaches.

    >>> threshold_at(0.25, [0.1, 0.2, 0.3, 0.9])
    0.3001
    """
    order = sorted(others, reverse=True)
    return round(order[int(risk * len(order))] + 1e-4, 4) if order else 0.5


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.calibrate", description="Fit the reader's confidence.")
    parser.add_argument("files", nargs="+", type=Path, help="SQuAD-format files to fit on")
    parser.add_argument("--reader", required=True, type=Path, help="the reader's folder")
    parser.add_argument("--limit", type=int, help="so many questions of each file at most")
    parser.add_argument("--risk", type=float, default=0.05, help="share of unanswerable questions that may be answered")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng = random.Random(given.seed)
    network = OnnxNetwork(given.reader)
    gathered: list[Case] = []
    for path in given.files:
        bench = Bench(read_squad(path), open_encoder(), network, TOP_K)
        questions = fitting_questions(bench)
        asked = rng.sample(questions, min(given.limit or len(questions), len(questions)))
        gathered += cases(bench, asked, rng)
        print(f"{path.name}: {len(asked)} questions for fitting, {len(gathered)} cases so far", flush=True)
    gathered = [case for case in gathered if case.found]
    pairs = cross_fitted(gathered, given.seed)
    confidences, truth = [c for c, _ in pairs], [float(r) for _, r in pairs]
    answerable = [c for c, case in zip(confidences, gathered, strict=True) if case.answerable]
    others = [c for c, case in zip(confidences, gathered, strict=True) if not case.answerable]
    threshold = threshold_at(given.risk, others)
    by_margin = [judged(case, {"margin": 1.0})[1] for case in gathered if case.answerable]
    by_clues = [r for (_, r), case in zip(pairs, gathered, strict=True) if case.answerable]
    print(f"right of answerable: {np.mean(by_margin):.1%} ranked by margin, {np.mean(by_clues):.1%} by all clues")
    print(f"calibration error {calibration_error(confidences, truth):.3f}")
    print(f"AUROC answerable {auroc(answerable, others):.3f}, right {auroc([c for c, r in pairs if r], [c for c, r in pairs if not r]):.3f}")  # fmt: skip
    for at in sorted({threshold, 0.3, 0.4, 0.5, 0.6}):
        yes, no = np.mean(np.array(answerable) >= at), np.mean(np.array(others) >= at)
        wrong = 1 - np.mean([float(r) for c, r in pairs if c >= at] or [1.0])
        print(f"threshold {at}: {yes:.1%} of answerable, {no:.1%} of other questions answered, {wrong:.1%} wrong")
    ranking, calibration = fit_both(gathered)
    about = json.loads((given.reader / "reader.json").read_text())
    about |= {"ranking": ranking, "calibration": calibration, "threshold": threshold}
    part = given.reader / ".reader.json.part"
    part.write_text(json.dumps(about, indent=1) + "\n")
    part.replace(given.reader / "reader.json")
    print(json.dumps(about, indent=1))


if __name__ == "__main__":
    main()
