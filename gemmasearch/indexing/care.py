"""Retrying, compacting, the options of roots, and why a file is or is not in the index.

What writes takes the run lock: none of it may meet a run half-way.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gemmasearch.documents import Problem
from gemmasearch.errors import UsageProblem
from gemmasearch.indexing import maildirs
from gemmasearch.indexing.crawl import explain
from gemmasearch.indexing.current import MAX_TRIES
from gemmasearch.indexing.lock import run_lock
from gemmasearch.indexing.rules import FORGOTTEN, Rules, around, innermost, is_within
from gemmasearch.light import dataclass
from gemmasearch.secrets import KEY_SEARCH_BYTES

if TYPE_CHECKING:
    from gemmasearch.store import Root, Store
    from gemmasearch.store.rows import DocumentRow

BEGINNING = 60  # characters of a passage that are shown


@dataclass(frozen=True, slots=True)
class Compacted:
    before: int  # bytes
    after: int


@dataclass(frozen=True, slots=True)
class WhyChunk:
    """A passage as the index holds it. ``begins`` is its first words."""

    id: str
    line: int
    page: int | None
    headings: tuple[str, ...]
    tokens: int
    quoted: bool
    begins: str


@dataclass(frozen=True, slots=True)
class WhyDocument:
    """``embedded`` of its ``chunks`` have a vector; quoted replies get none."""

    part: str
    kind: str
    title: str
    chunks: int
    embedded: int
    passages: tuple[WhyChunk, ...] = ()


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


def retry(store: Store, paths: Sequence[str] = (), *, wait: float = 10.0) -> int:
    """Let the next run read failed files again, quarantined ones too. :return: how many."""
    with run_lock(store.path, "retry", wait=wait):
        maildirs.look_at_all(store)
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
        if bool(options.get("secrets")) != bool(root.options.get("secrets")):
            store.look_again(path, KEY_SEARCH_BYTES)  # a key is known by its content
        return store.set_options(path, {name: value for name, value in options.items() if value is not None})


def why(store: Store, path: str) -> Why:
    """Whether and why an absolute path is in the index."""
    roots = store.roots()
    owner = innermost(path, roots)
    row = store.file(path)
    if row is None and owner is not None and (below := list(store.files_below(path))):
        good = sum(not file.reason for file in below)
        said = f"a folder: {good:,} of {len(below):,} files below it are in the index"
        return Why(path, good > 0, owner.path, said, (), 0, False, "", ())
    rule = _left_out(store, path, owner, roots)
    problems = tuple(p for p in store.problems() if p.path == path)
    if row is None and not rule and not problems:
        rule = _unknown(path)
    documents = tuple(
        WhyDocument(d.part, d.kind, d.title, len(d.chunks), store.embedded_count(d.document_id), _passages(d))
        for d in store.documents_at(path)
    )
    return Why(
        path, bool(documents), owner.path if owner else "", rule, problems, row.tries if row else 0,
        bool(row and row.reason and row.tries >= MAX_TRIES), row.reader if row else "", documents,
    )  # fmt: skip


def _left_out(store: Store, path: str, owner: Root | None, roots: Sequence[Root]) -> str:
    if owner is None:
        if within := [root.path for root in roots if is_within(root.path, path)]:
            return f"a folder around what is registered: {', '.join(within)}"
        return "it does not lie below a registered folder: `gsearch index PATH` adds one"

    def refused(options: Mapping[str, Any]) -> str:
        outer = around(owner.path, roots)
        return explain(owner.path, path, Rules.of(options), outer=outer, own=str(store.path))

    rule = refused(owner.options)
    if rule and owner.options.get(FORGOTTEN) and not refused({**owner.options, FORGOTTEN: ()}):
        return "it was forgotten under this path: `gsearch index PATH` lets it in again"
    return rule


def _unknown(path: str) -> str:
    """What is left out by no rule, and yet is not known."""
    if os.path.isdir(path):
        return "a folder: no run has found a file to read below it; `gsearch why FILE` says more of one"
    return "no run has looked at it yet: `gsearch index`"


def _beginning(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= BEGINNING else words[:BEGINNING] + "…"


def _passages(document: DocumentRow) -> tuple[WhyChunk, ...]:
    return tuple(
        WhyChunk(
            f"c{s.chunk_id}", s.line, s.page, s.headings, s.tokens, s.quoted,
            _beginning(document.text[s.start : s.end]),
        )
        for s in document.chunks
    )  # fmt: skip
