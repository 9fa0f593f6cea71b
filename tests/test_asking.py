"""Questions as people put them in a chat: with a greeting, a please, "the article"; or about a thing in general."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import Assistant
from rag.mentions import topic_of
from rag.unwrap import unwrap
from tests.conftest import ROOT

QUESTION = "When did Kim visit Moscow?"


@pytest.mark.parametrize(
    "wrapped",
    [
        "Hi! {}",
        "Hello there, {}",
        "According to the article, {}",
        "In the text: {}",
        "So, {}",
        "Quick question - {}",
        "Please tell me: {}",
        "Can you tell me {}",
        "Good morning! Could you tell us, please, {}",
        "I'd like to know {}",
        "I was wondering {}",
        "Do you know {}",
        "Any idea {}",
        "Does the article say {}",
        "{} Thanks!",
        "{} Please answer in one sentence.",
        "{} Be brief, please.",
        "Hey, just curious: {} Thank you so much!",
    ],
)
def test_what_stands_around_a_question_is_taken_off(wrapped: str) -> None:
    assert unwrap(wrapped.format(QUESTION)) == QUESTION


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ("who won, please?", "who won?"),
        ("who won pls", "who won"),
        ("Who won, according to this article?", "Who won?"),
        ("Can you tell me whether Kim won?", "Kim won?"),
        ("Hey when did he go", "When did he go"),
        ("Can you tell me why?", "Why?"),
        ("Is it known how many died?", "How many died?"),
    ],
)
def test_what_is_left_is_a_question(asked: str, left: str) -> None:
    assert unwrap(asked) == left


@pytest.mark.parametrize(
    "question",
    [
        "So what happened next?",
        "In the story of Ruth, who dies?",
        "According to the report, how many died?",
        "From what I know, who won?",
        "How do you say please in French?",
        "What did she say, thank God?",
        "Could the bridge carry a truck?",
        "Did the article win a prize?",
        "Tell me about Rome.",
        "Hi",
        "Thanks!",
        "Please?",
        "In which article of the treaty is that?",
    ],
)
def test_nothing_is_taken_off_that_belongs_to_the_question(question: str) -> None:
    assert unwrap(question) == question


@given(
    st.text(max_size=60),
    st.sampled_from(["Hi! {}", "{} please", "Can you tell me who {}", "{}, according to the text?", "{}"]),
)
def test_any_text_is_left_with_words_when_it_had_some(text: str, wrapped: str) -> None:
    asked = wrapped.format(text)
    left = unwrap(asked)
    assert unwrap(left) == left and len(left) <= len(asked)
    assert any(c.isalnum() for c in left) or not any(c.isalnum() for c in asked)


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Tell me about Rome.", "Rome"),
        ("Can you give me some information about the Lee family?", "the Lee family"),
        ("What does the article say about Rome?", "Rome"),
        ("Does it mention Rome?", "Rome"),
        ("Is Rome mentioned at all?", "Rome"),
        ("What about Rome?", "Rome"),
        ("Anything about Rome?", "Rome"),
        ("What does the king say about Rome?", None),
        ("Who wrote about Rome?", None),
        ("What was written on the wall?", None),
        ("What is the book about?", None),
        ("Tell me about this article.", None),
        ("How about that?", None),
    ],
)
def test_the_thing_that_everything_is_wanted_about(question: str, topic: str | None) -> None:
    assert topic_of(question) == topic


@pytest.fixture(scope="module")
def assistant() -> Assistant:
    return Assistant.open(ROOT / "index")


@pytest.mark.parametrize("wrapped", ["Hi! {}", "According to the article, {}", "{} Please be brief."])
def test_a_wrapped_question_gets_the_reply_of_the_bare_one(assistant: Assistant, wrapped: str) -> None:
    question = "When did Yoon visit Kyiv?"
    bare, reply = assistant.ask(question), assistant.ask(wrapped.format(question))
    assert bare.status == "answered"
    assert (reply.citations, reply.confidence, reply.resolved_question) == (bare.citations, bare.confidence, question)


def test_sentences_that_name_a_thing_are_quoted(tmp_path: Path) -> None:
    text = "The ferry left Oslo at noon. Near Bergen it sank. Bergen is a port. Nobody in Bergen saw it. Rain fell on Bergen."
    (tmp_path / "a.txt").write_text(f"Ferry sinks\n\n{text}\n", "utf-8")
    assistant = Assistant.from_sources([tmp_path / "a.txt"])
    reply = assistant.ask("Tell me about Bergen, please.")
    assert reply.status == "answered" and reply.answer == "Near Bergen it sank."
    assert [c.quote for c in reply.citations] == [
        "Near Bergen it sank.",
        "Bergen is a port.",
        "Nobody in Bergen saw it.",
    ]
    assert assistant.ask("Does the article mention Trondheim?").status == "not_found"
