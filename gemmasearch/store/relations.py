"""How documents and words stand to each other: Message-IDs, neighbouring words."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable

from gemmasearch.store.database import Database
from gemmasearch.store.narrow import carray
from gemmasearch.store.rows import Head


class Relations:
    """Part of Store: reading."""

    db: Database

    def with_message_id(self, message_id: str) -> list[int]:
        """Documents of a Message-ID (without angle brackets)."""
        sql = "SELECT id FROM documents WHERE message_id <> '' AND message_id = ? ORDER BY id"
        return [id for (id,) in self.db.rows(sql, (message_id,))]

    def document_ids(self) -> list[int]:
        return [id for (id,) in self.db.rows("SELECT id FROM documents ORDER BY id")]

    def heads_of_documents(self) -> list[Head]:
        sql = "SELECT d.id, d.kind, d.title, f.path FROM documents d JOIN files f ON f.id = d.file_id ORDER BY d.id"
        return [Head(id, kind, title, os.fsdecode(path)) for id, kind, title, path in self.db.rows(sql)]

    def paths_of(self, document_ids: Iterable[int]) -> list[str]:
        """The paths of the files that some documents stand in, each once."""
        sql = """SELECT f.path FROM documents d JOIN files f ON f.id = d.file_id WHERE d.id IN carray(?)
                 GROUP BY f.id ORDER BY min(d.id)"""
        return [os.fsdecode(path) for (path,) in self.db.rows(sql, (carray(array("q", document_ids)),))]

    def vocabulary_between(self, beginning: str, shortest: int, longest: int) -> list[tuple[str, int]]:
        """Indexed words with a beginning and of some lengths: (word, chunks that hold it)."""
        sql = """SELECT term, doc FROM vocabulary
                 WHERE term >= ?1 AND term < ?1 || char(0x10ffff) AND length(term) BETWEEN ?2 AND ?3"""
        return [(term, int(doc)) for term, doc in self.db.rows(sql, (beginning, shortest, longest))]
