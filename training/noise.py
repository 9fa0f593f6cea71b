"""Questions as people type and say them: in other words, slips of the keyboard, no capitals or marks, false starts."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from training.negatives import entities, numbers, occurs
from training.paraphrase import paraphrased

if TYPE_CHECKING:
    from training.examples import Example, Mixture

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_BESIDE = {key: (row[i - 1 : i] + row[i + 1 : i + 2]) for row in _ROWS for i, key in enumerate(row)}
"""The keys left and right of a key."""
_WORD = re.compile(r"[^\W\d_]{4,}")
"""Slips are made in words of four letters and more, but not in their first letter."""
_CORRECTIONS = (
    "no wait", "no sorry", "uh sorry", "sorry I mean", "I mean", "or rather", "um no", "no I meant", "oh no", "actually",
)  # fmt: skip


def noisy(examples: Sequence[Example], rng: random.Random, mixture: Mixture) -> list[Example]:
    """The examples, a share of their questions in other words, a share said or typed less well.

    A false start comes from the question of a neighbour in the list, most often one about the same passage.
    """
    told = [replace(e, question=_rephrased(e, rng, mixture)) for e in examples]
    return [
        replace(example, question=_noisy(example.question, rng.choice(told[max(0, i - 4) : i + 5]), rng, mixture))
        for i, example in enumerate(told)
    ]


def _rephrased(example: Example, rng: random.Random, mixture: Mixture) -> str:
    if rng.random() >= mixture.rephrased:
        return example.question
    answer = example.answer.of(example.passage) if example.answer else None
    return paraphrased(example.question, answer, rng)


def _noisy(question: str, neighbour: Example, rng: random.Random, mixture: Mixture) -> str:
    drawn = rng.random()
    if drawn < mixture.slips:
        return slips(question, rng)
    if drawn < mixture.slips + mixture.spoken:
        return spoken(question)
    if drawn < mixture.slips + mixture.spoken + mixture.false_starts and neighbour.question != question:
        said = false_start(question, neighbour.question, rng)
        return spoken(said) if rng.random() < mixture.spoken else said
    return question


def spoken(question: str) -> str:
    """The question without capitals and marks.

    >>> spoken("When did O'Brien, the pilot, visit Stoke-on-Trent?")
    "when did o'brien the pilot visit stoke-on-trent"
    """
    return " ".join(re.sub(r"[^\w\s'’-]|(?<!\w)['’]|['’](?!\w)", " ", question).lower().split())


def slips(question: str, rng: random.Random) -> str:
    """The question with one to three slips of the keyboard: a letter dropped, doubled, swapped, or the key beside it.

    >>> slips("When did the pilot visit Kyiv?", random.Random(3))
    'When did the pikot visit Kyiv?'
    """
    for _ in range(rng.choice((1, 1, 2, 3))):
        words = list(_WORD.finditer(question))
        if not words:
            break
        word = rng.choice(words)
        place = rng.randrange(word.start() + 1, word.end() - 1)
        one, two = question[place], question[place + 1]
        beside = _BESIDE.get(one.lower(), one)
        slip = rng.choice(("", two, one + one + two, two + one, rng.choice(beside) + two))
        question = question[:place] + (slip or one) + question[place + 2 :]
    return question


def false_start(question: str, other: str, rng: random.Random) -> str:
    """The question after the first words of another one, or with a name or number of the other one said first.

    >>> false_start("When did he visit Kyiv?", "How many people live in Lviv?", random.Random(1))
    'How uh sorry when did he visit Kyiv?'
    """
    correction = rng.choice(_CORRECTIONS)
    if rng.random() < 0.3:
        correction = f", {correction},"
    named, said = _named(question), [name for name in _named(other) if not occurs(name, question)]
    if named and said and rng.random() < 0.6:
        place = question.index(rng.choice(named))
        begun, rest = question[:place] + rng.choice(said), question[place:]
    else:
        words = other.rstrip("?").split()
        begun = " ".join(words[: rng.randint(1, max(1, min(7, len(words) - 1)))])
        rest = question[:1].lower() + question[1:] if rng.random() < 0.5 else question
    return f"{begun}{'' if correction.startswith(',') else ' '}{correction} {rest}"


def _named(question: str) -> list[str]:
    """Names and numbers, the question's first word left out."""
    return [name for name in (*entities(question), *numbers(question)) if question.find(name) > 0]
