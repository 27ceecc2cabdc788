"""``index`` and ``status``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gemmasearch.cli import counts, updating, views
from gemmasearch.cli.render import Output, one_line, path_field
from gemmasearch.cli.session import CommandSpec, EmbedderOption, GeneratorOption, Session, offered
from gemmasearch.cli.updating import stop_on_signals

if TYPE_CHECKING:
    from gemmasearch.documents import Problem
    from gemmasearch.index import Status
    from gemmasearch.indexing.heartbeat import Heartbeat
    from gemmasearch.store import RootSummary


def index(
    session: Session,
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH", help="Folders or files to add; none: all that were added before."),
    ] = None,
    browser: Annotated[
        list[str] | None,
        typer.Option(
            "--browser",
            metavar="NAME",
            help="Add visited pages: firefox, chrome, safari …, or a history file.",
        ),
    ] = None,
    embedder: EmbedderOption = None,
    dim: Annotated[
        int | None, typer.Option("--dim", metavar="N", help="Dimensions kept of a Matryoshka model.")
    ] = None,
    prune: Annotated[
        bool, typer.Option("--prune", help="Let files go even if more than half of a folder is gone.")
    ] = False,
    max_time: Annotated[
        str | None,
        typer.Option(
            "--max-time", metavar="TIME", help="Stop cleanly after 90s, 20m or 2h; go on next time."
        ),
    ] = None,
    wait: Annotated[
        float,
        typer.Option(
            "--wait", metavar="[SECONDS]", help="Wait for another run to end, so long at most.", min=0
        ),
    ] = 0.0,
    include: Annotated[
        list[str] | None,
        typer.Option("--include", metavar="PATTERN", help="Of these folders only what matches; remembered."),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option("--exclude", metavar="PATTERN", help="Of these folders not what matches; remembered."),
    ] = None,
    foreground: Annotated[
        bool, typer.Option("--foreground", help="Keep the usual priority even without a terminal.")
    ] = False,
    gpu: Annotated[
        str | None,
        typer.Option(
            "--gpu",
            metavar="auto|off",
            help="Whether llama.cpp may use a GPU.",
            autocompletion=offered("gpu"),
        ),
    ] = None,
    ocr: Annotated[
        str | None,
        typer.Option(
            "--ocr",
            metavar="ENGINE",
            help="Read scans and pictures: auto, rapidocr, tesseract or off.",
            autocompletion=offered("ocr"),
        ),
    ] = None,
    archives: Annotated[
        str | None,
        typer.Option(
            "--archives",
            metavar="on|off",
            help="Read inside zip, tar and gz archives.",
            autocompletion=offered("archives"),
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 5 if any file could not be read.")
    ] = False,
    scheduled: Annotated[
        float,
        typer.Option(
            "--scheduled",
            metavar="SECONDS",
            help="This run comes so often: with -q silent beside another.",
            min=0,
            show_default=False,
        ),
    ] = 0.0,
) -> int:
    """Add folders and bring the index up to date. Unchanged files are not read again."""
    line = updating.Line(
        paths, browser, prune=prune, max_time=max_time, wait=wait, include=include, exclude=exclude,
        foreground=foreground, strict=strict, scheduled=scheduled,
    )  # fmt: skip
    return updating.index(session, line)


def serve(
    session: Session,
    idle: Annotated[
        float | None,
        typer.Option("--idle", metavar="SECONDS", help="End after so long without a request.", min=1),
    ] = None,
    embedder: EmbedderOption = None,
    generator: GeneratorOption = None,
) -> int:
    """Keep index and models warm for `search` and `ask`. Only you can reach their socket."""
    from gemmasearch.cli import warm
    from gemmasearch.serving import serve as run

    out = session.out
    with stop_on_signals(out, "stopping") as stop:
        run(
            session.settings,
            idle=idle,
            stop=stop,
            ready=lambda address: out.note(f"serving on {address}"),
            command=warm.answer,
        )
    return out.result({}, lambda: None)


def status(
    session: Session,
    failed: Annotated[
        bool, typer.Option("--failed", help="List every skipped file with its reason.")
    ] = False,
) -> int:
    """What is indexed, what is missing and why."""
    with session.index() as opened:
        found = opened.status()
        beats, writer = opened.heartbeats(), opened.writer()
        mounts = opened.mounts()
        problems = list(opened.problems()) if failed or session.out.json else []
    if failed and not session.out.json:
        return session.out.result(problems, lambda: _show_problems(session.out, problems))
    data = {"status": found, "heartbeats": beats, "writer": writer, "mounts": mounts, "failed": problems}
    return session.out.result(data, lambda: _show_status(session.out, found, beats, writer, mounts))


def _show_problems(out: Output, problems: list[Problem]) -> None:
    for problem in problems:
        where = path_field(problem.path) + (f" [{problem.part}]" if problem.part else "")
        out.line(f"{where}\t{problem.reason}\t{one_line(problem.detail)}")


def _show_status(out: Output, found: Status, beats: list[Heartbeat], writer: str, mounts: list[str]) -> None:
    rows = [("index", path_field(found.path)), ("size", views.size(found.size))]
    rows += [("folder", _folder(root)) for root in found.roots]
    rows += [("left out", f"{path_field(each)}: another file system is mounted here") for each in mounts]
    skipped = sum(found.skipped.values())
    coverage = f"{found.indexed:,} of {counts.plural(found.indexed + skipped, 'file')}"
    rows.append(("coverage", f"{coverage}, {skipped:,} skipped" + _because(found.skipped)))
    rows.append(("documents", f"{found.documents:,}" + _because(found.kinds)))
    passages = f"{found.chunks:,}, {found.embedded:,} of {found.embeddable:,} embedded"
    if others := found.chunks - found.embeddable:
        passages += f"; {others:,} repeat these or are quotations"
    rows.append(("passages", passages))
    if found.space:
        rows.append(("model", f"{found.space} ({found.dim} dimensions)"))
    if found.building:
        rows.append(("building", f"{found.building}; searches use {found.space} until it is complete"))
    if found.part_problems:
        rows.append(
            ("unread parts", f"{sum(found.part_problems.values()):,}" + _because(found.part_problems))
        )
    rows += [("waiting", counts.waiting(what, count)) for what, count in found.waiting.items()]
    if writer:
        rows.append(("writing", writer))
    rows += [(b.what, f"STALE: {b.said}; start it again: `{b.mend}`" if b.stale else b.said) for b in beats]
    views.table(out, rows)
    for what in found.waiting:
        out.note(counts.waiting_remark(what))
    if mounts:
        out.note("`gsearch roots FOLDER --mounts` lets other file systems in")
    if any(found.skipped.values()):
        out.note("`gsearch status --failed` lists each skipped file with its reason")


def _folder(found: RootSummary) -> str:
    """One folder: how much of it is indexed and embedded, and whether it is there at all."""
    skipped = sum(found.skipped.values())
    line = f"{path_field(found.path)} ({found.indexed:,} of {counts.plural(found.indexed + skipped, 'file')}"
    line += f", {skipped:,} skipped" if skipped else ""
    if found.embedded < found.passages:
        line += f", {found.embedded:,} of {found.passages:,} passages embedded"
    return line + (f"; NOT AVAILABLE: {found.root.unavailable}" if found.root.unavailable else "") + ")"


def _because(reasons: Any) -> str:
    return f" ({counts.reasons(reasons)})" if reasons else ""


COMMANDS = (CommandSpec("index", index), CommandSpec("status", status), CommandSpec("serve", serve))
