"""Damage is named, what is derived is rebuilt, and what was removed is gone."""

from __future__ import annotations

import itertools
import random
import threading
from pathlib import Path

import apsw
import pytest

from gemmasearch.errors import IndexDamaged
from gemmasearch.store import Store
from gemmasearch.store.traces import scan
from tests.store.filled import add_note, embed


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store.open(tmp_path / "index.db", create=True)
    with made.writing():
        for number in range(600):
            add_note(
                made, f"/n/{number}.md", f"heating bill w{number * 7919 % 1000} ", f"second part {number} "
            )
    embed(made)
    return made


def damage(store: Store, sql: str) -> None:
    with store.db.unprotected():
        store.db.run("PRAGMA foreign_keys = OFF")
        store.db.run(sql)
        store.db.run("PRAGMA foreign_keys = ON")


def test_a_sound_index_gives_no_finding(store: Store) -> None:
    assert store.examine() == []


def test_what_a_run_wrote_between_two_looks_was_damage(store: Store) -> None:
    done = threading.Event()

    def rewrite() -> None:
        with Store.open(store.path) as writer:
            for number in itertools.count():
                if done.wait(0.02):  # the check of the words waits for a pause
                    return
                with writer.writing():
                    for file in range(number % 15, 600, 15):
                        add_note(writer, f"/n/{file}.md", f"round{number} of w{file} ", f"part {number} ")

    run = threading.Thread(target=rewrite)
    run.start()
    try:
        found = [store.examine() for _ in range(6)]
    finally:
        done.set()
        run.join()
    assert [each for each in found if each] == []


@pytest.mark.parametrize(
    ("sql", "where"),
    [
        ("DELETE FROM words_docsize WHERE id % 7 = 0", "words"),
        ("DELETE FROM words_data WHERE id > 100", "words"),
        ("DELETE FROM words_idx", "words"),
        ("UPDATE chunks SET text = replace(text, 'heating', 'cooling') WHERE id = 3", "rows"),
        ("UPDATE chunks SET text = text || '.' WHERE id = 3", "rows"),
        ("UPDATE documents SET date = 1 WHERE id = 3", "rows"),
        ("DELETE FROM chunks WHERE id = 6", "rows"),
        ("UPDATE vectors SET vector = zeroblob(32) WHERE id = 4", "vectors"),
        ("DELETE FROM vectors WHERE id % 5 = 0", "vectors"),
        ("UPDATE vectors SET vector = substr(vector, 1, 5) WHERE id = 4", "vectors"),
        ("INSERT INTO vectors(space_id, key, vector) VALUES(1, x'00', zeroblob(8))", "vectors"),
        ("DELETE FROM chunks WHERE id = 5", "rows"),
        ("DELETE FROM documents WHERE id = 5", "rows"),
    ],
)
def test_damage_that_changes_answers_is_named_and_what_is_derived_is_mended(
    store: Store, sql: str, where: str
) -> None:
    damage(store, sql)
    assert where in {f.where for f in store.examine()}
    if where == "rows":
        return  # only the files themselves can tell what stood there
    store.rebuild_derived()
    embed(store)
    assert store.examine() == []
    assert len(store.match("bill", 1000)) == 600
    assert store.vector_count(1) == 1200


def test_a_repair_that_is_killed_leaves_the_index_as_it_was(store: Store) -> None:
    damage(store, "DELETE FROM words_docsize WHERE id = 3")
    before = store.examine()
    store.db.connection.set_progress_handler(lambda: True, 5000)
    with pytest.raises(apsw.InterruptError):
        store.rebuild_derived()
    store.db.connection.set_progress_handler(None)
    assert [f.where for f in store.examine()] == [f.where for f in before]
    store.rebuild_derived()
    assert store.examine() == []


def test_long_lists_of_rows_that_come_and_go_stay_whole(tmp_path: Path) -> None:
    """FTS5's 'secure-delete' lost its way in lists that span pages."""
    chance = random.Random(1)
    with Store.open(tmp_path / "index.db", create=True) as store:
        for number in range(8):
            names = ["vim-yes", "vim-no", "nano", "gedit", "sed", "office", "rsync", "long"]
            chance.shuffle(names)
            for name in names:
                filler = "filler words of a long text go here\n" * 34
                texts = [filler] * 247 if name == "long" else []
                if number == 7 or chance.random() < 0.9:
                    add_note(
                        store, f"/t/{name}.txt", *texts, f"word{name[0]}{number} is new\nand more of {name}\n"
                    )
            store.db.run("INSERT INTO words(words, rank) VALUES('integrity-check', 1)")
        embed(store)
        store.purge_words()
        store.checkpoint()
        assert store.examine() == []
    raw = (tmp_path / "index.db").read_bytes()
    assert b"wordl7 is" in raw and b"wordl6" not in raw and b"wordg2" not in raw


def test_compact_gives_space_back(store: Store) -> None:
    store.checkpoint()
    store.remove_files(range(1, 550))
    before, after = store.compact()
    assert after < before / 2
    assert store.examine() == []


def test_failed_files_are_read_again_on_demand(store: Store) -> None:
    store.db.run("UPDATE files SET reason = 'timeout', tries = 3 WHERE id < 4")
    assert store.retry(["/n/1.md"]) == 1
    assert store.retry() == 3
    row = store.file("/n/1.md")
    assert row and row.stamp is None and row.tries == 0


def test_the_scan_for_bytes_sees_free_pages_and_block_borders(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(b"\0" * ((1 << 20) - 3) + b"canary" + b"\0" * 100)
    assert list(scan([str(path)], [b"canary", b"absent"])) == [(str(path), b"canary")]


def test_a_path_that_is_not_what_was_written_is_not_shown(store: Store) -> None:
    db = store.path
    store.checkpoint()
    store.close()
    raw = db.read_bytes()
    at = raw.index(b"/n/7.md")
    for place in (at, raw.index(b"/n/7.md", at + 1)):  # in the table or in its index
        db.write_bytes(raw[:place] + b"/n/8x" + raw[place + 5 :])
        with Store.open(db, read_only=True) as damaged, pytest.raises(IndexDamaged):
            damaged.passages([c for c, _ in damaged.match("heating", 2000)])
    db.write_bytes(raw)


def test_references_that_are_no_json_are_damage_and_no_bug(store: Store) -> None:
    damage(store, "UPDATE documents SET refs = CAST('x' AS BLOB) WHERE id = 5")
    assert "rows" in {f.where for f in store.examine()}
