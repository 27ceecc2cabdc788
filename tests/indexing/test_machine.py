"""Whatever happens to a tree, one run afterwards equals a fresh index of it."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from gemmasearch.indexing.sync import sync
from gemmasearch.models.fake import FakeEmbedder
from gemmasearch.readers import read
from gemmasearch.settings import Settings
from gemmasearch.store import Store
from tests.indexing.trees import contents, message, note, sound

NAMES = st.sampled_from(
    ["a.md", "b.txt", "c.md", "sub/a.md", "sub/d.org", "sub/deep/e.md", "f", "ü\u0308.md"]
)
BOXES = st.sampled_from(["box.mbox", "sub/box.mbox"])
MAIL = st.integers(0, 5)
SEEDS = st.integers(0, 12)  # few texts, so that copies and reverts happen


class Tree(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="gsearch-machine-"))
        self.tree = self.folder / "tree"
        for name in ("sub/deep", "mail/cur", "mail/new", "mail/tmp"):
            (self.tree / name).mkdir(parents=True)
        self.db = self.folder / "i" / "index.db"
        self.fresh = 0

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            try:
                self.run_and_compare()
            finally:
                shutil.rmtree(self.folder, ignore_errors=True)

    def place(self, name: str) -> Path | None:
        """The path, unless something else stands in its way."""
        path = self.tree / name
        if path.is_dir() or not path.parent.is_dir():
            return None
        return path

    @rule(name=NAMES, seed=SEEDS)
    def write(self, name: str, seed: int) -> None:
        if path := self.place(name):
            path.write_text(note(random.Random(seed), 2), encoding="utf-8")

    @rule(name=NAMES, seed=SEEDS)
    def write_unseen(self, name: str, seed: int) -> None:
        """An edit that keeps size and times, as far as anybody can."""
        path = self.place(name)
        if path and path.exists() and path.stat().st_size:
            before = path.stat()
            text = note(random.Random(seed), 2).encode()[: before.st_size].ljust(before.st_size, b".")
            path.write_bytes(text)
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    @rule(name=NAMES, size=st.integers(0, 60))
    def truncate(self, name: str, size: int) -> None:
        path = self.place(name)
        if path and path.exists():
            os.truncate(path, min(size, path.stat().st_size))

    @rule(name=NAMES, to=NAMES)
    def move(self, name: str, to: str) -> None:
        source, target = self.place(name), self.place(to)
        if source and target and source.exists():
            source.rename(target)

    @rule(name=NAMES, to=NAMES)
    def copy(self, name: str, to: str) -> None:
        source, target = self.place(name), self.place(to)
        if source and target and source.exists() and source != target:
            shutil.copy2(source, target)

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        if path := self.place(name):
            path.unlink(missing_ok=True)

    @rule()
    def swap_file_and_folder(self) -> None:
        path = self.tree / "f"
        if path.is_dir():
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

    @rule(name=NAMES, when=st.sampled_from([0, -1000, 10**9, 4 * 10**9]))
    def set_clock(self, name: str, when: int) -> None:
        path = self.place(name)
        if path and path.exists():
            os.utime(path, (when, when))

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
        if path := self.place(name):
            with path.open("a") as stream:
                stream.write("".join(message(random.Random(seed), seed) for seed in seeds))

    @rule(name=BOXES, keep=st.integers(0, 5))
    def compact(self, name: str, keep: int) -> None:
        path = self.place(name)
        if path and path.exists():
            parts = path.read_text().split("\nFrom ")
            path.with_suffix(".new").write_text("\nFrom ".join(parts[:keep] if keep else parts[:1]))
            path.with_suffix(".new").rename(path)

    @rule(after=st.integers(0, 40))
    def interrupted_run(self, after: int) -> None:
        asked = iter(range(10**9))
        self.run(self.db, lambda: next(asked) > after)

    @rule()
    def wait(self) -> None:
        time.sleep(0.01)

    @rule()
    def run_and_compare(self) -> None:
        report = self.run(self.db)
        assert not report.unavailable
        self.fresh += 1
        whole = self.folder / f"w{self.fresh}" / "index.db"
        self.run(whole)
        assert contents(self.db) == contents(whole)
        sound(self.db)
        shutil.rmtree(whole.parent)

    def run(self, db: Path, stop=lambda: False):  # type: ignore[no-untyped-def]
        with Store.open(db, create=True) as store:
            return sync(
                store, FakeEmbedder(dim=16), read, Settings(), roots=[str(self.tree)], stop=stop, prune=True
            )

    @invariant()
    def nothing_is_left_in_tmp(self) -> None:
        if hasattr(self, "tree"):
            assert not any((self.tree / "mail" / "tmp").iterdir())


def trial(sequences: int, steps: int) -> None:
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


def test_a_few_sequences_of_changes_equal_a_fresh_index() -> None:
    trial(4, 12)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_five_hundred_sequences_of_changes_equal_a_fresh_index() -> None:
    trial(max(20, round(500 * float(os.environ.get("GSEARCH_SOAK", "0.1")))), 25)
