"""Suggested questions: drafts made from the documents, kept when the assistant answers them from there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.assistant import Assistant
from rag.data import Passage, Reply, Span
from rag.draft import Draft, drafts, vocabulary
from rag.errors import InputError
from rag.terms import terms

CHECKS, CHECKS_AFTER_A_REPLY = 20, 4
"""Questions asked to find suggestions, at most: about 0.1 s each."""
SAMPLE = 200
"""Passages looked at, spread evenly."""
MARGIN = 0.2
"""How far above the threshold the confidence must lie, as a share of the way to 1."""


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
class _Placed:
    """A draft with its sentence's place."""

    draft: Draft
    document_id: str
    sentence: Span


def suggestions(assistant: Assistant, wanted: int = 6, *, checks: int = CHECKS) -> list[Suggestion]:
    """Questions that the documents answer, of different kinds and from different places, most varied first.

    At most ``checks`` are asked. None come of documents that are not in English, too odd, or changed since they were read.
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
    try:
        reply = assistant.ask(placed.draft.question)
    except InputError:  # a source has changed; whoever asks a question is told so
        return None
    if reply.status != "answered" or reply.confidence < assistant.threshold + MARGIN * (1 - assistant.threshold):
        return None
    cited, sentence, meant = reply.citations[0], placed.sentence, placed.draft.answer
    if cited.source != assistant.index.by_id[placed.document_id].source:
        return None
    if cited.answer_start is None or cited.answer_end is None:
        return None
    inside = sentence.start <= cited.answer_start and cited.answer_end <= sentence.end
    touches = cited.answer_start < sentence.start + meant.end and sentence.start + meant.start < cited.answer_end
    if not (inside and touches):
        return None
    answer = Span(cited.answer_start, cited.answer_end)
    return Suggestion(placed.draft.question, placed.draft.kind, placed.document_id, sentence, answer, reply.confidence)
