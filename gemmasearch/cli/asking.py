"""``ask``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from gemmasearch.cli import views
from gemmasearch.cli.render import Output
from gemmasearch.cli.session import CommandSpec, EmbedderOption, GeneratorOption, Session
from gemmasearch.errors import NothingFound, UsageProblem

if TYPE_CHECKING:
    from gemmasearch.documents import Answer
    from gemmasearch.index import Index
    from gemmasearch.serving.client import Remote


def ask(
    session: Session,
    question: Annotated[
        list[str], typer.Argument(metavar="QUESTION", help="The question; - reads it from standard input.")
    ],
    extract: Annotated[
        bool, typer.Option("--extract", help="Answer with the sources' own sentences, without a generator.")
    ] = False,
    embedder: EmbedderOption = None,
    generator: GeneratorOption = None,
) -> int:
    """Answer a question from your files, every statement with its source."""
    line = sys.stdin.read() if question == ["-"] else " ".join(question)
    if not line.strip():
        raise UsageProblem("the question is empty", 'example: gsearch ask "when was the boiler serviced?"')
    out = session.out
    streamed: list[str] = []

    def on_text(piece: str) -> None:
        streamed.append(piece)
        out.piece(piece)

    def put(index: Index | Remote) -> Answer:
        streamed.clear()
        answer = index.ask(line.strip(), extract=extract, on_text=on_text if out.terminal else None)
        for note in (*index.notes, *answer.notes):
            out.note(note)
        return answer

    answer = session.looked_up(put)
    code = 0 if answer.found else NothingFound.exit_code
    return out.result(answer, lambda: show_answer(out, answer, "".join(streamed)), code)


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


COMMANDS = (CommandSpec("ask", ask),)
