"""JSON Lines of questions -> records of answers, one by one: what ``rag ask --batch`` reads and writes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from rag.assistant import Assistant
from rag.data import Turn
from rag.errors import InputError


def answers(assistant: Assistant, lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """A record for every line that is not blank, as soon as it is answered; {"id", "error"} for a bad one."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _answer_line(assistant, line, number)


def _answer_line(assistant: Assistant, line: bytes, number: int) -> dict[str, Any]:
    id = None
    try:
        given = json.loads(line)
        json.dumps(given, allow_nan=False)
    except (ValueError, RecursionError):
        return {"id": None, "error": f"line {number}: not JSON in UTF-8"}
    try:
        id = given.get("id") if isinstance(given, dict) else None
        question, history = _parse(given)
        return assistant.ask(question, history).to_dict(id)
    except InputError as error:
        return {"id": id, "error": f"line {number}: {error}"}


def _parse(given: Any) -> tuple[str, list[Turn]]:
    """Question and history of one batch record; InputError says what is missing."""
    if not isinstance(given, dict):
        raise InputError("not a JSON object")
    question, turns = given.get("question"), given.get("history")
    turns = [] if turns is None else turns
    if not isinstance(question, str):
        raise InputError('"question" is missing or not text')
    shape = 'a list of {"question", "answer"}'
    if not isinstance(turns, list) or not all(isinstance(turn, dict) for turn in turns):
        raise InputError(f'"history" is not {shape}')
    history = [Turn(turn.get("question"), turn.get("answer")) for turn in turns]
    if not all(isinstance(t.question, str) and isinstance(t.answer, str | None) for t in history):
        raise InputError(f'"history" is not {shape}')
    return question, history
