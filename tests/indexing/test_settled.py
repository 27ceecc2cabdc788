"""Known files are not looked at by name again, and nothing stays in the index that the rules leave out by now."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from gemmasearch.documents import SyncReport
from gemmasearch.indexing import care, crawl, current, settled
from gemmasearch.indexing.sync import sync
from gemmasearch.models.fake import FakeEmbedder
from gemmasearch.readers import read
from gemmasearch.settings import Settings
from gemmasearch.store import Store
from tests.indexing.trees import known


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Whatever was done before a run is old enough to be trusted."""
    monkeypatch.setattr(current, "RACY_NS", 0)
    for name in ("a.md", "b.txt", ".hidden.md", "deep/c.md", "deep/.hidden.md"):
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"text of {name}\n")
    return tmp_path / "tree"


def run(store: Store, *roots: Path, stop_after: int | None = None) -> SyncReport:
    asked = iter(range(10**6))
    return sync(
        store, FakeEmbedder(), read, Settings(), roots=[str(root) for root in roots] or None,
        stop=lambda: stop_after is not None and next(asked) >= stop_after,
    )  # fmt: skip


def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of files that are looked at from now on."""
    names: list[str] = []
    real = crawl.is_secret_name

    def look(path: str, folder: bool) -> bool:
        if not folder:
            names.append(Path(path).name)
        return real(path, folder)

    monkeypatch.setattr(crawl, "is_secret_name", look)
    return names


def test_a_run_looks_at_the_names_of_new_and_changed_files_only(
    store: Store, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(store, tree)
    names = looked_at(monkeypatch)
    assert run(store).unchanged == 3 and not names
    (tree / "a.md").write_text("another text\n")
    (tree / "new.md").write_text("a new text\n")
    (tree / "deep" / "c.md").rename(tree / "moved.md")
    report = run(store)
    assert (report.changed, report.new, report.moved, report.unchanged) == (1, 1, 1, 1)
    assert set(names) == {"a.md", "new.md", "moved.md"}
    (tree / "b.txt").unlink()
    assert run(store).gone == 1 and known(store, tree) == {"a.md", "new.md", "moved.md"}


def test_all_names_are_looked_at_once_a_day_and_after_a_retry(
    store: Store, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(store, tree)
    names = looked_at(monkeypatch)
    tomorrow = settled.time.time() + settled.FULL_LOOK + 1
    with monkeypatch.context() as later:
        later.setattr(settled.time, "time", lambda: tomorrow)
        run(store)
    assert len(names) == 3
    assert run(store).unchanged == 3 and len(names) == 6  # the clock was set back
    care.retry(store)
    run(store)
    assert len(names) == 9


def test_other_options_apply_to_known_files(store: Store, tree: Path) -> None:
    run(store, tree)
    care.edit_root(store, str(tree), {"exclude": ["*.txt"]})
    run(store)
    assert known(store, tree) == {"a.md", "deep/c.md"}
    care.edit_root(store, str(tree), {"exclude": None, "hidden": True})
    run(store)
    assert len(known(store, tree)) == 5
    care.edit_root(store, str(tree), {"hidden": None})
    run(store)
    assert known(store, tree) == {"a.md", "b.txt", "deep/c.md"}


def test_files_of_an_interrupted_run_under_other_options_do_not_stay(store: Store, tree: Path) -> None:
    run(store, tree)
    care.edit_root(store, str(tree), {"hidden": True})
    stops = 1
    while ".hidden.md" not in known(store, tree) and "deep/.hidden.md" not in known(store, tree):
        assert run(store, stop_after=stops).interrupted
        stops += 1
    care.edit_root(store, str(tree), {"hidden": None})
    run(store)
    assert known(store, tree) == {"a.md", "b.txt", "deep/c.md"}


def test_a_new_ignore_file_applies_to_known_files(store: Store, tree: Path) -> None:
    run(store, tree)
    (tree / "deep" / ".gitignore").write_text("c.*\n")
    run(store)
    assert known(store, tree) == {"a.md", "b.txt"}
    (tree / "deep" / ".gitignore").unlink()
    run(store)
    assert known(store, tree) == {"a.md", "b.txt", "deep/c.md"}
    (tree / "CACHEDIR.TAG").write_text("Signature: 8a477f597d28d172789f06886806bc55\n")
    run(store)
    assert known(store, tree) == set()


def test_files_of_a_root_that_was_within_this_one_come_under_its_rules(store: Store, tree: Path) -> None:
    run(store, tree)
    run(store, tree / "deep")
    care.edit_root(store, str(tree / "deep"), {"hidden": True})
    run(store)
    assert known(store, tree) == {"a.md", "b.txt", "deep/c.md", "deep/.hidden.md"}
    run(store)
    inner = next(root for root in store.roots() if root.path == str(tree / "deep"))
    store.remove_root(inner.id)
    run(store)
    assert known(store, tree) == {"a.md", "b.txt", "deep/c.md"}


def test_a_mark_that_cannot_be_read_is_none(
    store: Store, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(store, tree)
    names = looked_at(monkeypatch)
    for damaged in ("", "[]", "{", json.dumps({str(tree): 3}), json.dumps({str(tree): ["x", "y"]})):
        names.clear()
        store.set_state(settled.STATE, damaged)
        assert run(store).unchanged == 3 and len(names) == 3


def test_every_module_that_decides_by_names_is_looked_at() -> None:
    """One that moved away counted as one that never changes."""
    package = Path(settled.__file__).parent.parent
    assert all((package / name).is_file() for name in settled._CODE)
    deciding = {module.__name__ for module in (crawl.Rules, crawl.is_secret_name, crawl.made_by_program, crawl.Ignores)
                for module in [sys.modules[module.__module__]]}  # fmt: skip
    assert deciding <= {"gemmasearch." + name.removesuffix(".py").replace("/", ".") for name in settled._CODE}
