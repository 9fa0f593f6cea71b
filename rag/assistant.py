"""The whole way, for Python: open an index or some files, ask, get a Reply."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from rag.about import about
from rag.compose import cite, compose
from rag.data import Candidate, Citation, Hit, Reply, Turn
from rag.disfluency import repaired
from rag.embed import OnnxEncoder, open_encoder
from rag.errors import QuestionError
from rag.followup import resolve, says_too_little
from rag.index import Index, build
from rag.load import find_sources
from rag.mentions import mentions, named_in, topic_of
from rag.network import open_network
from rag.read import Reader, SpanReader
from rag.retrieve import Retriever
from rag.spelling import Spelling
from rag.store import check_source, open_index
from rag.unwrap import unwrap

DEFAULT_INDEX = Path("index")
MAX_QUESTION = 1000
"""Characters of a question."""
TOP_K = 4
"""Passages that the reader reads; the more, the surer the answer is among them and the longer it takes."""
NEAR = 0.3
"""From this confidence on, the sentence of a withheld answer is offered as the closest passage."""
MENTIONED_IN = 12
"""Passages that are looked through for sentences about something."""

Notify = Callable[[str], None]
Progress = Callable[[str, int, int], None]


class Assistant:
    """Answers questions about some documents with verbatim quotes; safe to share between threads.

    >>> from rag import Assistant
    >>> reply = Assistant.open("index").ask("When did the fighting end?")  # doctest: +SKIP
    >>> reply.status, reply.citations[0].quote                             # doctest: +SKIP
    """

    def __init__(self, index: Index, encoder: OnnxEncoder, reader: Reader, threshold: float) -> None:
        self.index = index
        self.threshold = threshold
        self._retriever = Retriever(index, encoder)
        self._reader = reader
        self._plain = plain(index, encoder)
        self._seen: dict[str, tuple[int, int]] = {}

    @classmethod
    def open(
        cls,
        index_dir: str | Path | None = None,
        *,
        reader: str | None = None,
        threshold: float | None = None,
        notify: Notify | None = None,
    ) -> Assistant:
        """The assistant of an index built before; ``index_dir`` defaults to ``index``.

        ``reader`` is a folder or hub name of another span reader than the packaged one;
        ``threshold``, 0..1, the confidence from which to answer; ``notify`` is told of work that is
        done once, on the first question ever. Raises IndexUnusableError or ModelError when
        something cannot be used.
        """
        index = open_index(Path(index_dir or DEFAULT_INDEX))
        return cls._of(index, open_encoder(index.model, index.model_sha256, notify=notify), reader, threshold, notify)

    @classmethod
    def from_sources(
        cls,
        sources: Iterable[str | Path],
        *,
        reader: str | None = None,
        threshold: float | None = None,
        notify: Notify | None = None,
        progress: Progress | None = None,
    ) -> Assistant:
        """The assistant of files and folders, indexed in memory; options as for ``open``.

        Raises SourceError or ModelError.
        """
        files = find_sources(sources)
        encoder = open_encoder(notify=notify)
        return cls._of(build(files, encoder, notify=notify, progress=progress), encoder, reader, threshold, notify)

    @classmethod
    def _of(
        cls, index: Index, encoder: OnnxEncoder, reader: str | None, threshold: float | None, notify: Notify | None
    ) -> Assistant:
        network = open_network(reader, notify)
        return cls(
            index, encoder, SpanReader(network, index.rarity), network.threshold if threshold is None else threshold
        )

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        on_retrieved: Callable[[Citation], None] | None = None,
    ) -> Reply:
        """Answer a question, read in the light of the turns before it (oldest first).

        ``on_retrieved`` is given the best passage as soon as it is found, before it is read.
        Raises QuestionError for one that is empty, too long or a bare "Why?", IndexUnusableError when a file that
        would be cited has changed since it was read.
        """
        started = time.perf_counter()
        asked = self._plain(check_question(question))
        itself = about(asked, self.index.documents)
        resolved = asked if itself is not None else check_question(resolve(asked, history))
        if says_too_little(resolved):
            raise QuestionError(f'"{resolved}" alone says too little to search for: ask the whole question', "bare")
        nearest = None
        topic = topic_of(resolved) if itself is None else None
        hits = self._retriever.search(topic or resolved, MENTIONED_IN if topic else TOP_K) if itself is None else []
        retrieved = time.perf_counter()
        if hits:
            top = hits[0].passage
            nearest = Candidate(top.document_id, top.span, None, 0.0)
            if on_retrieved:
                on_retrieved(self._cited(nearest))
        candidates = self._read(resolved, topic, hits) if itself is None else itself
        if nearest and candidates and candidates[0].confidence >= NEAR:
            nearest = replace(candidates[0], answer=None)
        for candidate in [*candidates, *([nearest] if nearest else [])]:
            self._hold(candidate.document_id)
        finished = time.perf_counter()
        timings = {"retrieve": retrieved - started, "read": finished - retrieved, "total": finished - started}
        return compose(
            question,
            resolved,
            candidates,
            nearest,
            self.index.by_id,
            self.threshold,
            {stage: round(1000 * seconds, 2) for stage, seconds in timings.items()},
        )

    def _read(self, question: str, topic: str | None, hits: Sequence[Hit]) -> list[Candidate]:
        """Sentences that name the topic, where one is asked about; else what the reader finds."""
        document = self.index.by_id.__getitem__
        if topic and (naming := mentions(topic, hits, document)):
            return naming
        found = self._reader.read(question, hits[:TOP_K], document)
        named = named_in(question)
        if named and (not found or found[0].confidence < self.threshold):
            return mentions(named, self._retriever.search(named, MENTIONED_IN), document) or found
        return found

    def _cited(self, candidate: Candidate) -> Citation:
        self._hold(candidate.document_id)
        return cite(candidate, self.index.by_id[candidate.document_id], None)

    def _hold(self, document_id: str) -> None:
        """Check the file behind a citation whenever its size or time of change is new."""
        document = self.index.by_id[document_id]
        state = _state(Path(document.source))
        if state is None or self._seen.get(document_id) != state:
            check_source(document)
            if state:
                self._seen[document_id] = state


def plain(index: Index, encoder: OnnxEncoder) -> Callable[[str], str]:
    """What makes of a question, as it was typed or said, the one to search an index for."""
    spelling = Spelling(lambda: (document.text for document in index.documents), index.has_term, encoder.knows)
    return lambda question: unwrap(repaired(spelling.corrected(question)))


def check_question(question: str) -> str:
    """A question without the white space around it. Raises QuestionError when it cannot be asked."""
    if not isinstance(question, str):
        raise QuestionError("the question is not text: give a string")
    asked = " ".join(question.split())
    if not any(character.isalnum() for character in asked):
        raise QuestionError("the question is empty: ask something in words", "empty")
    if len(asked) > MAX_QUESTION:
        said = f"the question has {len(asked)} characters, more than {MAX_QUESTION}: shorten it"
        raise QuestionError(said, "long")
    try:
        asked.encode("utf-8")
    except UnicodeEncodeError:
        raise QuestionError("the question is not valid text: type it in UTF-8") from None
    return asked


def _state(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
