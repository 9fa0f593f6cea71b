"""Data flows one way, and what is heavy is imported only where it is used."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import rag
from tests.conftest import ROOT

# Each module may import those before it.
ORDER = [
    "errors", "data", "squad", "score", "decode", "byline", "dateline", "markdown", "layout", "load", "chunk", "terms", "hub", "runtime", "embed", "index", "store", "retrieve",
    "network", "read", "spelling", "disfluency", "unwrap", "about", "followup", "mentions",
    "compose", "show", "assistant", "batch", "evaluate", "english", "draft", "suggest", "feedback", "guard",
    "console", "words", "article", "message", "conversation", "export", "widgets", "page", "serve", "cli", "__main__",
]  # fmt: skip
HEAVY = {"torch", "sentence_transformers", "gradio", "onnxruntime", "faiss", "bm25s", "tokenizers", "Stemmer", "onnx"}


def imports(path: Path, everywhere: bool) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    nodes = list(ast.walk(tree)) if everywhere else tree.body
    names = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return names | {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}


@pytest.mark.parametrize("path", sorted((ROOT / "rag").glob("*.py")), ids=lambda path: path.stem)
def test_a_stage_imports_only_earlier_ones(path: Path) -> None:
    if path.stem == "__init__":
        return
    place = ORDER.index(path.stem)
    own = {name.split(".")[1] for name in imports(path, everywhere=True) if name.startswith("rag.")}
    assert own <= set(ORDER[:place])
    assert not HEAVY & {name.split(".")[0] for name in imports(path, everywhere=False)}


def test_an_answer_needs_no_heavy_library() -> None:
    script = (
        "import sys; from rag import Assistant; Assistant.open('index').ask('Who met whom in the capital?');"
        "print(sorted({'torch', 'sentence_transformers', 'gradio', 'transformers', 'onnx'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_importing_the_package_imports_nothing_of_weight() -> None:
    script = "import sys; import rag; print(sorted({'numpy', 'click', 'faiss'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_public_names() -> None:
    assert rag.__all__ == ["Assistant", "Citation", "RagError", "Reply", "Turn", "__version__"]
    for name in rag.__all__:
        assert getattr(rag, name)
    with pytest.raises(AttributeError):
        rag.nothing  # noqa: B018
