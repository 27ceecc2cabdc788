"""``label add``, ``run``, ``review``, ``list``, ``remove``, and ``classify`` for texts that are in no index."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from gemmasearch.cli import counts, offers, views
from gemmasearch.cli.handed import read_text
from gemmasearch.cli.render import Output, one_line, path_field
from gemmasearch.cli.session import CommandSpec, EmbedderOption, Session
from gemmasearch.errors import NothingFound, UsageProblem

if TYPE_CHECKING:
    from gemmasearch.index import Index
    from gemmasearch.store.rows import LabelRow, VerdictRow

_BEGINNING = 220  # characters of a document that one is asked about
_TARGET = "a hit's handle (c123) or a file"
NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="A label.", autocompletion=offers.label_names)
]
ReadyOption = Annotated[
    str | None, typer.Option("--ready", metavar="SET", help="A ready-made set of labels: sentiment.")
]


def add(
    session: Session,
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="The label, like invoice.", autocompletion=offers.label_names),
    ] = None,
    describe: Annotated[
        str | None, typer.Option("--describe", metavar="TEXT", help='What it is: "bills, receipts".')
    ] = None,
    example: Annotated[
        list[str] | None, typer.Option("--example", metavar="FILE", help=f"Something that has it: {_TARGET}.")
    ] = None,
    type_: Annotated[
        str | None, typer.Option("--type", metavar="KIND", help="Only for documents of this kind, like mail.")
    ] = None,
    group: Annotated[
        str | None, typer.Option("--set", metavar="SET", help="Only labels of one set exclude each other.")
    ] = None,
    ready: ReadyOption = None,
) -> int:
    """Make a label from a description or examples, or add to one. Then `gsearch label run`."""
    if (name is None) == (ready is None):
        raise UsageProblem("name a label, or a set with --ready", "example: gsearch label add invoice")
    if ready is not None and (describe or example or type_ or group):
        raise UsageProblem("--ready goes with nothing else")
    with session.index(write=True) as index:
        labels = index.labels()
        if ready is not None:
            made = labels.add_set(ready)
        else:
            texts = [pair for target in example or () for pair in _texts(index, target)]
            made = [labels.add(str(name), describe, texts, rivals=group, kind=type_ and type_.lower())]
        kinds = index.status().kinds if type_ else {}
    if type_ and type_.lower() not in kinds:
        there = f"; there are {', '.join(kinds)}" if kinds else ""
        session.out.note(f"nothing in the index is of the kind {type_}, so nothing gets the label{there}")
    session.out.note(f"`gsearch label run` applies {counts.plural(len(made), 'label')} to what is indexed")
    return session.out.result(made, lambda: _show_labels(session.out, made))


def run(
    session: Session,
    query: Annotated[
        list[str] | None,
        typer.Argument(metavar="QUERY", help="Only what this search line leaves; none: everything."),
    ] = None,
) -> int:
    """Apply the labels to indexed documents. `gsearch search label:NAME` finds them."""
    with session.index(write=True) as index:
        labels = index.labels()
        done = labels.run(" ".join(query or ()))
        for note in index.notes:
            session.out.note(note)
        untaught = ", ".join(labels.untaught())
    if untaught:
        session.out.note(f"without examples: {untaught}; a few make it better: `gsearch label review NAME`")
    if done.without_vector:
        session.out.note(f"{counts.plural(done.without_vector, 'document')} without a vector: not looked at")

    def show() -> None:
        views.table(session.out, [(name, str(count)) for name, count in sorted(done.found.items())])

    session.out.note(f"looked at {counts.plural(done.documents, 'document')}")
    return session.out.result(done, show, 0 if done.documents or not query else NothingFound.exit_code)


def review(
    session: Session,
    name: NameArgument,
    yes: Annotated[
        list[str] | None, typer.Option("--yes", metavar="FILE", help=f"It has the label: {_TARGET}.")
    ] = None,
    no: Annotated[
        list[str] | None, typer.Option("--no", metavar="FILE", help=f"It does not have it: {_TARGET}.")
    ] = None,
    undo: Annotated[
        list[str] | None, typer.Option("--undo", metavar="FILE", help="Take your yes or no to it back.")
    ] = None,
    number: Annotated[int, typer.Option("-n", "--number", metavar="N", help="How many.", min=1)] = 10,
) -> int:
    """Show a label's doubtful documents, and keep your own yes or no. That wins from then on."""
    given = bool(yes or no or undo)
    asking = not given and session.out.terminal and sys.stdin.isatty() and not session.out.quiet
    with session.index(write=given or asking) as index:
        labels = index.labels()
        for document, said in _decisions(index, {True: yes, False: no, None: undo}).items():
            labels.decide(name, [document], said)
        rows = [] if given else labels.doubtful(name, number)
        if asking:
            _ask(session.out, index, name, rows)
            return 0
        labels.find(name)
    code = 0 if rows or given else NothingFound.exit_code
    return session.out.result(rows, lambda: _show_verdicts(session.out, rows), code)


def _decisions(index: Index, given: Mapping[bool | None, Sequence[str] | None]) -> dict[int, bool | None]:
    """What is said of each document. :raises UsageProblem: two different things of one, of which nothing is kept."""
    found: dict[int, bool | None] = {}
    for said, targets in given.items():
        for target in targets or ():
            document = index.labelled(target)
            if found.setdefault(document, said) != said:
                raise UsageProblem(f"{target} is given two answers", "say --yes, --no or --undo of it once")
    return found


