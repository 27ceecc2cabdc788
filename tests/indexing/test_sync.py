"""One run equals a fresh index, whatever happened before, and costs only what changed."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gemmasearch.documents import Document, Problem, SyncReport
from gemmasearch.indexing import writing
from gemmasearch.indexing.current import MAX_TRIES
from gemmasearch.indexing.sync import sync
from gemmasearch.models import Passage
from gemmasearch.models.fake import FakeEmbedder
from gemmasearch.models.static import StaticEmbedder
from gemmasearch.readers import read
from gemmasearch.settings import Settings
from gemmasearch.store import Store
from tests.indexing.trees import contents, plant, sound


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    root.mkdir()
    return root


def settle(tree: Path) -> None:
    """Let the stamps of a tree be older than racy."""
    newest = max(os.stat(p).st_ctime for p in tree.rglob("*"))
    time.sleep(max(0, newest + 2.05 - time.time()))


def run(store: Store, *roots: Path, embedder: FakeEmbedder | StaticEmbedder | None = None, **options: object) -> SyncReport:  # fmt: skip
    reader = options.pop("read", read)
    paths = [str(r) for r in roots] or None
    return sync(store, embedder or FakeEmbedder(), reader, Settings(), roots=paths, **options)  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_second_run_reads_and_opens_nothing(store: Store, tree: Path) -> None:
    plant(tree, 20)
    settle(tree)
    assert run(store, tree).new == 21
    opened: list[str] = []

    def never(path: str) -> Iterator[Document | Problem]:
        opened.append(path)
        return read(path)

    embedder = FakeEmbedder()
    report = run(store, embedder=embedder, read=never)
    assert (report.unchanged, report.new, report.changed, opened, embedder.documents) == (21, 0, 0, [], 0)


def test_an_edit_within_the_clocks_grain_is_seen(store: Store, tree: Path) -> None:
    note = tree / "a.md"
    for number in range(10):
        note.write_text(f"word{number}")
        run(store, tree)
        stamp = os.stat(note)
        note.write_text(f"verb{number}")
        os.utime(note, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
        run(store)
        assert store.match(f"verb{number}", 5) and not store.match(f"word{number}", 5)


@pytest.mark.slow
def test_a_file_that_a_limit_kept_out_stayed_out_when_the_limit_was_raised(store: Store, tree: Path) -> None:
    def ran(**limits: int) -> SyncReport:
        settings = replace(Settings(), **limits)
        return sync(
            store, FakeEmbedder(), lambda path: read(path, settings=settings), settings, roots=[str(tree)]
        )

    (tree / "long.md").write_text("quartz " * 100)
    (tree / "short.md").write_text("feldspar")
    mail = "From: a@example.org\nSubject: ore\n\n" + "gneiss " * 100 + "mica\n"
    for folder in ("cur", "new", "tmp"):
        (tree / "box" / folder).mkdir(parents=True)
    (tree / "box" / "cur" / "1.host:2,S").write_text(mail)
    settle(tree)
    small = {"max_text_bytes": 500, "max_message_bytes": 300}
    assert ran(**small).skipped == {"too-large": 1}
    assert not store.match("quartz", 5) and store.match("gneiss", 5) and not store.match("mica", 5)
    assert ran(**small).unchanged == 2
    report = ran()
    assert (report.skipped, report.unchanged) == ({}, 1)
    assert store.match("quartz", 5) and store.match("mica", 5)
    assert ran().unchanged == ran(**small).unchanged == 3  # what was read is kept
    assert store.match("quartz", 5)


@pytest.mark.slow
def test_files_of_the_far_past_and_future_are_read_once(store: Store, tree: Path) -> None:
    for name, when in (("old", 0), ("new", 4_102_444_800), ("before", -86_400)):
        (tree / f"{name}.md").write_text(f"{name} words")
        os.utime(tree / f"{name}.md", (when, when))
    settle(tree)
    assert run(store, tree).new == 3
    assert run(store).unchanged == 3 and run(store).documents == 0


@pytest.mark.slow
def test_a_renamed_folder_and_flagged_mail_embed_nothing(store: Store, tree: Path) -> None:
    plant(tree, 30)
    for folder in ("cur", "new", "tmp"):
        (tree / "mail" / folder).mkdir(parents=True)
    for number in range(10):
        text = f"From: a@b.c\nSubject: s{number}\nDate: Mon, 5 Jan 2026 10:00:00 +0000\n\nbody {number}\n"
        (tree / "mail" / "new" / f"{number}.host").write_text(text)
    run(store, tree)
    (tree / "d1").rename(tree / "other")
    for number in range(10):
        (tree / "mail" / "new" / f"{number}.host").rename(tree / "mail" / "cur" / f"{number}.host:2,S")
    embedder = FakeEmbedder()
    report = run(store, embedder=embedder)
    assert embedder.documents == 0 and report.moved >= 4
    assert store.match("path : other", 50)
    assert {d.kind for d in store.documents_at(str(tree / "mail" / "cur" / "3.host:2,S"))} == {"mail"}


def test_a_rename_that_changes_the_format_is_read_again(store: Store, tree: Path) -> None:
    (tree / "a.txt").write_text("# Heading\n\ntext under it\n")
    run(store, tree)
    (tree / "a.txt").rename(tree / "a.md")
    run(store)
    assert store.documents_at(str(tree / "a.md"))[0].title == "Heading"


def test_an_edit_embeds_only_the_changed_passages(store: Store, tree: Path) -> None:
    parts = [f"## Part {n}\n\n" + f"Sentence about subject {n} with enough words. " * 12 for n in range(30)]
    (tree / "a.md").write_text("# Title\n\n" + "\n\n".join(parts))
    run(store, tree)
    parts[7] = parts[7].replace("subject", "object")
    (tree / "a.md").write_text("# Title\n\n" + "\n\n".join(parts))
    embedder = FakeEmbedder()
    run(store, embedder=embedder)
    assert 1 <= embedder.documents <= 2


def test_a_root_that_vanishes_or_empties_loses_nothing_until_told(store: Store, tree: Path) -> None:
    plant(tree, 20)
    run(store, tree)
    tree.rename(tree.with_name("away"))
    assert run(store).unavailable == (str(tree),)
    tree.mkdir()
    assert run(store).unavailable == (str(tree),)
    assert store.summary().indexed == 21
    assert run(store, prune=True).gone == 21


def test_prune_after_an_unmount_let_everything_go(store: Store, tree: Path) -> None:
    plant(tree, 20)
    run(store, tree)
    store.db.run("UPDATE files SET device = device + 1")  # the mount point lies on another file system
    tree.rename(tree.with_name("away"))
    assert run(store, prune=True).unavailable == (str(tree),)
    tree.mkdir()
    report = run(store, prune=True)
    assert (report.unavailable, report.gone, store.summary().indexed) == ((str(tree),), 0, 21)
    assert "`gsearch forget`" in store.roots()[0].unavailable


def test_more_than_half_gone_needs_a_word(store: Store, tree: Path) -> None:
    plant(tree, 40)
    run(store, tree)
    for path in sorted(tree.rglob("*.md"))[:30]:
        path.unlink()
    report = run(store)
    assert report.gone == 0 and report.unavailable == (str(tree),)
    assert run(store, prune=True).gone == 30


def test_a_folder_that_holds_most_of_a_root_may_be_renamed(store: Store, tree: Path) -> None:
    (tree / "notes").mkdir()
    plant(tree / "notes", 30)
    run(store, tree)
    (tree / "notes").rename(tree / "papers")
    report = run(store)
    assert (report.moved, report.gone, report.new, report.unavailable) == (31, 0, 0, ())


def test_files_that_change_places_and_copies_embed_nothing(store: Store, tree: Path) -> None:
    plant(tree, 12)
    run(store, tree)
    (tree / "d1").rename(tree / "d")
    (tree / "d2").rename(tree / "d1")
    (tree / "d").rename(tree / "d2")
    one, other = tree / "d3" / "note3.md", tree / "d4" / "note4.md"
    one.rename(tree / "x")
    other.rename(one)
    (tree / "x").rename(other)
    (tree / "copy.md").write_bytes((tree / "d5" / "note5.md").read_bytes())
    read_again: list[str] = []

    def reads(path: str) -> Iterator[Document | Problem]:
        read_again.append(os.path.basename(path))
        return read(path)

    embedder = FakeEmbedder()
    run(store, embedder=embedder, read=reads)
    assert embedder.documents == 0 and "copy.md" not in read_again
    assert (
        store.documents_at(str(tree / "copy.md"))[0].title
        == store.documents_at(str(tree / "d5" / "note5.md"))[0].title
    )
    sound(store.path)


class Recorder(FakeEmbedder):
    """Remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def embed_documents(self, passages: Sequence[Passage]) -> np.ndarray:
        self.texts += [p.text for p in passages]
        return super().embed_documents(passages)


