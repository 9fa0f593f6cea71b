"""A visitor's conversation, and the desk that answers all visitors; no Gradio."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.article import article_html, code_points
from rag.assistant import MAX_QUESTION, check_question
from rag.data import Citation, Reply, Turn
from rag.errors import QuestionError, RagError
from rag.feedback import Feedback
from rag.message import failure_html, question_html, reading_html, reply_html
from rag.suggest import Suggestion, following, suggestions
from rag.words import Words

if TYPE_CHECKING:
    from rag.assistant import Assistant

AT_FIRST, AFTERWARDS = 5, 3
"""Suggested questions before and after a reply."""
FOUND = 12
"""Suggested questions that are looked for, once."""
SOON = 0.2
"""Seconds after which the passage found is shown while the reader works."""
LONGEST = 50
"""Exchanges of a conversation that are kept."""
BROKEN = "broken"
"""The problem of an exchange that broke off, for a reason that only the owner's log tells."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what came of it: a reply, or the problem that prevented one; neither while it is read.

    ``passage`` is what is being read, ``id`` the reply's in the owner's log, ``problem`` a key of the page's words
    or a sentence.
    """

    question: str
    reply: Reply | None = None
    problem: str = ""
    passage: Citation | None = None
    id: str = ""


class Conversation:
    """A visitor's exchanges, oldest first; one object a session, for what of it goes on at the same time."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.number = 0

    def begin(self, number: int) -> bool:
        """Forget what was said before the visitor's conversation of this number; False when a later one has begun.

        A question and the wish for a new conversation may come in another order than the visitor's: the number,
        which the browser counts, tells which it was.
        """
        if number > self.number:
            self.number, self.exchanges = number, []
        return number == self.number

    def add(self, exchange: Exchange) -> None:
        """Put an exchange at the end; the oldest goes when there are too many."""
        self.exchanges = [*self.exchanges, exchange][-LONGEST:]

    def change(self, old: Exchange, new: Exchange) -> Exchange:
        """Put ``new`` in the place of ``old``, unless that has gone meanwhile."""
        self.exchanges = [new if one is old else one for one in self.exchanges]
        return new

    def cut(self, number: int = 0) -> None:
        """Forget the exchanges from a number on."""
        self.exchanges = self.exchanges[: max(0, number)]

    def turns(self) -> list[Turn]:
        """What was answered, for the sake of follow-ups."""
        return [Turn(e.reply.resolved_question, e.reply.answer) for e in self.exchanges if e.reply]


class Desk:
    """Answers visitors: one for all of them; what a visitor said is passed in each time."""

    def __init__(self, assistant: Assistant, keep: Feedback | None = None) -> None:
        self.assistant = assistant
        self.keep = keep
        self.documents = {d.source: (number, d) for number, d in enumerate(assistant.index.documents)}
        self._threads = ThreadPoolExecutor(8, "ask")
        self.finding: Future[list[Suggestion]] = self._threads.submit(suggestions, assistant, FOUND)

    def article(self, number: int, words: Words, at: int = 0) -> str:
        """The pane's HTML of a document; ``at`` is a place in UTF-16 units that must be in it."""
        document = self.assistant.index.documents[number]
        return article_html(document, number, words, code_points(document.text, at) if at else 0)

    def ask(self, question: str, conversation: Conversation) -> Iterator[Exchange]:
        """The exchange as it becomes: begun, its passage found (when reading takes long), ended.

        What a visitor asks in the meantime stands in the conversation too.
        """
        question = question.encode("utf-8", "replace").decode()
        turns = conversation.turns()
        exchange = Exchange(question[:MAX_QUESTION])
        conversation.add(exchange)
        try:
            yield exchange
            ended = None
            for step in self._steps(question, turns):
                if isinstance(step, Citation):
                    exchange = conversation.change(exchange, replace(exchange, passage=step))
                    yield exchange
                else:
                    id = self.keep.add(step) if self.keep else ""
                    ended = replace(exchange, reply=step, id=id)
        except RagError as error:
            ended = replace(exchange, problem=_problem(error))
        finally:
            exchange = conversation.change(exchange, ended or replace(exchange, problem=BROKEN))
        yield exchange

    def _steps(self, question: str, turns: Sequence[Turn]) -> Iterator[Citation | Reply]:
        check_question(question)
        found: list[Citation] = []
        asking = self._threads.submit(self.assistant.ask, question, turns, found.append)
        try:
            yield asking.result(SOON)
        except NotYet:
            yield from found[:1]
            yield asking.result()

    def rate(self, conversation: Conversation, number: int, liked: object) -> None:
        """Keep the rating of a reply, by the exchange's number; neither True nor False takes it back."""
        exchanges = conversation.exchanges
        if self.keep and 0 <= number < len(exchanges) and exchanges[number].id:
            self.keep.rate(exchanges[number].id, "up" if liked is True else "down" if liked is False else None)

    def suggested(self, conversation: Conversation | None = None) -> list[str]:
        """Questions to ask next; none as long as they are not found."""
        if not self.finding.done() or self.finding.exception():
            return []
        known = self.finding.result()
        replies = [one.reply for one in conversation.exchanges if one.reply] if conversation else []
        if conversation is None or not replies:
            return [one.question for one in known[:AT_FIRST]]
        asked = [one.question for one in conversation.exchanges]
        return following(self.assistant, known, asked, replies[-1], AFTERWARDS)

    def messages(self, conversation: Conversation, words: Words) -> list[dict[str, str]]:
        """The conversation as the chat shows it: two messages an exchange."""
        shown = []
        for one in conversation.exchanges:
            if one.reply:
                said = reply_html(one.reply, self.documents, words)
            elif one.problem:
                said = failure_html(words["failed"], explained(one.problem, words))
            else:
                said = reading_html(one.passage, words)
            shown.append({"role": "user", "content": question_html(one.question)})
            shown.append({"role": "assistant", "content": said})
        return shown


def explained(problem: str, words: Words) -> str:
    """The problem of an exchange, in words for the visitor."""
    return words[problem].replace("{limit}", str(MAX_QUESTION)) if problem in words else problem


def _problem(error: RagError) -> str:
    said = str(error)
    return (isinstance(error, QuestionError) and error.word) or f"{said[:1].upper()}{said[1:]}."
