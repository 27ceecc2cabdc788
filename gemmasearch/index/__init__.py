"""class Index: the library API, and the one door to both journeys (disk -> rows, question -> hits -> answer)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from gemmasearch import reach
from gemmasearch.documents import Problem, SyncEvent, SyncReport
from gemmasearch.errors import ModelProblem, NothingFound, UsageProblem
from gemmasearch.index.answers import Answering
from gemmasearch.index.care import Caring
from gemmasearch.index.finding import Finding
from gemmasearch.index.opened import absolute
from gemmasearch.index.turns import in_turn
from gemmasearch.matching import Models
from gemmasearch.settings import Settings
from gemmasearch.shown import Place, Shown
from gemmasearch.store.rows import Summary as Status

__all__ = ["Index", "Place", "Shown", "Status"]

if TYPE_CHECKING:
    from gemmasearch.indexing.heartbeat import Heartbeat
    from gemmasearch.indexing.pages import Page as SavedPage
    from gemmasearch.models import Embedder
    from gemmasearch.rates import Rates

_MADE_UP = ("/proc/", "/sys/", "/dev/")


def named(paths: Sequence[str | os.PathLike[str]]) -> list[str]:
    """Folders and files to index, absolute.

    :raises UsageProblem: one that does not exist, has no name, or holds no files.
    """
    roots = [absolute(p) for p in paths]
    for root in roots:
        if not reach.answers(root, reach.LONGER):
            continue  # it is said with the others, and may be there the next time
        if not os.path.lexists(root):
            raise UsageProblem(f"there is no {root}", "name a folder or a file that exists")
        if f"{os.path.realpath(root)}/".startswith(_MADE_UP):
            raise UsageProblem(f"{root} holds no files: the system makes it up", "name another folder")
    return roots


def nothing_yet() -> UsageProblem:
    """A run without folders, before any was added."""
    return UsageProblem("nothing to index yet", "name a folder: gsearch index ~/Documents")


@in_turn
class Index(Finding, Answering, Caring):
    """One person's index. Open it with :meth:`open`; use it as a context manager or :meth:`close` it.

    ``notes`` holds remarks for people about what could not be used (a model that is gone, …).
    Threads may share one: it does one thing after the other, for each in turn. Open one per thread where searches are
    to run side by side, or while another thread indexes or watches. A conversation is for one thread, and so are
    labels. In a process that was forked, it opens its file again when it is first used.
    """

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
        from gemmasearch.indexing.lock import run_lock
        from gemmasearch.indexing.recognised import reading

        roots = named(paths)
        if not roots and not self._store.roots():
            raise nothing_yet()
        self._models.check_size()
        roots = self._by_known_names(roots)
        said, stopped = progress or (lambda event: None), stop or (lambda: False)
        with (
            heartbeat.of_run(self._store, scheduled) as ended,
            run_lock(self._store.path, wait=wait, stop=stopped),
        ):
            if options:
                self._set_options(roots, options)
            with reading(self._store, self.settings, said, stopped) as (readers, told):
                report = sync.sync(
                    self._store,
                    self._embedder(),
                    readers.read,
                    self.settings,
                    roots=roots or None,
                    progress=told,
                    stop=stopped,
                    prune=prune,
                )
            ended(report)
            self._store.checkpoint()  # nothing of what left the index stays behind in its journal
        return report

    def _by_known_names(self, paths: Sequence[str]) -> list[str]:
        """The same folders, each by one name: what is indexed by another name would be in the index twice."""
        known, found = [root.path for root in self._store.roots()], list[str]()
        for path in paths:
            name = self._alias(path, known)
            if name != path:
                self.notes.append(f"{path} is {name}, and indexed by that name")
            known.append(name)
            found.append(name)
        return list(dict.fromkeys(found))

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
        pages.let_in(self._store, page)
        return page, self.index([os.path.dirname(page.path)], wait=wait)

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
        with (
            self._turns.endless(),
            reading(self._store, self.settings, lambda event: None, stop) as (readers, told),
        ):
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
