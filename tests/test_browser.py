"""The page as a visitor meets it, in a real browser, on a wide screen and on a phone."""

from __future__ import annotations

import http.server
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.load import serving
from rag.article import LARGEST
from rag.feedback import Record, read
from rag.words import catalogue
from tests.browser import PHONE, WIDE, ask, axe, chromium, highlighted, until, visit
from tests.conftest import ARTICLE

if TYPE_CHECKING:
    from playwright.sync_api import Playwright, Route

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

TIDE = """---
title: The tide mill of Varn turns again
author: Jo Park
url: https://example.org/tide
---

🌊 The tide mill of Varn was built in 1784 by the miller Hugo Brandt. It ground rye for six villages.

A storm broke its wheel in 1931. Engineers from Delft repaired the wheel in 2019, and it has turned ever since.
"""
BUILT = "When was the tide mill of Varn built?"
SWARM = "When was the first swarm seen?"
UNKNOWN = "What is the boiling point of tungsten?"


@dataclass(frozen=True)
class Site:
    address: str
    folder: Path

    def text(self, name: str) -> str:
        return (self.folder / "sources" / name).read_text("utf-8")

    def asked(self, question: str) -> list[Record]:
        """What the owner's log has of a question, oldest first."""
        return [record for record in read(self.folder / "log") if record.question == question]


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    chromium()
    sync = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: pip install playwright")
    with sync.sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The page over two articles, keeping what is asked; framed by whom it likes."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "sources").mkdir()
    (folder / "sources" / "bees.txt").write_text(ARTICLE, "utf-8")
    (folder / "sources" / "tide.md").write_text(TIDE, "utf-8")
    environment = {
        "RAG_SOURCES": str(folder / "sources"),
        "RAG_FEEDBACK": str(folder / "log"),
        "RAG_FRAME_ANCESTORS": "http://localhost:*",
        "RAG_REQUESTS_A_MINUTE": "100000",
    }
    with serving(environment) as address:
        yield Site(address, folder)


SEEN = """() => {
    const [words] = CSS.highlights.get('quote'), seen = words.getBoundingClientRect();
    const pane = document.querySelector('#pane').getBoundingClientRect();
    return seen.top >= pane.top && seen.bottom <= pane.bottom && pane.height > 200;
}"""
"""Whether the highlighted words are inside the part of the article that is on screen."""

FRESH = """asked => [...document.querySelectorAll('#suggested button')].every(
    chip => !chip.checkVisibility() || !asked.includes(chip.innerText)
)"""
"""Whether no suggestion on screen has been asked; fresh ones come a moment after the reply."""

SIZES = pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])


@SIZES
def test_a_citation_opens_its_exact_words_and_gives_the_focus_back(
    playwright: Playwright, site: Site, size: Any
) -> None:
    with visit(playwright, site.address, size) as page:
        ask(page, SWARM)
        assert page.locator(".answered .short").inner_text() == page.locator("blockquote mark").inner_text()
        quote = page.locator(".answered blockquote").inner_text()
        assert quote in site.text("bees.txt")
        cite = page.locator("a.cite")
        if size == PHONE:
            assert not page.locator("#article").is_visible()
            cite.tap()
        else:
            cite.focus()
            page.keyboard.press("Enter")
        page.wait_for_function("CSS.highlights.has('answer')")
        assert highlighted(page, "quote") == quote
        assert highlighted(page, "answer") == page.locator(".answered .short").inner_text()
        page.wait_for_function(SEEN)
        assert page.evaluate("document.activeElement.closest('#article') !== null")
        page.keyboard.press("Escape") if size == WIDE else page.get_by_role("button", name="Close").tap()
        assert highlighted(page, "quote") == ""
        assert page.evaluate("document.activeElement.matches('a.cite')")
        assert page.locator("#article").is_visible() == (size == WIDE)


