"""The page's server as its users meet it: a real process, asked over HTTP, by Gradio's client and over MCP."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks.load import ask, load, serving, without_timings
from rag.errors import InputError
from rag.feedback import read
from rag.guard import Limits
from rag.runtime import cache_folder
from rag.serve import Settings, read_settings, turns
from tests.conftest import ROOT, Rag

README = (ROOT / "README.md").read_text("utf-8")
A_MINUTE = 100
QUESTION = "Who wrote this?"

# Nothing but this machine may be reached; every attempt is written down.
SITECUSTOMIZE = """
import os, sys
def watch(event, arguments):
    if event == "socket.connect":
        host = arguments[1][0] if isinstance(arguments[1], tuple) else "local"
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if host not in {None, "", "local", "localhost", "127.0.0.1", "::1", "0.0.0.0"}:
        with open(os.environ["WATCHED"], "a") as file:
            file.write(f"{event} {host}\\n")
        raise OSError("no network here")
sys.addaudithook(watch)
"""


@dataclass(frozen=True)
class Server:
    address: str
    folder: Path

    def client(self, visitor: str = "192.0.2.1") -> httpx.Client:
        return httpx.Client(base_url=self.address, headers={"X-Forwarded-For": visitor}, timeout=60)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server of a visitor's first time: nothing in the home folder, only the prepared models kept."""
    folder = tmp_path_factory.mktemp("server")
    (folder / "sitecustomize.py").write_text(SITECUSTOMIZE)
    environment = {
        "HOME": str(folder / "home"),
        "PYTHONPATH": str(folder),
        "WATCHED": str(folder / "connects.txt"),
        "RAG_CACHE": str(cache_folder()),
        "RAG_FEEDBACK": str(folder / "log"),
        "RAG_REQUESTS_A_MINUTE": str(A_MINUTE),
        "RAG_TRUST_PROXY": "1",
        "RAG_FRAME_ANCESTORS": "https://publisher.example",
    }
    with serving(environment) as address:
        yield Server(address, folder)
    assert not (folder / "connects.txt").exists(), (folder / "connects.txt").read_text()


@pytest.fixture(scope="module")
def expected(rag: Rag) -> dict[str, Any]:
    """What the command answers."""
    return without_timings(json.loads(rag("ask", QUESTION, "--json", "--index", ROOT / "index").stdout))


@pytest.mark.slow
def test_http_gives_the_record_of_the_command(server: Server, expected: dict[str, Any]) -> None:
    with server.client() as client:
        event, [record] = ask(client, QUESTION)
    assert (event, without_timings(record)) == ("complete", expected)
    assert list(record)[-1] == "timings_ms"


@pytest.mark.slow
def test_the_readmes_lines_for_curl_get_it(server: Server, expected: dict[str, Any]) -> None:
    [lines] = re.findall(r"```sh\n(URL=.*?)```", README, re.DOTALL)
    script = lines.replace("http://127.0.0.1:7860", server.address)
    done = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, check=True)
    assert without_timings(json.loads(done.stdout.split("data: ")[-1])[0]) == expected


def test_every_setting_is_in_the_readme() -> None:
    source = (ROOT / "rag" / "serve.py").read_text("utf-8")
    for name in set(re.findall(r'"(RAG_\w+)"', source)):
        assert f"`{name}`" in README


@pytest.mark.slow
def test_gradios_client_gets_it_too(server: Server, expected: dict[str, Any]) -> None:
    from gradio_client import Client  # type: ignore[import-untyped]

    client = Client(server.address, verbose=False, analytics_enabled=False)
    try:
        assert without_timings(client.predict(QUESTION, api_name="/ask")) == expected
    finally:
        client.close()


