"""The doctor: healthy is said of healthy indexes only, and a repair restores what the files say."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import apsw
import pytest

from gemmasearch.errors import IndexMissing
from gemmasearch.indexing.doctor import doctor
from gemmasearch.indexing.repair import repair
from gemmasearch.indexing.sync import sync
from gemmasearch.models.fake import FakeEmbedder
from gemmasearch.readers import read
from gemmasearch.settings import Settings
from gemmasearch.store import Store
from tests.indexing.trees import contents, plant, without_privileges


def run(db: Path, tree: Path | None = None) -> None:
    with Store.open(db, create=True) as store:
        sync(store, FakeEmbedder(), read, Settings(), roots=[str(tree)] if tree else None)


@pytest.fixture
def db(tmp_path: Path) -> Path:
    plant(tmp_path / "tree", 30)
    run(tmp_path / "i" / "index.db", tmp_path / "tree")
    return tmp_path / "i" / "index.db"


def bad(db: Path) -> set[str]:
    return {c.name for c in doctor(db) if not c.ok} - {"free space", "watch limit", "libraries"}


def test_a_sound_index_is_sound_and_needs_no_repair(db: Path) -> None:
    assert bad(db) == set()
    assert repair(db) is None
    assert [p.name for p in db.parent.iterdir() if "bak" in p.name] == []


@pytest.mark.parametrize("damage", ["words", "file"])
def test_what_a_repair_keeps_of_a_file_that_others_could_read_is_private(db: Path, damage: str) -> None:
    if damage == "file":
        os.truncate(db, db.stat().st_size // 2)
    else:
        with Store.open(db) as store:
            store.db.run("DELETE FROM words WHERE rowid = 3")
    db.chmod(0o644)
    repaired = repair(db)
    assert repaired is not None and repaired.reindex == (damage == "file")
    kept = [p for p in db.parent.iterdir() if "bak" in p.name]
    assert kept and all(p.stat().st_mode & 0o777 == 0o600 for p in kept)


@pytest.mark.parametrize("part", [0.95, 0.8])
def test_a_copy_that_was_broken_off_lost_its_folders_and_what_was_to_stay_forgotten(
    db: Path, tmp_path: Path, part: float
) -> None:
    with Store.open(db) as store:
        store.db.run("INSERT INTO forgotten(hash, at) VALUES(x'aa', 1.0)")
    pages = db.stat().st_size // 4096
    os.truncate(db, int(pages * part) * 4096)
    repaired = repair(db)
    assert repaired is not None and repaired.reindex and repaired.roots == (str(tmp_path / "tree"),)
    with Store.open(db) as store:
        assert list(store.db.rows("SELECT hash FROM forgotten")) == [(b"\xaa",)]
    assert bad(db) == set()


def test_open_permissions_and_a_missing_index_are_named(db: Path, tmp_path: Path) -> None:
    db.chmod(0o644)
    assert bad(db) == {"permissions"}
    assert "index" in bad(tmp_path / "none.db")
    with pytest.raises(IndexMissing):
        repair(tmp_path / "none.db")


def test_a_folder_in_which_everyone_may_put_another_index_is_named(db: Path) -> None:
    db.parent.chmod(0o777)
    assert bad(db) == {"folder"}
    db.parent.chmod(0o1777)  # as in /tmp: what is there stays its owner's
    assert bad(db) == set()
    db.parent.chmod(0o700)


@pytest.mark.parametrize("closed", ["file", "folder", "both"])
def test_an_index_that_can_be_searched_and_not_written_was_called_wrong(db: Path, closed: str) -> None:
    with without_privileges():
        db.chmod(0o600 if closed == "folder" else 0o400)
        db.parent.chmod(0o700 if closed == "file" else 0o500)
        try:
            found = {check.name: check for check in doctor(db)}
        finally:
            db.parent.chmod(0o700)
    assert not found["folder"].ok and "read-only: searches work" in found["folder"].detail
    sound = {
        name: found[name].detail for name in ("index", "file", "rows", "words", "vectors") if found[name].ok
    }
    assert set(sound) == {"index", "file", "rows", "words", "vectors"}
    assert "cannot be written here" in sound["index"] and sound["rows"] == "sound"


def test_an_empty_mount_point_was_all_there_for_the_doctor(db: Path, tmp_path: Path) -> None:
    (tmp_path / "tree").rename(tmp_path / "unmounted")
    (tmp_path / "tree").mkdir()
    run(db)
    assert bad(db) == {"folders"}
    (tmp_path / "tree").rmdir()
    (tmp_path / "unmounted").rename(tmp_path / "tree")
    run(db)
    assert bad(db) == set()


def test_a_damaged_schema_number_is_named_and_the_index_begun_anew(db: Path, tmp_path: Path) -> None:
    connection = apsw.Connection(str(db))
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    assert "index" in bad(db)
    assert repair(db) is not None
    run(db, tmp_path / "tree")
    assert bad(db) == set()


def test_nobody_is_told_to_change_the_mode_of_a_file_that_is_no_index(tmp_path: Path) -> None:
    other = tmp_path / "letter.txt"
    other.write_text("not an index")
    other.chmod(0o644)
    assert bad(other) == {"index"}


def test_lost_words_are_rebuilt_and_the_damaged_file_is_kept(db: Path) -> None:
    expected = contents(db)
    with Store.open(db, create=True) as store, store.db.unprotected():
        store.db.run("DELETE FROM words_docsize WHERE id % 3 = 0")
        store.db.run("DELETE FROM vectors WHERE id % 4 = 0")
    assert {"words", "vectors"} <= bad(db)
    done = repair(db)
    assert done and not done.reindex and os.path.getsize(done.backup) > 0
    assert os.stat(done.backup).st_mode & 0o077 == 0
    run(db)
    assert contents(db) == expected and bad(db) == set()


@pytest.mark.parametrize("where", [0, 1, 3, 10])
def test_a_zeroed_page_is_named_and_the_index_is_begun_anew(db: Path, tmp_path: Path, where: int) -> None:
    expected = contents(db)
    with Store.open(db, create=True) as store:
        store.checkpoint()
    raw = bytearray(db.read_bytes())
    raw[where * 4096 : (where + 1) * 4096] = bytes(4096)
    db.write_bytes(raw)
    shutil.rmtree(db.with_name("x"), ignore_errors=True)
    assert bad(db) & {"index", "file", "rows", "words", "vectors"}
    done = repair(db)
    assert done is not None
    run(db, None if done.roots else tmp_path / "tree")
    assert contents(db) == expected and bad(db) == set()
