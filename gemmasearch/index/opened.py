"""An index that is open: its store, its models, and what a name on the command line stands for in it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import field
from types import TracebackType
from typing import TYPE_CHECKING, Self

from gemmasearch import light
from gemmasearch.errors import NothingFound, UsageProblem
from gemmasearch.index.turns import Turns
from gemmasearch.light import dataclass
from gemmasearch.matching import Models
from gemmasearch.settings import Settings

if TYPE_CHECKING:
    from gemmasearch.retrieval import Query
    from gemmasearch.store import DocumentRow, PassageRow, Store

_HANDLE = light.pattern(r"c(\d{1,18})\Z")
_LEFT_ALONE: list[object] = []  # what belongs to a process of which this one is a fork


@dataclass
class Opened:
    """What all parts of Index stand on."""

    settings: Settings
    _store: Store
    _models: Models
    _turns: Turns = field(default_factory=Turns, repr=False, compare=False)

    @property
    def notes(self) -> list[str]:
        return self._models.notes

    def close(self) -> None:
        if self._turns.elsewhere():  # it is the parent's to close
            return
        with self._turn():
            self._models.close()
            self._store.close()

    def _turn(self) -> AbstractContextManager[None]:
        """A turn at this index, for one thread at a time."""
        if self._turns.elsewhere():
            self._open_again()
        return self._turns.taken()

    def _open_again(self) -> None:
        """After a fork: neither connection nor model can be used by two processes. Those of the parent are left as
        they are, for to close them would be to use them."""
        from gemmasearch.store import Store

        parents = self._store
        store = Store.open(parents.path, create=False, read_only=parents.db.read_only)
        _LEFT_ALONE.append((parents, self._models))
        self._store, self._models, self._turns = store, Models(self.settings, store), Turns()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _note_contradictions(self, query: Query) -> None:
        from gemmasearch import retrieval

        self.notes.extend(f"nothing can pass both filters: {said}" for said in retrieval.contradictory(query))

    def _passage(self, target: str) -> PassageRow | None:
        """The passage of a handle; None for anything that is none. :raises NothingFound: it is gone."""
        handle = _HANDLE.match(target)
        if not handle or os.path.exists(target):
            return None
        rows = self._store.passages([int(handle[1])])
        if not rows:
            raise NothingFound(f"there is no hit {target} any more", "search again: files may have changed")
        return rows[0]

    def _documents(self, target: str) -> list[DocumentRow]:
        """The documents of an indexed file. :raises NothingFound: it is not indexed."""
        path = absolute(target)
        for place in dict.fromkeys((path, _as_named(path), os.path.realpath(path), self._alias(path))):
            if documents := self._store.documents_at(place):
                return documents
        if os.path.isdir(path):
            raise NothingFound(f"{target} is a folder", "name a file in it, or a hit such as c123")
        raise not_indexed(target)

    def _alias(self, place: str, known: Sequence[str] | None = None) -> str:
        """A path by the name that it has in a registered (or ``known``) folder, where it goes by another one."""
        from gemmasearch.aliases import known_as
        from gemmasearch.reach import asked

        names = [root.path for root in self._store.roots()] if known is None else list(known)
        return asked(lambda: known_as(place, names), place)


def not_indexed(target: str) -> NothingFound:
    return NothingFound(
        f"not in the index: {target}",
        "`gsearch index PATH` adds it; `gsearch why PATH` says what keeps it out",
    )


def _as_named(path: str) -> str:
    """The name of a file that stands in a line of output as ``path``: what would break the line is escaped there."""
    return path.replace("\\t", "\t").replace("\\n", "\n").replace("\\r", "\r")


def absolute(path: str | os.PathLike[str]) -> str:
    """The path as it is registered: absolute, ``~`` expanded, symlinks of the last component kept.

    :raises UsageProblem: no name at all, as an unset variable of a script leaves it.
    """
    if not os.fspath(path):
        raise UsageProblem("an empty name is no file", "`.` is the folder where you are")
    return os.path.abspath(os.path.expanduser(os.fspath(path)))
