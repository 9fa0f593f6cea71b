"""How the page is served: the owner's settings, what launches it, and the question answered over HTTP and MCP."""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from rag.assistant import MAX_QUESTION, Assistant
from rag.data import Turn
from rag.errors import InputError, QuestionError, RagError
from rag.feedback import Feedback
from rag.guard import Guard, Limits

if TYPE_CHECKING:
    import gradio
    from starlette.requests import Request
    from starlette.responses import Response

MAX_TURNS = 20
"""The latest turns of a conversation that a question over HTTP or MCP is read in the light of."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the owner may set, by environment variables; ``None`` leaves it to the program."""

    index: Path | None = None
    sources: tuple[str, ...] = ()
    threshold: float | None = None
    feedback: Path | None = None
    limits: Limits = field(default_factory=Limits)
    on_space: bool = False


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings of an environment. Raises InputError for a value that cannot be used.

    >>> read_settings({"RAG_THRESHOLD": "0.7", "RAG_FEEDBACK": "log"}).threshold
    0.7
    >>> read_settings({"RAG_REQUESTS_A_MINUTE": "many"})
    Traceback (most recent call last):
    rag.errors.InputError: RAG_REQUESTS_A_MINUTE is 'many': give a whole number from 1
    """

    def read(name: str, default: T, parse: Callable[[str], T], expected: str) -> T:
        given = environment.get(name, "").strip()
        if not given:
            return default
        try:
            return parse(given)
        except ValueError:
            raise InputError(f"{name} is {given!r}: give {expected}") from None

    # Whoever asks a Space comes through its proxy, and sees it in a frame of the hub's page.
    on_space, usual = "SPACE_ID" in environment, Limits()
    frames = f"{usual.frame_ancestors} https://huggingface.co" if on_space else usual.frame_ancestors
    settings = Settings(
        index=read("RAG_INDEX", None, Path, "a folder"),
        sources=read("RAG_SOURCES", (), lambda given: tuple(given.split(os.pathsep)), "files or folders"),
        threshold=read("RAG_THRESHOLD", None, _probability, "a number from 0 to 1"),
        feedback=read("RAG_FEEDBACK", None, Path, "a folder"),
        limits=Limits(
            a_minute=read("RAG_REQUESTS_A_MINUTE", usual.a_minute, _whole(1), "a whole number from 1"),
            proxies=read("RAG_TRUST_PROXY", int(on_space), _whole(0), "how many proxies stand before the server"),
            frame_ancestors=read("RAG_FRAME_ANCESTORS", frames, _ancestors, "addresses such as https://example.org"),
        ),
        on_space=on_space,
    )
    if settings.index and settings.sources:
        raise InputError("RAG_INDEX and RAG_SOURCES are both set: set one")
    return settings


def _probability(given: str) -> float:
    if not 0 <= (number := float(given)) <= 1:
        raise ValueError
    return number


def _whole(least: int) -> Callable[[str], int]:
    def parse(given: str) -> int:
        if (number := int(given)) < least:
            raise ValueError
        return number

    return parse


def _ancestors(given: str) -> str:
    """Sources of a Content-Security-Policy, with nothing that would begin another directive."""
    if not (given.isascii() and given.isprintable()) or set(";,") & set(given):
        raise ValueError
    return given


def before_gradio(settings: Settings, environment: MutableMapping[str, str]) -> None:
    """What Gradio and its libraries take from the environment when they are imported, where the owner set nothing.

    >>> environment = {"GRADIO_SERVER_PORT": "8000"}
    >>> before_gradio(Settings(on_space=True), environment)
    >>> environment["GRADIO_SERVER_NAME"], environment["GRADIO_SERVER_PORT"]
    ('0.0.0.0', '8000')
    """
    # Neither Gradio nor the hub's library, which its MCP server uses, tells anybody who runs it.
    usual = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_DISABLE_TELEMETRY": "1"}
    if not settings.limits.proxies:
        # The web server would believe X-Forwarded-For from its own machine, whoever wrote it.
        usual["FORWARDED_ALLOW_IPS"] = ""
    if settings.on_space:
        usual |= {"GRADIO_SERVER_NAME": "0.0.0.0", "GRADIO_SERVER_PORT": "7860"}
    for name, value in usual.items():
        environment.setdefault(name, value)


def launch_options(settings: Settings, **page: Any) -> dict[str, Any]:
    """Arguments of ``Blocks.launch``: nothing asked of another host, nothing kept, all visitors before the guard.

    ``page`` is how the page looks. MCP is served where the ``mcp`` package is installed.
    """
    from starlette.middleware import Middleware

    return {
        "ssr_mode": False,
        "state_session_capacity": 500,  # visitors whose conversations are kept; each may hold a long article's HTML
        "run_history": False,
        "footer_links": [],
        "enable_monitoring": False,
        "pwa": False,
        "max_file_size": "1kb",
        "mcp_server": importlib.util.find_spec("mcp") is not None,
        "app_kwargs": {
            "middleware": [Middleware(Guard, limits=settings.limits)],
            "exception_handlers": {TypeError: wrong_call, KeyError: wrong_call},
        },
        **page,
    }


async def wrong_call(request: Request, error: Exception) -> Response:
    """Gradio fails on names that it does not know, of a question's fields or of an endpoint: say what it takes."""
    from starlette.responses import JSONResponse

    if "/gradio_api/call/" not in request.url.path:
        raise error
    return JSONResponse({"detail": 'POST {"question", "history"} to /gradio_api/call/v2/ask: see README'}, 422)


