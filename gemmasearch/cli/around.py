"""``similar``, ``thread``, ``dupes`` and ``save``: what lies around a search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gemmasearch.cli import offers, views
from gemmasearch.cli.finding import here
from gemmasearch.cli.handed import read_text
from gemmasearch.cli.render import Output, path_field
from gemmasearch.cli.session import CommandSpec, EmbedderOption, Session
from gemmasearch.errors import NothingFound, UsageProblem

if TYPE_CHECKING:
    from gemmasearch.documents import Hit
    from gemmasearch.index import Index
    from gemmasearch.retrieval import Twins
    from gemmasearch.serving.client import Remote

_TARGET = "A hit's handle (c123) or the path of an indexed file"


def similar(
    session: Session,
    target: Annotated[
        str, typer.Argument(metavar="HIT-OR-PATH", help=f"{_TARGET}; - reads a text from standard input.")
    ],
    number: Annotated[
        int | None, typer.Option("-n", "--number", metavar="N", help="How many hits.", min=1)
    ] = None,
    embedder: EmbedderOption = None,
) -> int:
    """Find passages like a hit, a file, or a text from a pipe."""
    text = read_text("-") if target == "-" else ""

    def look(index: Index | Remote) -> list[Hit]:
        found = index.similar("" if text else target, text=text, limit=number)
        for note in index.notes:
            session.out.note(note)
        return found

    found = session.looked_up(look)
    code = 0 if found else NothingFound.exit_code
    if not found:
        session.out.note(f"nothing is like {'the text given' if text else path_field(target)}")
    return session.out.result({"hits": found}, lambda: session.write_hits(found), code)


def thread(
    session: Session,
    target: Annotated[str, typer.Argument(metavar="HIT-OR-PATH", help=f"{_TARGET}.")],
) -> int:
    """List the messages of a mail's conversation, oldest first."""
    with session.index() as index:
        found = index.thread(target)
        for note in index.notes:
            session.out.note(note)
    code = 0 if found else NothingFound.exit_code
    return session.out.result({"hits": found}, lambda: session.write_hits(found), code)


def dupes(
    session: Session,
    alike: Annotated[
        int,
        typer.Option("--alike", metavar="PERCENT", help="How much of the text is equal.", min=30, max=100),
    ] = 80,
) -> int:
    """List documents that say nearly the same. An empty line stands between the groups."""
    with session.index() as index:
        found = index.dupes(alike=alike / 100)
    code = 0 if found else NothingFound.exit_code
    if not found:
        session.out.note(f"no documents that share {alike} % of their text")
    return session.out.result(found, lambda: _show_twins(session.out, found), code)


def _show_twins(out: Output, found: list[Twins]) -> None:
    for number, twins in enumerate(found):
        if number:
            out.line()
        alike = str(int(100 * twins.likeness))
        rows = zip(twins.paths, twins.titles, twins.handles, strict=True)
        views.table(out, [(path_field(path), title, alike, handle) for path, title, handle in rows])


def save(
    session: Session,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME", help="A name; none: list what is saved.", autocompletion=offers.search_names
        ),
    ] = None,
    query: Annotated[
        list[str] | None, typer.Argument(metavar="QUERY", help="The search; none: forget the name.")
    ] = None,
) -> int:
    """Keep a search under a name. `gsearch search @NAME` asks it again."""
    out = session.out
    if name is None:
        with session.index() as index:
            known = dict(index.saved_searches())
        if not known:
            out.note("no search is saved: `gsearch save NAME QUERY`")
        return out.result(known, lambda: views.table(out, list(known.items())))
    line = here(" ".join(query or ())).strip()
    if query and not line:  # an unset variable of a script
        raise UsageProblem("the search is empty", f"`gsearch save {name}` without a search forgets the name")
    with session.index(write=True) as index:
        before = index.save_search(name, line)
        line = index.saved_searches().get(name, "")
    out.note(f"saved: gsearch search @{name}" if line else f"forgotten: {name}")
    if before and before != line:
        out.note(f"it stood for: {before}")
    return out.result({"name": name, "query": line}, lambda: None)


COMMANDS = (
    CommandSpec("similar", similar, lists_hits=True),
    CommandSpec("thread", thread, lists_hits=True),
    CommandSpec("dupes", dupes),
    CommandSpec("save", save),
)
