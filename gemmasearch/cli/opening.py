"""``open``: hand a hit's file to the program of the person's choice, at its page or line.

The program is started with an argument list, never through a shell, and always with an absolute path, so that no
file name can be taken for an option or a command. What the desktop would run rather than show is refused.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

import typer

from gemmasearch.cli.session import CommandSpec, Session
from gemmasearch.errors import MachineRefused, UsageProblem

if TYPE_CHECKING:
    from gemmasearch.index import Place
    from gemmasearch.settings import Settings

_RUNNABLE = (
    *(".app", ".appimage", ".bash", ".bat", ".cmd", ".com", ".command", ".csh", ".desktop", ".exe", ".fish"),
    *(".jar", ".js", ".lnk", ".msi", ".pif", ".pl", ".ps1", ".py", ".rb", ".run", ".scpt", ".scr", ".sh"),
    *(".terminal", ".tool", ".url", ".vbs", ".webloc", ".workflow", ".wsf", ".zsh"),
)
_DESKTOP = (
    *("open", "xdg-open", "gio", "gnome-open", "gvfs-open", "kde-open", "kde-open5", "kfmclient", "exo-open"),
    *("mimeopen", "handlr", "rifle", "wslview"),
)
_SHELLS = ("sh", "ash", "bash", "csh", "dash", "fish", "ksh", "mksh", "tcsh", "zsh")
_LINE_EDITORS = ("emacs", "emacsclient", "joe", "kak", "micro", "mg", "nano", "ne", "nvim", "vi", "vim")


def open_(
    session: Session,
    target: Annotated[
        str,
        typer.Argument(metavar="HIT-OR-PATH", help="A hit's handle (c123) or the path of an indexed file."),
    ],
    force: Annotated[
        bool, typer.Option("--force", help="Also a file that the desktop would run instead of show.")
    ] = False,
    print_: Annotated[bool, typer.Option("--print", help="Print the command instead of running it.")] = False,
) -> int:
    """Open a hit's file at its page or line, in editor or viewer."""
    with session.index() as index:
        place = index.place(target)
    return show_place(session, place, target, force=force, print_=print_)


def show_place(
    session: Session, place: Place, target: str, *, force: bool = False, print_: bool = False
) -> int:
    """Start the program for a place.

    :raises UsageProblem: a part of a mail, a page of the network, or a file that would be run.
    """
    if place.inside:
        what = "a message" if place.kind == "mail" else "an attachment"
        raise UsageProblem(f"{target} is {what} inside {place.path}", f"`gsearch show {target}` shows it")
    if place.url:
        raise UsageProblem(f"{target} is a visited page: {place.url}", "gsearch opens no page of the network")
    argv = command_for(place, session.settings, os.environ.get("VISUAL") or os.environ.get("EDITOR") or "")
    if os.path.basename(argv[0]) in _DESKTOP and not force and runnable(place.path):
        raise UsageProblem(f"{place.path} would be run, not shown", "--force opens it all the same")
    if print_ or session.out.json:
        return session.out.result({"argv": argv}, lambda: session.out.line(shlex.join(argv)))
    if shutil.which(argv[0]) is None:
        raise MachineRefused(
            f"there is no program {argv[0]}", "set open_text, open_pdf or open_other (`gsearch config`)"
        )
    if code := _run(argv):
        raise MachineRefused(f"{argv[0]} ended with exit code {code}: {shlex.join(argv)}")
    return 0


def command_for(place: Place, settings: Settings, editor: str) -> list[str]:
    """The argument list that opens a place: the configured template, else the editor, else the desktop's opener.

    In a template ``{path}``, ``{page}`` and ``{line}`` are replaced inside each argument after it was split.
    """
    template = {"pdf": settings.open_pdf, "note": settings.open_text}.get(place.kind, settings.open_other)
    if template.strip():
        return _filled(template, place)
    if place.kind == "note" and (argv := _arguments(editor, "VISUAL or EDITOR")):
        known = os.path.basename(argv[0]) in _LINE_EDITORS
        return [*argv, *([f"+{place.line}"] if known and place.line else []), place.path]
    return ["open" if sys.platform == "darwin" else "xdg-open", place.path]


def _arguments(command: str, origin: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError as e:
        raise UsageProblem(f"cannot understand the command {command!r}: {e}", f"see {origin}") from None


def _filled(template: str, place: Place) -> list[str]:
    arguments = _arguments(template, "`gsearch config`")
    values = {"{path}": place.path, "{page}": str(place.page or 1), "{line}": str(place.line or 1)}
    for field in re.findall(r"\{[a-z]+\}", template):
        if field not in values:
            raise UsageProblem(f"no such field: {field} in {template!r}", f"fields: {', '.join(values)}")
    if "{path}" in arguments[0]:
        raise UsageProblem(f"{template!r} would run the file itself", "name the program that opens it first")
    if _is_code(arguments):
        raise UsageProblem(
            f"{template!r} would let a shell run what a file's name says",
            """give the name as an argument: sh -c 'less "$1"' sh {path}""",
        )
    filled = []
    for argument in arguments:
        # One pass, so that a file called "{line}" stays what it is.
        pieces, rest = [], argument
        while rest:
            name = next((n for n in values if rest.startswith(n)), None)
            pieces.append(values[name] if name else rest[0])
            rest = rest[len(name) :] if name else rest[1:]
        filled.append("".join(pieces))
    return filled if any("{path}" in a for a in arguments) else [*filled, place.path]


def _is_code(arguments: list[str]) -> bool:
    """Whether the path would become part of what a shell is told to run."""
    shells = [at for at, each in enumerate(arguments) if os.path.basename(each) in _SHELLS]
    return bool(shells) and any(
        re.fullmatch(r"-[a-z]*c", flag) and "{path}" in code
        for flag, code in pairwise(arguments[shells[0] + 1 :])
    )


def runnable(path: str) -> bool:
    """Would a desktop start this file rather than show it?"""
    return os.path.splitext(path)[1].lower() in _RUNNABLE or (
        os.path.isfile(path) and os.access(path, os.X_OK)
    )


def _run(argv: list[str]) -> int:
    return subprocess.run(argv, check=False).returncode


COMMANDS = (CommandSpec("open", open_),)
