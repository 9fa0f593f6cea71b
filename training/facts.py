"""Questions made by rule from what articles state in passing: ages, lives, short names, and who somebody is."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import replace

from rag.data import Span
from rag.english import MONTH
from rag.squad import Paragraph, Question
from training.negatives import content_words

FULL_NAME = 0.75
"""So often a person is asked for by the full name, else by the last."""
_NAME = r"[A-Z][\w’'-]+(?:\s(?:[A-Z]\.|de|van|von|al-)?\s?[A-Z][\w’'-]+){1,2}"
_DATE = rf"(?:\d{{1,2}}\s{MONTH}\s\d{{4}}|{MONTH}\s\d{{1,2}},\s\d{{4}}|\d{{4}})"
_PEOPLE = (
    "accountant activist actor actress admiral adviser advocate ambassador analyst anthropologist archaeologist "
    "archbishop architect artist astronaut astronomer athlete attorney author baker banker baritone biographer "
    "biologist bishop boxer broadcaster businessman businesswoman captain carpenter cartoonist chairman chairwoman "
    "chancellor chef chemist choreographer clergyman coach columnist comedian commander commissioner composer "
    "conductor consultant correspondent councillor critic curator dancer dean dentist designer detective developer "
    "diplomat director doctor dramatist drummer economist editor engineer entrepreneur essayist executive explorer "
    "farmer filmmaker fisherman footballer founder general geologist goalkeeper governor guitarist historian illustrator "
    "inventor investor journalist judge king lawyer lecturer librarian lieutenant linguist manager mathematician mayor "
    "mechanic merchant midfielder minister missionary model monk musician neuroscientist novelist nurse officer "
    "organist owner painter partner pastor philosopher photographer physician physicist pianist pilot playwright poet "
    "politician presenter president priest producer professor psychiatrist psychologist publisher rapper rector "
    "reporter researcher resident runner sailor scholar scientist screenwriter sculptor secretary senator sergeant "
    "singer skater sociologist soldier songwriter soprano spokesman spokeswoman spokesperson statesman striker student "
    "surgeon swimmer teacher theologian trader translator treasurer vocalist volunteer wrestler writer"
)
_PERSON = rf"(?:{_PEOPLE.replace(' ', '|')})"
_SHORT = re.compile(
    r"\b((?:[A-Z][\w’'-]+\s(?:(?:of|and|for|the|de|on|in)\s){0,2}){1,5}[A-Z][\w’'-]+)\s\(([A-Z]{2,6})\)"
)

_RULES = tuple(
    (re.compile(pattern), tuple(asked.split("|")))
    for pattern, asked in (
        (
            rf"(?P<name>{_NAME}),\s(?:aged\s|age\s)?(?P<answer>\d{{1,2}})(?=,)",
            "How old is {name}?|How old was {name}?|What is {name}'s age?",
        ),
        (
            rf"(?P<answer>\d{{1,2}})-year-old\s(?:[a-z]+\s){{0,2}}(?P<name>{_NAME})",
            "How old is {name}?|What is {name}'s age?|How old was {name}?|What age was {name}?",
        ),
        (
            rf"(?P<name>{_NAME})\s\((?:born\s|b\.\s|born\son\s)(?P<answer>{_DATE})",
            "When was {name} born?|What is {name}'s date of birth?|In what year was {name} born?|When is {name}'s birthday?",
        ),
        (
            rf"(?P<name>{_NAME})\s\((?P<answer>{_DATE})\s?[-–—]\s?{_DATE}\),?\s(?:was|is)\b",
            "When was {name} born?|What year was {name} born?|When did {name}'s life begin?",
        ),
        (
            rf"(?P<name>{_NAME})\s\({_DATE}\s?[-–—]\s?(?P<answer>{_DATE})\),?\s(?:was|is)\b",
            "When did {name} die?|What year did {name} die?|What is {name}'s date of death?",
        ),
        (
            rf"(?P<name>{_NAME}),\s(?P<answer>(?:an?|the|then)\s(?:[\w’'-]+\s){{0,4}}{_PERSON}\b[^,.;:()]{{0,60}})(?=[,.;])",
            "Who is {name}?|Who was {name}?|What does {name} do?|What is {name}'s role?",
        ),
        (
            rf"(?<=[\s(])(?P<answer>(?:(?!(?:by|and|or|the|with|of|to|from|for|former|longtime)\b)[a-z]+\s)?{_PERSON})\s(?P<name>{_NAME})\b",
            "What is {name}'s profession?|What does {name} do for a living?|What is {name}'s job?|What was {name}'s occupation?",
        ),
    )
)
"""What a text says, and ways to ask for it."""
_DID = re.compile(
    rf"(?P<name>{_NAME})(?=\s(?:said|says|told|wrote|married|died|moved|studied|graduated|joined|retired|served|was\sborn|"
    r"returned|worked|recalled|recalls|lived|lives|argued|believed|learned|decided|spent|met|went)\b)"
)
_AGES = ("How old is {name}?", "How old was {name}?", "What is {name}'s age?", "What age is {name}?", "{name}'s age?")
_ROLE = re.compile(
    rf"(?P<answer>{_NAME}),\s(?:the|then)\s(?P<role>(?:[\w’'-]+\s){{0,3}}{_PERSON}\sof\s[^,.;:()]{{3,50}})(?=[,.;])"
)


def facts_of(context: str, rng: random.Random) -> Iterator[tuple[str, Span]]:
    """Questions that a text answers by its form, each with the place of the answer.

    >>> text = "Ida Holm, 71, sold the boat to the World Health Organization (WHO)."
    >>> for question, answer in facts_of(text, random.Random(3)):
    ...     print(question, answer.of(text))
    How old is Ida Holm? 71
    What is WHO? World Health Organization
    """
    for pattern, asked in _RULES:
        for match in pattern.finditer(context):
            if _named(match):
                yield rng.choice(asked).format(name=_called(match["name"], rng)), Span(*match.span("answer"))
    for match in _ROLE.finditer(context):
        yield f"Who {rng.choice(('is', 'was'))} the {match['role']}?", Span(*match.span("answer"))
    for match in _SHORT.finditer(context):
        long = _spelt(match[1], match[2])
        if long:
            question, place = rng.choice(
                (
                    ("What does {short} stand for?", Span(match.end(1) - len(long), match.end(1))),
                    ("What is {short}?", Span(match.end(1) - len(long), match.end(1))),
                    ("What is the abbreviation of {long}?", Span(*match.span(2))),
                    ("What is {long} called for short?", Span(*match.span(2))),
                )
            )
            yield question.format(short=match[2], long=long), place


def _spelt(name: str, short: str) -> str | None:
    """The end of a name whose capitals spell its short form; None when no end of it does.

    >>> _spelt("In May World Health Organization", "WHO")
    'World Health Organization'
    """
    words = name.split()
    for first in range(len(words)):
        if words[first][0].isupper() and "".join(w[0] for w in words[first:] if w[0].isupper()) == short:
            return " ".join(words[first:])
    return None


def _named(match: re.Match[str]) -> bool:
    """Whether a name is not begun by another word with a capital, as at the beginning of a sentence."""
    return bool(content_words(match["name"].split()[0]))


def _called(name: str, rng: random.Random) -> str:
    name = re.sub(r"[’']s?$", "", name)
    return name if rng.random() < FULL_NAME else name.split()[-1]


def aged(paragraph: Paragraph, rng: random.Random) -> Paragraph | None:
    """The paragraph with an age put behind a person's name, and asked for; None when it says of nobody what they did.

    Newspapers give ages so, the texts that are trained on hardly ever.

    >>> p = aged(Paragraph("f", "Ida Holm said no.", ()), random.Random(1))
    >>> p.context, p.questions[0].text, p.questions[0].answers[0].of(p.context)
    ('Ida Holm, 80, said no.', 'How old is Ida Holm?', '80')
    """
    people = [match for match in _DID.finditer(paragraph.context) if _named(match)]
    if not people:
        return None
    place = rng.choice(people).span("name")
    name, age = paragraph.context[slice(*place)], str(rng.randint(8, 97))
    context = f"{paragraph.context[: place[1]]}, {age},{paragraph.context[place[1] :]}"
    question = rng.choice(_AGES).format(name=_called(name, rng))
    start = place[1] + 2
    return Paragraph(paragraph.source, context, (Question("age-rule", question, (Span(start, start + len(age)),)),))


def with_facts(paragraph: Paragraph, rng: random.Random, share: float, most: int = 2) -> Paragraph:
    """The paragraph with a share of the questions made by rule among its own, ``most`` at most."""
    asked = {q.text for q in paragraph.questions}
    made = [f for f in facts_of(paragraph.context, rng) if rng.random() < share and f[0] not in asked]
    rng.shuffle(made)
    questions = [Question("rule", question, (answer,)) for question, answer in made[:most]]
    return replace(paragraph, questions=(*paragraph.questions, *questions))
