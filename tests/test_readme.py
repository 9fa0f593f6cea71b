"""What the README says is so: its commands run and print what it shows; every option is in it."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from rag.cli import cli
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
STEPS = [
    (lines[0], "\n".join(lines[1:]).strip())
    for block in BLOCKS
    for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    if (lines := step.rstrip().split("\n"))
]
ELSEWHERE = {"make chat", "make test", "pip install ."}
"""Run by test_setup.py, and by .ci/run itself."""


@pytest.mark.parametrize(("command", "output"), [s for s in STEPS if s[0] not in ELSEWHERE])
def test_a_command_prints_what_the_readme_shows(command: str, output: str, tmp_path: Path) -> None:
    words = [str(tmp_path / word) if word == "my-index" else word for word in shlex.split(command)]
    assert words[0] == "rag"
    if "--index" in words:
        subprocess.run(
            [sys.executable, "-m", "rag", "index", "seeds", "--out", tmp_path / "my-index"], cwd=ROOT, check=True
        )
    done = subprocess.run(
        [sys.executable, "-m", "rag", *words[1:]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert done.returncode in {0, 3}, done.stderr
    if output:
        assert done.stdout.strip() == output


def test_every_command_of_the_readme_is_run_by_a_test() -> None:
    setup = (ROOT / "tests" / "test_setup.py").read_text() + (ROOT / ".ci" / "run").read_text()
    assert {command for command, _ in STEPS} >= ELSEWHERE
    for command in ELSEWHERE:
        assert command in setup.replace('", "', " ")


def test_the_python_example_runs() -> None:
    [example] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    subprocess.run([sys.executable, "-c", example], cwd=ROOT, check=True, capture_output=True)


def test_every_command_and_option_is_documented() -> None:
    for name, command in cli.commands.items():
        assert f"`rag {name}" in README
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help
                assert any(option in README for option in parameter.opts), parameter.name


def test_every_file_is_on_the_map() -> None:
    for path in (ROOT / "rag").glob("*.py"):
        if not path.stem.startswith("__"):
            assert f"`rag/{path.name}`" in README, path.name


def test_every_dependency_has_its_reason() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    [listed] = re.findall(r"^dependencies = \[(.*?)\]", project, re.DOTALL | re.MULTILINE)
    for name in re.findall(r'"([A-Za-z0-9-]+)', listed):
        assert re.search(rf"^\|.*\b{re.escape(name)}\b.*\|.*\(.+\) \|$", README, re.MULTILINE), name
