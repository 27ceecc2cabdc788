"""Whether a run would find everything as the last one left it: a glance at the folders, before anything is loaded.

A run that found nothing to do leaves a record (:mod:`gemmasearch.indexing.trail`): the folders that it went through,
the ignore files it obeyed, the model it would have used, and its surroundings: program, settings, packages. While all
of that is as it was, no name came or went, and the rules say what they said; what is left is one ``stat`` per file,
and none for the messages of maildirs (:mod:`gemmasearch.indexing.maildirs`). Anything else is for the whole run.

Imports next to nothing: the glance takes less time than loading what the run needs.
"""

from __future__ import annotations

import fcntl
import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from gemmasearch.store.glance import Glanced

RUN, SCHEDULED = "last_run", "scheduled"  # names of heartbeats in the store's state
JUST_NOW = 10.0  # seconds: status calls a younger mark so, and writing it again would wait for the disk
# Settings that a command line of `index` may give and that a run goes by.
FLAGS = ("embedder", "dim", "gpu", "ocr", "archives")
_ELSEWHERE = ("GSEARCH_DB", "GSEARCH_DEBUG")  # the record lies in the index itself
_LOCAL = frozenset(
    b"ext2 ext3 ext4 xfs btrfs f2fs zfs bcachefs jfs reiserfs vfat exfat ntfs3 iso9660 udf squashfs erofs overlay "
    b"tmpfs ramfs devtmpfs rootfs proc sysfs devpts mqueue hugetlbfs cgroup cgroup2 securityfs debugfs tracefs "
    b"pstore bpf configfs fusectl efivarfs selinuxfs binfmt_misc nsfs rpc_pipefs".split()
)
_NAMED = ("HOME", "XDG_DATA_HOME")


