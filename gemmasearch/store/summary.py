"""What the index holds, counted."""

from __future__ import annotations

import os
from pathlib import Path

from gemmasearch.store import schema
from gemmasearch.store.database import JOINED, Database
from gemmasearch.store.roots import Roots, below
from gemmasearch.store.rows import Root, RootSummary, Summary
from gemmasearch.store.vectors import Vectors

_HAS_DOCUMENTS = "EXISTS (SELECT 1 FROM documents d WHERE d.file_id = f.id)"
# Problems of whole files. What was forgotten in a file has lost its name: it is a part where others of it are there.
_OF_FILES = """p.part = '' AND NOT (p.reason = 'forgotten'
               AND EXISTS (SELECT 1 FROM documents d WHERE d.file_id = p.file_id))"""


class Counts(Roots, Vectors):
    """Part of Store: status."""

    db: Database

    def summary(self) -> Summary:
        count = self.db.value
        spaces = self.spaces()
        active = next((s for s in spaces if s.active), None)
        embeddable = count("SELECT count(DISTINCT key) FROM chunks WHERE key IS NOT NULL")
        embedded = self.vector_count(active.id) if active else 0
        roots = self.roots()
        whole = (embeddable, embedded) if len(roots) == 1 else None  # counting by folder takes longer
        return Summary(
            path=str(self.db.path),
            size=_size(self.db.path),
            schema=schema.VERSION,
            roots=tuple(self._root_summary(root, whole) for root in roots),
            files=count("SELECT count(*) FROM files"),
            indexed=count(f"SELECT count(*) FROM files f WHERE {_HAS_DOCUMENTS}"),
            documents=count("SELECT count(*) FROM documents"),
            chunks=count("SELECT count(*) FROM chunks"),
            embeddable=embeddable,
            embedded=embedded,
            skipped=self._reasons("DISTINCT p.path", _OF_FILES),
            part_problems=self._reasons("*", f"NOT ({_OF_FILES})"),
            waiting=self._waited_for(),
            kinds=dict(self.db.rows("SELECT kind, count(*) FROM documents GROUP BY kind ORDER BY 2 DESC, 1")),
            space=active.name if active else "",
            dim=active.dim if active else 0,
            building=next((s.name for s in spaces if not s.active), ""),
            state=dict(self.db.rows("SELECT name, value FROM state")),
        )

    def _root_summary(self, root: Root, whole: tuple[int, int] | None) -> RootSummary:
        low, high = below(root.path)
        where = "WHERE (f.path = ? OR (f.path >= ? AND f.path < ?))"
        bounds = (os.fsencode(root.path), low, high)
        of_passages = f"""FROM {JOINED}
                       {where} AND c.key IS NOT NULL"""
        has_vector = """EXISTS (SELECT 1 FROM vectors v JOIN spaces s ON s.id = v.space_id
                        WHERE s.state = 'active' AND v.key = c.key)"""
        skipped = f"""SELECT p.reason, count(DISTINCT p.path) FROM problems p {where.replace("f.", "p.")}
                      AND {_OF_FILES} GROUP BY p.reason"""
        passages, embedded = whole or (
            self.db.value(f"SELECT count(*) {of_passages}", bounds),
            self.db.value(f"SELECT count(*) {of_passages} AND {has_vector}", bounds),
        )
        return RootSummary(
            root,
            files=self.db.value(f"SELECT count(*) FROM files f {where}", bounds),
            indexed=self.db.value(f"SELECT count(*) FROM files f {where} AND {_HAS_DOCUMENTS}", bounds),
            documents=self.db.value(
                f"SELECT count(*) FROM documents d JOIN files f ON f.id = d.file_id {where}", bounds
            ),
            passages=passages,
            embedded=embedded,
            skipped=dict(self.db.rows(skipped, bounds)),
        )

    def _waited_for(self) -> dict[str, int]:
        sql = "SELECT waits, sum(max(pages, 1)) FROM problems WHERE waits <> '' GROUP BY waits ORDER BY waits"
        return dict(self.db.rows(sql))

    def _reasons(self, what: str, where: str) -> dict[str, int]:
        sql = f"SELECT p.reason, count({what}) FROM problems p WHERE {where} GROUP BY p.reason ORDER BY p.reason"
        return dict(self.db.rows(sql))


def _size(path: Path) -> int:
    return sum(p.stat().st_size for p in (path, Path(f"{path}-wal")) if p.exists())