@SIZES
def test_answer_absence_and_failure_look_different(playwright: Playwright, site: Site, size: Any) -> None:
    with visit(playwright, site.address, size) as page:
        ask(page, BUILT)
        ask(page, UNKNOWN)
        ask(page, "?!")
        looks = page.locator(".bot .reply").evaluate_all(
            "all => all.map(e => [e.className, getComputedStyle(e).border, e.querySelectorAll('a.cite:not(.near)').length])"
        )
        assert [name for name, _, _ in looks] == ["reply answered", "reply missing", "reply failure"]
        assert len({border for _, border, _ in looks}) == 3
        assert looks[0][2] >= 1 and looks[1][2] == looks[2][2] == 0
        missing = page.locator(".missing")
        assert "The article does not say." in missing.inner_text() and "not an answer" in missing.inner_text()
        assert "[" not in missing.inner_text()
        assert "ask something in words" in page.locator(".failure").inner_text()
        assert page.get_by_role("textbox").input_value() == "?!"
        missing.locator("a.near").click()
        page.wait_for_function("CSS.highlights.has('quote')")
        shown = missing.locator("blockquote").inner_text()
        assert "".join(highlighted(page, "quote").split()) == "".join(shown.split())  # over several paragraphs


def test_the_confidence_is_a_word_that_opens_to_its_meaning(playwright: Playwright, site: Site) -> None:
    with visit(playwright, site.address) as page:
        ask(page, BUILT)
        opened = page.locator("details.confidence")
        assert opened.locator("summary").inner_text() in {"sure", "likely", "unsure"}
        opened.locator("summary").press("Enter")
        assert "Of 100 answers" in opened.inner_text()


def test_the_pane_shows_the_article_that_is_cited(playwright: Playwright, site: Site) -> None:
    with visit(playwright, site.address) as page:
        heading = page.locator("#article h2")
        ask(page, BUILT)
        page.wait_for_function("document.querySelector('#article h2').textContent.startsWith('The tide mill')")
        ask(page, SWARM)
        page.wait_for_function("document.querySelector('#article h2').textContent.startsWith('Bees')")
        page.locator("a.cite").first.click()
        page.wait_for_function("CSS.highlights.has('answer')")
        assert heading.inner_text() == "The tide mill of Varn turns again"
        assert highlighted(page, "answer") == "1784"
        page.locator("#beside input").click()  # choosing by hand
        page.get_by_role("option", name="Bees").click()
        page.wait_for_function("document.querySelector('#article h2').textContent.startsWith('Bees')")


def test_another_document_chosen_in_the_drawer_can_be_left_again(playwright: Playwright, site: Site) -> None:
    with visit(playwright, site.address, PHONE) as page:
        page.get_by_role("button", name="Show the article").tap()
        page.locator("#beside input").tap()
        page.get_by_role("option", name="The tide mill").tap()
        page.wait_for_function("document.querySelector('#article h2').textContent.startsWith('The tide mill')")
        page.get_by_role("button", name="Close").tap()
        assert page.get_by_role("textbox").is_visible() and not page.locator("#article").is_visible()


def test_in_a_long_paragraph_the_quote_itself_is_brought_into_view(playwright: Playwright, tmp_path: Path) -> None:
    items = [f"Item {n} of the list was counted and put back on its shelf." for n in range(5500)]
    paragraph = " ".join([*items, "The bell of Orsk was cast in 1743.", *items[:100]])
    assert paragraph.index("The bell") > LARGEST  # not in the part before
    source = tmp_path / "list.txt"
    source.write_text(f"The list of the keeper\n\n{paragraph}\n", "utf-8")
    with serving({"RAG_SOURCES": str(source)}) as address, visit(playwright, address, PHONE) as page:
        ask(page, "When was the bell of Orsk cast?")
        page.locator("a.cite").first.tap()
        page.wait_for_function("CSS.highlights.has('quote')")
        assert "1743" in highlighted(page, "quote")
        page.wait_for_function(SEEN)
        page.get_by_role("button", name="Earlier part").tap()
        page.wait_for_function(
            "document.querySelector('[data-start=\"0\"], h2 + p, p') && !CSS.highlights.has('quote')"
        )
        assert page.locator("#article h2").inner_text() == "The list of the keeper"


def test_suggested_questions_are_answered_and_fresh_ones_follow(playwright: Playwright, site: Site) -> None:
    with visit(playwright, site.address) as page:
        chips = page.locator("#suggested button:visible")
        chips.first.wait_for()
        asked: list[str] = []
        for _ in range(3):
            question = chips.first.inner_text()
            asked.append(question)
            chips.first.dblclick()
            page.wait_for_function("n => document.querySelectorAll('.answered').length === n", arg=len(asked))
            assert page.locator(".asked").last.inner_text() == question
            page.wait_for_function(FRESH, arg=asked)
            if not chips.count():
                break
        assert page.locator(".missing, .failure").count() == 0


