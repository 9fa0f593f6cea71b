"""A follow-up -> the question that stands alone: "When did he go?" after a question about someone.

Only what form can tell is done: a pronoun is replaced by the one name that the last exchange was
about; "And in 1950?" or "What about Rome?" takes the last question with that part exchanged, and "And when?" asks it
by that word, with the name that answered it in place of "who".
Anything else is searched for as it was asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.data import Turn

_NAME = re.compile(
    r"[A-Z][\w’'-]*\.?(?:\s+(?:of|the|de|van|von|al|bin|[A-Z][\w’'-]*\.?|\d+))*\s+[A-Z][\w’'-]*|[A-Z][\w’'-]+|[A-Z]{2,}"
)
_OPENERS = re.compile(
    r"(?:who|whom|whose|what|when|where|which|why|how|is|are|was|were|do|does|did|has|have|had|can|could|will|would|in|on|at"
    r"|the|a|an|and|by|to|from|tell|name|list|give|describe|explain)\b\s*",
    re.IGNORECASE,
)
_NO_TOPIC = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december he she they it i we you""".split()
)
_PERSON = re.compile(r"\b(?:(?P<whose>his|her(?=\s+(?!to\b)[a-z]))|he|she|him|her)\b", re.IGNORECASE)
_THING = re.compile(r"\b(?:(?P<whose>its|their)|they|them|it)\b", re.IGNORECASE)
_IMPERSONAL = re.compile(
    r"\b(?:is|was|does|did) it (?:true|likely|possible|raining|cost|take|mean|matter|that)\b|\bit (?:cost|take)\b",
    re.IGNORECASE,
)
_EXCHANGE = re.compile(
    r"(?:and|but|or|so|what about|how about|and what about)\s+(?P<before>(?:in|on|for|with|to|from|at|by)\s+)?(?P<new>(?:the )?[\w’' .-]{1,40}?)\??",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"(?:(?:and|but|so|or)\s+)?(?P<word>when|where|why|how|who|whom|whose|what|which)"
    r"(?:\s+(?:exactly|(?:is|was)\s+(?:that|this|it)))?[\s?.!…]*",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"(?:(?:when|where|why|how|what|whom)\s+)?"
    r"(?P<clause>(?:do|does|did|is|are|was|were|has|have|had|can|could|will|would|should)\s+.+)",
    re.IGNORECASE,
)
_WHO_DID = re.compile(r"who\s+(?!(?:do|does|did|is|are|was|were|else|all)\b)(?P<clause>.+)", re.IGNORECASE)
_ANSWER_WORDS = 6
"""An answer of more words does not take the place of "who"."""
_YEAR = re.compile(r"\b\d{4}\b")


def resolve(question: str, history: Sequence[Turn]) -> str:
    """What to search for.

    >>> resolve("When did he visit Rome?", [Turn("Who is Ann Lee's father?", "Bob Lee")])
    'When did Bob Lee visit Rome?'
    >>> resolve("And in 1953?", [Turn("What did Ann say in 1912?", "…")])
    'What did Ann say in 1953?'
    >>> resolve("And when?", [Turn("Who visited Rome?", "Bob Lee")])
    'When was it that Bob Lee visited Rome?'
    >>> resolve("When did the war end?", [Turn("Who won?", None)])
    'When did the war end?'
    """
    if not history:
        return question
    exchange = _EXCHANGE.fullmatch(question)
    if exchange and (exchanged := _exchanged(history[-1].question, exchange["new"].strip(), exchange["before"])):
        return exchanged
    bare = _BARE.fullmatch(question)
    if bare:
        return _asked_by(bare["word"].capitalize(), history[-1]) or question
    person = _PERSON.search(question)
    pronoun = person or (None if _IMPERSONAL.search(question) else _THING.search(question))
    topic = (_person(history) if person else _thing(history[-1])) if pronoun else None
    if pronoun is None or topic is None or _names(question[: pronoun.start()]):
        return question  # nothing to replace, or a name in the question itself that the pronoun stands for
    name = f"{topic}'s" if pronoun["whose"] else topic
    return question[: pronoun.start()] + name + question[pronoun.end() :]


def says_too_little(question: str) -> bool:
    """Whether a question is a question word and nothing to search for.

    >>> [says_too_little(q) for q in ("And when?", "Why is that?", "When was Rome built?")]
    [True, True, False]
    """
    return _BARE.fullmatch(question) is not None


def _asked_by(word: str, last: Turn) -> str | None:
    """The last question asked by another question word: "When", "Where", "Why" or "How"."""
    if word not in ("When", "Where", "Why", "How"):
        return None
    if asked := _ASKED.fullmatch(last.question):
        return f"{word} {asked['clause'][:1].lower()}{asked['clause'][1:]}"
    did = _WHO_DID.fullmatch(last.question)
    if did and last.answer and len(last.answer.split()) <= _ANSWER_WORDS:
        return f"{word} was it that {last.answer} {did['clause']}"
    return None


def _person(history: Sequence[Turn]) -> str | None:
    """Whom "he" or "she" means: the name that answered a "who" question, else the latest question's only name."""
    for turn in reversed(history):
        asks_who = bool(re.match(r"who\b", turn.question, re.IGNORECASE))
        asks_about = bool(re.match(r"who(?: is| was|['’]s)\b", turn.question, re.IGNORECASE))
        names = _names(turn.question)
        if (
            asks_who
            and turn.answer
            and (said := _names("The " + turn.answer))
            and not (asks_about and len(names) == 1 and "'s " not in turn.question.replace("’", "'"))
        ):
            return said[0]
        if len(names) == 1 and (asks_about or not asks_who):
            return names[0]
        if names:
            return names[0] if not asks_who else None
    return None


def _thing(last: Turn) -> str | None:
    """What "it" or "they" means: the only name in the last question, unless that is who was asked about."""
    names = _names(last.question)
    asks_who = re.match(r"who(?: is| was|['’]s)\b", last.question, re.IGNORECASE)
    return names[0] if len(names) == 1 and not asks_who else None


def _names(question: str) -> list[str]:
    """Runs of capitalised words, the word that opens the question apart."""
    rest = question
    while match := _OPENERS.match(rest):
        rest = rest[match.end() :]
    found = [re.sub(r"['’]s$", "", match.group()) for match in _NAME.finditer(rest)]
    return [name for name in found if name.lower() not in _NO_TOPIC]


def _exchanged(question: str, new: str, before: str | None) -> str | None:
    """The question with its year, or its name, exchanged for the new one; None when it is not plain which."""
    years, names, new_names = _YEAR.findall(question), _names(question), _names("The " + new)
    if _YEAR.fullmatch(new):
        return _YEAR.sub(new, question) if len(years) == 1 else None
    if not new_names or new_names[0] != re.sub(r"^[Tt]he ", "", new):
        return None
    if before:
        behind = [
            name
            for name in names
            if re.search(rf"\b{before.strip()}\s+(?:the )?{re.escape(name)}", question, re.IGNORECASE)
        ]
        names = behind
    return question.replace(names[0], new_names[0], 1) if len(names) == 1 else None
