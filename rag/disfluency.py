"""A question begun twice, as in speech: "When did Lee, no wait, Bob visit Rome?" asks about Bob.

What was said first (the reparandum) and the words between (the interregnum) are dropped, where both can be told by
form; Shriberg 1994, "Preliminaries to a Theory of Speech Disfluencies", has the terms.
"""

from __future__ import annotations

import re

_OH = r"(?:(?:uh+|um+|er+m?|oh|ah|well)[, ]+)*"
_BETWEEN = (
    rf"{_OH}(?:no[, ]+(?:wait|sorry|actually|rather|I mean(?:t)?|make that|hold on|not that)|wait[, ]+(?:no|sorry|actually|I mean)"
    r"|(?:sorry|excuse me|actually|wait)[, ]+(?:I mean(?:t)?|I wanted to (?:say|ask)|make that|rather|no)|I (?:really )?mean(?:t)?(?: to (?:say|ask))?"
    r"|I wanted to (?:say|ask)|or rather|scratch that|strike that|let me rephrase(?: that)?|(?:uh+|um+|er+m?|oh)[, ]+(?:no|sorry|wait|actually|rather))"
)
"""Words between what was said first and what is meant, that mean nothing else."""
_ALONE = r"(?:no|sorry|wait|actually|rather|nope|instead|oh|uh+|um+)"
"""Words that do so after a pause only."""
_MARK = re.compile(
    r"\b(?:no|nope|not|wait|sorry|mean|meant|rather|actually|instead|scratch|strike|rephrase|wanted|excuse|uh+|um+|er+m?|oh)\b",
    re.IGNORECASE,
)
"""Without any of these words nothing is mended."""
_NO = (
    r"(?<! say)(?<! said)(?<! says)(?<! is)(?<! was)(?<! with)(?<!there)(?<! have)(?<! had)(?<! has)"
    r"\s+no(?=\s+(?:tell|who|what|when|where|why|how|which)\b)"
)
_ASKS = (
    r"(?:who(?:m|se)?|what|when|where|why|how|which|(?:in|on|at|from|to|by|for|with|of) (?:what|which|whom|whose))\b"
)
_AGAIN = re.compile(
    rf"^.*?\w\W*?(?:[\s,;.…–—-]+{_BETWEEN}|\s*[,;.…–—-]+\s*{_ALONE}|{_NO})\s*[,;.…–—-]*\s*(?:tell me\s+)?(?P<asked>{_ASKS}(?:\W+\w+){{2,}}.*)$",
    re.IGNORECASE,
)
_PIECE = r"(?:(?:the |a )?[A-Z][\w’'-]*(?: (?:(?:of|the|de|von|van) )?[A-Z][\w’'-]*)*|\d[\d.,]*\d|\d)"
_OTHER = re.compile(
    rf"(?P<first>{_PIECE})\s*[,;.…–—-]*\s*(?i:{_BETWEEN}|(?<!\d )no)\s*[,;.…–—-]*\s*(?P<meant>{_PIECE})[,;]?(?=\W|$)"
)
_NOT = re.compile(
    rf"^(?P<asked>.+?)\s*[,;.…–—-]*\s*{_BETWEEN}\s*[,;.…–—-]*\s*(?P<meant>\w[^,;?]*?),?\s+(?:and )?not\s+(?P<first>\w[^?]*?)\s*\?*$",
    re.IGNORECASE,
)


def repaired(question: str) -> str:
    """The question as it was meant at last; the same when it was said straight away.

    >>> repaired("How many, no wait, when did Bob visit Rome?"), repaired("When did Lee I mean Bob visit Rome?")
    ('When did Bob visit Rome?', 'When did Bob visit Rome?')
    >>> repaired("In what country is Norse found no wait Normandy not Norse?")
    'In what country is Normandy found?'
    >>> repaired("What did Bob mean when he said no?"), repaired("How long did he wait, who knows?")
    ('What did Bob mean when he said no?', 'How long did he wait, who knows?')
    """
    if not _MARK.search(question):
        return question
    swapped = _NOT.match(question)
    if swapped and (place := re.search(rf"\b{re.escape(swapped['first'])}\b", swapped["asked"], re.IGNORECASE)):
        asked = swapped["asked"]
        return f"{asked[: place.start()]}{swapped['meant']}{asked[place.end() :].rstrip(' ,')}?"
    again = _AGAIN.match(question)
    if again:
        asked = again["asked"]
        return repaired(asked[0].upper() + asked[1:] if question[0].isupper() else asked)
    return _OTHER.sub(lambda match: match["meant"], question)
