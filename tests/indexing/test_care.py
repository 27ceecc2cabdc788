"""Forget, retry, why: what people do when something is in the index that should not be, or the other way round."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gemmasearch.documents import Problem
from gemmasearch.errors import LockHeld, NothingFound, UsageProblem
from gemmasearch.indexing import care
from gemmasearch.indexing.crawl import explain
from gemmasearch.indexing.doctor import doctor
from gemmasearch.indexing.forgetting import forget
from gemmasearch.indexing.lock import holder, lock_path, run_lock, unended
from gemmasearch.indexing.rules import Rules
from gemmasearch.indexing.sync import sync
from gemmasearch.models.fake import FakeEmbedder
from gemmasearch.readers import read
from gemmasearch.settings import Settings
from gemmasearch.store import Store
from gemmasearch.store.traces import scan
from tests.indexing.trees import known

NOBODY = 65534


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    for name in ("a.md", "sub/b.md", "sub/c [1].md", ".hidden.md", "node_modules/x.md", "key.pem"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"words of {name} and quixotry\n")
    (root / "link.md").symlink_to("a.md")
    (root / ".gitignore").write_text("ignored.md\n")
    (root / "ignored.md").write_text("x")
    return root


@pytest.fixture
def store(tree: Path, tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "i" / "index.db", create=True) as made:
        run(made, [str(tree)])
        yield made


def run(store: Store, roots: list[str] | None = None) -> None:
    with run_lock(store.path):
        sync(store, FakeEmbedder(), read, Settings(), roots=roots)


def test_a_forgotten_file_leaves_no_byte_and_does_not_come_back(store: Store, tree: Path) -> None:
    done = forget(store, [str(tree / "sub/c [1].md")])
    assert (done.files, done.documents, done.excluded) == (1, 1, (str(tree / "sub/c [1].md"),))
    run(store)
    assert known(store, tree) == {"a.md", "sub/b.md"}
    path = store.path
    store.close()
    assert [raw for _, raw in scan([str(path)], [b"c [1]", b"quixotry"])] == [b"quixotry"]


def test_a_folder_whose_files_were_forgotten_one_by_one_was_called_not_available(
    store: Store, tree: Path
) -> None:
    for name in ("a.md", "sub/b.md", "sub/c [1].md"):
        forget(store, [str(tree / name)])
    run(store)
    (root,) = store.roots()
    assert (root.unavailable, root.seen, known(store, tree)) == ("", 0, set())
    (tree / "new.md").write_text("a new note")
    run(store)
    assert known(store, tree) == {"new.md"}


def test_a_forgotten_folder_and_root_go_whole(store: Store, tree: Path) -> None:
    forget(store, [str(tree / "sub")])
    run(store)
    assert known(store, tree) == {"a.md"}
    assert forget(store, [str(tree)]).roots == (str(tree),)
    assert store.roots() == [] and known(store, tree) == set() and list(store.problems()) == []
    with pytest.raises(NothingFound):
        forget(store, [str(tree)])


@pytest.mark.parametrize("mode", [0o000, 0o400])
def test_why_said_that_a_file_in_a_folder_that_may_not_be_entered_does_not_exist(mode: int) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as root:  # all folders above it may be entered by anybody
        closed = Path(root, "closed")
        closed.mkdir()
        (closed / "a.md").write_text("apples")
        for path in (closed / "a.md", closed, Path(root)):
            os.chown(path, NOBODY, -1) if os.geteuid() == 0 else None
        closed.chmod(mode)
        with as_anybody():
            said = explain(root, str(closed / "a.md"), Rules())
            gone = explain(root, str(Path(root, "none.md")), Rules())
        closed.chmod(0o700)
    assert said == f"{closed}: Permission denied"
    assert gone == "it does not exist"


@contextmanager
def as_anybody() -> Iterator[None]:
    """Without root's right to look everywhere."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_why_sent_people_to_a_run_for_an_empty_folder_and_did_not_say_what_was_forgotten(
    store: Store, tree: Path
) -> None:
    (tree / "empty").mkdir()
    run(store)
    assert care.why(store, str(tree / "empty")).rule.startswith("a folder: no run has found")
    assert str(tree) in care.why(store, str(tree.parent)).rule, (
        "a folder around it was said to have no part in it"
    )
    (tree / "later.md").write_text("later")
    assert "no run" in care.why(store, str(tree / "later.md")).rule
    forget(store, [str(tree / "a.md")])
    care.edit_root(store, str(tree), {"exclude": ["sub/"]})
    run(store)
    assert "forgotten under this path" in care.why(store, str(tree / "a.md")).rule
    assert "exclusions" in care.why(store, str(tree / "sub" / "b.md")).rule


