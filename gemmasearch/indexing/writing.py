"""Bringing one file after the other up to date: what is read ahead and by whom, and what is written together."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, compress, islice, takewhile
from typing import TYPE_CHECKING

from gemmasearch.documents import Problem, SyncEvent
from gemmasearch.indexing import growing
from gemmasearch.indexing.ahead import Ahead, Begun, Read
from gemmasearch.indexing.batches import FILES, Batches, Helped, is_plain, made_together
from gemmasearch.indexing.current import now_ns
from gemmasearch.indexing.helper import KEY, SMALL, digest
from gemmasearch.indexing.helpers import MOST, Helpers
from gemmasearch.indexing.moves import Moves
from gemmasearch.indexing.putting import Job, Putting
from gemmasearch.indexing.recognised import Readers
from gemmasearch.indexing.storing import TOGETHER, Storing
from gemmasearch.models.native import cores
from gemmasearch.readers import refused
from gemmasearch.readers.formats import CannotRead
from gemmasearch.readers.isolate import Isolated
from gemmasearch.readers.opening import opened
from gemmasearch.store.keys import clean

if TYPE_CHECKING:
    from gemmasearch.indexing.crawl import Found
    from gemmasearch.indexing.tally import Tally
    from gemmasearch.models import Embedder
    from gemmasearch.settings import Settings
    from gemmasearch.store import FileRow, Root, Store

# Bytes: of larger files that are not read to their end (disk images, films, archives), not all is read for a hash,
# and the hash of others ends when the run is to end.
LARGE = 1 << 24
WAITING = 4  # files that are read or wait to be written, for each core …
COMPANY, MUCH = (
    2,
    8,
)  # … and so many times more while small and quickly read: they share a transaction; of MANY, MUCH
SHARE = 128  # small files in one transaction
MANY = 400  # small files of a run for which helpers are started
PATIENCE = 200_000_000  # ns for which a file that is read may wait for company, after those before it


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
    ends: ExitStack  # of whoever makes it: closes what is still open
    _waiting: deque[Job] = field(default_factory=deque)
    _done: int = 0
    _storing: Storing = field(init=False)
    _putting: Putting = field(init=False)
    _expected: Counter[bool] = field(default_factory=Counter)
    _helpers: Helpers | None = None
    _batches: Batches | None = None
    _own: int = 0  # of those that wait, files that no helper reads
    _hands_over: bool = False  # what is in small files of untrusted formats, once workers have read it
    _wrote: int = 0  # when, in ns
    _making: deque[list[Job]] = field(default_factory=deque)  # they share a transaction each

    def __post_init__(self) -> None:
        self._storing = Storing(self.store, self.embedder, self.settings, self.tally)
        self._putting = Putting(
            self.store, self.read, self.registered, self.tally, self._storing, self._helped
        )

    def expects(self, found: Iterable[Found]) -> bool:
        """Start helpers already, if the files that a look has met so far are enough for them. To start takes one of
        them as long as it takes this process to look at thousands of files.

        :return: whether they are enough.
        """
        self._expected += self._small(found)
        return max(self._expected.values(), default=0) >= MANY and self._helped() is not None

    def _small(self, found: Iterable[Found]) -> Counter[bool]:
        """How many files are small, by whether helpers may read them."""
        ours = isinstance(getattr(self.read, "__self__", None), Readers | Isolated)
        return Counter(is_plain(each) for each in found if ours and each.stamp.size <= SMALL)

    def write(self, stale: Sequence[Found], known: Mapping[str, FileRow], moves: Moves) -> None:
        """Bring the stale files up to date; rows whose files moved are taken out of ``moves``."""
        width = cores()
        with self.ends, Ahead(self.read, width) as ahead:
            small = self._small(stale)
            if small[True] >= MANY:
                self._batches = Batches(helpers) if (helpers := self._helped()) else None
            self._hands_over = small[False] >= MANY and self._helped() is not None
            for found in stale:
                if self.tally.stopped():
                    break
                self._file(found, known.get(found.path), moves, ahead, len(stale))
                if due := self._due(width):
                    self._written(due, moves, len(stale))
            # In small steps, while helpers make the last ones.
            self._all_written(moves, len(stale), share=FILES)
        self._storing.write_vectors()
        if stale and not self.tally.interrupted:
            self.tally.progress(SyncEvent("read", len(stale), len(stale)))

    def _helped(self) -> Helpers | None:
        """Processes that take over a part of the work, started when there is enough of it; None on one core."""
        if self._helpers is None and (more := cores() - 1):
            static = self.embedder if self.embedder.space.name == "static" else None
            self._helpers = self.ends.enter_context(Helpers(self._storing.task, static, min(more, MOST)))
            self._storing.along = static
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
            self._putting.move(unopened, found, began)
        elif row and growing.may_have_grown(row, found) and self._putting.grown(found, row, began):
            pass
        elif self._batches and self._batches.takes(found, row):
            helped = self._batches.add(
                found, self._putting.words(found.path), guarded=self._putting.is_guarded(found)
            )
            self._waiting.append(Job(found, row, None, iter(()), [], began, helped))
            return
        else:
            digest = self._digest(found)
            if self.tally.interrupted:
                return
            begun = chain(self._waiting, *self._making)
            if digest and any(self._may_equal(job, found, digest) for job in begun):
                self._all_written(moves, total)  # what is read once need not be read again
            if not self._putting.is_known(found, row, digest, began, moves):
                self._waiting.append(self._begun(found, row, digest, began, ahead))
                self._own += 1
                return
        self._told(found, total)

    def _digest(self, found: Found) -> bytes | None:
        """None also where the run was told to stop meanwhile."""
        if found.stamp.size <= LARGE:
            return digest_of(found.path)
        return None if refused(found.path, self.settings) else digest_of(found.path, self.tally.stopped)

    @staticmethod
    def _may_equal(job: Job, found: Found, digest: bytes) -> bool:
        """Whether a file that waits may be the same as another one."""
        return job.found.stamp.size == found.stamp.size and job.digest in (None, digest)

    def _due(self, width: int) -> int:
        """How many of those that wait are to be written: the first one at once if it is large or has waited long."""
        if self._batches and self._batches.is_full:
            return min(SHARE, len(self._waiting))
        most = WAITING * width
        if self._own <= most:
            return 0
        first = self._waiting[0]
        late = first.found.stamp.size > SMALL or now_ns() - max(first.began, self._wrote) > PATIENCE
        company = MUCH if self._hands_over else COMPANY
        return len(self._waiting) - most if late or self._own >= company * most else 0

    def _written(self, jobs: int, moves: Moves, total: int, *, share: int = SHARE) -> None:
        """Write what was begun first; neighbours that are small and read already in one transaction."""
        while jobs > 0:
            if self.tally.stopped():
                return
            self._wait(min(jobs, share), moves, total)
            together = [self._next()]
            if together[0].is_small:
                while self._waiting and len(together) < min(jobs, share) and self._waiting[0].is_small:
                    together.append(self._next())
            jobs -= len(together)
            handed = self._handed(together)
            self._making.append(handed or together)
            self._put_made(moves, total, but=bool(handed))

    def _wait(self, jobs: int, moves: Moves, total: int) -> None:
        """Until the first ones are there, that they share a transaction. Meanwhile those before them are written."""
        last = self._waiting[jobs - 1].reading
        if isinstance(last, Helped):
            last.made()  # until it is there, this process makes others, and those before it come as well
        elif self._hands_over:
            small = takewhile(lambda job: job.found.stamp.size <= SMALL, islice(self._waiting, jobs))
            readings = [job.reading for job in small if isinstance(job.reading, Begun)]
            if not all(reading.ended for reading in readings):
                self._put_made(moves, total)
            for reading in readings:
                reading.wait()
                if not reading.is_short:
                    break  # until it is written, its thread may read no other

    def _all_written(self, moves: Moves, total: int, *, share: int = SHARE) -> None:
        """Also what was handed over last."""
        self._written(len(self._waiting), moves, total, share=share)
        if not self.tally.stopped():
            self._put_made(moves, total)

    def _handed(self, together: Sequence[Job]) -> list[Job]:
        """The same files, if helpers make ready what is in them while those before are written; else none."""
        chosen = [isinstance(job.reading, Begun) and job.is_small for job in together]
        helpers = self._helped() if any(chosen) and self._hands_over else None
        if helpers is None:
            return []
        given = list(compress(together, chosen))
        words = [clean(self._putting.words(job.found.path)) for job in given]
        made = iter(made_together([list(job.documents) for job in given], words, helpers))
        return [
            replace(job, documents=next(made)) if each else job
            for job, each in zip(together, chosen, strict=True)
        ]

    def _put_made(self, moves: Moves, total: int, but: int = 0) -> None:
        """Write what was handed over, but the last of it."""
        while len(self._making) > but:
            self._put(self._making.popleft(), moves, total)

    def _put(self, together: Sequence[Job], moves: Moves, total: int) -> None:
        """Write files in one transaction; a single one may take several."""
        for job in together:
            self._told(job.found, total)
        with self.store.writing() if len(together) > 1 else nullcontext():
            hashes = self.store.known_hashes(job.digest for job in together if job.digest)
            for job in together:
                twin = job.digest in hashes
                if not job.is_helped or not self._putting.is_known(
                    job.found, job.row, job.digest, job.began, moves, twin=twin
                ):
                    self._putting.put(job)
                    hashes.update(filter(None, (job.digest,)))
            self._storing.write_vectors(TOGETHER)
        self._wrote = now_ns()

    def _next(self) -> Job:
        """The first one that waits; of a helper's what it made, else the file is read when it is written."""
        job = self._waiting.popleft()
        if not self._batches or not isinstance(job.reading, Helped):
            self._own -= 1
            return job
        found = job.found
        made = self._batches.taken(found, job.reading)
        if made is not None:
            return replace(
                job, digest=made[0], documents=self._putting.items(found.path, made[1], job.problems)
            )
        digest = self._digest(found)
        if self._putting.is_key(found):
            return replace(job, digest=digest, problems=[Problem(found.path, "secret", KEY)])
        documents = self._putting.items(found.path, self.read(found.path), job.problems)
        return replace(job, digest=digest, documents=documents)

    def _told(self, found: Found, total: int) -> None:
        self.tally.progress(SyncEvent("read", self._done, total, found.path))
        self._done += 1

    def _begun(
        self, found: Found, row: FileRow | None, digest: bytes | None, began: int, ahead: Ahead
    ) -> Job:
        if self._putting.is_key(found):
            problem = Problem(found.path, "secret", KEY)
            return Job(found, row, digest, iter(()), [problem], began)
        problems: list[Problem] = []
        reading = ahead.begin(found.path)
        return Job(
            found, row, digest, self._putting.items(found.path, reading, problems), problems, began, reading
        )


def digest_of(path: str, stopped: Callable[[], bool] = lambda: False) -> bytes | None:
    """16 bytes over the file's content; None if it cannot be read, which its reader will say why, or not to its end,
    since the run is ``stopped``."""
    try:
        with opened(path) as source:
            blocks = iter(partial(source.stream.read, 1 << 20), b"")
            found = digest(takewhile(lambda _: not stopped(), blocks))
            return None if stopped() else found
    except (OSError, CannotRead):
        return None
