"""One run: crawl, read what changed, write it, then embed what has no vector yet.

Each file is one short transaction, so that a kill leaves its old or its new state. Words come first: a new file is
findable as soon as it is written; vectors follow in batches outside any write transaction.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from typing import TYPE_CHECKING

from gemmasearch.documents import Document, FileStamp, Problem, SyncEvent, SyncReport
from gemmasearch.indexing import chunking
from gemmasearch.indexing.crawl import Found, RootUnavailable, crawl, stamp_of
from gemmasearch.indexing.lock import run_lock
from gemmasearch.indexing.measure import Measure
from gemmasearch.indexing.rules import Rules, is_within
from gemmasearch.indexing.secrets import KEY_SEARCH_BYTES, holds_key
from gemmasearch.models import Passage
from gemmasearch.readers import FORMATS
from gemmasearch.readers.formats import CannotRead
from gemmasearch.readers.opening import opened
from gemmasearch.store.files import storable
from gemmasearch.store.keys import clean, document_hash, path_words

if TYPE_CHECKING:
    from gemmasearch.models import Embedder
    from gemmasearch.settings import Settings
    from gemmasearch.store import FileRow, Root, Store

Read = Callable[[str], Iterator[Document | Problem]]

RACY_NS = 2_000_000_000  # a file that changed this shortly before a look may change again within its stamp
UNLUCKY = frozenset(("timeout", "memory", "crash", "busy", "unreadable"))  # may go better the next time
MAX_TRIES = 3  # after so many failures with the same stamp and readers a file is left alone
MANY = 10  # files that may leave a root at once without a word
EMBED_BATCH = 32  # passages between two looks at the stop signal
PENDING = 512  # passages fetched at a time
DOCUMENTS_PER_TRANSACTION = 500


def sync(
    store: Store,
    embedder: Embedder,
    read: Read,
    settings: Settings,
    *,
    roots: Sequence[str] | None = None,
    progress: Callable[[SyncEvent], None] = lambda event: None,
    stop: Callable[[], bool] = lambda: False,
    prune: bool = False,
    wait: float = 0.0,
) -> SyncReport:
    """Bring ``roots`` (absolute paths, registered if new; None = all registered ones) up to date.

    :param read: the documents of a file, and Problems. :param stop: asked between files and batches.
    :param prune: let files go even if they are more than half of a root.
    :param wait: seconds to wait for another run to end.
    :raises LockHeld: another run writes.
    """
    with run_lock(store.path, wait=wait, stop=stop):
        return _Run(store, embedder, read, settings, progress, stop, prune).all(roots)


@dataclass
class _Run:
    store: Store
    embedder: Embedder
    read: Read
    settings: Settings
    progress: Callable[[SyncEvent], None]
    stop: Callable[[], bool]
    prune: bool
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    unavailable: list[str] = field(default_factory=list)
    interrupted: bool = False

    def all(self, wanted: Sequence[str] | None) -> SyncReport:
        started = time.monotonic()
        outer = [self.store.add_root(path).path for path in wanted or ()]
        self.registered = self.store.roots()
        chosen = [r for r in self.registered if not outer or any(is_within(r.path, o) for o in outer)]
        self.measure = Measure(self.embedder.count_tokens)
        seen: dict[str, Found] = {}
        looked = [(root, self._look(root, seen)) for root in chosen]
        known = {row.path: row for root in chosen for row in self.store.files_below(root.path)}
        stale = self._stale(seen, known)
        gone = [row for root, complete in looked if complete for row in self._gone(root, seen, known)]
        for row in (known[p] for p in seen.keys() & known.keys() - {f.path for f in stale}):
            if row.reason:
                self.skipped[row.reason] += 1
            else:
                self.counts["unchanged"] += 1
        self._write(stale, known, gone)
        if not self.interrupted:
            self._remove(gone)
            self._sign(looked, seen)
        self._embed()
        return self._report(time.monotonic() - started)

    # -- what there is

    def _look(self, root: Root, seen: dict[str, Found]) -> bool:
        """Crawl a root into ``seen``. :return: whether the look was complete, so that absence means something."""
        found: list[Found] = []
        problems: list[Problem] = []
        try:
            rules = Rules.of(root.options)
            for item in crawl(root.path, rules=rules, skip=self._inner(root), own=str(self.store.path)):
                if isinstance(item, Found):
                    found.append(item)
                    if len(found) % 500 == 0:
                        self.progress(SyncEvent("crawl", len(seen) + len(found), 0, item.path))
                else:
                    problems.append(item)
                if self.stop():
                    self.interrupted = True
                    return False
        except RootUnavailable as e:
            return self._unavailable(root, str(e))
        if not found and root.seen and not self.prune and self._nothing_left(root):
            return self._unavailable(root, "empty, though it was not")
        for item in found:
            seen.setdefault(item.path, item)
        self._crawl_problems(root, problems)
        return True

    def _inner(self, root: Root) -> list[str]:
        """Roots within this one: they are looked at in their own turn, under their own rules."""
        return [r.path for r in self.registered if r.path != root.path and is_within(r.path, root.path)]

    def _unavailable(self, root: Root, why: str) -> bool:
        self.store.unavailable(root.id, why)
        self.unavailable.append(root.path)
        return False

    def _nothing_left(self, root: Root) -> bool:
        """Empty, and not because a rule leaves out what is there: an unmounted disk looks like this."""
        return not any(os.path.lexists(row.path) for row in self.store.files_below(root.path))

    def _crawl_problems(self, root: Root, problems: list[Problem]) -> None:
        for problem in problems:
            self._problem(problem)
        self.skipped.update(p.reason for p in problems)
        with self.store.writing():
            self.store.crawl_problems(root.path, problems)

    def _problem(self, problem: Problem) -> None:
        self.problems.append(problem)
        self.progress(SyncEvent("read", 0, 0, problem.path, problem))

    def _stale(self, seen: dict[str, Found], known: dict[str, FileRow]) -> list[Found]:
        """The files that must be read, newest first: they are the likeliest to be looked for."""
        stale = [f for f in seen.values() if not _is_current(known.get(f.path), f.stamp)]
        return sorted(stale, key=lambda f: (-f.stamp.mtime_ns, f.path))

    def _gone(self, root: Root, seen: dict[str, Found], known: dict[str, FileRow]) -> list[FileRow]:
        """Known files of this root that are no longer there; of nested roots the innermost decides."""
        closed = tuple(p.path.rstrip("/") + "/" for p in self.problems if p.reason in ("unreadable", "limit"))
        own = [row for row in known.values() if self._owner(row.path) == root.path]
        gone = [r for r in own if r.path not in seen and not r.path.startswith(closed)]
        if len(gone) > max(MANY, len(own) // 2) and not self.prune:
            absent = {r.path for r in gone if not os.path.lexists(r.path)}
            if len(absent) > max(MANY, len(own) // 2):
                self._unavailable(root, f"{len(absent)} of {len(own)} files are gone; --prune lets them go")
                return [r for r in gone if r.path not in absent]
        return gone

    def _owner(self, path: str) -> str:
        above = [r.path for r in self.registered if is_within(path, r.path)]
        return max(above, key=len, default="")

    # -- files

    def _write(self, stale: list[Found], known: dict[str, FileRow], gone: list[FileRow]) -> None:
        left = {row.hash: row for row in gone if row.hash and not row.reason and _is_read(row)}
        sizes = {row.stamp.size for row in gone if row.stamp}
        for done, found in enumerate(stale):
            if self.stop():
                self.interrupted = True
                return
            self.progress(SyncEvent("read", done, len(stale), found.path))
            row = known.get(found.path)
            digest = _digest(found.path)
            if digest is not None and row and _is_read(row) and row.hash == digest:
                self._restamp(row, found)
            elif (
                digest is not None
                and row is None
                and found.stamp.size in sizes
                and digest in left
                and _kind_of_name(left[digest].path) == _kind_of_name(found.path)
            ):
                self._move(left.pop(digest), found, gone)
            else:
                self._replace(found, row, digest)
        if stale:
            self.progress(SyncEvent("read", len(stale), len(stale)))

    def _restamp(self, row: FileRow, found: Found) -> None:
        self.store.restamp(row.id, found.stamp, racy=_is_racy(found.stamp))
        if row.reason:
            self.skipped[row.reason] += 1
        else:
            self.counts["unchanged"] += 1

    def _move(self, row: FileRow, found: Found, gone: list[FileRow]) -> None:
        with self.store.writing():
            self.store.move_file(row.id, found.path, self._words(found.path))
            self.store.restamp(row.id, found.stamp, racy=_is_racy(found.stamp))
        gone.remove(row)
        self.counts["moved"] += 1

    def _words(self, path: str) -> str:
        return path_words(path, self._owner(path))

    def _replace(self, found: Found, row: FileRow | None, digest: bytes | None) -> None:
        """Read a file and write what it holds now; documents that are still the same are left alone.

        A file of many documents takes several transactions; without its stamp, which comes last, a killed run
        leaves it to be read again.
        """
        problems: list[Problem] = []
        documents = self._documents(found, problems)
        group = list(islice(documents, DOCUMENTS_PER_TRANSACTION))
        whole = next((p.reason for p in problems if not p.part), "")
        if whole == "vanished":
            return  # between the look and now: the next run sees what became of it
        kept: set[str] = set()
        file_id = None
        while True:
            last = len(group) < DOCUMENTS_PER_TRANSACTION
            with self.store.writing():
                if file_id is None:
                    file_id = self.store.begin_file(found.path, self._words(found.path))
                    before = self.store.known_documents(file_id)
                kept.update(self._put(file_id, document, before) for document in group)
                if last:
                    self._finish(file_id, found, row, digest, problems)
                    self.store.remove_documents(id for part, (id, _) in before.items() if part not in kept)
            if last:
                break
            group = list(islice(documents, DOCUMENTS_PER_TRANSACTION))
        whole = next((p.reason for p in problems if not p.part), "")
        if whole:
            self.skipped[whole] += 1
        else:
            self.counts["changed" if row and not row.reason else "new"] += 1
        for problem in problems:
            self._problem(problem)

    def _finish(
        self, file_id: int, found: Found, row: FileRow | None, digest: bytes | None, problems: list[Problem]
    ) -> None:
        settled = _unchanged_since(found)
        failed = any(not p.part for p in problems)
        self.store.finish_file(
            file_id,
            found.stamp if settled else None,
            racy=_is_racy(found.stamp),
            hash=digest if settled else None,
            reader=_READERS,
            problems=problems,
            tries=_tries(row, found) + 1 if failed else 0,
        )

    def _documents(self, found: Found, problems: list[Problem]) -> Iterator[Document]:
        if self._is_key(found):
            problems.append(Problem(found.path, "secret", "it holds a private key"))
            return
        for item in self.read(found.path):
            if isinstance(item, Document):
                yield item
            else:
                problems.append(item)

    def _is_key(self, found: Found) -> bool:
        """A private key under an innocent name, unless the file was named itself or the root allows it."""
        if found.stamp.size > KEY_SEARCH_BYTES or any(r.path == found.path for r in self.registered):
            return False
        owner = self._owner(found.path)
        if any(r.path == owner and Rules.of(r.options).secrets for r in self.registered):
            return False
        try:
            with opened(found.path) as source:
                return holds_key(source.stream.read(KEY_SEARCH_BYTES))
        except (OSError, CannotRead):
            return False

    def _put(self, file_id: int, document: Document, before: dict[str, tuple[int, bytes]]) -> str:
        """Write a document unless it is there already. :return: its part, as it is stored."""
        part = clean(document.part)
        known = before.get(part)
        if known and known[1] == document_hash(document):
            self.store.move_document(known[0], document.offset, document.length)
            return part
        limit = self.embedder.max_tokens
        target = min(self.settings.chunk_tokens, limit)
        count = self.embedder.count_tokens
        chunks = chunking.split(document, count, target, limit, measure=self.measure)
        self.store.put_document(file_id, document, chunks)
        self.counts["documents"] += 1
        self.counts["chunks"] += len(chunks)
        return part

    def _remove(self, gone: list[FileRow]) -> None:
        for at in range(0, len(gone), 100):
            with self.store.writing():
                self.store.remove_files(row.id for row in gone[at : at + 100])
        self.counts["gone"] += len(gone)

    def _sign(self, looked: list[tuple[Root, bool]], seen: dict[str, Found]) -> None:
        owned = Counter(self._owner(path) for path in seen)
        for root, complete in looked:
            if complete and root.path not in self.unavailable:
                self.store.looked_at(root.id, seen=owned[root.path], at=time.time())

    # -- vectors

    def _embed(self) -> None:
        space = self.store.ensure_space(self.embedder.space)
        while not self.interrupted and self.store.derive(space.id):
            self.interrupted = self.stop()
        total = self.store.pending_count(space.id)
        after: int | None = None
        while not self.interrupted:
            pending = self.store.pending(space.id, PENDING, after=after)
            if not pending:
                break
            after = pending[-1].chunk_id
            distinct = list({p.key: p for p in pending}.values())
            for at in range(0, len(distinct), EMBED_BATCH):
                if self.stop():
                    self.interrupted = True
                    break
                batch = distinct[at : at + EMBED_BATCH]
                vectors = self.embedder.embed_documents([Passage(p.title, p.text) for p in batch])
                self.counts["embedded"] += self.store.add_vectors(space.id, [p.key for p in batch], vectors)
                self.progress(SyncEvent("embed", self.counts["embedded"], total))
        if not self.interrupted:
            self.store.complete_space(space.id)
            self.store.checkpoint()
        self.counts["pending"] = self.store.pending_count(space.id)

    def _report(self, seconds: float) -> SyncReport:
        names = ("new", "changed", "moved", "unchanged", "gone", "documents", "chunks", "embedded", "pending")
        return SyncReport(
            **{name: self.counts[name] for name in names},
            skipped=dict(self.skipped),
            problems=tuple(self.problems),
            unavailable=tuple(self.unavailable),
            seconds=seconds,
            interrupted=self.interrupted,
        )


# Of all readers at once: what a file was taken for may change with any of them.
_READERS = ",".join(f"{f.name}:{f.version}" for f in FORMATS)


def _reader_is_current(row: FileRow) -> bool:
    return row.reader == _READERS


def _is_current(row: FileRow | None, stamp: FileStamp) -> bool:
    """Whether a file needs no look inside: the same stamp, old enough to prove something, and the same readers."""
    return row is not None and row.stamp == storable(stamp) and not row.racy and _is_read(row)


def _is_read(row: FileRow) -> bool:
    """Whether all that is known of a file was written, by the readers of today; a failure that may have been bad
    luck counts as read after some tries."""
    unlucky = row.reason in UNLUCKY and row.tries < MAX_TRIES
    return row.stamp is not None and _reader_is_current(row) and not unlucky


def _tries(row: FileRow | None, found: Found) -> int:
    """Failures so far with this stamp and these readers."""
    same = row is not None and row.stamp == storable(found.stamp) and _reader_is_current(row)
    return row.tries if row is not None and same else 0


def _kind_of_name(path: str) -> tuple[str, bool]:
    """What of a name a reader goes by: the suffix, and whether it is a maildir's."""
    folder, name = os.path.split(path)
    return os.path.splitext(name)[1].lower(), os.path.basename(folder) in ("cur", "new")


def _is_racy(stamp: FileStamp) -> bool:
    """Git's rule, on the change time: the only one of the times that nobody can set."""
    return stamp.ctime_ns >= time.time_ns() - RACY_NS


def _unchanged_since(found: Found) -> bool:
    try:
        return stamp_of(os.stat(found.path, follow_symlinks=False)) == found.stamp
    except OSError:
        return False


def _digest(path: str) -> bytes | None:
    """16 bytes over the file's content; None if it cannot be read, which its reader will say why."""
    digest = blake2b(digest_size=16)
    try:
        with opened(path) as source:
            while block := source.stream.read(1 << 20):
                digest.update(block)
    except (OSError, CannotRead):
        return None
    return digest.digest()
