"""Which candidates of both lists are read: not all of them may be."""

from __future__ import annotations

from collections.abc import Sequence

from gemmasearch.retrieval.fusion import Fused, Ranked
from gemmasearch.store import Store

SURE = 60  # of each list, that are read whatever the other says of them


def in_order(store: Store, fused: Sequence[Fused], sides: Sequence[Ranked | None]) -> list[Fused]:
    """Best first, equals in the order of the store; what one side alone ranks high comes before: of two that hold a
    rare word the second is no worse for being the last of its list."""
    by_id = {f.chunk_id: f for f in fused}
    high = frozenset().union(*(_first(side) for side in sides if side))
    ordered = store.best_first({f.chunk_id: f.score for f in fused})
    return [by_id[id] for id in sorted(ordered, key=lambda id: id not in high)]


def _first(ranked: Ranked) -> set[int]:
    """The best of a list, with all that are as good as the last of them."""
    least = ranked[min(SURE, len(ranked)) - 1][1]
    return {id for id, score in ranked if score >= least}
