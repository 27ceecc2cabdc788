"""What helper processes read and cut: the index is the one that the run alone would make."""

from __future__ import annotations

import os
import random
import signal
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from gemmasearch.documents import Document, SyncEvent, SyncReport
from gemmasearch.indexing import helper, putting, writing
from gemmasearch.indexing.helper import Maker, Task
from gemmasearch.indexing.measure import Measure
from gemmasearch.indexing.storing import Storing
from gemmasearch.indexing.sync import sync
from gemmasearch.models.fake import FakeEmbedder
from gemmasearch.models.static import StaticEmbedder
from gemmasearch.readers import Isolated
from gemmasearch.settings import Settings
from gemmasearch.store import Store
from gemmasearch.store.ready import Ready
from tests.indexing.trees import contents, note, plant, sound, stir

KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\n" + "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAAB\n" * 3


def plant_all(tree: Path) -> None:
    """What helpers read, what they give back, and what is not read at all."""
    plant(tree, 150)
    chance = random.Random(5)
    for number in range(12):
        (tree / f"page{number}.html").write_text(f"<title>Page</title><p>{note(chance)}</p>")
        (tree / f"twin{number}.md").write_text("# Twin\n\nThe same boiler and garden as elsewhere.\n")
    (tree / "hidden.txt").write_text(KEY)
    (tree / "empty.md").write_text("")
    (tree / "film.md").write_bytes(bytes(range(256)) * 40)
    (tree / "long.md").write_text(note(chance, 600))
    (tree / "code.py").write_text("def boiler(candle):\n    return candle\n")


