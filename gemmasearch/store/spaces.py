"""Embedding spaces: one serves searches while the next one is built."""

from __future__ import annotations

from typing import Protocol

from gemmasearch.errors import IndexDamaged
from gemmasearch.store.database import Database, Row
from gemmasearch.store.failures import REPAIR
from gemmasearch.store.rows import SpaceRow

_SPACE = """
SELECT id, key, name, model, dim, full_dim, prompt_version, matryoshka, state = 'active', complete_to
FROM spaces"""


class SpaceLike(Protocol):
    """What the store needs to know of an embedding space (models.Space)."""

    @property
    def name(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def dim(self) -> int: ...
    @property
    def full_dim(self) -> int: ...
    @property
    def prompt_version(self) -> int: ...
    @property
    def matryoshka(self) -> bool: ...
    @property
    def key(self) -> str: ...


class Spaces:
    """Part of Store: which spaces there are."""

    db: Database

    def active_space(self) -> SpaceRow | None:
        """The space that searches use, None before the first one is complete."""
        row = self.db.one(f"{_SPACE} WHERE state = 'active'")
        return _space(row) if row else None

    def spaces(self) -> list[SpaceRow]:
        return [_space(row) for row in self.db.rows(f"{_SPACE} ORDER BY id")]

    def ensure_space(self, space: SpaceLike) -> SpaceRow:
        """The row of a space, made if new: active if there was none, else building beside the active one.

        A third space, left behind by a change of mind, is dropped.
        """
        with self.db.writing():
            known = self.db.value("SELECT id FROM spaces WHERE key = ?", (space.key,))
            if known is None:
                state = "building" if self.active_space() else "active"
                known = self.db.insert(
                    """INSERT INTO spaces(key, name, model, dim, full_dim, prompt_version, matryoshka, state)
                       VALUES(?, ?, ?, ?, ?, ?, ?, ?)""",
                    (space.key, space.name, space.model, space.dim, space.full_dim, space.prompt_version,
                     int(space.matryoshka), state),
                )  # fmt: skip
            self.db.run("DELETE FROM spaces WHERE state = 'building' AND id <> ?", (known,))
        return _space(self.db.rows(f"{_SPACE} WHERE id = ?", (known,))[0])


def _space(row: Row) -> SpaceRow:
    id, key, name, model, dim, full_dim, version, matryoshka, active, complete_to = row
    whole = isinstance(name, str) and {type(dim), type(full_dim), type(complete_to)} == {int}
    if not whole or key != f"{model}:{dim}:{version}":
        raise IndexDamaged("the space of the vectors is not what was written", REPAIR)
    return SpaceRow(id, key, name, model, dim, full_dim, version, bool(matryoshka), bool(active), complete_to)
