"""Taking things out of an index for good: rows, words, vectors, and every trace of them in the bytes of the file."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING

from gemmasearch.errors import NothingFound
from gemmasearch.indexing import maildirs, pages
from gemmasearch.indexing.lock import run_lock
from gemmasearch.indexing.rules import FORGOTTEN, innermost, is_within
from gemmasearch.light import dataclass

if TYPE_CHECKING:
    from gemmasearch.store import Root, Store

READERS_LEAVE = 10.0  # seconds for searches that keep the journal from being emptied


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What left the index. ``excluded``: still on disk, and named in the exclusions of its folder from now on.

    ``kept``: copies of imported pages beside the index that a query found: their files stay, too. ``sites``: those of
    which later visits stay out, too.

    ``looked_for`` pieces of it were looked for in the bytes of the index and the files beside it (0 = not verified);
    ``left``: file -> those that still stand there.
    """

    files: int
    documents: int
    roots: tuple[str, ...]
    excluded: tuple[str, ...]
    seconds: float
    looked_for: int = 0
    left: Mapping[str, Sequence[str]] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()


def forget(
    store: Store,
    paths: Sequence[str] = (),
    documents: Sequence[int] = (),
    *,
    sites: Sequence[str] = (),
    verify: bool = False,
    wait: float = 10.0,
) -> Forgotten:
    """Take files, folders or whole roots out, and single documents, and every trace of them out of the file's bytes.

    A path that is still on disk below a registered root is added to that root's exclusions; documents of files that
    stay are remembered by a hash, so that no run brings them back.

    :param paths: absolute. :param sites: what is visited there later stays out, too.
    :param verify: look through the bytes afterwards.
    :raises NothingFound: none of them is known. :raises LockHeld: a run is writing.
    """
    began = time.monotonic()
    with run_lock(store.path, "forget", wait=wait):
        roots = store.roots()
        rows = {row.id: row for path in paths for row in store.files_below(path)}
        gone = [root for root in roots if any(is_within(root.path, path) for path in paths)]
        if not rows and not gone and not documents:
            raise NothingFound(
                f"not in the index: {', '.join(paths)}", "`gsearch roots` lists what is indexed"
            )
        inside = {id for row in rows for id, _ in store.known_documents(row).values()}
        alone = [id for id in documents if id not in inside]  # their files stay
        evidence = store.evidence([*inside, *documents]) if verify else None
        kept = _kept_pages(store, alone)
        excluded = _let_go(store, paths, gone, [r for r in roots if r not in gone])
        store.drop_recognised_with(documents)
        store.unlearn(documents)
        store.forget_documents(alone)
        store.forget_sites(sites)
        store.remove_files(rows)
        store.drop_unshown()
        store.purge_words(now=True)
        emptied = store.checkpoint(READERS_LEAVE)
        looked_for, left = store.remaining(evidence) if evidence else (0, {})
        if evidence and not emptied:
            left.setdefault(f"{store.path}-wal", ["a search that is going on keeps it: forget again"])
    return Forgotten(
        len(rows), len({*inside, *documents}), tuple(r.path for r in gone), tuple(excluded),
        time.monotonic() - began, looked_for, left, kept, tuple(sites),
    )  # fmt: skip


def _let_go(store: Store, paths: Sequence[str], gone: Sequence[Root], stay: Sequence[Root]) -> list[str]:
    """What is remembered of paths and roots beside their files. :return: the paths that are excluded from now on."""
    maildirs.look_at_all(store)  # the names of its folders go with it
    for path in paths:
        store.crawl_problems(path, ())
    for root in gone:
        store.remove_root(root.id)
    excluded = _exclude(store, paths, stay)
    store.forget_decisions(paths)
    store.drop_asked()
    return excluded


def _kept_pages(store: Store, documents: Sequence[int]) -> tuple[str, ...]:
    folder = str(pages.folder(store.path))
    return tuple(path for path in store.paths_of(documents) if is_within(path, folder))


def _exclude(store: Store, paths: Sequence[str], roots: Sequence[Root]) -> list[str]:
    """Name paths that are still on disk in the exclusions of the root that they lie in. :return: those paths."""
    named: dict[int, list[str]] = {}
    for path in paths:
        owner = innermost(path, roots)
        if owner is not None and owner.path != path and os.path.lexists(path):
            named.setdefault(owner.id, []).append(path)
    for owner in (r for r in roots if r.id in named):
        inside = named[owner.id]
        patterns = ["/" + _escaped(os.path.relpath(path, owner.path)) for path in inside]
        gone = dict.fromkeys((*owner.options.get(FORGOTTEN, ()), *patterns))
        store.add_root(owner.path, {**owner.options, FORGOTTEN: list(gone)})
    return [path for inside in named.values() for path in inside]


def _escaped(name: str) -> str:
    """A name as a pattern that matches nothing else."""
    return "".join("\\" + c if c in "\\*?[]!# " else c for c in name)
