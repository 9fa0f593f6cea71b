"""What the rules of draft.py know of English: tables of words, and regular expressions of parts of a sentence."""

from __future__ import annotations

import re


def either(words: str) -> str:
    """A pattern of any of the words: "Rome Oslo" -> "Rome|Oslo"."""
    return "|".join(words.split())


def past(base: str) -> str:
    """The past of a regular verb.

    >>> past("name"), past("marry"), past("visit")
    ('named', 'married', 'visited')
    """
    return base + "d" if base[-1] == "e" else base[:-1] + "ied" if re.search(r"[^aeiou]y$", base) else base + "ed"


def pairs(words: str) -> dict[str, str]:
    """Every first word with the one after it: "won win saw see" -> {"won": "win", "saw": "see"}."""
    listed = words.split()
    return dict(zip(listed[::2], listed[1::2], strict=True))


# Verbs -------------------------------------------------------------------------------------------

NEEDS_OBJECT = {
    past(base): base
    for base in """abandon abolish accept achieve acquire adopt announce appoint approve arrest assassinate attack capture
    challenge coin commission complete conquer create cross declare defeat demand design destroy develop direct discover
    dissolve donate earn embrace enact establish execute explore finish form found gain host house impose influence inherit
    inspire install introduce invade invent invest issue join kill launch marry murder name nominate occupy order organize
    own perform pioneer popularize prevent produce promote prompt propose publish purchase raise ratify receive record
    recruit refuse reject release rename renovate replace rescue save seize sign start suffer support trigger unveil visit
    welcome""".split()
} | pairs(
    """became become broke break brought bring built build bought buy caught catch chose choose drew draw gave give held
    hold left leave lost lose made make overthrew overthrow paid pay saw see sold sell sent send shot shoot signaled signal
    spent spend struck strike taught teach took take won win wrote write banned ban stopped stop cost cost counted count"""
)
"""Past -> base of verbs that need an object: "the book published in 1990" is then no sentence."""
BASE = (
    NEEDS_OBJECT
    | {
        past(base): base
        for base in """agree appear apologize arrive close collaborate collapse compete converge decide defect depart die
        disappear emigrate end graduate land merge migrate move open participate protest resign respond retire return serve
        surrender travel vote""".split()
    }
    | pairs(
        "began begin came come fell fall fled flee fought fight led lead met meet rose rise travelled travel went go"
    )
)
"""Past -> base of all verbs known."""
PARTICIPLE = {"written": "wrote", "chosen": "chose", "overthrown": "overthrew", "taken": "took", "drawn": "drew"}
"""Where it differs from the past: "written by Bo Ek" -> "Who wrote …"."""
BE, HAVE = ("was", "were", "is", "are"), ("has", "have", "had")
DO = {"does": "does", "do": "do", "did": "did", "has": "does", "have": "do", "had": "did"}
"""What a question about a number turns these into: "has" -> "does … have"."""
FINITE = frozenset([*BASE, *BE, *HAVE, *DO, *"can could will would may might must should said".split()])
"""What can be the verb of a clause."""
DATED_OBJECT = frozenset(
    """announced became built created designed developed discovered established founded introduced invented issued
    launched produced proposed published received released signed won wrote""".split()
)
"""Verbs whose object one may ask for by the date: "What did Acme release in 1990?"."""
MONEY_VERBS = frozenset("paid spent raised donated cost received invested earned".split())

# Small words -------------------------------------------------------------------------------------

PREPOSITIONS = frozenset(
    """about above after against along among around as at before behind below between beyond by during for from in into
    near of off on onto out over since than through to toward towards under until up upon with within without""".split()
)
FUNCTION = PREPOSITIONS | frozenset("a an the and or but nor not very more most so who whom whose which that".split())
OPENERS = frozenset(
    """A After All Although An And Another Any As At Because Before Both But By Despite During Each Either Even Every
    Few Following For From He Her Here His How However I If In It Its Later Many Meanwhile Most My Neither No None
    Nobody Not Now Of On Once One Only Or Other Others Our Several She Since So Some Such That The Their Then There
    These They This Those Though Three Thus To Today Two Under Until We What When Where Which While Who Why With Yet
    You Your January February March April May June July August September October November December Monday Tuesday
    Wednesday Thursday Friday Saturday Sunday""".split()
)
"""Words with a capital that do not begin a name."""
GENERAL = frozenset(
    "advantage alternative approach difference disadvantage example exception goal method option problem result".split()
)
"""Things that are always of something else: "What is an example?" asks nothing."""
OWN = re.compile(r"\b(?:his|her|their|its)\b")
_POINTING = either(
    """I [Tt]his [Tt]hat [Tt]hese [Tt]hose [Hh]e [Ss]he [Ii]t [Tt]hey him them himself herself itself themselves we you my our
    your me us here there such same latter former respectively another others? also too however thus therefore both today
    yesterday now recently ago so just only even well [Uu]nlike [Ee]tc"""
)
_KNOWN_BEFORE = either(
    """group company firm team club band film book song album show series paper game city town country position title post
    project building area state kingdom school event author article"""
)
VAGUE = re.compile(
    rf"\b(?:{_POINTING})\b"
    rf"|\bthe (?:{_KNOWN_BEFORE})(?=\?| (?:{'|'.join(sorted(PREPOSITIONS - {'of', 'for'}))})\b)"
)
"""What is clear only to one who has read what comes before it: "she", "the company"."""

