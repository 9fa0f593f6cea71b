"""Stage 4, kept on disk: an index as plain files with a manifest, whole or not at all.

A folder holds ``manifest.json``, which names one generation: a sub-folder with documents and passages
as JSON Lines, FAISS's own file, and bm25s's own arrays. A new generation is written beside the old
one, and replacing the manifest is the one step that makes it current.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rag.chunk import OVERLAP_SENTENCES, PASSAGE_WORDS
from rag.data import Document, Passage, Span
from rag.errors import IndexUnusableError, SourceError
from rag.index import Index
from rag.load import decode, read_bytes
from rag.runtime import file_sha256

FORMAT = "ask-the-article index"
VERSION = 1


def save(index: Index, folder: Path) -> None:
    """Write an index, whole or not at all; an index that was there is replaced.

    Of processes that save to one folder at once, one waits for the other. Raises
    IndexUnusableError when the folder holds anything else.
    """
    import filelock

    check_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(folder / ".lock"):
        for leftover in [*folder.glob(".making-*"), *folder.glob(".manifest.*")]:  # of a process that was killed
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
        generation = f"g{secrets.token_hex(6)}"
        making = folder / f".making-{generation}"
        making.mkdir()
        try:
            files = _write_generation(index, making, folder)
            making.rename(folder / generation)
        finally:
            shutil.rmtree(making, ignore_errors=True)
        manifest = {
            "format": FORMAT,
            "version": VERSION,
            "generation": generation,
            "model": index.model,
            "model_sha256": index.model_sha256,
            "chunking": {"max_words": PASSAGE_WORDS, "overlap_sentences": OVERLAP_SENTENCES},
            "documents": len(index.documents),
            "passages": len(index.passages),
            "files": files,
        }
        _write_whole(folder / "manifest.json", json.dumps(manifest, indent=1) + "\n")
        for other in folder.glob("g*"):
            if other.is_dir() and other.name != generation:
                shutil.rmtree(other)


def _write_generation(index: Index, made: Path, folder: Path) -> dict[str, str]:
    """The files of an index, and the hash of each by its name."""
    import faiss

    _write_lines(made / "documents.jsonl", (_document_record(d, folder) for d in index.documents))
    _write_lines(
        made / "passages.jsonl",
        ({"document": p.document_id, "sentences": [[s.start, s.end] for s in p.sentences]} for p in index.passages),
    )
    faiss.write_index(index.faiss, str(made / "vectors.faiss"))
    index.bm25.save(str(made / "bm25"), show_progress=False)
    return {f.relative_to(made).as_posix(): _digest(f) for f in sorted(made.rglob("*")) if f.is_file()}


def check_folder(folder: Path) -> None:
    """Raise IndexUnusableError unless an index may be written there: a new folder, an empty one, or an index."""
    ours = re.compile(r"manifest\.json|\.lock|g[0-9a-f]{12}|\.making-.*|\.manifest\..*")
    if folder.exists() and not (folder.is_dir() and all(ours.fullmatch(entry.name) for entry in folder.iterdir())):
        raise IndexUnusableError(f"{folder} holds something other than an index: choose a new or empty folder")


def open_index(folder: Path) -> Index:
    """Read an index. Raises IndexUnusableError, saying what to do, when it is missing, damaged,
    foreign, of another version, or when a source has changed since it was built."""
    if not folder.is_dir():
        raise IndexUnusableError(
            f"no index at {folder}: build one with `rag index SOURCE… --out {folder}`, or ask files with --source"
        )
    manifest = _manifest_or_none(folder)
    if manifest is None:
        raise IndexUnusableError(f"{folder} is not an index: build one with `rag index SOURCE… --out DIR`")
    again = f"build it again with `rag index SOURCE… --out {folder}`"
    if manifest.get("version") != VERSION:
        raise IndexUnusableError(
            f"the index {folder} has version {manifest.get('version')}, this program reads {VERSION}: {again}"
        )
    try:
        return _open_generation(folder, manifest)
    except (OSError, KeyError, TypeError, ValueError, RuntimeError) as error:
        if _manifest_or_none(folder) != manifest:  # it was replaced while being read
            return open_index(folder)
        raise IndexUnusableError(f"the index {folder} is damaged ({error}): {again}") from error


def _open_generation(folder: Path, manifest: dict[str, Any]) -> Index:
    import bm25s
    import faiss

    made = folder / manifest["generation"]
    for name, digest in manifest["files"].items():
        if _digest(made / name) != digest:
            raise ValueError(f"{name} has changed")
    return Index(
        documents=tuple(_document(record, folder) for record in _read_lines(made / "documents.jsonl")),
        passages=tuple(
            Passage(record["document"], tuple(Span(*s) for s in record["sentences"]))
            for record in _read_lines(made / "passages.jsonl")
        ),
        model=manifest["model"],
        model_sha256=manifest["model_sha256"],
        faiss=faiss.read_index(str(made / "vectors.faiss")),
        bm25=bm25s.BM25.load(str(made / "bm25"), show_progress=False),
    )


def check_source(document: Document) -> None:
    """Hold the file that a citation points to against the text that was quoted.

    Raises IndexUnusableError when the file has changed since.
    """
    path = Path(document.source)
    if hashlib.sha256(read_bytes(path)).hexdigest() != document.sha256:
        raise _changed(path)


def _changed(path: Path) -> IndexUnusableError:
    return IndexUnusableError(f"{path} has changed since the index was built: build it again with `rag index`")


def _document_record(document: Document, folder: Path) -> dict[str, Any]:
    return {
        "id": document.id,
        "source": _portable(Path(document.source), folder),
        "sha256": document.sha256,
        "body": [[s.start, s.end] for s in document.body],
        "title": _pair(document.title_span),
        "byline": _pair(document.byline_span),
        "url": document.url,
    }


def _document(record: dict[str, Any], folder: Path) -> Document:
    path = _from_here(folder, record["source"])
    try:
        data = read_bytes(path)
    except SourceError as error:
        raise IndexUnusableError(f"a source of the index {folder} cannot be read: {error}") from None
    if hashlib.sha256(data).hexdigest() != record["sha256"]:
        raise _changed(path)
    return Document(
        id=record["id"],
        source=str(path),
        text=decode(data, path),
        body=tuple(Span(*s) for s in record["body"]),
        sha256=record["sha256"],
        title_span=Span(*record["title"]) if record["title"] else None,
        byline_span=Span(*record["byline"]) if record["byline"] else None,
        url=record["url"],
    )


def _portable(source: Path, folder: Path) -> str:
    """Relative to the index when both lie in one project folder, so that the project can be moved."""
    source, root = source.resolve(), folder.resolve().parent
    return Path(os.path.relpath(source, folder.resolve())).as_posix() if source.is_relative_to(root) else str(source)


def _from_here(folder: Path, source: str) -> Path:
    """A path that opens from the current folder: relative when it lies below it, else absolute."""
    path = Path(os.path.normpath(folder.resolve() / source))
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _pair(span: Span | None) -> list[int] | None:
    return [span.start, span.end] if span else None


def _manifest_or_none(folder: Path) -> dict[str, Any] | None:
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) and manifest.get("format") == FORMAT else None


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return file_sha256(stream)


def _write_lines(path: Path, records: Iterable[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def _read_lines(path: Path) -> Iterable[Any]:
    with path.open(encoding="utf-8") as stream:
        for line in stream:
            yield json.loads(line)


def _write_whole(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text, "utf-8")
    temporary.replace(path)