@pytest.mark.slow
def test_an_mcp_client_finds_the_tool_and_gets_the_record_as_json(server: Server, expected: dict[str, Any]) -> None:
    pytest.importorskip("mcp", reason="the extra [mcp] is not installed")
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async def visit() -> None:
        address = f"{server.address}/gradio_api/mcp/"
        async with streamable_http_client(address) as (read, write, _), ClientSession(read, write) as session:
            await session.initialize()
            [tool] = (await session.list_tools()).tools
            assert tool.name == "ask" and "verbatim" in (tool.description or "")
            properties = tool.inputSchema["properties"]
            assert set(properties) == {"question", "history"} and tool.inputSchema["required"] == ["question"]
            assert all(len(field["description"]) > 20 for field in properties.values())
            result = await session.call_tool("ask", {"question": QUESTION})
            assert without_timings(json.loads(result.content[0].text)) == expected  # type: ignore[union-attr]
            result = await session.call_tool("ask", {"question": " "})
            assert result.isError
            assert result.content[0].text == "the question is empty: ask something in words"  # type: ignore[union-attr]

    asyncio.run(visit())


@pytest.mark.slow
def test_a_follow_up_is_understood(server: Server) -> None:
    history = [{"question": "Who visited the capital in July?", "answer": "Ann Lee"}]
    with server.client() as client:
        _, [record] = ask(client, "When did she go?", history)
    assert record["resolved_question"] != record["question"] == "When did she go?"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("question", "history", "message"),
    [
        ("", None, "the question is empty: ask something in words"),
        ("Why?", None, '"Why?" alone says too little to search for: ask the whole question'),
        (5, None, "the question is not text: give a string"),
        ("x" * 1001, None, "the question has 1001 characters, more than 1000: shorten it"),
        ("Who?", "Ann", '"history" is not a list of {"question", "answer"}: give texts'),
    ],
)
def test_a_bad_question_is_refused_in_one_line(server: Server, question: Any, history: Any, message: str) -> None:
    with server.client("192.0.2.2") as client:
        event, data = ask(client, question, history)
    assert (event, data["error"]) == ("error", message)


@pytest.mark.slow
def test_a_call_with_other_names_is_told_the_right_ones(server: Server) -> None:
    with server.client("192.0.2.3") as client:
        for path, body in (("ask", {"q": "Who?"}), ("ask", {}), ("other", {"question": "Who?"})):
            response = client.post(f"/gradio_api/call/v2/{path}", json=body)
            assert response.status_code == 422 and "question" in response.json()["detail"]


@pytest.mark.slow
def test_the_only_public_endpoint_is_ask(server: Server) -> None:
    with server.client() as client:
        info = client.get("/gradio_api/info").json()
    assert list(info["named_endpoints"]) == ["/ask"] and not info["unnamed_endpoints"]


@pytest.mark.slow
def test_what_is_too_large_or_not_for_visitors_is_refused(server: Server) -> None:
    with server.client("192.0.2.4") as client:
        large = b'{"question": "' + b"a" * 5_000_000 + b'"}'
        path = "/gradio_api/call/v2/ask"
        assert client.post(path, content=large).status_code == 413
        assert client.post(path, content=iter([large[:9], large[9:]])).status_code == 413
        assert client.post("/gradio_api/upload", files={"files": b"text"}).status_code == 403
        assert client.post("/gradio_api/run/ask", json={"data": ["Who?"]}).status_code == 403
        assert client.post("/gradio_api/api/ask", json={"data": ["Who?"]}).status_code == 403


@pytest.mark.slow
def test_a_burst_is_put_off_at_once_and_others_are_served(server: Server) -> None:
    statuses, slowest = [], 0.0
    with server.client("192.0.2.5") as client:
        for _ in range(2 * A_MINUTE):
            started = time.perf_counter()
            response = client.post("/gradio_api/call/v2/ask", json={"question": ""})
            slowest = max(slowest, time.perf_counter() - started)
            statuses.append(response.status_code)
    assert statuses[:10] == [200] * 10 and statuses[-1] == 429 and set(statuses) <= {200, 429, 503}
    assert slowest < 10  # seconds: put off, not left hanging
    assert 1 <= int(response.headers["retry-after"]) <= 60
    assert "please ask again in" in response.json()["detail"]
    with server.client("192.0.2.6") as client:
        assert ask(client, QUESTION)[0] == "complete"


