"""What OCR read, by picture; which files wait for something that is now here, and which have what is not here now."""

from __future__ import annotations

import os
from collections.abc import Iterable

from gemmasearch.store import fts
from gemmasearch.store.database import Database
from gemmasearch.store.keys import clean

# By option, what a document has that came with it; what has a member is an archive or a PDF.
BROUGHT = {
    "ocr": "instr(d.meta, '\"ocr\"') > 0 AND d.kind IN ('pdf', 'picture')",
    "archives": "instr(d.meta, '\"member\"') > 0 AND instr(d.meta, '\"attached_to\"') = 0",
    "attached archives": "instr(d.meta, '\"member\"') > 0 AND instr(d.meta, '\"attached_to\"') > 0 AND ("
    + " OR ".join(f"instr(lower(d.part), '{ending}/') > 0" for ending in fts.PACKED)
    + ")",
}


class Pictures:
    """Part of Store: recognised texts. They live as long as a file with the same bytes is known."""

    db: Database

    def recognised(self, key: bytes) -> str | None:
        text = self.db.value("SELECT text FROM recognised WHERE key = ?", (key,))
        return None if text is None else str(text)

    def keep_recognised(self, found: Iterable[tuple[bytes, bytes, str]]) -> None:
        """:param found: (key, hash of the file's bytes, text)."""
        self.db.many(
            "INSERT OR IGNORE INTO recognised(key, file_hash, text) VALUES(?, ?, ?)",
            [(key, file, clean(text)) for key, file, text in found],
        )

    def drop_unshown(self) -> None:
        """Texts of pictures that no known file shows any more."""
        self.db.run(
            "DELETE FROM recognised WHERE file_hash NOT IN (SELECT hash FROM files WHERE hash IS NOT NULL)"
        )

    def drop_recognised_with(self, document_ids: Iterable[int]) -> None:
        """Texts of pictures in the files of these documents: which of them a document shows is not known."""
        self.db.many(
            "DELETE FROM recognised WHERE file_hash = (SELECT f.hash FROM files f JOIN documents d "
            "ON d.file_id = f.id WHERE d.id = ?)",
            ((id,) for id in document_ids),
        )

    def waited_for(self) -> list[str]:
        """What files, and parts of files, wait for."""
        return [waits for (waits,) in self.db.rows("SELECT DISTINCT waits FROM problems WHERE waits <> ''")]

    def read_again(self, waits: Iterable[str]) -> int:
        """Let the next run read the files that waited for one of these. :return: how many."""
        ids: set[int] = set()
        for each in waits:
            rows = self.db.rows(
                "SELECT DISTINCT file_id FROM problems WHERE waits = ? AND file_id IS NOT NULL", (each,)
            )
            ids.update(id for (id,) in rows)
        read_again(self.db, ids)
        return len(ids)

    def read_with(self, option: str, reader: str) -> list[tuple[int, str]]:
        """Files that other readers than these read, with more in them than without an option (one of ``BROUGHT``):
        their ids and paths."""
        rows = self.db.rows(
            "SELECT f.id, f.path FROM files f WHERE f.reader <> ? AND f.size IS NOT NULL AND EXISTS "
            f"(SELECT 1 FROM documents d WHERE d.file_id = f.id AND {BROUGHT[option]})",
            (reader,),
        )
        return [(id, os.fsdecode(path)) for id, path in rows]

    def leave_as_read(self, ids: Iterable[int], reader: str) -> None:
        """As if these readers had read them."""
        self.db.many("UPDATE files SET reader = ? WHERE id = ?", ((reader, id) for id in ids))

    def read_files_again(self, ids: Iterable[int]) -> None:
        """Let the next run read these files."""
        read_again(self.db, ids)


def read_again(db: Database, ids: Iterable[int]) -> None:
    """Let the next run read these files, however often they failed."""
    db.many("UPDATE files SET size = NULL, tries = 0 WHERE id = ?", ((id,) for id in ids))
