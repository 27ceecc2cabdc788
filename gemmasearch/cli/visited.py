"""``import-page``: a web page from a file or a pipe, as a browser extension or SingleFile hands it over."""

from __future__ import annotations

from typing import Annotated

import typer

from gemmasearch.cli import counts
from gemmasearch.cli.handed import read_bytes
from gemmasearch.cli.render import one_line
from gemmasearch.cli.session import CommandSpec, Session


def import_page(
    session: Session,
    file: Annotated[
        str, typer.Argument(metavar="FILE|-", help="An HTML, MHTML or text file, or - for a pipe.")
    ],
    url: Annotated[
        str, typer.Option("--url", metavar="URL", help="Its address, where the page does not say it.")
    ] = "",
    title: Annotated[
        str, typer.Option("--title", metavar="TEXT", help="Its title, where it has a better one.")
    ] = "",
) -> int:
    """Keep one web page beside the index and index it. The same address again replaces it."""
    from gemmasearch.indexing.pages import LARGEST

    raw = read_bytes(file, "a page", LARGEST)
    with session.index(create=True) as index:
        page, report = index.import_page(raw, url=url, title=title)
    out = session.out

    def show() -> None:
        out.line("\t".join(one_line(each) for each in (page.title or "(no title)", page.url or page.path)))
        if not out.quiet:
            out.note(counts.sync_summary(report))

    return out.result({"page": page, "report": report}, show)


COMMANDS = (CommandSpec("import-page", import_page),)
