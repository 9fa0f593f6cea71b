"""The page: what happens when a visitor does something. Wiring between the widgets and a Desk.

Gradio reads the handlers' annotations, so they are not strings in this file.
"""

import asyncio
import datetime
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rag.assistant import MAX_QUESTION
from rag.conversation import AT_FIRST, Conversation, Desk
from rag.export import exported
from rag.widgets import NAME, STATIC, Widgets, banner_html, lay_out, quiet_html
from rag.words import DEFAULT, Words, catalogue, language

if TYPE_CHECKING:
    import gradio

    from rag.assistant import Assistant
    from rag.feedback import Feedback

UNNOTICED = 60
"""Seconds that a page which has just been opened waits for suggested questions."""

MOVE = "question => ['', question]"
COUNT = "begun => begun + 1"

Changes = dict[Any, Any]
"""Widget -> its new value; a widget that is not named stays as it is."""


def appearance() -> dict[str, Any]:
    """What ``launch`` must be given: style, fonts of the reader's own machine, words in each language."""
    import gradio as gr

    return {
        # Not as "css", of which Gradio makes rules for what is inside its own container only.
        "head": f"<style>{(STATIC / 'page.css').read_text('utf-8')}</style>",
        "theme": gr.themes.Default(font=["system-ui", "sans-serif"], font_mono=["monospace"]),
        "i18n": gr.I18n(**{name: dict(words) for name, words in catalogue().items()}),
    }


def build_page(assistant: "Assistant", keep: "Feedback | None" = None) -> "gradio.Blocks":
    """The page over one assistant; ``keep`` is where questions and ratings go, if anywhere.

    A visitor's conversation lives in their own session and nowhere else.
    """
    import gradio as gr

    desk = Desk(assistant, keep)
    with gr.Blocks(title=NAME, analytics_enabled=False) as blocks:
        first = desk.article(0, catalogue()[DEFAULT])
        wire(blocks, lay_out(assistant.index.documents, first, keep is not None), desk)
    return blocks


