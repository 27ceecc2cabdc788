"""``demo``, ``config``, ``formats``, ``schema`` and ``completion``."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gemmasearch.cli import counts, views
from gemmasearch.cli.answering import show_answer, streaming
from gemmasearch.cli.asked import passing_folder
from gemmasearch.cli.session import CommandSpec, EmbedderOption, GeneratorOption, Session
from gemmasearch.errors import UsageProblem

if TYPE_CHECKING:
    from gemmasearch.cli.render import Output
    from gemmasearch.index import Index
    from gemmasearch.known import FormatInfo


def demo(
    session: Session,
    keep: Annotated[
        Path | None,
        typer.Option("--keep", help="Leave the sample home and its index in this folder.", metavar="DIR"),
    ] = None,
    embedder: EmbedderOption = None,
    generator: GeneratorOption = None,
) -> int:
    """Index a bundled sample home, search it and ask it. Needs no download and leaves nothing behind."""
    from gemmasearch import sample
    from gemmasearch.index import Index

    out = session.out
    shown: dict[str, Any] = {"searches": [], "answers": []}
    with _place(keep) as folder:
        home = sample.unpack(folder / "home")
        settings = replace(session.settings, db=str(folder / "index.db"))
        with Index.open(settings=settings) as index:
            _say(session, f"$ gsearch index {home}")
            with out.progress() as progress:
                report = index.index([str(home)], progress=progress)
            _say(session, counts.sync_summary(report))
            shown["index"] = report
            for query in sample.SEARCHES:
                shown["searches"].append(_search(session, index, query))
            for question in sample.QUESTIONS:
                shown["answers"].append(_ask(session, index, question.text))
        if keep:
            out.note(f"kept: {folder}; to go on: export GSEARCH_DB={shlex.quote(str(folder / 'index.db'))}")
    return out.result(shown, lambda: None)


@contextmanager
def _place(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with passing_folder("gsearch-demo-") as temporary:
            yield temporary
        return
    folder = keep.expanduser().absolute()
    if folder.exists() and any(folder.iterdir() if folder.is_dir() else [folder]):
        raise UsageProblem(f"{folder} is there already and not empty", "name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    yield folder


def _say(session: Session, text: str) -> None:
    if not session.out.json:
        session.out.line(text)


def _search(session: Session, index: Index, query: str) -> dict[str, Any]:
    found = index.search(query, limit=3)
    _say(session, f'\n$ gsearch search -n 3 "{query}"')
    if not session.out.json:
        views.hits(session.out, found)
    return {"query": query, "hits": found}


def _ask(session: Session, index: Index, question: str) -> Any:
    out = session.out
    _say(session, f'\n$ gsearch ask "{question}"')
    streamed: list[str] = []
    answer = index.ask(question, on_text=streaming(out, streamed))
    if not out.json:
        show_answer(out, answer, "".join(streamed))
    for note in answer.notes:
        out.note(note)
    return answer


def config(session: Session) -> int:
    """Show every setting, its value and where it came from."""
    from gemmasearch import settings as rooms

    current = session.settings
    effective = {"db": str(current.db_path), "models_dir": str(current.models_path)}
    rows = []
    for name in rooms.names():
        origin = current.origin(name)
        rows.append(
            {
                "name": name,
                "value": effective.get(name, getattr(current, name)),
                "source": origin.source,
                "where": origin.name,
                "help": rooms.help_of(name),
            }
        )
    file = rooms.config_path()

    def show() -> None:
        views.table(
            session.out,
            [(r["name"], str(r["value"]), f"{r['source']} {r['where']}".strip()) for r in rows],
        )
        session.out.note(f"config file: {file}{'' if file.exists() else ' (not there)'}")

    return session.out.result({"file": file, "settings": rows}, show)


def formats(session: Session) -> int:
    """List the kinds of files that are read. Suffixes, reader, limit and extra; -v shows MIME types, too."""
    from gemmasearch.known import formats as known

    found = known()
    show = _formats_on_terminal if session.out.terminal and not session.out.verbose else _formats
    return session.out.result(found, lambda: show(session.out, found))


def _formats(out: Output, found: Sequence[FormatInfo]) -> None:
    rows = [
        (
            *(f.name, f.kind, " ".join(f.suffixes), " ".join(f.magic) if out.verbose else ""),
            *(f.reader, "in a worker" if f.isolated else "", f.limit, f.extra and f"extra: {f.extra}"),
        )
        for f in found
    ]
    views.table(out, rows)


def _formats_on_terminal(out: Output, found: Sequence[FormatInfo]) -> None:
    """What of it fits there: the names of readers are for those who write one."""
    rows = [
        (f.name, f.kind, " ".join(f.suffixes), "yes" if f.isolated else "no", f.limit, f.extra) for f in found
    ]
    views.table(out, [("name", "kind", "suffixes", "worker", "limit", "extra"), *rows])


def schema(
    session: Session,
    command: Annotated[
        list[str] | None, typer.Argument(metavar="COMMAND", help="A command; none: all of them.")
    ] = None,
) -> int:
    """Print the JSON Schema of what --json prints."""
    import json

    from gemmasearch.shapes import schema as made

    name = " ".join(command or ())
    try:
        found = made(name)
    except KeyError:
        raise UsageProblem(f"there is no schema for {name}", "`gsearch --help` lists the commands") from None
    return session.out.result(found, lambda: session.out.line(json.dumps(found, indent=1)))


class Shell(StrEnum):
    bash = "bash"
    zsh = "zsh"
    fish = "fish"


def completion(
    session: Session, shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="bash, zsh or fish")]
) -> int:
    """Print the completion script of a shell. Put it where the shell looks for them."""
    script = completion_script(shell.value)
    return session.out.result({"script": script}, lambda: session.out.line(script, end=""))


def completion_script(shell: str) -> str:
    from typer._completion_shared import get_completion_script

    script = get_completion_script(prog_name="gsearch", complete_var="_GSEARCH_COMPLETE", shell=shell)
    return script.rstrip() + "\n"


COMMANDS = (
    CommandSpec("demo", demo),
    CommandSpec("config", config),
    CommandSpec("completion", completion),
    CommandSpec("formats", formats),
    CommandSpec("schema", schema),
)
