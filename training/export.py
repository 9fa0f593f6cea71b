"""Weights -> ``reader.onnx`` (weights in int8) with its tokenizer and metadata, in the run's folder.

    python -m training.export --run DIR [--checkpoint NAME] [--install] [--dev FILES...]

``--install`` copies the four files of the reader to ``rag/reader_model/``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rag.errors import ModelError
from training import checkpoint
from training.encode import MAX_LENGTH, MAX_QUESTION
from training.model import new_model
from training.options import default_base
from training.quantise import quantise
from training.vocabulary import load_tokenizer

LOG = logging.getLogger("training")
FORMAT_VERSION = 1
LARGEST = 30_000_000
"""Bytes that the exported file may have."""
INSTALLED = Path(__file__).resolve().parent.parent / "rag" / "reader_model"
FILES = ("reader.onnx", "tokenizer.json", "reader.json", "MODEL_CARD.md")


def export_float(weights: Path, base: Path, target: Path) -> None:
    """Write a checkpoint as a float32 ONNX graph with fused attention, layer norm and GELU."""
    import torch
    from onnxruntime.transformers.fusion_options import FusionOptions
    from onnxruntime.transformers.optimizer import optimize_model

    model = new_model(base, 0).eval()
    checkpoint.load(weights, model, None)

    class Reader(torch.nn.Module):
        """BERT with plain tensors in and out."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(
            self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
        ) -> tuple[torch.Tensor, torch.Tensor]:
            output = self.model(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)
            return output.start_logits, output.end_logits

    names = ["input_ids", "attention_mask", "token_type_ids"]
    outputs = ["start_logits", "end_logits"]
    inputs = tuple(torch.ones(2, 7, dtype=torch.int64) for _ in names)
    with TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        torch.onnx.export(
            Reader(),
            inputs,
            str(plain),
            input_names=names,
            output_names=outputs,
            dynamic_axes={name: {0: "batch", 1: "sequence"} for name in [*names, *outputs]},
            opset_version=17,
            dynamo=False,  # the graph optimiser knows the patterns of this exporter
        )
        options = FusionOptions("bert")
        options.enable_skip_layer_norm = True
        config: Any = model.config
        size, heads = config.hidden_size, config.num_attention_heads
        # Only the fusions: general folding is left to the run time.
        optimised = optimize_model(
            str(plain), "bert", num_heads=heads, hidden_size=size, opt_level=0, optimization_options=options
        )
        LOG.info("fused: %s", optimised.get_fused_operator_statistics())
        optimised.save_model_to_file(str(target))


def export(run: Path, base: Path, name: str = "final") -> Path:
    """Write ``run/export/``: the float graph, the int8 one, the tokenizer and the metadata."""
    weights = run / name
    if not weights.is_dir():
        raise ModelError(f"{weights}: no such checkpoint; finish the training first, or name another")
    folder = run / "export"
    part = run / ".export.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    export_float(weights, base, part / "float.onnx")
    quantise(part / "float.onnx", part / "reader.onnx")
    size = (part / "reader.onnx").stat().st_size
    if size > LARGEST:
        raise ModelError(f"{part / 'reader.onnx'}: {size} bytes, more than {LARGEST}; check what was quantised")
    load_tokenizer(base).save(str(part / "tokenizer.json"), pretty=False)
    progress = checkpoint.read_progress(weights)
    metadata = {
        "format_version": FORMAT_VERSION,
        "sha256": {n: sha256(part / n) for n in ("reader.onnx", "tokenizer.json")},
        "max_length": MAX_LENGTH,
        "max_question": MAX_QUESTION,
        "precision": "int8 weights",
        "run": run.name,
        "step": progress.step,
        "decay_steps": progress.decay_steps,
    }
    (part / "reader.json").write_text(json.dumps(metadata, indent=1) + "\n")
    shutil.rmtree(folder, ignore_errors=True)
    part.replace(folder)
    LOG.info("%s: %d bytes", folder / "reader.onnx", size)
    return folder


def install(folder: Path, target: Path = INSTALLED) -> None:
    """Copy the reader's files to where the program looks for them; each whole or not at all."""
    target.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        part = target / f".{name}.part"
        shutil.copyfile(folder / name, part)
        part.replace(target / name)
    LOG.info("installed in %s", target)


def sha256(path: Path) -> str:
    """The hash of a file, in hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main(argv: Sequence[str] | None = None) -> None:
    """The command line."""
    from training.report import write_report

    parser = argparse.ArgumentParser(prog="python -m training.export", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--run", type=Path, required=True, help="the run's folder")
    parser.add_argument("--base", type=Path, default=None, help="model folder that the run started from")
    parser.add_argument("--checkpoint", default="final", help="which weights, such as 'stable'")
    parser.add_argument("--dev", nargs="*", type=Path, default=[], help="files to measure on")
    parser.add_argument("--limit", type=int, help="measure on so many questions of each file")
    parser.add_argument("--install", action="store_true", help="copy the reader to rag/reader_model/")
    given = parser.parse_args(argv)
    base = given.base or default_base()
    folder = export(given.run, base, given.checkpoint)
    write_report(given.run, given.dev, given.limit)
    if given.install:
        install(folder)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    main()
