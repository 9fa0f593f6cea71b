"""A visitor's conversation, without a browser."""

from __future__ import annotations

import datetime
import time
from pathlib import Path
from typing import Any

import pytest

from rag import Assistant
from rag.conversation import LONGEST, Conversation, Desk, Exchange
from rag.export import exported
from rag.feedback import Feedback, read
from rag.widgets import titles
from rag.words import catalogue

EN = catalogue()["en"]


@pytest.fixture
def assistant(article: Path) -> Assistant:
    return Assistant.from_sources([article])


def asked(desk: Desk, question: str, mine: Conversation) -> Exchange:
    *_, last = desk.ask(question, mine)
    return last


def test_an_exchange_is_shown_as_two_messages(assistant: Assistant) -> None:
    desk, mine = Desk(assistant), Conversation()
    asked(desk, "Who wrote this?", mine)
    messages = desk.messages(mine, EN)
    assert [m["role"] for m in messages] == ["user", "assistant"]
    assert "<mark>Ann Lee</mark>" in messages[1]["content"]


def test_a_conversation_is_exported_with_its_failures_told_apart(assistant: Assistant) -> None:
    desk, mine = Desk(assistant), Conversation()
    for question in ("Who wrote this?", "What is tungsten?", "?!"):
        asked(desk, question, mine)
    mine.add(Exchange("Still being read?"))
    text = exported(mine, EN, datetime.date(2026, 1, 2))
    assert text.startswith("# Ask the Article\n\n2026-01-02\n\n## Who wrote this?\n\n**Ann Lee**")
    assert "## What is tungsten?\n\n*The article does not say.*" in text
    assert "**The question could not be asked\\.** It is empty" in text
    assert "Still" not in text


def test_a_follow_up_is_read_in_the_light_of_what_came_before(assistant: Assistant) -> None:
    desk, mine = Desk(assistant), Conversation()
    asked(desk, "Who counted 4,200 bees in one afternoon?", mine)
    asked(desk, "?!", mine)
    then = asked(desk, "When did she count them?", mine)
    assert then.reply and "Adeyemi" in then.reply.resolved_question


def test_a_question_word_alone_is_asked_of_the_last_question_or_not_at_all(assistant: Assistant) -> None:
    desk, mine = Desk(assistant), Conversation()
    first = asked(desk, "And when?", mine)
    assert first.reply is None and first.problem == "bare"  # not "The article does not say."
    assert "ask the whole question" in desk.messages(mine, EN)[1]["content"]
    asked(desk, "Where did she count 4,200 bees?", mine)
    then = asked(desk, "And when?", mine)
    assert then.reply and then.reply.resolved_question == "When did she count 4,200 bees?"


def test_what_cannot_be_asked_is_a_problem_and_not_a_reply(assistant: Assistant) -> None:
    desk, mine = Desk(assistant), Conversation()
    exchange = asked(desk, "x" * 300_000, mine)
    assert exchange.reply is None and exchange.problem == "long"
    assert len(exchange.question) == 1000  # no more is kept
    [_, shown] = desk.messages(mine, EN)
    assert "failure" in shown["content"] and "missing" not in shown["content"]
    assert "longer than 1000 characters" in shown["content"]
    [_, shown] = desk.messages(mine, catalogue()["de"])
    assert "länger als 1000 Zeichen" in shown["content"]
    assert "1000 caractères" in exported(mine, catalogue()["fr"], datetime.date(2026, 1, 2))
    assert asked(desk, "\ud800 who?", mine).reply


def test_a_source_that_changed_is_a_problem_too(assistant: Assistant, article: Path) -> None:
    article.write_text("Other words altogether, and nothing of what was read.", "utf-8")
    assert "changed" in asked(Desk(assistant), "Who wrote this?", Conversation()).problem


