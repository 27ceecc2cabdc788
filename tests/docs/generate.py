"""What the README and ``completions/`` take from the program itself, so that they cannot promise anything else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
COMPLETIONS = {shell: ROOT / "completions" / f"gsearch.{shell}" for shell in ("bash", "zsh", "fish")}

_BLOCK = re.compile(r"(<!-- generated: (?P<name>[a-z-]+) -->\n).*?(\n<!-- end generated -->)", re.S)
_COMMAND = re.compile(r"<!-- command (?P<number>\d) -->\n```sh\n(?P<script>.*?)\n```", re.S)


def exit_codes() -> str:
    """The table of ``errors``: one row per code, in order."""
    from gemmasearch import errors

    rows = {0: "done: hits, an answer, or a run that ended; also when the reader of a pipe left early"}
    for kind in _below(errors.GsearchError):
        if kind.meaning:
            rows.setdefault(kind.exit_code, kind.meaning)
    return _table(("exit", "meaning"), [(str(code), rows[code]) for code in sorted(rows)])


def _below(kind: type[Any]) -> Iterator[type[Any]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)


def settings() -> str:
    from gemmasearch import settings as rooms

    defaults = rooms.Settings()
    rows = []
    for name in rooms.names():
        value = getattr(defaults, name)
        rows.append(
            (
                f"`{name}`",
                f"`{value}`" if value != "" else "",
                f"`GSEARCH_{name.upper()}`",
                rooms.help_of(name),
            )
        )
    return _table(("setting", "default", "environment", "what it does"), rows)


def models() -> str:
    from gemmasearch.models.catalog import CATALOG

    rows = [
        (f"`{e.name}`", e.role, e.title, f"{e.bytes / 1e6:,.0f} MB", e.licence, "yes" if e.package else "no")
        for e in CATALOG
    ]
    return _table(("name", "for", "what", "size", "licence", "in a Python package"), rows)


def formats() -> str:
    """The formats by kind; most suffixes of code are left to the reader's imagination."""
    from gemmasearch.readers import FORMATS

    rows = []
    for f in FORMATS:
        shown = " ".join(f"`{suffix}`" for suffix in f.suffixes[:12]) + (" …" if len(f.suffixes) > 12 else "")
        rows.append((f"`{f.kind}`", f.name, shown, f"`{f.extra}`" if f.extra else ""))
    return _table(("kind", "format", "usual suffixes", "needs the extra"), rows)


def fields() -> str:
    from gemmasearch.cli.formats import FIELDS

    return " ".join(f"`{{{name}}}`" for name in FIELDS)


def reference() -> str:
    """``--help`` of every command, 88 columns wide."""
    return "\n\n".join(
        f"### {name}\n\n```text\n{_help(name, command)}\n```"
        for name, command in _commands()
        if name != "gsearch"
    )


def overview() -> str:
    name, command = next(_commands())
    return f"```text\n{_help(name, command)}\n```"


def _help(name: str, command: Any) -> str:
    settings = {"help_option_names": ["-h", "--help"]}
    context = command.context_class(command, info_name=name, terminal_width=88, **settings)
    return str(command.get_help(context)).rstrip()


def _commands() -> Iterator[tuple[str, Any]]:
    import typer

    from gemmasearch.cli.app import app

    def walk(name: str, command: Any) -> Iterator[tuple[str, Any]]:
        yield name, command
        for child, inner in getattr(command, "commands", {}).items():
            yield from walk(f"{name} {child}", inner)

    yield from walk("gsearch", typer.main.get_command(app))


def completion(shell: str) -> str:
    from gemmasearch.cli.setup import completion_script

    return completion_script(shell)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


SECTIONS: Mapping[str, Callable[[], str]] = {
    "exit-codes": exit_codes,
    "settings": settings,
    "models": models,
    "fields": fields,
    "formats": formats,
    "overview": overview,
    "reference": reference,
}


def filled(readme: str) -> str:
    """The README with every generated part made anew.

    :raises KeyError: a marker names a part that nobody generates.
    """
    return _BLOCK.sub(lambda m: m[1] + SECTIONS[m["name"]]() + m[3], readme)


def commands(readme: str) -> dict[int, str]:
    """The numbered set-up commands, as a person would copy them."""
    return {int(m["number"]): m["script"] for m in _COMMAND.finditer(readme)}
