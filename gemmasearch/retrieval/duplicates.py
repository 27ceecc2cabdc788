"""Near-duplicates: quotes, forwards, copies and generated twins of one text.

A text is the set of its five-word shingles (Broder 1997); two texts are near-duplicates when their sets overlap
enough (Jaccard). Many documents are compared by the smallest hashes of their sets (bottom-k sketches), so that
no pair without a common shingle is looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TypeVar
from zlib import crc32

from gemmasearch.light import dataclass
from gemmasearch.store import Store, words
from gemmasearch.store.rows import called

SHINGLE = 5  # words
SKETCH = 64  # hashes kept of a document
COMMON = 40  # a shingle in more documents than this is boilerplate and pairs nothing
ALIKE = 0.8  # Jaccard from which two passages or documents count as one
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Twins:
    """Near-duplicate documents, the oldest first; ``likeness`` is the lowest Jaccard to the first."""

    document_ids: tuple[int, ...]
    paths: tuple[str, ...]
    titles: tuple[str, ...]
    likeness: float
    handles: tuple[str, ...] = ()  # of a passage of each, "c123": two messages of a mailbox have one path


class Passage:
    """A text to be told from others: its shingles are made when they are needed."""

    def __init__(self, text: str) -> None:
        self._said = words.exact(text).split()
        self._words = frozenset(self._said)

    @cached_property
    def _shingles(self) -> frozenset[tuple[str, ...]]:
        """As they are: to tell few texts apart takes no hashes."""
        return _shingled(self._said)

    def is_twin(self, other: Passage) -> bool:
        """Whether the two are near-duplicates.

        Of each word that one has alone, but for its last four, another shingle is its alone; a quarter of the
        shingles of either is more than near-duplicates may have alone.
        """
        most = (1 / ALIKE - 1) * min(len(self._said), len(other._said)) + SHINGLE - 1
        if abs(len(self._words) - len(other._words)) > most:
            return False
        if len(self._words) - len(self._words & other._words) > most:  # what few share is a small set
            return False
        return likeness(self._shingles, other._shingles) >= ALIKE


def shingles(text: str) -> frozenset[int]:
    """Hashes of every run of five words; a shorter text is one shingle, a text without words none."""
    return frozenset(crc32(" ".join(shingle).encode()) for shingle in _shingled(words.exact(text).split()))


def _shingled(found: Sequence[str]) -> frozenset[tuple[str, ...]]:
    if len(found) < SHINGLE:
        return frozenset({tuple(found)} if found else ())
    return frozenset(zip(*(found[at:] for at in range(SHINGLE)), strict=False))


def likeness(one: frozenset[T], other: frozenset[T]) -> float:
    """Jaccard: shared shingles of all shingles, 0..1."""
    if one.isdisjoint(other):
        return 0.0
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


def dupes(store: Store, document_ids: Iterable[int], *, alike: float = ALIKE) -> list[Twins]:
    """Groups of near-duplicates among documents, the largest group first.

    Texts of fewer than five words are never called duplicates.
    """
    sketches: dict[int, frozenset[int]] = {}
    holders: dict[int, list[int]] = defaultdict(list)
    for id in document_ids:
        document = store.document(id)
        found = shingles(document.text) if document else frozenset()
        if len(found) > 1:
            sketches[id] = frozenset(sorted(found)[:SKETCH])
            for value in sketches[id]:
                holders[value].append(id)
    group: dict[int, int] = {}
    for one, other in _pairs(holders):
        if _root(group, one) != _root(group, other) and _estimate(sketches[one], sketches[other]) >= alike:
            group[_root(group, other)] = _root(group, one)
    return _groups(store, sketches, group)


def _pairs(holders: dict[int, list[int]]) -> set[tuple[int, int]]:
    """Documents that share a shingle of their sketches; each with the first that holds it."""
    shared = (ids for ids in holders.values() if 1 < len(ids) <= COMMON)
    return {(ids[i], ids[j]) for ids in shared for j in range(1, len(ids)) for i in range(j)}


def _estimate(one: frozenset[int], other: frozenset[int]) -> float:
    """Jaccard from two bottom-k sketches."""
    union = sorted(one | other)[:SKETCH]
    return sum(value in one and value in other for value in union) / len(union)


def _root(group: dict[int, int], id: int) -> int:
    while id in group:
        id = group[id]
    return id


def _groups(store: Store, sketches: dict[int, frozenset[int]], group: dict[int, int]) -> list[Twins]:
    members: dict[int, list[int]] = defaultdict(list)
    for id in sketches:
        members[_root(group, id)].append(id)
    found = [_twins(store, ids, sketches) for ids in members.values() if len(ids) > 1]
    return sorted(found, key=lambda t: (-len(t.document_ids), t.document_ids))


def _twins(store: Store, ids: Sequence[int], sketches: dict[int, frozenset[int]]) -> Twins:
    rows = [row for id in ids if (row := store.document(id)) is not None]
    rows.sort(key=lambda row: (row.date if row.date is not None else row.mtime, row.document_id))
    first = sketches[rows[0].document_id]
    return Twins(
        tuple(row.document_id for row in rows),
        tuple(row.path for row in rows),
        tuple(called(row.title, row.path, row.part, row.meta) for row in rows),
        min(_estimate(first, sketches[row.document_id]) for row in rows),
        tuple(f"c{id}" for id in store.first_chunks([row.document_id for row in rows])),
    )
