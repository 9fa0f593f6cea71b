"""What was asked and how the replies were rated, kept as JSON Lines in a folder of the owner's; and a report of it.

Nothing tells who asked. A reply's line has a random id; a rating is a later line with the same id.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal

from rag.data import Reply
from rag.errors import InputError
from rag.show import NOT_FOUND, harmless
from rag.terms import terms

FILE = "feedback.jsonl"
Rating = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Record:
    """One reply that was given, and its latest rating."""

    time: str
    question: str
    resolved_question: str
    status: str
    answer: str | None
    confidence: float
    rating: Rating | None
    id: str


@dataclass(frozen=True, slots=True)
class Group:
    """Replies that are counted as one, shown by the first of them."""

    count: int
    question: str
    answer: str | None


@dataclass(frozen=True, slots=True)
class Summary:
    """What an owner wants to know: how much was asked, what was not answered, what was found bad."""

    replies: int
    answered: int
    not_found: int
    up: int
    down: int
    unanswered: tuple[Group, ...]
    down_rated: tuple[Group, ...]


class Feedback:
    """The log of one folder; threads and processes may share it."""

    def __init__(self, folder: str | Path, clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc)) -> None:
        """Make the folder when it is not there. Raises InputError when it cannot be written."""
        self._path = Path(folder) / FILE
        self._clock = clock
        self._lock = threading.Lock()
        self._failing = False
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._append(b"")
            self._torn = not _ends_a_line(self._path)
        except OSError as error:
            raise InputError(f"cannot keep feedback in {folder}: {error.strerror}: choose another folder") from None

    def add(self, reply: Reply) -> str:
        """Keep a reply; the id with which it can be rated."""
        id = secrets.token_hex(8)
        self._write(
            {
                "time": self._now(),
                "question": reply.question,
                "resolved_question": reply.resolved_question,
                "status": reply.status,
                "answer": reply.answer,
                "confidence": reply.confidence,
                "rating": None,
                "id": id,
            }
        )
        return id

    def rate(self, id: str, rating: Rating | None) -> None:
        """Keep a rating of a reply; the latest counts, None takes it back."""
        self._write({"time": self._now(), "rating": rating, "id": id})

    def _now(self) -> str:
        return self._clock().strftime("%Y-%m-%dT%H:%M:%SZ")

    def _write(self, record: dict[str, Any]) -> None:
        """Answering goes on when the disk is full or gone: the owner is told once, until it works again."""
        line = json.dumps(record, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        with self._lock:
            try:
                self._torn = self._append(b"\n" + line if self._torn else line)
                problem = "the disk is full" if self._torn else None
            except OSError as error:
                problem = error.strerror or "it failed"
            if problem and not self._failing:
                sys.stderr.write(f"feedback is not kept, {self._path}: {problem}\n")
            self._failing = problem is not None

    def _append(self, block: bytes) -> bool:
        """Append with one call, which other processes cannot come between; whether it was cut short."""
        file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            return os.write(file, block) < len(block)
        finally:
            os.close(file)


def read(folder: str | Path) -> list[Record]:
    """The replies of a folder, oldest first, with their ratings; lines cut short by a crash are left out.

    Raises InputError when there is no such folder, or it cannot be read.
    """
    path = Path(folder) / FILE
    if not path.parent.is_dir():
        raise InputError(f"no folder {folder}: give the one that feedback is kept in")
    try:
        lines = path.read_bytes().splitlines() if path.exists() else []
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}: check its permissions") from None
    records: dict[str, Record] = {}
    for line in lines:
        try:
            given = json.loads(line)
            if "question" in given:
                records[given["id"]] = Record(**given)
            elif given["id"] in records:
                records[given["id"]] = replace(records[given["id"]], rating=given["rating"])
        except (ValueError, TypeError, KeyError):
            continue
    return list(records.values())


def summary(records: Iterable[Record], most: int = 10) -> Summary:
    """Counts, and the ``most`` frequent of what was not answered and of what was rated down."""
    records = list(records)
    missed = [record for record in records if record.status == "not_found"]
    bad = [record for record in records if record.rating == "down"]
    return Summary(
        replies=len(records),
        answered=len(records) - len(missed),
        not_found=len(missed),
        up=sum(record.rating == "up" for record in records),
        down=len(bad),
        unanswered=_groups(missed, most),
        down_rated=_groups(bad, most),
    )


def _groups(records: Sequence[Record], most: int) -> tuple[Group, ...]:
    """Questions of the same terms, in whatever order or case, that got the same answer are one."""
    keys = [(frozenset(terms(record.resolved_question)), record.answer) for record in records]
    first = dict(reversed(list(zip(keys, records, strict=True))))
    return tuple(
        Group(count, first[key].resolved_question, first[key].answer) for key, count in Counter(keys).most_common(most)
    )


def text(report: Summary) -> str:
    """The report for a terminal."""
    if not report.replies:
        return "Nothing has been asked yet."
    lines = [
        f"{report.replies} replies: {report.answered} answered, {report.not_found} not found",
        f"rated {report.up} up, {report.down} down",
    ]
    if report.unanswered:
        lines += ["", "Asked most of what was not answered:"]
        lines += [f"{group.count:6}  {harmless(group.question)}" for group in report.unanswered]
    if report.down_rated:
        lines += ["", "Rated down most:"]
        for group in report.down_rated:
            answer = NOT_FOUND if group.answer is None else f"“{harmless(group.answer)}”"
            lines.append(f"{group.count:6}  {harmless(group.question)} {answer}")
    return "\n".join(lines)


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        return file.read(1) in {b"", b"\n"}  # one: another process may be writing on
