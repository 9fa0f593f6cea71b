from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from rag.chunk import PASSAGE_WORDS, PIECE_CHARACTERS, chunk, split_sentences
from rag.data import Document, Span
from rag.layout import lay_out

TEXT = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "Dr. Li left the U.S. in 1962.",
                "“Stop. Now,” he said.",
                "It cost $1.5 million!",
                "\n\n",
                "\r\n",
                " ",
                "😀",
                "é",
                "—",
            ]
        ),
        st.text(max_size=40),
        st.text(alphabet="ab c.", min_size=100, max_size=3000),
    ),
    max_size=40,
).map(" ".join)


def document(text: str) -> Document:
    return Document("d", "d.txt", text, lay_out(text).body, "0")


def sentences(text: str) -> list[str]:
    return [span.of(text) for span in split_sentences(text, Span(0, len(text)))]


def test_sentences_are_not_broken_where_a_point_is_no_end() -> None:
    assert sentences("The U.S. sent Dr. No and Mr. Li at 5 p.m. on 3.5 boats. See Vol. 3. It was No. 5 of them.") == [
        "The U.S. sent Dr. No and Mr. Li at 5 p.m. on 3.5 boats.",
        "See Vol. 3.",
        "It was No. 5 of them.",
    ]
    assert sentences("“You planted him. Then we did,” he said. “Now go.”") == [
        "“You planted him. Then we did,” he said.",
        "“Now go.”",
    ]


@given(TEXT)
def test_every_body_character_is_in_a_passage_in_order(text: str) -> None:
    source = document(text)
    passages = chunk(source)
    covered: set[int] = set()
    for passage in passages:
        assert passage.span.of(text).strip() == passage.span.of(text) != ""
        covered.update(range(passage.start, passage.end))
    body = {i for span in source.body for i in range(span.start, span.end) if not text[i].isspace()}
    assert body <= covered
    assert [p.start for p in passages] == sorted({p.start for p in passages})
    assert [p.end for p in passages] == sorted({p.end for p in passages})


@given(TEXT)
def test_passages_are_runs_of_whole_sentences_of_a_readable_size(text: str) -> None:
    for passage in chunk(document(text)):
        ends = [(s.start, s.end) for s in passage.sentences]
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(ends))
        assert len(passage.span.of(text).split()) <= PASSAGE_WORDS
        assert all(s.end - s.start <= PIECE_CHARACTERS for s in passage.sentences)


def test_passages_overlap_by_one_sentence() -> None:
    text = " ".join(f"Sentence number {i} has exactly seven words." for i in range(40))
    passages = chunk(document(text))
    assert len(passages) == 3
    for one, next_one in itertools.pairwise(passages):
        assert next_one.sentences[0] == one.sentences[-1]


def test_no_passage_crosses_what_is_not_body() -> None:
    text = "One is here. Share on Facebook. Two is there."
    apart = Document("d", "d", text, (Span(0, 12), Span(32, 45)), "0")
    assert [p.span.of(text) for p in chunk(apart)] == ["One is here.", "Two is there."]
