"""What ``gsearch search`` does once its line is understood."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from gemmasearch import light
from gemmasearch.errors import NothingFound, UsageProblem
from gemmasearch.light import dataclass

if TYPE_CHECKING:
    from gemmasearch.cli.asked import Session
    from gemmasearch.cli.render import Output
    from gemmasearch.documents import Hit
    from gemmasearch.index import Index
    from gemmasearch.retrieval import HitGroup
    from gemmasearch.serving.client import Remote

_RELATIVE = light.pattern(r'((?:^|(?<=[\s(]))-?)in:("?)(\.{1,2}(?:/[^"\s)]*)?)\2(?=[\s)]|$)')
_HITS_PER_GROUP = 8  # looked for on the average
_POOR = 0.15  # score of a first hit below which a word may be misspelt


class Order(StrEnum):
    relevance = "relevance"
    date = "date"
    path = "path"


class Grouping(StrEnum):
    file = "file"
    thread = "thread"


def search(
    session: Session,
    query: list[str],
    *,
    number: int | None = None,
    everything: bool = False,
    min_score: int = 0,
    sort: str = Order.relevance,
    after: str = "",
    group: str | None = None,
    new: bool = False,
    explain: bool = False,
    explain_query: bool = False,
) -> int:
    """The options are those of the command. :return: the exit code."""
    out = session.out
    line = here(" ".join(query))
    if not line.strip():  # an unset variable of a script
        raise UsageProblem("the search is empty", "example: gsearch search boiler service")
    if explain_query:
        return _explain_query(session, line)
    if new and not line.startswith("@"):
        raise UsageProblem("--new goes with a saved search", "gsearch search --new @NAME")
    if group and (after or new):
        raise UsageProblem("--group goes with neither --after nor --new")
    wanted = _Wanted(line, number, not everything, str(sort), after, min_score / 100)
    page = number or session.settings.results
    if group:
        with session.index() as index:
            groups = index.grouped(_grouped_hits(index, wanted), str(group))
        return _show_groups(session, line, groups[:page])
    if new:
        return _new(session, wanted, explain=explain)
    found = session.looked_up(lambda index: _look(out, index, wanted))
    return _show(session, wanted, found, page, explain=explain)


def _show(session: Session, wanted: _Wanted, found: list[Hit], page: int = 0, *, explain: bool) -> int:
    """:param page: how many hits a page has; 0 = these are what is new of a saved search, and no page."""
    out, line = session.out, wanted.line
    explained = _explain(out, line, found) if explain else []
    if session.people:
        _comment(session, wanted, found, new=not page)
    following = found[-1].id if page and len(found) >= page else None
    if following and out.terminal and session.people:
        out.detail(f"more: --after {following}")
    code = 0 if found else NothingFound.exit_code
    data: dict[str, Any] = {"query": line, "hits": found, "after": following}
    if explain:
        data["explained"] = explained
    return out.result(data, lambda: session.write_hits(found), code)


def here(line: str) -> str:
    """A line in which ``in:.`` and the like name whole folders: the helper, and tomorrow's shell, stand elsewhere."""
    if "in:" not in line:
        return line
    return _RELATIVE.sub(lambda m: f'{m[1]}in:"{os.path.normpath(os.path.join(_standing(), m[3]))}"', line)


def _standing() -> str:
    """The current folder by the name that the shell has for it: one that was reached through a link may be indexed
    under the name of the link."""
    said, real = os.environ.get("PWD", ""), os.getcwd()
    try:
        return said if os.path.isabs(said) and os.path.samefile(said, real) else real
    except OSError:
        return real


@dataclass(frozen=True)
class _Wanted:
    line: str
    number: int | None
    collapse: bool
    order: str
    after: str
    floor: float


def _look(out: Output, index: Index | Remote, wanted: _Wanted) -> list[Hit]:
    found = index.search(
        wanted.line,
        limit=wanted.number,
        collapse=wanted.collapse,
        order=wanted.order,
        after=wanted.after,
        min_score=wanted.floor,
    )
    for note in index.notes:
        out.note(note)
    return found


def _new(session: Session, wanted: _Wanted, *, explain: bool) -> int:
    """Of a saved search what came since it was last asked so. What could not be written comes again."""
    codes: list[int] = []

    def deliver(found: list[Hit], left: int) -> None:
        if left:
            session.out.note(f"{left:,} more that are new: the next --new shows them")
        codes.append(_show(session, wanted, found, explain=explain))

    name = wanted.line.removeprefix("@").strip()
    if " " in name:
        raise UsageProblem(
            "--new takes the name of a saved search alone",
            "keep the whole line under a name of its own: gsearch save NAME LINE",
        )
    with session.index(write=True) as index:
        index.search_new(
            name, limit=wanted.number, order=wanted.order, min_score=wanted.floor, deliver=deliver
        )
    return codes[0]


