"""Stands before the page's server: how large, how often, by which doors, and what a browser may do with the page.

Plain ASGI (https://asgi.readthedocs.io/en/latest/specs/www.html), without a framework.
"""

from __future__ import annotations

import ipaddress
import json
import math
import re
import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
Clock = Callable[[], float]

READS = {"GET", "HEAD", "OPTIONS"}
_DOORS = re.compile(r".*/gradio_api/(?:(queue/join|call/.+|mcp(?:/.*)?)|cancel|reset)/?")
"""The only paths that take anything but a read; those of the group cost an answer, and are counted."""
_CLOSED = re.compile(r".*/gradio_api/(?:deep_link|proxy=).*")
"""Reads that the page does not use: one writes to the disk, one fetches from other hosts."""
_COUNTED = b"x-rag-counted"


@dataclass(frozen=True, slots=True)
class Limits:
    """What the owner allows.

    ``body`` is in bytes. ``a_minute`` is a client's costly requests: as many at once, then evenly spread; the
    latest ``clients`` are remembered. ``proxies`` says how many proxies of the owner's stand before the server,
    each of which adds one address to X-Forwarded-For; 0 takes the address of the connection. ``frame_ancestors``
    lists who may show the page in a frame (https://developer.mozilla.org/docs/Web/HTTP/Headers/Content-Security-Policy).
    """

    body: int = 256 * 1024
    a_minute: int = 120
    clients: int = 10_000
    proxies: int = 0
    frame_ancestors: str = "'self'"


class Guard:
    """An ASGI application that lets through to another one what the limits allow."""

    def __init__(self, app: App, limits: Limits, clock: Clock = time.monotonic) -> None:
        self._app = app
        self._limits = limits
        self._allowance = Allowance(limits.a_minute, limits.clients, clock)
        self._headers = security_headers(limits.frame_ancestors)
        self._token = secrets.token_hex(16).encode()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        send = _adding(self._headers, send)
        door = _DOORS.fullmatch(scope["path"])
        if _CLOSED.fullmatch(scope["path"]) or not (scope["method"] in READS or door):
            await _refuse(send, 403, "This page takes questions only: no uploads, no direct calls.")
        elif scope["method"] in READS:
            await self._app(scope, receive, send)
        elif door and door[1] and (wait := self._wait(scope)):
            seconds = math.ceil(wait)
            message = f"Too many questions in a minute: please ask again in {seconds} s."
            await _refuse(send, 429, message, [(b"retry-after", b"%d" % seconds)])
        elif (body := await read_body(receive, self._limits.body)) is None:
            await _refuse(send, 413, f"The request is larger than {self._limits.body} bytes: send less.")
        else:
            await self._app(self._marked(scope), _replaying(body, receive), send)

    def _wait(self, scope: Message) -> float:
        if dict(scope["headers"]).get(_COUNTED) == self._token:
            return 0.0
        return self._allowance.take(client(scope, self._limits.proxies))

    def _marked(self, scope: Message) -> Message:
        """The MCP server asks its question by a request to this same server, with the headers of the one it was
        asked by: the token keeps that one from being counted again, as this machine's own.
        """
        if "/gradio_api/mcp" not in scope["path"]:
            return scope
        return {**scope, "headers": [*scope["headers"], (_COUNTED, self._token)]}


class Allowance:
    """How many requests each client has left: a bucket that holds a minute's, and is filled again evenly."""

    def __init__(self, a_minute: int, clients: int, clock: Clock) -> None:
        self._a_minute = a_minute
        self._clients = clients
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, name: str) -> float:
        """Take one of the client's requests: 0, or the seconds until there is one to take.

        >>> now = iter([0.0, 0.0, 0.0, 30.0])
        >>> allowance = Allowance(2, 100, lambda: next(now))
        >>> [allowance.take("a") for _ in range(4)]
        [0.0, 0.0, 30.0, 0.0]
        """
        now = self._clock()
        left, since = self._left.pop(name, (float(self._a_minute), now))
        left = min(float(self._a_minute), left + (now - since) * self._a_minute / 60)
        wait = max(0.0, (1 - left) * 60 / self._a_minute)
        self._left[name] = (left if wait else left - 1, now)
        if len(self._left) > self._clients:
            del self._left[next(iter(self._left))]
        return wait


def client(scope: Message, proxies: int) -> str:
    """Whom a request is counted for: an IPv4 address, or an IPv6 network of the size that one household gets.

    >>> scope = {"client": ("10.0.0.1", 80), "headers": [(b"x-forwarded-for", b"6.6.6.6, 2001:db8::7")]}
    >>> client(scope, 0), client(scope, 1)
    ('10.0.0.1', '2001:db8::/64')
    """
    connected = (scope.get("client") or ("unknown", 0))[0]
    forwarded = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    passed = b",".join(forwarded).decode("latin-1").split(",")
    # Only the last addresses are the proxies'; what stands before them is what the visitor chose to send.
    chosen = passed[-proxies].strip() if 0 < proxies <= len(passed) else connected
    try:
        address = ipaddress.ip_address(chosen)
    except ValueError:
        return str(connected)
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if address.version == 6 else str(address)


def security_headers(frame_ancestors: str) -> list[tuple[bytes, bytes]]:
    """What a browser is told: nothing from, nothing to another host, and in whose frames the page may be shown."""
    policy = [
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",  # Gradio compiles templates in the browser
        "style-src 'self' 'unsafe-inline'",
        *(f"{kind}-src 'self' data: blob:" for kind in ("img", "media", "font", "worker")),
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        f"frame-ancestors {frame_ancestors}",
    ]
    return [
        (b"content-security-policy", "; ".join(policy).encode("latin-1")),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),
    ]


async def read_body(receive: Receive, limit: int) -> bytes | None:
    """The whole body of a request; None when it is larger than the limit, or the client has gone."""
    body, size = bytearray(), 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        block = message.get("body", b"")
        size += len(block)
        if size <= limit:
            body += block
        if not message.get("more_body"):
            return bytes(body) if size <= limit else None
        # A client sees a refusal only after it has sent all: that much is read, and not kept.
        if size > 32 * limit:
            return None


def _replaying(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay


def _adding(headers: list[tuple[bytes, bytes]], send: Send) -> Send:
    async def send_with(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", []), *headers]}
        await send(message)

    return send_with


async def _refuse(send: Send, status: int, why: str, headers: list[tuple[bytes, bytes]] | None = None) -> None:
    """One line of JSON, of the form that the page and Gradio's clients show to who asked."""
    body = json.dumps({"detail": why}).encode()
    about = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)), *(headers or [])]
    await send({"type": "http.response.start", "status": status, "headers": about})
    await send({"type": "http.response.body", "body": body})
