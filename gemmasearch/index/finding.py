"""Finding: from a question or a document to hits, and what a hit shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gemmasearch.documents import Condition, Hit
from gemmasearch.errors import ModelProblem, NothingFound, UsageProblem
from gemmasearch.index.opened import Opened
from gemmasearch.index.turns import in_turn
from gemmasearch.shown import Place, Shown, surroundings, whole

if TYPE_CHECKING:
    from gemmasearch.models import Embedder
    from gemmasearch.retrieval import HitGroup, Twins
    from gemmasearch.retrieval.selftest import SelfTest
    from gemmasearch.store import DocumentRow

Bound = Callable[[float], float]

_ALL = 1000  # hits looked through where only some of them count
_SHORT = 80  # characters of a passage that say too little of what it is about


@in_turn
class Finding(Opened):
    """Part of Index: searching, and showing what was found."""

    def search(
        self,
        query: str,
        *,
        mode: str | None = None,
        limit: int | None = None,
        per_document: int | None = None,
        collapse: bool = True,
        order: str = "relevance",
        after: str = "",
        min_score: float = 0.0,
    ) -> list[Hit]:
        """The best passages for a query line, best first; [] if nothing matches.

        ``@name`` stands for a saved search. ``collapse`` shows near-duplicates as one hit. ``order`` may be "date"
        or "path", ``after`` the handle of the last hit of the page before, ``min_score`` is of 0..1.
        """
        from gemmasearch import retrieval

        bound = retrieval.in_ranking if order == "relevance" else retrieval.in_another_order
        everything = not collapse and order == "relevance"
        wanted = self._wanted(limit)
        with self._store.snapshot():  # the model is that of the vectors
            look = self._look(query, mode, per_document, collapse, None if everything else bound)

            def there(number: int, *within: Any) -> list[Hit]:
                hits = look(number, *within)
                if order == "path" and len(hits) == number:
                    self.notes.append(f"there are more hits: the best {number:,} are sorted")
                return retrieval.at_what_is_there(self._store, hits)

            found = retrieval.arranged(there, limit=wanted, order=order, after=after, floor=min_score)
        return retrieval.within_reach(self._store, found)

    def _wanted(self, limit: int | None) -> int:
        if limit is not None and limit < 1:
            raise UsageProblem(
                f"limit: {limit} is too small", "1 is the least; None leaves it to the settings"
            )
        return limit or self.settings.results

    def _look(
        self,
        query: str,
        mode: str | None,
        per_document: int | None,
        collapse: bool,
        bound: Bound | None,
    ) -> Callable[..., list[Hit]]:
        """What gives the first so many hits for a line, also under other conditions and within another bound."""
        from gemmasearch import retrieval

        mode = mode or self.settings.mode
        embedder = None if mode == "words" else self._models.query_embedder()
        line = retrieval.named(self._store, query)
        if line == query and re.match(r"@[\w.-]+\s*\Z", query):
            self.notes.append(f"no search is saved as {query[1:].strip()}: searched as words")

        parsed = retrieval.parse(line)
        self.notes.extend(f"no filter, searched as words: {said}" for said in retrieval.misread(parsed))
        self._note_contradictions(parsed)

        def look(number: int, conditions: Sequence[Condition] = (), bound: Bound | None = bound) -> list[Hit]:
            nonlocal embedder
            try:
                return ranked(number, embedder, conditions, bound)
            except ModelProblem as e:  # it was not loaded before
                if embedder is None:
                    raise
                embedder = None
                self.notes.append(f"searching by words only: {e.message}")
                return ranked(number, None, conditions, bound)

        def ranked(
            number: int, embedder: Embedder | None, conditions: Sequence[Condition], bound: Bound | None
        ) -> list[Hit]:
            return retrieval.search(
                self._store,
                embedder,
                line,
                mode=mode,
                limit=number,
                per_document=per_document or self.settings.hits_per_document,
                conditions=conditions,
                collapse=collapse,
                bound=bound,
                judged=not conditions,  # the line as a whole was judged before
            )

        return look

    def warm(self) -> None:
        """Load what the first search would have to load."""
        if embedder := self._models.query_embedder():
            embedder.count_tokens("warm")
        self.search("warm", limit=1)

    def grouped(self, hits: list[Hit], by: str) -> list[HitGroup]:
        """Hits of one "file", or of one conversation ("thread"), together."""
        from gemmasearch import retrieval

        return retrieval.grouped(hits, by)

    def suggestion(self, query: str) -> str:
        """The line with words that occur in the index in place of those that do not; "" = none is near."""
        from gemmasearch import retrieval
        from gemmasearch.retrieval import around

        return around.did_you_mean(self._store, retrieval.named(self._store, query))

    def empty_filters(self, query: str) -> list[str]:
        """Those filters of a line, in words for people, that no document passes even alone."""
        from gemmasearch import retrieval

        return retrieval.empty_filters(self._store, retrieval.named(self._store, query))

    def search_new(
        self,
        name: str,
        *,
        limit: int | None = None,
        order: str = "relevance",
        min_score: float = 0.0,
        deliver: Callable[[list[Hit], int], None] | None = None,
    ) -> tuple[list[Hit], int]:
        """What came into the index since the saved search ``name`` was last asked this way.

        What is new is ranked by itself, as among all that matches it may stand behind any number of old hits; what is
        too weak to be shown among these is too weak here. The best thousand are looked at.

        :param limit: show so many. :param order: as in :meth:`search`. :param deliver: is given what is returned
            before it counts as shown: where it raises, it does not. :return: the new hits, and how many more there
            are: these are new next time too.
        :raises UsageProblem: no search is saved under that name.
        """
        from gemmasearch import retrieval

        retrieval.kept(self._store, name)
        with self._store.snapshot():
            upto = self._store.found_upto()
            look = self._look(f"@{name}", None, None, True, retrieval.in_another_order)
            best = look(1)
            weakest = retrieval.in_another_order(best[0].score) if best else 0.0
            since = (retrieval.since(self._store, name),)

            def new_ones(
                number: int, conditions: Sequence[Condition] = (), bound: Bound | None = None
            ) -> list[Hit]:
                within = bound or (lambda first: weakest)
                return look(number, (*since, *conditions), within) if best else []

            found = retrieval.arranged(new_ones, limit=_ALL, order=order, floor=min_score)

        def reached(new: list[Hit], more: int) -> None:
            new[:] = retrieval.within_reach(self._store, new)
            if deliver is not None:
                deliver(new, more)

        return retrieval.unseen(self._store, name, found, limit, upto=upto, deliver=reached)

    def named(self, line: str) -> str:
        """The line that ``@name`` at the beginning of a line stands for, with the rest of the line behind it."""
        from gemmasearch import retrieval

        return retrieval.named(self._store, line)

    def save_search(self, name: str, query: str) -> str:
        """Keep a query line under a name; an empty line forgets the name. :return: what the name stood for, or "".

        :raises NothingFound: a name to forget that is not there.
        """
        from gemmasearch import retrieval

        return retrieval.save(self._store, name, query)

    def saved_searches(self) -> Mapping[str, str]:
        from gemmasearch import retrieval

        return retrieval.saved(self._store)

    def similar(self, target: str = "", *, text: str = "", limit: int | None = None) -> list[Hit]:
        """Passages like a hit (``c123``), like an indexed file, or like ``text``; never of the same document.

        :raises UsageProblem: a mailbox, or another file of several documents: they have no likeness in common.
        """
        from gemmasearch import retrieval
        from gemmasearch.retrieval import around

        own: list[int] = []
        if not text:
            handle = self._passage(target)
            documents = [] if handle else self._documents(target)
            _refuse_several(target, documents)
            if handle and len(handle.text) < _SHORT:
                whole_of = self._store.document(handle.document_id)
                text = f"{handle.title}\n{whole_of.text if whole_of else handle.text}"
            else:
                text = handle.text if handle else "\n".join(d.text for d in documents)
            own = [handle.document_id] if handle else [d.document_id for d in documents]
        wanted = self._wanted(limit)
        with self._store.snapshot():
            embedder = self._models.query_embedder()
            found = around.similar(self._store, embedder, text, limit=wanted, without=own)
        return retrieval.within_reach(self._store, found)

    def thread(self, target: str) -> list[Hit]:
        """The messages of a hit's or file's conversation, oldest first."""
        from gemmasearch import retrieval
        from gemmasearch.retrieval import around

        handle = self._passage(target)
        if handle:
            return retrieval.within_reach(self._store, around.thread(self._store, handle.document_id))
        first, *others = _whole(self._documents(target))
        if others:
            of = "this is the conversation of the first" if first.kind == "mail" else "this is the first"
            self.notes.append(
                f"{target} holds {_named([first, *others])}: {of}; a hit's handle shows another"
            )
        return retrieval.within_reach(self._store, around.thread(self._store, first.document_id))

    def dupes(self, *, alike: float = 0.8) -> list[Twins]:
        """Groups of documents that say nearly the same: at least ``alike`` of their five-word runs are equal."""
        from gemmasearch import retrieval

        return retrieval.dupes(self._store, self._store.document_ids(), alike=alike)

    def selftest(
        self,
        *,
        number: int = 60,
        seconds: float = 60.0,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> SelfTest:
        """Ask for known things of this index in every mode. See :mod:`gemmasearch.retrieval.selftest`.

        :raises NothingFound: no document has a title, a sentence or a sender to ask by.
        """
        from gemmasearch.retrieval.selftest import selftest

        found = selftest(
            self._store, self._models.query_embedder(), number=number, seconds=seconds, progress=progress
        )
        if not found.asked:
            raise NothingFound("there is nothing in the index to ask for", "`gsearch index PATH` adds files")
        return found

    def show(self, target: str) -> list[Shown]:
        """A hit (``c123``) in its surroundings, or every document of an indexed file.

        :raises NothingFound: no such hit, or a file that is not indexed.
        """
        passage = self._passage(target)
        document = self._store.document(passage.document_id) if passage else None
        if passage and document:
            return [surroundings(passage, document)]
        return [whole(d) for d in self._documents(target)]

    def place(self, target: str) -> Place:
        """Where a hit (``c123``) or an indexed file stands.

        :raises NothingFound: no such hit, or a file that is not indexed.
        """
        row = self._passage(target)
        if row:
            inside = bool(row.part) and (row.kind == "mail" or "attached_to" in row.meta)
            url = row.meta.get("url", "") if row.kind == "visit" else ""
            return Place(row.path, row.kind, row.page, row.line, inside, url)
        document = _whole(self._documents(target))[0]
        return Place(document.path, document.kind)


def _refuse_several(target: str, documents: Sequence[DocumentRow]) -> None:
    whole = _whole(documents)
    if len(whole) > 1:
        raise UsageProblem(
            f"{target} holds {_named(whole)}",
            "name one by its handle, such as c123: `gsearch search` shows them",
        )


def _whole(documents: Sequence[DocumentRow]) -> list[DocumentRow]:
    """The documents of a file that are not attached to another, in the order of the file; all where every one is."""
    return [d for d in documents if "attached_to" not in d.meta] or list(documents)


def _named(whole: Sequence[DocumentRow]) -> str:
    return f"{len(whole):,} {'messages' if whole[0].kind == 'mail' else 'documents'}"
