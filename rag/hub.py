"""Models that are not in the package: a folder, or a name on the Hugging Face hub."""

from __future__ import annotations

import contextlib
import logging
import os
import warnings
from collections.abc import Iterator
from pathlib import Path

from rag.errors import ModelError


def model_folder(name: str) -> Path:
    """The folder of a model: ``name`` itself, or where the hub's client keeps it, fetched once.

    Raises ModelError when there is no such folder and the hub has no such model or is not reached.
    """
    if Path(name).is_dir():
        return Path(name)
    import huggingface_hub

    try:
        with quiet():
            return Path(huggingface_hub.snapshot_download(name))
    except (OSError, ValueError, huggingface_hub.errors.HfHubHTTPError) as error:
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
