"""The repository as a Hugging Face Space: what its build installs, and the page that it serves."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from space.requirements import name, requirements
from tests.conftest import ROOT
from tests.test_serve import SITECUSTOMIZE

PROJECT, CONSTRAINTS, WRITTEN = (
    (ROOT / file).read_text("utf-8") for file in ("pyproject.toml", "constraints.txt", "requirements.txt")
)
INDEX = "--extra-index-url https://download.pytorch.org/whl/cpu"

ASK = """
import json, httpx
from benchmarks.load import ask, serving
with serving({}, seconds=600) as address, httpx.Client(base_url=address, timeout=60) as client:
    page, tools = client.get("/"), client.get("/gradio_api/mcp/schema").json()
    asked = ask(client, "Who wrote this?")
    print(json.dumps([asked, [tool["name"] for tool in tools], dict(page.headers)]))
"""


def front_matter() -> dict[str, Any]:
    """The head of the README, as the hub's own library reads it."""
    from huggingface_hub import metadata_load

    return metadata_load(ROOT / "README.md") or {}


def test_the_requirements_are_those_of_the_project() -> None:
    assert requirements(PROJECT, CONSTRAINTS) == WRITTEN, "run `python space/requirements.py`"


def test_every_dependency_is_among_them_and_nothing_is_taken_from_elsewhere() -> None:
    [listed] = re.findall(r"^dependencies = \[(.*?)\]", PROJECT, re.DOTALL | re.MULTILINE)
    lines = [line for line in WRITTEN.splitlines() if not line.startswith("#")]
    assert {name(line) for line in lines if line != INDEX} == {name(n) for n in re.findall('"(.+)"', listed)} | {"mcp"}
    assert lines.count(INDEX) == 1


def test_what_the_constraints_do_not_name_stays_as_the_project_has_it() -> None:
    project = '[project]\ndependencies = ["Torch>=2", "click"]\noptional-dependencies = { mcp = ["mcp<2"] }'
    written = requirements(project, "# tested\n\ntorch==2.1; python_version < '3.11'\ntorch==2.2\nother==1\nmcp==1.5\n")
    assert written.splitlines()[-4:] == ["torch==2.1; python_version < '3.11'", "torch==2.2", "click", "mcp==1.5"]


def test_the_front_matter_is_what_a_space_takes() -> None:
    matter = front_matter()
    colours = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
    assert matter["sdk"] == "gradio" and f"gradio=={matter['sdk_version']}" in CONSTRAINTS.split()
    assert matter["title"] == "Ask the Article" and 0 < len(matter["short_description"]) <= 60
    assert {matter["colorFrom"], matter["colorTo"]} <= colours
    assert (ROOT / matter["app_file"]).is_file()
    assert f'license = "{matter["license"]}"' in PROJECT.lower()
    assert f'"Programming Language :: Python :: {matter["python_version"]}"' in PROJECT


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that is gone afterwards: pytest would keep its 2 GB for three more runs."""
    with tempfile.TemporaryDirectory() as temporary:
        yield Path(temporary)


@pytest.mark.slow
def test_a_space_is_built_and_answers(folder: Path) -> None:
    """In an environment of its own, with an empty home and nothing but this machine to reach."""
    python = build(folder)
    copy_repository(folder / "app")
    (folder / "sitecustomize.py").write_text(SITECUSTOMIZE)
    done = subprocess.run(
        [python, "-c", ASK],
        cwd=folder / "app",
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder / "home"),
            "PYTHONPATH": str(folder),
            "WATCHED": str(folder / "connects.txt"),
            "SYSTEM": "spaces",
            "SPACE_ID": "someone/article",
        },
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
    [[event, [record]], tools, headers] = json.loads(done.stdout)
    assert (event, record["status"]) == ("complete", "answered")
    assert record["citations"][0]["quote"] == quoted(record["citations"][0])
    assert tools == ["article_ask"]
    assert headers["content-security-policy"].endswith("frame-ancestors 'self' https://huggingface.co")
    assert not (folder / "connects.txt").exists(), (folder / "connects.txt").read_text()


def build(folder: Path) -> Path:
    """A virtual environment with what a Space's build log shows it to install: the path of its Python."""
    version = front_matter()["sdk_version"]
    lines = WRITTEN.splitlines()
    if not reached("download.pytorch.org"):
        lines.remove(INDEX)  # pip would try five times for each package, minutes in all
    (folder / "requirements.txt").write_text("\n".join(lines))
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", folder / "requirements.txt",
         f"gradio[oauth,mcp]=={version}", "uvicorn>=0.14.0", "websockets>=10.4", "spaces"],
        check=True, timeout=1800,
    )  # fmt: skip
    return python


def reached(host: str) -> bool:
    try:
        return bool(socket.getaddrinfo(host, 443))
    except OSError:
        return False


def copy_repository(folder: Path) -> None:
    """What git has, or would take."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for file in filter(None, listed.stdout.split("\0")):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / file).exists():
            shutil.copy2(ROOT / file, folder / file)


def quoted(citation: dict[str, Any]) -> str:
    """What stands in the article where a citation points."""
    text = (ROOT / citation["text_file"]).read_bytes().decode("utf-8")
    quote: str = text[citation["start"] : citation["end"]]
    return quote
