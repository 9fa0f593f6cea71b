"""The guard before an application that only says what reached it, with a clock that is set by hand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest

from rag.guard import Allowance, Guard, Limits, Message, Receive, Send, client

Headers = list[tuple[bytes, bytes]]


@dataclass
class Behind:
    """What the guard let through: scopes, and bodies."""

    scopes: list[Message] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        if scope["type"] == "http":
            self.bodies.append((await receive())["body"])
            await send({"type": "http.response.start", "status": 200, "headers": [(b"x-own", b"1")]})
            await send({"type": "http.response.body", "body": b"ok"})


@dataclass
class Visit:
    """A guard, what is behind it, and the time."""

    limits: Limits
    now: float = 0.0
    behind: Behind = field(default_factory=Behind)

    def __post_init__(self) -> None:
        self.guard = Guard(self.behind, self.limits, lambda: self.now)

    def __call__(
        self,
        path: str = "/gradio_api/queue/join",
        blocks: Iterable[bytes] = (b"{}",),
        method: str = "POST",
        address: str = "192.0.2.1",
        headers: Headers | None = None,
    ) -> tuple[int, dict[bytes, bytes], bytes]:
        """Status, headers and body of the response to a request whose body comes in blocks."""
        waiting = [{"type": "http.request", "body": block, "more_body": True} for block in blocks]
        waiting.append({"type": "http.request", "body": b"", "more_body": False})
        sent: list[Message] = []

        async def receive() -> Message:
            return waiting.pop(0)

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {"type": "http", "method": method, "path": path, "client": (address, 9), "headers": headers or []}
        asyncio.run(self.guard(scope, receive, send))
        start, body = sent
        return start["status"], dict(start["headers"]), body["body"]


def refusal(body: bytes) -> str:
    text = body.decode()
    assert "\n" not in text
    return str(json.loads(text)["detail"])


def test_a_question_passes_whole() -> None:
    visit = Visit(Limits(body=10))
    status, _, body = visit(blocks=[b"12345", b"67890"])
    assert (status, body, visit.behind.bodies) == (200, b"ok", [b"1234567890"])


def test_a_body_that_is_too_large_is_refused_whether_or_not_it_says_its_length() -> None:
    visit = Visit(Limits(body=10))
    for headers in ([(b"content-length", b"11")], [], [(b"content-length", b"3")]):
        status, _, body = visit(blocks=[b"1234567890", b"1"], headers=headers)
        assert status == 413 and "10 bytes" in refusal(body)
    assert not visit.behind.scopes


def test_a_body_without_end_is_not_read_to_its_end() -> None:
    read = 0

    def blocks() -> Iterable[bytes]:
        nonlocal read
        for _ in range(1000):
            read += 1
            yield b"12345"

    endless = iter(blocks())
    visit = Visit(Limits(body=10))
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": next(endless), "more_body": True}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Message = {"type": "http", "method": "POST", "path": "/gradio_api/cancel", "client": None, "headers": []}
    asyncio.run(visit.guard(scope, receive, send))
    assert sent[0]["status"] == 413 and read == 65  # 32 times the limit, and the block that passed it


def test_too_many_questions_are_put_off_politely_and_for_as_long_as_it_says() -> None:
    visit = Visit(Limits(a_minute=3))
    assert [visit()[0] for _ in range(4)] == [200, 200, 200, 429]
    visit.now = 5.0
    status, headers, body = visit()
    assert (status, headers[b"retry-after"]) == (429, b"15")
    assert "in 15 s" in refusal(body)
    assert visit(address="192.0.2.2")[0] == 200
    visit.now = 20.0
    assert [visit()[0] for _ in range(2)] == [200, 429]
    visit.now = 1000.0
    assert [visit()[0] for _ in range(4)] == [200, 200, 200, 429]


@pytest.mark.parametrize("path", ["/gradio_api/queue/join", "/gradio_api/call/v2/ask", "/gradio_api/call/ask/", "/gradio_api/mcp/", "/under/a/path/gradio_api/mcp"])  # fmt: skip
def test_every_door_that_costs_an_answer_is_counted(path: str) -> None:
    visit = Visit(Limits(a_minute=1))
    assert [visit(path)[0] for _ in range(2)] == [200, 429]


def test_reading_the_page_and_cancelling_are_not_counted() -> None:
    visit = Visit(Limits(a_minute=1))
    assert {visit(path, method="GET")[0] for path in ("/", "/gradio_api/queue/data", "/assets/a.js") * 3} == {200}
    assert {visit("/gradio_api/cancel")[0] for _ in range(5)} == {200}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/gradio_api/upload"),
        ("POST", "/gradio_api/upload/"),
        ("POST", "/gradio_api/run/ask"),
        ("POST", "/gradio_api/api/ask"),
        ("POST", "/gradio_api/component_server"),
        ("POST", "/gradio_api/upload/gradio_api/mcp\n"),
        ("POST", "/"),
        ("PUT", "/gradio_api/queue/joined"),
        ("DELETE", "/anything"),
        ("GET", "/gradio_api/deep_link"),
        ("GET", "/gradio_api/proxy=https://example.org/"),
    ],
)
def test_what_the_page_does_not_need_is_closed(method: str, path: str) -> None:
    visit = Visit(Limits())
    status, _, body = visit(path, method=method)
    assert status == 403 and "questions only" in refusal(body)
    assert not visit.behind.scopes


def test_a_forwarded_address_counts_only_when_the_owner_says_so() -> None:
    def statuses(limits: Limits, *forwarded: bytes) -> list[int]:
        visit = Visit(limits)
        return [visit(headers=[(b"x-forwarded-for", value)])[0] for value in forwarded]

    assert statuses(Limits(a_minute=1), b"192.0.2.7", b"192.0.2.8") == [200, 429]
    behind_one = Limits(a_minute=1, proxies=1)
    assert statuses(behind_one, b"192.0.2.7", b"192.0.2.8") == [200, 200]
    # What the visitor wrote in front does not change who it is.
    assert statuses(behind_one, b"6.6.6.6, 192.0.2.7", b"7.7.7.7, 192.0.2.7") == [200, 429]
    behind_two = Limits(a_minute=1, proxies=2)
    assert statuses(behind_two, b"192.0.2.7, 10.0.0.1", b"192.0.2.8, 10.0.0.1") == [200, 200]
    assert statuses(behind_two, b"10.0.0.1", b"10.0.0.2") == [200, 429]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("x" * 5000, "10.0.0.1"),
        ("", "10.0.0.1"),
    ],
)
def test_who_a_request_is_counted_for(address: str, name: str) -> None:
    scope: dict[str, Any] = {"client": ("10.0.0.1", 9), "headers": [(b"x-forwarded-for", address.encode())]}
    assert client(scope, 1) == name


def test_only_the_latest_clients_are_remembered() -> None:
    allowance = Allowance(1, 2, lambda: 0.0)
    assert [allowance.take(name) > 0 for name in "aabbcc"] == [False, True] * 3
    assert len(allowance._left) == 2
    assert allowance.take("c") > 0 and allowance.take("a") == 0


def test_a_question_that_mcp_passes_on_is_counted_once() -> None:
    visit = Visit(Limits(a_minute=1))
    assert visit("/gradio_api/mcp")[0] == 200
    passed_on = visit.behind.scopes[0]["headers"]
    assert visit("/gradio_api/queue/join", headers=passed_on, address="127.0.0.1")[0] == 200
    assert visit("/gradio_api/mcp")[0] == 429
    forged = [(name, b"0" * len(value)) for name, value in passed_on]
    assert [visit("/gradio_api/queue/join", headers=forged)[0] for _ in range(2)] == [429, 429]


def test_every_response_tells_the_browser_to_stay_here() -> None:
    visit = Visit(Limits(a_minute=1, frame_ancestors="https://example.org"))
    responses = [visit("/", method="GET"), visit(), visit(), visit("/gradio_api/upload")]
    assert [status for status, _, _ in responses] == [200, 200, 429, 403]
    for _, headers, _ in responses:
        policy = headers[b"content-security-policy"].decode().split("; ")
        assert "default-src 'self'" in policy and "connect-src 'self'" in policy
        assert "frame-ancestors https://example.org" in policy
        assert headers[b"x-content-type-options"] == b"nosniff"
        assert headers[b"referrer-policy"] == b"same-origin"
    assert responses[0][1][b"x-own"] == b"1"


def test_what_is_not_http_passes() -> None:
    visit = Visit(Limits())

    async def nothing(*_: Any) -> Any:
        raise AssertionError

    asyncio.run(visit.guard({"type": "lifespan"}, nothing, nothing))
    assert visit.behind.scopes == [{"type": "lifespan"}]
