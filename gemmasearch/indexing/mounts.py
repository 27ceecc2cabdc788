"""Other file systems that are mounted within registered folders, and left out."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gemmasearch.indexing.crawl import explain
from gemmasearch.indexing.rules import Rules, around, innermost
from gemmasearch.reach import answers

if TYPE_CHECKING:
    from gemmasearch.store import Root

_SAID = ": another file system is mounted here"  # as the crawl has it
POINTS = 1_000  # of all mounts at most


def left_out(roots: Sequence[Root]) -> list[str]:
    """Where they are mounted, without those that are left out for another reason, such as their name."""
    found: dict[str, None] = {}
    for point in sorted(_points())[:POINTS]:
        owner = innermost(point, roots)
        if owner is None or owner.path == point or owner.unavailable:
            continue
        rules = Rules.of(owner.options)
        if not rules.cross_mounts and answers(owner.path):
            said = explain(owner.path, point, rules, outer=around(owner.path, roots))
            found |= {said.removesuffix(_SAID): None} if said.endswith(_SAID) else {}
    return list(found)


def _points() -> Iterator[str]:
    import psutil

    try:
        yield from {os.path.normpath(each.mountpoint) for each in psutil.disk_partitions(all=True)}
    except (psutil.Error, OSError):  # the system does not tell
        return