# Names, dates, numbers ---------------------------------------------------------------------------

_ROLE_WORDS = either(
    """actor actress advocate analyst anthropologist architect artist astronaut astronomer author banker biologist
    businessman businesswoman chairman chairwoman chef chemist coach comedian commander composer critic dancer dictator
    diplomat director doctor economist editor emperor engineer envoy explorer footballer founder geologist geographer
    governor historian inventor journalist judge king lawyer leader mathematician mayor minister musician novelist nurse
    officer painter philanthropist philosopher photographer physician physicist player poet politician presenter
    president producer professor psychologist queen rapper researcher scholar scientist sculptor senator singer
    songwriter spokesman spokeswoman teacher theologian writer"""
)
ROLE = re.compile(rf"\b(?:{_ROLE_WORDS})\b")
"""What a person is."""
_TITLES = either(
    """President Minister Chancellor Professor Sir Emperor Empress Pope Senator Governor Secretary Ambassador Mayor Captain
    Colonel King Queen (?:Dr|Mrs?|Ms|Prof|Sen|Gov)\\."""
)
TITLE = rf"(?:{_TITLES})"
"""What stands before a person's name."""
CAP = r"(?:(?:[A-Z]\.)+|(?:Dr|Mrs?|Ms|St|Prof|Gen|Sen|Gov|Rep)\.|[A-ZÀ-Þ][\w’'-]*\w|[A-Z](?= ))"
"""One word of a name."""
NAME = rf"{CAP}(?: (?:(?:of|the|de|van|von|al|bin|del|la|du|and) ){{0,2}}{CAP}){{0,6}}(?: \d{{1,3}}(?!\d))?"
PLAIN = rf"{CAP}(?: {CAP}){{1,3}}"
"""A name of two to four words with nothing small in it, as persons have."""
MONTH = f"(?:{either('January February March April May June July August September October November December')})"
_YEAR = r"(?:1\d{3}|20\d{2})(?![\w,.–-]*\d)"
DATE = (
    rf"(?:[Ii]n|[Oo]n) (?:(?:the )?(?:early |late |mid-)?(?:the )?\d{{3}}0s"
    rf"|(?:(?:early|late) )?(?:\d{{1,2}} )?{MONTH}(?: \d{{1,2}},)? {_YEAR}|{_YEAR})"
)
"""A date with its year, and "in" or "on"."""
_NUMBER = rf"(?:\d{{1,3}}(?:,\d{{3}})+|\d{{1,3}}|{either('two three four five six seven eight nine ten eleven twelve fifteen twenty thirty')})"
COUNTED = re.compile(
    r"(?:(?:about|around|some|nearly|over|almost|approximately|more than|at least) )?"
    rf"(?P<number>{_NUMBER}(?: (?:million|billion|thousand|hundred))?)"
    r" (?P<things>(?:(?!and |or |to |of )[a-z-]+ )?(?:[a-z]{2,}s|people|children|men|women))(?= |$)"
)
"""So many of something."""
MONEY = re.compile(
    r"(?:(?:about|around|nearly|over|more than) )?(?P<number>[$€£]\d[\d,.]*\d?(?: (?:million|billion|trillion))?)"
    r"(?P<why> (?:for|to|on) .+)?"
)

# Sentences ---------------------------------------------------------------------------------------

