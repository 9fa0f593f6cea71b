"""Average the final weights of runs that began alike: one reader, better than each ("model soups", arXiv:2203.05482).

    python -m training.average RUN RUN... --out DIR

``DIR`` can then be exported like a run, with the options of the last one. All but the last may be a reader instead,
unpacked by ``training.unpack``. Average runs of which one was taken up from
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
    """Write the mean of the runs' ``final`` weights to ``out/final``, with the last one's options; returns that folder.

    Raises InputError when a run has no final weights, when they differ in shape, or ``out`` is there.
    """
    import numpy as np
    from safetensors.numpy import load_file, save_file

    folders = [*(run if _is_reader(run) else run / "final" for run in runs[:-1]), runs[-1] / "final"]
    if missing := next((f.parent for f in folders if not (f / "model.safetensors").exists()), None):
        raise InputError(f"{missing}: no final weights; finish the run first")
    if out.exists():
        raise InputError(f"{out} is there already; name a new folder")
    weights = [load_file(folder / "model.safetensors") for folder in folders]
    if len({tuple((name, w.shape) for name, w in sorted(one.items())) for one in weights}) > 1:
        raise InputError("the runs' weights differ in shape; average runs of one base")
    part = out.with_name(f".{out.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    (part / "final").mkdir(parents=True)
    mean = {name: np.mean([one[name] for one in weights], axis=0, dtype=np.float64) for name in weights[0]}
    save_file({name: w.astype(weights[0][name].dtype) for name, w in mean.items()}, part / "final/model.safetensors")
    shutil.copy(folders[-1] / "progress.json", part / "final")
    if (apart := runs[-1] / "kept_apart.json").exists():
        shutil.copy(apart, part)
    options = json.loads((runs[-1] / "run.json").read_text("utf-8"))
    options["average_of"] = ", ".join(_named(folder) for folder in folders)
    (part / "run.json").write_text(json.dumps(options, indent=1), "utf-8")
    part.replace(out)
    return out / "final"


def _is_reader(folder: Path) -> bool:
    return (folder / "model.safetensors").exists()


def _named(folder: Path) -> str:
    """What an average is of: a run at its last step, or a reader by its hash. No machine's paths."""
    if folder.name == "final":
        return f"{folder.parent.name} at step {checkpoint.read_progress(folder).step}"
    return f"the reader {json.loads((folder / 'config.json').read_text('utf-8'))['reader_sha256'][:8]}"


def main(argv: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.average", description=__doc__.split("\n", 1)[0])
    parser.add_argument(
        "runs",
        nargs="+",
        type=Path,
        metavar="RUN",
        help="folders of finished runs; all but the last may be an unpacked reader",
    )
    parser.add_argument("--out", type=Path, required=True, help="folder to make")
    given = parser.parse_args(argv)
    print(average(given.runs, given.out))


if __name__ == "__main__":
    main()
