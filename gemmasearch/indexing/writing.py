"""Bringing one file after the other up to date: restamped, moved, copied, or read again."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from gemmasearch.documents import Document, Problem, SyncEvent
from gemmasearch.indexing import growing
from gemmasearch.indexing.ahead import Ahead, Begun, Read
from gemmasearch.indexing.batches import FILES, Batches, Helped, is_plain, made_ahead
from gemmasearch.indexing.current import READERS, is_racy, is_read, now_ns, tries_before, unchanged_since
from gemmasearch.indexing.helper import KEY, SMALL, digest
from gemmasearch.indexing.helpers import MOST, Helpers
from gemmasearch.indexing.moves import Moves, kind_of_name
from gemmasearch.indexing.recognised import Readers
from gemmasearch.indexing.rules import Rules, is_within
from gemmasearch.indexing.secrets import KEY_SEARCH_BYTES, holds_key, is_secret_part
from gemmasearch.indexing.storing import TOGETHER, Storing
from gemmasearch.models.native import cores
from gemmasearch.readers import refused
from gemmasearch.readers.formats import CannotRead
from gemmasearch.readers.isolate import Isolated
from gemmasearch.readers.opening import opened
from gemmasearch.store.keys import clean, path_words
from gemmasearch.store.ready import Ready

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
SHARE = 128  # small files in one transaction
MANY = 400  # small files of a run for which helpers are started
PATIENCE = 200_000_000  # ns for which a file that is read may wait for company


@dataclass(frozen=True, slots=True)
class Job:
    """A file that is being read and waits to be written."""

    found: Found
    row: FileRow | None
    digest: bytes | None
    documents: Iterator[Document | Ready]
    problems: list[Problem]  # met so far
    began: int  # ns
    reading: Begun | Helped | None = None  # None: there is nothing to read

    @property
    def is_small(self) -> bool:
        """Whether writing it takes a moment and needs no waiting."""
        return self.found.stamp.size <= SMALL and (self.reading is None or self.reading.is_short)

    @property
    def is_helped(self) -> bool:
        """Whether it was not looked at before it was read."""
        return isinstance(self.reading, Helped)


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
    _storing: Storing = field(init=False)
    _ends: ExitStack = field(default_factory=ExitStack)
    _helpers: Helpers | None = None
    _batches: Batches | None = None
    _own: int = 0  # of those that wait, files that no helper reads

    def __post_init__(self) -> None:
        self._storing = Storing(self.store, self.embedder, self.settings, self.tally)

    def write(self, stale: Sequence[Found], known: Mapping[str, FileRow], moves: Moves) -> None:
        """Bring the stale files up to date; rows whose files moved are taken out of ``moves``."""
        width = cores()
        with ExitStack() as self._ends, Ahead(self.read, width) as ahead:
            ours = isinstance(getattr(self.read, "__self__", None), Readers | Isolated)
            if ours and sum(map(is_plain, stale)) >= MANY:
                self._batches = Batches(helpers) if (helpers := self._helped()) else None
            for found in stale:
                if self.tally.stopped():
                    break
                self._file(found, known.get(found.path), moves, ahead, len(stale))
                if due := self._due(width):
                    self._written(due, moves, len(stale))
            self._written(
                len(self._waiting), moves, len(stale), share=FILES
            )  # while helpers make the last ones
        self._storing.write_vectors()
        if stale and not self.tally.interrupted:
            self.tally.progress(SyncEvent("read", len(stale), len(stale)))

    def _helped(self) -> Helpers | None:
        """Processes that take over a part of the work, started when there is enough of it; None on one core."""
        if self._helpers is None and (more := cores() - 1):
            static = self.embedder if self.embedder.space.name == "static" else None
            self._helpers = self._ends.enter_context(Helpers(self._storing.task, static, min(more, MOST)))
        return self._helpers

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
        elif self._batches and self._batches.takes(found, row):
            helped = self._batches.add(found, self._words(found.path), guarded=self._is_guarded(found))
            self._waiting.append(Job(found, row, None, iter(()), [], began, helped))
            return
        else:
            digest = self._digest(found)
            if digest and any(self._may_equal(job, found, digest) for job in self._waiting):
                self._written(len(self._waiting), moves, total)  # what is read once need not be read again
            if not self._is_known(found, row, digest, began, moves):
                self._waiting.append(self._begun(found, row, digest, began, ahead))
                self._own += 1
                return
        self._told(found, total)

    def _digest(self, found: Found) -> bytes | None:
        large = found.stamp.size > LARGE and refused(found.path, self.settings)
        return None if large else digest_of(found.path)

    @staticmethod
    def _may_equal(job: Job, found: Found, digest: bytes) -> bool:
        """Whether a file that waits may be the same as another one."""
        return job.found.stamp.size == found.stamp.size and job.digest in (None, digest)

    def _is_known(
        self, found: Found, row: FileRow | None, digest: bytes | None, began: int, moves: Moves
    ) -> bool:
        """Do what the digest is enough for. :return: whether it was."""
        if digest is None:
            return False
        if row:
            same = is_read(row) and row.hash == digest
            if same:
                self._restamp(row, found, began)
            return same
        if moved := moves.same_bytes(found, digest):
            self._move(moved, found, began)
            return True
        return self._copied(found, digest, began)

    def _due(self, width: int) -> int:
        """How many of those that wait are to be written: the first one at once if it is large or has waited long."""
        if self._batches and self._batches.is_full:
            return min(SHARE, len(self._waiting))
        most = WAITING * width
        if self._own <= most:
            return 0
        first = self._waiting[0]
        late = first.found.stamp.size > SMALL or now_ns() - first.began > PATIENCE
        return len(self._waiting) - most if late or self._own >= COMPANY * most else 0

    def _written(self, jobs: int, moves: Moves, total: int, *, share: int = SHARE) -> None:
        """Write what was begun first; neighbours that are small and read already in one transaction."""
        while jobs > 0:
            if self.tally.stopped():
                return
            last = self._waiting[min(jobs, share) - 1].reading
            if isinstance(last, Helped):
                last.made()  # until it is there, this process makes others, and those before it come as well
            together = [self._next()]
            if together[0].is_small:
                while self._waiting and len(together) < min(jobs, share) and self._waiting[0].is_small:
                    together.append(self._next())
            for job in together:
                self._told(job.found, total)
            with self.store.writing() if len(together) > 1 else nullcontext():
                for job in together:
                    if not job.is_helped or not self._is_known(
                        job.found, job.row, job.digest, job.began, moves
                    ):
                        self._put_all(job)
            self._storing.write_vectors(TOGETHER)
            jobs -= len(together)

    def _next(self) -> Job:
        """The first one that waits; of a helper's what it made, else the file is read when it is written."""
        job = self._waiting.popleft()
        if not self._batches or not isinstance(job.reading, Helped):
            self._own -= 1
            return job
        found = job.found
        made = self._batches.taken(found, job.reading)
        if made is not None:
            return replace(job, digest=made[0], documents=self._items(found.path, made[1], job.problems))
        digest = self._digest(found)
        if self._is_key(found):
            return replace(job, digest=digest, problems=[Problem(found.path, "secret", KEY)])
        documents = self._items(found.path, self.read(found.path), job.problems)
        return replace(job, digest=digest, documents=documents)

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
        documents = job.documents
        group = list(islice(documents, DOCUMENTS_PER_TRANSACTION))
        whole = _whole(problems)
        if whole == "vanished":
            return  # between the look and now: the next run sees what became of it
        if whole == "busy":
            self._postpone(found, row, problems)
            return
        words, kept = self._words(found.path), set[str]()
        file_id = None
        while True:
            last = len(group) < DOCUMENTS_PER_TRANSACTION
            with self.store.writing():
                if file_id is None:
                    file_id = self.store.begin_file(found.path, words, tail=row.tail if row and box else None)
                    before = self.store.known_documents(file_id)
                    if box:
                        before = {part: known for part, known in before.items() if box.is_behind(part)}
                kept.update(self._storing.put(file_id, words, document, before) for document in group)
                met = [*(box.problems if box else ()), *problems]
                if last:
                    self.store.remove_documents(id for part, (id, _) in before.items() if part not in kept)
                    self._finish(file_id, job, met)
                elif before.keys() <= kept:
                    self._so_far(file_id, found, met)
            if last:
                break
            self._storing.write_vectors(TOGETHER)
            if self.tally.stopped():
                return
            if documents is job.documents and not before and (helpers := self._helped()):
                documents = made_ahead(documents, clean(words), helpers)
            group = list(islice(documents, DOCUMENTS_PER_TRANSACTION))
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
            problem = Problem(found.path, "secret", KEY)
            return Job(found, row, digest, iter(()), [problem], began)
        problems: list[Problem] = []
        reading = ahead.begin(found.path)
        return Job(found, row, digest, self._items(found.path, reading, problems), problems, began, reading)

    def _items(
        self, path: str, items: Iterable[Document | Ready | Problem], problems: list[Problem]
    ) -> Iterator[Document | Ready]:
        for item in items:
            if isinstance(item, Problem):
                problems.append(item)
            elif isinstance(item, Document) and item.part and is_secret_part(item.part, item.text):
                problems.append(Problem(path, "secret", part=item.part))
            elif self._storing.is_forgotten(item):
                problems.append(Problem(path, "forgotten", "", clean(item.part)))
            else:
                yield item

    def _is_guarded(self, found: Found) -> bool:
        """Whether it is left out if it is a private key: not if it was named itself or the root allows it."""
        if found.stamp.size > KEY_SEARCH_BYTES or any(r.path == found.path for r in self.registered):
            return False
        owner = self._owner(found.path)
        return not any(r.path == owner and Rules.of(r.options).secrets for r in self.registered)

    def _is_key(self, found: Found) -> bool:
        """A private key under an innocent name."""
        if not self._is_guarded(found):
            return False
        try:
            with opened(found.path) as source:
                return holds_key(source.stream.read(KEY_SEARCH_BYTES))
        except (OSError, CannotRead):
            return False

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
    try:
        with opened(path) as source:
            return digest(iter(partial(source.stream.read, 1 << 20), b""))
    except (OSError, CannotRead):
        return None
