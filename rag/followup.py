"""A follow-up -> the question that stands alone: "When did he go?" after a question about someone.

Only what form can tell is done: a pronoun is replaced by the one name that the last exchange was
about, and "And in 1950?" or "What about Rome?" takes the last question with that part exchanged.
Anything else is searched for as it was asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.data import Turn

_NAME = re.compile(
    r"(?:[A-Z][\w’'-]*\.?)(?:\s+(?:of|the|de|van|von|al|bin|[A-Z][\w’'-]*\.?|\d+))*\s+[A-Z][\w’'-]*|[A-Z][\w’'-]+"
)
_OPENERS = re.compile(
    r"^(?:who|whom|whose|what|when|where|which|why|how|is|are|was|were|do|does|did|has|have|had|can|could|will|would|in|on|at"
    r"|the|a|an|and|by|to|from|tell|name|list|give|describe|explain)\b\s*",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"\b(?:(?P<whose>his|their|its|her(?=\s+(?!to\b)[a-z]))|he|she|they|it|him|her|them)\b", re.IGNORECASE
)
_EXCHANGE = re.compile(
    r"^(?:and|but|or|so|what about|how about|and what about)\s+(?P<new>(?:in |on |for |with |the )?[\w’' .-]{1,40}?)\??$",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b\d{4}\b")
_QUESTION_WORD = re.compile(r"\b(who|what|when|where|which|why|how|did|does|do|is|are|was|were)\b", re.IGNORECASE)


def resolve(question: str, history: Sequence[Turn]) -> str:
    """What to search for.

    >>> resolve("When did he visit Rome?", [Turn("Who is Ann Lee's father?", "Bob Lee")])
    'When did Bob Lee visit Rome?'
    >>> resolve("And in 1953?", [Turn("What did Mao say in 1956?", "…")])
    'What did Mao say in 1953?'
    >>> resolve("When did the war end?", [Turn("Who won?", None)])
    'When did the war end?'
    """
    if not history:
        return question
    last = history[-1]
    exchange = _EXCHANGE.match(question)
    if exchange and not _QUESTION_WORD.search(exchange["new"]):
        return _exchanged(last.question, exchange["new"].strip()) or question
    pronoun = _PRONOUN.search(question)
    topic = _topic(history)
    if pronoun is None or topic is None or _names(question[: pronoun.start()]):
        return question  # nothing to replace, or a name in the question itself that the pronoun stands for
    name = f"{topic}'s" if pronoun["whose"] else topic
    return question[: pronoun.start()] + name + question[pronoun.end() :]


def _topic(history: Sequence[Turn]) -> str | None:
    """The name that a short answer gave, else the first name in the latest question that has one."""
    last = history[-1]
    if last.answer and len(last.answer.split()) <= 5 and re.match(r"who\b", last.question, re.IGNORECASE):
        names = _names("The " + last.answer)
        if names:
            return names[0]
    for turn in reversed(history):
        names = _names(turn.question)
        if names:
            return names[0]
    return None


def _names(question: str) -> list[str]:
    """Runs of capitalised words, the word that opens the question apart."""
    rest = question
    while match := _OPENERS.match(rest):
        rest = rest[match.end() :]
    return [re.sub(r"['’]s$", "", match.group()) for match in _NAME.finditer(rest)]


def _exchanged(question: str, new: str) -> str | None:
    if (year := _YEAR.search(new)) and _YEAR.search(question):
        return _YEAR.sub(year.group(), question, count=1)
    names = _names(question)
    new_names = _names("The " + new)
    if new_names and names:
        return question.replace(names[-1], new_names[0], 1)
    return None
