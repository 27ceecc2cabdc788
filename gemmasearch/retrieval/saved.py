"""Searches with a name: kept in the index, asked again with ``@name``, and what came since the last time."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from gemmasearch.documents import Hit
from gemmasearch.errors import UsageProblem
from gemmasearch.store import Store

_STATE = "saved searches"
_NAME = re.compile(r"[\w.-]{1,64}\Z")


def saved(store: Store) -> Mapping[str, str]:
    """Name -> query line, in the order of their names."""
    return {name: str(entry["line"]) for name, entry in sorted(_read(store).items())}


def save(store: Store, name: str, line: str) -> None:
    """Keep a line under a name; an empty line forgets the name.

    :raises UsageProblem: a name with anything but letters, digits, ``.``, ``_`` and ``-``.
    """
    if not _NAME.match(name):
        raise UsageProblem(f"{name!r} cannot name a search", "letters, digits, '.', '_' and '-', 64 at most")
    entries = _read(store)
    entries.pop(name, None)
    if line.strip():
        entries[name] = {"line": line, "seen": 0}
    store.set_state(_STATE, json.dumps(entries, ensure_ascii=False))


def named(store: Store, line: str) -> str:
    """The line that ``@name`` stands for; any other line is returned as it is.

    :raises UsageProblem: ``@name`` alone, and no search has that name.
    """
    name = line.strip().removeprefix("@")
    if not line.strip().startswith("@") or not _NAME.match(name):
        return line
    entries = saved(store)
    if name not in entries:
        known = ", ".join(entries) or "none yet"
        raise UsageProblem(f"no search is saved as {name!r}", f"saved: {known}")
    return entries[name]


def unseen(store: Store, name: str, hits: list[Hit]) -> list[Hit]:
    """Those hits of a saved search that were written since it was last asked this way, which is remembered.

    Passages get rising numbers that are never used twice, so a changed passage counts as new.
    """
    entries = _read(store)
    last = int(entries[name]["seen"])
    entries[name]["seen"] = max([last, *(hit.chunk_id for hit in hits)])
    store.set_state(_STATE, json.dumps(entries, ensure_ascii=False))
    return [hit for hit in hits if hit.chunk_id > last]


def _read(store: Store) -> dict[str, dict[str, str | int]]:
    found: dict[str, dict[str, str | int]] = json.loads(store.state(_STATE) or "{}")
    return found
