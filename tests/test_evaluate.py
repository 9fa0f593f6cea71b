"""``rag eval`` through the command, and its figures by hand."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from rag.embed import open_encoder
from rag.evaluate import Bench, Outcome, figures, for_fitting, measure
from rag.network import OnnxNetwork
from rag.score import calibration_error, coverage_at, reliability, risk_coverage
from rag.squad import Paragraph, read_squad
from tests.conftest import Rag

PARAGRAPHS = [
    ("The old mill burnt down in 1911. Nobody was hurt.", "When did the mill burn down?", "1911"),
    ("Ann Lee founded the school in Oslo with her sister.", "Who founded the school?", "Ann Lee"),
    ("The ferry sails to Bergen every Monday.", "Where does the ferry sail?", "Bergen"),
]


def squad_file(path: Path, paragraphs: Sequence[tuple[str, str, str]] = PARAGRAPHS) -> Path:
    questions = [
        {
            "context": context,
            "qas": [
                {
                    "id": f"q{i}",
                    "question": question,
                    "answers": [{"text": answer, "answer_start": context.index(answer)}],
                },
                {"id": f"n{i}", "question": "Who painted the ceiling?", "answers": [], "is_impossible": True},
            ],
        }
        for i, (context, question, answer) in enumerate(paragraphs)
    ]
    path.write_bytes(
        gzip.compress(json.dumps({"version": "v2.0", "data": [{"title": "", "paragraphs": questions}]}).encode())
    )
    return path


def test_both_ways_are_measured(rag: Rag, tmp_path: Path) -> None:
    done = rag("eval", squad_file(tmp_path / "small.json.gz"), "--json", "--plot", tmp_path / "plots")
    assert done.returncode == 0, done.stderr
    closed, opened = (json.loads(line) for line in done.stdout.splitlines())
    assert (closed["way"], opened["way"]) == ("closed", "open")
    for row in (closed, opened):
        assert row["questions"] == 6 and row["answerable"] == 3
        assert row["recall_at_1"] == 100 and row["p50_ms"] > 0
        assert 0 <= row["f1"] <= 100 and 0 <= row["calibration_error"] <= 100
    assert sorted(p.name for p in (tmp_path / "plots").iterdir()) == ["small-closed.png", "small-open.png"]
    assert (tmp_path / "plots" / "small-open.png").read_bytes().startswith(b"\x89PNG")


def test_a_table_for_people(rag: Rag, tmp_path: Path) -> None:
    done = rag("eval", squad_file(tmp_path / "small.json.gz"), "--way", "open", "--limit", "2")
    assert "| figure | small open |" in done.stdout and "| questions | 2 |" in done.stdout


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[1]",
        b'{"data": [{"paragraphs": [{"context": "a", "qas": [{"question": "q", "answers": [{"text": "b", "answer_start": 0}]}]}]}]}',
    ],
)
def test_what_is_not_squad_is_said(rag: Rag, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.json").write_bytes(content)
    done = rag("eval", tmp_path / "bad.json")
    assert done.returncode == 2 and "not in SQuAD format" in done.stderr and done.stderr.count("\n") == 1


def test_a_file_without_questions_is_said(rag: Rag, tmp_path: Path) -> None:
    (tmp_path / "none.json").write_text('{"data": []}')
    done = rag("eval", tmp_path / "none.json")
    assert done.returncode == 2 and "no questions" in done.stderr


def test_figures_by_hand() -> None:
    def outcome(
        answerable: bool, said: str, golds: tuple[str, ...], confidence: float, rank: int, right: bool
    ) -> Outcome:
        return Outcome(answerable, said, golds, confidence, rank, right, 10.0)

    given = figures(
        [
            outcome(True, "in 1911", ("1911",), 0.9, 1, True),  # F1 2/3
            outcome(True, "Oslo", ("Bergen",), 0.6, 2, False),
            outcome(True, "Ann Lee", ("Ann Lee",), 0.4, 0, False),
            outcome(False, "Rome", (), 0.2, 0, False),
        ],
        threshold=0.5,
    )
    assert given["em"] == 33.3 and given["f1"] == round(100 * (2 / 3 + 0 + 1) / 3, 1)
    assert given["f1_abstaining"] == round(100 * (2 / 3 + 0 + 0 + 1) / 4, 1)
    assert given["recall_at_1"] == 33.3 and given["recall_at_k"] == 66.7 and given["first_citation_right"] == 33.3
    assert given["answered"] == 66.7 and given["answered_unanswerable"] == 0
    assert given["auroc_right"] == 100 and given["auroc_answerable"] == 100
    assert given["coverage_at_5_risk"] == 25 and given["p50_ms"] == 10


def test_risk_coverage_and_calibration_by_hand() -> None:
    confidences, right = [0.9, 0.8, 0.8, 0.1], [1.0, 1.0, 0.0, 0.0]
    assert risk_coverage(confidences, right) == ([0.25, 0.75, 1.0], [0.0, pytest.approx(1 / 3), 0.5])
    assert coverage_at(0.1, confidences, right) == 0.25 and coverage_at(0.0, [0.5], [0.0]) == 0.0
    assert reliability(confidences, right) == [(0.1, 0.0, 1), (0.8, 0.5, 2), (0.9, 1.0, 1)]
    assert calibration_error(confidences, right) == pytest.approx((0.1 + 2 * 0.3 + 0.1) / 4)


def test_a_question_is_either_for_fitting_or_held_out(tmp_path: Path) -> None:
    from training.calibrate import fitting_questions

    file = squad_file(tmp_path / "small.json.gz", [(f"In {year} Ann Lee left Oslo.", "When did she leave?", str(year)) for year in range(1900, 1912)])  # fmt: skip
    bench = Bench(read_squad(file), open_encoder(), OnnxNetwork())
    fitted = {a.of(bench.paragraphs[number].context) for number, q in fitting_questions(bench) for a in q.answers}
    [(_, outcomes, row)] = measure(file, bench.network, ["closed"], held_out=True)
    reported = {gold for outcome in outcomes for gold in outcome.golds}
    assert fitted and reported and not fitted & reported and len(fitted | reported) == 12
    assert row["questions"] == len(outcomes) == 2 * len(reported)


def test_about_a_fifth_is_for_fitting_wherever_it_stands() -> None:
    made = [Paragraph("", f"Paragraph {i}.", ()) for i in range(1000)]
    fitted = [paragraph.context for paragraph in made if for_fitting(paragraph)]
    assert 150 < len(fitted) < 250
    assert fitted == [p.context for p in (Paragraph("b", p.context, ()) for p in made) if for_fitting(p)]
