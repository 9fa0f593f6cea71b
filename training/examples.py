"""Paragraphs -> the examples of one pass over the data: windows with an answer, and windows without."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from itertools import groupby

from rag.data import Span
from rag.squad import Paragraph, Question
from rag.terms import terms
from training.data import gold
from training.facts import aged, with_facts
from training.negatives import Ranker, entities, holds_any, near_miss, numbers, stands_alone
from training.noise import noisy
from training.windows import among_others, contains, deployed_windows, random_window, sentences_of


@dataclass(frozen=True, slots=True)
class Mixture:
    """How often each kind of example is made; shares are probabilities per answerable question."""

    random_window: float = 0.6
    same_paragraph: float = 0.7
    retrieved: float = 0.35
    near_miss: float = 0.5
    retrieved_from: int = 6
    """A retrieved negative is drawn from this many best windows."""
    tempting: int = 1
    """A question without an answer is asked of so many windows, those with most of its terms."""
    alone: float = 0.5
    """Share of one-sentence contexts that are not put among other sentences."""
    questions_per_sentence: int = 6
    """At most so many questions per one-sentence context and pass."""
    pool: int = 40
    """Names and numbers of a file that are on offer for one swap."""
    max_answer_words: int = 30
    facts: float = 0.7
    """Share of the questions made by rule from what the paragraphs state (``training.facts``)."""
    ages: float = 0.5
    """Share of the paragraphs on people's doings that are used once more, with an age put in and asked for."""
    led: float = 0.3
    """Share of the windows from further down that have the paragraph's first sentence before them."""
    rephrased: float = 0.25
    """Share of all examples whose question is asked in other words (``training.paraphrase``)."""
    slips: float = 0.08
    spoken: float = 0.08
    false_starts: float = 0.06
    """Shares of all examples whose question is said or typed less well (``training.noise``)."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question, a passage, and where the passage answers it (None: it does not).

    ``about`` is the same for the passages that one question is put to; empty when there is but one.
    """

    question: str
    passage: str
    answer: Span | None
    kind: str
    about: str = ""


@dataclass(slots=True)
class Source:
    """One file: its paragraphs with their windows, cut once and used by every pass."""

    paragraphs: Sequence[Paragraph]
    sentences: list[list[Span]] = field(init=False)
    windows: list[list[Span]] = field(init=False)

    def __post_init__(self) -> None:
        self.sentences = [sentences_of(p.context) for p in self.paragraphs]
        self.windows = [deployed_windows(p.context) for p in self.paragraphs]

    @property
    def of_sentences(self) -> bool:
        """Whether most contexts are one sentence (the segmenter splits a few of such in two)."""
        return sum(len(s) > 2 for s in self.sentences) < 0.1 * len(self.sentences)


def by_source(paragraphs: Iterable[Paragraph]) -> list[Source]:
    """Paragraphs grouped by the file that they come from, files in the order of their names."""
    ordered = sorted(paragraphs, key=lambda p: p.source)
    return [Source(list(group)) for _name, group in groupby(ordered, key=lambda p: p.source)]


def make_examples(source: Source, seed: int, epoch: int, mixture: Mixture | None = None) -> list[Example]:
    """The examples of one pass over one file; the same for the same seed and epoch."""
    mixture = mixture or Mixture()
    rng = random.Random(f"{seed}/{epoch}/{source.paragraphs[0].source}")
    source = _with_facts(source, rng, mixture)
    maker = _sentence_examples if source.of_sentences else _paragraph_examples
    return noisy([*maker(source, rng, mixture), *_retrieved(source, rng, mixture)], rng, mixture)


def _with_facts(source: Source, rng: random.Random, mixture: Mixture) -> Source:
    """The source with questions made by rule, and paragraphs with ages behind its own."""
    made = [aged(p, rng) for p in source.paragraphs if rng.random() < mixture.ages]
    own = copy(source)
    own.paragraphs = [with_facts(p, rng, mixture.facts) for p in source.paragraphs]
    extra = Source([p for p in made if p])
    own.paragraphs, own.sentences, own.windows = (
        [*own.paragraphs, *extra.paragraphs], own.sentences + extra.sentences, own.windows + extra.windows,
    )  # fmt: skip
    return own


def _answers(paragraph: Paragraph, question: Question) -> list[str]:
    return [a.of(paragraph.context) for a in question.answers]


def _lead(context: str, sentences: Sequence[Span], window: Span, rng: random.Random, mixture: Mixture) -> str:
    """The first sentence, for a share of the windows that are further down."""
    if sentences[0].end > window.start or rng.random() >= mixture.led:
        return ""
    return sentences[0].of(context) + " "


def _moved(span: Span, window: Span) -> Span:
    return Span(span.start - window.start, span.end - window.start)


