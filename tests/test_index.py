from __future__ import annotations

import json
import multiprocessing
import shutil
from pathlib import Path

import numpy as np
import pytest

import rag.index as stage
import rag.store
from rag.errors import IndexUnusableError, SourceError
from rag.index import Index, build
from rag.load import Source, find_sources
from rag.store import open_index, save
from tests.conftest import ARTICLE, TermEncoder


@pytest.fixture
def folder(article: Path, encoder: TermEncoder) -> Path:
    folder = article.parent / "index"
    save(build([Source(article, True)], encoder), folder)
    return folder


def same(one: Index, other: Index) -> bool:
    count = len(one.passages)
    vectors = [index.faiss.reconstruct_n(0, count) for index in (one, other)]
    words = ["bee", "meadow", "sprai"]
    return (
        one.documents == other.documents
        and one.passages == other.passages
        and np.array_equal(*vectors)
        and np.array_equal(one.bm25_scores(words), other.bm25_scores(words))
    )


def test_what_is_opened_is_what_was_saved(article: Path, folder: Path, encoder: TermEncoder) -> None:
    assert same(build([Source(article, True)], encoder), open_index(folder))


def test_bm25_as_worked_out_by_hand(tmp_path: Path, encoder: TermEncoder) -> None:
    for name, text in {"a.txt": "Red bees sing.", "b.txt": "Blue birds sing."}.items():
        (tmp_path / name).write_text(text)
    index = build(find_sources([tmp_path]), encoder)
    # idf of a term in one of two passages: ln(1 + 1.5/1.5) = ln 2; tf part 1/(1 + 0.3) at mean length
    assert index.rarity("red") == pytest.approx(0.6931, abs=1e-4)
    assert index.bm25_scores(["red"]) == pytest.approx([0.6931 / 1.3, 0], abs=1e-3)
    assert index.bm25_scores(["unheard"]).tolist() == [0, 0]


def test_an_index_holds_plain_files_only(folder: Path) -> None:
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != ".lock"]
    assert {path.suffix for path in files} == {".json", ".jsonl", ".npy", ".faiss"}
    for path in files:
        if path.suffix == ".npy":
            np.load(path, allow_pickle=False)


def test_a_project_folder_can_be_moved(folder: Path, tmp_path: Path) -> None:
    moved = tmp_path.parent / (tmp_path.name + "-moved")
    shutil.copytree(tmp_path, moved)
    (tmp_path / "bees.txt").unlink()
    assert open_index(moved / "index").documents[0].source == str(moved / "bees.txt")


def test_sources_are_named_from_the_current_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    assert open_index(Path("index")).documents[0].source == "bees.txt"


def test_the_same_content_twice_is_indexed_once(article: Path, encoder: TermEncoder) -> None:
    copy = article.with_name("copy.txt")
    shutil.copy(article, copy)
    assert [d.source for d in build([Source(article, True), Source(copy, True)], encoder).documents] == [str(article)]


def test_beyond_the_exact_limit_a_graph_finds_the_same(
    tmp_path: Path, encoder: TermEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "many.txt"
    path.write_text(
        "\n\n".join(f"Item {i} costs {i * 7} euros in town {i % 13}. " + "Words follow. " * 60 for i in range(60))
    )
    exact = build([Source(path, True)], encoder)
    monkeypatch.setattr(stage, "EXACT_UP_TO", 10)
    graph = build([Source(path, True)], encoder)
    assert type(graph.faiss) is not type(exact.faiss)
    vector = encoder.encode(["Item 31 costs 217 euros"])[0]
    assert graph.nearest(vector, 1)[0] == exact.nearest(vector, 1)[0]


def damage_vectors(folder: Path) -> None:
    path = next(folder.rglob("vectors.faiss"))
    path.write_bytes(path.read_bytes()[:-1] + b"x")


def drop_passages(folder: Path) -> None:
    next(folder.rglob("passages.jsonl")).unlink()


def age(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "version": 0}))


