"""Whatever happens to a tree, one run afterwards equals a fresh index of it."""

from __future__ import annotations

import os
import random
import re
import shutil
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from gemmasearch.indexing import current, putting, writing
from gemmasearch.indexing.sync import sync
from gemmasearch.models.fake import FakeEmbedder
from gemmasearch.readers import Isolated, growth
from gemmasearch.settings import Settings
from gemmasearch.store import Store
from tests.indexing.trees import contents, hits, message, note, sound, without_privileges

NAMES = st.sampled_from(
    ["a.md", "b.txt", "c.md", "sub/a.md", "sub/d.org", "sub/deep/e.md", "f", "ü\u0308.md"]
)
BOXES = st.sampled_from(["box.mbox", "sub/box.mbox"])
MAIL = st.integers(0, 5)
SEEDS = st.integers(0, 12)  # few texts, so that copies and reverts happen


PATCHED = (
    (current, "RACY_NS", 20_000_000),  # several ticks of the kernel's clock, so that histories are short
    (putting, "DOCUMENTS_PER_TRANSACTION", 3),
)


class Tree(RuleBasedStateMachine):
    readers: Isolated  # one for all: starting a worker takes longer than reading
    tried = compared = 0

    @initialize(worth=st.sampled_from([0, growth.WORTH]))
    def begin(self, worth: int) -> None:
        self.patch = pytest.MonkeyPatch()
        for module, name, value in (*PATCHED, (growth, "WORTH", worth)):
            self.patch.setattr(module, name, value)
        self.privileges = without_privileges()
        self.privileges.__enter__()
        self.folder = Path(tempfile.mkdtemp(prefix="gsearch-machine-"))
        self.tree = self.folder / "tree"
        for name in ("sub/deep", "other", "mail/cur", "mail/new", "mail/tmp"):
            (self.tree / name).mkdir(parents=True)
        self.db = self.folder / "i" / "index.db"
        self.fresh = 0
        Tree.tried += 1

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            try:
                self.run_and_compare()
            finally:
                self.patch.undo()
                self.privileges.__exit__(None, None, None)
                shutil.rmtree(self.folder, ignore_errors=True)

    def place(self, name: str) -> Path | None:
        """The path of a regular file or of nothing yet, unless something else stands in its way."""
        path = self.tree / name
        if not path.parent.is_dir() or (os.path.lexists(path) and not is_plain(path)):
            return None
        return path

    def there(self, name: str) -> Path | None:
        """The path of a file that can be read and written."""
        path = self.place(name)
        return path if path and path.exists() and path.stat().st_mode & 0o600 == 0o600 else None

    @rule(name=NAMES, seed=SEEDS)
    def write(self, name: str, seed: int) -> None:
        path = self.place(name)
        if path and (not path.exists() or self.there(name)):
            path.write_text(note(random.Random(seed), 2), encoding="utf-8")

    @rule(name=NAMES, seed=SEEDS)
    def write_unseen(self, name: str, seed: int) -> None:
        """An edit that keeps size and times, as far as anybody can."""
        path = self.there(name)
        if path and path.stat().st_size:
            before = path.stat()
            text = note(random.Random(seed), 2).encode()[: before.st_size].ljust(before.st_size, b".")
            path.write_bytes(text)
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    @rule(name=NAMES, size=st.integers(0, 60))
    def truncate(self, name: str, size: int) -> None:
        if path := self.there(name):
            os.truncate(path, min(size, path.stat().st_size))

    @rule(name=NAMES, to=NAMES)
    def move(self, name: str, to: str) -> None:
        source, target = self.place(name), self.place(to)
        if source and target and source.exists():
            source.rename(target)

    @rule(name=NAMES, to=NAMES)
    def copy(self, name: str, to: str) -> None:
        source, target = self.there(name), self.place(to)
        if source and target and source != target and (not target.exists() or self.there(to)):
            shutil.copy2(source, target)

    @rule(name=NAMES | BOXES, to=NAMES | BOXES)
    def change_places(self, name: str, to: str) -> None:
        one, other = self.place(name), self.place(to)
        if one and other and one.exists() and other.exists() and one != other:
            one.rename(self.folder / "aside")
            other.rename(one)
            (self.folder / "aside").rename(other)

    @rule(name=NAMES | BOXES, mode=st.sampled_from([0o000, 0o200, 0o644]))
    def chmod(self, name: str, mode: int) -> None:
        path = self.place(name)
        if path and path.exists():
            path.chmod(mode)
            if not mode & 0o400:
                with pytest.raises(PermissionError):
                    path.read_bytes()

    @rule(name=NAMES, kind=st.sampled_from(["pipe", "link", "folder link"]))
    def replace_by_something_else(self, name: str, kind: str) -> None:
        if path := self.place(name):
            path.unlink(missing_ok=True)
            if kind == "pipe":
                os.mkfifo(path)
            else:
                path.symlink_to(self.tree / ("mail" if kind == "folder link" else "a.md"))

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        path = self.tree / name
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            path.unlink()

    @rule()
    def swap_file_and_folder(self) -> None:
        path = self.tree / "f"
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
            path.write_text("f is a file")
        else:
            path.unlink(missing_ok=True)
            path.mkdir()
            (path / "inside.md").write_text("f is a folder")

    @rule()
    def rename_folder(self) -> None:
        old, new = self.tree / "sub", self.tree / "bus"
        if old.exists() and not new.exists():
            old.rename(new)
        elif new.exists() and not old.exists():
            new.rename(old)

    @rule()
    def folders_change_places(self) -> None:
        one, other = self.tree / "sub", self.tree / "other"
        if one.exists():
            one.rename(self.folder / "aside")
            other.rename(one)
            (self.folder / "aside").rename(other)

    @rule(name=NAMES | BOXES, when=st.sampled_from([0, -1000, 10**9, 4 * 10**9]))
    def set_times(self, name: str, when: int) -> None:
        path = self.place(name)
        if path and path.exists():
            os.utime(path, (when, when))

    @rule(hours=st.sampled_from([0, 24]))
    def set_the_clock_back(self, hours: int) -> None:
        """What was written before bears times of the future."""
        self.patch.setattr(writing, "now_ns", lambda: time.time_ns() - hours * 3_600_000_000_000)

    @rule(number=MAIL, seed=SEEDS)
    def deliver(self, number: int, seed: int) -> None:
        text = message(random.Random(seed), number).partition("\n")[2]
        waiting = self.tree / "mail" / "tmp" / f"{number}.host"
        waiting.write_text(text)
        waiting.rename(self.tree / "mail" / "new" / waiting.name)

    @rule(number=MAIL, flags=st.sampled_from(["", "S", "FS"]))
    def flag(self, number: int, flags: str) -> None:
        for path in sorted((self.tree / "mail").glob(f"*/{number}.host*")):
            path.rename(self.tree / "mail" / "cur" / f"{number}.host:2,{flags}")

    @rule(number=MAIL)
    def expunge(self, number: int) -> None:
        for path in (self.tree / "mail").glob(f"*/{number}.host*"):
            path.unlink()

    @rule(name=BOXES, seeds=st.lists(SEEDS, min_size=1, max_size=3))
    def append(self, name: str, seeds: list[int]) -> None:
        path = self.place(name)
        if path and (not path.exists() or self.there(name)):
            with path.open("a") as stream:
                stream.write("".join(marked(message(random.Random(seed), seed)) for seed in seeds))

    @rule(name=BOXES, size=st.integers(1, 200))
    def append_the_beginning_of_a_message(self, name: str, size: int) -> None:
        if path := self.there(name):
            with path.open("a") as stream:
                stream.write(message(random.Random(size), size)[:size])

    @rule(name=BOXES, which=st.integers(0, 4), mark=st.sampled_from(["0001", "0009", "0008", "0000"]))
    def mark_in_place(self, name: str, which: int, mark: str) -> None:
        if path := self.there(name):
            text = path.read_bytes()
            places = [found.end() for found in re.finditer(rb"X-Mozilla-Status: ", text)]
            if which < len(places):
                with path.open("r+b") as stream:
                    stream.seek(places[which])
                    stream.write(mark.encode())

    @rule(name=BOXES, keep=st.integers(0, 5))
    def compact(self, name: str, keep: int) -> None:
        if path := self.there(name):
            parts = path.read_text().split("\nFrom ")
            path.with_suffix(".new").write_text("\nFrom ".join(parts[:keep] if keep else parts[:1]))
            path.with_suffix(".new").rename(path)

    @rule(after=st.integers(0, 40))
    def interrupted_run(self, after: int) -> None:
        asked = iter(range(10**9))
        self.run(self.db, lambda: next(asked) > after)

    @rule()
    def wait(self) -> None:
        time.sleep(0.03)

    @rule()
    def run_and_compare(self) -> None:
        report = self.run(self.db)
        assert not report.unavailable
        self.fresh += 1
        whole = self.folder / f"w{self.fresh}" / "index.db"
        self.run(whole)
        assert contents(self.db) == contents(whole)
        assert hits(self.db, 16) == hits(whole, 16)
        sound(self.db)
        shutil.rmtree(whole.parent)
        Tree.compared += 1

    def run(self, db: Path, stop=lambda: False):  # type: ignore[no-untyped-def]
        with Store.open(db, create=True) as store:
            embedder, roots = FakeEmbedder(dim=16), [str(self.tree)]
            return sync(store, embedder, self.readers.read, Settings(), roots=roots, stop=stop, prune=True)

    @invariant()
    def nothing_is_left_in_tmp(self) -> None:
        if hasattr(self, "tree"):
            assert not any((self.tree / "mail" / "tmp").iterdir())


def is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def marked(text: str) -> str:
    """A message as Thunderbird keeps it."""
    envelope, _, rest = text.partition("\n")
    return f"{envelope}\nX-Mozilla-Status: 0001\n{rest}"


def trial(sequences: int, steps: int) -> None:
    Tree.tried = Tree.compared = 0
    with Isolated(Settings()) as Tree.readers:
        run_state_machine_as_test(
            Tree,
            settings=settings(
                max_examples=sequences,
                stateful_step_count=steps,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                database=None,
            ),
        )
    print(f"{Tree.tried} sequences of up to {steps} changes, {Tree.compared} comparisons, 0 differences")
    assert Tree.tried >= sequences


def test_a_few_sequences_of_changes_equal_a_fresh_index() -> None:
    trial(4, 12)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_fifty_sequences_of_changes_equal_a_fresh_index() -> None:
    trial(50, 25)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_five_hundred_sequences_of_changes_equal_a_fresh_index() -> None:
    trial(max(20, round(500 * float(os.environ.get("GSEARCH_SOAK", "1.0")))), 30)
