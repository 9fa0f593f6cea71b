"""What the rules for suggested questions know of English: words and forms, no word of any article."""

from __future__ import annotations

import re

# Verbs that need an object: "the book published in 1990" is then no sentence.
WITH_OBJECT = """abandon abolish accept achieve acquire adopt announce appoint approve arrest assassinate attack
capture challenge coin commission complete conquer create cross declare defeat demand design destroy develop direct discover dissolve
donate earn embrace enact establish execute explore finish form found gain host house impose influence inherit inspire install
introduce invade invent invest issue join kill launch marry murder name nominate occupy order organize own perform pioneer popularize
prevent produce promote prompt propose publish purchase raise ratify receive record recruit refuse reject release
rename renovate replace rescue save seize sign start suffer support trigger unveil visit welcome"""
WITHOUT = """agree appear apologize arrive close collaborate collapse compete converge decide defect depart die disappear
emigrate end graduate land merge migrate move open participate protest resign respond retire return serve surrender
travel vote"""
IRREGULAR = """became become broke break brought bring built build bought buy caught catch chose choose drew draw
gave give held hold left leave lost lose made make overthrew overthrow paid pay saw see sold sell sent send shot shoot
signaled signal spent spend struck strike taught teach took take won win wrote write banned ban stopped stop cost cost
counted count"""
IRREGULAR_WITHOUT = (
    "began begin came come fell fall fled flee fought fight led lead met meet rose rise travelled travel went go"
)
PARTICIPLE = {"written": "wrote", "chosen": "chose", "overthrown": "overthrew", "taken": "took", "drawn": "drew"}


def past(base: str) -> str:
    return base + "d" if base[-1] == "e" else base[:-1] + "ied" if re.search(r"[^aeiou]y$", base) else base + "ed"


def pairs(block: str) -> dict[str, str]:
    words = block.split()
    return dict(zip(words[::2], words[1::2], strict=True))


