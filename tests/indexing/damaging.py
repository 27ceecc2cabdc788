"""Damage to copies of an index, and what programs that use them do: each use in a process of its own."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import apsw

from gemmasearch.documents import Document
from gemmasearch.errors import GsearchError
from gemmasearch.index import Index
from gemmasearch.readers import read
from gemmasearch.settings import Settings
from gemmasearch.store import Store

PAGE = 4096
SHOWN = 25
QUERIES = (
    "boiler garden", "orchard", '"candle"', "type:mail harbour", "ribbon -engine", "violin OR quarry", "zephyr timber",
    "subject:meadow", "from:needle", "path:d3 island", "path:box saddle", "kettl*", "umbrella window yellow",
    "date:2026 ladder", "type:note pepper", "in:d1 daisy", "jacket fabric apple", "path:d5 needle", "has:title engine",
    "lang:en boiler", "size:>100 quarry", "before:2030 meadow", "ladder violin daisy saddle", "quoted:no garden",
    "signal42", "signal77", "signal120", "to:nora ribbon", "title:apple", "kind:mail",
)  # fmt: skip


def settings(db: Path) -> Settings:
    return replace(Settings(), db=str(db), embedder="fake", generator="none")


def answers(db: Path) -> dict[str, list[Any]]:
    """What searches find, without what differs between equal indexes (numbers of rows)."""
    found: dict[str, list[Any]] = {}
    with Index.open(settings=settings(db), create=False, read_only=True) as index:
        for query in QUERIES:
            for mode in ("words", "hybrid"):
                hits = index.search(query, mode=mode, limit=SHOWN, per_document=5, collapse=False)
                found[f"{mode} {query}"] = [
                    (h.path, h.part, h.title, h.text, h.line, h.page or 0, h.sender, h.date or 0, h.score)
                    for h in hits
                ]
    return found


def absent_text(found: dict[str, list[Any]], texts: dict[str, str]) -> list[str]:
    """Texts of hits that do not stand in their files."""
    shown = {(hit[0], hit[3]) for hits in found.values() for hit in hits}
    return [text for path, text in shown if _flat(text) not in texts.get(path, "")]


def texts_of(tree: Path) -> dict[str, str]:
    """Path -> all that its reader finds in it, without white space."""
    found = {}
    for path in tree.rglob("*"):
        if path.is_file():
            said = [item.text for item in read(str(path)) if isinstance(item, Document)]
            found[str(path)] = _flat(" ".join(said))
    return found


def _flat(text: str) -> str:
    return re.sub(r"\s+", "", text)


def apart(work: Callable[[], Any]) -> tuple[str, Any]:
    """Run in a child: ("done", result), ("refused", exit code and message), ("bug", …) or ("signal", number)."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            said = ("done", work())
        except GsearchError as e:
            said = ("refused", [e.exit_code, e.message])
        except BaseException as e:
            said = ("bug", repr(e))
        with os.fdopen(writing, "w") as stream:
            stream.write(json.dumps(said, default=str))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        text = stream.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) or not text:
        return "signal", status
    kind, value = json.loads(text)
    return kind, value


# -- damage ---------------------------------------------------------------------------------------------------


def pages(kind: str) -> Callable[[Path, random.Random], None]:
    """Some random pages flipped, zeroed, or the file cut short."""

    def damage(db: Path, chance: random.Random) -> None:
        raw = bytearray(db.read_bytes())
        count = len(raw) // PAGE
        for number in chance.sample(range(count), chance.choice((1, 1, 2, 4))):
            at = number * PAGE
            if kind == "zero":
                raw[at : at + PAGE] = bytes(PAGE)
            elif kind == "flip":
                for _ in range(chance.choice((1, 8, 64))):
                    raw[at + chance.randrange(PAGE)] ^= 1 << chance.randrange(8)
            else:
                raw = raw[: max(PAGE, at + chance.choice((0, 0, 100)))]
                break
        db.write_bytes(raw)

    return damage


@contextmanager
def raw_store(db: Path) -> Iterator[Store]:
    with Store.open(db, create=True) as store, store.db.unprotected():
        store.db.run("PRAGMA foreign_keys = OFF")
        yield store
        store.checkpoint()


