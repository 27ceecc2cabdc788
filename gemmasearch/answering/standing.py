"""Standing questions: asked once, answered again only from what has come into the index since.

Passages are numbered in the order in which they come in and no number is used twice, so "since the last run" is a
number, not a time: clocks and old dates in new mail do not matter.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from hashlib import blake2b
from typing import TYPE_CHECKING

from gemmasearch.answering.asking import answer
from gemmasearch.answering.drafting import REFUSAL
from gemmasearch.documents import Answer, Condition
from gemmasearch.errors import UsageProblem
from gemmasearch.light import dataclass
from gemmasearch.settings import Settings

if TYPE_CHECKING:
    from gemmasearch.models import Embedder, Generator
    from gemmasearch.store import Store

_STATE = "standing questions"
_REMEMBERED = 500  # reported sentences per question


@dataclass(frozen=True, slots=True)
class Standing:
    """A saved question; passages up to number ``seen`` have been looked at for it, and the sentences of which
    ``told`` has the hashes were reported: an edited note comes in anew with its old sentences."""

    name: str
    question: str
    seen: int = 0
    told: tuple[str, ...] = ()


def save(store: Store, name: str, question: str) -> Standing:
    """Save ``question`` under ``name``, replacing one of that name; what is in the index now counts as new once.

    :raises UsageProblem: an empty name or question.
    """
    if not name.strip() or not question.strip():
        raise UsageProblem(
            "a standing question needs a name and a question", 'ask --save rent "has the rent changed"'
        )
    standing = Standing(name.strip(), question.strip())
    _write(store, {**saved(store), standing.name: standing})
    return standing


def saved(store: Store) -> dict[str, Standing]:
    """All standing questions by name."""
    rows = store.own(_STATE) or []
    return {row["name"]: Standing(**{**row, "told": tuple(row["told"])}) for row in rows}


def forget(store: Store, name: str) -> None:
    """:raises UsageProblem: there is none of that name."""
    _find(store, name)
    _write(store, {n: s for n, s in saved(store).items() if n != name})


def ask_again(
    store: Store,
    embedder: Embedder | None,
    generator: Generator | None,
    name: str,
    *,
    new_only: bool = False,
    settings: Settings = Settings(),
    on_text: Callable[[str], None] | None = None,
    extract: bool = False,
    deliver: Callable[[Answer], None] | None = None,
) -> Answer:
    """Ask the saved question. With ``new_only`` only passages that came since the last run of this question are
    looked at; ``Answer.found`` False = nothing new answers it. The run counts as done once this returns, and once
    ``deliver``, which is given the answer, has returned.

    :raises UsageProblem: there is none of that name.
    """
    standing = _find(store, name)
    looked = store.found_upto()
    conditions = (Condition("chunk", ">=", standing.seen + 1),) if new_only else ()
    found = answer(
        store,
        embedder,
        generator,
        standing.question,
        settings=settings,
        conditions=conditions,
        extract=extract,
    )
    told = [blake2b(c.quote.encode("utf-8", "replace"), digest_size=8).hexdigest() for c in found.citations]
    if new_only and found.found and set(told) <= set(standing.told):
        found = replace(found, found=False, text=REFUSAL, sentences=(), citations=())
    if found.found and on_text is not None:
        on_text(found.text)
    if deliver is not None:
        deliver(found)
    kept = tuple(dict.fromkeys((*standing.told, *told)))[-_REMEMBERED:]
    seen = max(standing.seen, looked)
    _write(store, {**saved(store), name: replace(standing, seen=seen, told=kept)})
    return found


def _find(store: Store, name: str) -> Standing:
    known = saved(store)
    if name not in known:
        names = ", ".join(sorted(known)) or "there are none yet"
        raise UsageProblem(f"no standing question is called {name!r}", f"saved: {names}")
    return known[name]


def _write(store: Store, all_: dict[str, Standing]) -> None:
    store.set_state(_STATE, json.dumps([asdict(s) for s in all_.values()]))
