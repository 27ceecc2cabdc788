"""Bringing one file after the other up to date: restamped, moved, copied, or read again."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from typing import TYPE_CHECKING

from gemmasearch.documents import Document, Problem, SyncEvent
from gemmasearch.indexing import chunking, growing
from gemmasearch.indexing.ahead import Ahead, Begun, Read
from gemmasearch.indexing.current import READERS, is_racy, is_read, now_ns, tries_before, unchanged_since
from gemmasearch.indexing.measure import Measure
from gemmasearch.indexing.moves import Moves, kind_of_name
from gemmasearch.indexing.rules import Rules, is_within
from gemmasearch.indexing.secrets import KEY_SEARCH_BYTES, holds_key, is_secret_part
from gemmasearch.models.native import cores
from gemmasearch.readers import refused
from gemmasearch.readers.formats import CannotRead
from gemmasearch.readers.opening import opened
from gemmasearch.store.keys import clean, document_hash, path_words

if TYPE_CHECKING:
    from gemmasearch.indexing.crawl import Found
    from gemmasearch.indexing.tally import Tally
    from gemmasearch.models import Embedder
    from gemmasearch.settings import Settings
    from gemmasearch.store import FileRow, Root, Store

DOCUMENTS_PER_TRANSACTION = 500
LARGE = (
    1 << 24
)  # bytes: of larger files that have no reader, disk images and films, not all is read for a hash
WAITING = 4  # files that are read or wait to be written, for each core …
COMPANY = 2  # … and so many times more while they are small and quickly read: they share a transaction
SMALL, SHARE = 1 << 16, 32  # bytes of a file, and such files in one transaction
PATIENCE = 200_000_000  # ns for which a file that is read may wait for company


@dataclass(frozen=True, slots=True)
class Job:
    """A file that is being read and waits to be written."""

    found: Found
    row: FileRow | None
    digest: bytes | None
    documents: Iterator[Document]
    problems: list[Problem]  # met so far
    began: int  # ns
    reading: Begun | None = None  # None: there is nothing to read

    @property
    def is_small(self) -> bool:
        """Whether writing it takes a moment and needs no waiting."""
        return self.found.stamp.size <= SMALL and (self.reading is None or self.reading.is_short)


@dataclass(slots=True)
class Writer:
    """A short transaction for a file, or for some small ones, so that a kill leaves the old or the new state of
    each. Of many small files the transactions were most of the work: each of them merges the full-text index."""

    store: Store
    embedder: Embedder
    read: Read
    settings: Settings
    registered: Sequence[Root]
    tally: Tally
    _waiting: deque[Job] = field(default_factory=deque)
    _done: int = 0
    _measure: Measure | None = None
    _forgotten: frozenset[bytes] | None = None

    def write(self, stale: Sequence[Found], known: Mapping[str, FileRow], moves: Moves) -> None:
        """Bring the stale files up to date; rows whose files moved are taken out of ``moves``."""
        width = cores()
        with Ahead(self.read, width) as ahead:
            for found in stale:
                if self.tally.stopped():
                    return
                self._file(found, known.get(found.path), moves, ahead, len(stale))
                if self._enough(width):
                    self._written(len(self._waiting) - WAITING * width, len(stale))
            self._written(len(self._waiting), len(stale))
        if stale and not self.tally.interrupted:
            self.tally.progress(SyncEvent("read", len(stale), len(stale)))

    def remove(self, gone: Sequence[FileRow]) -> None:
        for at in range(0, len(gone), 100):
            with self.store.writing():
                self.store.remove_files(row.id for row in gone[at : at + 100])
        self.tally.counts["gone"] += len(gone)

    def _file(self, found: Found, row: FileRow | None, moves: Moves, ahead: Ahead, total: int) -> None:
        """Do what needs no reading at once; else begin to read."""
        began = now_ns()
        if row is None and (unopened := moves.unopened(found)):
            self._move(unopened, found, began)
        elif row and growing.may_have_grown(row, found) and self._grown(found, row, began):
            pass
        else:
            large = found.stamp.size > LARGE and refused(found.path, self.settings)
            digest = None if large else digest_of(found.path)
            if digest and any(job.digest == digest for job in self._waiting):
                self._written(len(self._waiting), total)  # what is read once need not be read for its copy
            if row and digest and is_read(row) and row.hash == digest:
                self._restamp(row, found, began)
            elif row is None and digest and (moved := moves.same_bytes(found, digest)):
                self._move(moved, found, began)
            elif row is not None or digest is None or not self._copied(found, digest, began):
                self._waiting.append(self._begun(found, row, digest, began, ahead))
                return
        self._told(found, total)

    def _enough(self, width: int) -> bool:
        """Whether some of what waits is to be written: the first one at once if it is large or has waited long."""
        count, most = len(self._waiting), WAITING * width
        if count <= most:
            return False
        first = self._waiting[0]
        return count >= COMPANY * most or first.found.stamp.size > SMALL or now_ns() - first.began > PATIENCE

    def _written(self, jobs: int, total: int) -> None:
        """Write what was begun first; neighbours that are small and read already in one transaction."""
        while jobs > 0:
            if self.tally.stopped():
                return
            together = [self._waiting.popleft()]
            if together[0].is_small:
                while self._waiting and len(together) < min(jobs, SHARE) and self._waiting[0].is_small:
                    together.append(self._waiting.popleft())
            for job in together:
                self._told(job.found, total)
            with self.store.writing() if len(together) > 1 else nullcontext():
                for job in together:
                    self._put_all(job)
            jobs -= len(together)

    def _told(self, found: Found, total: int) -> None:
        self.tally.progress(SyncEvent("read", self._done, total, found.path))
        self._done += 1

    # -- without reading

    def _restamp(self, row: FileRow, found: Found, began: int) -> None:
        self.store.restamp(row.id, found.stamp, racy=is_racy(found.stamp, began))
        if row.reason:
            self.tally.skipped[row.reason] += 1
        else:
            self.tally.counts["unchanged"] += 1

    def _move(self, row: FileRow, found: Found, began: int) -> None:
        with self.store.writing():
            self.store.move_file(row.id, found.path, self._words(found.path))
            self.store.restamp(row.id, found.stamp, racy=is_racy(found.stamp, began))
        self.tally.counts["moved"] += 1

    def _copied(self, found: Found, digest: bytes, began: int) -> bool:
        """Take over what was read from the same bytes under another name. :return: whether there is such a file."""
        for twin in self.store.files_with_hash(digest):
            alike = kind_of_name(twin.path) == kind_of_name(found.path) and is_read(twin) and not twin.reason
            if alike and not self._is_key(found) and unchanged_since(found):
                racy = is_racy(found.stamp, began)
                if self.store.copy_file(twin.id, found.path, self._words(found.path), found.stamp, racy=racy):
                    self.tally.counts["new"] += 1
                    return True
        return False

    # -- reading

    def _grown(self, found: Found, row: FileRow, began: int) -> bool:
        """Read only what was added to a mailbox. :return: False if anything else happened to it."""
        box = growing.grown(self.store, row, found.path)
        if box is None:
            return False
        problems: list[Problem] = []
        documents = box.only_new(self._items(found.path, self.read(found.path, start=box.start), problems))
        try:
            self._put_all(Job(found, row, None, documents, problems, began), box)
        except growing.OldMessage:
            return False
        return True

    def _put_all(self, job: Job, box: growing.Box | None = None) -> None:
        """Write the documents of a file; the stamp comes last. A file of many documents takes several
        transactions: without its stamp a killed run leaves it to be read again, a mailbox from where it was.
        """
        found, row, problems = job.found, job.row, job.problems
        group = list(islice(job.documents, DOCUMENTS_PER_TRANSACTION))
        whole = _whole(problems)
        if whole == "vanished":
            return  # between the look and now: the next run sees what became of it
        if whole == "busy":
            self._postpone(found, row, problems)
            return
        kept: set[str] = set()
        file_id = None
        while True:
            last = len(group) < DOCUMENTS_PER_TRANSACTION
            with self.store.writing():
                if file_id is None:
                    file_id = self.store.begin_file(
                        found.path, self._words(found.path), tail=row.tail if row and box else None
                    )
                    before = self.store.known_documents(file_id)
                    if box:
                        before = {part: known for part, known in before.items() if box.is_behind(part)}
                kept.update(self._put(file_id, document, before) for document in group)
                met = [*(box.problems if box else ()), *problems]
                if last:
                    self.store.remove_documents(id for part, (id, _) in before.items() if part not in kept)
                    self._finish(file_id, job, met)
                elif before.keys() <= kept:
                    self._so_far(file_id, found, met)
            if last:
                break
            if self.tally.stopped():
                return
            group = list(islice(job.documents, DOCUMENTS_PER_TRANSACTION))
        if whole := _whole(problems):
            self.tally.skipped[whole] += 1
        else:
            self.tally.counts["changed" if row and not row.reason else "new"] += 1
        for problem in problems:
            self.tally.problem(problem)

    def _finish(self, file_id: int, job: Job, problems: list[Problem]) -> None:
        found = job.found
        tail, tail_hash = growing.tail_of(self.store, file_id, found)
        settled = unchanged_since(found)
        self.store.finish_file(
            file_id,
            found.stamp if settled else None,
            racy=is_racy(found.stamp, job.began),
            hash=job.digest if settled else None,
            reader=READERS,
            problems=problems,
            tries=tries_before(job.row, found) + 1 if _whole(problems) else 0,
            tail=tail if settled else None,
            tail_hash=tail_hash,
        )

    def _so_far(self, file_id: int, found: Found, problems: list[Problem]) -> None:
        """Where to go on in a mailbox, should this run end before it is read."""
        tail, tail_hash = growing.tail_of(self.store, file_id, found)
        if tail is not None:
            self.store.finish_file(
                file_id, None, reader=READERS, problems=problems, tail=tail, tail_hash=tail_hash
            )

    def _postpone(self, found: Found, row: FileRow | None, problems: list[Problem]) -> None:
        """A mail program has the box: what is known of it stays, and every run tries it again."""
        with self.store.writing():
            file_id = self.store.begin_file(
                found.path, self._words(found.path), tail=row.tail if row else None
            )
            self.store.finish_file(
                file_id,
                None,
                reader=READERS,
                problems=problems,
                tail=row.tail if row else None,
                tail_hash=row.tail_hash if row else None,
            )
        self.tally.skipped["busy"] += 1
        for problem in problems:
            self.tally.problem(problem)

    def _begun(
        self, found: Found, row: FileRow | None, digest: bytes | None, began: int, ahead: Ahead
    ) -> Job:
        if self._is_key(found):
            problem = Problem(found.path, "secret", "it holds a private key")
            return Job(found, row, digest, iter(()), [problem], began)
        problems: list[Problem] = []
        reading = ahead.begin(found.path)
        return Job(found, row, digest, self._items(found.path, reading, problems), problems, began, reading)

    def _items(
        self, path: str, items: Iterable[Document | Problem], problems: list[Problem]
    ) -> Iterator[Document]:
        for item in items:
            if isinstance(item, Problem):
                problems.append(item)
            elif item.part and is_secret_part(item.part, item.text):
                problems.append(Problem(path, "secret", part=item.part))
            elif self._is_forgotten(item):
                problems.append(Problem(path, "forgotten", "", clean(item.part)))
            else:
                yield item

    def _is_forgotten(self, document: Document) -> bool:
        if self._forgotten is None:
            self._forgotten = self.store.is_forgotten()
        return bool(self._forgotten) and document_hash(document) in self._forgotten

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
        count, limit = self.embedder.count_tokens, self.embedder.max_tokens
        self._measure = self._measure or Measure(count)
        target = min(self.settings.chunk_tokens, limit)
        chunks = chunking.split(document, count, target, limit, measure=self._measure)
        self.store.put_document(file_id, document, chunks)
        self.tally.counts["documents"] += 1
        self.tally.counts["chunks"] += len(chunks)
        return part

    def _words(self, path: str) -> str:
        return path_words(path, self._owner(path))

    def _owner(self, path: str) -> str:
        """Of nested roots the innermost."""
        return max((r.path for r in self.registered if is_within(path, r.path)), key=len, default="")


def _whole(problems: Sequence[Problem]) -> str:
    """Why nothing of a file could be read, "" if something could."""
    return next((p.reason for p in problems if not p.part), "")


def digest_of(path: str) -> bytes | None:
    """16 bytes over the file's content; None if it cannot be read, which its reader will say why."""
    digest = blake2b(digest_size=16)
    try:
        with opened(path) as source:
            while block := source.stream.read(1 << 20):
                digest.update(block)
    except (OSError, CannotRead):
        return None
    return digest.digest()
