"""Suggested questions: sentences -> questions by rules of form, kept when the assistant answers them from there.

A rule speaks only where the form of a sentence leaves little doubt (a name or "the …" right before
a verb of a short list); every question is then asked, so that none is shown that is not answered.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rag.assistant import Assistant
from rag.data import Passage, Reply, Span
from rag.terms import terms

CHECKS, CHECKS_AFTER_A_REPLY = 20, 4
"""Questions asked to find suggestions, at most: about 0.1 s each."""
SAMPLE = 200
"""Passages looked at, spread evenly."""
MARGIN = 0.2
"""How far above the threshold the confidence must lie, as a share of the way to 1."""
LONGEST = 100
"""Characters of a suggestion."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A question not yet asked; its answer must touch ``answer``. Offsets are the sentence's own."""

    question: str
    kind: str
    answer: Span


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question that is answered, the sentence it was made from, and the answer inside that sentence."""

    question: str
    kind: str
    document_id: str
    sentence: Span
    answer: Span
    confidence: float


@dataclass(frozen=True, slots=True)
class Words:
    """Of some texts: words with a capital inside sentences, words in small letters, names of persons."""

    capital: frozenset[str]
    small: frozenset[str]
    people: frozenset[str]


@dataclass(frozen=True, slots=True)
class Clause:
    """The parts of a plain sentence: "In 1950, | Ada Lee | visited | Rome with Bob"; ``rest_at`` is where rest begins."""

    subject: str
    subject_span: Span
    verb: str
    rest: str
    rest_at: int
    lead_date: Span | None
    person: bool


# What the rules know of English ------------------------------------------------------------------

# Verbs that need an object: "the book published in 1990" is then no sentence.
_WITH_OBJECT = """abandon abolish accept achieve acquire adopt announce appoint approve arrest assassinate attack
capture challenge coin commission complete conquer create cross declare defeat demand design destroy develop direct discover dissolve
donate earn embrace enact establish execute explore finish form found gain host house impose influence inherit inspire install
introduce invade invent invest issue join kill launch marry murder name nominate occupy order organize own perform pioneer popularize
prevent produce promote prompt propose publish purchase raise ratify receive record recruit refuse reject release
rename renovate replace rescue save seize sign start suffer support trigger unveil visit welcome"""
_WITHOUT = """agree appear apologize arrive close collaborate collapse compete converge decide defect depart die disappear
emigrate end graduate land merge migrate move open participate protest resign respond retire return serve surrender
travel vote"""
_IRREGULAR = """became become broke break brought bring built build bought buy caught catch chose choose drew draw
gave give held hold left leave lost lose made make overthrew overthrow paid pay saw see sold sell sent send shot shoot
signaled signal spent spend struck strike taught teach took take won win wrote write banned ban stopped stop cost cost
counted count"""
_IRREGULAR_WITHOUT = (
    "began begin came come fell fall fled flee fought fight led lead met meet rose rise travelled travel went go"
)
_PARTICIPLE = {"written": "wrote", "chosen": "chose", "overthrown": "overthrew", "taken": "took", "drawn": "drew"}


def _past(base: str) -> str:
    return base + "d" if base[-1] == "e" else base[:-1] + "ied" if re.search(r"[^aeiou]y$", base) else base + "ed"


def _pairs(block: str) -> dict[str, str]:
    words = block.split()
    return dict(zip(words[::2], words[1::2], strict=True))


_NEEDS_OBJECT = {_past(base): base for base in _WITH_OBJECT.split()} | _pairs(_IRREGULAR)
_BASE = _NEEDS_OBJECT | {_past(base): base for base in _WITHOUT.split()} | _pairs(_IRREGULAR_WITHOUT)
_BE, _HAVE = ("was", "were", "is", "are"), ("has", "have", "had")
_DO = {"does": "does", "do": "do", "did": "did", "has": "does", "have": "do", "had": "did"}
_FINITE = frozenset(
    [*_BASE, *_BE, *_HAVE, *_DO, "can", "could", "will", "would", "may", "might", "must", "should", "said"]
)
_DATED_OBJECT = frozenset(
    """announced became built created designed developed discovered established founded introduced invented issued
    launched produced proposed published received released signed won wrote""".split()
)
_PREPOSITIONS = frozenset(
    """about above after against along among around as at before behind below between beyond by during for from in into
    near of off on onto out over since than through to toward towards under until up upon with within without""".split()
)
_FUNCTION = _PREPOSITIONS | frozenset("a an the and or but nor not very more most so who whom whose which that".split())
_OPENERS = frozenset(
    """A After All Although An And Another Any As At Because Before Both But By Despite During Each Either Even Every
    Few Following For From He Her Here His How However I If In It Its Later Many Meanwhile Most My Neither No None
    Nobody Not Now Of On Once One Only Or Other Others Our Several She Since So Some Such That The Their Then There
    These They This Those Though Three Thus To Today Two Under Until We What When Where Which While Who Why With Yet
    You Your January February March April May June July August September October November December Monday Tuesday
    Wednesday Thursday Friday Saturday Sunday""".split()
)
_VAGUE = re.compile(
    r"\b(?:I|[Tt]his|[Tt]hat|[Tt]hese|[Tt]hose|[Hh]e|[Ss]he|[Ii]t|[Tt]hey|him|them|himself|herself|itself|themselves|we|you"
    r"|my|our|your|me|us|here|there|such|same|latter|former|respectively|another|others?|also|too|however|thus"
    r"|therefore|both|today|yesterday|now|recently|ago|so|just|only|even|well|[Uu]nlike|[Ee]tc)\b"
    r"|\bthe (?:group|company|firm|team|club|band|film|book|song|album|show|series|paper|game|city|town|country|position|title"
    rf"|post|project|building|area|state|kingdom|school|event|author|article)(?=\?| (?:{'|'.join(sorted(_PREPOSITIONS - {'of', 'for'}))})\b)"
)
_OWN = re.compile(r"\b(?:his|her|their|its)\b")
_ROLE = re.compile(
    r"\b(?:actor|actress|advocate|analyst|anthropologist|architect|artist|astronaut|astronomer|author|banker|biologist"
    r"|businessman|businesswoman|chairman|chairwoman|chef|chemist|coach|comedian|commander|composer|critic|dancer|dictator"
    r"|diplomat|director|doctor|economist|editor|emperor|engineer|envoy|explorer|footballer|founder|geologist|geographer"
    r"|governor|historian|inventor|journalist|judge|king|lawyer|leader|mathematician|mayor|minister|musician|novelist|nurse"
    r"|officer|painter|philanthropist|philosopher|photographer|physician|physicist|player|poet|politician|presenter"
    r"|president|producer|professor|psychologist|queen|rapper|researcher|scholar|scientist|sculptor|senator|singer"
    r"|songwriter|spokesman|spokeswoman|teacher|theologian|writer)\b"
)
_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_YEAR = r"(?:1\d{3}|20\d{2})(?![\w,.–-]*\d)"
_DATE = (
    rf"(?:[Ii]n|[Oo]n) (?:(?:the )?(?:early |late |mid-)?(?:the )?\d{{3}}0s"
    rf"|(?:(?:early|late) )?(?:\d{{1,2}} )?{_MONTH}(?: \d{{1,2}},)? {_YEAR}|{_YEAR})"
)
_TITLE = r"(?:President|Minister|Chancellor|Professor|Sir|Emperor|Empress|Pope|Senator|Governor|Secretary|Ambassador|Mayor|Captain|Colonel|King|Queen|(?:Dr|Mrs?|Ms|Prof|Sen|Gov)\.)"
_CAP = r"(?:(?:[A-Z]\.)+|(?:Dr|Mrs?|Ms|St|Prof|Gen|Sen|Gov|Rep)\.|[A-ZÀ-Þ][\w’'-]*\w|[A-Z](?= ))"
_NAME = rf"{_CAP}(?: (?:(?:of|the|de|van|von|al|bin|del|la|du|and) ){{0,2}}{_CAP}){{0,6}}(?: \d{{1,3}}(?!\d))?"
_PLAIN = rf"{_CAP}(?: {_CAP}){{1,3}}"
_ADVERB = r"(?:(?:also|later|then|first|soon|again|once|\w+ly) )?"
_LEAD = rf"(?:(?:When )?(?P<date>{_DATE}),?|(?:After|Before|During|Despite|Following) [^,]{{3,60}},|(?:Meanwhile|However|Later|Eventually),)"
_CLAUSE = re.compile(
    rf"(?:{_LEAD} )?(?P<subject>[Tt]he(?: [\w’'-]+){{1,5}}?|{_NAME})(?: \([^()]*\)|, (?:who|which|an?|the) [^,]{{3,80}},)? {_ADVERB}"
    rf"(?P<verb>{'|'.join(sorted(_FINITE))}) {_ADVERB}(?P<rest>.+?)\.?"
)
_PEOPLE = re.compile(
    rf"{_TITLE} (?P<a>{_CAP}(?: {_CAP}){{0,3}})|{_ROLE.pattern} (?P<b>{_PLAIN})"
    rf"|(?P<c>{_PLAIN})(?:, who\b| was born\b| \(born\b|(?: \([^()]*\))?(?: is| was|,) (?:an?|the) [^,.]{{0,60}}?{_ROLE.pattern})"
)
_STOP = re.compile(
    r"[;—–:(]|, (?=(?:and|but|when|while|where|who|whom|whose|which|with|after|before|although|though|as|because|causing|leaving"
    r"|making|becoming|including)\b)| (?:but|when|while|where|who|which|after|before|because|although|though|since|until|amid|even)\b"
    rf"| and (?=(?:{'|'.join(sorted(_FINITE))})\b)"
)
_NUMBER = (
    r"(?:\d{1,3}(?:,\d{3})+|\d{1,3}|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty)"
)
_SOME = rf"(?:(?:about|around|some|nearly|over|almost|approximately|more than|at least) )?(?P<number>{_NUMBER}(?: (?:million|billion|thousand|hundred))?)"
_CLASS = re.compile(
    r"\b(?:agency|airline|airport|album|animal|bank|bird|board game|borough|brand|bridge|building|castle|cathedral|church|city"
    r"|club|college|committee|company|computer|concept|council|country|county|desert|device|disease|district|drug|festival"
    r"|film|fish|forest|form of|game|genre|group of|holiday|hospital|institute|island|journal|kind of|lake|language|law|magazine"
    r"|method|mountain|museum|musical|newspaper|novel|opera|organi[sz]ation|palace|park|party|peninsula|plant|play|port|product"
    r"|program|programme|province|publisher|region|religion|river|school|series|ship|show|software|song|species|sport|stadium"
    r"|state|suburb|system|team|temple|theory|town|treaty|type of|university|video game|village|volcano|war|website)\b"
)
_COUNTED = re.compile(
    rf"{_SOME} (?P<things>(?:(?!and |or |to |of )[a-z-]+ )?(?:[a-z]{{2,}}s|people|children|men|women))(?= |$)"
)
_MONEY = re.compile(
    r"(?:(?:about|around|nearly|over|more than) )?(?P<number>[$€£]\d[\d,.]*\d?(?: (?:million|billion|trillion))?)(?P<why> (?:for|to|on) .+)?"
)
_GENERAL = frozenset(
    "advantage alternative approach difference disadvantage example exception goal method option problem result".split()
)
_THING = re.compile(
    rf"(?P<thing>(?:The |An? )?(?:{_NAME}|[A-Z]?[a-z]+(?: [a-z-]+){{0,2}}?))(?: \([^()]*\))? (?:(?P<be>is|was|are) {_ADVERB}"
    r"(?:(?P<is>(?:an? (?!vital|important|essential|useful|crucial|common|typical|popular|example|type of|kind of|very|bit|lot|good|great|big|major|key|matter|result|sign|part|case|reason|way|problem|question|fact)"
    r"|one of the |the (?:\w+est|first|only|capital|name|study|process|practice|science|branch|term|art|ability|ancient)\b)"
    r"[^,.;]+)|used (?:for|to|as) (?P<use>[^,;]+)|caused by (?P<cause>[^,;]+))|(?P<consist>consists?) of (?P<part>[^;]+))"
)


def vocabulary(texts: Iterable[str]) -> Words:
    """What the texts tell of their words; one that is seen both ways counts as what it is more often.

    >>> sorted(vocabulary(["Then President Ada Lee saw the sea at Rome."]).people)
    ['Ada Lee', 'Lee']
    """
    capital: Counter[str] = Counter()
    small: Counter[str] = Counter()
    people: set[str] = set()
    for text in texts:
        plain = re.sub(r"\s", " ", text)
        capital.update(re.findall(r"(?<=[a-z,;] )[A-ZÀ-Þ][\w’'-]*\w", plain))
        small.update(re.findall(r"\b[a-zà-þ][\w-]+", plain))
        for found in _PEOPLE.finditer(plain):
            name = found["a"] or found["b"] or found["c"]
            people.update([name, name.split()[-1]])
    return Words(
        frozenset(word for word in capital if capital[word] > small[word.lower()]),
        frozenset(word for word in small if small[word] >= capital[word.capitalize()]),
        frozenset(people),
    )


def drafts(sentence: str, words: Words) -> list[Draft]:
    """Questions that the sentence answers, whatever they are worth.

    >>> [draft.question for draft in drafts("Ada Lee visited Rome in 1950.", vocabulary([]))]
    ['When did Ada Lee visit Rome?']
    """
    plain = re.sub(r"(?:\[[^\[\]]{1,30}\])+$", "", re.sub(r"\s", " ", sentence))
    if not 15 <= len(plain) <= 400 or plain.isupper():
        return []
    found = [*_glosses(plain), *_persons(plain, words), *_things(plain, words)]
    clause = _clause(plain, words)
    if clause:
        for make in (_when, _who, _what, _why, _count, _money, _where, _by):
            found.extend(make(plain, clause))
    return [draft for draft in found if _reads_well(draft.question)]


def _clause(sentence: str, words: Words) -> Clause | None:
    match = _CLAUSE.fullmatch(sentence)
    if not match:
        return None
    subject, rest = match["subject"], match["rest"]
    first, *others = subject.split()
    if first in ("The", "the"):
        subject = " ".join(["the", *others])
        if set(others) & (_FUNCTION - {"of"}) or (len(others) == 1 and others[0].islower()):
            return None
    elif first in _OPENERS or (match.start("subject") == 0 and not _is_name(subject, words)):
        return None
    date = Span(*match.span("date")) if match["date"] else None
    person = subject.split()[-1] in words.people or re.search(rf"\b{_TITLE} ", subject)
    return Clause(subject, Span(*match.span("subject")), match["verb"], rest, match.start("rest"), date, bool(person))


def _is_name(subject: str, words: Words) -> bool:
    """Whether a subject that begins a sentence would have its capital anywhere."""
    first, *others = subject.split()
    return first in words.capital or (first.lower() not in words.small and any(o[0].isupper() for o in others))


def _uncut(rest: str) -> str | None:
    """The rest up to where another clause begins; None where a comma leaves in doubt what belongs together.

    >>> _uncut("Rome, where she died"), _uncut("a large, old house")
    ('Rome', None)
    """
    cut = _STOP.search(rest)
    kept = (rest[: cut.start()] if cut else rest).strip()
    return None if re.sub(rf"{_MONTH} \d+,|\d,\d", "", kept).count(",") or set(kept.split()[1:]) & _FINITE else kept


def _dated(sentence: str, clause: Clause) -> tuple[str, Span] | None:
    """The rest without its date, and the date, where only one is meant."""
    later = re.search(_DATE, clause.rest)
    if clause.lead_date:
        rest = re.split(r", | with ", clause.rest)[0] if sentence.startswith("When ") else clause.rest
        kept = _uncut(rest)
        return None if kept is None or re.search(r"\d{4}", kept) else (kept, clause.lead_date)
    if not later:
        return None
    before, after = clause.rest[: later.start()].strip(), clause.rest[later.end() :]
    if _uncut(before) != before or re.match(r"(?: and| or|,| to)? ?[–-]?(?:\d|in \d)", after) or _finite_next(after):
        return None
    if re.search(r" (?:of the|that|between|by) ", f" {before} ") and clause.verb not in _BE:
        return None
    return before, Span(clause.rest_at + later.start(), clause.rest_at + later.end())


def _finite_next(after: str) -> bool:
    return bool(set(after.split()[:1]) & _FINITE)


def _inverted(clause: Clause, opening: str, rest: str) -> str | None:
    """ "When" and "Ada Lee | visited | Rome" -> "When did Ada Lee visit Rome?"."""
    verb, first = clause.verb, rest.split(" ")[0]
    if verb in _BASE:
        if verb in _NEEDS_OBJECT and (not rest or first in _PREPOSITIONS):
            return None
        return f"{opening} did {clause.subject} {_BASE[verb]} {rest}".strip() + "?"
    if verb in _HAVE and not (first in _BASE or re.search(r"(?:ed|en|been|become)$", first)):
        return None
    if verb in _DO and verb not in _HAVE and first != "not":
        return None
    return f"{opening} {verb} {clause.subject} {rest}".strip() + "?" if verb not in ("said", "may", "might") else None


def _year(sentence: str, date: Span) -> Span:
    return Span(date.end - 4 - sentence[: date.end].endswith("0s"), date.end)


def _when(sentence: str, clause: Clause) -> Iterator[Draft]:
    dated = _dated(sentence, clause)
    if not dated or clause.verb not in (*_BASE, "was", "were", "had"):
        return
    kept, date = dated
    after = clause.rest[date.end - clause.rest_at :].strip() if not clause.lead_date else ""
    # What follows the date is said only where the question would name nothing without it.
    if after.split(" ")[0] in _PREPOSITIONS and _uncut(after) == after and not _names(f"{clause.subject} {kept}"):
        kept = f"{kept} {after}"
    question = _inverted(clause, "When", kept)
    if question:
        yield Draft(question, "when", _year(sentence, date))


def _names(text: str) -> bool:
    """Whether a name or a year in it tells what it is about."""
    return any(word[0].isupper() or re.match(r"\d{4}", word) for word in text.split())


def _who(sentence: str, clause: Clause) -> Iterator[Draft]:
    if not clause.person or _OWN.search(clause.rest) or clause.verb in ("became", "cost", "died"):
        return
    first = re.match(r"the (?:first|last|only|youngest|oldest|founder|inventor|author)\b", clause.rest)
    if clause.verb in _BASE or (clause.verb in _BE and first):
        dated = _dated(sentence, clause)
        kept = dated[0] if dated else _uncut(clause.rest)
        if kept and (clause.verb not in _NEEDS_OBJECT or kept.split()[0] not in _PREPOSITIONS):
            date = " " + dated[1].of(sentence).replace("In ", "in ").replace("On ", "on ") if dated else ""
            last = re.search(r"\S+$", clause.subject)
            end = clause.subject_span.end
            yield Draft(f"Who {clause.verb} {kept}{date}?", "who", Span(end - len(last[0]) if last else end, end))


def _what(sentence: str, clause: Clause) -> Iterator[Draft]:
    dated = _dated(sentence, clause)
    if dated and clause.verb in _DATED_OBJECT and re.match(r"an? |the |[A-Z]", dated[0]):
        date = dated[1].of(sentence)
        question = f"What did {clause.subject} {_BASE[clause.verb]} {date[0].lower()}{date[1:]}?"
        yield Draft(question, "what", Span(clause.rest_at, clause.rest_at + len(dated[0])))


def _why(sentence: str, clause: Clause) -> Iterator[Draft]:
    because = re.fullmatch(r"(?P<what>[^,;:—–]+?),? (?:because of|because|due to|owing to) (?P<reason>.+)", clause.rest)
    if because and not re.search(r"\b(?:not|only|partly|largely|mainly)$", because["what"]):
        question = _inverted(clause, "Why", because["what"])
        start = clause.rest_at + because.start("reason")
        if question and not set(because["what"].split()[1:]) & _FINITE:
            yield Draft(question, "why", Span(start, clause.rest_at + len(clause.rest)))


def _count(sentence: str, clause: Clause) -> Iterator[Draft]:
    counted = _COUNTED.match(clause.rest)
    if not counted or (clause.verb not in _NEEDS_OBJECT and clause.verb not in _HAVE) or clause.verb == "became":
        return
    dated = _dated(sentence, clause)
    kept = dated[0] if dated else _uncut(clause.rest)
    if kept is None or len(kept) < counted.end() or kept[counted.end() :].startswith(" of"):
        return
    after = kept[counted.end() :]
    if after and after.split()[0] not in _PREPOSITIONS:
        return
    do, base = _DO.get(clause.verb, "did"), _BASE.get(clause.verb, "have")
    start = clause.rest_at + counted.start("number")
    question = f"How many {counted['things']} {do} {clause.subject} {base}{after}?"
    yield Draft(question, "number", Span(start, clause.rest_at + counted.end("number")))


def _money(sentence: str, clause: Clause) -> Iterator[Draft]:
    kept = _uncut(clause.rest)
    paid = _MONEY.fullmatch(kept) if kept else None
    if paid and clause.verb in ("paid", "spent", "raised", "donated", "cost", "received", "invested", "earned"):
        money = "" if clause.verb in ("paid", "cost") else " money"
        start = clause.rest_at + paid.start("number")
        question = f"How much{money} did {clause.subject} {_BASE[clause.verb]}{paid['why'] or ''}?"
        yield Draft(question, "number", Span(start, clause.rest_at + paid.end("number")))


def _where(sentence: str, clause: Clause) -> Iterator[Draft]:
    place = re.match(
        rf"(?P<done>located|situated|based|headquartered|buried|born|held) (?:{_DATE},? )?(?:in|at|on|near|within) (?P<at>(?:the )?{_CAP})",
        clause.rest,
    )
    if place and clause.verb in _BE and place["at"].split()[-1] not in _OPENERS:
        start = clause.rest_at + place.start("at")
        yield Draft(
            f"Where {clause.verb} {clause.subject} {place['done']}?",
            "where",
            Span(start, clause.rest_at + place.end("at")),
        )


def _by(sentence: str, clause: Clause) -> Iterator[Draft]:
    made = re.match(rf"(?P<done>\w+) by (?P<who>{_NAME})(?=$|,| in | and )", clause.rest)
    past = _PARTICIPLE.get(made["done"], made["done"]) if made else ""
    if made and clause.verb in ("was", "were") and past in _NEEDS_OBJECT and past not in _PARTICIPLE:
        start = clause.rest_at + made.start("who")
        yield Draft(f"Who {past} {clause.subject}?", "who", Span(start, clause.rest_at + made.end("who")))


def _glosses(sentence: str) -> Iterator[Draft]:
    for found in re.finditer(
        r"\b(?:called|termed|known as) (?P<word>[a-z][\w-]+) \((?P<what>an? [^()]{5,80})\)", sentence
    ):
        yield Draft(f"What is {found['word']}?", "meaning", Span(*found.span("what")))
    for found in re.finditer(
        rf"(?P<long>{_CAP}(?: (?:[a-z]{{2,3}} )?{_CAP}){{1,6}}) \((?P<short>[A-Z]{{2,6}})\)", sentence
    ):
        heads = [word[0] for word in re.split(r"[ -]", found["long"]) if word[:1].isupper()]
        first = len(heads) - len(found["short"])
        if first >= 0 and "".join(heads[first:]) == found["short"]:
            yield Draft(f"What does {found['short']} stand for?", "meaning", Span(*found.span("long")))


def _persons(sentence: str, words: Words) -> Iterator[Draft]:
    found = re.match(
        rf"(?P<name>{_PLAIN})(?: \([^()]*\))?(?:,? (?P<be>is|was) (?:an?|the) |, (?:an?|the) )(?P<what>[^,;]+)",
        sentence,
    )
    role = _ROLE.search(found["what"]) if found else None
    if (
        found
        and role
        and found["name"].split()[0] not in _OPENERS
        and not re.search(r"\b(?:of|that|who|by)\b", found["what"][: role.start()])
    ):
        start = found.start("what") + role.start()
        yield Draft(f"Who {found['be'] or 'is'} {found['name']}?", "person", Span(start, start + len(role[0])))


def _things(sentence: str, words: Words) -> Iterator[Draft]:
    """ "Seasonality is a …" -> "What is seasonality?"; also what it is used for, caused by, made of."""
    found = _THING.match(sentence)
    thing = _thing(found["thing"], found["is"] or "", words) if found else None
    if not found or not thing or (found["is"] and _ROLE.search(found["is"])):
        return
    part = next(name for name in ("is", "use", "cause", "part") if found[name])
    question = {
        "is": f"What {found['be']} {thing}?",
        "use": f"What {found['be']} {thing} used for?",
        "cause": f"What cause{'s' if found['be'] == 'is' else 'd' if found['be'] == 'was' else ''} {thing}?",
        "part": f"What {'does' if (found['consist'] or '').endswith('s') else 'do'} {thing} consist of?",
    }[part]
    yield Draft(question, "meaning" if part == "is" else part, Span(*found.span(part)))


def _thing(thing: str, what: str, words: Words) -> str | None:
    """The thing as it is written inside a sentence; None where it may be a person, or unclear."""
    article = next((one for one in ("The ", "An ", "A ") if thing.startswith(one)), "")
    noun = thing[len(article) :]
    first, *others = noun.split()
    named = (
        any(word[0].isupper() for word in others) or first in words.capital or (bool(article) and first[0].isupper())
    )
    if (
        first in _OPENERS
        or noun.split()[-1] in words.people | _GENERAL
        or set(noun.lower().split()) & (_FUNCTION - {"the", "of"})
    ):
        return None
    if named:
        clear = article != "The " or (others and others[-1][0].isupper())
        return f"{article.lower()}{noun}" if clear and (not what or _CLASS.search(what)) else None
    if re.search(r"\b\w+ly\b|\b(?:no|of|the)\b", noun) or (
        article == "The " and not (others and re.match("an? ", what or "a "))
    ):
        return None
    noun = noun[0].lower() + noun[1:]
    return f"{article.lower()}{noun}" if article or noun.split()[0] in words.small else None


def _reads_well(question: str) -> bool:
    """Whether a question is of fair length, plain, complete, and clear to one who has not read the text.

    >>> _reads_well("When did Ada Lee visit Rome?"), _reads_well("When did she visit Rome?")
    (True, False)
    """
    words = question.rstrip("?").split()
    return (
        len(question) <= LONGEST
        and 3 <= len(words) <= 17
        and not re.search(r"[()\[\]{}<>“”\"*|#/\\=;:…—]|[^.A-Z][.]\?|  ", question)
        and not _VAGUE.search(question)
        and words[-1].lower() not in _FUNCTION - {"for", "of"}
        and (_names(" ".join(words[1:])) or words[0] == "What")
    )


# Choosing ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Placed:
    """A draft with its sentence's place."""

    draft: Draft
    document_id: str
    sentence: Span


