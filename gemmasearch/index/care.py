"""Care for an index: its folders, what is forgotten or read again, and the room it takes."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gemmasearch.errors import NothingFound
from gemmasearch.index.opened import Opened, absolute, not_indexed
from gemmasearch.index.turns import in_turn

if TYPE_CHECKING:
    from gemmasearch.indexing.care import Compacted, Why
    from gemmasearch.indexing.forgetting import Forgotten
    from gemmasearch.store import Root


@in_turn
class Caring(Opened):
    """Part of Index: care."""

    def why(self, path: str | os.PathLike[str]) -> Why:
        """Whether a path is in the index, and if not, which rule or error keeps it out. Of a hit (``c123``), its
        file with that one document.

        :raises NothingFound: no such hit.
        """
        from gemmasearch.indexing import care

        if passage := self._passage(os.fspath(path)):
            found = care.why(self._store, passage.path)
            return replace(found, documents=tuple(d for d in found.documents if d.part == passage.part))
        found = care.why(self._store, absolute(path))
        return found if found.root else care.why(self._store, self._known_as(path))

    def mounts(self) -> list[str]:
        """Other file systems that are mounted within registered folders and left out."""
        from gemmasearch.indexing import mounts

        return mounts.left_out(self._store.roots())

    def forget(
        self, paths: Sequence[str | os.PathLike[str]] = (), *, query: str = "", verify: bool = False
    ) -> Forgotten:
        """Take files, folders or roots, and the documents that match ``query``, out of the index and its bytes.

        A query that names sites and nothing else keeps out what is visited there later, too. ``verify`` looks through
        the bytes of the index and of the files beside it afterwards.

        :raises NothingFound: none of them is in the index. :raises LockHeld: a run is writing.
        """
        from gemmasearch.indexing import forgetting

        documents = self.matching(query) if query else []
        known = [self._known_as(p) for p in paths]
        if query and not documents and not known:
            raise NothingFound(f"no document matches {query}", "`gsearch search` shows what does")
        sites = self._sites(query) if documents else ()
        return forgetting.forget(self._store, known, documents, sites=sites, verify=verify)

    def _sites(self, query: str) -> tuple[str, ...]:
        """The sites of a line that names sites and nothing else."""
        from gemmasearch import retrieval

        parsed = retrieval.parse(retrieval.named(self._store, query))
        if parsed.terms or parsed.excluded:
            return ()
        named = all(each.field == "site" and not each.negated for each in parsed.conditions)
        return tuple(str(each.value) for each in parsed.conditions) if named else ()

    def matching(self, query: str) -> list[int]:
        """Ids of all documents under the filters of a query line that have a passage with all of its words, with what
        is attached to them."""
        from gemmasearch import retrieval

        found = retrieval.documents_that_match(self._store, retrieval.named(self._store, query))
        return self._store.with_what_is_inside(found)

    def let_in_again(self) -> int:
        """Let the next run bring back the documents that were forgotten in files that stayed. :return: how many."""
        from gemmasearch.indexing import maildirs

        maildirs.look_at_all(self._store)
        return self._store.let_in_again()

    def knows(self, path: str | os.PathLike[str]) -> bool:
        """Whether a path is, or lies above, a file or folder that the index knows of."""
        return self._holds(self._known_as(path))

    def _known_as(self, path: str | os.PathLike[str]) -> str:
        """The absolute path under which the index knows a file or folder: as it was named, else where links lead,
        else as it is called below a folder that is registered by another name."""
        place = absolute(path)
        if self._holds(place):
            return place
        others = (os.path.realpath(place), self._alias(place))
        return next((each for each in others if each != place and self._holds(each)), place)

    def _holds(self, place: str) -> bool:
        roots = (root.path == place or root.path.startswith(place + os.sep) for root in self._store.roots())
        return any(True for _ in self._store.files_below(place)) or any(roots)

    def below(self, path: str | os.PathLike[str]) -> int:
        """How many files at and below a path the index knows, failed ones included."""
        return sum(1 for _ in self._store.files_below(self._known_as(path)))

    def retry(self, paths: Sequence[str | os.PathLike[str]] = ()) -> int:
        """Let the next run read failed files again. :return: how many. :raises NothingFound: a path nobody knows."""
        from gemmasearch.indexing import care

        if unknown := [p for p in paths if not self.knows(p)]:
            failed = {problem.path for problem in self._store.problems()}  # folders, too
            for path in unknown:
                if absolute(path) not in failed:
                    raise not_indexed(os.fspath(path))
        return care.retry(self._store, [self._known_as(p) for p in paths])

    def compact(self) -> Compacted:
        """Give unused space of the file back to the disk."""
        from gemmasearch.indexing import care

        return care.compact(self._store)

    def roots(self) -> list[Root]:
        """The registered folders and files with their options."""
        return self._store.roots()

    def edit_root(self, path: str | os.PathLike[str], changes: Mapping[str, Any]) -> Root:
        """Change remembered options of a root; None takes one back to its default.

        :raises UsageProblem: not a root, or no such option.
        """
        from gemmasearch.indexing import care

        return care.edit_root(self._store, self._known_as(path), changes)
