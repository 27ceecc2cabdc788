"""Looking after the file: is it whole, what can be rebuilt, what gives space back."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import field
from pathlib import Path

from gemmasearch.errors import IndexDamaged, MachineRefused
from gemmasearch.light import dataclass
from gemmasearch.store import glance, schema, seals, signs
from gemmasearch.store.database import Database, Row
from gemmasearch.store.pictures import read_again
from gemmasearch.store.roots import below
from gemmasearch.store.subjects import names_of

# What comes of values of types that were never written. No damage may keep the doctor from naming it, or a repair
# from beginning anew.
ODD = (TypeError, AttributeError, ValueError, LookupError)


def _of_other_types(**columns: str) -> str:
    """SQL that is true for a row of which a column has none of its types: names of types, joined by ``_or_`` ->
    columns."""
    return " OR ".join(
        f"typeof({column}) NOT IN ({', '.join(repr(type) for type in types.split('_or_'))})"
        for types, names in columns.items()
        for column in names.split()
    )


# Rows without a seal, with a value of a type that is never written. (An "iif", as "AND" and "OR" keep to no order.)
_ODD_ROOT = """iif(typeof(path) = 'blob' AND typeof(options) = 'text' AND json_valid(options),
    json_type(options) <> 'object', true)"""
_ODD_FILE = _of_other_types(
    blob="path",
    text="path_words reader reason",
    blob_or_null="hash tail_hash",
    integer_or_null="size mtime_ns ctime_ns inode device tail",
)
_ODD_RECORD = """typeof(value) <> 'text' OR name NOT IN ('identity', 'unpurged', 'unswept', 'purged', 'glance')
    AND NOT iif(json_valid(value), json_type(value) IN ('object', 'array'), false)"""
_ODD_DOCUMENT = _of_other_types(integer_or_null='"offset" length')
_ODD_SPACE = "key IS NOT model || ':' || dim || ':' || prompt_version OR " + _of_other_types(
    text="name model", integer="dim full_dim prompt_version matryoshka complete_to"
)

# Each counts rows that cannot be there in a sound index.
_CONTRADICTIONS = {
    "chunks that belong to no document": (
        "SELECT count(*) FROM chunks WHERE document_id NOT IN (SELECT id FROM documents)"
    ),
    "documents that belong to no file": (
        "SELECT count(*) FROM documents WHERE file_id NOT IN (SELECT id FROM files)"
    ),
    "documents whose chunks do not partition their text": """
        SELECT count(*) FROM (
            SELECT document_id FROM chunks GROUP BY document_id
            HAVING min(ordinal) <> 0 OR max(ordinal) <> count(*) - 1 OR min(start) <> 0
                OR max("end") <> sum("end" - start) OR sum(length(gs_text(text)) <> "end" - start) > 0)""",
    "documents that have lost or gained chunks": """
        SELECT count(*) FROM documents d
        WHERE chunk_count <> (SELECT count(*) FROM chunks WHERE document_id = d.id)""",
    "documents that are not what was written": (
        f"SELECT count(*) FROM documents d WHERE {seals.broken(seals.DOCUMENT, 'd.')}"
    ),
    "chunks that are not what was written": (
        f"SELECT count(*) FROM chunks c WHERE {seals.broken(seals.CHUNK, 'c.')}"
    ),
    "documents whose place is not what was written": f"SELECT count(*) FROM documents WHERE {_ODD_DOCUMENT}",
    "spaces that are not what was written": f"SELECT count(*) FROM spaces WHERE {_ODD_SPACE}",
    "folders whose name or options cannot be read": f"SELECT count(*) FROM roots WHERE {_ODD_ROOT}",
    "files whose name or stamp is not what was written": f"SELECT count(*) FROM files WHERE {_ODD_FILE}",
    "records that cannot be read": f"SELECT count(*) FROM state WHERE {_ODD_RECORD}",
}
_VECTORS = {
    "vectors of no chunk": """
        SELECT count(*) FROM vectors v WHERE NOT EXISTS (SELECT 1 FROM chunks c WHERE c.key = v.key)
          AND NOT EXISTS (SELECT 1 FROM state WHERE name = 'unswept')""",  # of a killed run: the next one does it
    "vectors of a wrong length": """
        SELECT count(*) FROM vectors v LEFT JOIN spaces s ON s.id = v.space_id
        WHERE s.id IS NULL OR typeof(v.vector) <> 'blob' OR length(v.vector) <> s.dim""",
    "vectors that are not what was written": (
        f"SELECT count(*) FROM vectors v WHERE {seals.broken(seals.VECTOR, 'v.')}"
    ),
    "vectors, but no space that serves searches": """
        SELECT count(*) FROM vectors WHERE NOT EXISTS (SELECT 1 FROM spaces WHERE state = 'active')""",
    "chunks without a vector in a complete space": """
        SELECT count(*) FROM chunks c JOIN spaces s ON s.state = 'active' AND +c.id <= s.complete_to
        WHERE c.key IS NOT NULL  -- in the order of keys, as they are in the other index
          AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.space_id = s.id AND v.key = c.key)""",
}

# What a repair takes out of the rows; all files are read again, because nobody knows what else is missing.
_MEND = (
    f"DELETE FROM files WHERE {_ODD_FILE}",
    f"DELETE FROM documents WHERE {_ODD_DOCUMENT}",
    f"DELETE FROM spaces WHERE {_ODD_SPACE}",
    f"DELETE FROM state WHERE {_ODD_RECORD}",
    f"DELETE FROM chunks WHERE {seals.broken(seals.CHUNK, '')}",
    "DELETE FROM chunks WHERE document_id NOT IN (SELECT id FROM documents)",
    f"""DELETE FROM documents WHERE file_id NOT IN (SELECT id FROM files) OR {seals.broken(seals.DOCUMENT, "")}
        OR chunk_count <> (SELECT count(*) FROM chunks WHERE document_id = documents.id)""",
    f"""DELETE FROM vectors WHERE {seals.broken(seals.VECTOR, "")}
        OR NOT EXISTS (SELECT 1 FROM spaces s WHERE s.id = space_id AND s.dim = length(vector))""",
    "DELETE FROM vectors WHERE NOT EXISTS (SELECT 1 FROM chunks c WHERE c.key = vectors.key)",
    """UPDATE spaces SET state = 'active'
       WHERE id = (SELECT max(id) FROM spaces) AND NOT EXISTS (SELECT 1 FROM spaces WHERE state = 'active')""",
    "UPDATE spaces SET complete_to = 0",
    "UPDATE files SET size = NULL, hash = NULL",
)

LOOKUPS = 300  # chunks whose words are looked up by an examination


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in the file. ``where`` is "file", "rows", "words" or "vectors"; only "words" and
    "vectors" can be rebuilt from the rest."""

    where: str
    detail: str


