"""``search`` and ``show``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gemmasearch.cli import finding, offers
from gemmasearch.cli.finding import Grouping, Order
from gemmasearch.cli.render import Output, one_line, path_field
from gemmasearch.cli.session import CommandSpec, EmbedderOption, Session, offered

if TYPE_CHECKING:
    from rich.text import Text

    from gemmasearch.index import Shown


def search(
    session: Session,
    query: Annotated[
        list[str],
        typer.Argument(
            metavar="QUERY",
            help='Words, "phrases", -not. Quote the whole if it has a -word.',
            autocompletion=offers.query_words,
        ),
    ],
    number: Annotated[
        int | None, typer.Option("-n", "--number", metavar="N", help="How many hits.", min=1)
    ] = None,
    mode: Annotated[
        str | None,
        typer.Option(
            "--mode", help="hybrid, words or meaning.", metavar="MODE", autocompletion=offered("mode")
        ),
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
    serve_for: Annotated[
        str | None,
        typer.Option("--serve-for", metavar="TIME", help="Leave a warm helper behind for so long (10m)."),
    ] = None,
    embedder: EmbedderOption = None,
) -> int:
    """Find passages by words and by meaning, best first."""
    return finding.search(
        session, query, number=number, everything=everything, min_score=min_score, sort=sort, after=after,
        group=group, new=new, explain=explain, explain_query=explain_query,
    )  # fmt: skip


def show(
    session: Session,
    target: Annotated[
        str,
        typer.Argument(metavar="HIT-OR-PATH", help="A hit's handle (c123) or the path of an indexed file."),
    ],
) -> int:
    """Show a passage in its surroundings, or a whole file. Both are as the index knows them."""
    with session.index() as index:
        shown = index.show(target)
    return session.out.result(shown, lambda: _show(session.out, shown))


def _show(out: Output, shown: list[Shown]) -> None:
    for number, item in enumerate(shown):
        if number:
            out.line("\f" if not out.terminal else "─" * min(out.width, 80))
        for name, value in item.headers:
            out.line(f"{name}: {path_field(value) if name == 'File' else one_line(value)}")
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