def estrange(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"format": "another"}')


def break_manifest(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    del manifest["generation"]
    (folder / "manifest.json").write_text(json.dumps(manifest))


def change_source(folder: Path) -> None:
    (folder.parent / "bees.txt").write_text(ARTICLE.replace("Ann Lee", "Bob Lee"))


def lose_source(folder: Path) -> None:
    (folder.parent / "bees.txt").unlink()


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (shutil.rmtree, "no index at"),
        (damage_vectors, "damaged"),
        (drop_passages, "damaged"),
        (break_manifest, "damaged"),
        (age, "version 0, this program reads 1"),
        (estrange, "is not an index"),
        (change_source, "has changed since"),
        (lose_source, "no such file"),
    ],
)
def test_an_index_that_cannot_be_trusted_is_refused(folder: Path, harm: object, says: str) -> None:
    harm(folder)  # type: ignore[operator]
    with pytest.raises(IndexUnusableError, match=says) as error:
        open_index(folder)
    assert "\n" not in str(error.value)


def test_a_failed_save_leaves_the_old_index(
    folder: Path, article: Path, encoder: TermEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = open_index(folder)
    other = article.with_name("other.txt")
    other.write_text("Another text altogether.")

    def fail(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(rag.store, "_write_whole", fail)
        with pytest.raises(OSError, match="disk full"):
            save(build([Source(other, True)], encoder), folder)
    assert same(before, open_index(folder))
    save(build([Source(other, True)], encoder), folder)
    assert open_index(folder).documents[0].source == str(other)
    assert sorted(path.name[0] for path in folder.iterdir()) == [".", "g", "m"]


def test_an_index_left_by_a_killed_process_is_mended(folder: Path, article: Path, encoder: TermEncoder) -> None:
    (folder / ".making-gone").mkdir()
    (folder / ".manifest.json.1").write_text("{")
    damage_vectors(folder)
    save(build([Source(article, True)], encoder), folder)
    assert same(build([Source(article, True)], encoder), open_index(folder))
    assert sorted(path.name[:5] for path in folder.iterdir()) == [".lock", next(folder.glob("g*")).name[:5], "manif"]


def save_often(article: str, folder: str) -> None:
    index = build([Source(Path(article), True)], TermEncoder())
    for _ in range(15):
        save(index, Path(folder))
        open_index(Path(folder))


def test_several_processes_save_and_open_at_once(article: Path, folder: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.starmap(save_often, [(str(article), str(folder))] * 2)
    assert open_index(folder).documents


def test_a_bad_file_of_a_folder_is_left_out_with_a_word(article: Path, encoder: TermEncoder) -> None:
    article.with_name("bad.txt").write_bytes(b"\xff")
    said: list[str] = []
    index = build(find_sources([article.parent]), encoder, notify=said.append)
    assert [d.source for d in index.documents] == [str(article)]
    assert len(said) == 1 and "bad.txt" in said[0]
    with pytest.raises(SourceError, match=r"bad\.txt"):
        build(find_sources([article, article.with_name("bad.txt")]), encoder)


def test_no_other_folder_is_overwritten(tmp_path: Path, article: Path, encoder: TermEncoder) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "one.jpg").write_bytes(b"x")
    with pytest.raises(IndexUnusableError, match="something other than an index"):
        save(build([Source(article, True)], encoder), tmp_path / "photos")


def test_the_index_kept_in_the_repository_is_that_of_the_seed_article(encoder: TermEncoder) -> None:
    from tests.conftest import ROOT, SEED

    kept, fresh = open_index(ROOT / "index"), build([Source(SEED, True)], encoder)
    assert kept.passages == fresh.passages
    assert [d.sha256 for d in kept.documents] == [d.sha256 for d in fresh.documents]
    assert [d.body for d in kept.documents] == [d.body for d in fresh.documents]
    assert kept.bm25_scores(["war"]) == pytest.approx(fresh.bm25_scores(["war"]))
