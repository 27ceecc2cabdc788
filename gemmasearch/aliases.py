"""One folder that goes by several names: through a link, a second mount, or letters of another case."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence


def known_as(place: str, known: Sequence[str]) -> str:
    """The name by which an absolute path lies at, below or around one of the ``known`` folders and files; itself
    where it has nothing to do with them."""
    if place in known:
        return place
    real = os.path.realpath(place)
    folders = {id: each for each in known if (id := _folder(each)) is not None}
    files = {os.path.realpath(each): each for each in known if each not in folders.values()}
    if real in files:
        return files[real]
    for above in _upwards(real):
        id = _folder(above)
        if id is not None and id in folders:
            return folders[id].rstrip("/") + real[len(above.rstrip("/")) :]
    for each in known:
        if outer := _around(real, each):
            return outer
    return place


def _folder(path: str) -> tuple[int, int] | None:
    """What tells a folder from all others, whatever its name; None of anything else."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return (found.st_dev, found.st_ino) if os.path.isdir(path) else None


def _upwards(path: str) -> Iterator[str]:
    while True:
        yield path
        above = os.path.dirname(path)
        if above == path:
            return
        path = above


def _around(real: str, known: str) -> str:
    """The folder ``real`` by the name that it has in a known path that lies in it; "" = it does not."""
    inner, base = os.path.realpath(known), real.rstrip("/") + "/"
    rest = inner[len(base) - 1 :]
    if not inner.startswith(base) or not known.endswith(rest):
        return ""
    outer = known[: -len(rest)] or "/"
    id = _folder(outer)
    return outer if id is not None and id == _folder(real) else ""
