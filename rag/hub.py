"""Models that are not in the package: a folder, or a name on the Hugging Face hub."""

from __future__ import annotations

import contextlib
import logging
import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

from rag.errors import ModelError

OTHER_FRAMEWORKS = ("*.msgpack", "*.h5", "*.ot", "*.tflite", "*.gguf", "*.onnx*", "onnx/*", "openvino/*", "coreml/*")
"""A model's weights in formats that are not used here; its repository may hold several times what is."""
PICKLED = "pytorch_model*.bin"
"""The weights as they were kept before safetensors; fetched only where there are no others."""


def model_folder(name: str, notify: Callable[[str], None] | None = None) -> Path:
    """The folder of a model: ``name`` itself, or where the hub's client keeps it, fetched once.

    ``notify`` is told before it is fetched. Raises ModelError when there is no such folder and the hub has no such
    model or is not reached.
    """
    if Path(name).is_dir():
        return Path(name)
    import huggingface_hub as hub

    try:
        if not isinstance(hub.try_to_load_from_cache(name, "config.json"), str):
            with quiet():
                hub.hf_hub_download(name, "config.json")  # the hub has the model and can be reached
            if notify:
                notify(f"Fetching the model {name} (once) …")
        with quiet():
            folder = Path(hub.snapshot_download(name, ignore_patterns=[*OTHER_FRAMEWORKS, PICKLED]))
            if not any(folder.glob("*.safetensors")):
                folder = Path(hub.snapshot_download(name, ignore_patterns=list(OTHER_FRAMEWORKS)))
            return folder
    except (OSError, ValueError, hub.errors.HfHubHTTPError) as error:
        raise ModelError(
            f"no model {name}: name a folder, or a hub model that can be reached ({type(error).__name__})"
        ) from None


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Libraries' notes and bars do not belong in a command's output."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with (
            Path(os.devnull).open("w") as nowhere,
            contextlib.redirect_stdout(nowhere),
            contextlib.redirect_stderr(nowhere),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
