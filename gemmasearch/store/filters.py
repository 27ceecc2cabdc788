"""Filters as SQL: conditions become one expression over f (files), d (documents) and c (chunks)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gemmasearch.documents import Condition

# When a document is from: its own date, else its file's.
DATE = "coalesce(d.date, f.mtime_ns / 1e9)"

_COLUMNS = {
    "path": "CAST(f.path AS TEXT)",
    "kind": "d.kind",
    "type": "d.kind",
    "from": "d.sender",
    "to": "d.recipients",
    "cc": "d.copies",
    "subject": "d.title",
    "title": "d.title",
    "size": "f.size",
    "date": DATE,
    "after": DATE,
    "before": DATE,
}


def compile(conditions: Sequence[Condition]) -> tuple[str, list[Any]]:
    """:return: SQL to follow WHERE or AND (``1`` without conditions) and its parameters, in order."""
    parts, params = [], []
    for condition in conditions:
        sql, values = _one(condition)
        parts.append(f"NOT ({sql})" if condition.negated else f"({sql})")
        params += values
    return " AND ".join(parts) or "1", params


def _one(condition: Condition) -> tuple[str, list[Any]]:
    column = _COLUMNS[condition.field]
    if condition.op == "has":
        return f"instr(lower({column}), lower(?)) > 0", [condition.value]
    operator = {"is": "=", ">=": ">=", "<": "<"}[condition.op]
    return f"{column} {operator} ?", [condition.value]
