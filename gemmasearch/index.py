"""class Index: the library API, and the one door to both journeys (disk -> rows, question -> hits -> answer)."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from gemmasearch.documents import PROBLEM_REASONS, Answer, Hit, Problem, SyncEvent, SyncReport
from gemmasearch.errors import ModelProblem, NothingFound, UsageProblem
from gemmasearch.matching import Models
from gemmasearch.settings import Settings
from gemmasearch.shown import Place, Shown, surroundings, whole
from gemmasearch.store.rows import Summary as Status

__all__ = ["Index", "Place", "Shown", "Status"]

if TYPE_CHECKING:
    from gemmasearch.answering import Conversation
    from gemmasearch.answering.labelling import Labelling
    from gemmasearch.answering.labels import Verdict
    from gemmasearch.indexing.care import Compacted, Why
    from gemmasearch.indexing.forgetting import Forgotten
    from gemmasearch.indexing.heartbeat import Heartbeat
    from gemmasearch.indexing.pages import Page as SavedPage
    from gemmasearch.models import Embedder
    from gemmasearch.rates import Rates
    from gemmasearch.retrieval import HitGroup, Twins
    from gemmasearch.retrieval.selftest import SelfTest
    from gemmasearch.store import PassageRow, Root, Store

_ALL = 1000  # hits looked through where only some of them count
_SHORT = 80  # characters of a passage that say too little of what it is about
_HANDLE = re.compile(r"c(\d{1,18})\Z")


@dataclass
class Index:
    """One person's index. Open it with :meth:`open`; use it as a context manager or :meth:`close` it.

    ``notes`` holds remarks for people about what could not be used (a model that is gone, …).
    Not thread-safe: one Index per thread.
    """

    settings: Settings
    _store: Store
    _models: Models

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str] | None = None,
        *,
        settings: Settings | None = None,
        create: bool = True,
        read_only: bool = False,
    ) -> Self:
        """Open the index file at ``path`` (default: the one of the settings), made if absent and ``create``.

        :raises IndexProblem: it is missing, damaged, foreign or newer than this program.
        """
        from gemmasearch import settings as rooms
        from gemmasearch.store import Store

        settings = settings or rooms.load()
        if path is not None:
            settings = replace(settings, db=os.fspath(path))
        store = Store.open(settings.db_path, create=create and not read_only, read_only=read_only)
        return cls(settings, store, Models(settings, store))

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

    # -- journey one -----------------------------------------------------------------------------------------

    def index(
        self,
        paths: Sequence[str | os.PathLike[str]] = (),
        *,
        progress: Callable[[SyncEvent], None] | None = None,
        stop: Callable[[], bool] | None = None,
        prune: bool = False,
        wait: float = 0.0,
        options: Mapping[str, Any] | None = None,
        scheduled: float = 0.0,
    ) -> SyncReport:
        """Register ``paths`` (folders or files) and bring them up to date; without any, all registered ones.

        :param options: of these folders (``exclude``, ``limits``, …), remembered beside those they have.
        :param scheduled: this run is one of those that come every so many seconds; status tells when they stop.
        :param prune: let files go even if they are more than half of a folder.
        :param wait: seconds to wait for another run to end.
        :raises UsageProblem: a path that does not exist, or nothing registered yet.
        :raises LockHeld: another run writes to this index.
        """
        from gemmasearch.indexing import heartbeat, sync
        from gemmasearch.indexing.recognised import reading

        roots = [_absolute(p) for p in paths]
        for root in roots:
            if not os.path.lexists(root):
                raise UsageProblem(f"there is no {root}", "name a folder or a file that exists")
        if not roots and not self._store.roots():
            raise UsageProblem("nothing to index yet", "name a folder: gsearch index ~/Documents")
        if options and roots:
            self._set_options(roots, options)
        said, stopped = progress or (lambda event: None), stop or (lambda: False)
        with (
            heartbeat.of_run(self._store, scheduled),
            reading(self._store, self.settings, said, stopped) as (readers, told),
        ):
            report = sync.sync(
                self._store,
                self._embedder(),
                readers.read,
                self.settings,
                roots=roots or None,
                progress=told,
                stop=stopped,
                prune=prune,
                wait=wait,
            )
        self._store.checkpoint()  # nothing of what left the index stays behind in its journal
        return report

    def _set_options(self, roots: Sequence[str], options: Mapping[str, Any]) -> None:
        known = {root.path: root.options for root in self._store.roots()}
        for root in roots:
            self._store.add_root(root, {**known.get(root, {}), **options})

    def _embedder(self) -> Embedder:
        """The embedder for new vectors. Where its model is gone, ``--dim`` still cuts the vectors that are there."""
        try:
            return self._models.embedder()
        except ModelProblem as e:
            if not self._models.cut_without_model():
                raise
            raise type(e)(
                f"{e.message}; the vectors are cut to {self.settings.dim} dimensions, no file was read",
                e.hint,
            ) from e

    def import_page(
        self, raw: bytes, *, url: str = "", title: str = "", wait: float = 10.0
    ) -> tuple[SavedPage, SyncReport]:
        """Keep one web page (HTML, MHTML or plain text) in a folder beside the index, and index it.

        :raises UsageProblem: it is no page or has no text. :raises LockHeld: another run writes to this index.
        """
        from gemmasearch.indexing import pages

        page = pages.keep(raw, self.settings, url=url, title=title)
        return page, self.index([os.path.dirname(page.path)], wait=wait)

    # -- journey two -----------------------------------------------------------------------------------------

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

        mode = mode or self.settings.mode
        embedder = None if mode == "words" else self._models.query_embedder()
        line = retrieval.named(self._store, query)
        if line == query and re.match(r"@[\w.-]+\s*\Z", query):
            self.notes.append(f"no search is saved as {query[1:].strip()}: searched as words")

        def look(number: int) -> list[Hit]:
            return retrieval.search(
                self._store,
                embedder,
                line,
                mode=mode,
                limit=number,
                per_document=per_document or self.settings.hits_per_document,
                collapse=collapse,
            )

        wanted = limit or self.settings.results
        return retrieval.arranged(look, limit=wanted, order=order, after=after, floor=min_score)

    def grouped(self, hits: list[Hit], by: str) -> list[HitGroup]:
        """Hits of one "file", or of one conversation ("thread"), together."""
        from gemmasearch import retrieval

        return retrieval.grouped(hits, by)

    def suggestion(self, query: str) -> str:
        """The line with words that occur in the index in place of those that do not; "" = none is near."""
        from gemmasearch import retrieval

        return retrieval.did_you_mean(self._store, retrieval.named(self._store, query))

    def search_new(
        self, name: str, *, limit: int | None = None, min_score: float = 0.0
    ) -> tuple[list[Hit], int]:
        """What came into the index since the saved search ``name`` was last asked this way.

        :param limit: show so many. :return: the new hits, and how many more there are: these are new next time too.
        :raises UsageProblem: no search is saved under that name.
        """
        from gemmasearch import retrieval

        retrieval.kept(self._store, name)
        found = self.search(f"@{name}", limit=_ALL, min_score=min_score)
        return retrieval.unseen(self._store, name, retrieval.telling_hits(found), limit)

    def named(self, line: str) -> str:
        """The line that ``@name`` at the beginning of a line stands for, with the rest of the line behind it."""
        from gemmasearch import retrieval

        return retrieval.named(self._store, line)

    def save_search(self, name: str, query: str) -> None:
        """Keep a query line under a name; an empty line forgets the name."""
        from gemmasearch import retrieval

        retrieval.save(self._store, name, query)

    def saved_searches(self) -> Mapping[str, str]:
        from gemmasearch import retrieval

        return retrieval.saved(self._store)

    def similar(self, target: str = "", *, text: str = "", limit: int | None = None) -> list[Hit]:
        """Passages like a hit (``c123``), like an indexed file, or like ``text``; never of the same document."""
        from gemmasearch import retrieval

        own: list[int] = []
        if not text:
            handle = self._passage(target)
            documents = [] if handle else self._store.documents_at(_absolute(target))
            if handle is None and not documents:
                raise _not_indexed(target)
            if handle and len(handle.text) < _SHORT:
                whole_of = self._store.document(handle.document_id)
                text = f"{handle.title}\n{whole_of.text if whole_of else handle.text}"
            else:
                text = handle.text if handle else "\n".join(d.text for d in documents)
            own = [handle.document_id] if handle else [d.document_id for d in documents]
        wanted = limit or self.settings.results
        return retrieval.similar(self._store, self._models.query_embedder(), text, limit=wanted, without=own)

    def thread(self, target: str) -> list[Hit]:
        """The messages of a hit's or file's conversation, oldest first."""
        from gemmasearch import retrieval

        handle = self._passage(target)
        if handle:
            return retrieval.thread(self._store, handle.document_id)
        documents = self._store.documents_at(_absolute(target))
        if not documents:
            raise _not_indexed(target)
        return retrieval.thread(self._store, documents[0].document_id)

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

    def _passage(self, target: str) -> PassageRow | None:
        """The passage of a handle; None for anything that is none. :raises NothingFound: it is gone."""
        handle = _HANDLE.match(target)
        if not handle or os.path.exists(target):
            return None
        rows = self._store.passages([int(handle[1])])
        if not rows:
            raise _gone(target)
        return rows[0]

    def ask(
        self, question: str, *, extract: bool = False, on_text: Callable[[str], None] | None = None
    ) -> Answer:
        """Answer a question from the indexed files. ``on_text`` gets the checked pieces as they come.

        ``extract`` answers with the sources' own sentences even if a generator is at hand.
        """
        from gemmasearch import answering

        return answering.answer(
            self._store,
            self._models.query_embedder(),
            None if extract else self._models.generator(),
            question,
            settings=self.settings,
            on_text=on_text,
            extract=extract,
        )

    def ask_text(
        self,
        text: str,
        question: str,
        *,
        name: str = "-",
        extract: bool = False,
        on_text: Callable[[str], None] | None = None,
    ) -> Answer:
        """Answer a question from ``text`` alone, which is called ``name`` in the citations; nothing is stored."""
        from gemmasearch import answering

        return answering.answer_from(
            text,
            self._models.embedder(),
            None if extract else self._models.generator(),
            question,
            name=name,
            settings=self.settings,
            on_text=on_text,
            extract=extract,
        )

    def save_question(self, name: str, question: str) -> None:
        """Keep a question under a name, for :meth:`ask_again`; one of that name is replaced."""
        from gemmasearch.answering import standing

        standing.save(self._store, name, question)

    def ask_again(
        self, name: str, *, new_only: bool = False, on_text: Callable[[str], None] | None = None
    ) -> Answer:
        """Ask a kept question. ``new_only`` looks only at what came since; ``found`` False = nothing new.

        :raises UsageProblem: no question is kept under that name.
        """
        from gemmasearch.answering import standing

        return standing.ask_again(
            self._store,
            self._models.query_embedder(),
            self._models.generator(),
            name,
            new_only=new_only,
            settings=self.settings,
            on_text=on_text,
        )

    def classify(
        self,
        texts: Sequence[str],
        labels: Mapping[str, str],
        *,
        examples: Mapping[str, Sequence[str]] | None = None,
    ) -> list[Verdict]:
        """The likeliest of ``labels`` (name -> description, "" = none) for each text, with its confidence.

        ``examples`` are texts that belong to a label.
        """
        from gemmasearch.answering.labels import Label, classify

        known = [Label(name, said, tuple((examples or {}).get(name, ()))) for name, said in labels.items()]
        return classify(texts, known, self._models.embedder())

    def labels(self) -> Labelling:
        """The labels of this index: made, applied, reviewed and decided about."""
        from gemmasearch.answering.labelling import Labelling

        return Labelling(self._store, self._models.query_embedder())

    @staticmethod
    def ready_labels(name: str) -> dict[str, str]:
        """Name -> description of a ready-made set. :raises UsageProblem: there is no such set."""
        from gemmasearch.answering.labelling import ready

        return {label.name: label.description for label in ready(name)[1]}

    def example(self, target: str) -> list[tuple[str, str]]:
        """The texts of a hit (``c123``), of a file, indexed or not, or of standard input ("-"), each with its path.

        :raises UsageProblem: a file that cannot be read. :raises NothingFound: no such hit.
        """
        from gemmasearch.readers import Isolated

        if target == "-":
            return [("", sys.stdin.buffer.read().decode(errors="replace"))]
        if passage := self._passage(target):
            document = self._store.document(passage.document_id)
            return [(passage.path, document.text)] if document else []
        path = _absolute(target)
        if documents := self._store.documents_at(path):
            return [(path, d.text) for d in documents]
        with Isolated(self.settings) as readers:
            read = list(readers.read(path))
        texts = [(path, d.text) for d in read if not isinstance(d, Problem)]
        if not texts:
            detail = next(
                (PROBLEM_REASONS[p.reason] for p in read if isinstance(p, Problem)), "no text in it"
            )
            raise UsageProblem(f"cannot read {target}: {detail}", "name a file with text, or - for a pipe")
        return texts

    def labelled(self, target: str) -> int:
        """The document that a hit (``c123``) or an indexed file stands for.

        :raises NothingFound: not in the index. :raises UsageProblem: the file holds several documents.
        """
        if passage := self._passage(target):
            return passage.document_id
        found = [d for d in self._store.documents_at(_absolute(target)) if "attached_to" not in d.meta]
        if not found:
            raise _not_indexed(target)
        if len(found) > 1:
            raise UsageProblem(f"{target} holds {len(found)} documents", "name one of its hits: c123")
        return found[0].document_id

    def conversation(self) -> Conversation:
        """A chat about the files: follow-up questions keep the topic."""
        from gemmasearch import answering

        return answering.Conversation(
            self._store, self._models.query_embedder(), self._models.generator(), settings=self.settings
        )

    def show(self, target: str) -> list[Shown]:
        """A hit (``c123``) in its surroundings, or every document of an indexed file.

        :raises NothingFound: no such hit, or a file that is not indexed.
        """
        passage = self._passage(target)
        document = self._store.document(passage.document_id) if passage else None
        if passage and document:
            return [surroundings(passage, document)]
        documents = self._store.documents_at(_absolute(target))
        if not documents:
            raise _not_indexed(target)
        return [whole(d) for d in documents]

    def place(self, target: str) -> Place:
        """Where a hit (``c123``) or an indexed file stands.

        :raises NothingFound: no such hit, or a file that is not indexed.
        """
        row = self._passage(target)
        if row:
            inside = bool(row.part) and (row.kind == "mail" or "attached_to" in row.meta)
            url = row.meta.get("url", "") if row.kind == "visit" else ""
            return Place(row.path, row.kind, row.page, row.line, inside, url)
        documents = self._store.documents_at(_absolute(target))
        if not documents:
            raise _not_indexed(target)
        return Place(documents[0].path, documents[0].kind)

    def watch(
        self,
        *,
        stop: Callable[[], bool],
        done: Callable[[SyncReport], None] = lambda report: None,
        say: Callable[[str], None] = lambda line: None,
        battery: bool = False,
    ) -> None:
        """Keep all registered folders up to date until ``stop()``; pauses on battery unless ``battery``.

        :param done: called after each run that did something. :param say: gets remarks for people.
        """
        from gemmasearch.indexing import watch
        from gemmasearch.indexing.recognised import reading

        if not self._store.roots():
            raise UsageProblem("nothing to watch yet", "name a folder: gsearch index ~/Documents")
        with reading(self._store, self.settings, lambda event: None, stop) as (readers, told):
            watch.watch(
                self._store,
                self._models.embedder(),
                readers.read,
                self.settings,
                stop=stop,
                progress=told,
                done=done,
                say=say,
                battery=battery,
            )

    # -- care ------------------------------------------------------------------------------------------------

    def why(self, path: str | os.PathLike[str]) -> Why:
        """Whether a path is in the index, and if not, which rule or error keeps it out."""
        from gemmasearch.indexing import care

        return care.why(self._store, _absolute(path))

    def forget(
        self, paths: Sequence[str | os.PathLike[str]] = (), *, query: str = "", verify: bool = False
    ) -> Forgotten:
        """Take files, folders or roots, and the documents that match ``query``, out of the index and its bytes.

        ``verify`` looks through the bytes of the index and of the files beside it afterwards.

        :raises NothingFound: none of them is in the index. :raises LockHeld: a run is writing.
        """
        from gemmasearch.indexing import forgetting

        documents = self.matching(query) if query else []
        known = [_absolute(p) for p in paths]
        if query and not documents and not known:
            raise NothingFound(f"no document matches {query}", "`gsearch search` shows what does")
        return forgetting.forget(self._store, known, documents, verify=verify)

    def matching(self, query: str) -> list[int]:
        """Ids of all documents under the filters of a query line that have a passage with all of its words."""
        from gemmasearch import retrieval

        return retrieval.documents_that_match(self._store, retrieval.named(self._store, query))

    def let_in_again(self) -> int:
        """Let the next run bring back the documents that were forgotten in files that stayed. :return: how many."""
        return self._store.let_in_again()

    def knows(self, path: str | os.PathLike[str]) -> bool:
        """Whether a path is, or lies above, a file or folder that the index knows of."""
        place = _absolute(path)
        roots = (root.path == place or root.path.startswith(place + os.sep) for root in self._store.roots())
        return any(True for _ in self._store.files_below(place)) or any(roots)

    def retry(self, paths: Sequence[str | os.PathLike[str]] = ()) -> int:
        """Let the next run read failed files again. :return: how many."""
        from gemmasearch.indexing import care

        return care.retry(self._store, [_absolute(p) for p in paths])

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

        return care.edit_root(self._store, _absolute(path), changes)

    # -- what is there ---------------------------------------------------------------------------------------

    def status(self) -> Status:
        """What the index holds, and what of the files it does not hold, counted."""
        return self._store.summary()

    def heartbeats(self) -> list[Heartbeat]:
        """What was heard of the watcher, the last run and the last scheduled run, and whether it is too long ago."""
        from gemmasearch.indexing.heartbeat import heartbeats

        return heartbeats(self._store)

    def writer(self) -> str:
        """Who writes to the index now, or was killed while it did, for people; "" = nobody."""
        from gemmasearch.indexing import lock

        path = self._store.path
        if held := lock.holder(path):
            return f"{lock.described(held)}"
        killed = lock.unended(path)
        return (
            f"nobody; the last one did not end: {lock.described(killed)}; `gsearch index` goes on"
            if killed
            else ""
        )

    def rates(self) -> Rates:
        """How fast this machine is with this index and its model, some twenty seconds long.

        :raises NothingFound: nothing is indexed yet.
        """
        from gemmasearch import models, rates

        if not self._store.sample(1):
            raise NothingFound("nothing is indexed yet", "gsearch index FOLDER")
        embedder = models.open_embedder(
            self._models.remembered()
        )  # measured, not made the model of the index
        try:
            return rates.measured(
                self._store, embedder, self.settings, lambda line, mode: self.search(line, mode=mode)
            )
        finally:
            embedder.close()

    def problems(self) -> Iterator[Problem]:
        """Every file, and part of a file, that could not be read, with its reason."""
        return self._store.problems()


def _gone(handle: str) -> NothingFound:
    return NothingFound(f"there is no hit {handle} any more", "search again: files may have changed")


def _not_indexed(path: str) -> NothingFound:
    return NothingFound(f"not in the index: {path}", "`gsearch index PATH` adds it")


def _absolute(path: str | os.PathLike[str]) -> str:
    """The path as it is registered: absolute, ``~`` expanded, symlinks of the last component kept."""
    return os.path.abspath(os.path.expanduser(os.fspath(path)))
