"""One run: look at the roots, read what changed, write it, then embed what has no vector yet.

Words come first: a new file is findable as soon as it is written; vectors follow in batches.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING

from gemmasearch.documents import SyncEvent, SyncReport
from gemmasearch.indexing import limits, maildirs, trail
from gemmasearch.indexing.looking import Look, Onlooker
from gemmasearch.indexing.options import keep_read
from gemmasearch.indexing.rules import is_within
from gemmasearch.indexing.settled import Settled
from gemmasearch.indexing.tally import Tally
from gemmasearch.store import glance

if TYPE_CHECKING:
    from gemmasearch.indexing.ahead import Read
    from gemmasearch.indexing.writing import Writer
    from gemmasearch.models import Embedder
    from gemmasearch.settings import Settings
    from gemmasearch.store import Store

__all__ = ["sync"]


def sync(
    store: Store,
    embedder: Embedder,
    read: Read,
    settings: Settings,
    *,
    roots: Sequence[str] | None = None,
    progress: Callable[[SyncEvent], None] = lambda event: None,
    stop: Callable[[], bool] = lambda: False,
    prune: bool = False,
    settle: float = 0.0,
    purge_every: float = 0.0,
) -> SyncReport:
    """Bring ``roots`` (absolute paths, registered if new; None = all registered ones) up to date.

    Whoever calls it holds the run lock (:func:`gemmasearch.indexing.lock.run_lock`).

    :param read: the documents of a file, and Problems.
    :param stop: asked between folders, files, groups of documents and batches.
    :param prune: let files go even if they are more than half of a root.
    :param settle: seconds for which a file must have been left alone; younger ones are for the next run.
    :param purge_every: seconds between two purges of deleted words, which rewrite the full-text index.
    """
    tally = Tally(progress, stop, settle)
    report = _run(store, embedder, read, settings, roots, tally, prune)
    if not tally.interrupted:
        store.follow_examples()
        store.purge_words(purge_every)
        store.checkpoint()
    return report


def _run(
    store: Store,
    embedder: Embedder,
    read: Read,
    settings: Settings,
    wanted: Sequence[str] | None,
    tally: Tally,
    prune: bool,
) -> SyncReport:
    started, began_ns = time.monotonic(), time.time_ns()
    glance.forget(store.db.rows)  # however this run ends
    limits.read_again(store, settings)
    keep_read(store, settings)
    outer = [store.add_root(path).path for path in wanted or ()]
    registered = store.roots()
    chosen = [r for r in registered if not outer or any(is_within(r.path, o) for o in outer)]
    settled = Settled.of(store, registered)
    with ExitStack() as ends:

        @cache
        def writer() -> Writer:
            from gemmasearch.indexing.writing import Writer

            return Writer(store, embedder, read, settings, registered, tally, ends)

        records = maildirs.records(store)
        onlooker = Onlooker(
            store, registered, tally, prune, settled, records, lambda found: writer().expects(found)
        )
        looks = [onlooker.look(root) for root in chosen if not tally.interrupted]
        with store.vectors_kept():
            if any(look.stale or look.gone for look in looks):
                _write(writer(), onlooker, looks)
    if not tally.interrupted:
        _sign(store, looks, tally, settled)
    if tally.interrupted or tally.counts["embedded"] or not _is_complete(store, embedder):
        from gemmasearch.indexing.embedding import embed

        embed(store, embedder, settings, tally)
    if not tally.interrupted:
        trail.keep(store, settings, looks, registered, tally, began_ns)
    return tally.report(time.monotonic() - started)


def _write(writer: Writer, onlooker: Onlooker, looks: Sequence[Look]) -> None:
    from gemmasearch.indexing.moves import Moves

    # The newest first: they are the likeliest to be looked for.
    stale = sorted((f for look in looks for f in look.stale), key=lambda f: (-f.stamp.mtime_ns, f.path))
    known = {path: row for look in looks for path, row in look.rows.items()}
    moves = Moves([row for look in looks for row in look.gone])
    writer.write(stale, known, moves)
    if not writer.tally.interrupted:
        for look in looks:
            writer.remove(onlooker.removable(look, moves.left(look.gone)))


def _is_complete(store: Store, embedder: Embedder) -> bool:
    """Whether the embedder's space is the only one, and serves searches with all of its vectors."""
    spaces = store.spaces()
    is_own = len(spaces) == 1 and spaces[0].active and spaces[0].key == embedder.space.key
    return is_own and not store.pending_count(spaces[0].id)


def _sign(store: Store, looks: Sequence[Look], tally: Tally, settled: Settled) -> None:
    complete = [look for look in looks if look.complete and look.root.path not in tally.unavailable]
    with store.writing():
        for look in complete:
            store.looked_at(look.root.id, seen=look.files, at=time.time())
            if look.prints is not None:
                look.prints.keep()
        maildirs.keep(store, {look.root.path: look.maildirs for look in complete})
        settled.keep(complete)
