"""``search`` and ``show``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from gemmasearch.cli import views
from gemmasearch.cli.render import Output, one_line
from gemmasearch.cli.session import CommandSpec, EmbedderOption, Session
from gemmasearch.errors import NothingFound, UsageProblem

if TYPE_CHECKING:
    from rich.text import Text

    from gemmasearch.documents import Hit
    from gemmasearch.index import Index, Shown
    from gemmasearch.retrieval import HitGroup
    from gemmasearch.serving.client import Remote


_HITS_PER_GROUP = 8  # looked for on the average


class Order(StrEnum):
    relevance = "relevance"
    date = "date"
    path = "path"


class Grouping(StrEnum):
    file = "file"
    thread = "thread"


def search(
    session: Session,
    query: Annotated[
        list[str],
        typer.Argument(metavar="QUERY", help='Words, "phrases", -not. Quote the whole if it has a -word.'),
    ],
    number: Annotated[
        int | None, typer.Option("-n", "--number", metavar="N", help="How many hits.", min=1)
    ] = None,
    mode: Annotated[
        str | None, typer.Option("--mode", help="hybrid, words or meaning.", metavar="MODE")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Show near-duplicates one by one instead of once.")
    ] = False,
    min_score: Annotated[
        int, typer.Option("--min-score", metavar="0-100", help="Leave out weaker hits.", min=0, max=100)
    ] = 0,
    sort: Annotated[
        Order, typer.Option("--sort", metavar="ORDER", help="The hits by relevance, date or path.")
    ] = Order.relevance,
    after: Annotated[
        str, typer.Option("--after", metavar="HIT", help="The next page: hits behind this one (c123).")
    ] = "",
    group: Annotated[
        Grouping | None,
        typer.Option("--group", metavar="BY", help="Hits of one file, or of one thread, together."),
    ] = None,
    new: Annotated[
        bool, typer.Option("--new", help="Of a saved search (@NAME): only what came since the last --new.")
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say what words and meaning gave to each hit, on stderr.")
    ] = False,
    explain_query: Annotated[
        bool, typer.Option("--explain-query", help="Print how the query is understood, and do not search.")
    ] = False,
    embedder: EmbedderOption = None,
) -> int:
    """Find passages by words and by meaning, best first."""
    out = session.out
    line = " ".join(query)
    if explain_query:
        return _explain_query(session, line)
    if new and not line.startswith("@"):
        raise UsageProblem("--new goes with a saved search", "gsearch search --new @NAME")
    if group and (after or new):
        raise UsageProblem("--group goes with neither --after nor --new")
    wanted = _Wanted(line, number, not everything, sort.value, after, min_score / 100)
    if new:
        with session.index(write=True) as index:
            found, left = index.search_new(line.removeprefix("@"), limit=number, min_score=min_score / 100)
        if left:
            out.note(f"{left:,} more that are new: the next --new shows them")
    elif group:
        with session.index() as index:
            groups = index.grouped(_grouped_hits(index, wanted, group), group.value)
        return _show_groups(session, line, groups[: number or session.settings.results])
    else:
        found = session.looked_up(lambda index: _look(out, index, wanted))
    if explain:
        for hit in found:
            out.note(_explained(hit))
    if not found and session.people:
        if after:
            out.note("no more hits")
        else:
            _say_nothing_found(session, line, suggest=not new)
    page = number or session.settings.results
    following = found[-1].id if len(found) >= page and not new else None
    if following and out.terminal and session.people:
        out.detail(f"more: --after {following}")
    code = 0 if found else NothingFound.exit_code
    data = {"query": line, "hits": found, "after": following}
    return out.result(data, lambda: session.write_hits(found), code)


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


def _grouped_hits(index: Index, wanted: _Wanted, group: Grouping) -> list[Hit]:
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
            views.groups(session.out, groups)
        else:
            session.write_hits(found)

    return session.out.result(data, show, 0 if found else NothingFound.exit_code)


def _say_nothing_found(session: Session, line: str, *, suggest: bool = True) -> None:
    session.out.note(f"nothing found for: {line}")
    if suggest:
        with session.index() as index:
            if better := index.suggestion(line):
                session.out.note(f"did you mean: {better}")


def _explain_query(session: Session, line: str) -> int:
    from gemmasearch.known import parsed, understood

    if line.lstrip().startswith("@"):
        with session.index() as index:
            line = index.named(line)
    said = understood(line)
    data = {"query": line, "understood": said, "parsed": parsed(line)}
    return session.out.result(data, lambda: session.out.lines(said))


def _explained(hit: Hit) -> str:
    shares = [
        (name, share) for name, share in (("words", hit.words), ("meaning", hit.meaning)) if share is not None
    ]
    said = ", ".join(f"{name} {100 * share:.0f}" for name, share in shares)
    return f"{hit.id}: score {100 * hit.score:.0f} = {said or 'filters only'}"


def show(
    session: Session,
    target: Annotated[
        str,
        typer.Argument(metavar="HIT-OR-PATH", help="A hit's handle (c123) or the path of an indexed file."),
    ],
) -> int:
    """Show a passage in its surroundings, or a whole file as the index knows it."""
    with session.index() as index:
        shown = index.show(target)
    return session.out.result(shown, lambda: _show(session.out, shown))


def _show(out: Output, shown: list[Shown]) -> None:
    for number, item in enumerate(shown):
        if number:
            out.line("\f" if not out.terminal else "─" * min(out.width, 80))
        for name, value in item.headers:
            out.line(f"{name}: {one_line(value)}")
        out.line()
        if out.terminal and item.marks:
            from gemmasearch.cli.render import harmless

            out.rich(_highlighted(harmless(item.text), item.marks))
        else:
            out.line(item.text)


def _highlighted(text: str, marks: tuple[tuple[int, int], ...]) -> Text:
    from rich.text import Text

    shown = Text(text)
    for start, end in marks:
        shown.stylize("bold", start, end)
    return shown


COMMANDS = (CommandSpec("search", search, lists_hits=True), CommandSpec("show", show))
