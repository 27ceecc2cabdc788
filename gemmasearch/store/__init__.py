"""ROWS: one SQLite file with the text, its words and its vectors. The word SELECT lives in this room only."""

from __future__ import annotations

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
