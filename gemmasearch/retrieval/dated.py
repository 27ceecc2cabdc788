"""The newest hits first, of however many: those of one stretch of time after the other."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from gemmasearch.documents import Condition, Hit
from gemmasearch.retrieval.calibration import in_another_order
from gemmasearch.retrieval.paging import REACH, SORTED, Look

_AIM = SORTED // 4  # hits of the first look that the next stretch holds: all there are may be more


def newest_first(look: Look, done: Callable[[list[Hit]], bool], size: int = SORTED) -> list[Hit]:
    """At least so many of the newest hits that ``done`` says so, if there are; newest first.

    The best by relevance are all there are if one look has room for them. Else each stretch of time is looked at by
    itself, from the newest on: among the best, any number of newer ones would be missing.

    :param look: gives the first so many hits by relevance, also under conditions and within another bound.
    """
    first = look(size)
    if len(first) < size:
        return by_date(first)
    weakest = in_another_order(first[0].score)

    def within(since: float | None, until: float | None) -> list[Hit]:
        return look(SORTED, _stretch(since, until), lambda score: weakest)

    seen, found, until = {_second(hit) for hit in first}, list[Hit](), None
    while len(found) < REACH and not done(found):
        older = sorted((at for at in seen if until is None or at < until), reverse=True)
        hits, since = _all_within(within, older[_AIM] if len(older) > _AIM else None, until)
        found += by_date(hits)
        if since is None:
            break
        seen.update(map(_second, hits))
        until = since
    return found


def by_date(hits: Sequence[Hit]) -> list[Hit]:
    return sorted(hits, key=lambda hit: -_when(hit))


def _all_within(
    look: Callable[[float | None, float | None], list[Hit]], since: float | None, until: float | None
) -> tuple[list[Hit], float | None]:
    """All hits of the stretch, or of so much of its newer end as one look has room for: them and where it begins.
    Of a single second the best must do."""
    while len(hits := look(since, until)) >= SORTED:
        later = {at for at in map(_second, hits) if math.isfinite(at) and (since is None or at > since)}
        if later:
            since = sorted(later, reverse=True)[len(later) // 4]
        elif since is None or (until is not None and until <= since + 1):
            break
        else:
            since += 1  # the best are all of its first second
    return hits, since


def _stretch(since: float | None, until: float | None) -> list[Condition]:
    bounds = ((">=", since), ("<", until))
    return [Condition("date", op, at) for op, at in bounds if at is not None and math.isfinite(at)]


def _when(hit: Hit) -> float:
    """The document's own date, else its file's."""
    known = hit.date if hit.date is not None else hit.mtime
    return known if known is not None else -math.inf


def _second(hit: Hit) -> float:
    """Whole seconds part the stretches: fractions may come back from SQL a little different."""
    at = _when(hit)
    return math.floor(at) if math.isfinite(at) else at
