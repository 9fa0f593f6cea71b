"""Questions for what the article says about something: "Tell me about Rome.", "Does it mention Ann Lee?".

They ask for no fact that a reader could point at; the sentences that name the thing are the answer, and when no
sentence does, that is one too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag.data import Candidate, Document, Hit, Span
from rag.terms import STOP_WORDS, terms

MOST = 3
"""Sentences quoted at most."""
EARLY = 4
"""A sentence that names the thing among so many words at its beginning is about it."""
_CONFIDENCE = 0.8
"""Not measured: whether a sentence names something is plain, whether it says what was wanted is not."""

_WORK = r"(?:the|this) (?:\w+ )?(?:article|text|passage|document|essay|piece|story|page|author|writer)"
_NEWS = (
    r"(?:(?:some|any|all(?: the)?|more|the|a few) )?(?:something|anything|everything|more|info|information|details|facts|quotes?"
    r"|sentences?|passages?|mentions|references)"
)
_FORMS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"what (?:do|does|did|can|has) (?:it|{_WORK}|you|we) (?:say|said|tell(?: (?:me|us))?|mention|state|know|write|report|learn|have)"
        r"(?: to say)? (?:about|on|of|regarding|concerning) (?P<topic>.+)",
        r"what (?:is|was|are) (?:said|mentioned|written|stated|reported|known) (?:about|of|regarding) (?P<topic>.+)",
        rf"(?:do|does|did) (?:it|{_WORK}) (?:\w+ly )?(?:mention|name|discuss|cover|refer to|speak (?:about|of)|talk about|"
        r"(?:say|contain|have) (?:anything|something) (?:about|on)) (?P<topic>.+)",
        r"(?:is|was|are|were) (?P<topic>.+?) (?:ever )?(?:mentioned|talked about)(?: at all)?",
        r"(?:is|was) (?:there )?(?:anything|something) (?:said |mentioned |written )?(?:about|on) (?P<topic>.+)",
        rf"(?:please )?(?:(?:can|could) you )?(?:please )?(?:tell|give|show|find|say|talk)(?: (?:me|us|to me|to us))?(?: {_NEWS})? "
        r"(?:about|on|regarding) (?P<topic>.+)",
        rf"{_NEWS} (?:about|on|regarding) (?P<topic>.+)",
        r"what (?:else )?(?:can|could|do) you tell (?:me|us) about (?P<topic>.+)",
        r"(?:and )?(?:what|how) about (?P<topic>.+)",
    )
)
_ASKS = re.compile(r"(?:who|whom|whose|what|when|where|why|how|which|if|whether)\b", re.IGNORECASE)
_HAPPENED = re.compile(
    r"what (?:happened|took place|occurred) (?:in|on|during) (?P<topic>(?:\w+ ){0,2}\d{4})", re.IGNORECASE
)
_NAME = re.compile(r"(?P<topic>[A-Z][\w’'-]*(?: (?:of|the|de|von|van|al))?(?: [A-Z][\w’'-]*| \d{1,4}){0,4})")
_GREETING = re.compile(r"(?:hi|hello|hey|thanks|thank you|please|ok|okay|yes|no|help|bye|test)", re.IGNORECASE)
_ITSELF = re.compile(rf"(?:{_WORK}|it|this|that|them|him|her|you|yourself|me)", re.IGNORECASE)


def topic_of(question: str) -> str | None:
    """What a question wants everything about; None for one that asks for something else.

    >>> topic_of("Tell me more about the Lee family."), topic_of("Does the article mention Rome?")
    ('the Lee family', 'Rome')
    >>> topic_of("Tell me about how it ended."), topic_of("Who wrote about Rome?"), topic_of("Tell me about it")
    (None, None, None)
    """
    plain = question.strip(' ?!."“”')
    for form in _FORMS:
        match = form.fullmatch(plain)
        if match is None:
            continue
        topic = match["topic"].strip(" \"“”'")
        asked = _ASKS.match(topic) or _ITSELF.fullmatch(topic)
        return None if asked or all(word in STOP_WORDS for word in topic.lower().split()) else topic
    return None


def named_in(question: str) -> str | None:
    """What a question that found no answer names and nothing else: "Ann Lee", "What happened in 1912?".

    >>> named_in("Ann Lee"), named_in("What happened in May 1912?"), named_in("What happened to Ann?")
    ('Ann Lee', 'May 1912', None)
    >>> named_in("Hello!"), named_in("Who Framed Roger Rabbit?")
    (None, None)
    """
    plain = question.strip(' ?!."“”')
    match = _HAPPENED.fullmatch(plain) or _NAME.fullmatch(plain)
    return None if match is None or _GREETING.fullmatch(plain) or _ASKS.match(match["topic"]) else match["topic"]


def mentions(topic: str, hits: Sequence[Hit], document: Callable[[str], Document]) -> list[Candidate]:
    """The sentences of the passages that name the topic, the one that is most plainly about it first.

    A sentence names it when it has all its terms, whatever their endings: "Mendeleyev" is named by "Mendeleyeff".
    """
    wanted = set(terms(topic))
    found: dict[tuple[str, Span], tuple[bool, int, Span]] = {}
    for rank, hit in enumerate(hits):
        text = document(hit.passage.document_id).text
        for sentence in hit.passage.sentences:
            words = sentence.of(text).split()
            if _names(words, wanted):
                late = not _names(words[: EARLY + len(topic.split())], wanted)
                found.setdefault((hit.passage.document_id, sentence), (late, rank, sentence))
    best = sorted(found, key=found.__getitem__)[:MOST]
    return [Candidate(document_id, sentence, None, _CONFIDENCE) for document_id, sentence in best]


def _names(words: Sequence[str], wanted: set[str]) -> bool:
    held = terms(" ".join(words))
    return all(any(term == one or _spelt_like(term, one) for one in held) for term in wanted)


def _spelt_like(one: str, other: str) -> bool:
    """Whether two terms differ by no more than two letters at the end.

    >>> _spelt_like("mendeleyev", "mendeleyeff"), _spelt_like("art", "arts"), _spelt_like("corsica", "corsican")
    (True, False, True)
    """
    shared = max(5, len(one) - 2, len(other) - 2)
    return one[:shared] == other[:shared] and min(len(one), len(other)) >= 5
