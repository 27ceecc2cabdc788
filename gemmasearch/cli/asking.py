"""``ask`` and ``chat``."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from gemmasearch.cli import answering, offers, views
from gemmasearch.cli.opening import show_place
from gemmasearch.cli.render import one_line, path_field
from gemmasearch.cli.session import CommandSpec, EmbedderOption, GeneratorOption, Session
from gemmasearch.errors import GsearchError, UsageProblem
from gemmasearch.settings import data_dir

if TYPE_CHECKING:
    from gemmasearch.answering import Conversation
    from gemmasearch.documents import Citation
    from gemmasearch.index import Index

_HELP = "/sources lists the sources of the last answer, /show N and /open N show one, /quit (or Ctrl-D) ends"
_HISTORY = "chat_history"  # below the data folder, if the setting `history` is on
_MOST_LINES = 1000  # of it are kept


def ask(
    session: Session,
    question: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="QUESTION",
            help="The question; - reads it from standard input.",
            autocompletion=offers.query_words,
        ),
    ] = None,
    extract: Annotated[
        bool, typer.Option("--extract", help="Answer with the sources' own sentences, without a generator.")
    ] = False,
    context: Annotated[
        str | None,
        typer.Option("--context", metavar="FILE", help="Answer from this text (- = standard input) alone."),
    ] = None,
    save: Annotated[
        str | None,
        typer.Option("--save", metavar="NAME", help="Keep the question under a name, to ask again."),
    ] = None,
    saved: Annotated[
        str | None, typer.Option("--saved", metavar="NAME", help="Ask the question kept under a name.")
    ] = None,
    new_only: Annotated[
        bool, typer.Option("--new-only", help="With --saved: only what came since it was asked last.")
    ] = False,
    format_: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="text or markdown.", show_default=False)
    ] = "text",
    embedder: EmbedderOption = None,
    generator: GeneratorOption = None,
) -> int:
    """Answer a question from your files. Every statement has its source."""
    return answering.ask(
        session, question, extract=extract, context=context, save=save, saved=saved, new_only=new_only,
        format_=format_,
    )  # fmt: skip


def chat(
    session: Session,
    extract: Annotated[
        bool, typer.Option("--extract", help="Answer with the sources' own sentences, without a generator.")
    ] = False,
    embedder: EmbedderOption = None,
    generator: GeneratorOption = None,
) -> int:
    """Ask one question after the other; follow-ups keep the topic. Nothing is kept afterwards, unless the setting
    `history` is on."""
    out = session.out
    if out.json:
        raise UsageProblem("chat has no --json", "use `gsearch ask --json`")
    with session.index() as index, _kept_lines(session) as next_line:
        out.note(_HELP)
        conversation = index.conversation(extract=extract)
        for note in index.notes:
            out.note(note)
        while (line := next_line()) is not None:
            if line in ("/quit", "/exit"):
                break
            try:
                _turn(session, index, conversation, line)
            except GsearchError as e:
                out.note(e.message)
    return 0


@contextmanager
def _kept_lines(session: Session) -> Iterator[Callable[[], str | None]]:
    """What reads the next line: with editing and earlier lines on a terminal, and a history file if it is wanted."""
    lines: list[str] = []
    file = data_dir() / _HISTORY if session.settings.history == "on" else None
    if file is not None and file.is_file():
        lines = file.read_text(encoding="utf-8", errors="replace").split("\n")[-_MOST_LINES:]
    attended = sys.stdin.isatty() and sys.stdout.isatty()
    if attended:
        _offer(lines)

    def next_line() -> str | None:
        """The next line that says something; None at the end of the input."""
        while True:
            try:
                said = input("> ") if attended else sys.stdin.readline()
            except EOFError:
                return None
            if not said and not attended:
                return None
            if said.strip():
                lines.append(said.strip())
                return said.strip()

    try:
        yield next_line
    finally:
        if file is not None:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(
                os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
            ) as stream:
                os.fchmod(stream.fileno(), 0o600)
                stream.write("\n".join(line for line in lines[-_MOST_LINES:] if line) + "\n")


def _offer(lines: list[str]) -> None:
    """Let the arrow keys bring earlier lines back, where the system has a library for that."""
    try:
        import readline
    except ImportError:
        return
    readline.clear_history()
    for line in lines:
        if line:
            readline.add_history(line)


def _turn(session: Session, index: Index, conversation: Conversation, line: str) -> None:
    out = session.out
    command, _, argument = line.partition(" ")
    if command == "/sources":
        for citation in conversation.sources:
            where = views.place(citation.hit, citation.line)
            out.line(f"[{citation.number}] {path_field(citation.hit.path)} {one_line(where)}")
    elif command == "/show":
        for shown in index.show(_source(conversation, argument).hit.id):
            out.line(shown.text)
    elif command == "/open":
        wanted = _source(conversation, argument)
        place = index.place(wanted.hit.id)
        show_place(session, replace(place, line=wanted.line or place.line), wanted.hit.id)
    elif command.startswith("/"):
        raise UsageProblem(_HELP)
    else:
        streamed: list[str] = []
        answer = conversation.ask(line, on_text=answering.streaming(out, streamed))
        for note in answer.notes:
            out.note(note)
        for said in answer.unsupported:
            out.detail(f"unsupported: {said}")
        answering.show_answer(out, answer, "".join(streamed))


def _source(conversation: Conversation, number: str) -> Citation:
    number = number.strip()
    known = number.isdecimal() and len(number) < 10  # "²" is a digit, too
    wanted = conversation.source(int(number)) if known else None
    if wanted is None:
        raise UsageProblem("there is no source of that number", _HELP)
    return wanted


COMMANDS = (CommandSpec("ask", ask), CommandSpec("chat", chat, json=False))
