"""``selftest``: how well this index finds what is known to be in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gemmasearch.cli import counts, views
from gemmasearch.cli.render import Output
from gemmasearch.cli.session import CommandSpec, EmbedderOption, Session

if TYPE_CHECKING:
    from gemmasearch.retrieval.selftest import SelfTest

_KINDS = {"": "all", "title": "by title", "sentence": "by a sentence", "sender": "by sender, month"}


def selftest(
    session: Session,
    number: Annotated[
        int, typer.Option("-n", "--number", metavar="N", help="Questions of each kind, at most.", min=1)
    ] = 60,
    seconds: Annotated[
        float, typer.Option("--seconds", metavar="S", help="Stop asking after so long.", min=1)
    ] = 60.0,
    embedder: EmbedderOption = None,
) -> int:
    """Ask for known things of your index, and count what it finds. It asks by words, by meaning and by both."""
    from gemmasearch.documents import SyncEvent

    out = session.out
    with session.index() as index, out.progress() as update:
        found = index.selftest(
            number=number,
            seconds=seconds,
            progress=lambda done, total: update(SyncEvent("ask", done, total)),
        )
        for note in index.notes:
            out.note(note)
    return out.result(found, lambda: _show(out, found))


def _show(out: Output, found: SelfTest) -> None:
    """A row per mode; of each kind of question the percentages found first, among five and among ten."""
    kinds = [kind for kind in _KINDS if any(row.kind == kind for row in found.rows)]
    rows: dict[tuple[str, int | None], dict[str, str]] = {}
    for row in found.rows:
        shares = (100 * n / row.asked for n in (row.at_1, row.at_5, row.at_10))
        rows.setdefault((row.mode, row.dim), {})[row.kind] = " ".join(f"{share:3.0f}" for share in shares)
    head = ["% at 1, 5, 10", *(_KINDS[kind] for kind in kinds)]
    body = [
        [f"{mode} {dim or ''}".rstrip(), *(cells.get(kind, "") for kind in kinds)]
        for (mode, dim), cells in rows.items()
    ]
    views.table(out, [head, *body])
    if out.terminal:
        out.line()
    out.lines(found.verdict)
    out.note(f"{counts.plural(found.asked, 'question')} in {found.seconds:.0f} s")


COMMANDS = (CommandSpec("selftest", selftest),)