def test_vectors_come_newest_files_first_also_across_runs(store: Store, tree: Path) -> None:
    def add(number: int, when: int) -> None:
        (tree / f"{number}.md").write_text(f"text of number {number}")
        os.utime(tree / f"{number}.md", (when, when))

    for number, when in enumerate((1_000_000_000, 1_500_000_000, 1_200_000_000)):
        add(number, when)
    assert run(store, tree, stop=lambda: store.summary().chunks == 3).pending == 3
    add(3, 1_400_000_000)
    run(store, embedder=(recorder := Recorder()))
    assert recorder.texts == [f"text of number {n}" for n in (1, 3, 2, 0)]


def test_a_file_edited_while_it_is_read_is_read_again_though_its_times_say_nothing(
    store: Store, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading took longer than a stamp is racy; what counts is when it began."""
    monkeypatch.setattr("gemmasearch.indexing.current.RACY_NS", 300_000_000)
    path = tree / "a.md"
    path.write_text("first words")

    def slowly(path: str) -> Iterator[Document | Problem]:
        found = list(read(path))
        time.sleep(0.4)
        return iter(found)

    run(store, tree, read=slowly)
    row = store.file(str(path))
    assert row and row.racy


def test_a_rule_that_came_later_takes_out_what_it_names(store: Store, tree: Path) -> None:
    plant(tree, 40)
    run(store, tree)
    (tree / ".gsearchignore").write_text("*.md\n")
    assert run(store).gone == 40


@pytest.mark.slow
def test_a_reader_that_fails_by_bad_luck_is_tried_three_times(store: Store, tree: Path) -> None:
    (tree / "a.md").write_text("words")
    settle(tree)
    tried: list[str] = []

    def hangs(path: str) -> Iterator[Document | Problem]:
        tried.append(path)
        yield Problem(path, "timeout")

    run(store, tree, read=hangs)
    for _ in range(5):
        run(store, read=hangs)
    assert len(tried) == MAX_TRIES
    (tree / "a.md").write_text("other words")
    assert run(store).skipped == {} and store.match("other", 5)


def test_nested_roots_hold_each_file_once_and_keep_their_own_rules(store: Store, tree: Path) -> None:
    plant(tree, 10)
    (tree / "d1" / ".dot.md").write_text("dotted")
    store.add_root(str(tree / "d1"), {"hidden": True})
    run(store, tree)
    assert store.match("dotted", 5)
    assert store.summary().indexed == 12
    assert run(store).gone == 0


def test_stopping_keeps_what_is_done_and_the_next_run_goes_on(
    store: Store, tree: Path, tmp_path: Path
) -> None:
    plant(tree, 40)
    asked = iter(range(10_000))
    report = run(store, tree, stop=lambda: next(asked) > 30)
    assert report.interrupted and 0 < store.summary().files < 41
    run(store)
    with Store.open(tmp_path / "w" / "index.db", create=True) as whole:
        run(whole, tree)
    assert contents(store.path) == contents(tmp_path / "w" / "index.db")
    sound(store.path)


def test_small_files_share_a_transaction_for_each_merges_the_full_text_index(
    store: Store, tree: Path
) -> None:
    plant(tree, 120)
    commits: list[int] = []
    store.db.connection.set_commit_hook(lambda: bool(commits.append(1)))
    report = run(store, tree)
    assert report.new == 121 and len(commits) < 60
    assert run(store).unchanged == 121


def test_fewer_dimensions_are_cut_from_what_is_there_without_the_model(store: Store, tree: Path) -> None:
    plant(tree, 10)
    run(store, tree, embedder=StaticEmbedder(256))
    for dim in (128, 64):
        smaller = StaticEmbedder(dim)

        def refuses(passages: object) -> np.ndarray:
            raise AssertionError("the model was asked")

        asked, smaller.embed_documents = smaller.embed_documents, refuses  # type: ignore[method-assign,assignment]
        run(store, embedder=smaller)
        space = store.active_space()
        assert space and space.dim == dim and len(store.spaces()) == 1
        row = store.passages([c for c, _ in store.match("boiler", 1)])[0]
        from gemmasearch.store.keys import passage_title

        expected = asked([Passage(passage_title(row.title, row.headings), row.text)])[0]
        best = store.nearest(expected, 1)[0]
        assert best[0] == row.chunk_id and best[1] == pytest.approx(1, abs=1e-3)


def test_going_up_in_dimensions_asks_the_model_and_serves_meanwhile(store: Store, tree: Path) -> None:
    plant(tree, 10)
    run(store, tree, embedder=StaticEmbedder(64))
    asked = iter(range(10_000))
    run(store, embedder=StaticEmbedder(128), stop=lambda: next(asked) > 2)
    space = store.active_space()
    assert space and space.dim == 64
    run(store, embedder=StaticEmbedder(128))
    space = store.active_space()
    assert space and space.dim == 128 and len(store.spaces()) == 1


def test_a_large_file_without_a_reader_is_not_read_for_its_hash(
    store: Store, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    digest_of = writing.digest_of
    monkeypatch.setattr(writing, "digest_of", lambda path: hashed.append(path) or digest_of(path))
    for name in ("disk.iso", "film.mkv", "long.txt"):
        with open(tree / name, "wb") as file:
            file.write(b"a b c\n" * 100 if name == "long.txt" else b"\x1f\x00\x02\xff" * 100)
            file.truncate(1 << 26)
    (tree / "a.md").write_text("word")
    report = run(store, tree)
    assert sum(report.skipped.values()) == 3 and report.new == 1
    assert hashed == [str(tree / "a.md")]


def test_a_large_archive_that_is_not_opened_was_read_to_its_end_for_its_hash(
    store: Store, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    monkeypatch.setattr(writing, "digest_of", lambda path, *_: hashed.append(path))
    for name, head in (
        ("backup.zip", b"PK\x03\x04" + bytes(26)),
        ("long.eml", b"From: a@b.org\nSubject: s\n\n"),
    ):
        with open(tree / name, "wb") as file:
            file.write(head)
            file.truncate(1 << 27)
    run(store, tree)
    assert not hashed


def test_a_run_told_to_stop_went_on_to_the_end_of_a_large_file(store: Store, tree: Path) -> None:
    """Of a mailbox of 50 GB all is read for its hash, and Ctrl-C was not heard before."""
    with open(tree / "mail.mbox", "wb") as file:
        file.write(b"From a@b.org Mon Jan  1 00:00:00 2024\nSubject: s\n\ntext\n")
        file.truncate(1 << 26)
    asked = iter(range(1_000_000))
    report = run(store, tree, stop=lambda: next(asked) > 20)
    assert report.interrupted and next(asked) < 40
    assert not store.file(str(tree / "mail.mbox"))
