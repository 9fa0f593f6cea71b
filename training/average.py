"""Average the final weights of runs that began alike: one reader, better than each ("model soups", arXiv:2203.05482).

    python -m training.average RUN RUN... --out DIR

``DIR`` can then be exported like a run, with the options of the last one. Average runs of which one was taken up from
the constant phase of the other: weights of runs apart from the start have nothing in common.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from rag.errors import InputError
from training import checkpoint


def average(runs: Sequence[Path], out: Path) -> Path:
    """Write the mean of the runs' ``final`` weights to ``out/final``, with their options; returns that folder.

    Raises InputError when a run has no final weights, when they differ in shape, or ``out`` is there.
    """
    import numpy as np
    from safetensors.numpy import load_file, save_file

    if missing := next((run for run in runs if not (run / "final" / "model.safetensors").exists()), None):
        raise InputError(f"{missing}: no final weights; finish the run first")
    if out.exists():
        raise InputError(f"{out} is there already; name a new folder")
    weights = [load_file(run / "final" / "model.safetensors") for run in runs]
    if len({tuple((name, w.shape) for name, w in sorted(one.items())) for one in weights}) > 1:
        raise InputError("the runs' weights differ in shape; average runs of one base")
    progress = [checkpoint.read_progress(run / "final") for run in runs]
    part = out.with_name(f".{out.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    (part / "final").mkdir(parents=True)
    mean = {name: np.mean([one[name] for one in weights], axis=0, dtype=np.float64) for name in weights[0]}
    save_file({name: w.astype(weights[0][name].dtype) for name, w in mean.items()}, part / "final/model.safetensors")
    shutil.copy(runs[-1] / "final" / "progress.json", part / "final")
    if (apart := runs[-1] / "kept_apart.json").exists():
        shutil.copy(apart, part)
    options = json.loads((runs[-1] / "run.json").read_text("utf-8"))
    options["average_of"] = ", ".join(f"{r.name} at step {p.step}" for r, p in zip(runs, progress, strict=True))
    (part / "run.json").write_text(json.dumps(options, indent=1), "utf-8")
    part.replace(out)
    return out / "final"


def main(argv: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.average", description=__doc__.split("\n", 1)[0])
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN", help="folders of finished runs")
    parser.add_argument("--out", type=Path, required=True, help="folder to make")
    given = parser.parse_args(argv)
    print(average(given.runs, given.out))


if __name__ == "__main__":
    main()
