"""A sentence -> questions that it answers, by rules of form; for what the page suggests.

A rule speaks only where the form leaves little doubt: a name or "the …" right before a verb of a short list.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import rag.english as en
from rag.data import Span

LONGEST = 100
"""Characters of a question."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A question not yet asked; its answer must touch ``answer``. Offsets are the sentence's own."""

    question: str
    kind: str
    answer: Span


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
        for found in en.PEOPLE.finditer(plain):
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
    found = [*_glosses(plain), *_persons(plain), *_things(plain, words)]
    clause = _clause(plain, words)
    if clause:
        for make in (_when, _who, _what, _why, _count, _money, _where, _by):
            found.extend(make(plain, clause))
    return [draft for draft in found if _reads_well(draft.question)]


def _clause(sentence: str, words: Words) -> Clause | None:
    match = en.CLAUSE.fullmatch(sentence)
    if not match:
        return None
    subject, rest = match["subject"], match["rest"]
    first, *others = subject.split()
    if first in ("The", "the"):
        subject = " ".join(["the", *others])
        if set(others) & (en.FUNCTION - {"of"}) or (len(others) == 1 and others[0].islower()):
            return None
    elif first in en.OPENERS or (match.start("subject") == 0 and not _is_name(subject, words)):
        return None
    date = Span(*match.span("date")) if match["date"] else None
    person = subject.split()[-1] in words.people or re.search(rf"\b{en.TITLE} ", subject)
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
    cut = en.STOP.search(rest)
    kept = (rest[: cut.start()] if cut else rest).strip()
    return None if re.sub(rf"{en.MONTH} \d+,|\d,\d", "", kept).count(",") or set(kept.split()[1:]) & en.FINITE else kept


def _dated(sentence: str, clause: Clause) -> tuple[str, Span] | None:
    """The rest without its date, and the date, where only one is meant."""
    later = re.search(en.DATE, clause.rest)
    if clause.lead_date:
        rest = re.split(r", | with ", clause.rest)[0] if sentence.startswith("When ") else clause.rest
        kept = _uncut(rest)
        return None if kept is None or re.search(r"\d{4}", kept) else (kept, clause.lead_date)
    if not later:
        return None
    before, after = clause.rest[: later.start()].strip(), clause.rest[later.end() :]
    if _uncut(before) != before or re.match(r"(?: and| or|,| to)? ?[–-]?(?:\d|in \d)", after):
        return None
    if set(after.split()[:1]) & en.FINITE:
        return None
    if re.search(r" (?:of the|that|between|by) ", f" {before} ") and clause.verb not in en.BE:
        return None
    return before, Span(clause.rest_at + later.start(), clause.rest_at + later.end())


def _inverted(clause: Clause, opening: str, rest: str) -> str | None:
    """ "When" and "Ada Lee | visited | Rome" -> "When did Ada Lee visit Rome?"."""
    verb, first = clause.verb, rest.split(" ")[0]
    if verb in en.BASE:
        if verb in en.NEEDS_OBJECT and (not rest or first in en.PREPOSITIONS):
            return None
        return f"{opening} did {clause.subject} {en.BASE[verb]} {rest}".strip() + "?"
    if verb in en.HAVE and not (first in en.BASE or re.search(r"(?:ed|en|been|become)$", first)):
        return None
    if verb in en.DO and verb not in en.HAVE and first != "not":
        return None
    return f"{opening} {verb} {clause.subject} {rest}".strip() + "?" if verb not in ("said", "may", "might") else None


def _year(sentence: str, date: Span) -> Span:
    return Span(date.end - 4 - sentence[: date.end].endswith("0s"), date.end)


def _when(sentence: str, clause: Clause) -> Iterator[Draft]:
    dated = _dated(sentence, clause)
    if not dated or clause.verb not in (*en.BASE, "was", "were", "had"):
        return
    kept, date = dated
    after = clause.rest[date.end - clause.rest_at :].strip() if not clause.lead_date else ""
    # What follows the date is said only where the question would name nothing without it.
    if after.split(" ")[0] in en.PREPOSITIONS and _uncut(after) == after and not _names(f"{clause.subject} {kept}"):
        kept = f"{kept} {after}"
    question = _inverted(clause, "When", kept)
    if question:
        yield Draft(question, "when", _year(sentence, date))


def _names(text: str) -> bool:
    """Whether a name or a year in it tells what it is about."""
    return any(word[0].isupper() or re.match(r"\d{4}", word) for word in text.split())


def _who(sentence: str, clause: Clause) -> Iterator[Draft]:
    if not clause.person or en.OWN.search(clause.rest) or clause.verb in ("became", "cost", "died"):
        return
    first = re.match(r"the (?:first|last|only|youngest|oldest|founder|inventor|author)\b", clause.rest)
    if clause.verb in en.BASE or (clause.verb in en.BE and first):
        dated = _dated(sentence, clause)
        kept = dated[0] if dated else _uncut(clause.rest)
        if kept and (clause.verb not in en.NEEDS_OBJECT or kept.split()[0] not in en.PREPOSITIONS):
            date = " " + dated[1].of(sentence).replace("In ", "in ").replace("On ", "on ") if dated else ""
            last = re.search(r"\S+$", clause.subject)
            end = clause.subject_span.end
            yield Draft(f"Who {clause.verb} {kept}{date}?", "who", Span(end - len(last[0]) if last else end, end))