def test_why_names_the_rule_that_leaves_a_file_out(store: Store, tree: Path) -> None:
    good = care.why(store, str(tree / "a.md"))
    assert good.indexed and not good.rule and good.documents[0].chunks == good.documents[0].embedded == 1
    for name, word in (
        (".hidden.md", "hidden"),
        ("node_modules/x.md", "made by a program"),
        ("key.pem", "password store"),
        ("link.md", "symbolic link"),
        ("ignored.md", "ignore file"),
        ("none.md", "not exist"),
    ):
        said = care.why(store, str(tree / name))
        assert not said.indexed and word in said.rule, (name, said.rule)
    (tree / "late.md").write_text("x")
    assert "no run" in care.why(store, str(tree / "late.md")).rule
    assert "registered" in care.why(store, "/elsewhere/x.md").rule


def test_options_of_a_root_are_edited_and_obeyed(store: Store, tree: Path) -> None:
    care.edit_root(store, str(tree), {"hidden": True, "exclude": ["sub/"]})
    run(store)
    assert known(store, tree) >= {"a.md", ".hidden.md"} and "sub/b.md" not in known(store, tree)
    care.edit_root(store, str(tree), {"hidden": None, "exclude": None})
    run(store)
    assert known(store, tree) == {"a.md", "sub/b.md", "sub/c [1].md"}
    with pytest.raises(UsageProblem):
        care.edit_root(store, str(tree), {"colour": "red"})


def test_what_writes_waits_for_the_lock_and_names_its_holder(store: Store, tree: Path) -> None:
    with run_lock(store.path, "watch"):
        held = holder(store.path)
        assert held and held.what == "watch"
        with pytest.raises(LockHeld, match="watch, process"):
            forget(store, [str(tree)], wait=0)
    assert holder(store.path) is None
    assert care.compact(store).after > 0


def test_retry_lets_a_failed_file_be_read_again(store: Store, tree: Path) -> None:
    file = store.file(str(tree / "a.md"))
    assert file
    store.finish_file(
        file.id, file.stamp, reader=file.reader, problems=[Problem(file.path, "timeout")], tries=3
    )
    said = care.why(store, file.path)
    assert said.quarantined and said.problems[0].reason == "timeout"
    assert care.retry(store, [str(tree)]) == 1
    run(store)
    assert not care.why(store, file.path).problems


def test_a_killed_holder_is_named_until_the_next_run_ends(store: Store) -> None:
    program = "import sys, time; from pathlib import Path; from gemmasearch.indexing.lock import run_lock\n" \
              "with run_lock(Path(sys.argv[1]), 'index'): print('held', flush=True); time.sleep(60)"  # fmt: skip
    process = subprocess.Popen([sys.executable, "-c", program, str(store.path)], stdout=subprocess.PIPE)
    assert process.stdout and process.stdout.readline() == b"held\n"
    held = holder(store.path)
    assert held and held.pid == process.pid and unended(store.path) is None
    process.kill()
    process.communicate()
    killed = unended(store.path)
    assert holder(store.path) is None and killed and killed.pid == process.pid
    assert [c.name for c in doctor(store.path) if f"process {process.pid}" in c.detail] == ["last run"]
    run(store)
    assert unended(store.path) is None


def test_a_number_that_another_process_has_now_is_not_taken_for_the_holder(store: Store) -> None:
    with run_lock(store.path, "watch"):
        record = json.loads(lock_path(store.path).read_text())
        assert holder(store.path).pid == os.getpid()  # type: ignore[union-attr]
        lock_path(store.path).write_text(json.dumps({**record, "started": record["started"] - 1000}))
        held = holder(store.path)
        assert held and held.pid == 0  # held, by nobody knows whom


def test_a_passage_was_broken_off_in_a_word_as_if_it_ended_there(store: Store, tree: Path) -> None:
    (tree / "short.md").write_text("The kestrel hovers.\n")
    (tree / "long.md").write_text(
        "The kestrel hovers over the meadow, over the river and over the motorway.\n"
    )
    run(store)
    begins = [
        care.why(store, str(tree / name)).documents[0].passages[0].begins for name in ("short.md", "long.md")
    ]
    assert begins == ["The kestrel hovers.", "The kestrel hovers over the meadow, over the river and over …"]
