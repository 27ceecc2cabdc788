"""``ask`` and ``chat``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from gemmasearch.cli import views
from gemmasearch.cli.render import Output, one_line
from gemmasearch.cli.session import CommandSpec, EmbedderOption, GeneratorOption, Session, read_text
from gemmasearch.errors import GsearchError, NothingFound, UsageProblem

if TYPE_CHECKING:
    from gemmasearch.answering import Conversation
    from gemmasearch.documents import Answer
    from gemmasearch.index import Index
    from gemmasearch.serving.client import Remote

    OnText = Callable[[str], None] | None

_HELP = "/sources lists the sources of the last answer, /show N shows one, /quit (or Ctrl-D) ends"


def ask(
    session: Session,
    question: Annotated[
        list[str] | None,
        typer.Argument(metavar="QUESTION", help="The question; - reads it from standard input."),
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
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the answer as Markdown.")] = False,
    embedder: EmbedderOption = None,
    generator: GeneratorOption = None,
) -> int:
    """Answer a question from your files, every statement with its source."""
    _exclude(saved=saved, save=save, context=context)
    if saved is not None and question:
        raise UsageProblem("--saved asks a question that was kept", "leave the question out")
    if new_only and saved is None:
        raise UsageProblem("--new-only goes with --saved")
    line = "" if saved is not None else _question(question or [], context)
    if save is not None:
        with session.index(write=True) as index:
            index.save_question(save, line)
        saved = save  # its answer counts as told, so that --new-only does not tell it again

    def put(index: Index | Remote, on_text: OnText) -> Answer:
        streamed.clear()
        return index.ask(line, extract=extract, on_text=on_text)

    def put_to_text(index: Index, on_text: OnText) -> Answer:
        return index.ask_text(
            read_text(str(context)),
            line,
            name="the text given" if context == "-" else str(context),
            extract=extract,
            on_text=on_text,
        )

    def put_again(index: Index, on_text: OnText) -> Answer:
        return index.ask_again(str(saved), new_only=new_only, on_text=on_text)

    streamed: list[str] = []
    on_text = _streaming(session.out, streamed, markdown)
    if context is not None:
        with session.texts_only() as index:
            answer = _noted(session.out, index, put_to_text(index, on_text))
    elif saved is not None:
        with session.index(write=True) as index:
            answer = put_again(index, on_text)
            if new_only and not answer.found and not session.out.json:
                return NothingFound.exit_code
            _noted(session.out, index, answer)
    else:
        answer = session.looked_up(lambda index: _noted(session.out, index, put(index, on_text)))
    code = 0 if answer.found else NothingFound.exit_code
    show = show_markdown if markdown else show_answer
    return session.out.result(answer, lambda: show(session.out, answer, "".join(streamed)), code)


def _exclude(**given: object) -> None:
    names = [f"--{name.replace('_', '-')}" for name, value in given.items() if value is not None]
    if len(names) > 1:
        raise UsageProblem(f"{' and '.join(names)} exclude each other")


def _question(words: list[str], context: str | None) -> str:
    if words == ["-"] and context == "-":
        raise UsageProblem("standard input cannot be both the question and the text")
    line = (sys.stdin.read() if words == ["-"] else " ".join(words)).strip()
    if not line:
        raise UsageProblem("the question is empty", 'example: gsearch ask "when was the boiler serviced?"')
    return line


def _streaming(out: Output, streamed: list[str], whole: bool = False) -> OnText:
    """What shows an answer as it comes, on a terminal; None elsewhere."""
    if not out.terminal or whole:
        return None

    def on_text(piece: str) -> None:
        streamed.append(piece)
        out.piece(piece)

    return on_text


def _noted(out: Output, index: Index | Remote, answer: Answer) -> Answer:
    for note in (*index.notes, *answer.notes):
        out.note(note)
    return answer


def show_answer(out: Output, answer: Answer, streamed: str = "") -> None:
    """The answer (but for what was streamed already), then its sources."""
    if streamed:
        out.line("" if streamed.endswith("\n") else "\n", end="")
    else:
        out.line(answer.text)
    if answer.found:
        out.line()
        views.answer_sources(out, answer)
    elif answer.evidence:
        out.line("\nNearest passages:")
        views.evidence(out, answer)


def show_markdown(out: Output, answer: Answer, streamed: str = "") -> None:
    """The answer with a numbered list of its sources; what files say is never a link of its own."""
    out.line(views.markdown_text(answer.text))
    if answer.citations:
        out.line()
    for citation in answer.citations:
        where = views.place(citation.hit)
        detail = ", ".join(part for part in (where, citation.hit.title) if part)
        path = one_line(citation.hit.path).replace("`", "'")
        out.line(f"{citation.number}. `{path}` {views.markdown_text(one_line(detail))}".rstrip())


def chat(session: Session, embedder: EmbedderOption = None, generator: GeneratorOption = None) -> int:
    """Ask one question after the other; follow-ups keep the topic, and nothing of it is kept afterwards."""
    out = session.out
    if out.json:
        raise UsageProblem("chat has no --json", "use `gsearch ask --json`")
    out.note(_HELP)
    with session.index() as index:
        conversation = index.conversation()
        for note in index.notes:
            out.note(note)
        while (line := _next_line(out)) is not None:
            if line in ("/quit", "/exit"):
                break
            try:
                _turn(out, index, conversation, line)
            except GsearchError as e:
                out.note(e.message)
    return 0


def _next_line(out: Output) -> str | None:
    """The next line that says something; None at the end of the input."""
    while True:
        out.prompt("> ")
        line = sys.stdin.readline()
        if not line:
            return None
        if line.strip():
            return line.strip()


def _turn(out: Output, index: Index, conversation: Conversation, line: str) -> None:
    command, _, argument = line.partition(" ")
    if command == "/sources":
        for citation in conversation.sources:
            out.line(
                f"[{citation.number}] {one_line(citation.hit.path)} {one_line(views.place(citation.hit))}"
            )
    elif command == "/show":
        wanted = conversation.source(int(argument)) if argument.strip().isdigit() else None
        if wanted is None:
            raise UsageProblem("there is no source of that number", _HELP)
        for shown in index.show(wanted.hit.id):
            out.line(shown.text)
    elif command.startswith("/"):
        raise UsageProblem(_HELP)
    else:
        streamed: list[str] = []
        answer = conversation.ask(line, on_text=_streaming(out, streamed))
        for note in answer.notes:
            out.note(note)
        show_answer(out, answer, "".join(streamed))


COMMANDS = (CommandSpec("ask", ask), CommandSpec("chat", chat))
