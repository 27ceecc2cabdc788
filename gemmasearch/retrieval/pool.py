"""Which candidates of both lists are read: not all of them may be."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from gemmasearch.retrieval.fusion import Fused, Ranked
from gemmasearch.store import Store

SURE = 60  # of each list, that are read whatever the other says of them


def in_order(
    store: Store, fused: Sequence[Fused], sides: Sequence[Ranked | None], first: int
) -> tuple[list[Fused], list[Fused]]:
    """The ``first`` candidates, best first, and the others. What one side alone ranks high comes before: of two that
    hold a rare word the second is no worse for being the last of its list.

    Which of equals are among the first is settled by their places in the store; the order of other equals is open.
    """
    high = frozenset().union(*(_first(side) for side in sides if side))
    ordered = sorted(fused, key=lambda f: (f.chunk_id not in high, -f.score))
    start = stop = first
    while 0 < start < len(ordered) and ordered[start - 1].score == ordered[first].score:
        start -= 1
    while start < first and stop < len(ordered) and ordered[stop].score == ordered[first].score:
        stop += 1
    ordered[start:stop] = settled(store, ordered[start:stop])
    return ordered[:first], ordered[first:]


def settled(store: Store, ordered: Sequence[Fused]) -> list[Fused]:
    """Neighbours of one score in the order of the store."""
    groups = [list(group) for _, group in groupby(ordered, key=lambda f: f.score)]
    equals = [f.chunk_id for group in groups if len(group) > 1 for f in group]
    place = {id: at for at, id in enumerate(store.in_order(equals) if equals else ())}
    return [f for group in groups for f in sorted(group, key=lambda f: place.get(f.chunk_id, 0))]


def _first(ranked: Ranked) -> set[int]:
    """The best of a list, with all that are as good as the last of them."""
    least = ranked[min(SURE, len(ranked)) - 1][1]
    return {id for id, score in ranked if score >= least}
