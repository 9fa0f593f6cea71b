"""The command ``rag``: ask, chat, index, eval, report."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import click

from rag import __version__
from rag.errors import InputError, RagError

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.data import Reply

ANSWERED, FAILED, BAD_INPUT, NOT_FOUND = 0, 1, 2, 3

_index = click.option(
    "--index", "index_dir", metavar="DIR", type=click.Path(path_type=Path), help="The index to ask.  [default: index]"
)
_sources = click.option(
    "--source",
    "sources",
    metavar="PATH",
    multiple=True,
    help="Ask this file or folder without keeping an index; may be given several times.",
)


_reader = click.option(
    "--reader", metavar="NAME", help="Another span reader: a folder, or a hub name for transformers."
)
_threshold = click.option(
    "--threshold",
    type=click.FloatRange(0, 1),
    metavar="P",
    help="Answer from this confidence on.  [default: the reader's own]",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="rag")
def cli() -> None:
    """Ask documents questions; get verbatim quotes with their exact places, or "the article does not say".

    Exit codes: 0 answered or done, 3 the source does not say, 2 bad usage or input, 1 anything else.
    """


@cli.command()
@click.argument("question", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@_index
@_sources
@_reader
@_threshold
@click.option(
    "--batch",
    metavar="FILE",
    help='Answer JSON Lines {"id", "question", "history"} from FILE ("-": standard input), one JSON object a line.',
)
def ask(question: str | None, as_json: bool, batch: str | None, **given: Any) -> int:
    """Answer QUESTION about the article, or each question of a batch."""
    if (question is None) == (batch is None):
        raise click.UsageError("give one question, in quotation marks, or --batch FILE")
    if batch is not None:
        return _ask_batch(batch, given)
    from rag.assistant import check_question
    from rag.show import ansi, plain, terminal

    check_question(question or "")
    reply = _assistant(**given).ask(question or "")
    if as_json:
        click.echo(_json(reply.to_dict()))
    else:
        _say_what_was_searched(reply, err=True)
        click.echo(terminal(reply, ansi if _in_colour() else plain))
    return ANSWERED if reply.status == "answered" else NOT_FOUND


@cli.command()
@_index
@_sources
@_reader
@_threshold
def chat(**given: Any) -> int:
    """Ask one question after another; a follow-up may say "he" or "it". Ctrl-D ends."""
    from rag.data import Turn
    from rag.show import ansi, harmless, plain, terminal

    assistant = _assistant(**given)
    talking = sys.stdin.isatty()
    if talking:
        import readline  # noqa: F401  (line editing in input)

        click.echo(harmless("Ask about: " + "; ".join(d.title or d.source for d in assistant.index.documents[:5])))
    history: list[Turn] = []
    while True:
        try:
            question = input("\n> " if talking else "")
        except EOFError:
            click.echo()
            return ANSWERED
        if not question.strip():
            continue
        try:
            reply = assistant.ask(question, history)
        except InputError as error:
            click.echo(f"rag: {error}", err=True)
            continue
        _say_what_was_searched(reply)
        click.echo(terminal(reply, ansi if _in_colour() else plain))
        history.append(Turn(reply.resolved_question, reply.answer))


@cli.command()
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option(
    "--out",
    metavar="DIR",
    default="index",
    show_default=True,
    type=click.Path(path_type=Path),
    help="Where to keep it.",
)
@click.option(
    "--model",
    metavar="NAME",
    help="A sentence-transformers model, by name or folder.  [default: sentence-transformers/all-MiniLM-L6-v2]",
)
def index(sources: tuple[str, ...], out: Path, model: str | None) -> int:
    """Build an index of files and folders (.txt, .md)."""
    from rag.console import notify, progress
    from rag.embed import DEFAULT_MODEL, SentenceTransformerEncoder, find_model, open_encoder
    from rag.index import build
    from rag.load import find_sources
    from rag.store import check_folder, save

    files = find_sources(sources)
    check_folder(out)
    chosen = find_model(model or DEFAULT_MODEL, notify)
    built = build(files, SentenceTransformerEncoder(chosen), notify=notify, progress=progress())
    save(built, out)
    open_encoder(chosen.name, chosen.sha256, notify=notify)
    click.echo(f"{out}: {len(built.documents)} documents, {len(built.passages)} passages")
    return ANSWERED


@cli.command(name="eval")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--way",
    type=click.Choice(["open", "closed", "both"]),
    default="both",
    show_default=True,
    help="Open: all paragraphs of a file are one corpus. Closed: each question has its own paragraph.",
)
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Ask so many questions of each file, evenly spread.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a file and way.")
@click.option("--held-out", is_flag=True, help="Leave out the fifth of the paragraphs kept for fitting the confidence.")
@click.option(
    "--plot",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Write a risk-coverage and reliability plot (PNG) for each.",
)
@_reader
@_threshold
def evaluate(
    files: tuple[Path, ...],
    way: str,
    limit: int | None,
    as_json: bool,
    held_out: bool,
    plot: Path | None,
    reader: str | None,
    threshold: float | None,
) -> int:
    """Measure the whole system on SQuAD-format FILEs (.json, .json.gz)."""
    from rag.console import notify, progress
    from rag.evaluate import measure, save_plot, table
    from rag.network import open_network

    network = open_network(reader, notify)
    ways = ["closed", "open"] if way == "both" else [way]
    rows = []
    for file in files:
        for name, outcomes, row in measure(file, network, ways, limit, threshold, progress(), held_out):
            title = f"{file.name.split('.')[0]} {name}"
            if as_json:
                click.echo(_json({"file": str(file), "way": name, **row}))
            if plot:
                save_plot(outcomes, plot / f"{title.replace(' ', '-')}.png", title)
            rows.append((title, row))
    if not as_json:
        click.echo(table(rows))
    return ANSWERED


@cli.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def report(folder: Path, as_json: bool) -> int:
    """Say what was asked of the page that keeps its feedback in DIR, and how the replies were rated."""
    from dataclasses import asdict

    from rag.feedback import read, summary, text

    found = summary(read(folder))
    click.echo(_json(asdict(found)) if as_json else text(found))
    return ANSWERED


def main() -> None:
    """The entry point: one line and an exit code for every error, never a traceback."""
    sys.excepthook = _last_word
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # None when it was closed by who called
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        code = cli.main(standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
    except click.exceptions.Abort:
        _fail("interrupted", 130)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx else "")
        _fail("no command given: choose one of those above", BAD_INPUT)
    except click.ClickException as error:
        _fail(error.format_message(), BAD_INPUT)
    except InputError as error:
        _fail(str(error), BAD_INPUT)
    except RagError as error:
        _fail(str(error), FAILED)
    except BrokenPipeError:  # whoever read the output has gone; Python would complain at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)
    except OSError as error:
        _fail(f"{error.strerror}: {error.filename or 'output'}: check the disk and its permissions", FAILED)
    sys.exit(code)


def _fail(message: str, code: int) -> None:
    from rag.show import harmless

    click.echo(f"rag: {harmless(' '.join(message.split()))}", err=True)
    sys.exit(code)


def _last_word(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What nobody foresaw, in one line; Python then exits with 1."""
    if os.environ.get("RAG_DEBUG"):
        sys.__excepthook__(kind, error, trace)
    else:
        print(f"rag: unexpected {kind.__name__}: {error}: please report it (RAG_DEBUG=1 shows more)", file=sys.stderr)