class Reader:
    """Reads slowly, or breaks."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def read(self, *given: Any) -> list[Any]:
        time.sleep(0.5)
        if self.error:
            raise self.error
        return []


def test_an_exchange_that_breaks_off_says_what_to_do(assistant: Assistant) -> None:
    desk, mine = Desk(assistant), Conversation()
    assistant._reader = Reader(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        asked(desk, "How many bees were counted?", mine)
    [_, shown] = desk.messages(mine, EN)
    assert "failure" in shown["content"] and "Try again" in shown["content"]


def test_the_passage_is_shown_while_the_reader_takes_its_time(assistant: Assistant, article: Path) -> None:
    desk, mine = Desk(assistant), Conversation()
    assistant._reader = Reader()
    begun, reading, ended = desk.ask("How many bees were counted?", mine)
    assert not begun.passage and reading.passage and reading.passage.n is None
    assert article.read_text("utf-8")[reading.passage.start : reading.passage.end] == reading.passage.quote
    assert ended.reply and ended.reply.status == "not_found"


def test_what_is_asked_meanwhile_loses_nothing(assistant: Assistant) -> None:
    desk, mine = Desk(assistant), Conversation()
    first, second = desk.ask("Who wrote this?", mine), desk.ask("What is tungsten?", mine)
    next(first), next(second)
    for steps in (second, first):
        assert list(steps)[-1].reply
    assert [(e.question, bool(e.reply)) for e in mine.exchanges] == [
        ("Who wrote this?", True),
        ("What is tungsten?", True),
    ]


def test_a_new_conversation_is_not_joined_by_a_late_reply(assistant: Assistant) -> None:
    desk, mine = Desk(assistant), Conversation()
    steps = desk.ask("Who wrote this?", mine)
    next(steps)
    mine.cut()
    assert list(steps)[-1].reply and mine.exchanges == []


def test_conversations_begin_in_the_order_of_their_numbers() -> None:
    mine = Conversation()
    mine.add(Exchange("asked before"))
    assert mine.begin(0) and [e.question for e in mine.exchanges] == ["asked before"]
    assert mine.begin(1) and mine.exchanges == []
    mine.add(Exchange("asked in the new one"))
    assert mine.begin(1) and not mine.begin(0)  # the button's own message, late; a question of the one before
    assert [e.question for e in mine.exchanges] == ["asked in the new one"]


def test_the_oldest_exchanges_go() -> None:
    mine = Conversation()
    for number in range(LONGEST + 10):
        mine.add(Exchange(str(number)))
    assert [e.question for e in mine.exchanges] == [str(n) for n in range(10, LONGEST + 10)]


def test_suggestions_can_be_answered_and_are_not_repeated(assistant: Assistant) -> None:
    desk, mine = Desk(assistant), Conversation()
    assert desk.finding.result(60)
    first = desk.suggested()
    for question in first:
        reply = asked(desk, question, mine).reply
        assert reply and reply.status == "answered"
    assert not set(first) & set(desk.suggested(mine))


def test_questions_and_ratings_are_kept_when_the_owner_wants_it(assistant: Assistant, tmp_path: Path) -> None:
    desk, mine = Desk(assistant, Feedback(tmp_path / "log")), Conversation()
    for question in ("Who wrote this?", "What is tungsten?"):
        asked(desk, question, mine)
    desk.rate(mine, 0, liked=True)
    desk.rate(mine, 0, liked="")  # taken back
    desk.rate(mine, 1, liked=False)
    desk.rate(mine, 7, liked=True)
    kept = read(tmp_path / "log")
    assert [(r.question, r.status, r.rating) for r in kept] == [
        ("Who wrote this?", "answered", None),
        ("What is tungsten?", "not_found", "down"),
    ]


def test_documents_of_one_headline_are_told_apart(article: Path) -> None:
    (article.parent / "copy").mkdir()
    other = article.parent / "copy" / "again.txt"
    other.write_text(article.read_text("utf-8").replace("nine euros", "ten euros"), "utf-8")
    documents = Assistant.from_sources([article, other]).index.documents
    assert sorted(titles(documents)) == [
        "Bees return to Harwick after ten silent years (again.txt)",
        "Bees return to Harwick after ten silent years (bees.txt)",
    ]
