"""The reader's seam: the packaged network, and any other model of transformers."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from rag import Assistant
from rag.embed import find_model
from rag.errors import InputError, ModelError
from rag.network import PACKAGED, OnnxNetwork, Special, TransformersNetwork, open_network, pairs

QUESTION = "When did the mill burn down?"
PASSAGE = "The mill burnt down in 1911. Nobody was hurt."
QUESTIONS = [
    "Who keeps the town's records?",
    "How many bees were counted?",
    "What did the council pay for the meadows?",
    "When did the bees leave?",
    "Where is the honey sold?",
    "Who painted the ceiling?",
]


def test_the_packaged_reader_is_whole_and_small() -> None:
    about = json.loads((PACKAGED / "reader.json").read_text())
    for name, digest in about["sha256"].items():
        assert hashlib.sha256((PACKAGED / name).read_bytes()).hexdigest() == digest
    assert (PACKAGED / "reader.onnx").stat().st_size <= 30_000_000
    assert about["sha256"]["reader.onnx"] in (PACKAGED / "MODEL_CARD.md").read_text()
    assert 0 < about["threshold"] < 1 and about["calibration"] and about["ranking"]


def test_the_packaged_reader_reads() -> None:
    network = open_network()
    asked = network.tokenizer.encode(QUESTION, add_special_tokens=False).ids
    passage = network.tokenizer.encode(PASSAGE, add_special_tokens=False)
    ids, mask, types, head = pairs(network, asked, [passage.ids])
    start, _ = network(ids, mask, types)
    best = int(np.argmax(start[0, head:-1]))
    assert PASSAGE[slice(*passage.offsets[best])] in {"in", "1911"}


def test_a_pair_is_put_together_as_the_model_wants_it() -> None:
    class Two:
        special = Special(cls=0, sep=2, pad=1, between=2)

    ids, mask, types, head = pairs(Two(), [5, 6], [[7], [8, 9]])  # type: ignore[arg-type]
    assert ids.tolist() == [[0, 5, 6, 2, 2, 7, 2, 1], [0, 5, 6, 2, 2, 8, 9, 2]]
    assert mask.tolist() == [[1] * 7 + [0], [1] * 8] and head == 5
    assert types.tolist() == [[0, 0, 0, 0, 0, 1, 1, 0], [0, 0, 0, 0, 0, 1, 1, 1]]


@pytest.mark.parametrize("name", ["reader.onnx", "tokenizer.json"])
def test_a_damaged_reader_is_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "reader"
    shutil.copytree(PACKAGED, folder)
    (folder / name).write_bytes((folder / name).read_bytes()[:-1])
    with pytest.raises(ModelError, match="damaged"):
        OnnxNetwork(folder)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_another_model_reads_through_the_same_seam(tmp_path: Path, article: Path) -> None:
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForQuestionAnswering

    torch.manual_seed(1)
    config = BertConfig(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64)
    BertForQuestionAnswering(config).save_pretrained(tmp_path / "tiny")
    AutoTokenizer.from_pretrained(find_model().folder).save_pretrained(tmp_path / "tiny")
    network = open_network(str(tmp_path / "tiny"))
    assert isinstance(network, TransformersNetwork) and network.special.between == 1
    reply = Assistant.from_sources([article], reader=str(tmp_path / "tiny"), threshold=0).ask("Who counted bees?")
    [citation, *_] = reply.citations
    text = article.read_text("utf-8")
    assert text[citation.start : citation.end] == citation.quote
    assert citation.answer_start is not None and text[citation.answer_start : citation.answer_end] == reply.answer


def by_margin_alone(folder: Path) -> Path:
    """The packaged reader without the weights by which it ranks and calibrates: other models bring none."""
    shutil.copytree(PACKAGED, folder)
    about = json.loads((folder / "reader.json").read_text("utf-8"))
    for name in ("ranking", "calibration"):
        del about[name]
    (folder / "reader.json").write_text(json.dumps(about), "utf-8")
    return folder


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_packaged_weights_in_pytorch_give_the_same_answers(tmp_path: Path, article: Path) -> None:
    from training.unpack import MAX_DIFFERENCE, unpack

    folder = tmp_path / "float32"
    assert unpack(PACKAGED, folder) <= MAX_DIFFERENCE
    other = open_network(str(folder))
    assert isinstance(other, TransformersNetwork) and other.special == open_network().special
    readers = (by_margin_alone(tmp_path / "onnx"), folder)
    onnx, torch = (Assistant.from_sources([article], reader=str(reader), threshold=0) for reader in readers)
    for question in QUESTIONS:
        one, two = onnx.ask(question), torch.ask(question)
        assert one.citations == two.citations != () and one.answer == two.answer
        assert one.confidence == pytest.approx(two.confidence, abs=1e-3)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_unpacking_refuses_what_it_cannot_do(tmp_path: Path) -> None:
    from training.unpack import described, unpack

    with pytest.raises(InputError, match="there already"):
        unpack(PACKAGED, tmp_path)
    with pytest.raises(ModelError, match="no reader"):
        unpack(tmp_path, tmp_path / "new")
    with pytest.raises(ModelError, match="export it again"):
        described([], {})
    assert list(tmp_path.iterdir()) == []
