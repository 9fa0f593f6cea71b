"""The log of what was asked, through its own doors and ``rag report``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from pathlib import Path

import pytest

from rag.data import Reply
from rag.errors import InputError
from rag.feedback import FILE, Feedback, read, summary, text
from tests.conftest import ROOT, Rag


def reply(question: str, answer: str | None = None, resolved: str | None = None) -> Reply:
    status = "not_found" if answer is None else "answered"
    return Reply(question, resolved or question, status, answer, 0.5, (), None, {})  # type: ignore[arg-type]


def noon() -> datetime:
    return datetime(2024, 5, 3, 12, 0, 0, 999, tzinfo=timezone.utc)


def lines(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / FILE).read_text("utf-8").splitlines()]


def test_a_reply_is_one_line_with_nothing_about_who_asked(tmp_path: Path) -> None:
    id = Feedback(tmp_path / "a" / "log", noon).add(reply("Où\nwas it?", "Rome", "Where was it?"))
    assert lines(tmp_path / "a" / "log") == [
        {
            "time": "2024-05-03T12:00:00Z",
            "question": "Où\nwas it?",
            "resolved_question": "Where was it?",
            "status": "answered",
            "answer": "Rome",
            "confidence": 0.5,
            "rating": None,
            "id": id,
        }
    ]


def test_the_latest_rating_is_the_one_that_counts(tmp_path: Path) -> None:
    log = Feedback(tmp_path, noon)
    first, second = log.add(reply("Who?", "Ann")), log.add(reply("When?"))
    log.rate(first, "up")
    log.rate(first, "down")
    log.rate(second, "up")
    log.rate(second, None)
    log.rate("unknown", "up")
    assert [(r.question, r.rating) for r in read(tmp_path)] == [("Who?", "down"), ("When?", None)]
    assert first != second


def test_a_line_cut_short_by_a_crash_costs_only_itself(tmp_path: Path) -> None:
    log = Feedback(tmp_path)
    log.add(reply("One?"))
    with (tmp_path / FILE).open("ab") as file:
        file.write(b'{"time": "2024-05-03T12:00:00Z", "quest')
    assert [r.question for r in read(tmp_path)] == ["One?"]
    Feedback(tmp_path).add(reply("Two?"))
    assert [r.question for r in read(tmp_path)] == ["One?", "Two?"]
    (tmp_path / FILE).write_bytes(b'5\n[]\n"id"\n{}\n{"question": 1}\n\xff\n\n')
    assert read(tmp_path) == []


def test_threads_and_processes_do_not_tear_each_others_lines(tmp_path: Path) -> None:
    script = (
        "import sys; from rag.feedback import Feedback; from tests.test_feedback import reply\n"
        "log = Feedback(sys.argv[1])\n"
        "for n in range(100): log.rate(log.add(reply(sys.argv[2] * 300 + f' {n}')), 'up')"
    )
    processes = [subprocess.Popen([sys.executable, "-c", script, tmp_path, name], cwd=ROOT) for name in "xy"]
    log = Feedback(tmp_path)
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda n: log.add(reply(f"{'abc'[n % 3] * 300} {n // 3}")), range(300)))
    assert [process.wait() for process in processes] == [0, 0]
    assert len(lines(tmp_path)) == 2 * 200 + 3 * 100
    questions = {r.question for r in read(tmp_path)}
    assert questions == {f"{name * 300} {n}" for name in "abcxy" for n in range(100)}


def test_a_folder_that_cannot_be_written_is_refused_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="choose another folder"):
        Feedback(tmp_path / "file" / "log")
    (tmp_path / "log" / FILE).mkdir(parents=True)
    with pytest.raises(InputError, match="cannot keep feedback in"):
        Feedback(tmp_path / "log")


def test_answering_goes_on_when_the_disk_fails_and_the_owner_is_told_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = Feedback(tmp_path / "log")
    (tmp_path / "log").rename(tmp_path / "gone")
    assert log.add(reply("One?")) and log.add(reply("Two?"))
    [note] = capsys.readouterr().err.splitlines()
    assert note.startswith("feedback is not kept, ")
    (tmp_path / "gone").rename(tmp_path / "log")
    log.add(reply("Three?"))
    assert [r.question for r in read(tmp_path / "log")] == ["Three?"]
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_such_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = Feedback(tmp_path)
    (tmp_path / FILE).unlink()
    (tmp_path / FILE).symlink_to("/dev/full")
    log.add(reply("One?"))
    assert os.strerror(28) in capsys.readouterr().err


def test_the_summary_counts_questions_of_the_same_terms_as_one(tmp_path: Path) -> None:
    log = Feedback(tmp_path)
    for question in ("Who paid the mill?", "who PAID a mill", "Did the mill pay?", "Why rain?"):
        log.add(reply(question))
    for question, answer in (("Where is it?", "Rome"), ("where is IT", "Rome"), ("Where is it?", "Paris")):
        log.rate(log.add(reply(question, answer)), "down")
    log.rate(log.add(reply("When?", "1990")), "up")
    found = summary(read(tmp_path))
    assert (found.replies, found.answered, found.not_found, found.up, found.down) == (8, 4, 4, 1, 3)
    assert [(g.count, g.question, g.answer) for g in found.unanswered] == [
        (2, "Who paid the mill?", None),
        (1, "Did the mill pay?", None),
        (1, "Why rain?", None),
    ]
    assert [(g.count, g.question, g.answer) for g in found.down_rated] == [
        (2, "Where is it?", "Rome"),
        (1, "Where is it?", "Paris"),
    ]
    assert len(summary(read(tmp_path), most=1).unanswered) == 1


def test_the_report_of_the_command(tmp_path: Path, rag: Rag) -> None:
    log = Feedback(tmp_path)
    log.add(reply("Is \x1b[31mred\u202e said?"))
    log.rate(log.add(reply("Who?", "Ann\x07")), "down")
    done = rag("report", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "2 replies: 1 answered, 1 not found",
        "rated 0 up, 1 down",
        "",
        "Asked most of what was not answered:",
        "     1  Is �[31mred� said?",
        "",
        "Rated down most:",
        "     1  Who? “Ann�”",
    ]
    found = json.loads(rag("report", tmp_path, "--json").stdout)
    assert found["replies"] == 2
    assert found["down_rated"] == [{"count": 1, "question": "Who?", "answer": "Ann\x07"}]


def test_a_report_of_nothing_says_so(tmp_path: Path, rag: Rag) -> None:
    done = rag("report", tmp_path)
    assert (done.returncode, done.stdout) == (0, "Nothing has been asked yet.\n")
    assert text(summary([])) == "Nothing has been asked yet."
    missing = rag("report", tmp_path / "none")
    assert missing.returncode == 2 and missing.stdout == ""
    assert missing.stderr.startswith("rag: no folder ") and missing.stderr.count("\n") == 1
