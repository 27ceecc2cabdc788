"""``search`` and ``show``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gemmasearch.cli import views
from gemmasearch.cli.render import Output, one_line, path_field
from gemmasearch.cli.session import CommandSpec, EmbedderOption, Session
from gemmasearch.errors import NothingFound

if TYPE_CHECKING:
    from rich.text import Text

    from gemmasearch.documents import Hit
    from gemmasearch.index import Shown


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
    embedder: EmbedderOption = None,
) -> int:
    """Find passages by words and by meaning, best first."""
    line = " ".join(query)
    with session.index() as index:
        found = index.search(line, limit=number)
        for note in index.notes:
            session.out.note(note)
    out = session.out
    if not found and not out.json:
        if not (paths or null):
            out.note(f"nothing found for: {line}")
        return NothingFound.exit_code
    code = 0 if found else NothingFound.exit_code
    return out.result({"query": line, "hits": found}, lambda: _show_hits(out, found, paths, null), code)


def _show_hits(out: Output, found: list[Hit], paths: bool, null: bool) -> None:
    if not (paths or null):
        views.hits(out, found)
        return
    for path in dict.fromkeys(hit.path for hit in found):
        out.line(path if null else path_field(path), end="\0" if null else "\n")


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
