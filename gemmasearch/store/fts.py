"""Words -> full-text columns and safe MATCH text.

The full-text table holds words that were analysed by :mod:`gemmasearch.store.words`, separated by spaces; SQL
functions of the same names make them from the rows, so that the table can be rebuilt and checked by SQLite itself.
"""

from __future__ import annotations

from collections.abc import Iterable

import apsw

from gemmasearch.store import words

COLUMNS = ("title", "names", "path", "headings", "body", "head_forms", "body_forms")
EXACT = ("title", "names", "path", "headings", "body")
FORMS = ("head_forms", "body_forms")
# bm25 weights in the order of COLUMNS.
WEIGHTS = (2.0, 1.5, 1.0, 1.5, 1.0, 1.0, 1.0)


def register(connection: apsw.Connection) -> None:
    """Give a connection the SQL functions that the full-text view and the filters are made of:
    ``gs_fold(text)``, ``gs_exact(text)``, ``gs_forms(text, language)``, ``gs_language(declared, text)``."""
    for name, function, arguments in (
        ("gs_fold", words.fold, 1),
        ("gs_exact", words.exact, 1),
        ("gs_forms", words.forms, 2),
        ("gs_language", lambda declared, text: declared or words.guess_language(text), 2),
    ):
        connection.create_scalar_function(
            name, function, arguments, deterministic=True, flags=apsw.SQLITE_INNOCUOUS
        )


def quoted(tokens: Iterable[str]) -> str:
    """Tokens as one FTS5 string: a phrase, in which nothing is syntax."""
    return '"' + " ".join(tokens).replace('"', "") + '"'


def within(columns: Iterable[str], expression: str) -> str:
    """An expression that looks into some columns only."""
    return "{" + " ".join(columns) + "} : (" + expression + ")"


def any_of(expressions: Iterable[str]) -> str:
    """One of them; "" if there is none."""
    return " OR ".join(dict.fromkeys(e for e in expressions if e))


def all_of(expressions: Iterable[str]) -> str:
    """All of them; "" if there is none."""
    return " AND ".join(f"({e})" for e in expressions if e)


def phrase(text: str, *, prefix: bool = False, columns: Iterable[str] = EXACT) -> str:
    """The exact words of a text side by side, "" where it has none. ``prefix``: the last word may go on."""
    tokens = words.exact(text).split()
    if not tokens:
        return ""
    if words.unspaced(text):
        tokens = _pairs_only(text, tokens)
        prefix = prefix or len(tokens[-1]) == 1
    return within(columns, quoted(tokens) + ("*" if prefix else ""))


def _pairs_only(text: str, tokens: list[str]) -> list[str]:
    """Without the single last character of a run, which stands only where a run of the text ends."""
    kept = [t for i, t in enumerate(tokens) if len(t) > 1 or not (i and tokens[i - 1].endswith(t))]
    return kept or tokens
