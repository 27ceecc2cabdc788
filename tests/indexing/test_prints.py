"""Whatever happens to a file of a folder that was found as it is known, the next run finds it."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from gemmasearch.documents import SyncReport
from gemmasearch.indexing import care, current, settled
from gemmasearch.indexing.current import CURRENT
from gemmasearch.indexing.sync import sync
from gemmasearch.models.fake import FakeEmbedder
from gemmasearch.readers import read
from gemmasearch.settings import Settings
from gemmasearch.store import Store, journal
from tests.indexing.trees import known

FILES = ("a.md", "b.txt", "c.bin", "deep/d.md", "deep/e.md", "deep/deeper/f.md")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Whatever was done before a run is old enough to be trusted."""
    monkeypatch.setattr(current, "RACY_NS", 0)
    for name in FILES:
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\0\1\2" if name == "c.bin" else f"text of {name}\n".encode())
    return tmp_path / "tree"


def run(store: Store, *roots: Path, prune: bool = False) -> SyncReport:
    paths = [str(root) for root in roots] or None
    return sync(store, FakeEmbedder(), read, Settings(), roots=paths, prune=prune)


def printed(store: Store, tree: Path) -> set[str]:
    """The folders of a tree that have a print."""
    return {os.path.relpath(folder, tree) for folder in store.prints_below(str(tree))}


def counts(report: SyncReport) -> tuple[int, int, int, int, int, int]:
    return (
        report.new, report.changed, report.moved, report.gone, report.unchanged, sum(report.skipped.values()),
    )  # fmt: skip


@pytest.fixture
def at_rest(store: Store, tree: Path) -> Path:
    """All of its folders have a print."""
    run(store, tree)
    assert not printed(store, tree)
    run(store)
    assert printed(store, tree) == {".", "deep", "deep/deeper"}
    return tree


def test_folders_as_they_were_are_counted_without_a_row(store: Store, at_rest: Path) -> None:
    below = store.known_below(str(at_rest), CURRENT, printed=False)
    assert not below.stamps and not below.outdated and not below.reasons
    assert counts(run(store)) == (0, 0, 0, 0, 5, 1)  # c.bin is no text
    assert printed(store, at_rest) == {".", "deep", "deep/deeper"}


def _edited(tree: Path) -> None:
    (tree / "deep" / "d.md").write_text("TEXT of deep/d.md\n")


def _edited_in_secret(tree: Path) -> None:
    """As long as before, and with its old times."""
    before = (tree / "deep" / "d.md").stat()
    _edited(tree)
    os.utime(tree / "deep" / "d.md", ns=(before.st_atime_ns, before.st_mtime_ns))


def _swapped(tree: Path) -> None:
    one, other, aside = tree / "deep" / "d.md", tree / "deep" / "e.md", tree / "aside.md"
    one.rename(aside)
    other.rename(one)
    aside.rename(other)


def _a_folder_in_its_place(tree: Path) -> None:
    (tree / "deep" / "d.md").unlink()
    (tree / "deep" / "d.md").mkdir()


def _a_link_in_its_place(tree: Path) -> None:
    (tree / "deep" / "d.md").rename(tree / "deep" / "real.md")
    (tree / "deep" / "d.md").symlink_to(tree / "deep" / "real.md")


def _a_folder_gone(tree: Path) -> None:
    for path in (*(tree / "deep" / "deeper").iterdir(), tree / "deep" / "deeper"):
        path.rmdir() if path.is_dir() else path.unlink()


