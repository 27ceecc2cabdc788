"""ROWS: one SQLite file with the text, its words and its vectors. The word SELECT lives in this room only.

Names are loaded on first use: a run that finds nothing new needs next to nothing of it.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gemmasearch.store.rows import (
        DocumentRow,
        FileRow,
        PassageRow,
        Pending,
        Reading,
        Root,
        RootSummary,
        SpaceRow,
        Span,
        Summary,
    )
    from gemmasearch.store.store import Store

__all__ = [
    "DocumentRow",
    "FileRow",
    "PassageRow",
    "Pending",
    "Reading",
    "Root",
    "RootSummary",
    "SpaceRow",
    "Span",
    "Store",
    "Summary",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(
        import_module("gemmasearch.store.store" if name == "Store" else "gemmasearch.store.rows"), name
    )
