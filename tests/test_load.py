from __future__ import annotations

import os
from pathlib import Path

import pytest

from rag import load as load_stage
from rag.errors import SourceError
from rag.layout import lay_out
from rag.load import find_sources, load
from tests.conftest import ARTICLE, SEED


def body(text: str, markdown: bool = False) -> list[str]:
    return [span.of(text) for span in lay_out(text, markdown).body]


def test_the_page_is_told_from_the_article(article: Path) -> None:
    document = load(article)
    assert document.text == ARTICLE
    assert document.title == "Bees return to Harwick after ten silent years"
    assert document.byline == "Ann Lee"
    kept = "\n".join(span.of(document.text) for span in document.body)
    assert "Skip to main" not in kept and "Facebook" not in kept and "newsletter" not in kept
    assert "counted 4,200 bees" in kept and "cold spring of that year." in kept


def test_the_seed_article_keeps_every_paragraph_and_no_furniture() -> None:
    document = load(SEED)
    blocks = [line.strip() for line in document.text.split("\n") if line.strip()]
    assert [span.of(document.text) for span in document.body] == blocks[1:-1]
    assert document.byline == " ".join(blocks[2].split()[:2])
    assert document.title == blocks[1]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Ann Lee", "Ann Lee"),
        ("by ann o'neil", None),
        ("By Émile Zola", "Émile Zola"),
        ("By Иван Петров", "Иван Петров"),
        ("By: Jane Roe", "Jane Roe"),
        ("Words: Jane Roe", "Jane Roe"),
        ("Posted by Jane Roe on May 4", "Jane Roe"),
        ("By Jane Roe Updated Monday May 4", "Jane Roe"),
        ("By Dr. Jane Roe, PhD, and Tom Fox", "Dr. Jane Roe, PhD, and Tom Fox"),
        ("By JANE ROE, STAFF WRITER", "JANE ROE"),
        ("By\nJane Roe", "Jane Roe"),
        ("By Christmas Eve the town was empty of people.", None),
        ("By Monday Morning Leeds was flooded.", None),
        ("By JOHN SMITH and Mary O'Neil | Staff writers", "JOHN SMITH and Mary O'Neil"),
        ("Written by Ludwig van Houten, science editor", "Ludwig van Houten"),
        ("By contrast, nothing happened.", None),
    ],
)
def test_bylines(line: str, names: str | None) -> None:
    text = f"A headline of note\n\n{line}\n\nIt rained on Monday in all of the town.\n\nThe river rose by a metre."
    byline = lay_out(text).byline
    assert (byline and byline.of(text)) == names


def test_an_author_is_told_from_the_subject_of_a_biography() -> None:
    about = "{} is a professor of history at the University of Leeds."
    rest = "\n\nThe war began in May.\n\nIt ended {}.\n\nPeace was signed in Rome."
    author = about.format("Jane Roe") + rest.format("in June")
    subject = about.format("Jane Roe") + rest.format("when Roe was born")
    assert lay_out(author).byline is not None
    assert lay_out(subject).byline is None


def test_markdown_marks_and_front_matter_are_left_out() -> None:
    text = '---\ntitle: "Old mills"\nauthor: Bo Ek\nurl: https://example.org/m\n---\n# Mills\n\n- One turns.\n\n> Two stand still.\n'
    layout = lay_out(text, markdown=True)
    assert layout.title and layout.title.of(text) == "Old mills"
    assert layout.byline and layout.byline.of(text) == "Bo Ek"
    assert layout.url == "https://example.org/m"
    assert body(text, markdown=True) == ["Mills", "One turns.", "Two stand still."]


def test_wrapped_lines_are_one_paragraph_and_short_lines_are_not() -> None:
    wrapped = "The wind had turned to the north during the\nnight, and the old harbour was full of ice\nby six."
    assert body(wrapped) == [wrapped]
    assert body("Milk costs two euros.\nBread costs three.") == ["Milk costs two euros.", "Bread costs three."]


def test_a_text_without_full_stops_is_kept_whole() -> None:
    assert body("The capital of Peru is Lima") == ["The capital of Peru is Lima"]
    assert body("Milk\nEggs\nFlour") == ["Milk", "Eggs", "Flour"]


def test_a_half_sentence_at_the_end_of_a_page_is_left_out() -> None:
    paragraphs = ["It rained on Monday in town."] * 4
    assert len(body("\n\n".join([*paragraphs, "Get the latest of our stories sent to your"]))) == 4
    assert len(body("\n\n".join([*paragraphs, "And so the town went back to its work."]))) == 5