_LABELS = {"labels": 0, "label_examples": 1, "decisions": 0}  # table -> the column with the label's id


@dataclass(slots=True)
class Salvage:
    """What a damaged index knows that no file can tell again, as far as it can still be read."""

    roots: dict[str, str] = field(default_factory=dict)  # path -> options, as JSON
    state: dict[str, str] = field(default_factory=dict)
    forgotten: dict[bytes, float] = field(default_factory=dict)
    labels: dict[str, list[Row]] = field(default_factory=dict)  # table -> rows


class Care:
    """Part of Store: maintenance. The caller holds the run lock for whatever writes."""

    db: Database

    def examine(self) -> list[Finding]:
        """Everything that contradicts itself; [] = sound. Reads the whole file. What is open for reading only has its
        words looked up by samples: FTS5 compares all of them only for a writer.

        Two looks that are compared are of one moment: a run may write meanwhile.
        """
        with self.db.roomy():
            found = [*self._file(), *self._counted("rows", _CONTRADICTIONS), *self._links(), *self._words()]
            found += self._folders()
            return found + (self._counted("vectors", _VECTORS) or self._wrong_signs())

    def _wrong_signs(self) -> list[Finding]:
        with self.db.snapshot():
            number = signs.wrong(self.db)
        return [Finding("vectors", f"{number} vectors whose signs are others")] if number else []

    def _links(self) -> list[Finding]:
        """The names by which conversations are found are made from the documents."""
        try:
            with self.db.snapshot():
                kept = set(self.db.rows("SELECT name, document_id FROM links"))
                wrong = len(kept ^ {(name, id) for id, names in self._names() for name in names})
        except IndexDamaged as e:
            return [Finding("file", e.message)]
        except ODD:  # its references are no JSON: the seal of the row says so
            return []
        return [Finding("rows", f"{wrong} links between messages are not what was written")] if wrong else []

    def _folders(self) -> list[Finding]:
        from gemmasearch.store import folders

        try:
            wrong = folders.wrong(self.db)
        except IndexDamaged as e:
            return [Finding("file", e.message)]
        return (
            [Finding("rows", f"{wrong} files that are counted to another folder than theirs")]
            if wrong
            else []
        )

    def _names(self) -> Iterator[tuple[int, Iterable[int]]]:
        sql = "SELECT id, kind, title, message_id, refs FROM documents"
        for id, kind, title, message_id, refs in self.db.rows(sql):
            yield id, names_of(kind, title, message_id, json.loads(refs))

    def _file(self) -> list[Finding]:
        try:
            said = [str(row[0]) for row in self.db.rows("PRAGMA integrity_check(20)")]
        except IndexDamaged as e:
            said = [e.message]
        # SQLite checks full-text tables by the way, with what it remembers of them from before another program wrote:
        # the words have a check of their own.
        return [Finding("file", s) for s in said if s != "ok" and "fts5" not in s.lower()]

    def _words(self) -> list[Finding]:
        if self.db.read_only:
            return self._lookups()
        try:
            self.db.run("INSERT INTO words(words, rank) VALUES('integrity-check', 1)")
        except IndexDamaged as e:
            return [Finding("words", f"the full-text index is out of step with the text: {e.message}")]
        return self._lookups()

    def _lookups(self) -> list[Finding]:
        """FTS5's own check reads the words in order and never asks for one: here some hundred are asked for."""
        with self.db.snapshot():
            lost = self._unfound()
        return [Finding("words", f"{lost} words are not found in chunks that hold them")] if lost else []

    def _unfound(self) -> int:
        last = self.db.value("SELECT coalesce(max(id), 0) FROM chunks")
        chosen = [last * n // LOOKUPS + 1 for n in range(LOOKUPS)]
        sql = "SELECT id, gs_exact(gs_text(text)) FROM chunks WHERE id = ?"
        texts = {row[0]: row[1].split() for id in chosen for row in self.db.rows(sql, (id,))}
        lost = 0
        for id, exact in texts.items():
            for word in {max(exact, key=len), exact[0], exact[-1]} if exact else ():
                lost += not self._finds(id, word)
        return lost

    def _finds(self, chunk_id: int, word: str) -> bool:
        sql = "SELECT 1 FROM words WHERE words MATCH ? AND rowid = ?"
        try:
            return self.db.one(sql, (f'body : "{word}"', chunk_id)) is not None
        except IndexDamaged:
            return False

    def _counted(self, where: str, queries: dict[str, str]) -> list[Finding]:
        found = []
        for name, sql in queries.items():
            try:
                if number := self.db.value(sql):
                    found.append(Finding(where, f"{number} {name}"))
            except IndexDamaged as e:
                found.append(Finding("file", e.message))
        return found

    def rebuild_derived(self) -> None:
        """Take out what contradicts itself, make words anew from the text, and let the next run read every file
        again, which writes what is missing and embeds only what has no vector. A kill leaves the index as it was."""
        from gemmasearch.store import folders

        with self.db.writing():
            # FTS5's own 'rebuild' trusts parts of what may be damaged: a new table does not.
            with self.db.unprotected():
                self.db.run("DROP TABLE IF EXISTS vocabulary")
                self.db.run("DROP TABLE IF EXISTS words")
                for name in ("data", "idx", "docsize", "config"):
                    self.db.run(f"DROP TABLE IF EXISTS words_{name}")
                self.db.script(schema.WORDS)
            for sql in _MEND:
                self.db.run(sql)
            self.db.run("INSERT INTO words(words) VALUES('rebuild')")
            signs.rebuild(self.db)
            folders.rebuild(self.db)
            self.db.run("DELETE FROM links")
            self.db.many(
                "INSERT INTO links(name, document_id) VALUES(?, ?)",
                [(name, id) for id, names in self._names() for name in sorted(names)],
            )

    def salvage(self) -> Salvage:
        """Folders, saved searches, the model that was chosen: row by row, up to where the damage begins."""
        kept = Salvage()
        with suppress(IndexDamaged):
            for path, options in self.db.each(f"SELECT path, options FROM roots WHERE NOT ({_ODD_ROOT})"):
                kept.roots[os.fsdecode(path)] = options
        with suppress(IndexDamaged):
            readable = f"SELECT name, value FROM state WHERE name <> 'identity' AND NOT ({_ODD_RECORD})"
            kept.state.update(self.db.each(readable))
        with suppress(IndexDamaged):
            kept.forgotten.update(self.db.each("SELECT hash, at FROM forgotten"))
        for table in _LABELS:
            kept.labels[table] = []
            with suppress(IndexDamaged):
                kept.labels[table] += self.db.each(f"SELECT * FROM {table}")
        return kept

    def restore(self, kept: Salvage) -> None:
        """Into an index that was begun anew."""
        with self.db.writing():
            roots = [(os.fsencode(path), options) for path, options in kept.roots.items()]
            self.db.many("INSERT INTO roots(path, options) VALUES(?, ?) ON CONFLICT DO NOTHING", roots)
            self.db.many("INSERT OR REPLACE INTO state(name, value) VALUES(?, ?)", kept.state.items())
            self.db.many("INSERT OR IGNORE INTO forgotten(hash, at) VALUES(?, ?)", kept.forgotten.items())
            known = {row[0] for row in kept.labels.get("labels", ())}
            for table, rows in kept.labels.items():
                whole = [row for row in rows if table == "labels" or row[_LABELS[table]] in known]
                marks = ", ".join("?" * len(whole[0])) if whole else ""
                self.db.many(f"INSERT OR IGNORE INTO {table} VALUES({marks})", whole)

    def compact(self) -> tuple[int, int]:
        """Give unused space back. :return: bytes before and after."""
        before = self._bytes()
        self.db.run("INSERT INTO words(words) VALUES('optimize')")
        with self._temporary_files_beside():
            self.db.run("VACUUM")
        self.db.run("PRAGMA wal_checkpoint(TRUNCATE)")
        return before, self._bytes()

    @contextmanager
    def _temporary_files_beside(self) -> Iterator[None]:
        """What SQLite copies aside goes to the index's own folder instead of into memory; it has no name there."""
        before = os.environ.get("SQLITE_TMPDIR")
        os.environ["SQLITE_TMPDIR"] = str(self.db.path.parent)
        self.db.run("PRAGMA temp_store = FILE")
        try:
            yield
        finally:
            self.db.run("PRAGMA temp_store = MEMORY")
            os.environ.pop("SQLITE_TMPDIR")
            if before is not None:
                os.environ["SQLITE_TMPDIR"] = before

    def _bytes(self) -> int:
        files = (self.db.path, self.db.path.with_name(self.db.path.name + "-wal"))
        return sum(p.stat().st_size for p in files if p.exists())

    def copy_bytes(self, source: Path, target: Path) -> None:
        """Copy a file of this index as it is, 0600, in a process of its own: closing a descriptor in this one would
        drop SQLite's locks."""
        program = (
            "import os, shutil, sys; os.umask(0o077); "
            "shutil.copyfile(sys.argv[1], sys.argv[2], follow_symlinks=False)"
        )
        import subprocess

        done = subprocess.run(
            [sys.executable, "-I", "-X", "utf8", "-c", program, str(source), str(target)],
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise MachineRefused(
                f"cannot keep a copy of {source} as {target}", "make room, then repair again"
            )

    def look_again(self, path: str, longest: int) -> None:
        """Let the next run read the files at and below a path again that have at most so many bytes."""
        low, high = below(path)
        sql = "UPDATE files SET size = NULL WHERE size <= ? AND (path = ? OR (path >= ? AND path < ?))"
        self.db.run(sql, (longest, os.fsencode(path), low, high))
        glance.forget(self.db.rows)

    def retry(self, paths: Sequence[str] = ()) -> int:
        """Let the next run read failed files again (all, or those at and below ``paths``). :return: how many."""
        ids: set[int] = set()
        for path in paths or ("/",):
            low, high = below(path)
            sql = "SELECT id FROM files WHERE reason <> '' AND (path = ? OR (path >= ? AND path < ?))"
            ids.update(id for (id,) in self.db.rows(sql, (os.fsencode(path), low, high)))
        read_again(self.db, ids)
        return len(ids)

    def retry_for(self, reasons: Iterable[str]) -> int:
        """Let the next run read the files again of which all, or a part, was left out for one of these reasons.
        :return: how many."""
        ids: set[int] = set()
        for reason in reasons:
            sql = """SELECT id FROM files WHERE reason = ? UNION
                     SELECT file_id FROM problems WHERE reason = ? AND file_id IS NOT NULL"""
            ids.update(id for (id,) in self.db.rows(sql, (reason, reason)))
        read_again(self.db, ids)
        return len(ids)
