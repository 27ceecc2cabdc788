"""One look at a root: which of its files must be read, and which are gone."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any, TypeVar

from gemmasearch import reach
from gemmasearch.documents import Problem, SyncEvent
from gemmasearch.indexing.crawl import Found, RootUnavailable, Stamp, crawl
from gemmasearch.indexing.current import CURRENT, is_current
from gemmasearch.indexing.maildirs import Maildirs
from gemmasearch.indexing.prints import Prints
from gemmasearch.indexing.rules import Rules, around, is_within
from gemmasearch.indexing.settled import Settled, mark
from gemmasearch.indexing.trail import Trail
from gemmasearch.light import dataclass
from gemmasearch.store.journal import Known

if TYPE_CHECKING:
    from gemmasearch.indexing.tally import Tally
    from gemmasearch.store import FileRow, Root, Store

MANY = 10  # files that may leave a root at once without a word
_FEW = 1000  # rows that are fetched one by one
_SOME = 100  # files that are told of at a time
Kept = TypeVar("Kept")


@dataclass(slots=True)
class Look:
    """What there is in a root. Files that are as they were known are only counted."""

    root: Root
    mark: str = ""  # what decides about names
    complete: bool = False  # so that absence means something
    closed: bool = False  # except of folders that could not be looked into
    files: int = 0
    known: int = 0  # before
    stale: list[Found] = field(default_factory=list)
    rows: dict[str, FileRow] = field(default_factory=dict)  # what is known of the stale files, by path
    gone: list[FileRow] = field(default_factory=list)
    maildirs: Maildirs = field(default_factory=Maildirs)
    trail: Trail = field(default_factory=Trail)
    prints: Prints | None = None


@dataclass(slots=True)
class Onlooker:
    """Looks at one root after the other. A root within another one is looked at in its own turn only, under its
    own rules."""

    store: Store
    registered: Sequence[Root]
    tally: Tally
    prune: bool
    settled: Settled
    remembered: Mapping[str, Any] = field(default_factory=dict)  # of the maildirs of each root
    expects: Callable[[Sequence[Found]], bool] | None = None  # told what is met, until it returns True
    seen: int = 0  # files in the roots looked at before

    def look(self, root: Root) -> Look:
        if not reach.answers(root.path, reach.LONGER):
            return self._unavailable(Look(root), reach.SILENT)
        inner = [r.path for r in self.registered if r.path != root.path and is_within(r.path, root.path)]
        look = Look(root, mark(root, inner, str(self.store.path)))
        settled = self.settled.holds(root, look.mark)
        prints = look.prints = self._known(root, inner, settled)
        known = prints.known
        unsure = [*inner, *(row.path for row in known.outdated)]
        look.maildirs = Maildirs.of(self.remembered.get(root.path, {}), root, known.stamps, unsure)
        look.trail.sure = not root.options.get("follow")
        found, problems = list[Found](), list[Problem]()
        try:
            for item in self._crawl(look, prints, inner, settled):
                if isinstance(item, Problem):
                    problems.append(item)
                    continue
                found.append(item)
                if self.expects and len(found) % _SOME == 0 and self.expects(found[-_SOME:]):
                    self.expects = None
        except RootUnavailable as e:
            return self._unavailable(look, str(e))
        if self.tally.interrupted:
            return look
        prints.fetch_rest()
        look.files = prints.met + len(found)
        rows = {row.path: row for row in (*self._rows(root, known.stamps), *known.outdated)}
        if not look.files and (why := self._emptied(root, rows)):
            return self._unavailable(look, why)
        look.complete = True
        self.seen += look.files
        self._remember(root, problems)
        reasons = Counter(why for path, why in known.reasons.items() if path not in known.stamps)
        self._count(prints.met, reasons + prints.held)
        self._sort(look, found, rows)
        closed = tuple(p.path.rstrip("/") + "/" for p in problems if p.reason in ("unreadable", "limit"))
        look.closed = bool(closed)
        look.gone = [row for row in rows.values() if not row.path.startswith(closed)]
        look.known = prints.files + len(known.outdated)
        return look

    def _known(self, root: Root, inner: Sequence[str], settled: bool) -> Prints:
        """What there is to go by in a root. Where every name is looked at, prints say nothing."""
        kept = _without(inner, self.store.prints_below(root.path)) if settled else {}
        below = self.store.known_below(root.path, CURRENT, printed=not kept)
        stamps = _without(inner, below.stamps)
        outdated = [row for row in below.outdated if not _in_any(row.path, inner)]
        reasons = {path: why for path, why in below.reasons.items() if path in stamps}
        return Prints(self.store, Known(stamps, outdated, reasons), kept)

    def _emptied(self, root: Root, rows: Mapping[str, FileRow]) -> str:
        """Why a root in which no file was found is taken to be unavailable; "" = it is not."""
        if not rows or not root.seen or any(map(reach.is_there, rows)):
            return ""
        # Not because a rule leaves out what is there, or all was forgotten: an unmounted disk looks like this.
        if not self.prune:
            return "empty, though it was not"
        if _unmounted(root.path, rows.values()):
            return "empty, its files were on another file system; `gsearch forget` takes them out"
        return ""

    def _sort(self, look: Look, found: Sequence[Found], rows: dict[str, FileRow]) -> None:
        """Count what is as it was known, and take the rest for stale. What was found leaves ``rows``."""
        for each in found:
            row = rows.pop(each.path, None)
            if row and is_current(row, each.stamp):
                self._count(1, Counter([row.reason]))
                continue
            if self.tally.unsettled(each.stamp):
                continue
            look.stale.append(each)
            if row:
                look.rows[each.path] = row

    def removable(self, look: Look, gone: list[FileRow]) -> list[FileRow]:
        """Of the files that are gone, and did not turn up elsewhere, those that may leave the index."""
        many = max(MANY, look.known // 2)
        if len(gone) <= many or self.prune:
            return gone
        absent = {row.path for row in gone if not reach.is_there(row.path)}
        if len(absent) > many:
            self._unavailable(look, f"{len(absent)} of {look.known} files are gone; --prune lets them go")
            return [row for row in gone if row.path not in absent]
        return gone

    def _crawl(
        self, look: Look, prints: Prints, inner: list[str], settled: bool
    ) -> Iterator[Found | Problem]:
        path = look.root.path

        def stop(folder: str) -> bool:
            self.tally.progress(SyncEvent("crawl", self.seen + prints.met, 0, folder))
            return self.tally.stopped()

        yield from crawl(
            path, rules=Rules.of(look.root.options), skip=inner, outer=around(path, self.registered),
            own=str(self.store.path), known=prints.known.stamps, settled=settled, prints=prints,
            maildirs=look.maildirs, trail=look.trail, stop=stop,
        )  # fmt: skip

    def _rows(self, root: Root, stamps: dict[str, Stamp]) -> Iterator[FileRow]:
        """All that is known of the files that did not turn up as they were."""
        if len(stamps) > _FEW:
            return (row for row in self.store.files_below(root.path) if row.path in stamps)
        return (row for path in sorted(stamps, key=os.fsencode) if (row := self.store.file(path)))

    def _count(self, files: int, reasons: Counter[str]) -> None:
        """:param reasons: why so many of them are not indexed, "" of others."""
        skipped = Counter({why: number for why, number in reasons.items() if why})
        self.tally.skipped.update(skipped)
        self.tally.counts["unchanged"] += files - skipped.total()

    def _unavailable(self, look: Look, why: str) -> Look:
        self.store.unavailable(look.root.id, why)
        self.tally.unavailable.append(look.root.path)
        return look

    def _remember(self, root: Root, problems: list[Problem]) -> None:
        for problem in problems:
            self.tally.problem(problem)
        self.tally.skipped.update(p.reason for p in problems)
        with self.store.writing():
            self.store.crawl_problems(root.path, problems)


def _unmounted(root: str, rows: Iterable[FileRow]) -> bool:
    """Whether a root lies on another file system than every file that it had."""
    devices = {row.stamp.device for row in rows if row.stamp}
    return bool(devices) and os.stat(root).st_dev not in devices


def _in_any(path: str, folders: Sequence[str]) -> bool:
    return any(is_within(path, folder) for folder in folders)


def _without(folders: Sequence[str], by_path: dict[str, Kept]) -> dict[str, Kept]:
    """The mapping without the paths within these folders."""
    if not folders:
        return by_path
    return {path: value for path, value in by_path.items() if not _in_any(path, folders)}