def test_a_quote_is_copied_with_its_place_and_the_conversation_exported(playwright: Playwright, site: Site) -> None:
    with visit(playwright, site.address, permissions=["clipboard-read", "clipboard-write"]) as page:
        ask(page, BUILT)
        page.get_by_role("link", name="Copy quote").click()
        page.get_by_role("link", name="Copied").wait_for()
        lines = page.evaluate("navigator.clipboard.readText()").split("\n")
        quote = page.locator("blockquote").inner_text()
        start = site.text("tide.md").index(quote)
        assert lines[0] == f"“{quote}”"
        assert lines[1].startswith("The tide mill of Varn turns again. ")
        assert lines[1].endswith(f"tide.md, characters {start}–{start + len(quote)}")
        assert lines[2].startswith("https://example.org/tide#:~:text=")
        with page.expect_download() as waiting:
            page.get_by_role("button", name="Export").click()
        assert waiting.value.suggested_filename == "conversation.md"
        exported = Path(waiting.value.path()).read_text("utf-8")
        assert BUILT.replace("?", "") in exported and "**1784**" in exported and "#:~:text=" in exported


def test_a_link_asks_and_a_new_conversation_begins_empty(playwright: Playwright, site: Site) -> None:
    with visit(playwright, f"{site.address}/?q=When+was+the+tide+mill+of+Varn+built%3F") as page:
        page.locator(".answered").wait_for()
        assert page.locator(".asked").inner_text() == BUILT
        before = len(site.asked(BUILT))
        page.get_by_role("button", name="Retry").click()
        until(page, lambda: len(site.asked(BUILT)) > before)
        page.wait_for_function("document.querySelectorAll('.answered').length === 1")
        assert page.locator(".reply").count() == 1
        page.get_by_role("button", name="New conversation").click()
        page.get_by_role("textbox").fill("When did he")
        page.locator(".reply").wait_for(state="detached")
        assert page.get_by_role("textbox").input_value() == "When did he"  # typed meanwhile, and kept
        ask(page, "When did he build it?")
        assert page.locator(".asked").count() == 1 and "Hugo" not in page.locator(".asked").inner_text()


@pytest.mark.parametrize("late", ["the new conversation", "the question"])
def test_a_new_conversation_begins_where_the_visitor_began_it(playwright: Playwright, site: Site, late: str) -> None:
    """Messages to the server may arrive in another order than they were sent."""
    with visit(playwright, site.address) as page:
        box, button = page.get_by_role("textbox"), page.get_by_role("button", name="New conversation")
        ask(page, BUILT)
        held: list[Route] = []
        page.route("**/queue/join*", lambda route: route.continue_() if held else held.append(route))
        if late == "the question":
            box.fill(SWARM)
            box.press("Enter")
            until(page, lambda: bool(held))
            button.click()
            page.locator(".reply").wait_for(state="detached")
            left: list[str] = []
        else:
            button.click()
            until(page, lambda: bool(held))
            box.fill(SWARM)
            box.press("Enter")
            page.locator(".asked", has_text=SWARM).wait_for()
            page.locator(".reply.reading").wait_for(state="detached")
            left = [SWARM]
        with page.expect_response("**/queue/join*"):
            held[0].continue_()
        page.wait_for_timeout(500)
        assert page.locator(".asked").all_inner_texts() == left
        ask(page, UNKNOWN)
        assert page.locator(".asked").all_inner_texts() == [*left, UNKNOWN]


def test_ratings_and_questions_are_kept_without_the_visitor(playwright: Playwright, site: Site) -> None:
    with visit(playwright, site.address) as page:
        assert page.get_by_text("Questions and ratings are kept").is_visible()
        first, second = "What did Hugo Brandt do?", "How many villages had rye?"
        ask(page, first)
        page.get_by_role("button", name="Dislike").last.click()
        until(page, lambda: site.asked(first)[-1].rating == "down")
        ask(page, second)
        page.get_by_role("button", name="Like", exact=True).last.click()
        until(page, lambda: site.asked(second)[-1].rating == "up")
        page.locator("button[aria-label='clicked like'], button[aria-label='Liked']").last.click()
        until(page, lambda: site.asked(second)[-1].rating is None)
    [log] = (site.folder / "log").glob("*.jsonl")
    assert "127.0.0.1" not in log.read_text("utf-8")