def suggestions(assistant: Assistant, wanted: int = 6, *, checks: int = CHECKS) -> list[Suggestion]:
    """Questions that the documents answer, of different kinds and from different places, most varied first.

    At most ``checks`` are asked. Raises what ``Assistant.ask`` raises for a source that has changed.
    """
    documents = assistant.index.documents
    step = max(1, len(assistant.index.passages) // SAMPLE)
    placed = _place(assistant, assistant.index.passages[::step])
    if len(documents) == 1 and documents[0].byline_span:
        span = documents[0].byline_span
        whole = Draft("Who wrote this article?", "byline", Span(0, span.end - span.start))
        placed.insert(0, _Placed(whole, documents[0].id, span))
    return _choose(assistant, placed, wanted, checks)


def following(
    assistant: Assistant, found: Sequence[Suggestion], asked: Sequence[str], reply: Reply, wanted: int = 3
) -> list[str]:
    """Questions to go on with, those near the place just cited first; none that was asked or just answered.

    ``found`` are the suggestions at hand; where they are too few, the passages around the cited
    place give more.
    """
    place = reply.citations[0] if reply.citations else reply.nearest
    sources = {document.id: document.source for document in assistant.index.documents}

    def away(document_id: str, span: Span) -> tuple[bool, int]:
        if place is None:
            return False, 0
        return sources[document_id] != place.source, abs(span.start - place.start)

    taken = {_same(question) for question in [*asked, reply.question, reply.resolved_question]}

    def fresh(document_id: str, span: Span, question: str) -> bool:
        cited = any(
            sources[document_id] == c.source and c.start < span.end and span.start < c.end for c in reply.citations
        )
        return not cited and _same(question) not in taken

    left = [s for s in found if fresh(s.document_id, s.sentence, s.question)]
    chosen = [s.question for s in sorted(left, key=lambda s: away(s.document_id, s.sentence))][:wanted]
    if len(chosen) < wanted and place:
        taken.update(_same(s.question) for s in found)
        near = sorted(assistant.index.passages, key=lambda passage: away(passage.document_id, passage.span))[:8]
        placed = [p for p in _place(assistant, near) if fresh(p.document_id, p.sentence, p.draft.question)]
        more = _choose(assistant, placed, wanted - len(chosen), CHECKS_AFTER_A_REPLY)
        chosen += [suggestion.question for suggestion in more]
    return chosen


def _same(question: str) -> str:
    return " ".join(terms(question)) or question


def _place(assistant: Assistant, passages: Sequence[Passage]) -> list[_Placed]:
    """The drafts of the passages' sentences, in the order of the text; none where it does not look English."""
    texts = [assistant.index.text(passage) for passage in passages]
    if not _is_english(texts):
        return []
    words = vocabulary(texts)
    sentences = dict.fromkeys((p.document_id, s) for p in passages for s in p.sentences)
    questions: dict[str, _Placed] = {}
    for document_id, span in sentences:
        for draft in drafts(span.of(assistant.index.by_id[document_id].text), words):
            questions.setdefault(draft.question, _Placed(draft, document_id, span))
    return list(questions.values())


def _is_english(texts: Iterable[str]) -> bool:
    words = [word.lower() for text in texts for word in re.findall(r"\w+", text)]
    common = Counter(word for word in words if word in {"the", "and", "of", "to", "was", "is", "that", "with", "for"})
    return common["the"] > 0 and sum(common.values()) >= 0.08 * len(words)


_LATER = {"what": 0.5, "meaning": 0.5}
"""Kinds that are chosen only after so many of another kind."""


def _choose(assistant: Assistant, placed: Sequence[_Placed], wanted: int, checks: int) -> list[Suggestion]:
    """Asks the draft that is most unlike those kept, until there are enough; one a sentence, so that none gives another away."""
    left = dict(enumerate(placed))
    kept: dict[int, Suggestion] = {}
    failed: Counter[str] = Counter()

    def worth(at: int) -> tuple[float, float, int]:
        kind = left[at].draft.kind
        kinds = sum(one.kind == kind for one in kept.values()) + failed[kind] / 2 + _LATER.get(kind, 0)
        documents = sum(one.document_id == left[at].document_id for one in kept.values())
        return kinds + documents, -min((abs(at - other) for other in kept), default=0), at

    while left and checks > 0 and len(kept) < wanted:
        best = min(left, key=worth)
        chosen = left.pop(best)
        checks -= 1
        suggestion = _checked(assistant, chosen)
        if suggestion:
            kept[best] = suggestion
            left = {
                at: one
                for at, one in left.items()
                if one.sentence != chosen.sentence or one.document_id != chosen.document_id
            }
        else:
            failed[chosen.draft.kind] += 1
    return list(kept.values())


def _checked(assistant: Assistant, placed: _Placed) -> Suggestion | None:
    """The suggestion, if its first citation answers it with high confidence from its own sentence."""
    reply = assistant.ask(placed.draft.question)
    if reply.status != "answered" or reply.confidence < assistant.threshold + MARGIN * (1 - assistant.threshold):
        return None
    cited, sentence, meant = reply.citations[0], placed.sentence, placed.draft.answer
    if (
        cited.source != assistant.index.by_id[placed.document_id].source
        or cited.answer_start is None
        or cited.answer_end is None
    ):
        return None
    inside = sentence.start <= cited.answer_start and cited.answer_end <= sentence.end
    touches = cited.answer_start < sentence.start + meant.end and sentence.start + meant.start < cited.answer_end
    if not (inside and touches):
        return None
    answer = Span(cited.answer_start, cited.answer_end)
    return Suggestion(placed.draft.question, placed.draft.kind, placed.document_id, sentence, answer, reply.confidence)
