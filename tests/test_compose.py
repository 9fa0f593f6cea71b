from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.compose import cite, compose, link
from rag.data import Candidate, Document, Reply, Span
from rag.errors import GuaranteeError

TEXT = "The mill burnt down. It was in 1911, they say."
DOCUMENT = Document("d", "mill.txt", TEXT, (Span(0, len(TEXT)),), "0", title_span=Span(4, 8))
SECOND = Span(21, 46)
YEAR = Span(31, 35)


def reply(*candidates: Candidate, threshold: float = 0.5) -> Reply:
    nearest = Candidate("d", Span(0, 20), None, 0.0)
    return compose("When?", "When?", candidates, nearest, {"d": DOCUMENT}, threshold, {"total": 1.0})


def test_an_answer_is_quoted_with_its_sentence_and_place() -> None:
    given_reply = reply(Candidate("d", SECOND, YEAR, 0.8))
    assert given_reply.status == "answered" and given_reply.answer == "1911" and given_reply.confidence == 0.8
    assert given_reply.nearest is None
    assert given_reply.to_dict(7) == {
        "id": 7,
        "question": "When?",
        "resolved_question": "When?",
        "status": "answered",
        "answer": "1911",
        "confidence": 0.8,
        "citations": [
            {
                "n": 1,
                "source": "mill.txt",
                "title": "mill",
                "text_file": "mill.txt",
                "start": 21,
                "end": 46,
                "quote": "It was in 1911, they say.",
                "answer_start": 31,
                "answer_end": 35,
                "link": None,
            }
        ],
        "nearest": None,
        "timings_ms": {"total": 1.0},
    }


def test_below_the_threshold_there_is_no_answer_but_a_nearest_passage() -> None:
    given_reply = reply(Candidate("d", SECOND, YEAR, 0.49))
    assert given_reply.status == "not_found" and given_reply.answer is None and given_reply.citations == ()
    assert given_reply.nearest and given_reply.nearest.n is None and given_reply.nearest.quote == "The mill burnt down."
    assert given_reply.confidence == 0.49
    assert reply().confidence == 0.0


@pytest.mark.parametrize(
    ("quote", "answer"),
    [(Span(-3, 4), None), (Span(5, 5), None), (Span(40, 99), None), (SECOND, Span(10, 35)), (SECOND, Span(31, 47))],
)
def test_no_quote_leaves_that_is_not_in_the_source(quote: Span, answer: Span | None) -> None:
    with pytest.raises(GuaranteeError, match=r"mill\.txt"):
        cite(Candidate("d", quote, answer, 0.9), DOCUMENT, 1)


@given(st.text(min_size=1, max_size=60), st.data())
def test_every_quote_is_the_text_at_its_place(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    document = dataclasses.replace(DOCUMENT, text=text, title_span=None, url="https://example.org/x")
    citation = cite(Candidate("d", Span(start, end), None, 0.5), document, 1)
    assert text[citation.start : citation.end] == citation.quote and citation.title == "mill.txt"
    assert citation.link and citation.link.isascii() and " " not in citation.link


def test_a_link_to_a_long_quote_names_its_ends() -> None:
    quote = " ".join(f"w{i}" for i in range(20))
    assert (
        link("https://e.org/a?b=1", quote)
        == "https://e.org/a?b=1#:~:text=w0%20w1%20w2%20w3%20w4%20w5,w14%20w15%20w16%20w17%20w18%20w19"
    )
