"""Questions as people put them in a chat: with a greeting, a please, "the article"; or about a thing in general."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import Assistant
from rag.disfluency import repaired
from rag.mentions import topic_of
from rag.spelling import Spelling
from rag.terms import terms
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


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("In what country is Norse found no wait Normandy not Norse?", "In what country is Normandy found?"),
        ("From which countries no tell me when were the Normans in Normandy?", "When were the Normans in Normandy?"),
        ("Who did, no wait, what is the name of the king?", "What is the name of the king?"),
        ("how uh sorry when did he visit Kyiv", "when did he visit Kyiv"),
        ("Where is, um, where is the bridge?", "Where is the bridge?"),
        ("When did Lee, I mean Kim, visit Moscow?", "When did Kim visit Moscow?"),
        ("How many people died in 1956 no wait 1969?", "How many people died in 1969?"),
        ("What did Mao say to Nixon no I meant Kim?", "What did Mao say to Kim?"),
        ("Who gave their name to Normans no Normandy in the 1100s?", "Who gave their name to Normandy in the 1100s?"),
        ("When I mean in what century did the Normans come?", "In what century did the Normans come?"),
        ("Was Kim sorry when Mao died?", None),
        ("How long did Kim wait when Mao came?", None),
        ("Why did Kim say no when Mao asked him?", None),
        ("Which party said no to whom in the end?", None),
        ("Is there no way how this could be done?", None),
        ("What did he mean, who knows?", None),
        ("Who actually wrote the letter?", None),
        ("What does I mean stand for?", None),
    ],
)
def test_a_question_begun_twice_is_asked_as_meant_at_last(said: str, meant: str | None) -> None:
    assert repaired(said) == (meant or said)


TEXT = "Shevardnadze flew to Pyongyang. The Slovakian delegation discussed ferries with Olaf and bred ophicleides."


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Where did Shevarnadze fly?", "Where did Shevardnadze fly?"),
        ("where did shevardnadse fly", "where did Shevardnadze fly"),
        ("Whst did teh delgation disucss?", "What did the delegation discuss?"),
        ("Who invented the telephome?", "Who invented the telephone?"),
        ("What are ophecleides?", "What are ophicleides?"),
        # Known words, names that may be others', abbreviations, and what is written in its own way stay.
        ("When did Slovenia discuss the ferry?", None),
        ("Who is Olof?", None),
        ("Where is Zorbaxia?", None),
        ("Is Medicaid or Medicare a trudge?", None),
        ("What do the UNHCR and an iPhnoe cost?", None),
    ],
)
def test_misspelt_words_are_put_right(typed: str, meant: str | None) -> None:
    held = {term for word in TEXT.split() for term in terms(word)}
    assert Spelling(lambda: [TEXT], held.__contains__, lambda word: word in ("slovenia", "delegation")).corrected(
        typed
    ) == (meant or typed)


@given(st.text(max_size=40))
def test_any_text_can_be_put_right(text: str) -> None:
    left = SPELLING.corrected(text)
    assert len(re.findall(r"\s", left)) == len(re.findall(r"\s", text))
    assert bool(re.search(r"\w", repaired(left))) == bool(re.search(r"\w", left))


SPELLING = Spelling(lambda: [TEXT], lambda term: False, lambda word: False)


@pytest.fixture(scope="module")
def assistant() -> Assistant:
    return Assistant.open(ROOT / "index")


@pytest.mark.parametrize(
    "asked",
    [
        "Hi! When did Yoon visit Kyiv?",
        "According to the article, when did Yoon visit Kyiv? Please be brief.",
        "When did Yoon vsit Kyiv?",
        "How many people, no wait, when did Yoon visit Kyiv?",
    ],
)
def test_a_question_put_otherwise_gets_the_reply_of_the_plain_one(assistant: Assistant, asked: str) -> None:
    question = "When did Yoon visit Kyiv?"
    bare, reply = assistant.ask(question), assistant.ask(asked)
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
    assert assistant.ask("Bergen").answer == "Near Bergen it sank."
    assert assistant.ask("Trondheim").status == assistant.ask("Thanks!").status == "not_found"


def test_of_an_answer_not_sure_enough_the_sentence_is_offered() -> None:
    reply = Assistant.open(ROOT / "index", threshold=0.999).ask("When did Yoon visit Kyiv?")
    assert reply.status == "not_found" and reply.answer is None and not reply.citations
    assert reply.nearest and reply.nearest.quote.startswith("South Korean President Yoon Suk Yeol visited Kyiv")
    assert (reply.nearest.answer_start, reply.nearest.n) == (None, None) and reply.nearest.quote.count(". ") == 0
