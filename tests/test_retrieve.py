from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rag.assistant import TOP_K
from rag.index import build
from rag.load import Source
from rag.retrieve import Retriever, fuse, ranks
from tests.conftest import TermEncoder


def test_ranks_count_from_one() -> None:
    assert ranks(np.array([3.0, 5.0, 4.0], dtype=np.float32)).tolist() == [3, 1, 2]


def test_hits_come_best_first_with_both_ranks(article: Path, encoder: TermEncoder) -> None:
    paragraphs = [f"Paragraph {i} tells of stone number {i}. " + "It rains. " * 55 for i in range(12)]
    article.write_text("\n\n".join([*paragraphs, "The ferry sinks near Oslo. " + "It snows. " * 55]))
    index = build([Source(article, True)], encoder)
    hits = Retriever(index, encoder).search("Where does the ferry sink?", k=5)  # type: ignore[arg-type]
    assert len(hits) == 5
    assert "ferry" in index.text(hits[0].passage)
    assert hits[0].bm25_rank == 1 and hits[0].bm25 > 0
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)


def test_a_question_of_unknown_words_still_gets_hits(article: Path, encoder: TermEncoder) -> None:
    hits = Retriever(build([Source(article, True)], encoder), encoder).search("Zzyzx?")  # type: ignore[arg-type]
    assert hits and all(hit.bm25 == 0 for hit in hits)


def test_a_text_of_no_more_passages_than_are_read_is_read_whole(article: Path, encoder: TermEncoder) -> None:
    article.write_text("\n\n".join(f"Ship {number} sailed. " + "It snows. " * 55 for number in range(TOP_K - 1)))
    index = build([Source(article, True)], encoder)
    assert len(index.passages) == TOP_K
    for question in ("Zzyzx?", "Where is ship 2?"):
        hits = Retriever(index, encoder).search(question, k=TOP_K)  # type: ignore[arg-type]
        assert {hit.passage.start for hit in hits} == {passage.start for passage in index.passages}


def test_fusion_as_worked_out_by_hand() -> None:
    cosines = np.array([0.6, 0.6, 0.1], dtype=np.float32)
    bm25 = np.array([0.0, 4.0, 8.0], dtype=np.float32)
    # 1 - 0.4 * 1, 1 - 0.4 * (1 - 0.7 / 2), 1 - 0.9 * (1 - 0.7)
    assert fuse(cosines, bm25, most=8.0) == pytest.approx([0.6, 0.74, 0.73])
    assert fuse(cosines, np.zeros(3, dtype=np.float32), most=0.0) == pytest.approx(cosines)
