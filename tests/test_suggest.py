"""Suggested questions: what rules make of a sentence, and that all that are shown are answered from it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from rag import Assistant
from rag.data import Candidate, Document, Hit
from rag.draft import drafts, vocabulary
from rag.embed import open_encoder
from rag.index import build
from rag.load import Source
from rag.suggest import CHECKS, Suggestion, following, suggestions
from tests.conftest import ROOT

PLACES = "then President Ada Lee met the Norwegian poet Bo Ek in Rome and he saw Oslo, a comet and some subroutines"

MADE = {
    "In July 1998, Ada Lee visited Rome.": ["When did Ada Lee visit Rome?", "Who visited Rome in July 1998?"],
    "Ada Lee visited Rome in 1998, where she met a friend.": ["When did Ada Lee visit Rome?", "Who visited Rome in 1998?"],
    "Ada Lee was born in Rome.": ["Where was Ada Lee born?"],
    "Ada Lee was born in 1950.": ["When was Ada Lee born?"],
    "The Treaty of Rome was signed in 1957.": ["When was the Treaty of Rome signed?"],
    "In 1990, Acme Motors released a small car.": [
        "When did Acme Motors release a small car?",
        "What did Acme Motors release in 1990?",
    ],
    "Oslo has 15 museums.": ["How many museums does Oslo have?"],
    "The Rome council paid $1.5 million for new trams.": ["How much did the Rome council pay for new trams?"],
    "Ada Lee has left Rome because the rent had doubled.": ["Why has Ada Lee left Rome?"],
    "The first swarm was seen on 3 May 2021 above the hills of Rome.": [
        "When was the first swarm seen above the hills of Rome?"
    ],
    "Ada Lee, who keeps bees, counted 4,200 bees in Rome.": [
        "Who counted 4,200 bees in Rome?",
        "How many bees did Ada Lee count in Rome?",
    ],
    "Oslo was founded by Bo Ek.": ["Who founded Oslo?"],
    "Bo Ek, a poet from Bergen, was pleased.": ["Who is Bo Ek?"],
    "It is run by the International Cheese Board (ICB).": ["What does ICB stand for?"],
    "They embraced what is called juche (a form of self-reliance).": ["What is juche?"],
    "A comet is a small body of ice.": ["What is a comet?"],
    "Subroutines are used to save space.": ["What are subroutines used for?"],
    "Oslo is a city in Norway.": ["What is Oslo?"],
    "Ada Lee visited Rome in 1990 and 1992.": ["Who visited Rome in 1990 and 1992?"],
    "Ada Lee wrote a history of the war in 1914.": ["Who wrote a history of the war in 1914?"],
}  # fmt: skip

REFUSED = [
    "She visited Rome in 1998.",  # a pronoun
    "The book published in 1990 was sold in Rome.",  # no verb of a sentence
    "Farmers visited Rome in 1998.",  # begins with a capital like any sentence
    "The company opened in 1990.",  # which company?
    "Ada Lee visited Rome, Oslo, and Bergen.",  # no telling what belongs together
    "An example is a small body of ice.",
    "ADA LEE VISITED ROME IN 1998.",
    "Ada Lee besuchte Rom im Jahr 1998.",
    "<b>Ada Lee</b> visited Rome in 1998 {x}.",
    "Ada Lee visited the <b>old</b> Rome in 1998.",
]


def made(sentence: str) -> list[str]:
    return [draft.question for draft in drafts(sentence, vocabulary([PLACES]))]


@pytest.mark.parametrize("sentence", MADE)
def test_a_plain_sentence_makes_these_questions(sentence: str) -> None:
    assert made(sentence) == MADE[sentence]


@pytest.mark.parametrize("sentence", REFUSED)
def test_a_sentence_of_doubtful_form_makes_none(sentence: str) -> None:
    assert made(sentence) == []


def test_the_answer_is_marked_in_the_sentence() -> None:
    for sentence, answers in {
        "In July 1998, Ada Lee visited Rome.": ["1998", "Lee"],
        "Oslo has 15 museums.": ["15"],
        "Bo Ek, a poet from Bergen, was pleased.": ["poet"],
        "Ada Lee has left Rome because the rent had doubled.": ["the rent had doubled"],
    }.items():
        assert [draft.answer.of(sentence) for draft in drafts(sentence, vocabulary([PLACES]))] == answers


@pytest.mark.parametrize(
    "sentence", ["Ab of the " * 39, "A " * 200, "The a " * 66, "was by " * 50, "1,000 " * 60, "((" * 200]
)
def test_no_sentence_takes_long(sentence: str) -> None:
    started = time.perf_counter()
    drafts(sentence, vocabulary([sentence * 5]))
    assert time.perf_counter() - started < 1


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
    assert suggestions(Assistant.from_sources([path])) == []
