"""Mailboxes grow at their end: only what was added is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from gemmasearch.documents import Document, Problem
from gemmasearch.indexing.current import READERS
from gemmasearch.light import dataclass
from gemmasearch.readers import growth
from gemmasearch.readers.formats import CannotRead
from gemmasearch.readers.opening import opened

if TYPE_CHECKING:
    from gemmasearch.indexing.crawl import Found
    from gemmasearch.store import FileRow, Store
    from gemmasearch.store.ready import Ready


class OldMessage(Exception):
    """What was added holds a message that was there before: their names must be told apart by reading the box."""


@dataclass(frozen=True, slots=True)
class Box:
    """A mailbox that holds what it held, and more.

    The last message known is read again: it may have been half there.
    """

    start: int
    old: frozenset[str]  # parts of the messages before ``start``
    problems: tuple[Problem, ...]  # met in them

    def is_behind(self, part: str) -> bool:
        """Whether a part belongs to a message at or behind ``start``."""
        return _message(part) not in self.old

    def only_new(self, documents: Iterable[Document | Ready]) -> Iterator[Document | Ready]:
        """:raises OldMessage: one has the name of a message before ``start``."""
        for document in documents:
            if not self.is_behind(document.part):
                raise OldMessage
            yield document


def may_have_grown(row: FileRow, found: Found) -> bool:
    """Whether a look at a few places of a file may save reading all of it."""
    if row.tail is None or row.reader != READERS or row.reason not in ("", "busy"):
        return False
    return found.stamp.size > (row.stamp.size if row.stamp else row.tail)


def grown(store: Store, row: FileRow, path: str) -> Box | None:
    """What of a mailbox need not be read again; None if anything but growth happened to it."""
    messages = [m for m in store.messages(row.id) if row.tail is not None and m[0] <= row.tail]
    if not messages or messages[-1][0] != row.tail or _fingerprint(path, messages) != row.tail_hash:
        return None
    old = frozenset(part for _, _, part in messages[:-1])
    problems = [p for p in store.problems_of(row.id) if p.part]
    known = old | {part for _, _, part in store.messages(row.id)}
    if any(_message(p.part) not in known for p in problems):
        return None
    return Box(row.tail, old, tuple(p for p in problems if _message(p.part) in old))


def tail_of(store: Store, file_id: int, found: Found) -> tuple[int | None, bytes | None]:
    """Where the last message of a large mailbox begins, and the fingerprint of what stands before."""
    if found.stamp.size < growth.WORTH:
        return None, None
    messages = store.messages(file_id)
    mark = _fingerprint(found.path, messages, just_read=True) if messages else None
    return (messages[-1][0], mark) if mark else (None, None)


def _fingerprint(path: str, messages: list[tuple[int, int, str]], *, just_read: bool = False) -> bytes | None:
    places = [(offset, length) for offset, length, _ in messages]
    try:
        with opened(path) as source:
            return growth.fingerprint(source.stream.fileno(), places, just_read=just_read)
    except (OSError, CannotRead):
        return None


def _message(part: str) -> str:
    return part.partition("/")[0]
