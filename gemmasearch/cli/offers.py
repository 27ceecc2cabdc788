"""What a shell offers after TAB that only the index or the catalog knows: labels, kept searches, models.

Completion says nothing of what goes wrong: where there is no index, nothing is offered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, MutableMapping
from typing import TYPE_CHECKING, Any

from gemmasearch.errors import GsearchError

if TYPE_CHECKING:
    from gemmasearch.settings import Settings

_LABEL = "label"


def behind_colon(environment: MutableMapping[str, str]) -> None:
    """To bash a colon is a word: one at the end of the line is what stands before the word that is begun."""
    at = environment.get("COMP_CWORD", "")
    words = environment.get("COMP_WORDS", "").split("\n")
    if at.isdigit() and words[int(at) :] == [":"]:
        environment["COMP_CWORD"] = str(int(at) + 1)


def label_names(ctx: Any, incomplete: str) -> list[str]:
    return _beginning(incomplete, _kept(ctx)[0])


def search_names(ctx: Any, incomplete: str) -> list[str]:
    return _beginning(incomplete, _kept(ctx)[1])


def query_words(ctx: Any, incomplete: str) -> list[str]:
    """Kept searches behind ``@``, labels behind ``label:``, also where bash takes the colon for a word."""
    if incomplete.startswith("@"):
        return ["@" + name for name in search_names(ctx, incomplete[1:])]
    before, colon, begun = incomplete.partition(":")
    if colon and before.lstrip("-") == _LABEL:
        return [f"{before}:{name}" for name in label_names(ctx, begun)]
    *_, before, colon = ("", "", *_typed(ctx))
    return label_names(ctx, incomplete) if colon == ":" and before.lstrip("-") == _LABEL else []


def _typed(ctx: Any) -> tuple[str, ...]:
    return tuple(ctx.params.get("query") or ctx.params.get("question") or ())


def model_names(role: str = "") -> Callable[[Any, str], list[str]]:
    """Names of the catalog, of one role or of both."""

    def offer(ctx: Any, incomplete: str) -> list[str]:
        from gemmasearch.known import known_models

        models = known_models(_settings(ctx))
        return _beginning(incomplete, (each.name for each in models if role in ("", each.role)))

    return offer


def _beginning(incomplete: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]


def _kept(ctx: Any) -> tuple[list[str], list[str]]:
    from gemmasearch.known import kept_names

    try:
        return kept_names(_settings(ctx))
    except (GsearchError, OSError):
        return [], []


def _settings(ctx: Any) -> Settings:
    from gemmasearch.settings import load

    given = ctx.params.get("db")
    return load({"db": given} if given else {})
