"""Draft questions: what the rules make of a sentence, and what they refuse."""

from __future__ import annotations

import time

import pytest

from rag.draft import drafts, vocabulary

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
    "A burn is caused by heat or by acids.": ["What causes a burn?"],
    "A flute consists of a pipe and a few keys.": ["What does a flute consist of?"],
    "Oslo is a city in Norway.": ["What is Oslo?"],
    "The Oslo Song was written by Bo Ek.": ["Who wrote the Oslo Song?"],
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
