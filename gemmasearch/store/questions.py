"""The vectors of questions that were asked before, so that asking again loads no model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import apsw

from gemmasearch.errors import IndexDamaged
from gemmasearch.store import seals
from gemmasearch.store.database import Database

KEPT = 500  # the newest


class Questions:
    """Part of Store: vectors of questions, without their text. They go with their space, and whenever anything is
    forgotten."""

    db: Database

    def asked(self, space: str, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """Key -> vector (float32, the space's dimensions) of the questions that are known; a row that is not what was
        written is none."""
        sql = f"""SELECT q.key, q.vector FROM questions q JOIN spaces s ON s.id = q.space_id
                  WHERE s.key = ?1 AND q.key = ?2 AND NOT {seals.broken(seals.VECTOR, "q.")}"""
        found: dict[bytes, bytes] = {}
        with suppress(IndexDamaged):  # the model knows it, too
            for each in keys:
                found.update(self.db.rows(sql, (space, each)))
        return found

    def keep_asked(self, space: str, vectors: Mapping[bytes, bytes]) -> None:
        """Over a connection of its own, as searches only read; skipped wherever that would wait or cannot be done."""
        with suppress(apsw.Error):
            _keep(self.db.path, space, vectors)

    def drop_asked(self) -> None:
        self.db.run("DELETE FROM questions")


def _keep(index: Path, space: str, vectors: Mapping[bytes, bytes]) -> None:
    connection = apsw.Connection(str(index), flags=apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_NOFOLLOW)
    try:
        connection.set_busy_timeout(0)
        for pragma in ("synchronous=NORMAL", "secure_delete=ON", "trusted_schema=OFF"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        seals.register(connection)
        sql = """INSERT OR IGNORE INTO questions(space_id, key, vector, seal)
                 SELECT id, ?2, ?3, gs_seal(id, ?2, ?3) FROM spaces WHERE key = ?1"""
        with connection:
            connection.executemany(sql, [(space, key, vector) for key, vector in vectors.items()])
            connection.execute(
                "DELETE FROM questions WHERE id <= (SELECT max(id) FROM questions) - ?", (KEPT,)
            )
    finally:
        connection.close()