@pytest.mark.slow
def test_the_browser_is_told_to_stay_here(server: Server) -> None:
    with server.client() as client:
        headers = client.get("/").headers
    assert "connect-src 'self'" in headers["content-security-policy"]
    assert headers["content-security-policy"].endswith("frame-ancestors https://publisher.example")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


@pytest.mark.slow
def test_twenty_readers_at_once_each_get_their_own_answer(server: Server) -> None:
    asked = load(server.address, clients=20, seconds=10)
    assert len(asked) >= 20
    assert {one.problem for one in asked} == {""}


@pytest.mark.slow
def test_what_was_asked_is_kept_without_who_asked(server: Server) -> None:
    with server.client("192.0.2.77") as client:
        ask(client, "Is this one kept?")
    kept = read(server.folder / "log")
    assert kept[-1].question == "Is this one kept?"
    assert "192.0.2" not in (server.folder / "log" / "feedback.jsonl").read_text()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"RAG_INDEX": "no-such-folder"}, "no-such-folder"),
        ({"RAG_THRESHOLD": "high"}, "RAG_THRESHOLD is 'high': give a number from 0 to 1"),
        ({"RAG_FEEDBACK": "app.py/log"}, "cannot keep feedback in app.py/log"),
    ],
)
def test_a_setting_that_cannot_be_used_ends_it_with_one_line(variables: dict[str, str], message: str) -> None:
    with pytest.raises(RuntimeError) as caught, serving(variables):
        pass
    [line] = str(caught.value).removeprefix("app.py does not answer: ").splitlines()
    assert line.startswith("app.py: ") and message in line


def test_the_settings_of_an_empty_environment() -> None:
    assert read_settings({"RAG_THRESHOLD": " "}) == Settings()
    assert Settings().limits == Limits(frame_ancestors="'self'", proxies=0)


def test_on_a_space_its_proxy_and_its_frame_are_trusted() -> None:
    settings = read_settings({"SPACE_ID": "a/b"})
    assert settings.on_space and settings.limits.proxies == 1
    assert settings.limits.frame_ancestors == "'self' https://huggingface.co"


def test_every_setting_is_read() -> None:
    settings = read_settings(
        {
            "RAG_INDEX": "my-index",
            "RAG_THRESHOLD": "0",
            "RAG_FEEDBACK": "log",
            "RAG_FRAME_ANCESTORS": "'self' https://a.example https://*.b.example:8000",
            "RAG_REQUESTS_A_MINUTE": "7",
            "RAG_TRUST_PROXY": "2",
        }
    )
    limits = Limits(a_minute=7, proxies=2, frame_ancestors="'self' https://a.example https://*.b.example:8000")
    assert settings == Settings(Path("my-index"), (), 0.0, Path("log"), limits)
    assert read_settings({"RAG_SOURCES": "notes"}).sources == ("notes",)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RAG_THRESHOLD", "1.5"),
        ("RAG_THRESHOLD", "nan"),
        ("RAG_REQUESTS_A_MINUTE", "0"),
        ("RAG_TRUST_PROXY", "yes"),
        ("RAG_FRAME_ANCESTORS", "'self'; script-src *"),
        ("RAG_FRAME_ANCESTORS", "'self'\r\nSet-Cookie: a=b"),
    ],
)
def test_a_setting_of_another_form_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(InputError, match=f"^{name} is .*: give "):
        read_settings({name: value})


def test_an_index_and_sources_cannot_both_be_asked() -> None:
    with pytest.raises(InputError, match="set one"):
        read_settings({"RAG_INDEX": "a", "RAG_SOURCES": "b"})


def test_a_history_from_outside_is_bounded() -> None:
    assert turns(None) == []
    many = turns([{"question": f"{n}?", "answer": "a" * 5000} for n in range(50)])
    assert [turn.question for turn in many] == [f"{n}?" for n in range(30, 50)]
    assert {len(turn.answer or "") for turn in many} == {1000}


@pytest.mark.parametrize("history", ["Ann", {}, [1], [{}], [{"question": "a", "answer": 1}], [{"question": "x" * 1001}]])  # fmt: skip
def test_a_history_of_another_form_is_refused(history: Any) -> None:
    with pytest.raises(InputError, match='"history"'):
        turns(history)
