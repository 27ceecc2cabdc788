"""One file on its way into the index: restamped, moved, copied, or its documents written anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TypedDict

from gemmasearch.documents import Document, FileStamp, Problem, reason_of
from gemmasearch.indexing import growing
from gemmasearch.indexing.ahead import Begun, Read
from gemmasearch.indexing.batches import Helped, made_ahead
from gemmasearch.indexing.current import READERS, is_racy, is_read, tries_before, unchanged_since
from gemmasearch.indexing.helper import SMALL
from gemmasearch.indexing.moves import Moves, kind_of_name
from gemmasearch.indexing.rules import Rules, innermost
from gemmasearch.indexing.storing import TOGETHER, Storing
from gemmasearch.readers import growth
from gemmasearch.readers.formats import CannotRead
from gemmasearch.readers.opening import opened
from gemmasearch.secrets import KEY_SEARCH_BYTES, holds_key, is_secret_part
from gemmasearch.store.keys import clean, nameless, path_words
from gemmasearch.store.ready import Ready

if TYPE_CHECKING:
    from gemmasearch.indexing.crawl import Found
    from gemmasearch.indexing.helpers import Helpers
    from gemmasearch.indexing.tally import Tally
    from gemmasearch.store import FileRow, Root, Store

DOCUMENTS_PER_TRANSACTION = 500


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
class Putting:
    """A kill leaves the old or the new state of a file."""

    store: Store
    read: Read
    registered: Sequence[Root]
    tally: Tally
    storing: Storing
    helpers: Callable[[], Helpers | None]  # that take over a part of a large file

    # -- without reading

    def is_known(
        self,
        found: Found,
        row: FileRow | None,
        digest: bytes | None,
        began: int,
        moves: Moves,
        *,
        twin: bool = True,
    ) -> bool:
        """Do what the digest is enough for. :return: whether it was.

        :param twin: False = no file in the index has this digest.
        """
        if digest is None:
            return False
        if row:
            same = is_read(row) and row.hash == digest
            if same:
                self._restamp(row, found, began)
            return same
        if moved := moves.same_bytes(found, digest):
            self.move(moved, found, began)
            return True
        return twin and self._copied(found, digest, began)

    def _restamp(self, row: FileRow, found: Found, began: int) -> None:
        self.store.restamp(row.id, found.stamp, racy=is_racy(found.stamp, began))
        if row.reason:
            self.tally.skipped[row.reason] += 1
        else:
            self.tally.counts["unchanged"] += 1

    def move(self, row: FileRow, found: Found, began: int) -> None:
        """The row of a file follows it to its new place."""
        with self.store.writing():
            self.store.move_file(row.id, found.path, self.words(found.path))
            self.store.restamp(row.id, found.stamp, racy=is_racy(found.stamp, began))
        self.tally.counts["moved"] += 1

    def _copied(self, found: Found, digest: bytes, began: int) -> bool:
        """Take over what was read from the same bytes under another name. :return: whether there is such a file."""
        for twin in self.store.files_with_hash(digest):
            alike = not twin.reason and is_read(twin) and kind_of_name(twin.path) == kind_of_name(found.path)
            if alike and not self.is_key(found) and unchanged_since(found):
                racy = is_racy(found.stamp, began)
                if self.store.copy_file(twin.id, found.path, self.words(found.path), found.stamp, racy=racy):
                    self.tally.counts["new"] += 1
                    return True
        return False

    # -- reading

    def grown(self, found: Found, row: FileRow, began: int) -> bool:
        """Read only what was added to a mailbox. :return: False if anything else happened to it."""
        box = growing.grown(self.store, row, found.path)
        if box is None:
            return False
        problems: list[Problem] = []
        documents = box.only_new(self.items(found.path, self.read(found.path, start=box.start), problems))
        try:
            self.put(Job(found, row, None, documents, problems, began), box)
        except growing.OldMessage:
            return False
        return True

    def put(self, job: Job, box: growing.Box | None = None) -> None:
        """Write the documents of a file; the stamp comes last. A file of many documents takes several
        transactions: without its stamp a killed run leaves it to be read again, a mailbox from where it was.
        """
        found, row, problems = job.found, job.row, job.problems
        documents = job.documents
        group = list(islice(documents, DOCUMENTS_PER_TRANSACTION))
        whole = reason_of(problems)
        if whole == "vanished":
            return  # between the look and now: the next run sees what became of it
        if whole == "busy":
            self._postpone(found, row, problems)
            return
        words, kept = self.words(found.path), set[str]()
        file_id = None
        while True:
            last = len(group) < DOCUMENTS_PER_TRANSACTION
            if last and row is None and file_id is None and self._put_new(job, words, group):
                break
            with self.store.writing():
                if file_id is None:
                    file_id = self.store.begin_file(found.path, words, tail=row.tail if row and box else None)
                    before = self.store.known_documents(file_id)
                    if box:
                        before = {part: known for part, known in before.items() if box.is_behind(part)}
                kept.update(self.storing.put(file_id, words, document, before) for document in group)
                met = [*(box.problems if box else ()), *problems]
                if last:
                    self.store.remove_documents(id for part, (id, _) in before.items() if part not in kept)
                    self._finish(file_id, job, met)
                elif before.keys() <= kept:
                    self._so_far(file_id, found, met)
            if last:
                break
            self.storing.write_vectors(TOGETHER)
            if self.tally.stopped():
                return
            if documents is job.documents and not before and (helpers := self.helpers()):
                documents = made_ahead(documents, clean(words), helpers)
            group = list(islice(documents, DOCUMENTS_PER_TRANSACTION))
        self._count(row, problems)

    def _count(self, row: FileRow | None, problems: Sequence[Problem]) -> None:
        """Tell of a file that is written. :param row: what was known of it before."""
        if whole := reason_of(problems):
            self.tally.skipped[whole] += 1
        else:
            self.tally.counts["changed" if row and not row.reason else "new"] += 1
        for problem in problems:
            self.tally.problem(problem)

    def _put_new(self, job: Job, words: str, documents: Sequence[Document | Ready]) -> bool:
        """Write a file without a row that is wholly read, in fewer steps. :return: False if it is no such one."""
        if job.found.stamp.size >= growth.WORTH:
            return False
        with self.store.writing():
            file_id = self.store.add_file(job.found.path, words, **_end(job, job.problems))
            if file_id is None:
                return False
            for document in documents:
                self.storing.put(file_id, words, document, {})
        return True

    def _finish(self, file_id: int, job: Job, problems: list[Problem]) -> None:
        end = _end(job, problems)
        tail, tail_hash = growing.tail_of(self.store, file_id, job.found)
        self.store.finish_file(file_id, tail=tail if end["stamp"] else None, tail_hash=tail_hash, **end)

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
                found.path, self.words(found.path), tail=row.tail if row else None
            )
            self.store.finish_file(
                file_id,
                None,
                reader=READERS,
                problems=problems,
                tail=row.tail if row else None,
                tail_hash=row.tail_hash if row else None,
            )
        self._count(row, problems)

    def items(
        self, path: str, items: Iterable[Document | Ready | Problem], problems: list[Problem]
    ) -> Iterator[Document | Ready]:
        """What a reader found and may be kept; the rest is added to ``problems``."""
        for item in items:
            if isinstance(item, Problem):
                problems.append(item)
            elif isinstance(item, Document) and item.part and is_secret_part(item.part, item.text):
                problems.append(Problem(path, "secret", part=item.part))
            elif self.storing.is_forgotten(item):
                problems.append(Problem(path, "forgotten", "", nameless(item.part)))
            else:
                yield item

    # -- what its name and place say

    def is_guarded(self, found: Found) -> bool:
        """Whether it is left out if it is a private key: not if it was named itself or the root allows it."""
        if found.stamp.size > KEY_SEARCH_BYTES or any(r.path == found.path for r in self.registered):
            return False
        owner = innermost(found.path, self.registered)
        return owner is None or not Rules.of(owner.options).secrets

    def is_key(self, found: Found) -> bool:
        """A private key under an innocent name."""
        if not self.is_guarded(found):
            return False
        try:
            with opened(found.path) as source:
                return holds_key(source.stream.read(KEY_SEARCH_BYTES))
        except (OSError, CannotRead):
            return False

    def words(self, path: str) -> str:
        """The path below its root, for the full-text index."""
        owner = innermost(path, self.registered)
        return path_words(path, owner.path if owner else "")


class _End(TypedDict):
    """What is known of a file when it is read."""

    stamp: FileStamp | None
    racy: bool
    hash: bytes | None
    reader: str
    problems: Sequence[Problem]
    tries: int


def _end(job: Job, problems: Sequence[Problem]) -> _End:
    found = job.found
    settled = unchanged_since(found)
    return _End(
        stamp=found.stamp if settled else None,
        racy=is_racy(found.stamp, job.began),
        hash=job.digest if settled else None,
        reader=READERS,
        problems=problems,
        tries=tries_before(job.row, found) + 1 if reason_of(problems) else 0,
    )
