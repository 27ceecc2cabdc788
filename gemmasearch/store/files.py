"""The journal of files, written: what was read, what came of it, and taking it out again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gemmasearch.documents import Chunk, Document, FileStamp, Problem, reason_of
from gemmasearch.store import fts, seals, signs
from gemmasearch.store.database import Database
from gemmasearch.store.keys import clean, storable
from gemmasearch.store.pictures import Pictures
from gemmasearch.store.roots import below

if TYPE_CHECKING:
    from gemmasearch.store.ready import Ready

MOST_COPIED = 500  # documents of a file that are taken over in one transaction
UNPURGED = "unpurged"  # in state: words may be left in the file that no chunk holds
UNSWEPT = "unswept"  # in state: vectors may be left that no chunk needs


class Files(Pictures):
    """Part of Store: writing. Calls within one ``with store.writing()`` are one transaction."""

    db: Database
    _waiting: set[bytes] | None = None  # keys that lost a chunk, within ``vectors_kept``

    # -- writing a file

    def begin_file(self, path: str, words: str, *, tail: int | None = None) -> int:
        """The row of a file that is about to be read: without a stamp, so that a kill leads to reading it again.

        :param words: keys.path_words of it. :param tail: of a mailbox, what stays true whatever happens now.
        :return: the file's id.
        """
        from gemmasearch.store import folders  # searches write nothing

        name = os.fsencode(path)
        known = self.db.one("SELECT id, path_words FROM files WHERE path = ?", (name,))
        if known is None:
            row = (name, clean(words), folders.number(self.db, name))
            return self.db.insert(
                "INSERT OR FAIL INTO files(path, path_words, folder_id) VALUES(?, ?, ?)", row
            )
        if known[1] != clean(words):
            self._rewrite_words(known[0], {"path_words": clean(words)})
        self.db.run("UPDATE OR FAIL files SET size = NULL, tail = ? WHERE id = ?", (tail, known[0]))
        return int(known[0])

    def add_file(
        self,
        path: str,
        words: str,
        stamp: FileStamp | None,
        *,
        racy: bool = False,
        hash: bytes | None = None,
        reader: str = "",
        problems: Sequence[Problem] = (),
        tries: int = 0,
    ) -> int | None:
        """The row of a new file whose documents are put in the same transaction: begun and finished in one.

        :return: the file's id; None, and nothing done, if it has a row or is the first one in its folder.
        """
        from gemmasearch.store import folders

        name = os.fsencode(path)
        end = (*_stamp(stamp), int(racy), hash, reader, reason_of(problems), tries)
        file_id = self.db.added(_INSERT_FILE, (name, clean(words), *end, folders.of(name)))
        if file_id is not None and problems:
            self._insert_problems(file_id, problems)
        return file_id

    def put_document(self, file_id: int, document: Document, chunks: Sequence[Chunk]) -> int:
        """Write a document with its chunks and words; one of the same part is replaced. :return: its id."""
        from gemmasearch.store.ready import ready  # searches write nothing

        words = self.db.value("SELECT path_words FROM files WHERE id = ?", (file_id,))
        return self.put_ready(file_id, ready(document, chunks, words))

    def put_ready(self, file_id: int, document: Ready) -> int:
        """The same of one that was made ready with the words of the file's path."""
        row = (file_id, *document.row)
        values = (*row, document.offset, document.length, self.db.seal(*row))
        new, old = self.db.added(f"{_INSERT_DOCUMENT} ON CONFLICT(file_id, part) DO NOTHING", values), None
        if new is None:
            sql = "SELECT id FROM documents WHERE file_id = ? AND part = ?"
            old = self.db.value(sql, (file_id, document.part))
            # The old vectors stay until the new chunks are in: most of them are the same passages.
            self.db.run("UPDATE documents SET part = ? WHERE id = ?", (f"{document.part}\0old", old))
            new = self.db.insert(_INSERT_DOCUMENT, values)
        if document.names:
            sql = "INSERT INTO links(name, document_id) VALUES(?, ?)"
            self.db.many(sql, [(name, new) for name in document.names])
        self._insert_chunks(new, document)
        if old is not None:
            self.remove_documents([old])
        return new

    def _insert_chunks(self, document_id: int, document: Ready) -> None:
        rows = [(document_id, *chunk) for chunk in document.chunks]
        self.db.many(_INSERT_CHUNK, [(*row, self.db.seal(*row)) for row in rows])
        # AUTOINCREMENT numbers the rows of one transaction without gaps.
        first = self.db.connection.last_insert_rowid() - len(rows) + 1
        self.db.many(_INSERT_WORDS, [(id, *words) for id, words in enumerate(document.words, first)])

    def move_document(self, document_id: int, offset: int | None, length: int | None) -> None:
        """A known document stands elsewhere in its file."""
        sql = 'UPDATE documents SET "offset" = ?, length = ? WHERE id = ?'
        self.db.run(sql, (offset, length, document_id))

    def finish_file(
        self,
        file_id: int,
        stamp: FileStamp | None,
        *,
        racy: bool = False,
        hash: bytes | None = None,
        reader: str = "",
        problems: Sequence[Problem] = (),
        tries: int = 0,
        tail: int | None = None,
        tail_hash: bytes | None = None,
    ) -> None:
        """The file is read: remember its stamp and what went wrong. Documents it no longer has are the
        caller's to remove. A problem with part "" is the file's own and becomes its ``reason``."""
        self.db.run("DELETE FROM problems WHERE file_id = ?", (file_id,))
        if problems:
            self._insert_problems(file_id, problems)
        self.db.run(
            """UPDATE OR FAIL files SET size = ?, mtime_ns = ?, ctime_ns = ?, inode = ?, device = ?, racy = ?,
                   hash = ?, reader = ?, reason = ?, tries = ?, tail = ?, tail_hash = ? WHERE id = ?""",
            (*_stamp(stamp), int(racy), hash, reader, reason_of(problems), tries, tail, tail_hash, file_id),
        )

    def _insert_problems(self, file_id: int, problems: Sequence[Problem]) -> None:
        self.db.many(
            "INSERT INTO problems(path, file_id, part, reason, detail, waits, pages) "
            "SELECT path, id, ?2, ?3, ?4, ?5, ?6 FROM files WHERE id = ?1",
            [
                (file_id, clean(p.part), clean(p.reason), clean(p.detail), clean(p.waits), p.pages)
                for p in problems
            ],
        )

    def restamp(self, file_id: int, stamp: FileStamp | None, *, racy: bool = False) -> None:
        """Same bytes, another stamp. None = read it again next time."""
        self.db.run(
            "UPDATE OR FAIL files SET size=?, mtime_ns=?, ctime_ns=?, inode=?, device=?, racy=? WHERE id=?",
            (*_stamp(stamp), int(racy), file_id),
        )

    def move_file(self, file_id: int, path: str, words: str) -> None:
        """The file has another name now; documents, chunks and vectors stay what they are."""
        from gemmasearch.store import folders

        name = os.fsencode(path)
        with self.db.writing():
            old, folder = self.db.rows("SELECT path, folder_id FROM files WHERE id = ?", (file_id,))[0]
            for said in ("decisions", "label_examples"):
                self.db.run(f"UPDATE OR REPLACE {said} SET path = ? WHERE path = ?", (name, old))
            now = folders.number(self.db, name)
            self._rewrite_words(file_id, {"path": name, "path_words": clean(words), "folder_id": now})
            folders.drop_empty(self.db, (folder,))
            self.db.run("UPDATE problems SET path = ? WHERE file_id = ?", (name, file_id))

    def copy_file(self, file_id: int, path: str, words: str, stamp: FileStamp, *, racy: bool) -> bool:
        """Another file holds the same bytes: take over what was read from the one known.

        :return: False, and nothing done, if that is too much for one short transaction.
        """
        count = self.db.value("SELECT count(*) FROM documents WHERE file_id = ?", (file_id,))
        if count > MOST_COPIED:
            return False
        with self.db.writing():
            new = self.begin_file(path, words)
            self.db.run(f"INSERT INTO documents(file_id, {_DOCUMENT}) SELECT ?, {_DOCUMENT} FROM documents "
                        "WHERE file_id = ? ORDER BY id", (new, file_id))  # fmt: skip
            self.db.run(
                f"""INSERT INTO chunks(document_id, {_CHUNK})
                    SELECT (SELECT id FROM documents n WHERE n.file_id = ?1 AND n.part = d.part), {_CHUNK}
                    FROM chunks c JOIN documents d ON d.id = c.document_id WHERE d.file_id = ?2 ORDER BY c.id""",
                (new, file_id),
            )
            self.db.run(
                """INSERT INTO links(name, document_id)
                   SELECT l.name, (SELECT id FROM documents n WHERE n.file_id = ?1 AND n.part = d.part)
                   FROM links l JOIN documents d ON d.id = l.document_id WHERE d.file_id = ?2""",
                (new, file_id),
            )
            self._seal(new)
            self._insert_words(new)
            self.db.run("INSERT INTO problems(path, file_id, part, reason, detail, waits, pages) "
                        "SELECT ?, ?, part, reason, detail, waits, pages FROM problems WHERE file_id = ?",
                        (os.fsencode(path), new, file_id))  # fmt: skip
            self.db.run("UPDATE files SET (hash, reader, tail, tail_hash) = "
                        "(SELECT hash, reader, tail, tail_hash FROM files WHERE id = ?) WHERE id = ?",
                        (file_id, new))  # fmt: skip
            self.restamp(new, stamp, racy=racy)
        return True

    def _seal(self, file_id: int) -> None:
        own = "SELECT id FROM documents WHERE file_id = ?"
        self.db.run(f"UPDATE documents SET seal = {seals.of(seals.DOCUMENT)} WHERE file_id = ?", (file_id,))
        self.db.run(
            f"UPDATE chunks SET seal = {seals.of(seals.CHUNK)} WHERE document_id IN ({own})", (file_id,)
        )

    def _insert_words(self, file_id: int) -> None:
        ids = "SELECT c.id FROM chunks c JOIN documents d ON d.id = c.document_id WHERE d.file_id = ?"
        self.db.run(
            f"INSERT INTO words(rowid, {_WORDS}) SELECT id, {_WORDS} FROM passage_words WHERE id IN ({ids})",
            (file_id,),
        )

    def _rewrite_words(self, file_id: int, columns: Mapping[str, str | bytes | int]) -> None:
        ids = "SELECT c.id FROM chunks c JOIN documents d ON d.id = c.document_id WHERE d.file_id = ?"
        with self.db.writing():
            self._words_left()
            # FTS5 takes the words to remove from the view, so they must go before the view changes.
            self.db.run(f"DELETE FROM words WHERE rowid IN ({ids})", (file_id,))
            settings = ", ".join(f"{name} = ?" for name in columns)
            self.db.run(f"UPDATE files SET {settings} WHERE id = ?", (*columns.values(), file_id))
            self._insert_words(file_id)

    # -- taking out

    def remove_documents(self, document_ids: Iterable[int]) -> None:
        """Words, chunks and vectors that no other chunk needs go with them."""
        with self.db.writing():
            for id in document_ids:
                self._words_left()
                keys = self.db.rows(
                    "SELECT DISTINCT key FROM chunks WHERE document_id = ? AND key IS NOT NULL", (id,)
                )
                self.db.run(
                    "DELETE FROM words WHERE rowid IN (SELECT id FROM chunks WHERE document_id = ?)", (id,)
                )
                self.db.run("DELETE FROM documents WHERE id = ?", (id,))
                self._let_go(keys)

    def _words_left(self) -> None:
        """Words that are deleted stay in the file until the full-text index is merged (store/traces.py)."""
        self.db.run("INSERT OR IGNORE INTO state(name, value) VALUES(?, '')", (UNPURGED,))

    @contextmanager
    def vectors_kept(self) -> Iterator[None]:
        """Vectors that nothing needs any more go at the end of the body: text may come up again under another
        name. A kill within it is remembered, and the next body begins with a look at all of them.
        """
        if self.db.value(f"SELECT 1 FROM state WHERE name = '{UNSWEPT}'"):
            with self.db.writing():
                gone = self.db.rows("DELETE FROM vectors WHERE NOT EXISTS "
                                    "(SELECT 1 FROM chunks WHERE chunks.key = vectors.key) RETURNING id")  # fmt: skip
                signs.erase(self.db, (row[0] for row in gone))
                self.db.run(f"DELETE FROM state WHERE name = '{UNSWEPT}'")
        self._waiting = set()
        try:
            yield
        finally:
            waiting, self._waiting = self._waiting, None
            if waiting:
                with self.db.writing():
                    self._let_go((key,) for key in waiting)
                    self.db.run(f"DELETE FROM state WHERE name = '{UNSWEPT}'")

    def _let_go(self, keys: Iterable[tuple[bytes]]) -> None:
        """Vectors of these keys go, now or soon, unless a chunk needs them."""
        if self._waiting is None:
            gone = self.db.many(
                "DELETE FROM vectors WHERE space_id IN (SELECT id FROM spaces) AND key = ?1 "
                "AND NOT EXISTS (SELECT 1 FROM chunks WHERE key = ?1) RETURNING id",
                keys,
            )
            signs.erase(self.db, (row[0] for row in gone))
        elif keys := list(keys):
            self.db.run("INSERT OR REPLACE INTO state(name, value) VALUES(?, '')", (UNSWEPT,))
            self._waiting.update(key for (key,) in keys)

    def remove_files(self, file_ids: Iterable[int]) -> None:
        from gemmasearch.store import folders

        with self.db.writing():
            left: set[int] = set()
            for id in file_ids:
                documents = self.db.rows("SELECT id FROM documents WHERE file_id = ?", (id,))
                self.remove_documents(row[0] for row in documents)
                learned = "DELETE FROM label_examples WHERE path = (SELECT path FROM files WHERE id = ?)"
                self.db.run(learned, (id,))  # a text of it that a label goes by
                gone = self.db.rows("DELETE FROM files WHERE id = ? RETURNING folder_id", (id,))
                left.update(folder for (folder,) in gone)
            folders.drop_empty(self.db, left)
            self.drop_unshown()

    # -- problems of the crawl

    def crawl_problems(self, root: str, problems: Sequence[Problem]) -> None:
        """What the crawl of a root met without opening a file; replaces what it met the last time."""
        low, high = below(root)
        name = os.fsencode(root)
        with self.db.writing():
            self.db.run(
                "DELETE FROM problems WHERE file_id IS NULL AND (path = ? OR (path >= ? AND path < ?))",
                (name, low, high),
            )
            self.db.many(
                "INSERT INTO problems(path, part, reason, detail) VALUES(?, ?, ?, ?)",
                [(os.fsencode(p.path), clean(p.part), clean(p.reason), clean(p.detail)) for p in problems],
            )

    def problems(self) -> Iterator[Problem]:
        """All that is known to be missing, in the order of paths."""
        rows = self.db.rows("SELECT path, reason, detail, part, waits, pages FROM problems ORDER BY path, id")
        return (Problem(os.fsdecode(path), *rest) for path, *rest in rows)


