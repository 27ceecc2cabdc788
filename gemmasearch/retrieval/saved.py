"""Searches with a name: kept in the index, asked again with ``@name``, and what came since the last time."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from gemmasearch import light
from gemmasearch.documents import Condition, Hit
from gemmasearch.errors import NothingFound, UsageProblem
from gemmasearch.store import Store

Deliver = Callable[[list[Hit], int], None]

_STATE = "saved searches"
_NAME = light.pattern(r"[\w.-]{1,64}\Z")


def saved(store: Store) -> Mapping[str, str]:
    """Name -> query line, in the order of their names."""
    return {name: str(entry["line"]) for name, entry in sorted(_read(store).items())}


def save(store: Store, name: str, line: str) -> str:
    """Keep a line under a name; an empty line forgets the name. A ``@name`` at its beginning is kept as what it
    stands for now, so that names never lead in circles. What was shown of the same line stays shown.

    :return: the line that had the name before, "" if there was none.
    :raises UsageProblem: a name with anything but letters, digits, ``.``, ``_`` and ``-``.
    :raises NothingFound: a name to forget that is not there.
    """
    if not _NAME.match(name):
        raise UsageProblem(f"{name!r} cannot name a search", "letters, digits, '.', '_' and '-', 64 at most")
    entries = _read(store)
    line = named(store, line)
    before = entries.pop(name, None)
    if line.strip():
        entries[name] = before if before and before["line"] == line else {"line": line, "seen": 0}
    elif before is None:
        raise NothingFound(f"no search is saved as {name!r}", "`gsearch save` lists what is saved")
    store.set_state(_STATE, json.dumps(entries, ensure_ascii=False))
    return str(before["line"]) if before else ""


def named(store: Store, line: str) -> str:
    """The line that ``@name`` at its beginning stands for, with what follows the name behind it.

    Any other line is returned as it is, also one that begins with the name of no saved search.
    """
    first, _, rest = line.strip().partition(" ")
    known = saved(store) if first.startswith("@") else {}
    kept = known.get(first.removeprefix("@"))
    return line if kept is None else f"{kept} {rest}".rstrip()


def kept(store: Store, name: str) -> str:
    """The line of a saved search.

    :raises UsageProblem: no search has that name.
    """
    entries = saved(store)
    if name not in entries:
        known = ", ".join(entries) or "none yet"
        raise UsageProblem(f"no search is saved as {name!r}", f"saved: {known}")
    return entries[name]


def since(store: Store, name: str) -> Condition:
    """What a saved search still has to look at: passages from this number on."""
    return Condition("chunk", ">=", _read(store)[name]["seen"] + 1)


def unseen(
    store: Store,
    name: str,
    hits: list[Hit],
    limit: int | None = None,
    *,
    upto: int | None = None,
    deliver: Deliver | None = None,
) -> tuple[list[Hit], int]:
    """Those hits of a saved search that were written since it was last asked this way, which is remembered.

    Passages get rising numbers that are never used twice, so a changed passage counts as new.

    :param limit: show so many; the others count as new the next time. :param upto: the number of the last passage
        that was looked at; None = the newest there is. :param deliver: is given what is returned before it counts as
        shown: where it raises, nothing does. :return: the new hits, and how many were left.
    """
    upto = store.newest_chunk() if upto is None else upto
    entry = _read(store)[name]
    shown = set(entry.get("shown", ()))
    new = [hit for hit in hits if hit.chunk_id > entry["seen"] and hit.chunk_id not in shown]
    now = new if limit is None else new[:limit]
    left = len(new) - len(now)
    if deliver:
        deliver(now, left)
    entries = _read(store)  # another may have been saved meanwhile
    if name in entries and entries[name]["line"] == entry["line"]:
        seen = entry["seen"] if left else max(entry["seen"], upto)
        shown.update(hit.chunk_id for hit in now)
        entries[name].update(seen=seen, shown=sorted(number for number in shown if number > seen))
        store.set_state(_STATE, json.dumps(entries, ensure_ascii=False))
    return now, left


def _read(store: Store) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = store.own(_STATE) or {}
    return found
