"""The README's set-up, as far as .ci/run does not do it itself."""

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
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(1)


def test_make_chat_serves_the_page_and_installs_nothing_again(tmp_path: Path) -> None:
    """With an empty home. (.ci/run starts from a fresh clone, so that ``make test`` has installed everything.)"""
    port = free_port()
    environment = {**os.environ, "HOME": str(tmp_path), "GRADIO_SERVER_PORT": str(port)}
    environment.pop("RAG_CACHE", None)
    with subprocess.Popen(["make", "chat"], cwd=ROOT, env=environment, start_new_session=True) as server:
        try:
            assert b"Ask the Article" in fetch(f"http://127.0.0.1:{port}/", seconds=600)
        finally:
            os.killpg(server.pid, signal.SIGTERM)
    again = subprocess.run(["make", "--dry-run", "chat"], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert "install" not in again.stdout


def test_pip_install_puts_the_whole_package_into_an_environment(tmp_path: Path) -> None:
    """``pip install .`` without fetching again what this environment has."""
    site, folder = tmp_path / "site", tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", ROOT, folder], check=True)
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site), "."]
    subprocess.run(install, cwd=folder, check=True)
    asked = subprocess.run(
        [sys.executable, str(site / "bin" / "rag"), "ask", "Who wrote this?"],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(site)}, capture_output=True, text=True,
    )  # fmt: skip
    assert asked.returncode == 0 and asked.stdout.startswith("Sergey Radchenko")
