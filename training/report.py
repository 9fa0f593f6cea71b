"""Measure the exported reader, and write ``report.json``, ``REPORT.md`` and ``MODEL_CARD.md``."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rag.squad import read_squad
from training.card import model_card
from training.evaluate import Asked, asked_of, figures, near_misses, onnx_model, outcomes
from training.export import sha256
from training.vocabulary import load_tokenizer

LOG = logging.getLogger("training")
LARGEST_LOSS = 0.5
"""F1 points that int8 may cost on any set."""

Figures = dict[str, dict[str, dict[str, float]]]
"""Set -> precision ("float32", "int8") -> figures, as ``training.evaluate.figures`` names them."""


def measured_sets(run: Path, dev: Iterable[Path], limit: int | None, seed: int = 1) -> dict[str, list[Asked]]:
    """The questions of each dev file, of the paragraphs kept apart, and of the near misses made from those."""
    sets = {path.name.split(".json")[0]: asked_of(read_squad(path), limit, seed) for path in dev}
    apart = run / "kept_apart.json"
    if apart.exists():
        paragraphs = read_squad(apart)
        sets["kept_apart"] = asked_of(paragraphs, limit, seed)
        pairs = near_misses(paragraphs, seed)[: limit and limit // 2]
        sets["near_misses"] = [asked for pair in pairs for asked in pair]
    return sets


def measure(folder: Path, sets: dict[str, list[Asked]], precisions: Sequence[str] = ("float32", "int8")) -> Figures:
    """Figures of the exported graphs on each set."""
    files = {"float32": folder / "float.onnx", "int8": folder / "reader.onnx"}
    tokenizer = load_tokenizer(folder)
    measured: Figures = {name: {} for name in sets}
    for precision in precisions:
        model = onnx_model(files[precision])
        for name, asked in sets.items():
            measured[name][precision] = figures(outcomes(asked, tokenizer, model))
            LOG.info("%s %s %s", name, precision, measured[name][precision])
    return measured


def int8_loss(measured: Figures) -> float:
    """The greatest F1 loss of int8 on any set, in points.

    >>> int8_loss({"a": {"float32": {"f1": 70.0}, "int8": {"f1": 69.75}}})
    0.25
    """
    return max((by["float32"]["f1"] - by["int8"]["f1"] for by in measured.values()), default=0.0)


def table(measured: Figures, precision: str) -> str:
    """A Markdown table of the figures of one precision, in percent."""
    head = ("questions", "answerable", "em", "f1", "answered", "abstained", "abstaining_f1", "best_f1", "auroc")
    lines = [f"| set | {' | '.join(head)} |", f"|---|{'---:|' * len(head)}"]
    for name, by in measured.items():
        cells = [f"{by[precision][h]:g}" if h in by[precision] else "" for h in head]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def write_report(run: Path, dev: Sequence[Path], limit: int | None = None) -> Figures:
    """Measure ``run/export`` and write the report and the model card beside it.

    Raises nothing when int8 loses more than LARGEST_LOSS: the report says so in its first line.
    """
    folder = run / "export"
    measured = measure(folder, measured_sets(run, dev, limit))
    loss = int8_loss(measured)
    report: dict[str, Any] = {
        "reader": json.loads((folder / "reader.json").read_text(encoding="utf-8")),
        "sha256": sha256(folder / "reader.onnx"),
        "bytes": (folder / "reader.onnx").stat().st_size,
        "limit": limit,
        "int8_loss": round(loss, 2),
        "figures": measured,
        "run": _options(run),
    }
    (folder / "report.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    (folder / "REPORT.md").write_text(_markdown(report), encoding="utf-8")
    (folder / "MODEL_CARD.md").write_text(model_card(report, table(measured, "int8")), encoding="utf-8")
    return measured


def _options(run: Path) -> dict[str, Any]:
    path = run / "run.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _markdown(report: dict[str, Any]) -> str:
    verdict = "within" if report["int8_loss"] <= LARGEST_LOSS else "MORE THAN"
    return "\n".join(
        [
            "# Report of the exported reader",
            "",
            f"int8 costs at most {report['int8_loss']} F1 on any set: {verdict} the {LARGEST_LOSS} allowed.",
            "",
            f"- `reader.onnx`: {report['bytes']} bytes, sha256 `{report['sha256']}`",
            f"- run `{report['reader']['run']}`, step {report['reader']['step']}",
            f"- questions per set: {report['limit'] or 'all'}",
            "",
            "## int8, as shipped",
            "",
            table(report["figures"], "int8"),
            "",
            "## float32",
            "",
            table(report["figures"], "float32"),
            "",
            "`em` and `f1` force an answer, over answerable questions; `answered` and `abstained` are the shares of",
            "answerable and unanswerable questions treated so at margin 0; `abstaining_f1` is F1 over all at margin 0,",
            "`best_f1` at the threshold best for the set; `auroc` separates answerable from unanswerable by margin.",
            "",
        ]
    )
