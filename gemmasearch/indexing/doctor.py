"""A dozen checks of the index and its machine, each with its mend."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from functools import partial
from glob import escape
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from shlex import quote

from gemmasearch.errors import GsearchError, IndexForeign, IndexProblem, MachineRefused
from gemmasearch.indexing.heartbeat import heartbeats
from gemmasearch.indexing.lock import described, holder, unended
from gemmasearch.light import dataclass
from gemmasearch.reach import SILENT, asked
from gemmasearch.readers import Isolated, formats
from gemmasearch.readers.channel import Died
from gemmasearch.readers.recognition import mime_of
from gemmasearch.readers.table import broken_formats
from gemmasearch.store import Store
from gemmasearch.store.care import ODD
from gemmasearch.store.database import sqlite_version

LEAST_SQLITE = (3, 51, 3)  # before, two connections could lose pages when one reset the WAL
LEAST_FREE = 200 << 20
LIBRARIES = (
    "apsw",
    "sqlite-vec",
    "llama-cpp-python",
    "wordllama",
    "pypdf",
    "python-magic",
    "watchdog",
    "psutil",
)
_REMOTE = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "fuse.sshfs", "9p", "ceph", "glusterfs")


@dataclass(frozen=True, slots=True)
class Check:
    """One result. ``mend`` says what to do when ``ok`` is false; ``code`` is the exit code that it stands for."""

    name: str
    ok: bool
    detail: str
    mend: str = ""
    code: int = IndexProblem.exit_code


def doctor(index: Path) -> list[Check]:
    """Look at everything; changes nothing. Never raises for what it finds."""
    checks = [*_libraries(), *_readers(), *_files(index), *_lock(index), *_watches()]
    return [*checks, *_contents(index)]


def _machine(name: str, ok: bool, detail: str, mend: str = "") -> Check:
    return Check(name, ok, detail, mend, MachineRefused.exit_code)


def _libraries() -> Iterator[Check]:
    found = []
    for name in LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} missing")
    missing = [f for f in found if f.endswith("missing")]
    yield _machine("libraries", not missing, ", ".join(found), "pip install --upgrade gemmasearch")
    number = sqlite_version()
    yield _machine("sqlite", number >= LEAST_SQLITE, ".".join(map(str, number)), "pip install --upgrade apsw")
    mend = "pip install --force-reinstall pylibmagic python-magic"
    try:
        kind = mime_of(b"%PDF-1.7\n")
        yield _machine("libmagic", kind == "application/pdf", kind, mend)
    except Exception as e:  # noqa: BLE001  (magic has exceptions of its own, and may not be there at all)
        yield _machine("libmagic", False, str(e), mend)


def _readers() -> Iterator[Check]:
    """What holds back a reader that a hostile file has taken over: it depends on the kernel."""
    try:
        with Isolated() as isolated:
            yield _machine("isolation", True, isolated.sandbox().tier())
    except Died as e:
        yield _machine("isolation", False, e.detail or e.reason, "pip install --upgrade gemmasearch")
    broken = broken_formats()
    mend = "upgrade or remove the packages that add them"
    yield _machine("formats", not broken, "; ".join(broken) or f"{len(formats())} formats", mend)


def _files(index: Path) -> Iterator[Check]:
    ours = not _foreign(index)
    if ours:  # nobody is told to change the mode of what is not ours
        open_to_others = [
            f"{path.name} {stat.S_IMODE(path.stat().st_mode):04o}"
            for path in sorted(index.parent.glob(escape(index.name) + "*"))
            if path.stat().st_mode & 0o077
        ]
        said = ", ".join(open_to_others) or "private"
        yield _machine("permissions", not open_to_others, said, f"chmod 600 {quote(str(index))}*")
    folder = index.parent if index.parent.exists() else Path("/")
    closed = next((p for p in (folder, index) if p.exists() and not _may_write(p)), None)
    writable = closed is None
    if ours and writable and _replaceable(folder):
        said = f"{folder}: others may put another index in its place"
        yield _machine("folder", False, said, f"chmod go-w {quote(str(folder))}")
    else:
        said = f"{closed} is read-only: searches work, runs do not" if closed else str(folder)
        yield _machine("folder", writable, said, _opening(closed or folder))
    kind = _file_system(folder)
    yield _machine(
        "file system",
        kind not in _REMOTE,
        kind or "unknown",
        "keep the index on a local disk: --db or GSEARCH_DB",
    )
    free = shutil.disk_usage(folder).free
    yield _machine("free space", free >= LEAST_FREE, f"{free >> 20} MB", "make room, or move the index: --db")


def _may_write(path: Path) -> bool:
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _opening(path: Path) -> str:
    """How to have a path written."""
    if os.statvfs(path).f_flag & os.ST_RDONLY:
        return "mount it so that it can be written, or copy the index and name the copy: --db"
    return f"chmod u+w {quote(str(path))}"


def _replaceable(folder: Path) -> bool:
    """Whether everyone may remove and rename what stands in a folder (in a sticky one only its owner may)."""
    mode = folder.stat().st_mode
    return bool(mode & stat.S_IWOTH) and not mode & stat.S_ISVTX


def _foreign(index: Path) -> bool:
    try:
        Store.open(index, read_only=True).close()
    except GsearchError as e:
        return isinstance(e, IndexForeign)
    return False


def _file_system(folder: Path) -> str:
    """The kind of file system a folder lies on; "" where it cannot be told."""
    import psutil

    try:
        mounts = [(p.mountpoint, p.fstype) for p in psutil.disk_partitions(all=True)]
    except (OSError, RuntimeError):
        return ""
    real = os.path.realpath(folder)
    above = [m for m in mounts if real == m[0] or real.startswith(m[0].rstrip("/") + "/")]
    return max(above, key=lambda m: len(m[0]), default=("", ""))[1]


def _lock(index: Path) -> Iterator[Check]:
    held, killed = holder(index), unended(index)
    yield Check("lock", True, f"held by {described(held)}" if held else "free")
    yield Check(
        "last run",
        killed is None,
        f"it did not end: {described(killed)}" if killed else "ended",
        "gsearch index",
    )


def _watches() -> Iterator[Check]:
    limit = Path("/proc/sys/fs/inotify/max_user_watches")
    if limit.exists():
        number = int(limit.read_text())
        mend = "sudo sysctl fs.inotify.max_user_watches=524288"
        yield _machine("watch limit", number >= 65_536, f"{number} folders", mend)


def _contents(index: Path) -> Iterator[Check]:
    mend = "gsearch doctor --repair"
    try:
        with _opened(index) as store:
            closed = ", which cannot be written here" if store.db.read_only else ""
            yield Check("index", True, f"schema {store.summary().schema}{closed}")
            yield from _extension(store)
            found = store.examine()
            for where in ("file", "rows", "words", "vectors"):
                said = "; ".join(f.detail for f in found if f.where == where)
                sound = "sound, by samples" if closed and where == "words" else "sound"
                yield Check(where, not said, said or sound, mend)
            yield from _coverage(store)
            for beat in heartbeats(store):
                yield _machine(f"heartbeat, {beat.what}", not beat.stale, beat.said, beat.mend)
    except GsearchError as e:
        yield Check("index", False, e.message, e.hint or mend)
    except ODD as e:
        yield Check("index", False, f"a row is not what was written ({type(e).__name__})", mend)


def _opened(index: Path) -> Store:
    """The index; as a search opens it where it cannot be written."""
    try:
        store = Store.open(index)
    except MachineRefused:
        return Store.open(index, read_only=True)
    if store.writable():
        return store
    store.close()
    return Store.open(index, read_only=True)


def _whether_there(path: str) -> str:
    return "" if os.path.exists(path) else "not there"


def _coverage(store: Store) -> Iterator[Check]:
    roots = [(r.path, r.unavailable or asked(partial(_whether_there, r.path), SILENT)) for r in store.roots()]
    gone = [f"{path}: {why}" for path, why in roots if why]
    yield _machine(
        "folders", not gone, ", ".join(gone) or "all there", "mount them, or `gsearch forget FOLDER`"
    )
    for space in store.spaces():
        waiting = store.pending_count(space.id)
        said = f"{space.name}, {space.dim} dimensions: {store.vector_count(space.id):,} vectors"
        said += (
            f", {waiting:,} passages wait for theirs (`gsearch index` goes on)" if waiting else ", complete"
        )
        yield Check("space" if space.active else "space being built", True, said)


def _extension(store: Store) -> Iterator[Check]:
    try:
        store.db.load_vec()
        yield _machine("sqlite-vec", True, str(store.db.value("SELECT vec_version()")))
    except GsearchError as e:
        yield _machine("sqlite-vec", False, e.message, "pip install --force-reinstall sqlite-vec")
