"""Stage 1, load: files and folders -> Documents, with every character kept where it was."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rag.data import Document
from rag.errors import SourceError
from rag.layout import lay_out

MAX_BYTES = 50_000_000
MARKDOWN = {".md", ".markdown"}
FORMATS = {".txt", *MARKDOWN}


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read; ``named`` when the user named it, and not a folder that it is in."""

    path: Path
    named: bool


def find_sources(sources: Iterable[str | Path]) -> list[Source]:
    """The files that ``sources`` name, folders searched for every known format, each file once.

    Files come in the order given, those of a folder sorted by path; hidden ones are passed over.
    Raises SourceError for a missing one, an unknown format, or a folder with nothing to read.
    """
    found: dict[Path, Source] = {}
    for source in sources:
        if not str(source):
            raise SourceError("a source without a name: name a file or a folder")
        for one in _files(Path(source)):
            found.setdefault(one.path.resolve(), one)
    if not found:
        raise SourceError("no source given: name a file or a folder")
    for one in found.values():
        try:
            str(one.path).encode("utf-8")
        except UnicodeEncodeError:
            raise SourceError(f"the name of {str(one.path)!r} is not UTF-8: rename the file") from None
    return list(found.values())


def _files(source: Path) -> list[Source]:
    if source.is_dir():
        inside = [path for path in sorted(source.rglob("*")) if path.suffix.lower() in FORMATS and path.is_file()]
        seen = [path for path in inside if not any(part.startswith(".") for part in path.relative_to(source).parts)]
        if not seen:
            raise SourceError(f"no {_formats()} file in the folder {source}: name a folder or file that has text")
        return [Source(path, named=False) for path in seen]
    if not source.exists():
        raise SourceError(f"no such file or folder: {source}: check the path")
    if not source.is_file() or source.suffix.lower() not in FORMATS:
        raise SourceError(f"cannot read the format of {source}: give a {_formats()} file")
    return [Source(source, named=True)]


def load(path: Path) -> Document:
    """Read one plain-text or Markdown file.

    The text is the file's bytes decoded as UTF-8, newlines untouched and a leading byte-order mark
    kept as one character. Raises SourceError when that cannot be done.
    """
    data = read_bytes(path)
    text = decode(data, path)
    if not text.strip("\ufeff \t\r\n\f\v"):
        raise SourceError(f"nothing but white space in {path}: give a file with text")
    layout = lay_out(text, markdown=path.suffix.lower() in MARKDOWN)
    if not layout.body:
        raise SourceError(f"no readable text in {path}: give a file with sentences")
    digest = hashlib.sha256(data).hexdigest()
    return Document(
        id=digest[:12],
        source=str(path),
        text=text,
        body=layout.body,
        sha256=digest,
        title_span=layout.title,
        byline_span=layout.byline,
        url=layout.url,
    )


def read_bytes(path: Path) -> bytes:
    """The bytes of a file of at most MAX_BYTES; SourceError when it cannot be read."""
    try:
        if path.exists() and not path.is_file():
            raise SourceError(f"not a file: {path}: give a text file")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise SourceError(
                f"{path} has {size / 1e6:.0f} MB, more than the {MAX_BYTES // 1_000_000} MB a source may have: split it"
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise SourceError(f"no such file: {path}: check the path") from None
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror}: check the file and its permissions") from None


def decode(data: bytes, path: Path) -> str:
    """Bytes -> text as UTF-8; SourceError for an empty file, a binary one, or bytes that are no UTF-8."""
    if not data:
        raise SourceError(f"the file is empty: {path}: give a file with text")
    if b"\0" in data:
        raise SourceError(f"this looks like a binary file: {path}: give a text file in UTF-8")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceError(f"not UTF-8 at byte {error.start}: {path}: save it as UTF-8") from None


def _formats() -> str:
    return " or ".join(sorted(FORMATS - {".markdown"}, reverse=True))
