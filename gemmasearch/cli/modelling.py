"""``models list``, ``models pull`` and ``models path``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gemmasearch.cli import offers, views
from gemmasearch.cli.render import path_field
from gemmasearch.cli.session import CommandSpec, Session
from gemmasearch.documents import SyncEvent
from gemmasearch.errors import ModelMissing

if TYPE_CHECKING:
    from gemmasearch.known import ModelInfo


def list_(session: Session) -> int:
    """List the known models. What for, licence, size, and whether they are here."""
    from gemmasearch.known import known_models

    found = known_models(session.settings)
    out = session.out

    def show() -> None:
        rows = [("name", "for", "licence", "size", "here")] if out.terminal else []
        rows += [(m.name, m.role, m.licence, views.size(m.bytes), m.path or "no") for m in found]
        views.table(out, rows)
        if out.verbose:
            for m in found:
                if m.sha256:
                    out.note(f"{m.name}: {m.repository} revision {m.revision} sha256 {m.sha256}")

    return out.result(found, show)


def pull(
    session: Session,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME",
            help="A name of `models list`; none: both default models.",
            autocompletion=offers.model_names(),
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Accept the model's licence without asking.")
    ] = False,
) -> int:
    """Download a model: the only command that opens a network connection."""
    from gemmasearch.known import pull_models

    out = session.out

    def accept(model: ModelInfo) -> bool:
        if not model.terms:
            return True
        terms = f"{model.name} is used under the {model.licence}: {model.terms}"
        if yes:
            out.note(terms)
            return True
        return out.confirm(f"{terms}\nDo you accept them?")

    with out.progress() as progress:
        pulled = pull_models(
            session.settings,
            name,
            accept=accept,
            progress=lambda done, total: progress(SyncEvent("download", done, total)),
        )
    return out.result(pulled, lambda: out.lines(path_field(m.path) for m in pulled))


def path(
    session: Session,
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="A name of `models list`.", autocompletion=offers.model_names()),
    ],
) -> int:
    """Print where a model's file is."""
    from gemmasearch.known import known_model

    found = known_model(name, session.settings)
    if not found.path:
        raise ModelMissing(f"{found.name} is not on this machine", f"get it: {found.how}")
    return session.out.result({"path": found.path}, lambda: session.out.line(path_field(found.path)))


COMMANDS = (
    CommandSpec("list", list_, group="models"),
    CommandSpec("pull", pull, group="models"),
    CommandSpec("path", path, group="models"),
)