def _assistant(
    index_dir: Path | None, sources: tuple[str, ...], reader: str | None, threshold: float | None
) -> Assistant:
    from rag.assistant import Assistant
    from rag.console import notify, progress

    if sources and index_dir:
        raise click.UsageError("give --index or --source, not both")
    if sources:
        return Assistant.from_sources(sources, reader=reader, threshold=threshold, notify=notify, progress=progress())
    return Assistant.open(index_dir, reader=reader, threshold=threshold, notify=notify)


def _ask_batch(batch: str, given: dict[str, Any]) -> int:
    from rag.batch import answers

    if batch == "-" and sys.stdin is None:
        raise InputError("standard input is closed: give --batch FILE")
    try:
        stream = sys.stdin.buffer if batch == "-" else Path(batch).open("rb")  # noqa: SIM115  (closed below)
    except OSError as error:
        raise InputError(f"cannot read the batch {batch}: {error.strerror}: check the path") from None
    code = ANSWERED
    with stream:
        assistant = _assistant(**given)
        for record in answers(assistant, stream):
            if "error" in record:
                code = BAD_INPUT
            click.echo(_json(record))
    return code


def _say_what_was_searched(reply: Reply, err: bool = False) -> None:
    """A line when the question was understood otherwise than it was typed."""
    from rag.show import harmless

    if reply.resolved_question != " ".join(reply.question.split()):
        click.echo(harmless(f"(searched for: {reply.resolved_question})"), err=err)


def _json(record: dict[str, Any]) -> str:
    unicode = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "") == "utf8"
    return json.dumps(record, ensure_ascii=not unicode)


def _in_colour() -> bool:
    return (
        sys.stdout is not None
        and sys.stdout.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )
