"""The README's set-up on a fresh machine: a clone, an empty home, no virtual environment active."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow


def clone(folder: Path) -> Path:
    subprocess.run(["git", "clone", "--quiet", ROOT, folder / "clone"], check=True)
    return folder / "clone"


def fresh_environment(home: Path) -> dict[str, str]:
    kept = {
        key: value
        for key, value in os.environ.items()
        if key == "PATH" or key.startswith("PIP_") or "PROXY" in key.upper()
    }
    kept["PATH"] = os.pathsep.join(p for p in kept["PATH"].split(os.pathsep) if ".venv" not in p)
    return {**kept, "HOME": str(home)}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetch(url: str, seconds: float) -> bytes:
    """The page at a URL, waiting for the server to come up."""
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=10) as page:
                return bytes(page.read())
        except OSError:  # noqa: PERF203
            if time.monotonic() > end:
                raise
            time.sleep(1)


def test_make_chat_installs_everything_and_serves_the_page(tmp_path: Path) -> None:
    folder, port = clone(tmp_path), free_port()
    environment = {**fresh_environment(tmp_path), "GRADIO_SERVER_PORT": str(port)}
    with subprocess.Popen(["make", "chat"], cwd=folder, env=environment, start_new_session=True) as server:
        try:
            assert b"Ask the Article" in fetch(f"http://127.0.0.1:{port}/", seconds=600)
        finally:
            os.killpg(server.pid, signal.SIGTERM)
    asked = subprocess.run(
        [folder / ".venv/bin/rag", "ask", "Who wrote this?"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert (asked.returncode, asked.stderr) == (0, "")
    again = subprocess.run(["make", "--dry-run", "chat"], cwd=folder, env=environment, capture_output=True, text=True)
    assert "install" not in again.stdout


def test_pip_install_puts_the_whole_package_into_an_environment(tmp_path: Path) -> None:
    """``pip install .`` without fetching again what this environment has."""
    folder = clone(tmp_path)
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", tmp_path / "site", "."], cwd=folder, check=True)  # fmt: skip
    asked = subprocess.run(
        [sys.executable, tmp_path / "site/bin/rag", "ask", "Who wrote this?"],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(tmp_path / "site")}, capture_output=True, text=True,
    )  # fmt: skip
    assert asked.returncode == 0 and asked.stdout.startswith("Sergey Radchenko")