def _ask(out: Output, index: Index, name: str, rows: Sequence[VerdictRow]) -> None:
    """One document after the other: y, n, anything else leaves it open, q ends."""
    labels = index.labels()
    for row in rows:
        _show_verdicts(out, [row])
        out.lines(f"    {line}" for line in _beginning(index, row))
        out.prompt(f"{name}? [y/n/skip/q] ")
        said = sys.stdin.readline()
        if not said or said.strip().lower().startswith("q"):
            return
        if said.strip().lower()[:1] in ("y", "n"):
            labels.decide(name, [row.document_id], said.strip().lower().startswith("y"))


def _beginning(index: Index, row: VerdictRow) -> list[str]:
    """What one decides by: a title alone says little of a mail or a scan."""
    from textwrap import wrap

    shown = index.show(f"c{row.chunk_id}")[0]
    start, end = shown.marks[0] if shown.marks else (0, len(shown.text))
    return wrap(" ".join(shown.text[start:end].split())[:_BEGINNING], 74)


def _show_verdicts(out: Output, rows: Sequence[VerdictRow]) -> None:
    views.table(
        out,
        [
            (
                f"{r.confidence:.2f}",
                "yes" if r.chosen else "no",
                f"c{r.chunk_id}",
                path_field(r.path),
                r.title or os.path.basename(r.path),
            )
            for r in rows
        ],
    )


def list_(session: Session) -> int:
    """List the labels. Documents that have each, your own decisions, examples, description."""
    with session.index() as index:
        found = index.labels().all()
    return session.out.result(found, lambda: _show_labels(session.out, found))


def _show_labels(out: Output, labels: Sequence[LabelRow]) -> None:
    head = (
        [("label", "documents", "decided", "examples", "set", "for", "description")] if out.terminal else []
    )
    views.table(
        out,
        head
        + [
            (
                row.name,
                str(row.found),
                str(row.decided),
                str(len(row.examples)),
                row.rivals,
                row.kind,
                one_line(row.description),
            )
            for row in labels
        ],
    )


def remove(session: Session, name: NameArgument) -> int:
    """Remove a label with all that was found and decided."""
    with session.index(write=True) as index:
        index.labels().remove(name)
    session.out.note(f"removed: {name}")
    return session.out.result({"removed": name}, lambda: None)


def classify(
    session: Session,
    sources: Annotated[list[str], typer.Argument(metavar="FILE", help="Files; - reads a text from a pipe.")],
    labels: Annotated[
        str | None,
        typer.Option("--labels", metavar="A,B,C", help="The labels; a=description tells more of one."),
    ] = None,
    example: Annotated[
        list[str] | None,
        typer.Option("--example", metavar="A=FILE", help="A file that has a label; may be given often."),
    ] = None,
    ready: ReadyOption = None,
    embedder: EmbedderOption = None,
) -> int:
    """Say which of some labels fits each text best. It goes by meaning, without training."""
    if sources.count("-") > 1:
        raise UsageProblem("standard input can be read only once")
    names = _names(labels, ready, example or ())
    with session.texts_only() as index:
        shown = _examples(index, example or (), names)
        texts, unread = _readable(index, sources)
        found = index.classify(list(texts.values()), names, examples=shown)
    out = session.out
    if not shown and not any(names.values()):
        out.note("by the names of the labels alone: A=DESCRIPTION and --example A=FILE make it better")
    for problem in unread:
        out.note(f"left out: {problem.message}")
    sources = list(texts)
    rows = [(path_field(s), v.label, f"{v.confidence:.2f}") for s, v in zip(sources, found, strict=True)]
    record = [
        {"path": s, "label": v.label, "confidence": v.confidence, "shares": v.shares}
        for s, v in zip(sources, found, strict=True)
    ]
    return out.result(record, lambda: views.table(out, rows))


def _readable(index: Index, sources: Sequence[str]) -> tuple[dict[str, str], list[UsageProblem]]:
    """The texts by source, and why others have none. :raises UsageProblem: none has one."""
    texts: dict[str, str] = {}
    unread: list[UsageProblem] = []
    for source in sources:
        try:
            texts[source] = _text(index, source)
        except UsageProblem as e:
            unread.append(e)
    if not texts:
        raise unread[0]
    return texts, unread


def _names(labels: str | None, ready: str | None, examples: Sequence[str] = ()) -> dict[str, str]:
    """Label -> description. Without ``labels`` they are those that the examples name."""
    if labels is None and ready is None and examples:
        labels = ",".join(each.partition("=")[0] for each in examples)
    if (labels is None) == (ready is None):
        raise UsageProblem("give the labels with --labels, or a set with --ready", "--labels invoice,letter")
    if ready is not None:
        from gemmasearch.index import Index

        return Index.ready_labels(ready)
    names = dict(part.strip().partition("=")[::2] for part in str(labels).split(",") if part.strip())
    if len(names) < 2:
        raise UsageProblem(
            "--labels needs two labels or more", "example: --labels invoice,private,newsletter"
        )
    return names


def _text(index: Index, source: str) -> str:
    return "\n\n".join(text for _, text in _texts(index, source))


def _texts(index: Index, source: str) -> list[tuple[str, str]]:
    return [("", read_text("-"))] if source == "-" else index.example(source)


def _examples(index: Index, given: Sequence[str], names: dict[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in given:
        name, _, source = each.partition("=")
        if name not in names or not source:
            raise UsageProblem(
                f"--example {each}: no label of that name", "example: --example invoice=bill.pdf"
            )
        found.setdefault(name, []).append(_text(index, source))
    return found


COMMANDS = (
    CommandSpec("classify", classify),
    CommandSpec("add", add, group="label"),
    CommandSpec("run", run, group="label"),
    CommandSpec("review", review, group="label"),
    CommandSpec("list", list_, group="label"),
    CommandSpec("remove", remove, group="label"),
)
