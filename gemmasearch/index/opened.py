"""An index that is open: its store, its models, and what a name on the command line stands for in it."""

from __future__ import annotations

import os
from types import TracebackType
from typing import TYPE_CHECKING, Self

from gemmasearch import light
from gemmasearch.errors import NothingFound, UsageProblem
from gemmasearch.light import dataclass
from gemmasearch.matching import Models
from gemmasearch.settings import Settings

if TYPE_CHECKING:
    from gemmasearch.retrieval import Query
    from gemmasearch.store import DocumentRow, PassageRow, Store

_HANDLE = light.pattern(r"c(\d{1,18})\Z")


@dataclass
class Opened:
    """What all parts of Index stand on."""

    settings: Settings
    _store: Store
    _models: Models

    @property
    def notes(self) -> list[str]:
        return self._models.notes

    def close(self) -> None:
        self._models.close()
        self._store.close()

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
        for place in dict.fromkeys((path, _as_named(path), os.path.realpath(path))):
            if documents := self._store.documents_at(place):
                return documents
        if os.path.isdir(path):
            raise NothingFound(f"{target} is a folder", "name a file in it, or a hit such as c123")
        raise not_indexed(target)


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