def _what(sentence: str, clause: Clause) -> Iterator[Draft]:
    dated = _dated(sentence, clause)
    if dated and clause.verb in en.DATED_OBJECT and re.match(r"an? |the |[A-Z]", dated[0]):
        date = dated[1].of(sentence)
        question = f"What did {clause.subject} {en.BASE[clause.verb]} {date[0].lower()}{date[1:]}?"
        yield Draft(question, "what", Span(clause.rest_at, clause.rest_at + len(dated[0])))


def _why(sentence: str, clause: Clause) -> Iterator[Draft]:
    because = en.BECAUSE.fullmatch(clause.rest)
    if because and not re.search(r"\b(?:not|only|partly|largely|mainly)$", because["what"]):
        question = _inverted(clause, "Why", because["what"])
        start = clause.rest_at + because.start("reason")
        if question and not set(because["what"].split()[1:]) & en.FINITE:
            yield Draft(question, "why", Span(start, clause.rest_at + len(clause.rest)))


def _count(sentence: str, clause: Clause) -> Iterator[Draft]:
    counted = en.COUNTED.match(clause.rest)
    if not counted or (clause.verb not in en.NEEDS_OBJECT and clause.verb not in en.HAVE) or clause.verb == "became":
        return
    dated = _dated(sentence, clause)
    kept = dated[0] if dated else _uncut(clause.rest)
    if kept is None or len(kept) < counted.end() or kept[counted.end() :].startswith(" of"):
        return
    after = kept[counted.end() :]
    if after and after.split()[0] not in en.PREPOSITIONS:
        return
    do, base = en.DO.get(clause.verb, "did"), en.BASE.get(clause.verb, "have")
    start = clause.rest_at + counted.start("number")
    question = f"How many {counted['things']} {do} {clause.subject} {base}{after}?"
    yield Draft(question, "number", Span(start, clause.rest_at + counted.end("number")))


def _money(sentence: str, clause: Clause) -> Iterator[Draft]:
    kept = _uncut(clause.rest)
    paid = en.MONEY.fullmatch(kept) if kept else None
    if paid and clause.verb in en.MONEY_VERBS:
        money = "" if clause.verb in ("paid", "cost") else " money"
        start = clause.rest_at + paid.start("number")
        question = f"How much{money} did {clause.subject} {en.BASE[clause.verb]}{paid['why'] or ''}?"
        yield Draft(question, "number", Span(start, clause.rest_at + paid.end("number")))


def _where(sentence: str, clause: Clause) -> Iterator[Draft]:
    place = en.PLACE.match(clause.rest)
    if place and clause.verb in en.BE and place["at"].split()[-1] not in en.OPENERS:
        answer = Span(clause.rest_at + place.start("at"), clause.rest_at + place.end("at"))
        yield Draft(f"Where {clause.verb} {clause.subject} {place['done']}?", "where", answer)


def _by(sentence: str, clause: Clause) -> Iterator[Draft]:
    made = en.MADE_BY.match(clause.rest)
    past = en.PARTICIPLE.get(made["done"], made["done"]) if made else ""
    if made and clause.verb in ("was", "were") and past in en.NEEDS_OBJECT:
        start = clause.rest_at + made.start("who")
        yield Draft(f"Who {past} {clause.subject}?", "who", Span(start, clause.rest_at + made.end("who")))


def _glosses(sentence: str) -> Iterator[Draft]:
    for found in en.GLOSS.finditer(sentence):
        yield Draft(f"What is {found['word']}?", "meaning", Span(*found.span("what")))
    for found in en.ACRONYM.finditer(sentence):
        heads = [word[0] for word in re.split(r"[ -]", found["long"]) if word[:1].isupper()]
        first = len(heads) - len(found["short"])
        if first >= 0 and "".join(heads[first:]) == found["short"]:
            yield Draft(f"What does {found['short']} stand for?", "meaning", Span(*found.span("long")))


def _persons(sentence: str) -> Iterator[Draft]:
    found = en.PERSON.match(sentence)
    role = en.ROLE.search(found["what"]) if found else None
    if not found or not role or found["name"].split()[0] in en.OPENERS:
        return
    if not re.search(r"\b(?:of|that|who|by)\b", found["what"][: role.start()]):
        start = found.start("what") + role.start()
        yield Draft(f"Who {found['be'] or 'is'} {found['name']}?", "person", Span(start, start + len(role[0])))


def _things(sentence: str, words: Words) -> Iterator[Draft]:
    """ "Seasonality is a …" -> "What is seasonality?"; also what it is used for, caused by, made of."""
    found = en.THING.match(sentence)
    thing = _thing(found["thing"], found["is"] or "", words) if found else None
    if not found or not thing or (found["is"] and en.ROLE.search(found["is"])):
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
    if first in en.OPENERS or noun.split()[-1] in words.people | en.GENERAL:
        return None
    if set(noun.lower().split()) & (en.FUNCTION - {"the", "of"}):
        return None
    if any(word[0].isupper() for word in others) or first in words.capital or (article and first[0].isupper()):
        clear = article != "The " or (others and others[-1][0].isupper())
        return f"{article.lower()}{noun}" if clear and (not what or en.CLASS.search(what)) else None
    unclear = article == "The " and not (others and re.match("an? ", what or "a "))
    if unclear or re.search(r"\b\w+ly\b|\b(?:no|of|the)\b", noun):
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
        and not en.VAGUE.search(question)
        and words[-1].lower() not in en.FUNCTION - {"for", "of"}
        and (_names(" ".join(words[1:])) or words[0] == "What")
    )
