"""The chat page: wiring between Gradio's widgets and an Assistant."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from rag.data import Turn
from rag.errors import InputError
from rag.show import escape_html, html

if TYPE_CHECKING:
    import gradio

    from rag.assistant import Assistant

CSS = """
.missing { border-left: .25em solid #b58900; padding-left: .75em }
.quiet { opacity: .75; font-size: .9em }
blockquote { margin: .5em 0 }
"""

Message = dict[str, Any]


def launch_options() -> dict[str, Any]:
    """How the page is served: nothing asked of another host, nothing kept, fonts of the reader's own machine."""
    import gradio as gr

    return {
        "css": CSS,
        "theme": gr.themes.Default(font=["system-ui", "sans-serif"], font_mono=["monospace"]),
        "ssr_mode": False,
        "run_history": False,
        "footer_links": [],
        "enable_monitoring": False,
        "pwa": False,
        "max_file_size": "1kb",
    }


def build_page(assistant: Assistant) -> gradio.Blocks:
    """The page over one assistant. Each visitor's conversation is kept in their own session."""
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    import gradio as gr

    titles = [d.title or d.source for d in assistant.index.documents]
    with gr.Blocks(title="Ask the Article", analytics_enabled=False) as page:
        gr.HTML(f"<h1>Ask the Article</h1><p>{escape_html('; '.join(titles[:5]))}</p>")
        chat = gr.Chatbot(
            label="Conversation", latex_delimiters=[], allow_tags=False, buttons=[], layout="panel", height="65vh"
        )
        question = gr.Textbox(
            label="Your question", placeholder="Ask something that the article may say", autofocus=True
        )
        turns = gr.State([])
        question.submit(
            lambda asked, messages, before: answer(assistant, asked, messages, before),
            inputs=[question, chat, turns],
            outputs=[question, chat, turns],
            api_visibility="private",
        )
    page.queue(max_size=64, default_concurrency_limit=2, api_open=False)
    return page


def answer(
    assistant: Assistant, question: str, messages: list[Message], turns: list[Turn]
) -> tuple[str, list[Message], list[Turn]]:
    """One exchange: an emptied textbox, and the conversation with the question and its reply added."""
    asked = {"role": "user", "content": escape_html(" ".join(question.split())) or "…"}
    try:
        reply = assistant.ask(question, turns)
    except InputError as error:
        problem = f'<p class="failure" role="alert">{escape_html(f"Could not ask: {error}")}</p>'
        return question, [*messages, asked, {"role": "assistant", "content": problem}], turns
    turn = Turn(reply.resolved_question, reply.answer)
    return "", [*messages, asked, {"role": "assistant", "content": html(reply)}], [*turns, turn]
