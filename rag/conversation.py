"""A visitor's conversation: exchanges, and the messages, suggestions and export made of them; no Gradio."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.article import article_html, code_points
from rag.data import Citation, Reply, Turn
from rag.errors import RagError
from rag.feedback import Feedback
from rag.message import failure_html, question_html, reading_html, reply_html
from rag.show import escape_markdown, markdown
from rag.suggest import Suggestion, following, suggestions
from rag.words import Words

if TYPE_CHECKING:
    from rag.assistant import Assistant

AT_FIRST, AFTERWARDS = 5, 3
"""Suggested questions before and after a reply."""
FOUND = 12
"""Suggested questions that are looked for, once."""
PATIENCE = 0.2
"""Seconds after which the passage found is shown while the reader works."""
LONGEST = 50
"""Exchanges of a conversation that are kept."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what came of it: a reply, or the problem that prevented one.

    ``id`` is the reply's in the owner's log.
    """

    question: str
    reply: Reply | None = None
    problem: str = ""
    id: str = ""


class Desk:
    """Answers visitors: one for all of them; what a visitor said is passed in each time."""

    def __init__(self, assistant: Assistant, keep: Feedback | None = None) -> None:
        self.assistant = assistant
        self.keep = keep
        self.documents = {d.source: (number, d) for number, d in enumerate(assistant.index.documents)}
        self._threads = ThreadPoolExecutor(8, "ask")
        self._suggested: Future[Sequence[Suggestion]] = Future()
        threading.Thread(target=self._suggest, daemon=True).start()

    def _suggest(self) -> None:
        try:
            self._suggested.set_result(suggestions(self.assistant, FOUND))
        except RagError:  # the page does without; a question will say what is wrong
            self._suggested.set_result([])

    def article(self, number: int, words: Words, at: int = 0) -> str:
        """The pane's HTML of a document; ``at`` is a place in UTF-16 units that must be in it."""
        document = self.assistant.index.documents[number]
        return article_html(document, number, words, code_points(document.text, at) if at else 0)

    def ask(self, question: str, before: Sequence[Exchange]) -> Iterator[Citation | Exchange]:
        """The passage being read, when that takes long, then the exchange."""
        history = [Turn(e.reply.resolved_question, e.reply.answer) for e in before if e.reply]
        found: list[Citation] = []
        asking = self._threads.submit(self.assistant.ask, question, history, found.append)
        try:
            try:
                reply = asking.result(PATIENCE)
            except NotYet:
                yield from found[:1]
                reply = asking.result()
        except RagError as error:
            said = str(error)
            yield Exchange(question, problem=f"{said[:1].upper()}{said[1:]}.")
            return
        yield Exchange(question, reply, id=self.keep.add(reply) if self.keep else "")

    def rate(self, exchanges: Sequence[Exchange], number: int, liked: bool) -> None:
        """Keep the rating of a reply, by the exchange's number."""
        if self.keep and 0 <= number < len(exchanges) and exchanges[number].id:
            self.keep.rate(exchanges[number].id, "up" if liked else "down")

    def suggested(self, exchanges: Sequence[Exchange], patience: float = 0) -> list[str]:
        """Questions to ask next; at first, wait so many seconds for them to be found."""
        try:
            known = self._suggested.result(patience)
        except NotYet:
            return []
        replies = [exchange.reply for exchange in exchanges if exchange.reply]
        if not replies:
            return [one.question for one in known[:AT_FIRST]]
        asked = [exchange.question for exchange in exchanges]
        return following(self.assistant, known, asked, replies[-1], AFTERWARDS)

    def messages(self, exchanges: Sequence[Exchange], words: Words) -> list[dict[str, str]]:
        """The conversation as the chat shows it; an exchange with neither reply nor problem broke off."""
        shown = []
        for exchange in exchanges:
            if exchange.reply:
                said = reply_html(exchange.reply, self.documents, words)
            else:
                said = failure_html(words["failed"], exchange.problem or words["broken"])
            shown += [message("user", question_html(exchange.question)), message("assistant", said)]
        return shown


def message(role: str, content: str) -> dict[str, str]:
    """One message of the chat."""
    return {"role": role, "content": content}


def reading(question: str, passage: Citation | None, words: Words) -> list[dict[str, str]]:
    """A question that is being answered."""
    return [message("user", question_html(question)), message("assistant", reading_html(passage, words))]


def exported(exchanges: Sequence[Exchange]) -> str:
    """The conversation as Markdown."""
    parts = ["# Ask the Article"]
    for exchange in exchanges:
        said = markdown(exchange.reply) if exchange.reply else f"*{escape_markdown(exchange.problem)}*"
        parts += [f"## {escape_markdown(exchange.question)}", said]
    return "\n\n".join(parts) + "\n"
