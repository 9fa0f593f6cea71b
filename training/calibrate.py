"""Fit the reader's confidence: evidence of each best answer -> the probability that it is right.

    python -m training.calibrate --reader DIR FILES... [--articles FILES...] [--limit N] [--risk R] [--answerable S]

Only the questions of a fifth of the paragraphs are used, told by their text (``for_fitting``); ``rag eval --held-out``
reports on the others. Each is asked as deployed, of all paragraphs of its file; once more with its own paragraph
withheld; and, where one can be made, a near miss of it is asked of its paragraph; then all of this in other words.
What the evidence is worth is learnt from all of these; how sure to be, for a mix of which the share ``--answerable``
has an answer. All questions of ``--articles``, files of whole texts that the reader was not trained on, are used too,
each asked of its own. Weights and threshold are written into ``DIR/reader.json``. The figures printed are of folds, whole
paragraphs, that the weights they use were not fitted on.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
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
from training.paraphrase import paraphrased

Floats = npt.NDArray[np.float64]

RIDGE = 1.0
FOLDS = 5
AGAINST = frozenset({"missing", "names_instead", "names_not_in_passage", "names_not_quoted"})
"""The clues that may only count against an answer; every other one may only count for it."""


@dataclass(frozen=True, slots=True)
class Case:
    """One asking: of which paragraph, what the reader found, which of it is right, whether there was anything."""

    context: str
    found: list[Found]
    right: list[bool]
    answerable: bool


def cases(bench: Bench, questions: Sequence[tuple[int, Question]], rng: random.Random) -> Iterator[Case]:
    """What the reader finds for each question, without its paragraph, and for its near miss; as it is and rephrased."""
    pool = sorted({e for p in bench.paragraphs for e in (*entities(p.context), *numbers(p.context))})
    for number, question in questions:
        context = bench.paragraphs[number].context
        answer = question.answers[0] if question.answers else None
        said = answer.of(context) if answer else None
        for text in dict.fromkeys((question.text, paraphrased(question.text, said, rng))):
            asked = replace(question, text=text)
            hits = bench.search(text, bench.top_k + 12)
            found = bench.find(asked, hits[: bench.top_k])
            yield Case(context, found, [is_right(one, number, question) for one in found], bool(answer))
            if answer is None or said is None:
                continue
            others = [hit for hit in hits if hit.passage.document_id != str(number)][: bench.top_k]
            yield _without_answer(context, bench.find(asked, others))
            inside = context[max(0, answer.start - 150) : answer.end + 150]
            drawn = rng.sample(pool, min(len(pool), 40))
            if swapped := near_miss(text, context, inside, said, drawn, rng):
                own = bench.search(swapped, bench.top_k, within=str(number))
                yield _without_answer(context, bench.find(replace(question, text=swapped), own))


def of_articles(bench: Bench) -> Iterator[Case]:
    """What the reader finds for every question in the text that it is about."""
    for number, question in bench.questions():
        found = bench.find(question, bench.search(question.text, bench.top_k, within=str(number)))
        right = [is_right(one, number, question) for one in found]
        yield Case(bench.paragraphs[number].context, found, right, bool(question.answers))


def _without_answer(context: str, found: list[Found]) -> Case:
    return Case(context, found, [False] * len(found), answerable=False)


def fitting_questions(bench: Bench) -> list[tuple[int, Question]]:
    """The questions, each with the number of its paragraph, that the confidence may be fitted on."""
    return [(number, question) for number, question in bench.questions() if for_fitting(bench.paragraphs[number])]


def fit_ranking(gathered: Sequence[Case]) -> dict[str, float]:
    """Weights of the clues under which the right spans of a question have the most of a softmax over all."""
    named = sorted({clue for case in gathered for one in case.found for clue in one.clues})
    grouped = [
        (np.array([[one.clues[clue] for clue in named] for one in case.found]), np.array(case.right))
        for case in gathered
        if any(case.right)
    ]

    def loss(weights: Floats) -> tuple[float, Floats]:
        total, gradient = RIDGE * float(weights @ weights) / 2, RIDGE * weights
        for clues, right in grouped:
            scores = clues @ weights
            share = np.exp(scores - scores.max())
            total -= float(np.log(share[right].sum() / share.sum()))
            gradient = gradient + share @ clues / share.sum() - share[right] @ clues[right] / share[right].sum()
        return total, gradient

    return _least(loss, named)


def fit(evidence: Sequence[Mapping[str, float]], right: Sequence[bool]) -> dict[str, float]:
    """Weights of a logistic model, with a small ridge on all but the bias.

    >>> weights = fit([{"margin": -1.0}, {"margin": 1.0}] * 50, [False, True] * 50)
    >>> weights["margin"] > 1, abs(weights["bias"]) < 0.01
    (True, True)
    """
    names = ["bias", *sorted({name for one in evidence for name in one})]
    x = np.array([[1.0, *(one[name] for name in names[1:])] for one in evidence])
    y = np.array(right, dtype=float)

    def loss(weights: Floats) -> tuple[float, Floats]:
        held = np.append(0.0, RIDGE * weights[1:])
        logits = x @ weights
        total = float(np.logaddexp(0, logits).sum() - y @ logits + held @ weights / 2)
        return total, x.T @ (1 / (1 + np.exp(-logits)) - y) + held

    return _least(loss, names)


def _least(loss: Callable[[Floats], tuple[float, Floats]], names: Sequence[str]) -> dict[str, float]:
    """The weights of least loss at which no clue counts the wrong way."""
    import scipy.optimize

    bounds = [(None, None) if n == "bias" else (None, 0) if n in AGAINST else (0, None) for n in names]
    found = scipy.optimize.minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", bounds=bounds)
    return {name: round(float(w), 5) for name, w in zip(names, found.x, strict=True)}


def restated(
    weights: Mapping[str, float], cases: Sequence[tuple[dict[str, float], bool, bool]], share: float
) -> dict[str, float]:
    """The weights as sure as suits a mix with this share of answerable questions; their order stays.

    Of every case its evidence, whether its first span is right, and whether it is answerable. Platt 1999,
    "Probabilistic Outputs for Support Vector Machines", with weighed cases.

    >>> cases = [({"margin": m}, m > 0, m > 0) for m in (2.0, -2.0, -2.0, -2.0)]
    >>> modest, sure = (restated({"bias": 0.0, "margin": 1.0}, cases, share) for share in (0.25, 0.75))
    >>> modest["bias"] < sure["bias"]
    True
    """
    import scipy.optimize

    odds = np.array(
        [weights["bias"] + sum(weights[name] * value for name, value in given.items()) for given, _, _ in cases]
    )
    right = np.array([r for _, r, _ in cases], dtype=float)
    answerable = np.array([a for _, _, a in cases])
    if answerable.all() or not answerable.any():
        return dict(weights)
    weigh = np.where(answerable, share / answerable.mean(), (1 - share) / (1 - answerable.mean()))

    def loss(line: Floats) -> float:
        logits = line[0] + line[1] * odds
        return float(weigh @ (np.logaddexp(0, logits) - right * logits) + RIDGE * (line[1] - 1) ** 2 / 2)

    bias, slope = scipy.optimize.minimize(
        loss, np.array([0.0, 1.0]), method="L-BFGS-B", bounds=[(None, None), (0, None)]
    ).x
    return {name: round(float(slope * w + bias * (name == "bias")), 5) for name, w in weights.items()}


def fit_both(gathered: Sequence[Case], share: float) -> tuple[dict[str, float], dict[str, float]]:
    """Ranking and calibration."""
    ranking = fit_ranking(gathered)
    firsts = [(*judged(case, ranking), case.answerable) for case in gathered]
    weights = fit([given for given, _, _ in firsts], [right for _, right, _ in firsts])
    return ranking, restated(weights, firsts, share)


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


def cross_fitted(gathered: Sequence[Case], share: float, seed: int) -> list[tuple[float, bool]]:
    """For every case the probability of its first span, by weights fitted without its fold, and the truth."""
    folds = folds_of([case.context for case in gathered], seed)
    fitted = [fit_both([case for case, f in zip(gathered, folds, strict=True) if f != k], share) for k in range(FOLDS)]
    made = []
    for case, fold in zip(gathered, folds, strict=True):
        ranking, calibration = fitted[fold]
        given, right = judged(case, ranking)
        made.append((probability(given, calibration), right))
    return made


def of_share(answerable: Sequence[bool], share: float, rng: random.Random) -> list[int]:
    """Numbers of as many cases as leave this share of them answerable, those of the kind that abounds drawn at random.

    >>> of_share([True, False, True, False, True, False], 1.0, random.Random(1))
    [0, 2, 4]
    """
    can = [i for i, one in enumerate(answerable) if one]
    cannot = [i for i, one in enumerate(answerable) if not one]
    kept = min(len(can) / share if share else np.inf, len(cannot) / (1 - share) if share < 1 else np.inf)
    return sorted([*rng.sample(can, round(kept * share)), *rng.sample(cannot, round(kept * (1 - share)))])


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
    parser.add_argument("--articles", nargs="*", type=Path, default=[], help="files of which all is for fitting")
    parser.add_argument("--reader", required=True, type=Path, help="the reader's folder")
    parser.add_argument("--limit", type=int, help="so many questions of each file at most")
    parser.add_argument("--risk", type=float, default=0.05, help="share of unanswerable questions that may be answered")
    parser.add_argument("--answerable", type=float, default=2 / 3, help="share of questions that have an answer")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if not 0 <= given.answerable <= 1:
        parser.error(f"--answerable {given.answerable:g}: give a share from 0 to 1")
    rng = random.Random(given.seed)
    network = OnnxNetwork(given.reader)
    gathered: list[Case] = []
    for path in given.files:
        bench = Bench(read_squad(path), open_encoder(), network, TOP_K)
        questions = fitting_questions(bench)
        asked = rng.sample(questions, min(given.limit or len(questions), len(questions)))
        gathered += cases(bench, asked, rng)
        print(f"{path.name}: {len(asked)} questions for fitting, {len(gathered)} cases so far", flush=True)
    for path in given.articles:
        gathered += of_articles(Bench(read_squad(path), open_encoder(), network, TOP_K))
        print(f"{path.name}: {len(gathered)} cases so far", flush=True)
    gathered = [case for case in gathered if case.found]
    pairs = cross_fitted(gathered, given.answerable, given.seed)
    confidences, truth = [c for c, _ in pairs], [float(r) for _, r in pairs]
    answerable = [c for c, case in zip(confidences, gathered, strict=True) if case.answerable]
    others = [c for c, case in zip(confidences, gathered, strict=True) if not case.answerable]
    threshold = threshold_at(given.risk, others)
    by_margin = [judged(case, {"margin": 1.0})[1] for case in gathered if case.answerable]
    by_clues = [r for (_, r), case in zip(pairs, gathered, strict=True) if case.answerable]
    print(f"right of answerable: {np.mean(by_margin):.1%} ranked by margin, {np.mean(by_clues):.1%} by all clues")
    mix = of_share([case.answerable for case in gathered], given.answerable, rng)
    error = calibration_error([confidences[i] for i in mix], [truth[i] for i in mix])
    print(f"calibration error {error:.3f}, of {len(mix)} cases of which {given.answerable:.0%} are answerable")
    print(f"AUROC answerable {auroc(answerable, others):.3f}, right {auroc([c for c, r in pairs if r], [c for c, r in pairs if not r]):.3f}")  # fmt: skip
    for at in sorted({threshold, 0.3, 0.4, 0.5, 0.6}):
        yes, no = np.mean(np.array(answerable) >= at), np.mean(np.array(others) >= at)
        wrong = 1 - np.mean([float(r) for c, r in pairs if c >= at] or [1.0])
        print(f"threshold {at}: {yes:.1%} of answerable, {no:.1%} of other questions answered, {wrong:.1%} wrong")
    ranking, calibration = fit_both(gathered, given.answerable)
    about = json.loads((given.reader / "reader.json").read_text())
    about |= {"ranking": ranking, "calibration": calibration, "threshold": threshold, "risk": given.risk}
    part = given.reader / ".reader.json.part"
    part.write_text(json.dumps(about, indent=1) + "\n")
    part.replace(given.reader / "reader.json")
    print(json.dumps(about, indent=1))


if __name__ == "__main__":
    main()