def run(db: Path, tree: Path, *, many: int, stop: int | None = None) -> SyncReport:
    """
    :param many: small files for which helpers are started. :param stop: after so many files were read.
    """
    told: list[SyncEvent] = []
    with (
        Store.open(db, create=True) as store,
        Isolated() as readers,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(writing, "MANY", many)
        if many == 1:  # of the mailbox, too, most documents go to helpers
            patch.setattr(putting, "DOCUMENTS_PER_TRANSACTION", 4)
        return sync(
            store, StaticEmbedder(), readers.read, Settings(), roots=[str(tree)], progress=told.append,
            stop=lambda: stop is not None and len(told) > stop,
        )  # fmt: skip


def done_alone(folder: Path) -> tuple[Path, Path, Path]:
    """A tree, the index that a run without helpers made of it, and the place of one that helpers are to make."""
    tree, alone, helped = folder / "tree", folder / "a" / "i.db", folder / "h" / "i.db"
    plant_all(tree)
    run(alone, tree, many=10_000)
    return tree, alone, helped


def counts(report: SyncReport) -> tuple[object, ...]:
    problems = sorted((p.path, p.reason, p.part) for p in report.problems)
    files = (report.new, report.changed, report.moved, report.unchanged, report.gone)
    return (*files, report.documents, report.chunks, report.embedded, report.skipped, problems)


def helpers() -> list[psutil.Process]:
    """Those of this process that live. Other tests' children may live in it as well."""
    found = []
    for process in psutil.Process().children():
        with suppress(psutil.Error):  # one that is dead already
            if "indexing.helper" in " ".join(process.cmdline()):
                found.append(process)
    return found


@pytest.mark.slow
def test_notes_so_long_that_few_of_them_fill_the_batches_are_all_read(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    for number in range(40):
        text = f"# Note {number}\n\n" + "boiler " * helper.SMALL
        (tree / f"{number}.md").write_text(text[: helper.SMALL])
    assert run(tmp_path / "a" / "i.db", tree, many=1).new == 40


def test_helpers_start_while_folders_are_looked_at_and_end_with_a_look_that_is_told_to_stop(
    tmp_path: Path,
) -> None:
    tree = tmp_path / "tree"
    for number in range(240):
        (tree / f"{number % 2}").mkdir(parents=True, exist_ok=True)
        (tree / f"{number % 2}" / f"{number}.md").write_text("# Note\n\nA boiler.\n")
    alive: list[int] = []

    def stop() -> bool:
        alive.append(len(helpers()))
        return alive[-1] > 0

    with Store.open(tmp_path / "a" / "i.db", create=True) as store, Isolated() as readers:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(writing, "MANY", 50)
            report = sync(store, StaticEmbedder(), readers.read, Settings(), roots=[str(tree)], stop=stop)
        assert report.interrupted and not report.new
        assert alive[-1] and helpers() == []


@pytest.mark.slow
def test_the_index_is_the_same(tmp_path: Path) -> None:
    tree, alone, helped = tmp_path / "tree", tmp_path / "a" / "i.db", tmp_path / "h" / "i.db"
    plant_all(tree)
    assert counts(run(alone, tree, many=10_000)) == counts(run(helped, tree, many=1))
    assert contents(alone) == contents(helped)
    stir(tree, 1)
    (tree / "page1.html").write_text("<p>Another ladder.</p>")
    assert counts(run(alone, tree, many=10_000)) == counts(run(helped, tree, many=1))
    assert contents(alone) == contents(helped)
    sound(helped)
    assert helpers() == []


def plant_maildir(box: Path) -> None:
    chance = random.Random(9)
    for name in ("cur", "new", "tmp"):
        (box / name).mkdir(parents=True)
    for number in range(150):
        head = (
            f"From: Dana <dana@example.org>\nSubject: Note {number}\nMessage-ID: <{number}@example.org>\n\n"
        )
        (box / "cur" / f"{number}.host:2,S").write_text(head + note(chance))
    for number in range(3):  # the same bytes, side by side
        (box / "cur" / f"9{number}.host:2,S").write_text("Subject: Twin\n\nThe same boiler.\n")
    (box / "cur" / "empty.host:2,S").write_text("")
    (box / "cur" / "page.html").write_text("<p>A ladder.</p>")


@pytest.mark.slow
def test_messages_of_a_maildir_are_made_ready_by_helpers_not_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree, alone, helped = tmp_path / "tree", tmp_path / "a" / "i.db", tmp_path / "h" / "i.db"
    plant_maildir(tree / "box")
    expected = counts(run(alone, tree, many=10_000))
    given: list[int] = []
    together = writing.made_together

    def counted(files: list[list[Document | Ready]], *rest: object) -> object:
        given.append(len(files))
        return together(files, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(writing, "made_together", counted)
    assert counts(run(helped, tree, many=1)) == expected
    assert sum(given) >= 150 and len(given) < 50
    assert contents(alone) == contents(helped) and vectors(alone) == vectors(helped)
    sound(helped)


@pytest.mark.slow
def test_small_files_that_turn_into_long_texts_do_not_wait_for_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of them keeps its thread until it is written; those behind them are read then."""
    monkeypatch.setattr("gemmasearch.indexing.ahead.SHORT", 300)
    monkeypatch.setattr("gemmasearch.indexing.ahead.ROOM", 600)
    tree, alone, helped = tmp_path / "tree", tmp_path / "a" / "i.db", tmp_path / "h" / "i.db"
    plant_maildir(tree / "box")
    assert counts(run(helped, tree, many=1)) == counts(run(alone, tree, many=10_000))
    assert contents(alone) == contents(helped)


@pytest.mark.slow
def test_a_helper_that_dies_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree, alone, helped = done_alone(tmp_path)
    killed: list[int] = []
    told = writing.Writer._told

    def kill(self: writing.Writer, *about: object) -> None:
        if len(killed) < 2:
            for process in helpers():
                killed.append(process.pid)
                with suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGKILL)
        told(self, *about)  # type: ignore[arg-type]

    monkeypatch.setattr(writing.Writer, "_told", kill)
    run(helped, tree, many=1)
    assert killed
    assert contents(alone) == contents(helped)


@pytest.mark.slow
def test_a_run_that_is_stopped_ends_its_helpers_and_the_next_one_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree, alone, helped = done_alone(tmp_path)
    monkeypatch.setattr(writing, "SHARE", 32)
    report = run(helped, tree, many=1, stop=60)
    assert report.interrupted and 0 < report.new < 150
    assert helpers() == []
    run(helped, tree, many=1)
    sound(helped)
    assert contents(alone) == contents(helped)


def test_what_a_helper_cannot_do_comes_back(tmp_path: Path) -> None:
    for name, text in (("a.md", "# A\n\nboiler"), ("b.html", "<p>candle</p>"), ("c.txt", KEY), ("d.md", "")):
        (tmp_path / name).write_text(text)
    (tmp_path / "e.md").write_text("boiler " * helper.SMALL)
    (tmp_path / "f.md").write_text("boiler " * 200)
    task = Task(Settings(), 20, 40, Measure(FakeEmbedder().count_tokens).rates)
    names = ("a.md", "b.html", "c.txt", "c.txt", "d.md", "e.md", "f.md", "none.md")
    wanted = [(str(tmp_path / name), name, at != 3) for at, name in enumerate(names)]
    note_, page, key, allowed, empty, large, counted, absent = Maker(task).made(wanted)
    assert note_ and isinstance(note_[1][0], Ready) and note_[1][0].part == ""
    assert page is None and large is None and absent is None
    assert key and [p.reason for p in key[1] if not isinstance(p, Ready | Document)] == ["secret"]
    assert allowed and isinstance(allowed[1][0], Ready | Document)
    assert empty and [p.reason for p in empty[1] if not isinstance(p, Ready | Document)] == ["empty"]
    assert counted and isinstance(counted[1][0], Document)


def vectors(db: Path) -> dict[bytes, bytes]:
    with Store.open(db, read_only=True) as store:
        return dict(store.db.rows("SELECT key, vector FROM vectors"))


@pytest.mark.slow
def test_vectors_that_come_with_the_rows_are_those_that_follow_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree, alone, helped = done_alone(tmp_path)
    came: list[int] = []
    write = Storing.write_vectors

    def count(self: Storing, least: int = 1) -> None:
        came.append(len(self._keys))
        write(self, least)

    monkeypatch.setattr(Storing, "write_vectors", count)
    monkeypatch.setattr(writing, "TOGETHER", 50)
    run(helped, tree, many=1)
    assert sum(came) > 150
    assert vectors(alone) == vectors(helped)


@pytest.mark.slow
def test_vectors_that_had_not_been_written_when_a_run_died_are_made_by_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree, alone, helped = done_alone(tmp_path)

    def die(self: Storing, least: int = 1) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Storing, "write_vectors", die)
        run(helped, tree, many=1)
    run(helped, tree, many=1)
    sound(helped)
    assert contents(alone) == contents(helped)
    assert vectors(alone) == vectors(helped)
