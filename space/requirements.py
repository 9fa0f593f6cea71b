"""Write requirements.txt, all that a Hugging Face Space installs, from pyproject.toml and constraints.txt.

``python space/requirements.py``, after a change of either (https://huggingface.co/docs/hub/spaces-dependencies).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
HEAD = """# Written by space/requirements.py: change pyproject.toml or constraints.txt instead.
# PyTorch's own index has the CPU build, as a later version than the GPU build of PyPI.
--extra-index-url https://download.pytorch.org/whl/cpu
"""


def requirements(project: str, constraints: str) -> str:
    """The content of requirements.txt: the dependencies of the page and of MCP, as tested."""
    about = tomllib.loads(project)["project"]
    needed = [*about["dependencies"], *about["optional-dependencies"]["mcp"]]
    return HEAD + "".join(f"{line}\n" for line in pinned(needed, constraints.splitlines()))


def pinned(needed: Sequence[str], constraints: Sequence[str]) -> list[str]:
    """Each requirement with the version that the constraints give it, or as it is when they give none.

    >>> pinned(["Torch>=2", "click"], ["# tested", "torch==2.1; python_version < '3.11'", "torch==2.2"])
    ["torch==2.1; python_version < '3.11'", 'torch==2.2', 'click']
    """
    versions: dict[str, list[str]] = {}
    for line in constraints:
        if line and not line.startswith("#"):
            versions.setdefault(name(line), []).append(line)
    return [line for requirement in needed for line in versions.get(name(requirement), [requirement])]


def name(requirement: str) -> str:
    """The package that a requirement is for, as pip compares names.

    >>> name("PyStemmer>=2.2")
    'pystemmer'
    """
    return canonicalize_name(Requirement(requirement).name)


def main() -> None:
    project, constraints = ((ROOT / file).read_text("utf-8") for file in ("pyproject.toml", "constraints.txt"))
    (ROOT / "requirements.txt").write_text(requirements(project, constraints), "utf-8")


if __name__ == "__main__":
    main()
