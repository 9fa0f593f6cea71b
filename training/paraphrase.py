"""Questions asked in other words: another word for a word, another way to ask for the same, words around the question."""

from __future__ import annotations

import random
import re

from rag.english import MONTH, past

VERBS = """
begin/began/begun start commence | end finish conclude | build/built/built construct erect | buy/bought/bought purchase
acquire | create make/made/made | establish set_up/set_up/set_up | find/found/found discover | happen occur
take_place/took_place/taken_place | die pass_away | kill murder | live reside | get/got/got receive obtain |
help assist aid | show/showed/shown demonstrate display | need require | use employ utilize | try attempt |
work_for be_employed_by/-/- | choose/chose/chosen select pick | teach/taught/taught instruct | hurt/hurt/hurt injure |
write/wrote/written author pen | leave/left/left depart_from | get_married_to/got_married_to/- marry wed |
ask_for request | fix repair | allow permit let/let/let | stop halt | think/thought/thought believe |
say/said/said state remark | defeat beat/beat/beaten | cause bring_about/brought_about/brought_about |
grow_up/grew_up/grown_up be_raised/-/- | attend go_to/went_to/- | destroy ruin demolish | gather collect |
keep/kept/kept retain | call name | join become_a_member_of/became_a_member_of/- | send/sent/sent dispatch |
earn make/made/made | give/gave/given provide supply | contain include hold/held/held | result_from come_from/came_from/- |
increase rise/rose/risen go_up/went_up/- | decrease fall/fell/fallen go_down/went_down/- | remain stay | appoint name |
lead/led/led head direct | own possess | win/won/won be_awarded/-/- | move relocate | talk_to/talked_to/- speak_to/spoke_to/- |
travel_to go_to/went_to/- | describe depict portray | replace take_the_place_of/took_the_place_of/- |
be_situated/-/- be_located/-/- lie/lay/lain | sign put_his_name_to/-/- |
resign step_down/stepped_down/- | quit/quit/quit leave/left/left | refuse decline | fight/fought/fought battle |
attack assault | hire employ take_on/took_on/taken_on | sack fire dismiss | cost/cost/cost be_priced_at/-/- |
publish release bring_out/brought_out/brought_out | compare liken | respond_to react_to answer | want wish |
like enjoy | hate detest loathe | see/saw/seen spot observe | meet/met/met encounter | annoy irritate anger |
convince persuade | criticize denounce | praise commend | warn caution | promise pledge vow | fear dread be_afraid_of/-/- |
hide/hid/hidden conceal | throw/threw/thrown toss | carry transport | study examine | produce manufacture make/made/made |
suggest propose | reveal disclose | admit concede confess | demand insist_on | visit go_to/went_to/- | open inaugurate |
arrive_in get_to/got_to/- reach | return_to come_back_to/came_back_to/- go_back_to/went_back_to/- | seize capture |
rule govern reign_over | rename | translate render | border be_next_to/-/- | consist_of be_made_up_of/-/- comprise
"""
"""Groups of verbs that may stand for each other: word or word/past/participle; "-" for a form that is not used."""

