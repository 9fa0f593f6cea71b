"""A visitor's conversation, without a browser."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from rag import Assistant
from rag.conversation import LONGEST, Desk, Exchange, exported
from rag.data import Citation, Reply
from rag.feedback import Feedback, read
from rag.words import catalogue

EN = catalogue()["en"]


@pytest.fixture
def assistant(article: Path) -> Assistant:
    return Assistant.from_sources([article])


def asked(desk: Desk, question: str, before: tuple[Exchange, ...] = ()) -> Exchange:
    *_, last = desk.ask(question, before)
    assert isinstance(last, Exchange)
    return last


def test_an_exchange_is_shown_as_two_messages(assistant: Assistant) -> None:
    desk = Desk(assistant)
    first = asked(desk, "Who wrote this?")
    messages = desk.messages([first], EN)
    assert [m["role"] for m in messages] == ["user", "assistant"]
    assert "<mark>Ann Lee</mark>" in messages[1]["content"]
    assert "**Ann Lee**" in exported([first]) and "## Who wrote this?" in exported([first])


def test_a_follow_up_is_read_in_the_light_of_what_came_before(assistant: Assistant) -> None:
    desk = Desk(assistant)
    first = asked(desk, "Who counted 4,200 bees in one afternoon?")
    then = asked(desk, "When did she count them?", (first, Exchange("?!", problem="Empty.")))
    assert then.reply and "Adeyemi" in then.reply.resolved_question


def test_what_cannot_be_asked_is_a_problem_and_not_a_reply(assistant: Assistant) -> None:
    exchange = asked(Desk(assistant), "x" * 3000)
    assert exchange.reply is None and exchange.problem.startswith("The question has 3000 characters")
    [_, shown] = Desk(assistant).messages([exchange], EN)
    assert "failure" in shown["content"] and "missing" not in shown["content"]


def test_a_source_that_changed_is_a_problem_too(assistant: Assistant, article: Path) -> None:
    article.write_text("Other words altogether, and nothing of what was read.", "utf-8")
    assert "changed" in asked(Desk(assistant), "Who wrote this?").problem


def test_an_exchange_that_broke_off_says_what_to_do(assistant: Assistant) -> None:
    [_, shown] = Desk(assistant).messages([Exchange("Who?")], EN)
    assert "failure" in shown["content"] and "Try again" in shown["content"]


def test_the_passage_is_shown_while_the_reader_takes_its_time(assistant: Assistant, article: Path) -> None:
    class Slow:
        def read(self, *given: Any) -> list[Any]:
            time.sleep(0.5)
            return []

    desk = Desk(assistant)
    assistant._reader = Slow()
    passage, last = desk.ask("How many bees were counted?", [])
    assert isinstance(passage, Citation) and passage.n is None
    assert article.read_text("utf-8")[passage.start : passage.end] == passage.quote
    assert isinstance(last, Exchange) and isinstance(last.reply, Reply) and last.reply.status == "not_found"


def test_suggestions_can_be_answered_and_are_not_repeated(assistant: Assistant) -> None:
    desk = Desk(assistant)
    first = desk.suggested([], patience=60)
    assert first
    exchanges = [asked(desk, question) for question in first]
    assert all(e.reply and e.reply.status == "answered" for e in exchanges)
    assert not {e.question for e in exchanges} & set(desk.suggested(exchanges))


def test_questions_and_ratings_are_kept_when_the_owner_wants_it(assistant: Assistant, tmp_path: Path) -> None:
    desk = Desk(assistant, Feedback(tmp_path / "log"))
    exchanges = [asked(desk, "Who wrote this?"), asked(desk, "What is tungsten?")]
    desk.rate(exchanges, 1, liked=False)
    desk.rate(exchanges, 7, liked=True)
    kept = read(tmp_path / "log")
    assert [(r.question, r.status, r.rating) for r in kept] == [
        ("Who wrote this?", "answered", None),
        ("What is tungsten?", "not_found", "down"),
    ]
    assert LONGEST >= 20