_ADVERB = r"(?:(?:also|later|then|first|soon|again|once|\w+ly) )?"
_LEAD = (
    rf"(?:(?:When )?(?P<date>{DATE}),?|(?:After|Before|During|Despite|Following) [^,]{{3,60}},"
    r"|(?:Meanwhile|However|Later|Eventually),)"
)
_FINITE = "|".join(sorted(FINITE))
CLAUSE = re.compile(
    rf"(?:{_LEAD} )?(?P<subject>[Tt]he(?: [\w’'-]+){{1,5}}?|{NAME})"
    rf"(?: \([^()]*\)|, (?:who|which|an?|the) [^,]{{3,80}},)? {_ADVERB}(?P<verb>{_FINITE}) {_ADVERB}(?P<rest>.+?)\.?"
)
"""A whole sentence: "In 1950, | Ada Lee | (born 1920) | visited | Rome."."""
STOP = re.compile(
    rf"[;—–:(]|, (?=(?:{either('and but when while where who whom whose which with after before although though as because causing leaving making becoming including')})\b)"
    rf"| (?:{either('but when while where who which after before because although though since until amid even')})\b"
    rf"| and (?=(?:{_FINITE})\b)"
)
"""Where another clause begins."""
PEOPLE = re.compile(
    rf"{TITLE} (?P<a>{CAP}(?: {CAP}){{0,3}})|{ROLE.pattern} (?P<b>{PLAIN})"
    rf"|(?P<c>{PLAIN})(?:, who\b| was born\b| \(born\b"
    rf"|(?: \([^()]*\))?(?: is| was|,) (?:an?|the) [^,.]{{0,60}}?{ROLE.pattern})"
)
"""What tells that a name is a person's."""
PLACE = re.compile(
    r"(?P<done>located|situated|based|headquartered|buried|born|held)"
    rf" (?:{DATE},? )?(?:in|at|on|near|within) (?P<at>(?:the )?{CAP})"
)
MADE_BY = re.compile(rf"(?P<done>\w+) by (?P<who>{NAME})(?=$|,| in | and )")
BECAUSE = re.compile(r"(?P<what>[^,;:—–]+?),? (?:because of|because|due to|owing to) (?P<reason>.+)")
GLOSS = re.compile(r"\b(?:called|termed|known as) (?P<word>[a-z][\w-]+) \((?P<what>an? [^()]{5,80})\)")
ACRONYM = re.compile(rf"(?P<long>{CAP}(?: (?:[a-z]{{2,3}} )?{CAP}){{1,6}}) \((?P<short>[A-Z]{{2,6}})\)")
PERSON = re.compile(
    rf"(?P<name>{PLAIN})(?: \([^()]*\))?(?:,? (?P<be>is|was) (?:an?|the) |, (?:an?|the) )(?P<what>[^,;]+)"
)
"""A person at the start of a sentence, and what he or she is."""
_CLASS_WORDS = """agency|airline|airport|album|animal|bank|bird|board game|borough|brand|bridge|building|castle|cathedral
|church|city|club|college|committee|company|computer|concept|council|country|county|desert|device|disease|district|drug
|festival|film|fish|forest|form of|game|genre|group of|holiday|hospital|institute|island|journal|kind of|lake|language
|law|magazine|method|mountain|museum|musical|newspaper|novel|opera|organi[sz]ation|palace|park|party|peninsula|plant
|play|port|product|program|programme|province|publisher|region|religion|river|school|series|ship|show|software|song
|species|sport|stadium|state|suburb|system|team|temple|theory|town|treaty|type of|university|video game|village|volcano
|war|website""".replace("\n", "")
CLASS = re.compile(rf"\b(?:{_CLASS_WORDS})\b")
"""What a thing with a name of its own may be."""
_TELLS_NOTHING = """vital|important|essential|useful|crucial|common|typical|popular|example|type of|kind of|very|bit|lot|good
|great|big|major|key|matter|result|sign|part|case|reason|way|problem|question|fact""".replace("\n", "")
_DEFINITION = (
    rf"(?:an? (?!{_TELLS_NOTHING})|one of the "
    rf"|the (?:\w+est|{either('first only capital name study process practice science branch term art ability ancient')})\b)[^,.;]+"
)
THING = re.compile(
    rf"(?P<thing>(?:The |An? )?(?:{NAME}|[A-Z]?[a-z]+(?: [a-z-]+){{0,2}}?))(?: \([^()]*\))? (?:(?P<be>is|was|are) {_ADVERB}"
    rf"(?:(?P<is>{_DEFINITION})|used (?:for|to|as) (?P<use>[^,;]+)|caused by (?P<cause>[^,;]+))"
    r"|(?P<consist>consists?) of (?P<part>[^;]+))"
)
"""A thing at the start of a sentence, and what it is, is used for, is caused by or consists of."""
