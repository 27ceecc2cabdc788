"""Files are read while others are written, in bounds, and whatever reading meets arrives where it is written."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gemmasearch.documents import Document, Problem
from gemmasearch.indexing import ahead
from gemmasearch.indexing.ahead import Ahead
from gemmasearch.indexing.sync import sync
from gemmasearch.models.fake import FakeEmbedder
from gemmasearch.readers import Isolated, read
from gemmasearch.settings import Settings
from gemmasearch.store import Store
from tests.indexing.trees import plant, sound


def document(text: str) -> Document:
    return Document("text", text)


def test_two_files_are_read_at_a_time() -> None:
    met = threading.Barrier(2, timeout=20)

    def both(path: str, *, start: int = 0) -> Iterator[Document | Problem]:
        met.wait()  # broken unless another file is being read
        yield document(path)

    with Ahead(both, 2) as reading:
        begun = [reading.begin(name) for name in "abcdefgh"]
        assert [item for each in begun for item in each] == [document(name) for name in "abcdefgh"]


def test_what_waits_to_be_written_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "ROOM", 3000)
    taken = most = 0

    def endless(path: str, *, start: int = 0) -> Iterator[Document | Problem]:
        nonlocal most
        for given in range(200):
            most = max(most, given - taken)
            yield document("x" * 500)

    with Ahead(endless, 1) as reading:
        for _ in reading.begin("a"):
            taken += 1
    assert taken == 200 and most <= 4


def test_an_error_of_reading_is_raised_where_its_file_is_written() -> None:
    def broken(path: str, *, start: int = 0) -> Iterator[Document | Problem]:
        yield document("first")
        raise ZeroDivisionError

    with Ahead(broken, 1) as reading:
        begun = reading.begin("a")
        assert isinstance(next(begun), Document)
        with pytest.raises(ZeroDivisionError):
            next(begun)


def test_a_run_that_stops_leaves_no_reader_behind(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    plant(tree, 40)
    read_so_far: list[str] = []

    def noted(path: str, *, start: int = 0) -> Iterator[Document | Problem]:
        read_so_far.append(path)
        yield from read(path)

    asked = iter(range(100))
    with Store.open(tmp_path / "i" / "i.db", create=True) as store:
        report = sync(
            store,
            FakeEmbedder(),
            noted,
            Settings(),
            roots=[str(tree)],
            stop=lambda: next(asked) >= 12,
        )
        assert report.interrupted and len(read_so_far) < 40
        sync(store, FakeEmbedder(), noted, Settings())
    sound(tmp_path / "i" / "i.db")
    for thread in threading.enumerate():
        if thread.name.startswith("reading"):
            thread.join(10)  # on a busy machine the last one may be on its way out
            assert not thread.is_alive()


def test_a_copy_of_a_file_that_is_being_read_is_not_read(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    for number in range(6):
        (tree / f"{number}.md").write_text("the same words everywhere")
    paths: list[str] = []

    def noted(path: str, *, start: int = 0) -> Iterator[Document | Problem]:
        paths.append(path)
        yield from read(path)

    with Store.open(tmp_path / "i" / "i.db", create=True) as store:
        assert sync(store, FakeEmbedder(), noted, Settings(), roots=[str(tree)]).new == 6
    assert len(paths) == 1


def test_workers_outlive_the_threads_that_wait_for_them(tmp_path: Path) -> None:
    """The kernel ends a worker with the thread that started it: a thread that reads must not be that thread."""
    page = tmp_path / "page.html"
    page.write_text("<p>a page with some words in it</p>")
    with Isolated(Settings()) as readers:
        for _ in range(3):
            with Ahead(readers.read, 2) as reading:
                begun = [reading.begin(str(page)) for _ in range(4)]
                items = [item for each in begun for item in each]
            items += readers.read(str(page))
            assert [type(item) for item in items] == [Document] * 5
            assert len(readers._idle) <= 2