def glance(
    index: str, wanted: Sequence[str], flags: Mapping[str, Any], every: float = 0.0
) -> dict[str, Any] | None:
    """What a run over these paths would report, marked in the index as one (unless one was marked just now); None if
    a run is needed to tell.

    :param index: the index file. :param wanted: absolute paths, none = all roots. :param every: see heartbeat.of_run.
    """
    from gemmasearch.store import glance as store

    place = os.path.join(os.path.realpath(os.path.dirname(index)), os.path.basename(index))
    fd = -1
    try:
        found = os.lstat(place)
        if found.st_mode & 0o077 or found.st_uid != os.geteuid():
            return None
        fd = os.open(f"{place}.lock", os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        if not _held(fd):
            return None
        try:
            opened = store.Glanced(place)
            try:
                return _glanced(opened, wanted, surroundings(flags), every)
            finally:
                opened.close()
        finally:
            os.ftruncate(fd, 0)
    except (OSError, ValueError, IndexError, store.Error):
        return None  # the run meets it again, and says what it is
    finally:
        if fd >= 0:
            os.close(fd)


def _held(fd: int) -> bool:
    """Take the run lock as :func:`gemmasearch.indexing.lock.run_lock` does, if it is free and no run was killed."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    host = os.uname().nodename
    if os.fstat(fd).st_size or not host.isprintable() or not host.isascii() or set(host) & {'"', "\\"}:
        return False  # the names are written without the library for JSON
    who = f'{{"pid": {os.getpid()}, "host": "{host}", "since": {time.time()}, "what": "index"'
    os.pwrite(fd, f'{who}, "started": {began_here()}}}'.encode(), 0)
    return True


def _glanced(opened: Glanced, wanted: Sequence[str], here: str, every: float) -> dict[str, Any] | None:
    began = time.time()
    record = [line.split(" ") for line in opened.record().split("\n")]
    head = {name: rest for name, *rest in record if len(name) > 1}
    if head.get("here") != [here] or head["situation"] != opened.situation().split(" "):
        return None
    if not float(head["from"][0]) <= began < float(head["until"][0]):
        return None
    roots = opened.roots()
    if [[path.hex(), options.encode().hex()] for path, options, _ in roots] != _lines(record, "R"):
        return None
    paths = {path for path, _, _ in roots}
    if any(why for _, _, why in roots) or not _are_all(paths, [os.fsencode(path) for path in wanted]):
        return None
    if not _folders_as_they_were(record) or not opened.all_as_known(_settled(record)):
        return None
    problems = [(os.fsdecode(p), reason, detail) for p, reason, detail in opened.crawl_problems()]
    now = time.time()
    if not opened.marked(now - JUST_NOW, now, every) >= ({RUN, SCHEDULED} if every else {RUN}):
        opened.looked(now, _marks(every))
    skipped = {reason: int(files) for reason, files in _lines(record, "K")}
    return {
        "unchanged": int(head["unchanged"][0]), "skipped": skipped, "problems": problems,
        "seconds": time.time() - began,
    }  # fmt: skip


def _are_all(roots: set[bytes], wanted: Sequence[bytes]) -> bool:
    """Whether the wanted paths are roots, and all others lie within them."""
    if not wanted:
        return True
    above = tuple(path.rstrip(b"/") + b"/" for path in wanted)
    return roots.issuperset(wanted) and all(root in wanted or root.startswith(above) for root in roots)


def _lines(record: Sequence[Sequence[str]], kind: str) -> list[list[str]]:
    return [list(rest) for name, *rest in record if name == kind]


def _folders_as_they_were(record: Sequence[Sequence[str]]) -> bool:
    """Whether every folder, ignore file and model file has its stamp, and what was not there is not there."""
    if not _all_answer(record):
        return False
    for kind, *rest in record:
        if kind == "D" and _stamp(os.lstat(bytes.fromhex(rest[0]))) != rest[1:5]:
            return False
        if kind == "T" and _stamp(os.stat(bytes.fromhex(rest[0]))) != rest[1:5]:
            return False
        if kind == "F" and file_stamp(bytes.fromhex(rest[0])) != rest[1]:
            return False
    return True


def _all_answer(record: Sequence[Sequence[str]]) -> bool:
    """Whether each root, and each file system that is mounted within one, answers: one that does not would be waited
    for for ever. To ask takes a thread, and is left out where the kernel itself answers for all that is mounted."""
    if _all_local():
        return True
    from gemmasearch import reach

    roots = [os.fsdecode(bytes.fromhex(path)) for path, *_ in _lines(record, "R")]
    if not all(reach.answers(root, reach.LONGER) for root in roots):
        return False
    within = tuple(os.path.realpath(root).rstrip("/") + "/" for root in roots)
    return all(reach.answers(point) for point in reach.mount_points() if point.startswith(within))


def _all_local() -> bool:
    """Whether every file system here is a disk's or the kernel's own: none of a server or of a program."""
    try:
        with open("/proc/self/mountinfo", "rb", 0) as listing:
            lines = listing.read().splitlines()
    except OSError:
        return False  # not Linux
    return {line.partition(b" - ")[2].partition(b" ")[0] for line in lines} <= _LOCAL


def _stamp(status: os.stat_result) -> list[str]:
    return [str(status.st_mtime_ns), str(status.st_ctime_ns), str(status.st_ino), str(status.st_dev)]


def file_stamp(path: bytes) -> str:
    """What tells one state of a file from another one; "" where there is none."""
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    return f"{found.st_size}:{found.st_mtime_ns}:{found.st_ctime_ns}:{found.st_ino}:{found.st_dev}"


def _settled(record: Sequence[Sequence[str]]) -> dict[bytes, int]:
    """The folders whose files need no look, and how many files there are in each."""
    return {bytes.fromhex(path): int(files) for path, files in _lines(record, "M")}


def _marks(every: float) -> list[tuple[str, str]]:
    """The heartbeats of this run."""
    mark = f'{{"pid": {os.getpid()}, "host": "{os.uname().nodename}", "at": {time.time()}, "said": "done"'
    beats = [(RUN, mark + "}")]
    return [*beats, (SCHEDULED, f'{mark}, "every": {every}}}')] if every else beats


def surroundings(flags: Mapping[str, Any]) -> str:
    """All beside the index and the files that decides what a run does, as one word to compare."""
    from gemmasearch import places

    home = os.path.dirname(os.path.dirname(__file__))
    code = [f"{home}/__init__.py", f"{home}/store/schema.py", f"{home}/readers/table.py"]
    packages = [path for path in sys.path if path.endswith("-packages")]
    files = [*code, *packages, places.config_file(os.environ)]
    environ = [
        f"{name}={value}"
        for name, value in sorted(os.environ.items())
        if name in _NAMED or (name.startswith("GSEARCH_") and name not in _ELSEWHERE)
    ]
    given = [f"{name}={flags[name]}" for name in FLAGS if flags.get(name) is not None]
    stamps = [f"{path}={file_stamp(os.fsencode(path))}" for path in files]
    return os.fsencode("\0".join([sys.version, *stamps, *environ, *given])).hex()


def began_here() -> float:
    """When this process began, in epoch seconds, as psutil says it; 0.0 where the system has no such files."""
    try:
        with open("/proc/self/stat", "rb") as own:
            ticks = int(own.read().rpartition(b")")[2].split()[19])
        boot = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)  # as the kernel says it in /proc/stat
        return int(boot) + ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, AttributeError):
        return 0.0
