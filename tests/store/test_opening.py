"""The index file as it is opened: private, recognised, refused, and what a disk does to it."""

from __future__ import annotations

import os
import stat
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import apsw
import pytest

from gemmasearch.errors import IndexDamaged, IndexForeign, IndexMissing, IndexTooNew, MachineRefused
from gemmasearch.store import Store, schema
from tests.store.filled import add_note


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "made" / "index.db"


def test_pragmas_that_answer_with_a_row_do_not_swallow_those_after_them(db: Path) -> None:
    with Store.open(db, create=True) as store:
        got = {name: store.db.value(f"PRAGMA {name}") for name in
               ("journal_mode", "synchronous", "secure_delete", "trusted_schema", "foreign_keys", "temp_store")}  # fmt: skip
    assert got == {"journal_mode": "wal", "synchronous": 1, "secure_delete": 1, "trusted_schema": 0,
                   "foreign_keys": 1, "temp_store": 2}  # fmt: skip


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_every_file_of_the_index_is_private_from_its_first_byte(db: Path, mask: int) -> None:
    seen: dict[str, int] = {}
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            for entry in os.scandir(db.parent) if db.parent.exists() else ():
                try:
                    seen[entry.name] = seen.get(entry.name, 0) | stat.S_IMODE(entry.stat().st_mode)
                except FileNotFoundError:
                    continue

    watcher = threading.Thread(target=watch)
    before = os.umask(mask)
    try:
        watcher.start()
        with Store.open(db, create=True) as store:
            for number in range(50):
                add_note(store, f"/n/{number}.md", f"text {number} ")
            assert stat.S_IMODE(db.parent.stat().st_mode) == 0o700
            late = time.monotonic() + 20
            while not {"index.db-wal", "index.db-shm"} <= seen.keys() and time.monotonic() < late:
                time.sleep(0.01)
    finally:
        done.set()
        watcher.join()
        os.umask(before)
    assert set(seen) >= {"index.db", "index.db-wal", "index.db-shm"}
    assert all(mode & 0o077 == 0 for mode in seen.values()), seen


def test_an_open_index_of_an_old_mode_becomes_private(db: Path) -> None:
    Store.open(db, create=True).close()
    db.chmod(0o644)
    Store.open(db, create=True).close()
    assert stat.S_IMODE(db.stat().st_mode) == 0o600


def test_what_sqlite_keeps_beside_an_index_of_an_old_mode_becomes_private_with_it(db: Path) -> None:
    Store.open(db, create=True).close()
    db.chmod(0o644)
    beside = [db.with_name(f"index.db{suffix}") for suffix in ("-wal", "-shm")]
    with Store.open(db) as reader:  # makes both, of the mode that the index has
        reader.roots()
        assert [stat.S_IMODE(path.stat().st_mode) for path in beside] == [0o644, 0o644]
        Store.open(db, create=True).close()
        assert [stat.S_IMODE(path.stat().st_mode) for path in (db, *beside)] == [0o600] * 3


def test_a_file_that_is_no_index_keeps_its_mode(tmp_path: Path) -> None:
    text = tmp_path / "letter.txt"
    text.write_text("this is no database")
    text.chmod(0o644)
    for create in (True, False):
        with pytest.raises(IndexForeign):
            Store.open(text, create=create)
    assert stat.S_IMODE(text.stat().st_mode) == 0o644


def test_a_pipe_or_device_is_no_index_and_neither_waited_for_nor_changed(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o644)
    for path in (pipe, Path("/dev/null")):
        before = stat.S_IMODE(path.stat().st_mode)
        for create in (True, False):
            with pytest.raises(IndexForeign):
                Store.open(path, create=create, read_only=not create)
        assert stat.S_IMODE(path.stat().st_mode) == before


