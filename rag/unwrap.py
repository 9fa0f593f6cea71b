"""A question without what people say around it: "Hi! Can you tell me when the war ended, please?".

Neither greeting nor thanks is a word to search for, and "the article" is not what the article is about. Only what
stands at either end and leaves a whole question is taken off; anything else is searched for as it was asked.
"""

from __future__ import annotations

import re

_ASKS = (
    r"(?=(?:who(?:m|se|['’]s)?|what(?:['’]s)?|when|where|why|how|which|if|whether"
    r"|(?:in|on|at|from|to|by|for|with|of|under|about) (?:what|which|whom|whose|how))\b)"
)
"""What follows is asked, directly or not."""
_WORK = r"(?:(?:the|this) (?:(?:above|given|provided|following|whole) )?(?:article|text|passage|document|essay)|this (?:piece|story|page|post|report|paper))"
_BY = rf"(?:according to|based on|as per|going by|judging by|from reading|from|in|(?:as )?(?:stated|said|mentioned|described|given) in) {_WORK}"
_PLEASE = r"(?:(?:please|pls|kindly|also|maybe|just|perhaps)[, ]+)?"
_KNOW = r"(?:know|ask|learn|hear|find out|understand|see)"
_SAYS = r"(?:say|mention|state|tell(?: (?:us|me))?|explain|describe|reveal|specify|indicate|report|discuss|give)"
_BEFORE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening|day))(?: (?:there|again|bot|all|everyone))?"
        rf"(?:\s*[!,.:;–—-]+\s*|\s+(?={_ASKS}|(?:can|could|please|do|tell)\b))",
        r"(?:so|well|ok|okay|now|and now|great|right|alright|by the way|btw|also|finally|lastly|next|umm?|uhh?|sorry|excuse me|please|thanks|thank you|just curious|curious"
        r"|out of (?:curiosity|interest)|(?:a |one |just a |another )?(?:quick |last |next |further |more )?question(?: for you)?|q)"
        r"\s*[,:!.;–—-]+\s*",
        rf"{_BY}(?:\s*[,:]\s*|\s+{_ASKS})",
        rf"{_PLEASE}(?:(?:can|could|would|will) (?:you|u) {_PLEASE}|are you able to )?"
        rf"(?:(?:tell|show|remind|inform) (?:me|us)|let (?:me|us) know|explain(?: to (?:me|us))?|find out)"
        rf"(?:,? please)?\s*[,:]?\s*{_ASKS}",
        rf"(?:i|we)(?:['’]d| would)? {_PLEASE}(?:want|wanted|like|love|need|wish|have) to {_KNOW}(?: you)?\s*[,:]?\s*{_ASKS}",
        rf"(?:i|we)(?:['’]m| am| was|['’]re| are)? {_PLEASE}"
        rf"(?:wonder|wondering|wondered|curious|interested|asking(?: myself)?)(?: (?:to {_KNOW}|in|about))?\s*[,:]?\s*{_ASKS}",
        rf"(?:do|does|did|would) (?:you|u|anyone|anybody|we) {_PLEASE}(?:happen to )?(?:know|remember|recall|have any idea)"
        rf"\s*[,:]?\s*{_ASKS}",
        rf"(?:have you )?any idea(?: about| of)?\s*[,:]?\s*{_ASKS}",
        rf"(?:do|does|did|can|could) (?:it|{_WORK}|the (?:author|writer)) {_PLEASE}{_SAYS}(?: (?:anything|something))?(?: about)?\s*{_ASKS}",
        rf"what (?:do|does|did) (?:it|{_WORK}|the (?:author|writer)) (?:say|tell(?: us)?|mention|state) about {_ASKS}",
        rf"is (?:it|there) (?:known|said|mentioned|stated|explained|described|clear)(?: {_BY})?\s*{_ASKS}",
    )
)
_ANSWER = (
    r"(?:be (?:brief|concise|short|precise|specific|exact)|keep it (?:short|brief)|in (?:one|a single) (?:word|sentence)"
    r"|answer (?:briefly|shortly|concisely|precisely|with a quote|from {work}|in (?:one|a|a single|a few) (?:short )?(?:words?|sentences?))"
    r"|(?:quote|cite)(?: (?:from )?(?:{work}|(?:the|your) sources?))?|explain|i(?:['’]m| am) (?:just )?curious)"
).replace("{work}", _WORK)
_THANKS = r"(?:please|pls|plz|thanks|thx|thank you|cheers)(?: (?:so much|very much|a lot|in advance))?"
_AFTER = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<=[?.!])\s*{_THANKS}(?P<end>)\s*[.!]*$",
        rf"(?:\s*[,;]\s*|(?<!\bsay)(?<!\bsays)(?<!\bsaid)\s+){_THANKS}(?P<end>\s*[?.!]*)$",
        rf"(?<=[?.!])\s*(?:please,? )?{_ANSWER}(?:,? please)?(?P<end>)\s*[.!]*$",
        rf",?\s+{_BY}(?P<end>\s*[?.!]*)$",
    )
)
_WHETHER = re.compile(r"(?:if|whether(?: or not)?)\s+", re.IGNORECASE)


def unwrap(question: str) -> str:
    """The question itself, with the capital that it began with; all of it when nothing would be left.

    >>> unwrap("Hi! Can you tell me when the war ended, please?")
    'When the war ended?'
    >>> unwrap("According to the article, who won? Please be brief.")
    'Who won?'
    >>> unwrap("Tell me about the war."), unwrap("In the story of Ruth, who dies?")
    ('Tell me about the war.', 'In the story of Ruth, who dies?')
    """
    left = question
    while (taken := _once(left)) != left:
        left = taken
    return left[:1].upper() + left[1:] if question[:1].isupper() else left


def _once(question: str) -> str:
    for pattern in _BEFORE:
        if match := pattern.match(question):
            rest = question[match.end() :]
            whether = _WHETHER.match(rest)
            return _if_left(rest[whether.end() :] if whether else rest, question)
    for pattern in _AFTER:
        if match := pattern.search(question):
            return _if_left(question[: match.start()].rstrip(" ,;") + match["end"].strip(), question)
    return question


def _if_left(rest: str, question: str) -> str:
    return rest if re.search(r"\w{2}", rest) else question