_WORDS = ", ".join(fts.COLUMNS)
_DOCUMENT = ", ".join((*seals.DOCUMENT[1:], '"offset"', "length"))
_CHUNK = ", ".join(seals.CHUNK[1:])


def _insert(table: str, columns: Sequence[str]) -> str:
    return f"INSERT INTO {table}({', '.join(columns)}) VALUES({', '.join('?' * len(columns))})"


# Not INSERT … SELECT: before each of those SQLite has the full-text index write the words that wait, so that one
# transaction made as many lists to merge as it had files. Without a folder its id is NULL, which is ignored, too.
_INSERT_FILE = """
    INSERT OR IGNORE INTO files(path, path_words, size, mtime_ns, ctime_ns, inode, device, racy, hash, reader, reason,
                                tries, folder_id)
    VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, (SELECT id FROM folders WHERE path = ?13))"""
_INSERT_DOCUMENT = _insert("documents", (*seals.DOCUMENT, '"offset"', "length", "seal"))
_INSERT_CHUNK = _insert("chunks", (*seals.CHUNK, "seal"))
_INSERT_WORDS = _insert("words", ("rowid", *fts.COLUMNS))


def _stamp(stamp: FileStamp | None) -> tuple[int | None, ...]:
    if stamp is None:
        return (None,) * 5
    kept = storable(stamp)
    return kept.size, kept.mtime_ns, kept.ctime_ns, kept.inode, kept.device
