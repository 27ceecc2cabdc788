"""``roots``, ``why``, ``retry``, ``forget`` and ``compact``: seeing what is missing, and taking things out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gemmasearch.cli import views
from gemmasearch.cli.render import Output, one_line, path_field
from gemmasearch.cli.session import CommandSpec, Session
from gemmasearch.errors import NothingFound, UsageProblem

if TYPE_CHECKING:
    from gemmasearch.indexing.care import Why
    from gemmasearch.store import Root

_LISTS = ("include", "exclude")


def roots(
    session: Session,
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="FOLDER", help="A registered folder whose options change.", readable=False),
    ] = None,
    include: Annotated[
        list[str] | None,
        typer.Option("--include", metavar="PATTERN", help="Only what matches (gitignore syntax)."),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option("--exclude", metavar="PATTERN", help="Not what matches (gitignore syntax)."),
    ] = None,
    hidden: Annotated[
        bool | None, typer.Option("--hidden/--no-hidden", help="Look at names that begin with a dot.")
    ] = None,
    follow: Annotated[
        bool | None, typer.Option("--follow/--no-follow", help="Follow links that stay within the folder.")
    ] = None,
    mounts: Annotated[
        bool | None, typer.Option("--mounts/--no-mounts", help="Enter other file systems.")
    ] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Take all options back to their defaults.")] = False,
) -> int:
    """List the registered folders and their options, or change those of one."""
    given: dict[str, Any] = {
        "include": include,
        "exclude": exclude,
        "hidden": hidden,
        "follow": follow,
        "cross_mounts": mounts,
    }
    changes = {name: value for name, value in given.items() if value is not None or reset}
    if changes and folder is None:
        raise UsageProblem("which folder?", "gsearch roots FOLDER --exclude PATTERN")
    out = session.out
    with session.index(write=bool(changes)) as index:
        found = [index.edit_root(str(folder), changes)] if changes else index.roots()
    if folder is not None and not changes:
        found = [root for root in found if root.path == str(folder.expanduser().absolute())]
    if changes:
        out.note("`gsearch index` applies it")
    return out.result(found, lambda: views.table(out, [_root_row(r) for r in found]))


def _root_row(root: Root) -> tuple[str, ...]:
    options = [
        f"{name}={','.join(value) if name in _LISTS else value}"
        for name, value in root.options.items()
        if value
    ]
    state = f"not available: {root.unavailable}" if root.unavailable else views.plural(root.seen, "file")
    return path_field(root.path), state, " ".join(options)


def why(
    session: Session,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A file or folder.", readable=False)],
) -> int:
    """Say whether a file is in the index, and if not, what keeps it out."""
    with session.index() as index:
        found = index.why(str(path))
    code = 0 if found.indexed else NothingFound.exit_code
    return session.out.result(found, lambda: _show_why(session.out, found), code)


def _show_why(out: Output, found: Why) -> None:
    rows = [("path", found.path), ("indexed", "yes" if found.indexed else "no")]
    if found.root:
        rows.append(("folder", found.root))
    if found.rule:
        rows.append(("left out", found.rule))
    rows += [
        ("problem", f"{p.part + ': ' if p.part else ''}{p.reason} {p.detail}".strip()) for p in found.problems
    ]
    if found.quarantined:
        rows.append(("given up", f"after {found.tries} tries; `gsearch retry` tries again"))
    for document in found.documents:
        what = f"{document.kind}, {views.plural(document.chunks, 'passage')}, {document.embedded} embedded"
        rows.append((document.part or "document", f"{what}: {one_line(document.title)}".rstrip(": ")))
    views.table(out, rows)


def retry(
    session: Session,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH", help="Only these; none: all that failed.", readable=False),
    ] = None,
) -> int:
    """Let the next run read files again that could not be read, also those that were given up."""
    with session.index(write=True) as index:
        count = index.retry([str(p) for p in paths or ()])
    out = session.out
    return out.result({"files": count}, lambda: out.line(f"{views.plural(count, 'file')} for the next run"))


def forget(
    session: Session,
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH", help="Files, folders or registered folders.", readable=False),
    ],
) -> int:
    """Take files out of the index and out of its bytes; what is still on disk stays out from now on."""
    with session.index(write=True) as index:
        gone = index.forget([str(p) for p in paths])
    out = session.out
    for path in gone.excluded:
        out.note(f"still on disk, and excluded from now on: {path}")

    def show() -> None:
        line = f"forgot {views.plural(gone.files, 'file')}, {views.plural(gone.documents, 'document')}"
        out.line(line + (f", {views.plural(len(gone.roots), 'folder')}" if gone.roots else ""))

    return out.result(gone, show)


def compact(session: Session) -> int:
    """Give the index's unused space back to the disk."""
    with session.index(write=True) as index:
        done = index.compact()
    out = session.out
    return out.result(
        done, lambda: out.line(f"{views.size(done.before)} before, {views.size(done.after)} now")
    )


def doctor(
    session: Session,
    repair: Annotated[
        bool, typer.Option("--repair", help="Rebuild what is derived; the damaged file is kept as .bak.")
    ] = False,
) -> int:
    """Check the libraries, the machine and the index, and say how to mend what is wrong."""
    from gemmasearch.known import examined, repaired

    out = session.out
    mended = repaired(session.settings) if repair else None
    if mended:
        out.note(f"repaired; the damaged file is kept: {mended.backup}" if mended.backup else "begun anew")
        again = "" if mended.roots else " FOLDER (which folders there were cannot be read any more)"
        out.note(f"`gsearch index{again}` reads the files again")
    found = examined(session.settings)
    wrong = [check for check in found if not check.ok]
    rows = [("ok" if c.ok else "WRONG", c.name, c.detail, "" if c.ok else c.mend) for c in found]
    code = wrong[0].code if wrong else 0
    return out.result({"checks": found, "repaired": mended}, lambda: views.table(out, rows), code)


COMMANDS = (
    CommandSpec("doctor", doctor),
    CommandSpec("roots", roots),
    CommandSpec("why", why),
    CommandSpec("retry", retry),
    CommandSpec("forget", forget),
    CommandSpec("compact", compact),
)