WORDS = """
wife spouse | husband spouse | child kid | children kids | movie film | movies films | car automobile | author writer |
doctor physician | lawyer attorney | job occupation profession | illness disease sickness | country nation |
countries nations | kind type sort | kinds types sorts | big large | biggest largest | small little | smallest littlest |
famous well-known renowned | important significant | main primary principal chief | purpose aim goal | reason cause |
reasons causes | town municipality | teacher instructor | boss superior | cop police_officer | firm company business |
companies firms businesses | salary pay wages | price cost | amount quantity | percentage share proportion | error mistake |
result outcome | results outcomes | effect impact influence | consequence result | method way technique | methods ways techniques |
period era | start beginning | end conclusion | gift present | house home residence | nickname other_name |
area region | areas regions | soldiers troops | war conflict | fight battle | battle fight | student pupil | students pupils |
scientist researcher | scientists researchers | scholar academic | scholars academics | sea ocean | road street | rich wealthy |
poor impoverished | quick fast rapid | hard difficult | afraid frightened scared | angry furious mad | happy glad pleased |
sad unhappy | often frequently | initially at_first originally | eventually finally in_the_end | approximately about roughly |
currently now at_present | usually normally generally | annually every_year each_year yearly |
 birthplace place_of_birth | residents inhabitants | citizens inhabitants | capital capital_city |
leader head | founder creator | owner proprietor | opponent rival adversary | enemy foe | ally partner | friend companion |
meeting encounter | trip journey visit | agreement deal pact accord | treaty pact | goods products | food nourishment |
weapon arm | weapons arms | aid help assistance | money funds | idea notion concept | belief view opinion |
view opinion | thing item object | things items objects | piece part | component part | components parts | site location |
sites locations | characteristic feature trait | characteristics features traits | difference distinction |
similarity likeness | relationship relation ties | advantage benefit | advantages benefits | disadvantage drawback |
disadvantages drawbacks | problem issue difficulty | problems issues difficulties | amount_of_money sum | oldest earliest |
maximum highest greatest | minimum lowest | whole entire | complete full | former past previous | last final | newspaper paper |
magazine journal | picture image | speech address | song track | award prize | awards prizes |
father dad | mother mum mom | parents mother_and_father | brother sibling | sister sibling | ship vessel boat | aircraft plane |
airplane plane | ill sick | mainly mostly chiefly | university college | institution establishment |
population number_of_inhabitants | profession occupation job | religion faith | language tongue
"""
"""Groups of other words that may stand for each other in a question."""

_BE = frozenset("is are was were be been being get gets got has have had".split())
_AUXILIARY = frozenset("did does do to can could will would should must might may".split())
_BEFORE_NOUNS = frozenset(
    "the a an of in on at for by with from his her its their my your our this that these and".split()
)
_AROUND = (
    "According to the article, {}", "According to the text, {}", "In the article, {}", "Can you tell me {}",
    "Please tell me {}", "Tell me, {}", "I want to know: {}", "I wonder, {}", "So {}", "Do you know {}", "Hi! {}",
    "{} Please be brief.", "{} Quote the text.", "{} Thanks!", "Does the text say {}", "Just curious: {}",
)  # fmt: skip
_YEAR = re.compile(r"\b(1\d{3}|20\d\d)\b")
_DATE = re.compile(rf"\b{MONTH}\b.*\d")
_IS = "(did|was|were|is|are|does|do|has|have|had|will|would|can|could)"
_FRAMES = tuple(
    (re.compile(pattern, re.IGNORECASE), tuple(others))
    for pattern, *others in (
        (rf"^(?:in )?(?:what|which) year {_IS}\b", r"When \1"),
        (rf"^(?:on )?(?:what|which) date {_IS}\b", r"When \1", r"On which day \1"),
        (rf"^where {_IS}\b", r"In what place \1", r"At what place \1", r"In which place \1"),
        (rf"^why {_IS}\b", r"For what reason \1", r"What was the reason: why \1", r"Because of what \1"),
        (r"^how many\b", r"What number of", r"How large a number of"),
        (r"^how long\b", r"For how long", r"For what length of time"),
        (r"^how did\b", r"In what way did", r"By what means did"),
        (r"^what (is|was) the name of\b", r"What's the name of", r"Name", r"What \1 the title of"),
        (r"^who (?!did|was|were|is|are|does|do|has|had|will|would|can|could)(\w+)", r"Which person \1",
         r"Name the person who \1", r"Who was it that \1", r"What is the name of whoever \1"),
        (r"^who (was|is)\b", r"Which person \1", r"What is the name of the person who \1"),
        (r"^(what|who) (?:is|was|are|were) (the \w+(?: \w+)? of (?:[\w'’-]+ ?){1,5})\?*$", r"\2", r"\2?"),
        (r"^(what|who|where|how|when) is\b", r"\1's"),
        (rf"^(?:what|which) (\w+ {_IS})\b", r"Which \1", r"What \1"),
    )
)  # fmt: skip
"""Ways to ask, each with others that ask for the same."""
_TIMES = {
    "year": ("In what year", "What year", "In which year"),
    "date": ("On what date", "On what day", "On which date"),
    "time": ("At what time", "At what point in time"),
}
_WHEN = re.compile(rf"^when {_IS}\b", re.IGNORECASE)


_DOUBLED = frozenset("stop spot beg plan ban pen wed permit admit occur".split())