def test_what_is_asked_while_another_is_answered_is_answered_too(playwright: Playwright, site: Site) -> None:
    with visit(playwright, site.address) as page:
        box = page.get_by_role("textbox")
        for question in (BUILT, SWARM, UNKNOWN):
            box.fill(question)
            box.press("Enter")
            page.wait_for_function("document.querySelector('textarea').value === ''")  # long before the reply
        page.wait_for_function("document.querySelectorAll('.bot .reply:not(.reading)').length === 3")
        assert sorted(page.locator(".asked").all_inner_texts()) == sorted([BUILT, SWARM, UNKNOWN])
        assert page.locator(".answered").count() == 2 and page.locator(".missing").count() == 1
        assert box.input_value() == ""
        box.fill(" ".join(["What is the boiling point of", *["the alloy of tungsten and"] * 30, "iron?"]))  # takes long
        box.press("Enter")
        page.wait_for_function("document.querySelector('textarea').value === ''")
        box.fill("?!")
        box.press("Enter")
        page.wait_for_function("document.querySelectorAll('.bot .reply:not(.reading)').length === 5")
        page.wait_for_timeout(300)
        assert box.input_value() == "?!"  # to be mended; the one asked before it was answered
        box.fill(BUILT)
        box.press("Enter")
        page.locator(".asked").nth(5).wait_for()
        page.get_by_role("button", name="New conversation").click()
        page.locator(".reply").first.wait_for(state="detached")
        ask(page, SWARM)
        assert page.locator(".asked").all_inner_texts() == [SWARM]


def test_visitors_do_not_meet(playwright: Playwright, site: Site) -> None:
    with visit(playwright, site.address) as one, visit(playwright, site.address) as other:
        ask(one, BUILT)
        ask(other, SWARM)
        ask(one, UNKNOWN)
        assert one.locator(".asked").all_inner_texts() == [BUILT, UNKNOWN]
        assert other.locator(".asked").all_inner_texts() == [SWARM]


@SIZES
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible(playwright: Playwright, site: Site, size: Any, scheme: str) -> None:
    with visit(playwright, site.address, size, color_scheme=scheme) as page:
        ask(page, BUILT)
        ask(page, UNKNOWN)
        ask(page, "?!")
        assert page.locator("[role=log][aria-live=polite] .reply").count() == 3
        assert page.locator("[data-testid=bot][aria-label]").count() == 0
        page.add_script_tag(path=axe())
        for _ in range(2):
            found = page.evaluate("axe.run().then(done => done.violations.map(v => [v.id, v.nodes.map(n => n.html)]))")
            assert found == []
            page.locator("a.cite").first.click()
            page.wait_for_function("CSS.highlights.has('quote')")


@pytest.mark.parametrize(("wish", "behaviour"), [("reduce", "auto"), ("no-preference", "smooth")])
def test_nothing_moves_for_who_wants_no_motion(playwright: Playwright, site: Site, wish: str, behaviour: str) -> None:
    with visit(playwright, site.address, reduced_motion=wish) as page:
        page.evaluate(
            "() => { const by = Element.prototype.scrollBy; window.moves = [];"
            " Element.prototype.scrollBy = function (o) { window.moves.push(o.behavior); by.call(this, o) } }"
        )
        ask(page, SWARM)
        page.locator("a.cite").click()
        page.wait_for_function("CSS.highlights.has('quote')")
        assert page.evaluate("window.moves") == [behaviour]
        if wish == "reduce":
            assert page.evaluate("document.getAnimations().filter(a => a.playState === 'running').length") == 0


@pytest.mark.parametrize("name", ["de", "fr"])
def test_the_page_speaks_the_browsers_language(playwright: Playwright, site: Site, name: str) -> None:
    words = catalogue()[name]
    with visit(playwright, site.address, locale=name) as page:
        page.get_by_role("button", name=words["new"]).wait_for()
        ask(page, UNKNOWN)
        assert words["not_found"] in page.locator(".missing").inner_text()
        page.wait_for_function("words => document.body.innerText.includes(words)", arg=words["kept"])
        ask(page, "?!")
        assert words["empty"] in page.locator(".failure").inner_text()
        page.locator("a.near").click()
        page.get_by_role("button", name=words["close"]).wait_for()


