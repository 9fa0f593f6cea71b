"""The reader's network: tokens -> start and end logits, by onnxruntime or by transformers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from rag.decode import Logits
from rag.errors import ModelError
from rag.hub import model_folder, quiet
from rag.runtime import file_sha256, optimise, prepared, session

PACKAGED = Path(__file__).parent / "reader_model"
FORMAT_VERSION = 1
THRESHOLD = 0.5
"""Confidence from which an answer is given, for a reader that does not bring its own."""
FIELDS = ("input_ids", "attention_mask", "token_type_ids")

Ids = npt.NDArray[np.int64]


class Network(Protocol):
    """A span reader in the manner of SQuAD 2.0, where [CLS] stands for "no answer".

    ``ranking`` weighs the clues by which spans are ranked, ``calibration`` the evidence that makes
    a probability (empty: the margin alone); ``threshold`` is the probability from which to answer.
    """

    @property
    def tokenizer(self) -> Any: ...
    @property
    def special(self) -> Special: ...
    @property
    def ranking(self) -> Mapping[str, float]: ...
    @property
    def calibration(self) -> Mapping[str, float]: ...
    @property
    def threshold(self) -> float: ...

    def __call__(self, ids: Ids, mask: Ids, types: Ids) -> tuple[Logits, Logits]:
        """int64 (rows, tokens) each -> start and end logits, float32 (rows, tokens)."""
        ...


@dataclass(frozen=True, slots=True)
class Special:
    """How a pair of question and passage is put together, in tokens."""

    cls: int
    sep: int
    pad: int
    between: int = 1
    """Separators between question and passage (RoBERTa has two)."""
    max_length: int = 256
    max_question: int = 64


class OnnxNetwork:
    """A reader exported to ONNX, with its tokenizer and metadata in one folder, each checked by its hash.

    Its int8 weights are unpacked to float32 once, into the cache, to be mapped into memory from there.
    """

    def __init__(self, folder: Path = PACKAGED) -> None:
        import tokenizers

        try:
            about = json.loads((folder / "reader.json").read_text("utf-8"))
            if about["format_version"] != FORMAT_VERSION:
                raise ModelError(
                    f"the reader in {folder} has format {about['format_version']}, not {FORMAT_VERSION}: reinstall"
                )
            for name, digest in about["sha256"].items():
                with (folder / name).open("rb") as stream:
                    if file_sha256(stream) != digest:
                        raise ModelError(f"the reader's file {folder / name} is damaged: reinstall the package")
            self.tokenizer: Any = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
            unpacked = prepared(
                f"reader-{about['sha256']['reader.onnx'][:16]}-v{FORMAT_VERSION}",
                lambda made: optimise(folder / "reader.onnx", made, "reader"),
            )
            self._session = session(unpacked / "reader.onnx")
        except (OSError, KeyError, TypeError, ValueError, RuntimeError) as error:
            raise ModelError(f"the reader in {folder} cannot be used ({error}): reinstall the package") from error
        self.ranking: Mapping[str, float] = about.get("ranking", {})
        self.calibration: Mapping[str, float] = about.get("calibration", {})
        self.threshold: float = about.get("threshold", THRESHOLD)
        cls, sep, pad = (self.tokenizer.token_to_id(token) for token in ("[CLS]", "[SEP]", "[PAD]"))
        if cls is None or sep is None or pad is None:
            raise ModelError(f"the tokenizer of the reader in {folder} lacks [CLS], [SEP] or [PAD]: export it again")
        self.special = Special(cls, sep, pad, 1, about["max_length"], about["max_question"])

    def __call__(self, ids: Ids, mask: Ids, types: Ids) -> tuple[Logits, Logits]:
        start, end = self._session.run(None, dict(zip(FIELDS, (ids, mask, types), strict=True)))
        return start, end


class TransformersNetwork:
    """Any SQuAD-style model of transformers, by a local folder or a hub name, in PyTorch."""

    def __init__(self, name: str, notify: Callable[[str], None] | None = None) -> None:
        import transformers

        folder = model_folder(name, notify)
        try:
            with quiet():
                wrapped = transformers.AutoTokenizer.from_pretrained(folder)
                self._network = transformers.AutoModelForQuestionAnswering.from_pretrained(folder).eval()
        except (OSError, ValueError) as error:
            raise ModelError(f"no reader in {folder} ({error}): name a SQuAD-style model") from None
        if not wrapped.is_fast:
            raise ModelError(f"the reader {name} has no fast tokenizer: choose one that has a tokenizer.json")
        self.tokenizer = wrapped.backend_tokenizer
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self.ranking: Mapping[str, float] = {}
        self.calibration: Mapping[str, float] = {}
        self.threshold = THRESHOLD
        self._types = "token_type_ids" in wrapped.model_input_names
        between = wrapped("a", "b")["input_ids"].count(wrapped.sep_token_id) - 1
        self.special = Special(wrapped.cls_token_id, wrapped.sep_token_id, wrapped.pad_token_id, between)

    def __call__(self, ids: Ids, mask: Ids, types: Ids) -> tuple[Logits, Logits]:
        import torch

        given = dict(zip(FIELDS, map(torch.from_numpy, (ids, mask, types)), strict=True))
        if not self._types:
            del given["token_type_ids"]
        with torch.inference_mode():
            output = self._network(**given)
        return output.start_logits.float().numpy(), output.end_logits.float().numpy()


def open_network(name: str | None = None, notify: Callable[[str], None] | None = None) -> Network:
    """The reader in the package, or another: a folder with ``reader.json``, or a model for transformers.

    ``notify`` is told before a model is fetched from the hub.
    """
    if name is None:
        return OnnxNetwork()
    return OnnxNetwork(Path(name)) if (Path(name) / "reader.json").is_file() else TransformersNetwork(name, notify)


def pairs(network: Network, question: Sequence[int], pieces: Sequence[Sequence[int]]) -> tuple[Ids, Ids, Ids, int]:
    """A padded batch of question and passage pieces, (rows, tokens), and where the passage's tokens begin."""
    special = network.special
    head = [special.cls, *question, *[special.sep] * special.between]
    rows = [[*head, *piece, special.sep] for piece in pieces]
    width = max(map(len, rows))
    ids = np.full((len(rows), width), special.pad, dtype=np.int64)
    mask, types = np.zeros((len(rows), width), dtype=np.int64), np.zeros((len(rows), width), dtype=np.int64)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = row
        mask[i, : len(row)] = 1
        types[i, len(head) : len(row)] = 1
    return ids, mask, types, len(head)
