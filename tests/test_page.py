from __future__ import annotations

from pathlib import Path

import pytest

from rag import Assistant
from rag.page import answer


@pytest.fixture
def assistant(article: Path) -> Assistant:
    return Assistant.from_sources([article])


def test_an_exchange_is_added_to_the_conversation(assistant: Assistant) -> None:
    left, messages, turns = answer(assistant, "Who wrote this?", [], [])
    assert left == ""
    assert [m["role"] for m in messages] == ["user", "assistant"]
    assert "<mark>Ann Lee</mark>" in messages[1]["content"] and "[1]" in messages[1]["content"]
    assert turns[0].answer == "Ann Lee"


def test_nothing_unescaped_reaches_the_page(assistant: Assistant) -> None:
    _, messages, _ = answer(assistant, "Is <script>alert(1)</script> *this* $x$ {{y}} said?", [], [])
    assert not set("<>*${}") & set(messages[0]["content"].replace("&#", ""))


def test_a_question_that_cannot_be_asked_is_kept_for_mending(assistant: Assistant) -> None:
    left, messages, turns = answer(assistant, "x" * 3000, [], [])
    assert left == "x" * 3000 and turns == []
    assert "Could not ask" in messages[1]["content"] and "missing" not in messages[1]["content"]
