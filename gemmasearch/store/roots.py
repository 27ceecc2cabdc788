"""Registered folders and files, and small facts that outlive a run."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from gemmasearch.errors import IndexDamaged, UsageProblem
from gemmasearch.store.database import Database, Row
from gemmasearch.store.failures import REPAIR
from gemmasearch.store.rows import Root

_ROOT = "SELECT id, path, options, seen, looked, unavailable FROM roots"


def below(path: str) -> tuple[bytes, bytes]:
    """The range of byte paths that lie strictly below ``path``: ``low <= p AND p < high``."""
    base = os.fsencode(path).rstrip(b"/")
    return base + b"/", base + b"0"  # "0" is the byte after "/"


class Roots:
    """Part of Store: what is crawled."""

    db: Database

    def add_root(self, path: str, options: Mapping[str, Any] | None = None) -> Root:
        """Register a folder or file by its absolute path; options given replace those remembered."""
        if not os.path.isabs(path):
            raise UsageProblem(f"{path!r} is not an absolute path")
        name = os.fsencode(path.rstrip("/") or "/")
        with self.db.writing():
            self.db.run("INSERT INTO roots(path) VALUES(?) ON CONFLICT DO NOTHING", (name,))
            if options:
                self.db.run("UPDATE roots SET options = ? WHERE path = ?", (json.dumps(dict(options)), name))
        return _root(self.db.rows(f"{_ROOT} WHERE path = ?", (name,))[0])

    def set_options(self, path: str, options: Mapping[str, Any]) -> Root:
        """Replace all remembered options of a registered root."""
        name = os.fsencode(path)
        self.db.run("UPDATE roots SET options = ? WHERE path = ?", (json.dumps(dict(options)), name))
        return _root(self.db.rows(f"{_ROOT} WHERE path = ?", (name,))[0])

    def roots(self) -> list[Root]:
        """All of them, in the order of their paths."""
        return [_root(row) for row in self.db.rows(f"{_ROOT} ORDER BY path")]

    def remove_root(self, root_id: int) -> None:
        """Forget that the root is registered. Its files leave with :meth:`Files.remove_files`."""
        self.db.run("DELETE FROM roots WHERE id = ?", (root_id,))

    def looked_at(self, root_id: int, *, seen: int, at: float) -> None:
        """A complete look at a root found ``seen`` files."""
        self.db.run(
            "UPDATE roots SET seen = ?, looked = ?, unavailable = '' WHERE id = ?", (seen, at, root_id)
        )

    def unavailable(self, root_id: int, why: str) -> None:
        self.db.run("UPDATE roots SET unavailable = ? WHERE id = ?", (why, root_id))

    def last_looks(self) -> dict[str, str]:
        """Path of each root -> why the last look at it failed, "" = it did not."""
        return {
            os.fsdecode(path): why
            for path, why in self.db.rows("SELECT CAST(path AS BLOB), unavailable FROM roots")
        }

    def state(self, name: str) -> str | None:
        """A small fact: the heartbeat of a watcher, the time of the last run, ..."""
        found = self.db.value("SELECT value FROM state WHERE name = ?", (name,))
        return None if found is None else str(found)

    def record(self, name: str) -> dict[str, Any]:
        """A small fact that is a JSON object; {} where there is none, or none that can be read any more."""
        try:
            found = self.own(name)
        except IndexDamaged:
            return {}
        return found if isinstance(found, dict) else {}

    def own(self, name: str) -> Any:
        """What a person keeps under a name, from JSON; None where there is nothing.

        :raises IndexDamaged: it cannot be read any more, and must not be taken for nothing.
        """
        try:
            return json.loads(self.state(name) or "null")
        except ValueError:
            raise IndexDamaged(f"the {name} cannot be read", REPAIR) from None

    def set_state(self, name: str, value: str) -> None:
        self.db.run("INSERT OR REPLACE INTO state(name, value) VALUES(?, ?)", (name, value))


def _root(row: Row) -> Root:
    id, path, options, seen, looked, unavailable = row
    if not isinstance(path, bytes):
        raise IndexDamaged("the name of a folder cannot be read", REPAIR)
    try:
        known = json.loads(options) if isinstance(options, str) else None
    except ValueError:
        known = None
    if not isinstance(known, dict):
        # Without its exclusions a folder would give away what its owner left out.
        raise IndexDamaged(f"the options of {os.fsdecode(path)} cannot be read", REPAIR)
    return Root(id, os.fsdecode(path), known, seen, looked, unavailable)