def add_api(page: gradio.Blocks, assistant: Assistant, keep: Feedback | None = None) -> None:
    """Let programs ask: ``ask`` over HTTP and, when launched so, MCP. All wait in one bounded queue."""
    import gradio as gr
    from gradio.context import LocalContext

    def asked_by_mcp() -> bool:
        # MCP carries text, and what is not a string Gradio writes there in Python's notation, not in JSON.
        request = LocalContext.request.get()
        return request is not None and request.headers.get("x-gradio-user") == "mcp"

    def ask(question: str, history: list[dict[str, Any]] | None = None) -> Any:
        """Ask the article a question. The answer is a verbatim quote of it, with the exact place it was taken from:
        in each citation, quote is text_file's characters start to end (Unicode code points). When the article does not
        say, status is "not_found", answer is null, and nearest is the closest passage, which is not an answer.

        Args:
            question: One question in English, at most 1000 characters, such as "Who wrote this?".
            history: Earlier turns, oldest first, each {"question", "answer"}, so that "When did he go?" is understood; take question from the reply's resolved_question. Only the last 20 count.

        Returns:
            The record: id, question, resolved_question, status ("answered" or "not_found"), answer, confidence (0 to 1), citations, nearest, timings_ms.
        """
        try:
            reply = assistant.ask(question, turns(history))
        except RagError as error:
            raise gr.Error(str(error), print_exception=not isinstance(error, InputError)) from None
        if keep:
            keep.add(reply)
        record = reply.to_dict()
        return json.dumps(record, ensure_ascii=False) if asked_by_mcp() else record

    with page:
        gr.api(ask, api_name="ask", concurrency_id="ask")
    page.queue(max_size=64, default_concurrency_limit=2, api_open=False)


def turns(history: Any) -> Sequence[Turn]:
    """The latest turns of a conversation that came from outside. Raises QuestionError when it is not one.

    >>> turns([{"question": "Who went?", "answer": "Ann"}])
    [Turn(question='Who went?', answer='Ann')]
    """
    if history is None:
        return []
    problem = QuestionError('"history" is not a list of {"question", "answer"}: give texts')
    if not isinstance(history, list):
        raise problem
    latest = []
    for turn in history[-MAX_TURNS:]:
        if not isinstance(turn, dict):
            raise problem
        question, answer = turn.get("question"), turn.get("answer")
        if not isinstance(question, str) or not isinstance(answer, str | None):
            raise problem
        if len(question) > MAX_QUESTION:
            raise QuestionError(f'a question in "history" has more than {MAX_QUESTION} characters: shorten it')
        latest.append(Turn(question, answer and answer[:MAX_QUESTION]))
    return latest
