"""A few made-up paragraphs in SQuAD format, for a run that only shows that everything works."""

from __future__ import annotations

import random

from rag.data import Span
from rag.squad import Paragraph, Question

_FIRST = "Ada Boris Clara Dmitri Elena Farid Greta Hassan Ines Jonas Keiko Lars Mira Nadia Oscar Petra".split()
_LAST = "Amsel Brandt Castell Dorn Eklund Falk Gruber Holm Ivers Jansen Keller Lund Moreau Novak Olsen Quist".split()
_PLACE = "Ostrava Bergen Lucca Tartu Girona Zadar Delft Lviv Varna Kaunas Turku Graz".split()
_WORK = "a bridge,a school,a theatre,a library,a mill,a museum,a harbour,a garden".split(",")


def synthetic_paragraphs(source: str, count: int, seed: int) -> list[Paragraph]:
    """``count`` paragraphs of four sentences, each with three questions, the last not answered in it."""
    rng = random.Random(f"synthetic/{source}/{seed}")
    return [_paragraph(source, f"{source}-{i}", rng) for i in range(count)]


def _paragraph(source: str, name: str, rng: random.Random) -> Paragraph:
    people = [f"{first} {last}" for first, last in zip(rng.sample(_FIRST, 4), rng.sample(_LAST, 4), strict=True)]
    places, works = rng.sample(_PLACE, 4), rng.sample(_WORK, 4)
    years = [str(y) for y in rng.sample(range(1850, 2020), 4)]
    facts = list(zip(people, places, works, years, strict=True))
    context = " ".join(f"{p} opened {w} in {c} in {y}, after years of work." for p, c, w, y in facts)
    person, place, work, year = facts[rng.randrange(4)]
    absent = rng.choice([c for c in _PLACE if c not in places])
    questions = (
        Question(f"{name}-who", f"Who opened {work} in {place}?", (_at(context, person),)),
        Question(f"{name}-when", f"When did {person} open {work}?", (_at(context, year),)),
        Question(f"{name}-none", f"Who opened {work} in {absent}?", ()),
    )
    return Paragraph(source, context, questions)


def _at(context: str, text: str) -> Span:
    start = context.index(text)
    return Span(start, start + len(text))
