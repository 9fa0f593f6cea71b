"""What is on the page and where: Gradio's widgets, not yet doing anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.conversation import AT_FIRST
from rag.data import Document
from rag.show import escape_html
from rag.words import DEFAULT, Words, catalogue

STATIC = Path(__file__).parent / "static"
NAME = "Ask the Article"


@dataclass(frozen=True, slots=True)
class Widgets:
    """The widgets that something happens to.

    The last three are not seen: ``asked`` and ``exported`` pass text on, ``begun`` counts new conversations.
    """

    banner: Any
    chat: Any
    hint: Any
    chips: Sequence[Any]
    question: Any
    send: Any
    new: Any
    export: Any
    kept: Any
    picker: Any
    pane: Any
    asked: Any
    exported: Any
    begun: Any


def lay_out(documents: Sequence[Document], article: str, keeps: bool) -> Widgets:
    """Make the widgets, inside the Blocks that is open; ``article`` is the pane's first HTML."""
    import gradio as gr

    say, english = gr.I18n(), catalogue()[DEFAULT]
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
                placeholder=quiet_html(english["welcome"]),
            )
            hint = gr.HTML(quiet_html(english["suggested"]), elem_id="hint", visible=False)
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
                send = gr.Button(say("send"), variant="primary", scale=0, min_width=80)
            with gr.Row(elem_id="actions"):
                new = gr.Button(say("new"), size="sm", min_width=0)
                export = gr.Button(say("export"), size="sm", min_width=0)
            kept = gr.HTML(quiet_html(english["kept"]), elem_id="kept", visible=keeps)
        with gr.Column(elem_id="beside", min_width=0):
            names = titles(documents)
            picker = gr.Dropdown(
                [(name, number) for number, name in enumerate(names)],
                value=0,
                label=say("document"),
                visible=len(names) > 1,
            )
            pane = gr.HTML(article, elem_id="pane", js_on_load=(STATIC / "page.js").read_text("utf-8"))
    unseen = [gr.Textbox(visible=False), gr.Textbox(visible=False), gr.Number(0, precision=0, visible=False)]
    return Widgets(banner, chat, hint, chips, question, send, new, export, kept, picker, pane, *unseen)


def titles(documents: Sequence[Document]) -> list[str]:
    """A name for each document: its headline, with the file's name where several have the same."""
    plain = [d.title or Path(d.source).name for d in documents]
    return [
        f"{title} ({Path(d.source).name})" if plain.count(title) > 1 else title
        for title, d in zip(plain, documents, strict=True)
    ]


def banner_html(words: Words) -> str:
    """The name of the page, what it promises, and where it comes from when another page frames it."""
    return (
        f'<header><h1>{NAME}</h1><p class="quiet promise">{escape_html(words["welcome"])}</p>'
        f'<p class="origin quiet">{escape_html(words["framed"])} <a class="host" target="_blank" rel="noopener"></a></p>'
        f'<button type="button" class="show-article">{escape_html(words["show_article"])}</button></header>'
    )


def quiet_html(text: str) -> str:
    """A line in small print."""
    return f'<p class="quiet">{escape_html(text)}</p>'