def test_missing_foreign_and_newer_files_are_refused_and_left_alone(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        Store.open(tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()
    other = tmp_path / "other.db"
    connection = apsw.Connection(str(other))
    connection.execute("CREATE TABLE t(x)")
    connection.close()
    text = tmp_path / "text.db"
    text.write_text("this is no database " * 100)
    for path in (other, text, tmp_path):
        before = path.read_bytes() if path.is_file() else b""
        for create in (True, False):
            with pytest.raises(IndexForeign):
                Store.open(path, create=create)
        assert not path.is_file() or path.read_bytes() == before


def test_a_newer_schema_is_refused_with_both_versions_and_not_touched(db: Path) -> None:
    Store.open(db, create=True).close()
    connection = apsw.Connection(str(db))
    connection.execute("PRAGMA user_version = 9999")
    connection.close()
    before = db.read_bytes()
    for read_only in (True, False):
        with pytest.raises(IndexTooNew, match=f"9999.*{schema.VERSION}"):
            Store.open(db, create=not read_only, read_only=read_only)
    assert db.read_bytes() == before


@pytest.mark.parametrize("version", [-1, 0, 1, 5])
def test_an_index_whose_schema_number_is_damaged_was_called_a_bug(db: Path, version: int) -> None:
    Store.open(db, create=True).close()
    connection = apsw.Connection(str(db))
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    for read_only in (True, False):
        with pytest.raises(IndexDamaged) as caught:
            Store.open(db, create=not read_only, read_only=read_only)
        assert str(db) in caught.value.message
        assert "doctor --repair" in caught.value.hint


def test_damaged_pages_are_an_index_error_and_no_traceback(db: Path) -> None:
    with Store.open(db, create=True) as store:
        for number in range(200):
            add_note(store, f"/n/{number}.md", f"words of note {number} " * 20)
        store.checkpoint()
    whole = db.read_bytes()
    db.write_bytes(whole[:8192] + os.urandom(len(whole) - 16384) + whole[-8192:])
    with pytest.raises(IndexDamaged), Store.open(db, read_only=True) as store:
        store.match("words", 10)
        store.passages(range(1, 200))
        store.summary()


def mount(folder: Path, options: str) -> None:
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=False).returncode:
        pytest.skip("no small disk can be mounted here")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount(folder, "size=2m")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_a_full_disk_is_said_and_the_index_stays_as_good_as_before(disk: Path) -> None:
    with Store.open(disk / "index.db", create=True) as store:
        add_note(store, "/kept.md", "kept words ")
        with pytest.raises(MachineRefused, match="no space left"):
            for number in range(100):
                add_note(store, f"/n/{number}.md", os.urandom(30_000).hex())
        assert store.match("kept", 5)
        assert store.db.value("PRAGMA integrity_check") == "ok"
        mount(disk, "remount,size=8m")
        add_note(store, "/after.md", "after ")
        assert store.match("after", 5)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="nothing can be made in /proc")
def test_an_index_whose_folder_could_not_be_made_was_said_to_be_missing() -> None:
    with pytest.raises(
        MachineRefused, match=r"cannot make /proc/\.local for an index in /proc/\.local/share"
    ):
        Store.open(Path("/proc/.local/share/gsearch/index.db"), create=True)
    with pytest.raises(IndexMissing):
        Store.open(Path("/proc/.local/share/gsearch/index.db"), read_only=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_an_index_for_which_the_disk_was_too_small_was_said_to_be_of_an_older_gsearch(disk: Path) -> None:
    halfway = 0
    for size in range(80, 400, 20):
        mount(disk, f"remount,size={size}k")
        with suppress(MachineRefused):
            Store.open(disk / "index.db", create=True).close()
            break
        with pytest.raises(IndexMissing, match=r"there is no (usable )?index at") as met:
            Store.open(disk / "index.db", read_only=True)
        halfway += "broke off" in met.value.message
        for file in disk.iterdir():
            file.unlink()
    assert halfway


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_an_index_on_a_read_only_disk_can_be_searched(disk: Path) -> None:
    with Store.open(disk / "index.db", create=True) as store:
        add_note(store, "/a.md", "first ")
    mount(disk, "remount,ro")
    with Store.open(disk / "index.db", read_only=True) as store:
        assert store.match("first", 5)
    with pytest.raises(MachineRefused):
        Store.open(disk / "index.db", create=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_a_copy_with_its_wal_on_a_read_only_disk_did_not_say_what_it_lacks(disk: Path, db: Path) -> None:
    with Store.open(db, create=True) as store:
        add_note(store, "/a.md", "first ")
        for end in ("", "-wal"):
            (disk / f"index.db{end}").write_bytes(Path(f"{db}{end}").read_bytes())
    mount(disk, "remount,ro")
    with pytest.raises(MachineRefused, match=r"index\.db-wal holds what was written last") as caught:
        Store.open(disk / "index.db", read_only=True)
    assert "copy both files" in caught.value.hint


def test_a_folder_that_cannot_be_written_is_the_machines_no(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(MachineRefused):
        Store.open(tmp_path / "file" / "index.db", create=True)
