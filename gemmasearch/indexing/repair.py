"""The repair of an index: what is derived is made anew, what is damaged is read again from the files."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

from gemmasearch.errors import GsearchError, IndexDamaged, IndexForeign, IndexMissing
from gemmasearch.indexing import maildirs
from gemmasearch.indexing.lock import lock_path, run_lock
from gemmasearch.light import dataclass
from gemmasearch.store import Store, schema
from gemmasearch.store.care import ODD, Salvage

_PRIVATE = 0o600  # also where the damaged file came from elsewhere, open to others
_HEAD = 1 << 20  # bytes in which an index has its schema
_MISSING = 1 << 36  # bytes that may be missing at its end: a number beyond is itself damaged


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a repair did. ``backup`` is the damaged file, kept. ``reindex``: the file itself was damaged, so a new
    index was begun. ``roots`` are the folders that are still registered; () = they could not be read any more.
    Either way the next run reads the files again and embeds what has no vector."""

    backup: str
    reindex: bool
    roots: tuple[str, ...]


def repair(index: Path, *, wait: float = 10.0) -> Repaired | None:
    """Rebuild what is derived; None if nothing was wrong. Sources are never touched.

    :raises IndexMissing: there is no index to mend.
    """
    if not index.exists():
        raise IndexMissing(f"there is no index at {index}", "`gsearch index FOLDER` makes one")
    if not _was_index(index):
        raise IndexForeign(f"{index} is not a gsearch index", "choose another file with --db")
    with run_lock(index, "repair", wait=wait):
        kept, backup = Salvage(), ""
        _lengthen(index)
        with suppress(IndexDamaged, IndexForeign, *ODD), Store.open(index, create=True) as store:
            kept = store.salvage()
            found = {f.where for f in store.examine()}
            if not found:
                return None
            backup = _backup(store, index)
            if "file" not in found:
                store.rebuild_derived()
                maildirs.look_at_all(store)
                if not {f.where for f in store.examine()} & {"words", "rows", "file"}:
                    return Repaired(backup, False, tuple(kept.roots))
        return _begin_anew(index, backup, kept)


def _was_index(path: Path) -> bool:
    """Whether a file, damaged or not, is one of ours: by its mark, by what is left of its schema, or by the lock
    that every run leaves beside it."""
    if not path.is_file() or path.is_symlink():
        return False
    if lock_path(path).exists():
        return True
    with open(path, "rb") as stream:
        head = stream.read(_HEAD)
    return head[68:72] == schema.APPLICATION_ID.to_bytes(4, "big") or b"CREATE TABLE forgotten(" in head


def _lengthen(index: Path) -> None:
    """SQLite opens no file that is shorter than its head says, as a copy is that was broken off. With empty pages for
    those that are missing it does, and what stands in the others can be kept: the folders, what was forgotten."""
    with open(index, "rb") as stream:
        head = stream.read(100)
    if len(head) < 100 or head[24:28] != head[92:96]:  # the number of pages is not of the last writer
        return
    page = int.from_bytes(head[16:18], "big")
    pages = int.from_bytes(head[28:32], "big")
    whole = pages * (65536 if page == 1 else page)
    short = whole - index.stat().st_size
    if 0 < short <= _MISSING:
        os.truncate(index, whole)  # a hole: it takes no room


def _backup(store: Store, index: Path) -> str:
    """A copy of the damaged file beside it, made before anything is changed."""
    with suppress(GsearchError):  # otherwise what the -wal holds is copied with it
        store.checkpoint()
    target = _free_name(index)
    try:
        for end in ("", "-wal"):
            source = Path(f"{index}{end}")
            if source.exists():
                store.copy_bytes(source, Path(f"{target}{end}"))
    except BaseException:
        for end in ("", "-wal"):  # half a copy is of use to nobody, and fills the disk
            Path(f"{target}{end}").unlink(missing_ok=True)
        raise
    return str(target)


def _begin_anew(index: Path, backup: str, kept: Salvage) -> Repaired:
    target = Path(backup) if backup else _free_name(index)
    for end in ("", "-wal"):
        source = Path(f"{index}{end}")
        if source.exists():
            source.replace(f"{target}{end}").chmod(_PRIVATE)
    Path(f"{index}-shm").unlink(missing_ok=True)
    with Store.open(index, create=True) as store:
        store.restore(kept)
    return Repaired(str(target), True, tuple(kept.roots))


def _free_name(index: Path) -> Path:
    name = index.with_name(f"{index.name}.{time.strftime('%Y%m%d-%H%M%S')}.bak")
    return name if not name.exists() else name.with_name(f"{name.stem}-{time.time_ns()}.bak")
