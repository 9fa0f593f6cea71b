# Each goal makes what it needs: the virtual environment in .venv, installed once.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: chat test test-all lint bench picture requirements clean

chat: .venv/installed  ## install everything, start the page on http://127.0.0.1:7860
	$(BIN)/python app.py

test: .venv/installed  ## install everything, run the fast tests
	$(BIN)/python -m pytest

test-all: .venv/installed  ## also the tests that take seconds or minutes
	$(BIN)/python -m pytest -m "slow or not slow"

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/installed  ## time the command, a warm question, the reader, the page and many visitors, beside their peers
	$(BIN)/python -m benchmarks.speed
	$(BIN)/python -m benchmarks.reader
	$(BIN)/python -m benchmarks.page
	$(BIN)/python -m benchmarks.load

requirements: .venv/installed  ## write requirements.txt, which a Space installs, from pyproject.toml
	$(BIN)/python space/requirements.py

picture: .venv/installed  ## the README's picture of the page
	$(BIN)/python -m docs.picture

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	touch $@

clean:
	rm -rf .venv build *.egg-info
