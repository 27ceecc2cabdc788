"""The Typer application: every command, in the order in which people meet them."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import typer
import typer.core

from gemmasearch.cli import (
    around,
    asking,
    caring,
    indexing,
    labelling,
    modelling,
    opening,
    searching,
    selftest,
    setup,
    streams,
    timing,
    visited,
)
from gemmasearch.cli.asked import guarded
from gemmasearch.cli.session import register
from gemmasearch.errors import Interrupted, UsageProblem

_HELP = frozenset({"-h", "--help"})  # Typer prints it with the names that context_settings has


class _Group(typer.core.TyperGroup):
    """Typer ends an interrupt with the exit code alone; it is to be said like any other, under ``--json`` too."""

    def make_context(self, *args: Any, **extra: Any) -> Any:
        with _said():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: Any) -> Any:
        with _said():
            return super().invoke(ctx)


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted("interrupted") from None


app = typer.Typer(
    name="gsearch",
    cls=_Group,
    help="Private search and answers over your own notes, e-mail and PDFs. Nothing leaves this machine.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for room in (
    indexing,
    visited,
    searching,
    opening,
    around,
    selftest,
    asking,
    labelling,
    timing,
    caring,
    modelling,
    setup,
):
    register(app, room.COMMANDS)


@app.callback(invoke_without_command=True)
def _root(version: bool = typer.Option(False, "--version", help="Print the version and exit.")) -> None:
    if version:
        from gemmasearch import __version__
        from gemmasearch.cli import render

        render.Output().line(f"gsearch {__version__}")
        raise typer.Exit


def _with_values(arguments: Sequence[str]) -> list[str]:
    """``--wait`` alone waits as long as it takes: options with a value that may be left out are none of Click's."""
    following = [*arguments, ""][1:]
    return [
        "--wait=inf" if given == "--wait" and not re.fullmatch(r"\d+(\.\d+)?", after) else given
        for given, after in zip(arguments, following, strict=True)
    ]


def invoke(arguments: Sequence[str]) -> int:
    """Parse and run; usage errors become exit code 2, an unforeseen exception one line and 70."""
    return guarded(lambda: _invoke(arguments), arguments)


def _invoke(arguments: Sequence[str]) -> int:
    from gemmasearch.cli import offers, render

    if "_GSEARCH_COMPLETE" in os.environ:
        from typer.completion import completion_init  # type: ignore[attr-defined]

        completion_init()
        offers.behind_colon(os.environ)
    stdout = sys.stdout
    try:
        with streams.named() if _HELP & {*arguments} else nullcontext():
            result = typer.main.get_command(app).main(
                args=_words_last(_with_values(arguments)),
                prog_name="gsearch",
                standalone_mode=False,
                windows_expand_args=False,
            )
        return int(result or 0)
    except SystemExit as e:
        # Typer answers a closed pipe by wrapping stdout and exiting with 1; to us that is a success.
        return 0 if sys.stdout is not stdout else int(e.code or 0)
    except typer.Abort:
        return render.failure(Interrupted("interrupted"), arguments)
    except typer.TyperException as e:
        context = getattr(e, "ctx", None)
        message = getattr(e, "format_message", e.__str__)()
        if context is not None and message == context.get_help():  # `gsearch` or `gsearch models` alone
            render.Output().note(message)
            return UsageProblem.exit_code
        message = message.replace("Value error, ", "")  # of the library that checks the values
        message = " ".join(message.split())  # choices come one to a line
        where = context.command_path if context is not None else _command_of(arguments)
        hint = _behind_the_command(getattr(context, "command", None), where, arguments)
        return render.failure(UsageProblem(message.rstrip("."), hint or f"see `{where} --help`"), arguments)


def _behind_the_command(group: Any, where: str, arguments: Sequence[str]) -> str:
    """What to say to an option that stands before the command, as other programs have it; "" = none does."""
    commands = getattr(group, "commands", {})
    at = next((i for i, given in enumerate(arguments) if given in commands), 0)
    option = next((given for given in arguments[:at] if given.startswith("-")), "")
    return f"options stand behind the command: {where} {arguments[at]} {option} …" if option else ""


def _command_of(arguments: Sequence[str]) -> str:
    """The command of a line that was broken off before Typer came to it."""
    command: Any = typer.main.get_command(app)
    path = [str(command.name)]
    for given in arguments:
        command = getattr(command, "commands", {}).get(given)
        if command is None:
            break
        path.append(given)
    return " ".join(path)


def _words_last(arguments: list[str]) -> list[str]:
    """``search boiler -garage`` means what it says: the words to exclude are no options."""
    from gemmasearch.cli import quick

    return quick.exclusions_last(arguments) if arguments[:1] == [quick.SEARCH] else arguments
