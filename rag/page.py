"""The page: Gradio's widgets for a chat beside the article, wired to a Desk.

Gradio reads the handlers' annotations, so they are not strings in this file.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.conversation import AT_FIRST, LONGEST, Desk, Exchange, exported, reading
from rag.show import escape_html
from rag.words import DEFAULT, Words, catalogue, language

if TYPE_CHECKING:
    import gradio

    from rag.assistant import Assistant
    from rag.feedback import Feedback

STATIC = Path(__file__).parent / "static"
NAME = "Ask the Article"
PATIENCE = 60
"""Seconds that a visitor who has just come waits, without noticing, for suggested questions."""
DOWNLOAD = """text => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/markdown" }));
  link.download = "conversation.md";
  link.click();
  URL.revokeObjectURL(link.href);
}"""


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
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    import gradio as gr

    desk = Desk(assistant, keep)
    say, english = gr.I18n(), catalogue()[DEFAULT]
    titles = [d.title or Path(d.source).name for d in assistant.index.documents]

    with gr.Blocks(title=NAME, analytics_enabled=False) as blocks:
        exchanges = gr.State([], time_to_live=4 * 3600)
        banner = gr.HTML(banner_html(english), elem_id="banner")
        with gr.Row(elem_id="panes"):
            with gr.Column(elem_id="talk", min_width=0):
                chat = gr.Chatbot(
                    label=say("conversation"),
                    show_label=False,
                    latex_delimiters=[],
                    allow_tags=False,
                    buttons=[],
                    layout="panel",
                    height="100%",
                    elem_id="chat",
                )
                with gr.Row(elem_id="suggested"):
                    chips = [gr.Button(visible=False, size="sm", min_width=0) for _ in range(AT_FIRST)]
                with gr.Row(elem_id="asking"):
                    question = gr.Textbox(
                        label=say("ask"),
                        placeholder=say("placeholder"),
                        show_label=False,
                        container=False,
                        scale=5,
                        max_length=1000,
                    )
                    send = gr.Button(say("send"), variant="primary", scale=0, min_width=80, elem_id="send")
                with gr.Row(elem_id="actions"):
                    new = gr.Button(say("new"), size="sm", min_width=0)
                    export = gr.Button(say("export"), size="sm", min_width=0)
                kept = gr.HTML(note_html(english), elem_id="kept", visible=keep is not None)
            with gr.Column(elem_id="beside", min_width=0):
                picker = gr.Dropdown(
                    [(title, number) for number, title in enumerate(titles)],
                    value=0,
                    label=say("document"),
                    visible=len(titles) > 1,
                )
                pane = gr.HTML(
                    desk.article(0, english), elem_id="pane", js_on_load=(STATIC / "page.js").read_text("utf-8")
                )
        text = gr.Textbox(visible=False)
        arrived = gr.State("")

        def answer(asked: str, before: list[Exchange], shown: int, request: gr.Request) -> Iterator[dict[Any, Any]]:
            if not asked.strip():
                yield {question: gr.skip()}
                return
            words = words_of(request)
            head = desk.messages(before, words)
            yield {
                question: "",
                chat: [*head, *reading(asked, None, words)],
                exchanges: [*before, Exchange(asked)],
            }
            for step in desk.ask(asked, before):
                if not isinstance(step, Exchange):
                    yield {chat: [*head, *reading(asked, step, words)]}
                    continue
                now = [*before, step][-LONGEST:]
                next_ones = dict(zip(chips, labels(desk.suggested(now)), strict=True))
                given = {chat: desk.messages(now, words), exchanges: now, **next_ones}
                if not step.reply:
                    given[question] = asked
                elif step.reply.citations:
                    cited, _ = desk.documents[step.reply.citations[0].source]
                    if cited != shown:
                        given |= {picker: cited, pane: desk.article(cited, words)}
                yield given

        def again(
            before: list[Exchange], shown: int, event: gr.RetryData, request: gr.Request
        ) -> Iterator[dict[Any, Any]]:
            place = min(int(event.index) // 2, len(before) - 1)
            yield from answer(before[place].question, before[:place], shown, request)

        def broken(before: list[Exchange], request: gr.Request) -> Any:
            return desk.messages(before, words_of(request))

        def arrive(request: gr.Request) -> dict[Any, Any]:
            words = words_of(request)
            given: dict[Any, Any] = {arrived: request.query_params.get("q") or ""}
            if words["language"] != DEFAULT:
                given |= {pane: desk.article(0, words), banner: banner_html(words), kept: note_html(words)}
            return given

        def opened(event: gr.EventData, request: gr.Request) -> dict[Any, Any]:
            number, start = int(event.number), int(event.start)
            if not 0 <= number < len(titles):
                return {pane: gr.skip()}
            return {picker: number, pane: desk.article(number, words_of(request), max(0, start))}

        def picked(number: int, request: gr.Request) -> str:
            return desk.article(number, words_of(request))

        def rated(before: list[Exchange], event: gr.LikeData) -> None:
            desk.rate(before, int(event.index) // 2, bool(event.liked))

        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        asks: dict[str, Any] = {**quiet, "concurrency_id": "ask", "concurrency_limit": 2}
        outputs = [question, chat, exchanges, picker, pane, *chips]
        asked_by = [(question.submit, question), (send.click, question), *((chip.click, chip) for chip in chips)]
        for event, source in asked_by:
            event(answer, [source, exchanges, picker], outputs, **asks).failure(broken, exchanges, chat, **quiet)
        chat.retry(again, [exchanges, picker], outputs, **asks).failure(broken, exchanges, chat, **quiet)
        if keep:
            chat.like(rated, exchanges, None, **quiet)
        new.click(lambda: ["", [], [], *labels(desk.suggested([]))], None, [question, chat, exchanges, *chips], **quiet)
        export.click(exported, exchanges, text, **quiet).then(None, text, None, js=DOWNLOAD)
        picker.input(picked, picker, pane, **quiet)
        pane.select(opened, None, [picker, pane], **quiet)
        blocks.load(arrive, None, [arrived, pane, banner, kept], **quiet).then(
            answer, [arrived, exchanges, picker], outputs, **asks
        )
        blocks.load(lambda: labels(desk.suggested([], PATIENCE)), None, chips, concurrency_limit=None, **quiet)
    return blocks


def words_of(request: "gradio.Request") -> Words:
    """The page's words in the language that the visitor's browser asks for."""
    return catalogue()[language(request.headers.get("accept-language", ""))]


def labels(questions: Sequence[str]) -> list[Any]:
    """The buttons of suggested questions; those left over are hidden."""
    import gradio as gr

    filled = [gr.update(value=question, visible=True) for question in questions[:AT_FIRST]]
    return [*filled, *[gr.update(visible=False)] * (AT_FIRST - len(filled))]


def banner_html(words: Words) -> str:
    """The name of the page, what it promises, and where it comes from when another page frames it."""
    return (
        f'<header><h1>{NAME}</h1><p class="quiet promise">{escape_html(words["welcome"])}</p>'
        f'<p class="origin quiet">{escape_html(words["framed"])} <a class="host" target="_blank" rel="noopener"></a></p>'
        f'<button type="button" class="show-article">{escape_html(words["show_article"])}</button></header>'
    )


def note_html(words: Words) -> str:
    """That questions are kept, and what of them."""
    return f'<p class="quiet">{escape_html(words["kept"])}</p>'