def _forms(entry: str) -> dict[str, str]:
    """The forms of a verb: "base", "past", "participle" and "s"; spaces for "_"."""
    word, *rest = entry.replace("_", " ").split("/")
    first, _, tail = word.partition(" ")
    tail = f" {tail}" if tail else ""
    past = ending(first, "ed") + tail
    forms = {"base": word, "s": ending(first, "s") + tail}
    forms["past"], forms["participle"] = rest if rest else (past, past)
    if first == "be":
        forms["s"] = "-"
    return forms


def ending(word: str, end: str) -> str:
    """A regular verb with the ending "s" or "ed".

    >>> [ending(w, "ed") for w in ("start", "try", "use", "stop", "join")]
    ['started', 'tried', 'used', 'stopped', 'joined']
    >>> ending("reach", "s"), ending("carry", "s"), ending("stay", "s")
    ('reaches', 'carries', 'stays')
    """
    if end == "ed":
        return word + word[-1] + "ed" if word in _DOUBLED else past(word)
    if re.search("[^aeiou]y$", word):
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "z", "ch", "sh", "o")) else "s")


def _groups(text: str) -> list[list[str]]:
    return [group.split() for group in text.split("|")]


def _verb_swaps() -> dict[tuple[str, str], list[str]]:
    swaps: dict[tuple[str, str], list[str]] = {}
    for group in _groups(VERBS):
        verbs = [_forms(entry) for entry in group]
        for verb in verbs:
            for form, said in verb.items():
                others = [v[form] for v in verbs if v[form] not in (said, "-")]
                if said != "-" and " " not in said and others:
                    swaps.setdefault((said, form), []).extend(others)
    return swaps


_VERB_SWAPS = _verb_swaps()
_WORD_SWAPS = {
    word: [w.replace("_", " ") for w in group if w != word]
    for group in _groups(WORDS)
    for word in group
    if "_" not in word
}


def _swaps(question: str) -> list[tuple[re.Match[str], list[str]]]:
    """Places of the question's words with the words that may stand there instead."""
    places = []
    before = ""
    auxiliary = participle = False
    for match in re.finditer(r"[\w'’-]+", question):
        word = match.group()
        if word.islower():
            form = "participle" if participle else "base" if auxiliary else "past"
            others = [] if before in _BEFORE_NOUNS else _VERB_SWAPS.get((word, form), [])
            if not (others or auxiliary or participle or before in _BEFORE_NOUNS):
                others = _VERB_SWAPS.get((word, "s"), [])
            if word in _WORD_SWAPS and before not in _AUXILIARY:
                others = others + _WORD_SWAPS[word]
            if others and match.start():
                places.append((match, others))
        before = word.lower()
        auxiliary = auxiliary or before in _AUXILIARY
        participle = (participle or before in _BE) and not auxiliary
    return places


def paraphrased(question: str, answer: str | None, rng: random.Random) -> str:
    """The question in other words; the same when none are known for it.

    ``answer`` tells whether "when" may be asked as "in what year".

    >>> paraphrased("When did the firm buy the bridge?", "in 1921", random.Random(2))
    'In what year did the company buy the bridge?'
    """
    places = _swaps(question)
    for match, others in sorted(
        rng.sample(places, min(len(places), rng.choice((1, 1, 2)))), key=lambda p: -p[0].start()
    ):
        question = question[: match.start()] + rng.choice(others) + question[match.end() :]
    if rng.random() < 0.6:
        question = _asked_otherwise(question, answer, rng)
    if rng.random() < (0.15 if places else 0.4):
        around = rng.choice(_AROUND)
        question = around.format(question if around.startswith("{}") else question[:1].lower() + question[1:])
    return question


def _asked_otherwise(question: str, answer: str | None, rng: random.Random) -> str:
    if _WHEN.match(question):
        # A question without an answer is asked for the time in the same ways, or the wording would tell.
        kind = "year" if answer and _YEAR.search(answer) else "time"
        if answer and _DATE.search(answer):
            kind = "date"
        ways = _TIMES[kind if answer else rng.choices(("year", "date", "time"), (6, 2, 2))[0]]
        return _WHEN.sub(rf"{rng.choice(ways)} \1", question)
    fitting = [(pattern, others) for pattern, others in _FRAMES if pattern.search(question)]
    if not fitting:
        return question
    pattern, others = rng.choice(fitting)
    return pattern.sub(rng.choice(others), question, count=1)
