"""Forgetting, retrying, compacting, the options of roots, and why a file is or is not in the index.

What writes takes the run lock: none of it may meet a run half-way.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gemmasearch.documents import Problem
from gemmasearch.errors import NothingFound, UsageProblem
from gemmasearch.indexing.crawl import explain
from gemmasearch.indexing.current import MAX_TRIES
from gemmasearch.indexing.lock import run_lock
from gemmasearch.indexing.rules import Rules, is_within
from gemmasearch.store.care import bytes_left

if TYPE_CHECKING:
    from gemmasearch.store import Root, Store


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What left the index. ``left`` are words of it that still stood in the file's bytes (``verify``)."""

    files: int
    documents: int
    roots: tuple[str, ...]
    excluded: tuple[
        str, ...
    ]  # still on disk: named in the root's exclusions, so that no run brings them back
    seconds: float


@dataclass(frozen=True, slots=True)
class Compacted:
    before: int  # bytes
    after: int


@dataclass(frozen=True, slots=True)
class WhyDocument:
    part: str
    kind: str
    title: str
    chunks: int
    embedded: int


@dataclass(frozen=True, slots=True)
class Why:
    """Why a path is, or is not, in the index. ``rule`` names what leaves it out; "" = nothing does."""

    path: str
    indexed: bool
    root: str  # the registered root it belongs to, "" = none
    rule: str
    problems: tuple[Problem, ...] = ()
    tries: int = 0
    quarantined: bool = False
    reader: str = ""
    documents: tuple[WhyDocument, ...] = ()


def forget(store: Store, paths: Sequence[str], *, wait: float = 10.0) -> Forgotten:
    """Take files, folders or whole roots out, and every trace of them out of the file's bytes.

    What is still on disk below a registered root is added to that root's exclusions.

    :param paths: absolute. :raises NothingFound: none of them is known. :raises LockHeld: a run is writing.
    """
    began = time.monotonic()
    with run_lock(store.path, "forget", wait=wait):
        roots = store.roots()
        rows = {row.id: row for path in paths for row in store.files_below(path)}
        gone = [root for root in roots if any(is_within(root.path, path) for path in paths)]
        if not rows and not gone:
            raise NothingFound(
                f"not in the index: {', '.join(paths)}", "`gsearch roots` lists what is indexed"
            )
        documents = sum(len(store.known_documents(id)) for id in rows)
        for path in paths:
            store.crawl_problems(path, ())
        for root in gone:
            store.remove_root(root.id)
        excluded = [p for p in paths if _exclude(store, p, [r for r in roots if r not in gone])]
        store.forget_decisions(paths)
        store.remove_files(rows)
        store.checkpoint()
    return Forgotten(
        len(rows), documents, tuple(r.path for r in gone), tuple(excluded), time.monotonic() - began
    )


def _exclude(store: Store, path: str, roots: Sequence[Root]) -> bool:
    owner = max((r for r in roots if is_within(path, r.path)), key=lambda r: len(r.path), default=None)
    if owner is None or owner.path == path or not os.path.lexists(path):
        return False
    escaped = "".join("\\" + c if c in "\\*?[]!# " else c for c in os.path.relpath(path, owner.path))
    options = dict(owner.options)
    options["exclude"] = [*options.get("exclude", ()), "/" + escaped]
    store.add_root(owner.path, options)
    return True


def traces(index: Path, words: Sequence[str]) -> list[str]:
    """Which words still stand in the bytes of a closed index: the proof behind ``forget --verify``."""
    found = bytes_left(index, [word.encode("utf-8", "surrogateescape") for word in words])
    return [raw.decode("utf-8", "surrogateescape") for raw in found]


def retry(store: Store, paths: Sequence[str] = (), *, wait: float = 10.0) -> int:
    """Let the next run read failed files again, quarantined ones too. :return: how many."""
    with run_lock(store.path, "retry", wait=wait):
        return store.retry(paths)


def compact(store: Store, *, wait: float = 10.0) -> Compacted:
    """Give unused space back to the disk; needs as much free space as the index has."""
    with run_lock(store.path, "compact", wait=wait):
        return Compacted(*store.compact())


def edit_root(store: Store, path: str, changes: Mapping[str, Any], *, wait: float = 10.0) -> Root:
    """Change remembered options of a root; a value of None takes the option back to its default.

    :raises UsageProblem: not a root, or no such option.
    """
    root = next((r for r in store.roots() if r.path == path), None)
    if root is None:
        raise UsageProblem(f"{path} is not a registered folder", "`gsearch roots` lists them")
    known = Rules.__dataclass_fields__
    if unknown := sorted(set(changes) - set(known)):
        raise UsageProblem(f"no such option: {', '.join(unknown)}", "there are: " + ", ".join(known))
    options = {**root.options, **changes}
    with run_lock(store.path, "roots", wait=wait):
        return store.set_options(path, {name: value for name, value in options.items() if value is not None})


def why(store: Store, path: str) -> Why:
    """Whether and why an absolute path is in the index."""
    roots = store.roots()
    owner = max((r for r in roots if is_within(path, r.path)), key=lambda r: len(r.path), default=None)
    row = store.file(path)
    rule = "" if owner is None else explain(owner.path, path, Rules.of(owner.options), own=str(store.path))
    if owner is None:
        rule = "it does not lie below a registered folder: `gsearch index PATH` adds one"
    problems = tuple(p for p in store.problems() if p.path == path)
    if row is None and not rule and not problems:
        rule = "no run has looked at it yet: `gsearch index`"
    documents = tuple(
        WhyDocument(d.part, d.kind, d.title, len(d.chunks), store.embedded_count(d.document_id))
        for d in store.documents_at(path)
    )
    return Why(
        path, bool(documents), owner.path if owner else "", rule, problems, row.tries if row else 0,
        bool(row and row.reason and row.tries >= MAX_TRIES), row.reader if row else "", documents,
    )  # fmt: skip