def test_in_a_narrow_frame_it_works_and_says_where_it_is_from(
    playwright: Playwright, site: Site, tmp_path: Path
) -> None:
    (tmp_path / "favicon.ico").touch()
    (tmp_path / "index.html").write_text(f'<iframe src="{site.address}" width="400" height="700"></iframe>')
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    publisher = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=publisher.serve_forever, daemon=True).start()
    with visit(playwright, f"http://localhost:{publisher.server_port}/", until="iframe") as page:
        frame = page.frame_locator("iframe")
        frame.get_by_role("link", name=site.address.split("//")[1]).wait_for()
        frame.get_by_role("textbox").fill(SWARM)
        frame.get_by_role("textbox").press("Enter")
        frame.locator("a.cite").click()
        frame.locator("#article").wait_for()
        assert frame.locator("#article p:focus").count() == 1
        frame.get_by_role("button", name="Close").click()
        frame.locator("#article").wait_for(state="hidden")
    publisher.shutdown()
    publisher.server_close()


HOSTILE = [
    "<script>document.title='bad'</script>", "<img src=x onerror=\"document.title='bad'\">", "${document.title='bad'}",
    "{{constructor.constructor('document.title=1')()}}", "{{#each value}}x{{/each}}", "</article></div>", "&lt;b&amp;",
    "$$\\frac{a}{b}$$", "\\(x\\)", "%%%LATEX_BLOCK_0%%%", "**bold** _it_ `code` ~~no~~", "# heading", "- list", "> quote",
    "| a | b |", "[link](javascript:document.title='bad')", "![i](x)", "\u202eevil\u202c", "\u2066a\u2069", "👩‍👩‍👧 🐝", "e\u0301",
    "a\tb", "two  spaces", "<!-- c -->", "&#60;", "\u200b", "\x85", "’“”—", "--- ", "<think>x</think>",
]  # fmt: skip


def hostile(count: int, seed: int = 7) -> list[str]:
    """Strings of the listed kinds and random mixtures of them, one line each, with a letter in each."""
    draw = random.Random(seed)
    alphabet = "".join(HOSTILE) + "abc 123 éñ漢字"
    return [
        *HOSTILE,
        *("x" + "".join(draw.choices(alphabet, k=draw.randint(5, 40))) + "x" for _ in range(count - len(HOSTILE))),
    ]


def test_hostile_text_is_shown_unchanged_and_does_nothing(playwright: Playwright, tmp_path: Path) -> None:
    strings = [" ".join(s.split("\x85")) if "\x85" in s else s for s in hostile(500)]
    lines = [f"The {i}th note of the log says {s} and then it ends here." for i, s in enumerate(strings)]
    source = tmp_path / "log.txt"
    source.write_text("A log of notes kept by the keeper of the tower\n\n" + "\n\n".join(lines) + "\n", "utf-8")
    served = serving({"RAG_SOURCES": str(source), "RAG_REQUESTS_A_MINUTE": "100000"})
    with served as address, visit(playwright, address) as page:
        title = page.title()
        text = source.read_bytes().decode("utf-8")
        shown = page.locator("#article [data-start]").evaluate_all(
            "all => all.map(e => [+e.dataset.start, e.textContent])"
        )
        units = text.encode("utf-16-le")
        for start, block in shown:
            assert units[2 * start : 2 * start + len(block.encode("utf-16-le"))].decode("utf-16-le") == block
        assert "".join(block for _, block in shown).count("note of the log says") == len(strings)
        for first in range(0, len(strings), 10):
            question = " / ".join(strings[first : first + 10])
            if first % 100 == 0:
                page.get_by_role("button", name="New conversation").click()
                page.locator(".reply").first.wait_for(state="detached")
            ask(page, question)
            assert page.locator(".asked").last.evaluate("e => e.textContent") == question
            for quote in (
                page.locator(".reply").last.locator("blockquote").evaluate_all("all => all.map(e => e.textContent)")
            ):
                assert quote in text
        assert page.title() == title
        assert page.locator("#chat img, #chat iframe, #chat script, #article *:not(h2, p, div, button)").count() == 0