def shadow_rows(db: Path, chance: random.Random) -> None:
    """Rows missing from a table that is derived, or that holds what words and vectors come from."""
    table, key = chance.choice(
        (
            ("words_data", "id"),
            ("words_idx", "rowid"),
            ("words_docsize", "id"),
            ("vectors", "id"),
            ("words_config", "k"),
        )
    )
    with raw_store(db) as store:
        if table in ("words_idx", "words_config"):
            store.db.run(f"DELETE FROM {table}")
            return
        ids = [id for (id,) in store.db.rows(f"SELECT {key} FROM {table}")]
        for id in chance.sample(ids, min(len(ids), chance.choice((1, 3, 20)))):
            store.db.run(f"DELETE FROM {table} WHERE {key} = ?", (id,))


def out_of_step(db: Path, chance: random.Random) -> None:
    """Content that changed, came or went without its words."""
    with raw_store(db) as store:
        ids = [id for (id,) in store.db.rows("SELECT id FROM chunks")]
        chosen = chance.sample(ids, chance.choice((1, 2, 10)))
        change = chance.choice(
            (
                "UPDATE chunks SET text = replace(text, 'boiler', 'border') || ' orchard' WHERE id = ?",
                "DELETE FROM chunks WHERE id = ?",
                "DELETE FROM documents WHERE id = (SELECT document_id FROM chunks WHERE id = ?)",
                "UPDATE documents SET title = 'orchard' WHERE id = (SELECT document_id FROM chunks WHERE id = ?)",
                "DELETE FROM words_docsize WHERE id = ?",
                "UPDATE documents SET date = 1.0 WHERE id = (SELECT document_id FROM chunks WHERE id = ?)",
            )
        )
        for id in chosen:
            store.db.run(change, (id,))


def columns(db: Path) -> list[tuple[str, str]]:
    """(table, column) of all tables but those of SQLite and of the full-text index."""
    sql = r"""SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c
              WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.sql NOT LIKE '%fts5%'
                AND t.name NOT LIKE 'words\_%' ESCAPE '\'"""
    with apsw.Connection(str(db)) as connection:
        return list(connection.execute(sql))


def of_another_type(db: Path, table: str, column: str, value: str) -> bool:
    """Write an SQL expression into a column of some rows, past all that would keep it out.

    :return: whether it could, and is of another type than what was there.
    """
    with apsw.Connection(str(db)) as connection:
        connection.pragma("ignore_check_constraints", 1)
        for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        where = f'"{column}" IN (SELECT "{column}" FROM {table} LIMIT 2) AND typeof("{column}") <> typeof({value})'
        try:
            connection.execute(f'UPDATE {table} SET "{column}" = {value} WHERE {where}')
        except (apsw.ConstraintError, apsw.MismatchError):  # NOT NULL, unique, or the number of the row
            return False
        return connection.changes() > 0


def cut_vectors(db: Path, chance: random.Random) -> None:
    with raw_store(db) as store:
        ids = [id for (id,) in store.db.rows("SELECT id FROM vectors")]
        length = chance.choice((0, 4, 100, 255))
        for id in chance.sample(ids, chance.choice((1, 5, 50))):
            store.db.run("UPDATE vectors SET vector = substr(vector, 1, ?) WHERE id = ?", (length, id))


def copy(db: Path, folder: Path) -> Path:
    """The files of an index, byte by byte, as they lie there."""
    folder.mkdir(parents=True)
    for path in db.parent.iterdir():
        shutil.copyfile(path, folder / path.name)
        (folder / path.name).chmod(0o600)
    return folder / db.name


def without_wal(db: Path, chance: random.Random) -> None:
    for end in chance.choice((("-wal",), ("-wal", "-shm"))):
        Path(f"{db}{end}").unlink(missing_ok=True)


def wal_of(other: Path) -> Callable[[Path, random.Random], None]:
    """The journal of another index in the place of this one's."""

    def damage(db: Path, chance: random.Random) -> None:
        for end in chance.choice((("-wal",), ("-wal", "-shm"), ("-shm",))):
            shutil.copyfile(f"{other}{end}", f"{db}{end}")

    return damage


def mix(
    total: int, killed: Path, sound: Path, other: Path
) -> Sequence[tuple[str, Path, Callable[[Path, random.Random], None]]]:
    """Half damaged pages, a tenth each of the rest: (name, which index to copy, damage)."""
    share = total // 10
    found: list[tuple[str, Path, Callable[[Path, random.Random], None]]] = []
    for number in range(5 * share):
        kind = ("flip", "zero", "cut")[number % 3]
        found.append((kind, sound, pages(kind)))
    found += [("shadow rows", sound, shadow_rows)] * share
    found += [("out of step", sound, out_of_step)] * share
    found += [("no wal", killed, without_wal)] * share
    found += [("foreign wal", killed, wal_of(other))] * share
    found += [("cut vectors", sound, cut_vectors)] * share
    return found
