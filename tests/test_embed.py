from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

import numpy as np
import pytest

from rag import embed
from rag.embed import DEFAULT_MODEL, DEFAULT_SHA256, SentenceTransformerEncoder, find_model, open_encoder
from rag.errors import ModelError
from rag.runtime import cache_folder

TEXTS = [
    "Who?",
    "The harbour froze in 1851; nobody could leave. " * 9,
    "A very long text. " * 300,
    "naïve café — “ünïcode” 😀",
    "a",
]


def test_questions_become_unit_vectors() -> None:
    vectors = open_encoder().encode_questions(TEXTS)
    assert vectors.shape == (5, 384) and vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(5), abs=1e-5)


def test_a_text_has_the_same_vector_alone_and_in_a_batch() -> None:
    encoder = open_encoder()
    assert np.abs(encoder.encode(TEXTS)[0] - encoder.encode(TEXTS[:1])[0]).max() < 1e-5


def test_a_damaged_export_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_CACHE", str(tmp_path))
    folder = tmp_path / f"encoder-{DEFAULT_SHA256[:16]}-v1"
    folder.mkdir()
    (folder / "encoder.json").write_text("{}")
    with pytest.raises(ModelError, match="delete that folder"):
        open_encoder()


def test_weights_that_are_not_the_published_ones_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.setattr(embed, "_packaged", lambda: tmp_path)
    with pytest.raises(ModelError, match="not the published ones"):
        find_model()


def test_a_folder_without_weights_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no .*safetensors weights"):
        find_model(str(tmp_path))


def test_a_cache_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path


@pytest.mark.slow
def test_the_export_equals_sentence_transformers() -> None:
    original = SentenceTransformerEncoder(find_model())
    assert np.abs(original.encode(TEXTS) - open_encoder().encode(TEXTS)).max() < 1e-4


def tiny_model(folder: Path) -> Path:
    """A sentence-transformers model of our own: two small random layers, the default one's tokenizer."""
    import sentence_transformers
    import torch
    from sentence_transformers import models
    from transformers import AutoTokenizer, BertConfig, BertModel

    torch.manual_seed(1)
    config = BertConfig(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64)
    BertModel(config).save_pretrained(folder / "bert")
    AutoTokenizer.from_pretrained(find_model(DEFAULT_MODEL).folder).save_pretrained(folder / "bert")
    words = models.Transformer(str(folder / "bert"), max_seq_length=40)
    pooling = models.Pooling(words.get_embedding_dimension(), "cls")
    sentence_transformers.SentenceTransformer(modules=[words, pooling], device="cpu").save(str(folder / "tiny"))
    return folder / "tiny"


def export_in_process(folder: str, cache: str) -> float:
    import os

    os.environ["RAG_CACHE"] = cache
    return float(open_encoder(folder).encode(["one text"])[0, 0])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_another_model_by_its_folder_exported_by_two_processes_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, cache = tiny_model(tmp_path), tmp_path / "cache"
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        values = pool.starmap(export_in_process, [(str(folder), str(cache))] * 2)
    assert values[0] == values[1]
    [made] = cache.iterdir()
    assert json.loads((made / "encoder.json").read_text())["max_tokens"] == 40
    monkeypatch.setenv("RAG_CACHE", str(cache))
    original = SentenceTransformerEncoder(find_model(str(folder)))
    assert np.abs(original.encode(TEXTS) - open_encoder(str(folder)).encode(TEXTS)).max() < 1e-4
