"""Questions that a passage does not answer: near misses made by swaps, and passages ranked by BM25."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence

_ENTITY = re.compile(r"\b[A-Z][\w’'-]*(?:(?:\s+(?:of|the|de|von|van|du|la))?\s+[A-Z][\w’'-]*)*")
_NUMBER = re.compile(r"(?<![\w.,])\d+(?:,\d{3})*(?:\.\d+)?(?!\w|[.,]\d)")
_WORD = re.compile(r"\w+")

ANTONYMS = (
    ("first", "last"), ("oldest", "youngest"), ("largest", "smallest"), ("biggest", "smallest"),
    ("highest", "lowest"), ("most", "least"), ("more", "fewer"), ("before", "after"), ("best", "worst"),
    ("northern", "southern"), ("eastern", "western"), ("north", "south"), ("east", "west"),
    ("begin", "end"), ("start", "finish"), ("increase", "decrease"), ("win", "lose"), ("won", "lost"),
    ("born", "buried"), ("father", "mother"), ("husband", "wife"), ("son", "daughter"),
    ("brother", "sister"), ("king", "queen"), ("maximum", "minimum"), ("buy", "sell"), ("join", "leave"),
    ("arrive", "depart"), ("allow", "forbid"), ("open", "close"), ("early", "late"), ("longest", "shortest"),
    ("male", "female"), ("summer", "winter"), ("upper", "lower"), ("inside", "outside"), ("married", "divorced"),
)  # fmt: skip
_OPPOSITE = dict(ANTONYMS) | {b: a for a, b in ANTONYMS}

VERBS = dict(
    pair.split("/")
    for pair in """
    abandon/abandoned abolish/abolished accuse/accused announce/announced appoint/appointed arrest/arrested
    attack/attacked ban/banned bury/buried capture/captured close/closed convert/converted criticize/criticized
    crown/crowned defend/defended deliver/delivered demolish/demolished describe/described design/designed
    die/died discover/discovered divorce/divorced elect/elected escape/escaped expel/expelled explore/explored
    export/exported found/founded graduate/graduated hire/hired import/imported injure/injured invade/invaded
    invent/invented join/joined launch/launched marry/married merge/merged move/moved open/opened paint/painted
    perform/performed praise/praised produce/produced promote/promoted publish/published record/recorded
    reject/rejected rename/renamed repair/repaired replace/replaced rescue/rescued resign/resigned
    retire/retired return/returned sign/signed study/studied support/supported surrender/surrendered
    translate/translated visit/visited build/built buy/bought sell/sold write/written win/won lose/lost leave/left
    meet/met begin/begun steal/stolen sink/sunk teach/taught
    """.split()
)
"""Verbs and their participles, hardly two of which mean the same."""
_PARTICIPLES = tuple(VERBS.values())
_AUXILIARY = re.compile(r"\b(did|does|do|to|can|could|will|would|didn't)\b", re.IGNORECASE)

_COMMON = frozenset(
    """a an the this that these those it its he she they we you i his her their our my your who what when
    where why how which in on at of for from to by with as is are was were be been and or but not no if so
    do does did has have had will would can could may might should there here some many most all one two
    three someone something somewhere after before during while since although however also then than about
    into over between among such other both each every any because until under through more only very just
    even still yet according despite name type kind much long""".split()
)


def content_words(text: str) -> list[str]:
    """Lower-case words that are not among the commonest ones.

    >>> content_words("How is someone looking for something?")
    ['looking']
    """
    return [w for w in _WORD.findall(text.lower()) if w not in _COMMON]


def entities(text: str) -> list[str]:
    """Runs of capitalised words, without articles and common words at their beginning, in order, once each.

    >>> entities("The Queen of England saw Kyiv. In June 2022 she left Kyiv.")
    ['Queen of England', 'Kyiv', 'June']
    """
    found: dict[str, None] = {}
    for match in _ENTITY.finditer(text):
        words = re.sub(r"[’']s\b", "", match.group()).rstrip("'’-").split()
        while words and words[0].lower() in _COMMON:
            words.pop(0)
        run = " ".join(words)
        # A sentence's first word has a capital too; drop it when the text also has it without.
        if len(run) >= 3 and not (len(words) == 1 and re.search(rf"\b{re.escape(run.lower())}\b", text)):
            found[run] = None
    return list(found)


def numbers(text: str) -> list[str]:
    """Numbers in figures, in order, once each.

    >>> numbers("In 1921, 3,500 of 4.5 million left in 1921.")
    ['1921', '3,500', '4.5']
    """
    return list(dict.fromkeys(_NUMBER.findall(text)))


def occurs(piece: str, text: str) -> re.Match[str] | None:
    """Where a piece occurs as whole words, whatever the case.

    >>> occurs("art", "Modern Art.").start()
    7
    >>> occurs("art", "A party.") is None
    True
    """
    if piece.lower() not in text.lower():
        return None
    return re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", text, re.IGNORECASE)


def _like(piece: str, other: str) -> bool:
    """Whether two names or numbers have a like shape (years with years, names of near length)."""
    if piece[0].isdigit() or other[0].isdigit():
        year = re.compile(r"1\d{3}|20\d\d")
        return other[0].isdigit() and piece[0].isdigit() and bool(year.fullmatch(piece)) == bool(year.fullmatch(other))
    return abs(len(piece.split()) - len(other.split())) <= 1 and piece.isupper() == other.isupper()


def near_miss(
    question: str, passage: str, answer_sentence: str, answer: str, pool: Sequence[str], rng: random.Random
) -> str | None:
    """The question with one name, number or word swapped so that the passage does not answer it.

    What is swapped out stands in the question and (names) in the passage. What is swapped in is
    another name or number of like shape from the passage or from ``pool``, which stands neither in
    the question, nor in the answer's sentence, nor in the answer; or an antonym; or another verb. None when no swap
    fits.

    >>> text = "Smith visited Kyiv in 2022. He had been in Moscow in 2013."
    >>> near_miss("When did he visit Kyiv?", text, text[:27], "2022", [], random.Random(1))
    'When did he visit Moscow?'
    """

    def fits(new: str) -> bool:
        return not (occurs(new, question) or occurs(new, answer_sentence) or occurs(new, answer))

    def overlaps(old: str, new: str) -> bool:
        return bool(set(old.lower().split()) & set(new.lower().split()))

    sentence = answer_sentence.lower()
    names, figures = entities(passage), numbers(passage)
    swaps: list[tuple[re.Match[str], list[str], list[str]]] = []
    for old in [*(e for e in names if occurs(e, question)), *numbers(question)]:
        near = [n for n in (*names, *figures) if _like(old, n) and fits(n) and not overlaps(old, n)]
        far = [n for n in pool if _like(old, n) and fits(n) and not overlaps(old, n) and not occurs(n, passage)]
        place = occurs(old, question)
        if place and (near or far):
            swaps.append((place, near, far))
    for word in _WORD.findall(question):
        opposite = _OPPOSITE.get(word.lower())
        place = occurs(word, question)
        if opposite and place and fits(opposite):
            swaps.append((place, [opposite], []))
        # "Did they record", not "a record".
        forms = (
            _PARTICIPLES
            if word in _PARTICIPLES
            else VERBS
            if place and _AUXILIARY.search(question[: place.start()])
            else ()
        )
        if place and word in forms:
            swaps.append((place, [], [v for v in forms if v != word and v[:4] not in sentence]))
    if not swaps:
        return None
    place, near, far = rng.choice(swaps)
    new = rng.choice(near if near and (not far or rng.random() < 0.6) else far)
    if place.group().islower():
        new = new.lower()
    return question[: place.start()] + new + question[place.end() :]


def stands_alone(question: str) -> bool:
    """Whether a question says enough for "another passage does not answer it" to be likely.

    Questions such as "What did the author not save?" may well be answered by any other text.

    >>> stands_alone("What color is the screen?"), stands_alone("When was Kyiv founded?")
    (False, True)
    """
    words = question.split()
    named = any(w[0].isupper() or w[0].isdigit() for w in words[1:] if w != "I")
    return (named and len(content_words(question)) >= 2) or len(content_words(question)) >= 5


def holds_any(text: str, answers: Iterable[str]) -> bool:
    """Whether the text contains one of the answers, whatever the case."""
    lower = text.lower()
    return any(a.lower() in lower for a in answers)


class Ranker:
    """BM25 (bm25s) over the windows of one file."""

    def __init__(self, texts: Sequence[str]) -> None:
        import bm25s

        self._bm25s = bm25s
        self._index = bm25s.BM25()
        self._index.index(bm25s.tokenize(list(texts), stopwords="en", show_progress=False), show_progress=False)
        self._size = len(texts)

    def top(self, questions: Sequence[str], k: int) -> list[list[int]]:
        """For each question the numbers of the ``k`` best windows, best first."""
        tokens = self._bm25s.tokenize(list(questions), stopwords="en", show_progress=False)
        ids, _scores = self._index.retrieve(tokens, k=min(k, self._size), show_progress=False)
        return [[int(i) for i in row] for row in ids]
