"""What ``gsearch ask`` does once its line is understood, and how an answer is shown."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from gemmasearch.cli import views
from gemmasearch.cli.finding import here
from gemmasearch.cli.render import Output, one_line, path_field
from gemmasearch.errors import NothingFound, UsageProblem

LONGEST = 100_000  # characters of a question: a pipe may never end

if TYPE_CHECKING:
    from gemmasearch.cli.asked import Session
    from gemmasearch.documents import Answer
    from gemmasearch.index import Index
    from gemmasearch.serving.client import Remote

    OnText = Callable[[str], None] | None


def ask(
    session: Session,
    question: list[str] | None = None,
    *,
    extract: bool = False,
    context: str | None = None,
    save: str | None = None,
    saved: str | None = None,
    new_only: bool = False,
    format_: str = "text",
) -> int:
    """The options are those of the command. :return: the exit code."""
    out = session.out
    _exclude(saved=saved, save=save, context=context)
    markdown = _is_markdown(format_, out)
    if saved is not None and question:
        raise UsageProblem("--saved asks a question that was kept", "leave the question out")
    if new_only and saved is None:
        raise UsageProblem("--new-only goes with --saved")
    line = "" if saved is not None else here(_question(question or [], context))
    if save is not None:
        with session.index(write=True) as index:
            index.save_question(save, line)
        saved = save  # its answer counts as told, so that --new-only does not tell it again
    streamed: list[str] = []
    on_text = streaming(out, streamed, markdown)
    if context is not None:
        with session.texts_only() as index:
            answer = _noted(out, index, _of_text(index, context, line, extract, on_text), streamed)
    elif saved is not None:
        return _again(session, saved, streamed, new_only=new_only, extract=extract, markdown=markdown)
    else:
        answer = session.looked_up(lambda index: _looked_up(out, index, line, extract, on_text, streamed))
    if not answer.found and line and context is None and not out.json:
        with session.index() as index:
            session.suggests(index, line)
    return _written(out, answer, streamed, markdown)


def _again(
    session: Session, name: str, streamed: list[str], *, new_only: bool, extract: bool, markdown: bool
) -> int:
    """A standing question. An answer that could not be written is told the next time."""
    out, codes = session.out, [NothingFound.exit_code]

    def deliver(answer: Answer) -> None:
        if answer.found or not new_only or out.json:
            codes.append(_written(out, _noted(out, index, answer, streamed), streamed, markdown))

    with session.index(write=True) as index:
        index.ask_again(
            name,
            new_only=new_only,
            extract=extract,
            on_text=streaming(out, streamed, markdown),
            deliver=deliver,
        )
    return codes[-1]


def _written(out: Output, answer: Answer, streamed: list[str], markdown: bool) -> int:
    for said in answer.unsupported:
        out.detail(f"unsupported: {said}")
    show = show_markdown if markdown else show_answer
    code = 0 if answer.found else NothingFound.exit_code
    return out.result(answer, lambda: show(out, answer, "".join(streamed)), code)


def _is_markdown(format_: str, out: Output) -> bool:
    if format_ not in ("text", "markdown"):
        raise UsageProblem(f"there is no format {format_!r}", "text or markdown")
    if format_ == "markdown" and out.json:
        raise UsageProblem("--format and --json exclude each other")
    return format_ == "markdown"


def _of_text(index: Index, context: str, line: str, extract: bool, on_text: OnText) -> Answer:
    from gemmasearch.cli.handed import read_text

    name = "the text given" if context == "-" else context
    return index.ask_text(read_text(context), line, name=name, extract=extract, on_text=on_text)


def _looked_up(
    out: Output, index: Index | Remote, line: str, extract: bool, on_text: OnText, streamed: list[str]
) -> Answer:
    streamed.clear()  # what a helper said that went away
    return _noted(out, index, index.ask(line, extract=extract, on_text=on_text), streamed)


def _exclude(**given: object) -> None:
    names = [f"--{name.replace('_', '-')}" for name, value in given.items() if value is not None]
    if len(names) > 1:
        raise UsageProblem(f"{' and '.join(names)} exclude each other")


def _question(words: list[str], context: str | None) -> str:
    if words == ["-"] and context == "-":
        raise UsageProblem("standard input cannot be both the question and the text")
    line = sys.stdin.read(LONGEST + 1) if words == ["-"] else " ".join(words)
    if len(line) > LONGEST:
        raise UsageProblem(
            f"a question of more than {LONGEST:,} characters", "a text to ask about comes by --context -"
        )
    if not line.strip():
        raise UsageProblem("the question is empty", 'example: gsearch ask "when was the boiler serviced?"')
    return line.strip()


def streaming(out: Output, streamed: list[str], whole: bool = False) -> OnText:
    """What shows an answer as it comes, on a terminal; None elsewhere."""
    if not out.terminal or whole:
        return None

    def on_text(piece: str) -> None:
        streamed.append(piece)
        out.piece(piece)

    return on_text


def _noted(out: Output, index: Index | Remote, answer: Answer, streamed: list[str]) -> Answer:
    if (index.notes or answer.notes) and streamed and not streamed[-1].endswith("\n"):
        streamed.append("\n")
        out.line()
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
    out.line(views.markdown_answer(answer.text))
    for note in answer.notes:
        out.line(f"\n> {views.markdown_text(note)}")
    if answer.citations:
        out.line()
    for citation in answer.citations:
        where = views.place(citation.hit, citation.line)
        detail = ", ".join(part for part in (where, citation.hit.title) if part)
        said = views.markdown_text(one_line(detail))
        out.line(f"{citation.number}. {_as_code(citation.hit.path)} {said}".rstrip())
    if not answer.found and answer.evidence:
        out.line("\nNearest passages:\n")
        for item in views.nearest(answer.evidence):
            where = views.markdown_text(one_line(views.place(item.hit, item.line)))
            where = ", ".join(part for part in (_as_code(item.hit.path), where) if part)
            out.line(f"- {views.markdown_text(views.item_text(item))} ({where})")


def _as_code(path: str) -> str:
    """A path in Markdown, in which nothing is markup."""
    return "`" + one_line(path_field(path)).replace("`", "'") + "`"