def _comment(session: Session, wanted: _Wanted, found: list[Hit], *, new: bool) -> None:
    """Tell people why they see nothing, or nothing good."""
    if found and not new and wanted.order == Order.relevance:
        _say_nothing_near(session, wanted.line, found[0])
    elif not found and wanted.after:
        session.out.note("no more hits")
    elif not found:
        _say_nothing_found(session, wanted.line, new=new)


def _grouped_hits(index: Index, wanted: _Wanted) -> list[Hit]:
    """Enough hits that as many groups as wanted come of them."""
    number = (wanted.number or index.settings.results) * _HITS_PER_GROUP
    return index.search(
        wanted.line,
        limit=number,
        per_document=_HITS_PER_GROUP,
        collapse=wanted.collapse,
        order=wanted.order,
        min_score=wanted.floor,
    )


def _show_groups(session: Session, line: str, groups: list[HitGroup]) -> int:
    found = [hit for group in groups for hit in group.hits]
    data = {
        "query": line,
        "hits": found,
        "groups": [{"title": group.title, "ids": [hit.id for hit in group.hits]} for group in groups],
    }
    if not found and session.people:
        _say_nothing_found(session, line)

    def show() -> None:
        if session.people and session.out.terminal:
            from gemmasearch.cli import views

            views.groups(session.out, groups)
        else:
            session.write_hits(found)

    return session.out.result(data, show, 0 if found else NothingFound.exit_code)


def _say_nothing_found(session: Session, line: str, *, new: bool = False) -> None:
    session.out.note(f"nothing new for: {line}" if new else f"nothing found for: {line}")
    if not new:
        with session.index() as index:
            for filter in index.empty_filters(line):
                session.out.note(f"nothing in the index passes the filter: {filter}")
            if not session.suggests(index, line) and index.search(line, mode="words", limit=1):
                session.out.note("some of its words stand in the index: --mode words shows where")


def _say_nothing_near(session: Session, line: str, first: Hit) -> None:
    """Of ranked hits the first of which has hardly a chance, or one so small that it is shown as 0."""
    ranked = first.words is not None or first.meaning is not None
    if first.meaning is not None and round(100 * first.score) == 0:
        session.out.note("nothing here matches well")
    if ranked and first.score < _POOR:
        with session.index() as index:
            session.suggests(index, line)


def _explain_query(session: Session, line: str) -> int:
    from gemmasearch.known import parsed, understood

    if line.lstrip().startswith("@"):
        with session.index() as index:
            line = index.named(line)
    said = understood(line)
    data = {"query": line, "understood": said, "parsed": parsed(line)}
    return session.out.result(data, lambda: session.out.lines(said))


def _explain(out: Output, line: str, found: list[Hit]) -> list[str]:
    """How the line was understood, and for each hit what its score is made of and what puts it above the next."""
    from gemmasearch.known import understood

    filters = [said for said in understood(line) if said.startswith(("filter", "required", "no document"))]
    following = [*found[1:], None][: len(found)]
    remarks = [*filters, *(_explained(hit, after) for hit, after in zip(found, following, strict=True))]
    for remark in remarks:
        out.note(remark)
    return remarks


def _explained(hit: Hit, following: Hit | None) -> str:
    sides = [(name, getattr(hit, name)) for name in ("words", "meaning") if getattr(hit, name) is not None]
    said = " + ".join(f"{name} {100 * share:.0f}" for name, share in sides) or "no ranking, filters only"
    marked = dict.fromkeys(hit.snippet.text[start:end].lower() for start, end in hit.snippet.marks)
    place = 100 * sum(share for _, share in sides)
    remark = f"{hit.id}: score {100 * hit.score:.0f}, place {place:.0f} = {said}"
    if marked:
        remark += f"; holds {', '.join(marked)}"
    if hit.quoted:
        remark += "; quoted, so ranked lower"
    gained = [
        f"{name} {100 * (share - (getattr(following, name) or 0.0)):+.0f}"
        for name, share in sides
        if following
    ]
    return remark + (f"; above {following.id} by {', '.join(gained)}" if following and gained else "")