def test_bytes_are_kept_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    data = "\ufeffÉté 😀.\r\nThe end\u2028came.\r".encode()
    path.write_bytes(data)
    document = load(path)
    assert document.text.encode("utf-8") == data
    assert document.text[0] == "\ufeff" and document.body[0].start == 1


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("empty.txt", b"", "empty"),
        ("blank.txt", b" \n\t\n", "white space"),
        ("latin.txt", "caf\xe9".encode("latin-1"), "not UTF-8 at byte 3"),
        ("program.txt", b"\x7fELF\x00\x01", "binary"),
        ("furniture.txt", b"Share\nHome\n", "no readable text"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(SourceError, match=says) as error:
        load(path)
    assert str(path) in str(error.value) and "\n" not in str(error.value)


def test_a_file_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as stream:
        stream.truncate(200_000_000)
    with pytest.raises(SourceError, match="200 MB, more than the 50 MB"):
        load(path)


def test_sources_are_files_and_folders_each_once(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / ".hidden").mkdir()
    for name in ["b.txt", "a.md", "c.pdf", "sub/d.TXT", ".hidden/e.txt"]:
        (tmp_path / name).write_text("Text.")
    found = find_sources([tmp_path / "b.txt", tmp_path])
    assert [source.path.relative_to(tmp_path).as_posix() for source in found] == ["b.txt", "a.md", "sub/d.TXT"]
    assert [source.named for source in found] == [True, False, False]


@pytest.mark.parametrize(
    ("name", "says"), [("gone.txt", "no such file"), ("c.pdf", "format"), ("empty", "no .txt or .md")]
)
def test_sources_that_are_none(tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / "c.pdf").write_text("x")
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match=says):
        find_sources([tmp_path / name])


@pytest.mark.parametrize(
    "sentence",
    [
        "Register offices across England closed their doors on Monday.",
        "Donate blood and you may save a life, the hospital said on Friday.",
        "Copyright law in America protects works for 95 years from publication.",
        "Privacy is a human right, she said.",
        "Most viewed him as a traitor.",
        "Follow Route 9 on foot to the dam.",
        "Topics ranged from war to butter.",
        "20 minutes",
        "Email",
        "Ève Curie",
    ],
)
def test_what_only_looks_like_furniture_stays(sentence: str) -> None:
    paragraph = "It rained on Monday in all of the town."
    assert sentence in body(f"A headline of note\n\n{paragraph}\n\n{sentence}\n\n{paragraph}\n\n{paragraph}")


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("World\n\nFed raises rates\n\nThe bank moves for the first time in four long years", "Fed raises rates"),
        ("Last modified on Thu 5 Mar 2020 09.00 GMT\n\nBees are back", "Bees are back"),
        ("Posted by Jane Roe on May 4\n\nOn bees and men", "On bees and men"),
        ("Menu\n\nSearch\n\nBees", None),
    ],
)
def test_headlines(head: str, title: str | None) -> None:
    text = f"{head}\n\nIt rained on Monday in all of the town.\n\nThe river rose by a metre."
    found = lay_out(text).title
    assert (found and found.of(text)) == title


def test_a_horizontal_rule_is_no_front_matter() -> None:
    text = "---\n\nReal content is here, all of it.\n\nnote: keep this\n\n---\n\nMore of it is here.\n"
    assert body(text, markdown=True) == ["Real content is here, all of it.", "note: keep this", "More of it is here."]


@pytest.mark.parametrize(
    ("field", "author"),
    [("[Ann Lee, Bo Ek]", "Ann Lee, Bo Ek"), ("Ann # chief", "Ann"), ("'Ann'", "Ann"), (">", None), ("|", None)],
)
def test_front_matter_values(field: str, author: str | None) -> None:
    text = f"---\nauthor: {field}\n---\n# Bees\n\n```\n# no heading\n```\n"
    layout = lay_out(text, markdown=True)
    assert (layout.byline and layout.byline.of(text)) == author
    assert layout.title and layout.title.of(text) == "Bees"


@pytest.mark.parametrize(
    "text",
    ["# a" + " " * 100_000 + "b", " " * 1_000_000 + "x", "---\nkey:" + " " * 100_000 + "x\n---\ny", "by " * 50_000],
)
def test_odd_texts_take_no_time(text: str) -> None:
    """Each took from seconds to hours with patterns that look back."""
    lay_out(text, markdown=True)
    lay_out(text)


def test_a_file_without_an_end_is_no_source(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(SourceError, match="cannot read the format"):
        find_sources([tmp_path / "pipe.txt"])


def test_a_name_that_is_not_utf_8_is_said(tmp_path: Path) -> None:
    (tmp_path / "b\udcff.txt").write_text("Text.")
    with pytest.raises(SourceError, match="not UTF-8"):
        find_sources([tmp_path])


def test_the_limit_is_what_the_message_says() -> None:
    assert load_stage.MAX_BYTES == 50_000_000
