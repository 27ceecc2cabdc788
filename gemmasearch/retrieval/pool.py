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

    def rank(candidate: Fused) -> tuple[bool, float]:
        return candidate.chunk_id not in high, -candidate.score

    ordered = sorted(fused, key=rank)
    if first < len(ordered) and rank(ordered[first - 1]) == rank(ordered[first]):
        equals = [f for f in ordered if rank(f) == rank(ordered[first])]
        start = ordered.index(equals[0])
        ordered[start : start + len(equals)] = settled(store, equals)
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
