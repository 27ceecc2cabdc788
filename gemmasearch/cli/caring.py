"""``roots``, ``why``, ``retry``, ``forget`` and ``compact``: seeing what is missing, and taking things out."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gemmasearch import light
from gemmasearch.cli import counts, views
from gemmasearch.cli.render import Output, one_line, path_field
from gemmasearch.cli.session import CommandSpec, Session
from gemmasearch.errors import Interrupted, MachineRefused, NothingFound, UsageProblem

if TYPE_CHECKING:
    from gemmasearch.index import Index
    from gemmasearch.indexing.care import Why, WhyChunk
    from gemmasearch.indexing.forgetting import Forgotten
    from gemmasearch.store import Root

NAMED = 5  # documents that `forget` names before it asks
SHOWN = 20  # passages of a document that `why` lists without being asked for all


def roots(
    session: Session,
    folder: Annotated[
        str | None,
        typer.Argument(metavar="FOLDER", help="A registered folder whose options change."),
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
    limits: Annotated[
        list[str] | None,
        typer.Option(
            "--limit", metavar="SUFFIX=SIZE", help="Skip larger files: .pdf=50MB, or *=1GB for all."
        ),
    ] = None,
    secrets: Annotated[
        bool | None,
        typer.Option("--secrets/--no-secrets", help="Read what looks like keys and passwords, too."),
    ] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Take all options back to their defaults.")] = False,
) -> int:
    """List the registered folders, or change the options of one."""
    given: dict[str, Any] = {
        "include": include,
        "exclude": exclude,
        "hidden": hidden,
        "follow": follow,
        "cross_mounts": mounts,
        "secrets": secrets,
        "limits": _limits(limits) if limits else None,
    }
    changes = {name: value for name, value in given.items() if value is not None or reset}
    if changes and folder is None:
        raise UsageProblem("which folder?", "gsearch roots FOLDER --exclude PATTERN")
    from gemmasearch.index.opened import absolute

    out = session.out
    with session.index(write=bool(changes)) as index:
        before = {root.path: root.options for root in index.roots()}
        found = [index.edit_root(str(folder), changes)] if changes else index.roots()
    if folder is not None and not changes:
        found = [root for root in found if root.path == absolute(folder)]
        if not found:
            raise UsageProblem(f"{folder} is not a registered folder", "`gsearch roots` lists them")
    if changes:
        from gemmasearch.cli.updating import say_replaced

        say_replaced(out, before.get(found[0].path, {}), found[0].options)
        out.note("`gsearch index` applies it")
    return out.result(found, lambda: views.table(out, [_root_row(r, session) for r in found]))


_SIZE = light.pattern(r"(\*|\.[\w.-]+)=(\d+(?:\.\d+)?) *([KMG]?)i?B?", re.IGNORECASE)
_UNITS = {"": 1, "k": 1000, "m": 1000**2, "g": 1000**3}


def _limits(given: Sequence[str]) -> dict[str, int]:
    """``.pdf=50MB`` -> {".pdf": 50000000}. :raises UsageProblem: anything else."""
    found = {}
    for each in given:
        if not (match := _SIZE.fullmatch(each.strip())):
            raise UsageProblem(f"{each!r} is no limit", "say .pdf=50MB, or *=1GB for all other files")
        found[match[1].lower()] = round(float(match[2]) * _UNITS[match[3].lower()])
    return found


def _root_row(root: Root, session: Session) -> tuple[str, ...]:
    from gemmasearch.known import told_apart

    options = [f"{name}={_option(value)}" for name, value in root.options.items() if value]
    state = f"not available: {root.unavailable}" if root.unavailable else counts.plural(root.seen, "file")
    apart = told_apart(root.path, session.settings)
    return path_field(root.path), state, " ".join([*options, *([f"({apart})"] if apart else [])])


def _option(value: Any) -> str:
    if isinstance(value, dict):
        return ",".join(f"{suffix}:{views.size(size)}" for suffix, size in value.items())
    return path_field(",".join(value)) if isinstance(value, list) else str(value)


def why(
    session: Session,
    path: Annotated[
        str,
        typer.Argument(metavar="HIT-OR-PATH", help="A file, a folder, or a hit's handle (c123)."),
    ],
) -> int:
    """Say whether a file is in the index, or what keeps it out."""
    with session.index() as index:
        found = index.why(path)
    code = 0 if found.indexed else NothingFound.exit_code
    return session.out.result(found, lambda: _show_why(session.out, found), code)


def _show_why(out: Output, found: Why) -> None:
    rows = [("path", path_field(found.path)), ("indexed", "yes" if found.indexed else "no")]
    if found.root:
        rows.append(("folder", path_field(found.root)))
    if found.rule:
        rows.append(("what" if found.indexed else "left out", found.rule))
    rows += [
        ("problem", f"{p.part + ': ' if p.part else ''}{p.reason} {p.detail}".strip()) for p in found.problems
    ]
    if found.quarantined:
        rows.append(("given up", f"after {found.tries} tries; `gsearch retry` tries again"))
    for document in found.documents:
        what = f"{document.kind}, {counts.plural(document.chunks, 'passage')}, {document.embedded} embedded"
        rows.append((document.part or "document", f"{what}: {one_line(document.title)}".rstrip(": ")))
        shown = document.passages if out.verbose else document.passages[:SHOWN]
        rows += [("", _passage(p)) for p in shown]
        if len(shown) < len(document.passages):
            rows.append(("", f"… {len(document.passages) - len(shown):,} more: -v"))
    views.table(out, rows)
    for what in dict.fromkeys(p.waits for p in found.problems if p.waits):
        out.note(counts.waiting_remark(what))


def _passage(found: WhyChunk) -> str:
    place = f"page {found.page}" if found.page else f"line {found.line}"
    what = f"{found.id} {place}, {found.tokens} tokens{', quoted' if found.quoted else ''}"
    return f"{what}: {one_line(found.begins)}"


def retry(
    session: Session,
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH", help="Only these; none: all that failed."),
    ] = None,
) -> int:
    """Let the next run read again what could not be read. Files that were given up are among it."""
    with session.index(write=True) as index:
        count = index.retry(paths or ())
    out = session.out
    return out.result({"files": count}, lambda: out.line(f"{counts.plural(count, 'file')} for the next run"))


def forget(
    session: Session,
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH|QUERY",
            help="Files, folders, registered folders; or a query line: from:dana before:2020",
        ),
    ] = None,
    browser: Annotated[
        list[str] | None,
        typer.Option(
            "--browser", metavar="NAME", help="Visited pages: firefox, chrome, safari …, or a file."
        ),
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Look through the bytes of the index for what should be gone.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be forgotten.")] = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask before forgetting what a query finds.")
    ] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="Let the next run bring back what was forgotten by a query.")
    ] = False,
) -> int:
    """Take files, or what a query finds, out of the index. They leave its bytes, too. What a query finds stays out
    wherever it lies; a file or folder while it keeps its path."""
    if undo:
        return _undo(session, named=bool(what or browser))
    if not what and not browser:
        raise UsageProblem("forget what?", "a file, a folder, --browser NAME, or a query such as from:dana")
    out = session.out
    with session.index(write=True) as index:
        paths, query = _told_apart(index, what or ())
        paths += _visited(index, browser or ())
        documents = index.matching(query) if query else []
        if query and (dry_run or ((documents or paths) and not yes)):
            _announce(out, index, query, documents)
        if dry_run:
            _announce_files(out, index, paths, to_forget=bool(documents))
            code = 0 if documents or paths else NothingFound.exit_code
            return out.result({"documents": documents, "paths": paths}, lambda: None, code)
        # Only what people type is asked about: a script has said what it wants.
        if documents and not yes and out.can_ask and not out.confirm("Forget them?"):
            raise Interrupted("nothing was forgotten")
        gone = index.forget(paths, query=query, verify=verify)
    _say_what_is_left(session, gone)
    if documents:
        _say_what_may_come(out, gone)
    code = MachineRefused.exit_code if gone.left else 0
    return out.result(gone, lambda: _show_forgotten(out, gone, verify), code)


def _undo(session: Session, *, named: bool) -> int:
    if named:
        raise UsageProblem(
            "--undo lets in again whatever queries found, and takes no names",
            "`gsearch index PATH` lets a file in again",
        )
    with session.index(write=True) as index:
        count = index.let_in_again()
    out = session.out
    return out.result(
        {"documents": count}, lambda: out.line(f"{counts.plural(count, 'document')} may come back")
    )


def _say_what_is_left(session: Session, gone: Forgotten) -> None:
    """What still lies on the disk, and what would bring it back."""
    from gemmasearch.known import told_apart

    out = session.out
    for root in gone.roots:
        if told_apart(root, session.settings) == "imported pages" and os.path.isdir(root):
            out.note(f"the pages are kept still, and the next import brings them back: rm -r {quote(root)}")
    for path in gone.kept:
        out.note(f"the copy of the imported page is kept still: rm {quote(path)}")
    for path in gone.excluded:
        out.note(
            "still on disk, and excluded under this path from now on (`gsearch index` of it lets it in again;"
            f" moved or renamed it comes back): {path_field(path)}"
        )
    for file, pieces in gone.left.items():
        out.note(
            f"still in {path_field(file)}: {len(pieces)} pieces, such as {one_line(pieces[0])!r}{_how(file)}"
        )


def _say_what_may_come(out: Output, gone: Forgotten) -> None:
    """What a query will and will not keep out."""
    if gone.sites:
        named = one_line(", ".join(gone.sites))
        out.note(f"later visits to {named} stay out, too, until `gsearch forget --undo`")
    else:
        out.note("only what was found now stays out: what comes later and matches is indexed")


def _visited(index: Index, browsers: Sequence[str]) -> list[str]:
    from gemmasearch.known import browser_roots

    registered = [root.path for root in index.roots()]
    return [path for name in browsers for path in browser_roots(name, registered)]


def _told_apart(index: Index, what: Sequence[str]) -> tuple[list[str], str]:
    """Paths are what the index or the disk knows; the rest is one query line."""
    known = [each for each in what if index.knows(each) or os.path.lexists(os.path.expanduser(each))]
    rest = [each for each in what if each not in known]
    for each in rest:
        if re.fullmatch(r"c\d{1,18}", each):
            raise UsageProblem(
                f"{each} is the handle of a hit: forget takes files or a query",
                f"`gsearch show {each}` names its file; '\"{each}\"' is the word",
            )
        if each.startswith((os.sep, "~", "." + os.sep)):
            raise NothingFound(f"not in the index: {each}", "`gsearch roots` lists what is indexed")
    return known, " ".join(rest)


def _announce(out: Output, index: Index, query: str, documents: Sequence[int]) -> None:
    """Say how many documents a query finds, and name some of them."""
    out.note(
        f"{counts.plural(len(documents), 'document')} {'matches' if len(documents) == 1 else 'match'} {query}"
    )
    found = (
        index.search(query, mode="words", limit=NAMED, per_document=1, collapse=False) if documents else []
    )
    for hit in (hit for hit in found if hit.document_id in documents):
        out.note(f"  {one_line(hit.title)}  {path_field(hit.path)}")


def _announce_files(out: Output, index: Index, paths: Sequence[str], *, to_forget: bool) -> None:
    """Say how many files each path stands for. :raises NothingFound: there is nothing to forget."""
    if paths and not to_forget and not any(map(index.knows, paths)):
        raise NothingFound(f"not in the index: {', '.join(paths)}", "`gsearch roots` lists what is indexed")
    for path in paths:
        out.note(f"{counts.plural(index.below(path), 'file')}: {path_field(path)}")


def _how(file: str) -> str:
    return f"; a copy that was kept: remove it if you do not need it: rm {file}" if ".bak" in file else ""


def _show_forgotten(out: Output, gone: Forgotten, verify: bool) -> None:
    line = f"forgot {counts.plural(gone.files, 'file')}, {counts.plural(gone.documents, 'document')}"
    out.line(line + (f", {counts.plural(len(gone.roots), 'folder')}" if gone.roots else ""))
    if verify and not gone.left:
        out.line(
            f"verified: none of {counts.plural(gone.looked_for, 'piece')} stands in the bytes of the index"
        )


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
    """Check libraries, machine and index, and say how to mend them."""
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
