"""What OCR read, by picture; and which files wait for something that is now here."""

from __future__ import annotations

from collections.abc import Iterable

from gemmasearch.store.database import Database
from gemmasearch.store.keys import clean


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
        self.db.many("UPDATE files SET size = NULL, tries = 0 WHERE id = ?", ((id,) for id in ids))
        return len(ids)