def _paragraph_examples(source: Source, rng: random.Random, mixture: Mixture) -> Iterator[Example]:
    pool = _pool(source)
    for i, (paragraph, sentences, windows) in enumerate(
        zip(source.paragraphs, source.sentences, source.windows, strict=True)
    ):
        context = paragraph.context
        for j, question in enumerate(paragraph.questions):
            about = _about(paragraph, i, j)
            if not question.answers:
                for text in _tempting(question.text, context, sentences, windows, rng, mixture):
                    yield Example(question.text, text, None, "unanswerable", about)
                continue
            answer = gold(paragraph, question, mixture.max_answer_words)
            if answer is None:
                continue
            holding = [w for w in windows if contains(w, answer)]
            window = rng.choice(holding) if holding else None
            if window is None or rng.random() < mixture.random_window:
                window = random_window(context, sentences, answer, rng)
            lead = _lead(context, sentences, window, rng, mixture)
            text = lead + window.of(context)
            place = _moved(answer, Span(window.start - len(lead), window.end))
            yield Example(question.text, text, place, "positive", about)
            answers = _answers(paragraph, question)
            others = [w for w in windows if not holds_any(w.of(context), answers)]
            if others and rng.random() < mixture.same_paragraph:
                drawn_window = rng.choice(_likest(question.text, context, others)[: rng.choice((1, len(others)))])
                lead = _lead(context, sentences, drawn_window, rng, mixture)
                other = _shortened(context, sentences, drawn_window, answers, rng, mixture)
                other = other if holds_any(lead, answers) else lead + other
                yield Example(question.text, other, None, "same paragraph", about)
            if rng.random() < mixture.near_miss:
                inside = " ".join(s.of(context) for s in sentences if s.start < answer.end and answer.start < s.end)
                drawn = _draw(pool, rng, mixture)
                swapped = near_miss(question.text, text, inside, answer.of(context), drawn, rng)
                if swapped:
                    yield Example(swapped, text, None, "near miss")


def _tempting(
    question: str,
    context: str,
    sentences: Sequence[Span],
    windows: Sequence[Span],
    rng: random.Random,
    mixture: Mixture,
) -> Iterator[str]:
    """The windows with most of a question's terms; for a share of the first, a random one around its best sentence."""
    best = _likest(question, context, windows)[: mixture.tempting]
    if rng.random() < mixture.random_window:
        anchor = _likest(question, context, [s for s in sentences if contains(best[0], s)])[0]
        best[0] = random_window(context, sentences, anchor, rng)
    for window in best:
        yield _lead(context, sentences, window, rng, mixture) + window.of(context)


def _likest(question: str, context: str, spans: Sequence[Span]) -> list[Span]:
    """The spans by how many of a question's terms they have, most first."""
    asked = set(terms(question))
    return sorted(spans, key=lambda span: -len(asked & set(terms(span.of(context)))))


def _about(paragraph: Paragraph, i: int, j: int) -> str:
    """Question ``j`` of paragraph ``i``."""
    return f"{paragraph.source}/{i}/{j}"


def _sentence_examples(source: Source, rng: random.Random, mixture: Mixture) -> Iterator[Example]:
    pool = _pool(source)
    for i, paragraph in enumerate(source.paragraphs):
        asked = list(enumerate(paragraph.questions))
        for j, question in rng.sample(asked, min(len(asked), mixture.questions_per_sentence)):
            answer = gold(paragraph, question, mixture.max_answer_words)
            if answer is None:
                continue
            own = paragraph.context
            text, place = own, answer
            if rng.random() >= mixture.alone:
                near = rng.sample(source.paragraphs, min(rng.randint(1, 4), len(source.paragraphs)))
                others = [o.context for o in near if o is not paragraph]
                text, place = among_others(own, answer, others, rng.randint(0, len(others)))
            yield Example(question.text, text, place, "sentence", _about(paragraph, i, j))
            if stands_alone(question.text) and rng.random() < mixture.near_miss:
                drawn = _draw(pool, rng, mixture)
                swapped = near_miss(question.text, text, own, answer.of(own), drawn, rng)
                if swapped:
                    yield Example(swapped, text, None, "near miss")


def _retrieved(source: Source, rng: random.Random, mixture: Mixture) -> Iterator[Example]:
    """Windows that BM25 ranks high for a question although they hold none of its answers."""
    places = [(i, w) for i, ws in enumerate(source.windows) for w in ws]
    texts = [w.of(source.paragraphs[i].context) for i, w in places]
    asked = [
        (question, _answers(paragraph, question), _about(paragraph, i, j))
        for i, paragraph in enumerate(source.paragraphs)
        for j, question in enumerate(
            paragraph.questions[: mixture.questions_per_sentence if source.of_sentences else None]
        )
        if question.answers and stands_alone(question.text) and rng.random() < mixture.retrieved
    ]
    if not asked or len(texts) < 2:
        return
    ranked = Ranker(texts).top([q.text for q, _, _ in asked], mixture.retrieved_from)
    for (question, answers, about), best in zip(asked, ranked, strict=True):
        without = [i for i in best if not holds_any(texts[i], answers)]
        if without:
            number, window = places[rng.choice(without)]
            context = source.paragraphs[number].context
            text = _shortened(context, source.sentences[number], window, answers, rng, mixture)
            yield Example(question.text, text, None, "retrieved", about)


def _shortened(
    context: str, sentences: Sequence[Span], window: Span, answers: list[str], rng: random.Random, mixture: Mixture
) -> str:
    """A window without answer, as often cut short at random as the ones with: length must tell nothing."""
    if rng.random() < mixture.random_window:
        anchor = rng.choice([s for s in sentences if contains(window, s)])
        text = random_window(context, sentences, anchor, rng).of(context)
        if not holds_any(text, answers):
            return text
    return window.of(context)


def _pool(source: Source) -> list[str]:
    found: dict[str, None] = {}
    for paragraph in source.paragraphs:
        found.update(dict.fromkeys([*entities(paragraph.context), *numbers(paragraph.context)]))
    return list(found)


def _draw(pool: list[str], rng: random.Random, mixture: Mixture) -> list[str]:
    return rng.sample(pool, min(len(pool), mixture.pool))
