"""Suggested questions: all are answered, each from the sentence that it was made from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rag import Assistant
from rag.data import Candidate, Document, Hit
from rag.embed import open_encoder
from rag.index import build
from rag.load import Source
from rag.suggest import CHECKS, Suggestion, following, suggestions
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def seeds() -> Assistant:
    return Assistant.open(ROOT / "index")


@pytest.fixture(scope="module")
def found(seeds: Assistant) -> list[Suggestion]:
    return suggestions(seeds)


def holds(assistant: Assistant, suggestion: Suggestion) -> bool:
    """Asked again, it is answered, from the sentence that it was made from."""
    reply = assistant.ask(suggestion.question)
    cited = reply.citations[0]
    text = assistant.index.by_id[suggestion.document_id].text
    return (
        reply.status == "answered"
        and reply.answer == suggestion.answer.of(text)
        and suggestion.sentence.start <= suggestion.answer.start
        and suggestion.answer.end <= suggestion.sentence.end
        and cited.start <= suggestion.sentence.start
        and suggestion.sentence.end <= cited.end
    )


@pytest.mark.slow
def test_all_are_answered_from_their_own_sentences(seeds: Assistant, found: list[Suggestion]) -> None:
    assert len(found) == 6
    assert all(holds(seeds, one) for one in found if one.kind != "byline")
    assert len({one.kind for one in found}) >= 4
    assert len({one.sentence for one in found}) == 6
    assert all(one.confidence > seeds.threshold + 0.05 for one in found)


@pytest.mark.slow
def test_a_short_article_has_some(article: Path) -> None:
    assistant = Assistant.from_sources([article])
    found = suggestions(assistant)
    assert len(found) >= 3
    assert all(holds(assistant, one) for one in found if one.kind != "byline")


class NeverSure:
    """A reader that finds nothing and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def read(self, question: str, hits: Sequence[Hit], document: Callable[[str], Document]) -> list[Candidate]:
        self.asked += 1
        return []


@pytest.mark.slow
def test_no_more_are_asked_than_allowed(tmp_path: Path) -> None:
    path = tmp_path / "many.txt"
    names = [f"{a}{b}n" for a in "ABDEFGKLMN" for b in "aeiou"]
    path.write_text("\n\n".join(f"The {name} Society opened in Rome in 1950." for name in names), "utf-8")
    reader, encoder = NeverSure(), open_encoder()
    assistant = Assistant(build([Source(path, named=True)], encoder), encoder, reader, 0.5)
    assert suggestions(assistant, wanted=0) == [] and suggestions(assistant, checks=0) == [] and reader.asked == 0
    assert suggestions(assistant) == [] and reader.asked == CHECKS


@pytest.mark.slow
def test_what_follows_is_fresh_and_near(seeds: Assistant, found: list[Suggestion]) -> None:
    asked = found[1].question
    reply = seeds.ask(asked)
    left = following(seeds, found, [found[0].question], reply)
    assert len(left) == 3 and len(set(left)) == 3
    assert not {asked, found[0].question} & set(left)
    places = {one.question: abs(one.sentence.start - reply.citations[0].start) for one in found}
    assert [places[question] for question in left] == sorted(places[question] for question in left)
    # Without any at hand, the passages around the cited place give new ones, all of them answered.
    new = following(seeds, [], [asked], reply)
    assert asked not in new
    assert all(seeds.ask(question).status == "answered" for question in new)


HOSTILE = {
    "numbers": "1 2 3 4 5 6 7 8 9 0. 1,000 1990 in 1990 2000. $5 $6 $7.",
    "german": "Im Juli 1998 besuchte Ada Lee die Stadt Rom. Ada Lee wurde 1950 in Oslo geboren. Die Stadt war alt.",
    "chinese": "我们昨天去了北京。天气很好。" * 20,
    "giant": "the cat of Rome visited and visited " * 300,
    "noise": "".join(chr(33 + (i * 7919) % 900) for i in range(5000)),
    "markup": "<script>alert('Ada Lee visited Rome in 1990.')</script> ${x} {{y}} <img src=x> | a | b |\n" * 20,
    "code": "def the(a):\n    return [was(b) for b in a]  # Ada was 1990\n" * 50,
    "capitals": "ADA LEE VISITED ROME IN 1998 AND THE KING WAS BORN IN OSLO. " * 20,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_have_none(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.txt"
    path.write_text(HOSTILE[name], "utf-8")
    assistant = Assistant.from_sources([path])
    assert suggestions(assistant) == []
    assert following(assistant, [], [], assistant.ask("Who visited Rome?")) == []


@pytest.mark.slow
@pytest.mark.parametrize("change", ["gone", "changed"])
def test_a_source_that_is_gone_or_changed_has_none(change: str, article: Path) -> None:
    assistant = Assistant.from_sources([article])
    reply = assistant.ask("Who counted the bees?")
    if change == "gone":
        article.unlink()
    else:
        article.write_text("Other words.", "utf-8")
    assert suggestions(assistant) == []
    assert following(assistant, [], [], reply) == []


@pytest.mark.slow
def test_four_may_ask_at_once(article: Path) -> None:
    assistant = Assistant.from_sources([article])
    alone = suggestions(assistant)
    reply = assistant.ask(alone[-1].question)
    then = following(assistant, alone, [], reply)
    with ThreadPoolExecutor(4) as threads:
        together = [threads.submit(suggestions, assistant) for _ in range(4)]
        assert [found.result() for found in together] == [alone] * 4
        after = [threads.submit(following, assistant, alone, [], reply) for _ in range(4)]
        assert [found.result() for found in after] == [then] * 4
