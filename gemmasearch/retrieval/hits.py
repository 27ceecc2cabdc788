"""Rows of the store -> hits: near-duplicates together, with a snippet, and the conversation each belongs to."""

from __future__ import annotations

import os
from collections.abc import Container, Sequence
from dataclasses import replace
from functools import partial

from gemmasearch.documents import Hit
from gemmasearch.reach import SILENT, asked
from gemmasearch.retrieval import duplicates, snippets
from gemmasearch.retrieval.fusion import Fused
from gemmasearch.retrieval.quotes import Candidate
from gemmasearch.store import PassageRow, Store
from gemmasearch.store.rows import called

_COPIES = 100  # of a text that are looked at, the newest: the boilerplate of a large index has thousands


def collapsed(ranked: Sequence[Candidate], most: int) -> list[list[Candidate]]:
    """The first ``most`` groups of near-duplicate passages, best first, each with its best passage first."""
    groups: list[list[Candidate]] = []
    firsts: list[tuple[int, duplicates.Passage]] = []
    for fused, row in ranked:
        passage = duplicates.Passage(row.text)
        # Passages of one document are never twins: a table may well repeat its lines.
        twins = (
            i for i, (of, other) in enumerate(firsts) if of != row.document_id and passage.is_twin(other)
        )
        if (twin := next(twins, None)) is not None:
            groups[twin].append((fused, row))
        elif len(groups) < most:
            groups.append([(fused, row)])
            firsts.append((row.document_id, passage))
    return groups


def of_group(group: Sequence[Candidate], sought: frozenset[str]) -> Hit:
    """The first of near-duplicates, naming the places of the others."""
    (fused, row), *others = group
    places = dict.fromkeys(_place(other) for _, other in others)
    return replace(_hit(row, fused, sought), also_in=tuple(p for p in places if p != _place(row)))


def _place(row: PassageRow) -> str:
    return f"{row.path}#{row.part}" if row.part else row.path


def in_threads(store: Store, found: Sequence[Hit]) -> list[Hit]:
    """The hits with the conversation that each belongs to."""
    heads = store.heads(dict.fromkeys(hit.document_id for hit in found if hit.kind == "mail" or hit.part))
    return [
        replace(hit, thread=heads[hit.document_id][0], messages=heads[hit.document_id][1])
        if hit.document_id in heads
        else hit
        for hit in found
    ]


def at_what_is_there(store: Store, found: Sequence[Hit]) -> list[Hit]:
    """The hits; one whose file is not there stands at one of its copies that is, and names its own place last."""
    copied, gone = [hit for hit in found if hit.also_in], list[int]()
    if copied:
        gone = asked(lambda: [hit.chunk_id for hit in copied if not os.path.lexists(hit.path)], gone)
    if not gone:
        return list(found)
    copies = {id: others[-_COPIES:] for id, others in store.twins(gone).items()}
    rows = {row.chunk_id: row for row in store.passages([id for ids in copies.values() for id in ids])}
    return [_at_copy(hit, [rows[id] for id in copies.get(hit.chunk_id, ()) if id in rows]) for hit in found]


def _at_copy(hit: Hit, copies: Sequence[PassageRow]) -> Hit:
    """The same hit at the first of its other places that is there; these passed the filters of the line."""
    there = dict[str, PassageRow]()
    there = asked(lambda: {_place(row): row for row in copies if os.path.lexists(row.path)}, there)
    row = next((there[place] for place in hit.also_in if place in there), None)
    if row is None:
        return hit
    own = f"{hit.path}#{hit.part}" if hit.part else hit.path
    return replace(
        _hit(row, Fused(row.chunk_id, hit.score, hit.words, hit.meaning), frozenset()),
        snippet=hit.snippet,
        match_line=row.line + (hit.match_line or row.line) - (hit.line or row.line),
        thread=hit.thread,
        messages=hit.messages,
        also_in=(*(place for place in hit.also_in if place != _place(row)), own),
    )


def within_reach(store: Store, found: Sequence[Hit]) -> list[Hit]:
    """The hits, with the reason where their root cannot be looked at now: one look at each root that has hits."""
    looks = store.last_looks() if found else {}
    now: dict[str, str] = {}
    marked = []
    for hit in found:
        root = _root_of(hit.path, looks)
        why = looks.get(root, "")
        if root and not why:
            why = now[root] if root in now else now.setdefault(root, _why_not(root, hit.path))
        elif why and asked(partial(os.path.lexists, hit.path), False):
            why = ""  # it is back since the last run
        marked.append(replace(hit, unavailable=why) if why else hit)
    return marked


def _root_of(path: str, roots: Container[str]) -> str:
    """The innermost root that a path lies in, "" = none."""
    while path and path not in roots:
        path = path.rpartition("/")[0]
    return path or ("/" if "/" in roots else "")


def _why_not(root: str, path: str) -> str:
    return asked(partial(_out_of_reach, root, path), SILENT)


def _out_of_reach(root: str, path: str) -> str:
    """Why a root cannot be looked at; one look at a path in it says that it can. An unmounted disk leaves an empty
    folder."""
    if os.path.lexists(path):
        return ""
    try:
        with os.scandir(root) as listing:
            return "" if any(listing) else "empty, though it was not"
    except OSError as e:
        return e.strerror or str(e)


def listed(row: PassageRow) -> Hit:
    """A passage that was not ranked, as a hit without a score."""
    return _hit(row, Fused(row.chunk_id, 0.0, None, None), frozenset())


def _hit(row: PassageRow, fused: Fused, sought: frozenset[str]) -> Hit:
    snippet = snippets.snippet(row.text, sought, row.language)
    return Hit(
        id=f"c{row.chunk_id}",
        chunk_id=row.chunk_id,
        document_id=row.document_id,
        path=row.path,
        part=row.part,
        kind=row.kind,
        title=called(row.title, row.path, row.part, row.meta),
        score=min(1.0, max(0.0, fused.score)),
        snippet=snippet,
        text=row.text,
        start=row.start,
        end=row.end,
        headings=row.headings,
        page=row.page,
        label=row.label,
        line=row.line,
        date=row.date,
        sender=row.sender,
        recipients=row.recipients,
        language=row.language,
        words=fused.words,
        meaning=fused.meaning,
        quoted=row.quoted,
        meta=row.meta,
        mtime=row.mtime or None,
        match_line=_line_at(row, snippet.at),
    )


def _line_at(row: PassageRow, at: int) -> int:
    """The line of its document where a place of a passage is; the passage's own is that of its first word."""
    first = len(row.text) - len(row.text.lstrip())
    return row.line + row.text.count("\n", first, at)
