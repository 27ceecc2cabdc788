"""What every command shares on the command line: the common options.

A command is a plain function whose first parameter is the :class:`Session`. :func:`register` gives it the
common options (``--json --db --quiet --verbose``), so that no command can forget one.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from gemmasearch.cli import line, offers
from gemmasearch.cli.asked import Session, run_command
from gemmasearch.cli.render import GROUPS
from gemmasearch.light import dataclass

__all__ = ["CommandSpec", "EmbedderOption", "GeneratorOption", "Session", "offered", "register"]

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one versioned JSON object instead of text.")]
# Of a command that cannot: not offered, but understood, so that it can say which one can.
NoJsonFlag = Annotated[bool, typer.Option("--json", hidden=True)]
DbOption = Annotated[
    Path | None, typer.Option("--db", help="The index file to use.", metavar="FILE", readable=False)
]
QuietFlag = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no remarks.")]
VerboseFlag = Annotated[bool, typer.Option("--verbose", "-v", help="Say more on stderr.")]

EmbedderOption = Annotated[
    str | None,
    typer.Option(
        "--embedder",
        help="Embedding model: a catalog name, 'static', or a GGUF file.",
        metavar="MODEL",
        autocompletion=offers.model_names("embedder"),
    ),
]
GeneratorOption = Annotated[
    str | None,
    typer.Option(
        "--generator",
        help="Answer model: a catalog name, 'none', or a GGUF file.",
        metavar="MODEL",
        autocompletion=offers.model_names("generator"),
    ),
]


def offered(setting: str) -> Callable[[str], list[str]]:
    """What a shell offers for an option that is a setting: the choices that begin as what was typed."""

    def offer(incomplete: str) -> list[str]:
        from gemmasearch.settings import choices

        return [each for each in choices(setting) if each.startswith(incomplete)]

    return offer


@dataclass(frozen=True)
class CommandSpec:
    """One command: its function and where it stands on the command line."""

    name: str
    function: Callable[..., int | None]
    group: str = ""
    lists_hits: bool = False  # gives it the options that say how hits are written
    json: bool = True  # whether it prints one object under --json


PathsFlag = Annotated[bool, typer.Option("--paths", help="Print only the files' paths, each once.")]
NullFlag = Annotated[bool, typer.Option("-0", "--null", help="Like --paths, each ended by a NUL byte.")]
JsonlFlag = Annotated[bool, typer.Option("--jsonl", help="Print one JSON object per hit.")]
CsvFlag = Annotated[bool, typer.Option("--csv", help="Print a CSV table with a header.")]
FormatOption = Annotated[
    str | None,
    typer.Option("--format", metavar="TEXT", help="Print a line per hit, like '{path}:{line}: {title}'."),
]
_SHAPE: dict[str, tuple[Any, Any]] = {
    "paths": (PathsFlag, False),
    "null": (NullFlag, False),
    "jsonl": (JsonlFlag, False),
    "csv": (CsvFlag, False),
    "format": (FormatOption, None),
}

_COMMON: dict[str, Any] = {"json": JsonFlag, "db": DbOption, "quiet": QuietFlag, "verbose": VerboseFlag}


def register(app: typer.Typer, commands: Sequence[CommandSpec]) -> None:
    groups: dict[str, typer.Typer] = {}
    for spec in commands:
        home = app
        if spec.group:
            if spec.group not in groups:
                groups[spec.group] = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
                app.add_typer(groups[spec.group], name=spec.group, help=GROUPS[spec.group])
            home = groups[spec.group]
        home.command(spec.name)(_with_common_options(spec))


def _with_common_options(spec: CommandSpec) -> Callable[..., int]:
    signature = inspect.signature(spec.function, eval_str=True)
    own = list(signature.parameters.values())[1:]
    shape = _SHAPE if spec.lists_hits else {}
    kinds = _COMMON if spec.json else {**_COMMON, "json": NoJsonFlag}
    added = {**shape, **{name: (kind, line.SHARED[name]) for name, kind in kinds.items()}}
    common = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in added.items()
    ]

    def run(**values: Any) -> int:
        shared = {name: values.pop(name) for name in _COMMON}
        chosen = {name: values.pop(name) for name in shape}
        name = f"{spec.group} {spec.name}".strip()
        return run_command(spec.function, name, shared, chosen if spec.lists_hits else None, values)

    run.__doc__ = spec.function.__doc__
    run.__name__ = spec.name
    run.__signature__ = inspect.Signature([*_keyword_only(own), *common])  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in (*own, *common)}
    return run


def _keyword_only(parameters: list[inspect.Parameter]) -> list[inspect.Parameter]:
    return [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in parameters]