def _a_folder_moved(tree: Path) -> None:
    (tree / "deep" / "deeper").rename(tree / "elsewhere")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_edited, (0, 1, 0, 0, 4, 1)),
        (_edited_in_secret, (0, 1, 0, 0, 4, 1)),
        (_swapped, (0, 2, 0, 0, 3, 1)),
        (lambda tree: (tree / "deep" / "d.md").rename(tree / "deep" / "z.md"), (0, 0, 1, 0, 4, 1)),
        (lambda tree: (tree / "deep" / "new.md").write_text("new\n"), (1, 0, 0, 0, 5, 1)),
        (lambda tree: (tree / "deep" / "d.md").unlink(), (0, 0, 0, 1, 4, 1)),
        (_a_folder_in_its_place, (0, 0, 0, 1, 4, 1)),
        (_a_link_in_its_place, (0, 0, 1, 0, 4, 1)),
        (_a_folder_gone, (0, 0, 0, 1, 4, 1)),
        (_a_folder_moved, (0, 0, 1, 0, 4, 1)),
        (lambda tree: (tree / "c.bin").unlink(), (0, 0, 0, 1, 5, 0)),
        (lambda tree: (tree / ".hidden").write_text("left out\n"), (0, 0, 0, 0, 5, 1)),
        (lambda tree: (tree / "deep" / ".gitignore").write_text("d.md\n"), (0, 0, 0, 1, 4, 1)),
        (lambda tree: (tree / "deep" / "CACHEDIR.TAG").touch(), (0, 0, 0, 3, 2, 1)),
    ],
)  # fmt: skip
def test_each_change_is_found_at_once(
    store: Store, at_rest: Path, change: Callable[[Path], object],
    expected: tuple[int, ...], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    change(at_rest)
    assert counts(run(store, prune=True)) == expected
    settled.look_at_all(store)
    assert counts(run(store))[:4] == (0, 0, 0, 0)  # a look at every file finds no more


@pytest.mark.parametrize("scattered", [journal._SCATTERED, 1], ids=["all rows in turn", "folder by folder"])
def test_looks_by_prints_find_what_a_look_at_every_file_finds(
    store: Store, at_rest: Path, monkeypatch: pytest.MonkeyPatch, scattered: int
) -> None:
    monkeypatch.setattr(journal, "_SCATTERED", scattered)
    chance = random.Random(7)
    for number in range(60):
        files = sorted(path for path in at_rest.rglob("*") if path.is_file())
        for path in chance.sample(files, min(2, len(files))):
            kind = chance.randrange(4)
            if kind == 0:
                path.write_text(f"another text, {number}\n")
            elif kind == 1:
                path.rename(path.with_name(f"{number}-{chance.randrange(9)}.md"))
            elif kind == 2 and len(files) > 4:
                path.unlink()
            else:
                new = path.parent / f"sub{chance.randrange(3)}" / f"{number}.md"
                new.parent.mkdir(exist_ok=True)
                new.write_text(f"a new text, {number}\n")
        for _ in range(chance.randrange(3)):
            run(store, prune=True)
        run(store, prune=True)
        there = {str(p.relative_to(at_rest)) for p in at_rest.rglob("*") if p.is_file()}
        assert known(store, at_rest) == there
        if number % 6 == 5:
            settled.look_at_all(store)
            found = counts(run(store))
            assert found[:4] == (0, 0, 0, 0) and found[4] + found[5] == len(there)


def test_what_is_written_of_a_file_takes_the_print_of_its_folder_away(store: Store, at_rest: Path) -> None:
    ids = {os.path.relpath(row.path, at_rest): row.id for row in store.files_below(str(at_rest))}
    store.restamp(ids["deep/d.md"], None)
    assert printed(store, at_rest) == {".", "deep/deeper"}
    assert counts(run(store))[:5] == (0, 1, 0, 0, 4)
    run(store)
    assert printed(store, at_rest) == {".", "deep", "deep/deeper"}
    store.move_file(ids["a.md"], str(at_rest / "deep" / "deeper" / "a.md"), "a")
    assert printed(store, at_rest) == {"deep"}
    store.remove_files([ids["deep/e.md"]])
    assert printed(store, at_rest) == set()
    assert counts(run(store, prune=True)) == (1, 0, 1, 0, 3, 1)


def test_other_readers_read_all_files_again(
    store: Store, at_rest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    care.retry(store)
    assert counts(run(store))[4:] == (5, 1)
    run(store)
    store.db.run("UPDATE files SET reader = 'older'")
    assert not printed(store, at_rest)
    # A print that was made by other readers says nothing.
    run(store)
    run(store)
    assert printed(store, at_rest)
    newer = current.Current("newer", CURRENT.unlucky, CURRENT.tries)
    monkeypatch.setattr(current, "READERS", "newer")
    for module in ("prints", "looking"):
        monkeypatch.setattr(f"gemmasearch.indexing.{module}.CURRENT", newer)
    assert len(store.known_below(str(at_rest), newer).outdated) == 6
    run(store)
    assert not printed(store, at_rest)


def test_a_folder_with_files_that_may_not_leave_keeps_no_print(
    store: Store, tmp_path: Path, tree: Path
) -> None:
    for number in range(20):
        (tree / "deep" / f"{number}.md").write_text(f"text {number}\n")
    run(store, tree)
    run(store)
    for number in range(20):
        (tree / "deep" / f"{number}.md").unlink()
    for _ in range(3):
        assert run(store).unavailable == (str(tree),)
        assert len(known(store, tree)) == 26
    assert run(store, prune=True).gone == 20


def test_a_root_that_is_empty_keeps_its_files(store: Store, at_rest: Path) -> None:
    aside = at_rest.with_name("aside")
    at_rest.rename(aside)
    at_rest.mkdir()
    assert run(store).unavailable == (str(at_rest),)
    assert len(known(store, at_rest)) == 6
    at_rest.rmdir()
    aside.rename(at_rest)
    assert counts(run(store))[4:] == (5, 1)


def test_a_root_within_another_one_has_its_own_look(store: Store, at_rest: Path) -> None:
    run(store, at_rest / "deep")
    for _ in range(3):
        assert counts(run(store)) == (0, 0, 0, 0, 5, 1)
    _edited(at_rest)
    assert counts(run(store, at_rest / "deep")) == (0, 1, 0, 0, 2, 0)
    assert counts(run(store)) == (0, 0, 0, 0, 5, 1)
