"""onnxruntime, and the folder where prepared graphs are kept, their weights mapped into memory, not read."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO


def cache_folder() -> Path:
    """Where prepared files are kept: $RAG_CACHE, else the user's cache folder."""
    import platformdirs

    return Path(os.environ.get("RAG_CACHE") or platformdirs.user_cache_path("ask-the-article", appauthor=False))


def prepared(name: str, make: Callable[[Path], None]) -> Path:
    """The cache's folder of this name, made on first use, whole or not at all.

    Of two processes that make it at once, one's is kept: the name must say all about the content.
    """
    folder = cache_folder() / name
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix="making-") as temporary:
            made = Path(temporary, name)
            made.mkdir()
            make(made)
            with contextlib.suppress(OSError):  # another process was first: the same content is there
                made.rename(folder)
    return folder


def file_sha256(*streams: BinaryIO) -> str:
    """The hash, in hexadecimal digits, of the streams one after the other, not held in memory at once."""
    digest = hashlib.sha256()
    for stream in streams:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def session(graph: Path) -> Any:
    """An onnxruntime session on the CPU."""
    import onnxruntime

    return onnxruntime.InferenceSession(str(graph), _options(), providers=["CPUExecutionProvider"])


def optimise(graph: Path, folder: Path, name: str) -> None:
    """Write a graph as onnxruntime optimises it to ``folder/name.onnx``, its weights to ``name.data`` beside it."""
    import onnxruntime

    options = _options()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(folder / f"{name}.onnx")
    options.add_session_config_entry("session.optimized_model_external_initializers_file_name", f"{name}.data")
    options.add_session_config_entry("session.optimized_model_external_initializers_min_size_in_bytes", "1024")
    onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])


def _options() -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = min(4, os.cpu_count() or 1)
    # Two sessions take turns: threads of one that wait busily slow the other down by half.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options
