"""A reply as the chat's HTML, and a document as the pane's."""

from __future__ import annotations

import html
import re
import urllib.parse
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from rag.article import LARGEST, article_html, code_points, shown, utf16
from rag.data import Citation, Document, Reply, Span
from rag.message import anchor, confidence_html, copied, failure_html, reading_html, reply_html
from rag.words import catalogue

EN = catalogue()["en"]
TEXT = "🐝 He was born in <Rome>. It was cold."
DOCUMENT = Document("0", "a.txt", TEXT, (Span(0, len(TEXT)),), "")
CITATION = Citation(1, "a.txt", "A *tale*", "a.txt", 2, 24, TEXT[2:24], 17, 23, "https://e.org/a#:~:text=x")
ANSWERED = Reply("Where?", "Where?", "answered", "<Rome>", 0.9, (CITATION,), None, {})
NEAR = Citation(None, "a.txt", "A", "a.txt", 25, 37, TEXT[25:37])
MISSING = Reply("Where?", "Where was it?", "not_found", None, 0.1, (), NEAR, {})
DOCUMENTS = {"a.txt": (3, DOCUMENT)}


def test_a_reply_marks_the_answer_and_links_to_its_place() -> None:
    said = reply_html(ANSWERED, DOCUMENTS, EN)
    assert "<mark>&#60;Rome&#62;</mark>" in said and "<Rome>" not in said
    assert 'href="#cite-3-3-25-18-24"' in said  # one UTF-16 unit more than code points, for the bee
    assert 'class="confidence sure"' in said and "about 90 are" in html.unescape(said)
    [copy] = re.findall(r'href="#copy-([^"]*)"', said)
    assert urllib.parse.unquote(copy) == copied(CITATION, EN)
    assert copied(CITATION, EN).split("\n") == [
        f"“{TEXT[2:24]}”", "A *tale*. a.txt, characters 2–24", "https://e.org/a#:~:text=x"
    ]  # fmt: skip


def test_a_reply_without_an_answer_has_no_number_and_says_what_its_passage_is() -> None:
    said = html.unescape(reply_html(MISSING, DOCUMENTS, EN))
    assert "not an answer" in said and "Searched for: Where was it?" in said
    assert "[" not in said and "copy" not in said and 'class="reply missing"' in said
    assert anchor(NEAR, DOCUMENT, 0) == "cite-0-26-38"


def test_no_kind_of_message_has_a_blank_line_which_would_end_the_html() -> None:
    two = replace(NEAR, quote="It was.\n\nCold.", start=0, end=14)
    for said in (
        reply_html(ANSWERED, DOCUMENTS, EN),
        reply_html(replace(MISSING, nearest=two), DOCUMENTS, EN),
        reading_html(two, EN),
        reading_html(None, EN),
        failure_html("No", "a\n\nb"),
    ):
        assert "\n" not in said


def test_words_for_confidence() -> None:
    said = [re.findall(r"confidence (\w+)", confidence_html(value, EN))[0] for value in (1.0, 0.85, 0.84, 0.7, 0.1)]
    assert said == ["sure", "sure", "likely", "likely", "unsure"]


def test_every_language_has_every_word() -> None:
    for words in catalogue().values():
        assert words.keys() == EN.keys()
        for key, text in words.items():
            assert re.findall(r"\{\w+\}", text) == re.findall(r"\{\w+\}", EN[key])


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 50))
def test_places_are_counted_both_ways(text: str, place: int) -> None:
    place = min(place, len(text))
    assert code_points(text, utf16(text, [place])[0]) == place


BLOCK = re.compile(r'<(h2|p) class="([^"]*)" tabindex="-1" data-start="(\d+)">(.*?)</\1>')


def test_the_pane_shows_headline_byline_and_body_at_their_places(article: Path) -> None:
    from rag.load import load

    document = load(article)
    blocks = BLOCK.findall(article_html(document, 0, EN))
    assert [(tag, kind) for tag, kind, _, _ in blocks[:3]] == [("h2", ""), ("p", "byline"), ("p", "")]
    for _, _, start, text in blocks:
        assert document.text[int(start) :].startswith(html.unescape(text))
    assert not any("newsletter" in text or "Skip" in text for *_, text in blocks)


def test_of_a_long_document_the_part_around_the_place_is_shown() -> None:
    text = "x" * (3 * LARGEST)
    document = Document("0", "a.txt", text, (Span(0, LARGEST), Span(LARGEST, 3 * LARGEST)), "")
    spans, before, after = shown(document, 2 * LARGEST)
    assert spans == [Span(2 * LARGEST - LARGEST // 2, 2 * LARGEST + LARGEST // 2)]
    assert (before, after) == (LARGEST, 3 * LARGEST)
    assert [at for _, at, _ in (shown(document, 0), shown(document, 3 * LARGEST))] == [None, 2 * LARGEST]
    said = html.unescape(article_html(document, 0, EN, 2 * LARGEST))
    assert f'value="{LARGEST}">Earlier part' in said and "Later part" in said
    assert EN["shortened"].split(":")[0] in html.unescape(article_html(document, 0, EN))
