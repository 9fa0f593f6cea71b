"""The contract of the command, through the command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, SEED, Rag

FIELDS = ["id", "question", "resolved_question", "status", "answer", "confidence", "citations", "nearest", "timings_ms"]
PLACE = ["n", "source", "title", "text_file", "start", "end", "quote", "answer_start", "answer_end", "link"]


def check(record: dict[str, Any], cwd: Path) -> None:
    """What every record promises."""
    assert list(record) == FIELDS
    assert 0 <= record["confidence"] <= 1
    assert {"retrieve", "read", "total"} <= set(record["timings_ms"])
    answered = record["status"] == "answered"
    assert answered == bool(record["citations"]) == (record["answer"] is not None) and record["status"] in {
        "answered",
        "not_found",
    }
    assert not (answered and record["nearest"])
    assert [c["n"] for c in record["citations"]] == list(range(1, len(record["citations"]) + 1))
    for place in [*record["citations"], *([record["nearest"]] if record["nearest"] else [])]:
        assert list(place) == PLACE
        text = (cwd / place["text_file"]).read_bytes().decode("utf-8")
        assert text[place["start"] : place["end"]] == place["quote"]
        if place["answer_start"] is not None:
            assert place["start"] <= place["answer_start"] <= place["answer_end"] <= place["end"]


def test_an_answer_exits_0_and_shows_its_quote_and_place(rag: Rag) -> None:
    done = rag("ask", "When did Putin make an unexpected visit to Pyongyang?", "--json")
    record = json.loads(done.stdout)
    check(record, ROOT)
    assert (done.returncode, done.stderr) == (0, "")
    [first, *_] = record["citations"]
    assert first["source"] == SEED.relative_to(ROOT).as_posix() and "July 2000" in first["quote"]
    shown = rag("ask", "When did Putin make an unexpected visit to Pyongyang?").stdout
    assert (
        f"[1] “{first['quote']}”" in shown and f"{first['source']}, characters {first['start']}–{first['end']}" in shown
    )
    assert "\x1b" not in shown


def test_what_a_misspelt_question_was_taken_for_is_said_beside_the_answer(rag: Rag) -> None:
    done = rag("ask", "Hi, when did Putin make an unexpcted visit to Pyongyang?")
    plain = rag("ask", "When did Putin make an unexpected visit to Pyongyang?")
    assert done.stderr == "(searched for: When did Putin make an unexpected visit to Pyongyang?)\n"
    assert (done.returncode, done.stdout) == (0, plain.stdout) and plain.stderr == ""


def test_what_the_article_does_not_say_exits_3(rag: Rag) -> None:
    done = rag("ask", "How does photosynthesis store energy in plants?", "--json")
    record = json.loads(done.stdout)
    check(record, ROOT)
    assert (done.returncode, done.stderr, record["status"]) == (3, "", "not_found")
    assert record["nearest"]["n"] is None
    shown = rag("ask", "How does photosynthesis store energy in plants?")
    assert (
        shown.returncode == 3
        and "does not say" in shown.stdout
        and "not an answer" in shown.stdout
        and "[1]" not in shown.stdout
    )


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who wrote this?", "Sergey Radchenko"),
        ("What is the headline?", SEED.read_text("utf-8").split("\n\n")[1].strip()),
    ],
)
def test_the_article_itself_can_be_asked_about(rag: Rag, question: str, answer: str) -> None:
    record = json.loads(rag("ask", question, "--json").stdout)
    check(record, ROOT)
    assert record["answer"] == answer


def test_sources_are_asked_without_an_index(rag: Rag, article: Path) -> None:
    done = rag("ask", "--json", "--source", article, "How many bees did Dr. Olu Adeyemi count?")
    record = json.loads(done.stdout)
    check(record, ROOT)
    assert done.returncode == 0 and "4,200" in record["citations"][0]["quote"]
    assert record["citations"][0]["source"] == str(article)
    inside = json.loads(rag("ask", "--json", "--source", article.name, "Who wrote this?", cwd=article.parent).stdout)
    check(inside, article.parent)
    assert inside["citations"][0]["source"] == "bees.txt"


def test_offsets_count_code_points_of_the_file_as_it_is(rag: Rag, tmp_path: Path) -> None:
    text = "\ufeffA tale 😀 of ice\r\n\r\nBy Élan Vidal\r\n\r\nThe harbour froze in 1851. Nobody could leave.\r\n\r\nThe ice went in May.\r\n"
    (tmp_path / "ice.txt").write_bytes(text.encode("utf-8"))
    record = json.loads(
        rag("ask", "--json", "--source", "ice.txt", "What happened to the harbour in 1851?", cwd=tmp_path).stdout
    )
    check(record, tmp_path)
    assert record["citations"][0]["start"] == text.index("The harbour")


def test_index_then_ask_elsewhere(rag: Rag, article: Path, tmp_path: Path) -> None:
    away = tmp_path / "away"
    away.mkdir()
    built = rag("index", article, "--out", tmp_path / "kept")
    assert built.returncode == 0 and "1 documents" in built.stdout
    done = rag("ask", "--json", "--index", tmp_path / "kept", "What does a jar of honey cost?", cwd=away)
    record = json.loads(done.stdout)
    check(record, away)
    assert "nine euros" in record["citations"][0]["quote"]
    article.write_text("Changed since.")
    stale = rag("ask", "--index", tmp_path / "kept", "What does a jar of honey cost?")
    assert stale.returncode == 2 and "has changed since the index was built" in stale.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["ask"], "give one question"),
        (["ask", "a", "b"], "extra argument"),
        (["ask", "When?", "--batch", "-"], "give one question"),
        (["ask", ""], "question is empty"),
        (["ask", "x" * 2000], "more than 1000"),
        (["ask", "Who?", "--index", "nowhere"], "no index at nowhere"),
        (["ask", "Who?", "--index", "tests"], "is not an index"),
        (["ask", "Who?", "--index", "index", "--source", "seeds"], "not both"),
        (["ask", "Who?", "--source", "gone.txt"], "no such file"),
        (["ask", "Who?", "--source", "pyproject.toml"], "cannot read the format"),
        (["ask", "--batch", "gone.jsonl"], "cannot read the batch"),
        (["ask", "Who?", "--wrong"], "No such option"),
        (["index"], "Missing argument"),
        (["index", "seeds", "--out", "tests"], "something other than an index"),
        (["index", "gone.txt", "--out", "new"], "no such file"),
        (["wrong"], "No such command"),
        (["ask", "Who?", "--source", ""], "without a name"),
        (["ask", "Who?", "--threshold", "2"], "not in the range"),
        (["ask", "Who?", "--reader", "nowhere"], "no model nowhere"),
        (["ask", "Who?", "--source", "gone\x1b[31m.txt"], "gone\ufffd[31m.txt"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(rag: Rag, arguments: list[str], says: str) -> None:
    done = rag(*arguments, env={"HF_HUB_OFFLINE": "1"})
    assert done.returncode == (1 if "model" in says else 2) and done.stdout == ""
    assert says in done.stderr and done.stderr.count("\n") == 1 and "Traceback" not in done.stderr


def test_a_crash_is_one_line_and_exit_1(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import rag.assistant\nrag.assistant.check_question = 1\n")
    done = subprocess.run(
        [sys.executable, "-m", "rag", "ask", "Who?"],
        env={"PATH": "", "PYTHONPATH": f"{tmp_path}:{ROOT}"}, cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1 and done.stderr.startswith("rag: unexpected TypeError") and done.stderr.count("\n") == 1


def test_a_batch_answers_in_order_and_keeps_bad_lines_in_place(rag: Rag) -> None:
    lines = [
        {"id": "a", "question": "Who wrote this?"},
        {"id": 2, "question": "How does photosynthesis work?"},
        "not json",
        {"id": 4},
        ["a list"],
        {"id": 6, "question": "What did he find?", "history": "none"},
        '{"id": NaN, "question": "Who wrote this?"}',
        {"id": 8, "question": "And in 1990?", "history": [{"question": "What \ud800 closed in 1950?"}]},
        {
            "id": 7,
            "question": "When did he visit Pyongyang?",
            "history": [{"question": "Who is Putin?", "answer": None}],
        },
    ]
    batch = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines) + "\n\n"
    done = rag("ask", "--batch", "-", stdin=batch)
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 2 and done.stderr == ""
    assert [record["id"] for record in records] == ["a", 2, None, 4, None, 6, None, 8, 7]
    assert ["error" in record for record in records] == [False, False, True, True, True, True, True, True, False]
    assert all(list(record) == ["id", "error"] for record in records if "error" in record)
    for record in records:
        if "error" not in record:
            check(record, ROOT)
    assert records[-1]["resolved_question"] == "When did Putin visit Pyongyang?"


def test_a_good_batch_from_a_file_exits_0(rag: Rag, tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_text('{"id": null, "question": "How does photosynthesis work?"}\n')
    done = rag("ask", "--batch", tmp_path / "b.jsonl")
    assert done.returncode == 0 and json.loads(done.stdout)["status"] == "not_found"


def test_a_batch_streams(tmp_path: Path) -> None:
    """An answer is there before the next question is written."""
    process = subprocess.Popen(
        [sys.executable, "-m", "rag", "ask", "--batch", "-"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin and process.stdout
    with process:
        for id in range(3):
            process.stdin.write(json.dumps({"id": id, "question": "Who wrote this?"}) + "\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == id
        process.stdin.close()
        assert process.wait(30) == 0


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    batch = tmp_path / "b.jsonl"
    batch.write_text('{"question": "Who wrote this?"}\n' * 2000)
    done = subprocess.run(
        f"'{sys.executable}' -m rag ask --batch '{batch}' | head -n 1",
        shell=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.stderr == "" and json.loads(done.stdout)["answer"]


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
def test_closed_streams_are_no_crash(closed: str) -> None:
    command = (
        f"'{sys.executable}' -m rag ask --batch - {closed} < /dev/null"
        if closed == "<&-"
        else f"'{sys.executable}' -m rag ask 'Who wrote this?' {closed}"
    )
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True)
    assert "unexpected" not in done.stderr and done.returncode in {0, 2}


def test_chat_remembers_and_ends_at_end_of_input(rag: Rag) -> None:
    done = rag("chat", stdin="Who is Putin?\n\n?\nWhen did he make an unexpected visit to Pyongyang?\n")
    assert done.returncode == 0
    assert (
        "(searched for: When did Putin make an unexpected visit to Pyongyang?)" in done.stdout
        and "July 2000" in done.stdout
    )
    assert done.stderr.count("question is empty") == 1


def test_help_and_version(rag: Rag) -> None:
    alone = rag()
    assert alone.returncode == 2 and "Commands:" in alone.stdout and alone.stderr.count("\n") == 1
    assert rag("--version").stdout.startswith("rag, version 0.")
    for command in ["ask", "chat", "index"]:
        assert command in rag("--help").stdout
        assert rag(command, "--help").returncode == 0
