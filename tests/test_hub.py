"""Models named as on the Hugging Face hub: fetched from a hub of our own, once, and only what is used."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from rag.embed import find_model
from tests.conftest import Rag

NAME = "acme/tiny-squad"
REVISION = "1" * 40
UNREACHABLE = "http://127.0.0.1:9"


@dataclass
class Hub:
    """A server that gives one repository's files, and what was asked of it."""

    address: str
    fetched: list[str] = field(default_factory=list)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """An untrained SQuAD-style model, beside it the same weights in formats that are not used."""
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForQuestionAnswering

    folder = tmp_path / "repository"
    torch.manual_seed(1)
    config = BertConfig(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64)
    BertForQuestionAnswering(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(find_model().folder).save_pretrained(folder)
    (folder / "onnx").mkdir()
    for unused in ("pytorch_model.bin", "flax_model.msgpack", "tf_model.h5", "onnx/model.onnx"):
        (folder / unused).write_bytes(b"large")
    return folder


@pytest.fixture
def hub(repository: Path) -> Iterator[Hub]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            files = sorted(str(f.relative_to(repository)) for f in repository.rglob("*") if f.is_file())
            if path.startswith(f"/api/models/{NAME}/tree/"):
                sizes = [(file, (repository / file).stat().st_size) for file in files]
                tree = [{"type": "file", "path": file, "size": size, "oid": "0" * 40} for file, size in sizes]
                self.answer(200, json.dumps(tree).encode(), "application/json")
            elif path.startswith(f"/api/models/{NAME}"):
                siblings = [{"rfilename": file} for file in files]
                body = json.dumps({"id": NAME, "modelId": NAME, "sha": REVISION, "siblings": siblings}).encode()
                self.answer(200, body, "application/json")
            elif path.startswith(f"/{NAME}/resolve/") and path.split("/", 5)[5] in files:
                name = path.split("/", 5)[5]
                if self.command == "GET":
                    served.fetched.append(name)
                self.answer(200, (repository / name).read_bytes(), "application/octet-stream")
            else:
                self.answer(404, b"{}", "application/json", **{"X-Error-Code": "RepoNotFound"})

        def answer(self, status: int, body: bytes, kind: str, **more: str) -> None:
            self.send_response(status)
            tag = f'"{hashlib.sha256(body).hexdigest()}"'
            head = {"Content-Type": kind, "Content-Length": str(len(body)), "ETag": tag, "X-Repo-Commit": REVISION}
            for name, value in (head | more).items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = Hub(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield served
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_reader_by_its_hub_name_is_fetched_once_and_reads(rag: Rag, hub: Hub, article: Path, tmp_path: Path) -> None:
    ask = ["ask", "Who counted bees?", "--source", article, "--reader", NAME, "--threshold", "0", "--json"]
    env = {"HF_ENDPOINT": hub.address, "HF_HOME": str(tmp_path / "hf"), "HF_HUB_DISABLE_XET": "1"}
    first = rag(*ask, env=env)
    assert first.returncode == 0, first.stderr
    assert f"Fetching the model {NAME} (once)" in first.stderr
    citation = json.loads(first.stdout)["citations"][0]
    assert article.read_text("utf-8")[citation["start"] : citation["end"]] == citation["quote"]
    assert {"config.json", "model.safetensors", "tokenizer.json"} <= set(hub.fetched)
    assert not [name for name in hub.fetched if name.endswith((".bin", ".msgpack", ".h5", ".onnx"))]
    hub.fetched.clear()
    for without_network in ({"HF_HUB_OFFLINE": "1"}, {"HF_ENDPOINT": UNREACHABLE}):
        again = rag(*ask, env=env | without_network)
        assert json.loads(again.stdout)["citations"] == json.loads(first.stdout)["citations"], again.stderr
        assert again.stderr == "" and hub.fetched == []


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_older_weights_are_fetched_where_there_are_no_others(
    rag: Rag, hub: Hub, repository: Path, article: Path, tmp_path: Path
) -> None:
    import torch
    from safetensors.torch import load_file

    torch.save(load_file(repository / "model.safetensors"), repository / "pytorch_model.bin")
    (repository / "model.safetensors").unlink()
    env = {"HF_ENDPOINT": hub.address, "HF_HOME": str(tmp_path / "hf"), "HF_HUB_DISABLE_XET": "1"}
    done = rag("ask", "Who counted bees?", "--source", article, "--reader", NAME, "--threshold", "0", env=env)
    assert done.returncode == 0 and "pytorch_model.bin" in hub.fetched, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("reached", [True, False])
def test_a_name_that_cannot_be_fetched_is_one_line(rag: Rag, hub: Hub, tmp_path: Path, reached: bool) -> None:
    env = {"HF_ENDPOINT": hub.address if reached else UNREACHABLE, "HF_HOME": str(tmp_path / "hf")}
    done = rag("ask", "Who?", "--reader", "acme/unknown", env=env)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith("rag: no model acme/unknown: name a folder") and done.stderr.count("\n") == 1
