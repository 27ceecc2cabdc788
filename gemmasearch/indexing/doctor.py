"""A dozen checks of the index and its machine, each with its mend; and the repair of what is derived."""

from __future__ import annotations

import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from gemmasearch.errors import GsearchError, IndexDamaged, IndexForeign, IndexMissing
from gemmasearch.indexing.lock import holder, run_lock
from gemmasearch.store import Store
from gemmasearch.store.database import sqlite_version

LEAST_SQLITE = (3, 51, 3)  # before, two connections could lose pages when one reset the WAL
LEAST_FREE = 200 << 20
LIBRARIES = ("apsw", "sqlite-vec", "llama-cpp-python", "wordllama", "pypdf", "python-magic", "watchdog")


@dataclass(frozen=True, slots=True)
class Check:
    """One result. ``mend`` says what to do when ``ok`` is false."""

    name: str
    ok: bool
    detail: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a repair did. ``backup`` is the damaged file, kept. ``reindex``: the text itself was damaged, so a new
    index with the same roots was begun, and the next run fills it from the files."""

    backup: str
    reindex: bool
    roots: tuple[str, ...]


def doctor(index: Path) -> list[Check]:
    """Look at everything; changes nothing. Never raises for what it finds."""
    checks = [*_libraries(), *_files(index), *_lock(index), *_watches()]
    return [*checks, *_contents(index)]


def repair(index: Path, *, wait: float = 10.0) -> Repaired | None:
    """Rebuild what is derived; None if nothing was wrong. Sources are never touched.

    :raises IndexMissing, IndexForeign: there is no index to mend.
    """
    if not index.exists():
        raise IndexMissing(f"there is no index at {index}", "`gsearch index FOLDER` makes one")
    with run_lock(index, "repair", wait=wait):
        roots: tuple[tuple[str, dict[str, object]], ...] = ()
        try:
            with Store.open(index, create=True) as store:
                roots = tuple((r.path, dict(r.options)) for r in store.roots())
                found = {f.where for f in store.examine()}
                if not found:
                    return None
                backup = _backup(store, index)
                if found <= {"words", "vectors"}:
                    store.rebuild_derived()
                    if not {f.where for f in store.examine()} & {"words", "rows", "file"}:
                        return Repaired(backup, False, tuple(path for path, _ in roots))
        except (IndexDamaged, IndexForeign):
            backup = ""
        return _begin_anew(index, backup, roots)


def _backup(store: Store, index: Path) -> str:
    """A copy of the damaged file beside it, made before anything is changed."""
    try:
        store.checkpoint()
    except GsearchError:
        pass  # what the -wal holds is copied with it
    target = _free_name(index)
    for end in ("", "-wal"):
        source = Path(f"{index}{end}")
        if source.exists():
            store.copy_bytes(source, Path(f"{target}{end}"))
    return str(target)


def _begin_anew(index: Path, backup: str, roots: tuple[tuple[str, dict[str, object]], ...]) -> Repaired:
    if backup:
        index.unlink()
    else:
        target = _free_name(index)
        index.rename(target)
        backup = str(target)
    for end in ("-wal", "-shm"):
        Path(f"{index}{end}").unlink(missing_ok=True)
    with Store.open(index, create=True) as store:
        for path, options in roots:
            store.add_root(path, options)
    return Repaired(backup, True, tuple(path for path, _ in roots))


def _free_name(index: Path) -> Path:
    name = index.with_name(f"{index.name}.{time.strftime('%Y%m%d-%H%M%S')}.bak")
    return name if not name.exists() else name.with_name(f"{name.stem}-{time.time_ns()}.bak")


def _libraries() -> Iterator[Check]:
    found = []
    for name in LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} missing")
    missing = [f for f in found if f.endswith("missing")]
    yield Check("libraries", not missing, ", ".join(found), "pip install --upgrade gemmasearch")
    number = sqlite_version()
    yield Check("sqlite", number >= LEAST_SQLITE, ".".join(map(str, number)), "pip install --upgrade apsw")
    try:
        import magic

        kind = magic.from_buffer(b"%PDF-1.7\n", mime=True)
        yield Check("libmagic", kind == "application/pdf", kind, "pip install --force-reinstall pylibmagic")
    except (ImportError, OSError) as e:
        yield Check("libmagic", False, str(e), "pip install --force-reinstall pylibmagic")


def _files(index: Path) -> Iterator[Check]:
    open_to_others = [
        f"{path.name} {stat.S_IMODE(path.stat().st_mode):04o}"
        for path in sorted(index.parent.glob(index.name + "*"))
        if path.stat().st_mode & 0o077
    ]
    yield Check(
        "permissions", not open_to_others, ", ".join(open_to_others) or "private", f"chmod 600 {index}*"
    )
    free = shutil.disk_usage(index.parent if index.parent.exists() else Path("/")).free
    yield Check("free space", free >= LEAST_FREE, f"{free >> 20} MB", "make room, or move the index: --db")


def _lock(index: Path) -> Iterator[Check]:
    held = holder(index)
    yield Check("lock", True, f"held by {held.what}, process {held.pid}" if held else "free")


def _watches() -> Iterator[Check]:
    limit = Path("/proc/sys/fs/inotify/max_user_watches")
    if limit.exists():
        number = int(limit.read_text())
        yield Check(
            "watch limit",
            number >= 65_536,
            f"{number} folders",
            "sudo sysctl fs.inotify.max_user_watches=524288",
        )


def _contents(index: Path) -> Iterator[Check]:
    mend = "gsearch doctor --repair"
    try:
        with Store.open(index) as store:
            yield Check("index", True, f"schema {store.summary().schema}")
            yield from _extension(store)
            found = store.examine()
            for where in ("file", "rows", "words", "vectors"):
                said = "; ".join(f.detail for f in found if f.where == where)
                yield Check(where, not said, said or "sound", mend)
            gone = [r.path for r in store.roots() if not os.path.exists(r.path)]
            yield Check(
                "roots", not gone, ", ".join(gone) or "all there", "mount them, or `gsearch forget ROOT`"
            )
    except GsearchError as e:
        yield Check("index", False, e.message, e.hint or mend)


def _extension(store: Store) -> Iterator[Check]:
    load: Callable[[], None] = store.db.load_vec
    try:
        load()
        yield Check("sqlite-vec", True, str(store.db.value("SELECT vec_version()")))
    except GsearchError as e:
        yield Check("sqlite-vec", False, e.message, "pip install --force-reinstall sqlite-vec")
