"""Which of the ranked hits are shown, and in what order: pages, other orders than relevance, groups."""

from __future__ import annotations

from collections.abc import Callable

from gemmasearch.documents import Hit
from gemmasearch.errors import UsageProblem
from gemmasearch.light import dataclass

ORDERS = ("relevance", "date", "path")
GROUPS = ("file", "thread")
REACH = 1000  # hits looked through at most, for a page or for a group
SORTED = 200  # hits of one look that another order than relevance is made of

Look = Callable[..., list[Hit]]  # (how many, conditions besides, the lowest score by that of the first)


@dataclass(frozen=True, slots=True)
class HitGroup:
    """Hits that belong together, best first. ``title`` is the file's path, or the subject of the conversation."""

    title: str
    hits: tuple[Hit, ...]


def arranged(
    look: Look, *, limit: int, order: str = "relevance", after: str = "", floor: float = 0
) -> list[Hit]:
    """A page of hits.

    :param look: gives the first so many hits by relevance; for ``date`` (newest first) and ``path``, those worth
        sorting (:func:`calibration.in_another_order`): for ``path`` the best 200 or a page of more, for ``date`` any
        number (:mod:`dated`). :param after: the handle that ended the page before.
    :param floor: the lowest score shown, 0..1; a list that was not ranked has no scores and stays.
    :raises UsageProblem: no such order, or a handle that is not among the hits.
    """
    if order not in ORDERS:
        raise UsageProblem(f"there is no order {order!r}", ", ".join(ORDERS))
    if order == "relevance":
        return _behind(look, after, limit, floor)
    size = max(limit, SORTED)

    def page(found: list[Hit]) -> list[Hit] | None:
        """None = the hit that ended the page before is not among them."""
        at = _position(found, after) if after else -1
        return None if at is None else _above(found[at + 1 :], floor)[:limit]

    def full(found: list[Hit]) -> bool:
        return len(page(found) or ()) == limit

    if order == "date":
        from gemmasearch.retrieval.dated import newest_first

        shown = page(newest_first(look, full, size))
    else:
        shown = page(_by_path(look(size)))
    if shown is None:
        raise _not_among(after)
    return shown


def _behind(look: Look, after: str, limit: int, floor: float) -> list[Hit]:
    if not after:
        return _above(look(limit), floor)
    size = min(REACH, 4 * limit)
    while True:
        found = look(size)
        at = _position(found, after)
        whole = len(found) < size or size >= REACH
        if at is not None and (whole or at + 1 + limit <= len(found)):
            return _above(found[at + 1 : at + 1 + limit], floor)
        if whole:
            raise _not_among(after)
        size = min(REACH, 4 * size)


def _position(found: list[Hit], handle: str) -> int | None:
    return next((i for i, hit in enumerate(found) if hit.id == handle), None)


def _not_among(handle: str) -> UsageProblem:
    return UsageProblem(
        f"{handle} is not among the hits of this search", "--after takes the last handle of the page before"
    )


def _above(found: list[Hit], floor: float) -> list[Hit]:
    return [hit for hit in found if hit.score >= floor or (hit.words is None and hit.meaning is None)]


def _by_path(found: list[Hit]) -> list[Hit]:
    return sorted(found, key=lambda hit: (hit.path, hit.part, hit.start))


def grouped(found: list[Hit], by: str) -> list[HitGroup]:
    """Hits of one "file", or of one conversation ("thread"), together; groups in the order of their first hits."""
    if by not in GROUPS:
        raise UsageProblem(f"hits cannot be grouped by {by!r}", ", ".join(GROUPS))
    groups: dict[tuple[str, str], list[Hit]] = {}
    for hit in found:
        place = (hit.path, hit.part if by == "thread" else "")
        groups.setdefault(("", hit.thread) if by == "thread" and hit.thread else place, []).append(hit)
    return [
        HitGroup(hits[0].path if by == "file" else hits[0].title, tuple(hits)) for hits in groups.values()
    ]
