"""How documents and words stand to each other: Message-IDs, neighbouring words."""

from __future__ import annotations

import array
import os
from collections.abc import Sequence
from typing import Any

import apsw

from gemmasearch.store.database import Database
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

    def vocabulary_between(self, beginning: str, shortest: int, longest: int) -> list[tuple[str, int]]:
        """Indexed words with a beginning and of some lengths: (word, chunks that hold it)."""
        sql = """SELECT term, doc FROM vocabulary
                 WHERE term >= ?1 AND term < ?1 || char(0x10ffff) AND length(term) BETWEEN ?2 AND ?3"""
        return [(term, int(doc)) for term, doc in self.db.rows(sql, (beginning, shortest, longest))]


def _array(ids: Sequence[int]) -> Any:
    return apsw.carray(array.array("q", list(ids) or [-1]))