def wire(blocks: Any, on: Widgets, desk: Desk) -> None:
    """Tie what visitors do to what happens, inside the Blocks that is open."""
    import gradio as gr

    conversation = gr.State(Conversation(), time_to_live=4 * 3600)
    asked_by_link = gr.State("")

    def answer(asked: str, mine: Conversation, begun: int, shown: int, request: gr.Request) -> Iterator[Changes]:
        if not asked.strip() or not mine.begin(place(begun)):
            yield {on.chat: gr.skip()}
            return
        words = words_of(request)
        for exchange in desk.ask(asked, mine):
            changes: Changes = {on.chat: desk.messages(mine, words)}
            if exchange.problem:
                changes[on.question] = asked[:MAX_QUESTION]  # to be mended
            if exchange.reply and exchange.reply.citations:
                cited, _ = desk.documents[exchange.reply.citations[0].source]
                if cited != shown:
                    changes |= {on.picker: cited, on.pane: desk.article(cited, words)}
            yield changes
        yield suggested(desk.suggested(mine))

    def again(
        mine: Conversation, begun: int, shown: int, event: gr.RetryData, request: gr.Request
    ) -> Iterator[Changes]:
        number = place(event.index) // 2
        asked = mine.exchanges if mine.begin(place(begun)) else []
        question = asked[number].question if number < len(asked) else ""
        if question:
            mine.cut(number)
        yield from answer(question, mine, begun, shown, request)

    def current(mine: Conversation, request: gr.Request) -> Any:
        return desk.messages(mine, words_of(request))

    def begin(mine: Conversation, begun: int, request: gr.Request) -> Changes:
        mine.begin(place(begun))
        return {on.chat: desk.messages(mine, words_of(request)), **suggested(desk.suggested(mine))}

    def arrive(request: gr.Request) -> Changes:
        words = words_of(request)
        changes: Changes = {asked_by_link: request.query_params.get("q") or ""}
        if words["language"] != DEFAULT:
            changes |= {
                on.pane: desk.article(0, words),
                on.banner: banner_html(words),
                on.chat: gr.update(placeholder=quiet_html(words["welcome"])),
                on.hint: quiet_html(words["suggested"]),
                on.kept: quiet_html(words["kept"]),
            }
        return changes

    async def first_suggestions() -> Changes:
        await asyncio.wait([asyncio.wrap_future(desk.finding)], timeout=UNNOTICED)
        return suggested(desk.suggested())

    def suggested(questions: Sequence[str]) -> Changes:
        filled = [gr.update(value=question, visible=True) for question in questions[:AT_FIRST]]
        values = [*filled, *[gr.update(visible=False)] * (AT_FIRST - len(filled))]
        return {on.hint: gr.update(visible=bool(filled)), **dict(zip(on.chips, values, strict=True))}

    def opened(event: gr.EventData, request: gr.Request) -> Changes:
        number, start = place(event.number), place(event.start)
        if number >= len(desk.documents):
            return {on.pane: gr.skip()}
        return {on.picker: number, on.pane: desk.article(number, words_of(request), start)}

    def picked(number: int, request: gr.Request) -> str:
        return desk.article(number, words_of(request))

    def rated(mine: Conversation, event: gr.LikeData) -> None:
        desk.rate(mine, place(event.index) // 2, event.liked)

    def export(mine: Conversation, request: gr.Request) -> str:
        return exported(mine, words_of(request), datetime.date.today())

    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    asks: dict[str, Any] = {**quiet, "concurrency_id": "ask", "concurrency_limit": 2, "trigger_mode": "multiple"}
    suggestions = [on.hint, *on.chips]
    outputs = [on.question, on.chat, on.picker, on.pane, *suggestions]
    for event in (on.question.submit, on.send.click):
        # The box is emptied by the browser, at once: what is typed meanwhile stays.
        moved = event(None, on.question, [on.question, on.asked], js=MOVE, trigger_mode="multiple", **quiet)
        asking = moved.then(answer, [on.asked, conversation, on.begun, on.picker], outputs, **asks)
        asking.failure(current, conversation, on.chat, **quiet)
    for event, source in [(chip.click, chip) for chip in on.chips]:
        # Once: a double click, or one on a chip that is about to be replaced, asks nothing twice.
        event(answer, [source, conversation, on.begun, on.picker], outputs, **{**asks, "trigger_mode": "once"}).failure(
            current, conversation, on.chat, **quiet
        )
    on.chat.retry(again, [conversation, on.begun, on.picker], outputs, **asks).failure(
        current, conversation, on.chat, **quiet
    )
    if desk.keep:
        on.chat.like(rated, conversation, None, **quiet)
    on.new.click(None, on.begun, on.begun, js=COUNT, trigger_mode="multiple", **quiet).then(
        begin, [conversation, on.begun], [on.chat, *suggestions], trigger_mode="multiple", **quiet
    )
    download = (STATIC / "download.js").read_text("utf-8")
    on.export.click(export, conversation, on.exported, **quiet).then(None, on.exported, None, js=download, **quiet)
    on.picker.input(picked, on.picker, on.pane, **quiet)
    on.pane.select(opened, None, [on.picker, on.pane], **quiet)
    blocks.load(arrive, None, [asked_by_link, on.pane, on.banner, on.chat, on.hint, on.kept], **quiet).then(
        answer, [asked_by_link, conversation, on.begun, on.picker], outputs, **asks
    )
    blocks.load(first_suggestions, None, suggestions, concurrency_limit=None, **quiet)


def place(given: object) -> int:
    """A number that came from a browser, which may send anything: 0 for what is none."""
    return given if isinstance(given, int) and given >= 0 else 0


def words_of(request: "gradio.Request") -> Words:
    """The page's words in the language that the visitor's browser asks for."""
    return catalogue()[language(request.headers.get("accept-language", ""))]
