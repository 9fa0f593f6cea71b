"""A conversation -> Markdown."""

from __future__ import annotations

import datetime

from rag.conversation import Conversation, Exchange, explained
from rag.show import escape_markdown, markdown
from rag.words import Words


def exported(conversation: Conversation, words: Words, on: datetime.date) -> str:
    """The questions that were asked, each with its reply or the problem there was; the date stands at the top."""
    parts = ["# Ask the Article", f"{on:%Y-%m-%d}"]
    for one in conversation.exchanges:
        if one.reply or one.problem:
            parts += [f"## {escape_markdown(one.question)}", _said(one, words)]
    return "\n\n".join(parts) + "\n"


def _said(exchange: Exchange, words: Words) -> str:
    reply = exchange.reply
    if reply is None:
        problem = explained(exchange.problem, words)
        return f"**{escape_markdown(words['failed'])}** {escape_markdown(problem)}"
    said = markdown(reply)
    if reply.status == "answered":
        said += f"\n\n{escape_markdown(words['confidence'].format(percent=round(100 * reply.confidence)))}"
    if reply.resolved_question != " ".join(reply.question.split()):
        said = f"{escape_markdown(words['searched'].format(question=reply.resolved_question))}\n\n{said}"
    return said