NEEDS_OBJECT = {past(base): base for base in WITH_OBJECT.split()} | pairs(IRREGULAR)
BASE = NEEDS_OBJECT | {past(base): base for base in WITHOUT.split()} | pairs(IRREGULAR_WITHOUT)
BE, HAVE = ("was", "were", "is", "are"), ("has", "have", "had")
DO = {"does": "does", "do": "do", "did": "did", "has": "does", "have": "do", "had": "did"}
FINITE = frozenset([*BASE, *BE, *HAVE, *DO, "can", "could", "will", "would", "may", "might", "must", "should", "said"])
DATED_OBJECT = frozenset(
    """announced became built created designed developed discovered established founded introduced invented issued
    launched produced proposed published received released signed won wrote""".split()
)
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
VAGUE = re.compile(
    r"\b(?:I|[Tt]his|[Tt]hat|[Tt]hese|[Tt]hose|[Hh]e|[Ss]he|[Ii]t|[Tt]hey|him|them|himself|herself|itself|themselves|we|you"
    r"|my|our|your|me|us|here|there|such|same|latter|former|respectively|another|others?|also|too|however|thus"
    r"|therefore|both|today|yesterday|now|recently|ago|so|just|only|even|well|[Uu]nlike|[Ee]tc)\b"
    r"|\bthe (?:group|company|firm|team|club|band|film|book|song|album|show|series|paper|game|city|town|country|position|title"
    rf"|post|project|building|area|state|kingdom|school|event|author|article)(?=\?| (?:{'|'.join(sorted(PREPOSITIONS - {'of', 'for'}))})\b)"
)
OWN = re.compile(r"\b(?:his|her|their|its)\b")
ROLE = re.compile(
    r"\b(?:actor|actress|advocate|analyst|anthropologist|architect|artist|astronaut|astronomer|author|banker|biologist"
    r"|businessman|businesswoman|chairman|chairwoman|chef|chemist|coach|comedian|commander|composer|critic|dancer|dictator"
    r"|diplomat|director|doctor|economist|editor|emperor|engineer|envoy|explorer|footballer|founder|geologist|geographer"
    r"|governor|historian|inventor|journalist|judge|king|lawyer|leader|mathematician|mayor|minister|musician|novelist|nurse"
    r"|officer|painter|philanthropist|philosopher|photographer|physician|physicist|player|poet|politician|presenter"
    r"|president|producer|professor|psychologist|queen|rapper|researcher|scholar|scientist|sculptor|senator|singer"
    r"|songwriter|spokesman|spokeswoman|teacher|theologian|writer)\b"
)
MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
YEAR = r"(?:1\d{3}|20\d{2})(?![\w,.–-]*\d)"
DATE = (
    rf"(?:[Ii]n|[Oo]n) (?:(?:the )?(?:early |late |mid-)?(?:the )?\d{{3}}0s"
    rf"|(?:(?:early|late) )?(?:\d{{1,2}} )?{MONTH}(?: \d{{1,2}},)? {YEAR}|{YEAR})"
)
TITLE = r"(?:President|Minister|Chancellor|Professor|Sir|Emperor|Empress|Pope|Senator|Governor|Secretary|Ambassador|Mayor|Captain|Colonel|King|Queen|(?:Dr|Mrs?|Ms|Prof|Sen|Gov)\.)"
CAP = r"(?:(?:[A-Z]\.)+|(?:Dr|Mrs?|Ms|St|Prof|Gen|Sen|Gov|Rep)\.|[A-ZÀ-Þ][\w’'-]*\w|[A-Z](?= ))"
NAME = rf"{CAP}(?: (?:(?:of|the|de|van|von|al|bin|del|la|du|and) ){{0,2}}{CAP}){{0,6}}(?: \d{{1,3}}(?!\d))?"
PLAIN = rf"{CAP}(?: {CAP}){{1,3}}"
ADVERB = r"(?:(?:also|later|then|first|soon|again|once|\w+ly) )?"
LEAD = rf"(?:(?:When )?(?P<date>{DATE}),?|(?:After|Before|During|Despite|Following) [^,]{{3,60}},|(?:Meanwhile|However|Later|Eventually),)"
CLAUSE = re.compile(
    rf"(?:{LEAD} )?(?P<subject>[Tt]he(?: [\w’'-]+){{1,5}}?|{NAME})(?: \([^()]*\)|, (?:who|which|an?|the) [^,]{{3,80}},)? {ADVERB}"
    rf"(?P<verb>{'|'.join(sorted(FINITE))}) {ADVERB}(?P<rest>.+?)\.?"
)
PEOPLE = re.compile(
    rf"{TITLE} (?P<a>{CAP}(?: {CAP}){{0,3}})|{ROLE.pattern} (?P<b>{PLAIN})"
    rf"|(?P<c>{PLAIN})(?:, who\b| was born\b| \(born\b|(?: \([^()]*\))?(?: is| was|,) (?:an?|the) [^,.]{{0,60}}?{ROLE.pattern})"
)
STOP = re.compile(
    r"[;—–:(]|, (?=(?:and|but|when|while|where|who|whom|whose|which|with|after|before|although|though|as|because|causing|leaving"
    r"|making|becoming|including)\b)| (?:but|when|while|where|who|which|after|before|because|although|though|since|until|amid|even)\b"
    rf"| and (?=(?:{'|'.join(sorted(FINITE))})\b)"
)
NUMBER = (
    r"(?:\d{1,3}(?:,\d{3})+|\d{1,3}|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty)"
)
SOME = rf"(?:(?:about|around|some|nearly|over|almost|approximately|more than|at least) )?(?P<number>{NUMBER}(?: (?:million|billion|thousand|hundred))?)"
CLASS = re.compile(
    r"\b(?:agency|airline|airport|album|animal|bank|bird|board game|borough|brand|bridge|building|castle|cathedral|church|city"
    r"|club|college|committee|company|computer|concept|council|country|county|desert|device|disease|district|drug|festival"
    r"|film|fish|forest|form of|game|genre|group of|holiday|hospital|institute|island|journal|kind of|lake|language|law|magazine"
    r"|method|mountain|museum|musical|newspaper|novel|opera|organi[sz]ation|palace|park|party|peninsula|plant|play|port|product"
    r"|program|programme|province|publisher|region|religion|river|school|series|ship|show|software|song|species|sport|stadium"
    r"|state|suburb|system|team|temple|theory|town|treaty|type of|university|video game|village|volcano|war|website)\b"
)
COUNTED = re.compile(
    rf"{SOME} (?P<things>(?:(?!and |or |to |of )[a-z-]+ )?(?:[a-z]{{2,}}s|people|children|men|women))(?= |$)"
)
MONEY = re.compile(
    r"(?:(?:about|around|nearly|over|more than) )?(?P<number>[$€£]\d[\d,.]*\d?(?: (?:million|billion|trillion))?)(?P<why> (?:for|to|on) .+)?"
)
GENERAL = frozenset(
    "advantage alternative approach difference disadvantage example exception goal method option problem result".split()
)
THING = re.compile(
    rf"(?P<thing>(?:The |An? )?(?:{NAME}|[A-Z]?[a-z]+(?: [a-z-]+){{0,2}}?))(?: \([^()]*\))? (?:(?P<be>is|was|are) {ADVERB}"
    r"(?:(?P<is>(?:an? (?!vital|important|essential|useful|crucial|common|typical|popular|example|type of|kind of|very|bit|lot|good|great|big|major|key|matter|result|sign|part|case|reason|way|problem|question|fact)"
    r"|one of the |the (?:\w+est|first|only|capital|name|study|process|practice|science|branch|term|art|ability|ancient)\b)"
    r"[^,.;]+)|used (?:for|to|as) (?P<use>[^,;]+)|caused by (?P<cause>[^,;]+))|(?P<consist>consists?) of (?P<part>[^;]+))"
)
