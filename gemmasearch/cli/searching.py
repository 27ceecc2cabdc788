"""``search`` and ``show``."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from gemmasearch.cli import formats, views
from gemmasearch.cli.render import Output, one_line, path_field
from gemmasearch.cli.session import CommandSpec, EmbedderOption, Session
from gemmasearch.errors import NothingFound, UsageProblem

if TYPE_CHECKING:
    from rich.text import Text

    from gemmasearch.documents import Hit
    from gemmasearch.index import Index, Shown
    from gemmasearch.serving.client import Remote


class Order(StrEnum):
    relevance = "relevance"
    date = "date"
    path = "path"


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
    paths: Annotated[bool, typer.Option("--paths", help="Print only the files' paths, each once.")] = False,
    null: Annotated[
        bool, typer.Option("-0", "--null", help="Like --paths, each ended by a NUL byte.")
    ] = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Print one JSON object per hit.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print a CSV table with a header.")] = False,
    format: Annotated[
        str | None,
        typer.Option("--format", metavar="TEXT", help="Print a line per hit, like '{path}:{line}: {title}'."),
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
    if explain_query:
        return _explain_query(out, " ".join(query))
    show = _writer(out, paths=paths, null=null, jsonl=jsonl, csv=csv, format=format)
    line = " ".join(query)

    def look(index: Index | Remote) -> list[Hit]:
        found = index.search(line, limit=number, collapse=not everything)
        for note in index.notes:
            out.note(note)
        return found

    if new:
        if not line.startswith("@"):
            raise UsageProblem("--new goes with a saved search", "gsearch search --new @NAME")
        with session.index(write=True) as index:
            found = index.search_new(line.removeprefix("@"), limit=number)
    else:
        found = session.looked_up(look)
    found = _sorted([hit for hit in found if hit.score * 100 >= min_score], sort)
    if explain:
        for hit in found:
            out.note(_explained(hit))
    if not found and not (out.json or paths or null or jsonl or csv or format):
        out.note(f"nothing found for: {line}")
        if not new:
            with session.index() as index:
                if better := index.suggestion(line):
                    out.note(f"did you mean: {better}")
    code = 0 if found else NothingFound.exit_code
    return out.result({"query": line, "hits": found}, lambda: show(found), code)


def _explain_query(out: Output, line: str) -> int:
    from gemmasearch.known import understood

    said = understood(line)
    return out.result({"query": line, "understood": said}, lambda: out.lines(said))


def _sorted(found: list[Hit], order: Order) -> list[Hit]:
    if order is Order.date:
        return sorted(found, key=lambda hit: -(hit.date if hit.date is not None else float("-inf")))
    return sorted(found, key=lambda hit: hit.path) if order is Order.path else found


def _explained(hit: Hit) -> str:
    shares = [
        (name, share) for name, share in (("words", hit.words), ("meaning", hit.meaning)) if share is not None
    ]
    said = ", ".join(f"{name} {100 * share:.0f}" for name, share in shares)
    return f"{hit.id}: score {100 * hit.score:.0f} = {said or 'filters only'}"


def _writer(out: Output, *, format: str | None, **chosen: bool) -> Callable[[list[Hit]], None]:
    """What prints the hits; an empty result is a valid document of its format.

    :raises UsageProblem: two formats at once.
    """
    names = [name for name, on in (*chosen.items(), ("format", format), ("json", out.json)) if on]
    if len(names) > 1:
        flags = " and ".join("-0" if name == "null" else f"--{name}" for name in names)
        raise UsageProblem(f"{flags} exclude each other")
    if format is not None:
        fill = formats.template(format)
        return lambda found: out.lines(fill(hit) for hit in found)
    if chosen["jsonl"]:
        return lambda found: out.lines(formats.jsonl(found))
    if chosen["csv"]:
        return lambda found: out.lines(formats.csv_lines(found), end="")
    if chosen["null"]:
        return lambda found: out.lines(_paths(found), end="\0")
    if chosen["paths"]:
        return lambda found: out.lines(map(path_field, _paths(found)))
    return lambda found: views.hits(out, found)


def _paths(found: list[Hit]) -> list[str]:
    return list(dict.fromkeys(hit.path for hit in found))


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


COMMANDS = (CommandSpec("search", search), CommandSpec("show", show))
