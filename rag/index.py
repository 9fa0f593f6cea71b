"""Stage 4, index: passages, their vectors in FAISS and their terms in BM25, ready to be searched."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.chunk import chunk
from rag.data import Document, Passage
from rag.embed import Encoder, Vectors
from rag.errors import SourceError
from rag.load import Source, load
from rag.terms import terms

EXACT_UP_TO = 50_000
"""Vectors searched exactly up to this many; beyond, by a graph (HNSW)."""

BM25_K1, BM25_B = 0.3, 0.75
"""A low k1, so that how many of a question's terms occur counts more than how often."""

Scores = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Index:
    """Passages of some documents, ready to be searched two ways."""

    documents: tuple[Document, ...]
    passages: tuple[Passage, ...]
    model: str
    model_sha256: str
    faiss: Any
    bm25: Any

    @cached_property
    def by_id(self) -> dict[str, Document]:
        return {document.id: document for document in self.documents}

    def text(self, passage: Passage) -> str:
        """The passage's characters."""
        return self.by_id[passage.document_id].text[passage.start : passage.end]

    def nearest(self, vector: Vectors, count: int) -> npt.NDArray[np.int64]:
        """Positions of the passages closest to a (dimension,) unit vector, best first."""
        positions = self.faiss.search(vector[None, :], min(count, len(self.passages)))[1][0]
        return np.asarray(positions[positions >= 0], dtype=np.int64)

    def cosines(self, vector: Vectors, positions: npt.NDArray[np.int64]) -> Scores:
        """Cosines of the passages at (n,) positions with a (dimension,) unit vector: (n,)."""
        return np.asarray(self.faiss.reconstruct_batch(positions) @ vector, dtype=np.float32)

    def bm25_scores(self, question_terms: Sequence[str]) -> Scores:
        """BM25 of every passage, (passages,) float32; 0 for a passage without any of the terms."""
        known = [term for term in question_terms if term in self.bm25.vocab_dict]
        if not known:
            return np.zeros(len(self.passages), dtype=np.float32)
        return np.asarray(self.bm25.get_scores(known), dtype=np.float32)

    def has_term(self, term: str) -> bool:
        """Whether any passage holds a term."""
        return term in self.bm25.vocab_dict

    def rarity(self, term: str) -> float:
        """How much a term tells, as BM25's idf has it: ln(1 + (N - n + 0.5) / (n + 0.5)), n passages holding it."""
        column = self.bm25.vocab_dict.get(term)
        starts = self.bm25.scores["indptr"]
        holding = 0 if column is None else int(starts[column + 1] - starts[column])
        return math.log(1 + (len(self.passages) - holding + 0.5) / (holding + 0.5))


def build(
    sources: Iterable[Source],
    encoder: Encoder,
    *,
    notify: Callable[[str], None] | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Index:
    """Load, chunk and embed the files; ``progress(stage, done, total)`` is told how far it is.

    A file with exactly the content of an earlier one is left out, and so, with a word to
    ``notify``, is one of a folder that cannot be read. Raises SourceError for one that was named,
    or when nothing is left.
    """
    sources = list(sources)
    documents: dict[str, Document] = {}
    for done, source in enumerate(sources, start=1):
        try:
            document = load(source.path)
            documents.setdefault(document.id, document)
        except SourceError as error:
            if source.named or (done == len(sources) and not documents):
                raise
            if notify:
                notify(f"left out: {error}")
        if progress:
            progress("reading", done, len(sources))
    return build_from(list(documents.values()), encoder, progress=progress)


def build_from(
    documents: Sequence[Document], encoder: Encoder, *, progress: Callable[[str, int, int], None] | None = None
) -> Index:
    """As ``build``, of documents already loaded."""
    import bm25s
    import faiss

    passages = [passage for document in documents for passage in chunk(document)]
    texts = {document.id: document.text for document in documents}
    contents = [texts[p.document_id][p.start : p.end] for p in passages]
    done = 0

    def embedded(count: int) -> None:
        nonlocal done
        done += count
        if progress:
            progress("embedding", done, len(contents))

    vectors = encoder.encode(contents, progress=embedded)
    dimension = vectors.shape[1]
    nearest = (
        faiss.IndexFlatIP(dimension)
        if len(passages) <= EXACT_UP_TO
        else faiss.IndexHNSWFlat(dimension, 32, faiss.METRIC_INNER_PRODUCT)
    )
    nearest.add(vectors)
    bm25 = bm25s.BM25(method="lucene", k1=BM25_K1, b=BM25_B)
    bm25.index([terms(content) for content in contents], show_progress=False)
    return Index(tuple(documents), tuple(passages), encoder.model.name, encoder.model.sha256, nearest, bm25)
