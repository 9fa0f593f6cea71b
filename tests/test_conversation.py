"""Questions about the article itself, and follow-ups."""

from __future__ import annotations

import pytest

from rag.about import about
from rag.assistant import check_question
from rag.data import Document, Span, Turn
from rag.errors import QuestionError
from rag.followup import resolve

TEXT = "Bees return\n\nBy Ann Lee\n\nThey came in May."
DOCUMENT = Document("d", "d.txt", TEXT, (Span(0, 11), Span(13, 23), Span(25, 42)), "0", Span(0, 11), Span(16, 23))


@pytest.mark.parametrize(
    ("question", "answer", "quote"),
    [
        ("Who wrote this?", "Ann Lee", "By Ann Lee"),
        ("who is the author of this article", "Ann Lee", "By Ann Lee"),
        ("Who’s the author?", "Ann Lee", "By Ann Lee"),
        ("By whom was this written?", "Ann Lee", "By Ann Lee"),
        ("What is the headline?", "Bees return", "Bees return"),
        ("What's the title of this piece?", "Bees return", "Bees return"),
        ("What is the title of the book?", None, None),
        ("Who wrote the report on bees?", None, None),
        ("Who wrote Hamlet?", None, None),
        ("Who wrote the report?", None, None),
        ("Can you tell me who wrote this, please?", "Ann Lee", "By Ann Lee"),
        ("Who are the authors of this article?", "Ann Lee", "By Ann Lee"),
        ("Which journalist wrote this?", "Ann Lee", "By Ann Lee"),
        ("Author?", "Ann Lee", "By Ann Lee"),
        ("What's this article called?", "Bees return", "Bees return"),
        ("What is this article's headline?", "Bees return", "Bees return"),
        ("Give me the headline", "Bees return", "Bees return"),
        ("What is the article about?", "Bees return", "Bees return"),
        ("what's this about", "Bees return", "Bees return"),
        ("What does this text deal with?", "Bees return", "Bees return"),
        ("What is the main topic of the article?", "Bees return", "Bees return"),
        ("What does it cover?", None, None),
        ("What is the book about?", None, None),
        ("What is the date?", None, None),
        ("What is the article about bees called?", None, None),
    ],
)
def test_headline_and_author(question: str, answer: str | None, quote: str | None) -> None:
    found = about(question, [DOCUMENT])
    if answer is None:
        assert found is None
    else:
        assert found is not None
        [candidate] = found
        assert candidate.answer and candidate.answer.of(TEXT) == answer
        assert candidate.quote.of(TEXT) == quote


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Published: Tuesday, April 30, 2024 at 9:05 a.m. EDT", "April 30, 2024"),
        ("Published 12:00 AM EDT, Tue June 18, 2024", "June 18, 2024"),
        ("18th June 2024 | 5 min read", "18th June 2024"),
        ("2024-06-18T09:00:00Z", "2024-06-18"),
        ("date: 2024-06-18", "2024-06-18"),
        ("Updated 1 May 2024\n\nFirst published 3 Sept. 2023", "3 Sept. 2023"),
        ("On May 1, 2023 the bees left.", None),
        ("She was born on 5 May 1921", None),
        ("May 2024", None),
    ],
)
@pytest.mark.parametrize("question", ["When was this article published?", "What is the date of the article?"])
def test_the_day_of_publication(question: str, line: str, day: str | None) -> None:
    text = f"Bees return\n\n{line}\n\nOn 1 June 1990 the bees left the town, and came back."
    found = about(question, [Document("d", "d.txt", text, (Span(len(text) - 50, len(text)),), "0")])
    assert found is not None
    assert [candidate.answer and candidate.answer.of(text) for candidate in found] == ([day] if day else [])
    assert all(candidate.quote.of(text) in line for candidate in found)


def test_an_article_does_not_say_where_it_was_published() -> None:
    for question in ("Where was this published?", "Which newspaper published this article?"):
        assert about(question, [DOCUMENT]) == []
    for question in ("Where was the book published?", "When was it published?", "Who published the report?"):
        assert about(question, [DOCUMENT]) is None


def test_an_article_without_a_byline_names_no_author() -> None:
    nobody = Document("d", "d.txt", TEXT, DOCUMENT.body, "0")
    assert about("Who wrote this?", [nobody]) == []


@pytest.mark.parametrize(
    ("question", "history", "resolved"),
    [
        ("Where was she born?", [Turn("Who is Marie Curie?", None)], "Where was Marie Curie born?"),
        ("What is his book called?", [Turn("Who wrote it?", "Tom Fox")], "What is Tom Fox's book called?"),
        ("What did she tell her sister?", [Turn("Who is Ann?")], "What did Ann tell her sister?"),
        ("And in 1990?", [Turn("Who won the prize in 1985?", "Bo")], "Who won the prize in 1990?"),
        ("What about Spain?", [Turn("What is the capital of France?", "Paris")], "What is the capital of Spain?"),
        ("Did Curie think she would win?", [Turn("Who is Ann Lee?")], "Did Curie think she would win?"),
        ("When did he leave?", [], "When did he leave?"),
        ("Is it raining in Rome?", [Turn("Who is Ann Lee?")], "Is it raining in Rome?"),
        ("When was it signed?", [Turn("Who signed the Treaty of Rome?", "Bo Ek")], "When was Treaty of Rome signed?"),
        ("When did he die?", [Turn("Who visited Oslo?", "Bo Ek visited Oslo in May")], "When did Bo Ek die?"),
        ("When did it close?", [Turn("Is Monday a holiday?")], "When did it close?"),
        ("When did he die?", [Turn("What was he called?", "He was called Henry")], "When did he die?"),
        ("And Putin?", [Turn("When did Mao visit Oslo?")], "And Putin?"),
        ("And in Rome?", [Turn("What did Mao do in Oslo?")], "What did Mao do in Rome?"),
        ("And in 1953?", [Turn("Who won between 1950 and 1952?")], "And in 1953?"),
        ("And when?", [Turn("Who visited Rome?", "Bo Ek")], "When was it that Bo Ek visited Rome?"),
        ("when exactly", [Turn("Where did Bo Ek go in May?", "Rome")], "When did Bo Ek go in May?"),
        ("Why is that?", [Turn("Did Bo Ek leave Rome?", None)], "Why did Bo Ek leave Rome?"),
        ("But why?", [Turn("What did Bo Ek sell?", "a hut")], "Why did Bo Ek sell?"),
        ("And when?", [Turn("Who visited Rome?", None)], "And when?"),
        ("And when?", [Turn("Who visited Rome?", "nobody whom anyone of us had ever seen")], "And when?"),
        ("And who?", [Turn("When did Bo Ek leave?", "May")], "And who?"),
        ("And when?", [Turn("Who is Bo Ek?", "a poet")], "And when?"),
        ("What about his wife?", [Turn("Who is Bo Ek?")], "What about Bo Ek's wife?"),
        ("When did he leave?", [Turn("what is rain?", "water")], "When did he leave?"),
        (
            "When did he leave?",
            [Turn("Who is Bo Ek?"), Turn("where was he born?", "in a hut")],
            "When did Bo Ek leave?",
        ),
    ],
)
def test_follow_ups(question: str, history: list[Turn], resolved: str) -> None:
    assert resolve(question, history) == resolved


@pytest.mark.parametrize(
    ("question", "says"), [("", "empty"), (" ?! ", "empty"), ("x" * 1001, "1001 characters"), ("a\udcff", "UTF-8")]
)
def test_questions_that_cannot_be_asked(question: str, says: str) -> None:
    with pytest.raises(QuestionError, match=says):
        check_question(question)
