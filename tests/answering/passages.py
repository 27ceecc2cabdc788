"""What tests are made of: a passage as the search hands it over, the date of a document."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any

from gemmasearch.documents import Hit, Snippet

_number = count(1)


def hit(text: str, *, score: float = 1.0, **more: Any) -> Hit:
    number = next(_number)
    fields: dict[str, Any] = {"path": f"/home/n/{number}.md", "part": "", "kind": "note", "title": ""}
    return Hit(
        id=f"c{number}", chunk_id=number, document_id=number, score=score, snippet=Snippet(text[:80]),
        text=text, start=0, end=len(text), **(fields | more),
    )  # fmt: skip


def noon(year: int, month: int, day: int = 15) -> float:
    """A date of a document."""
    return datetime(year, month, day, 12, tzinfo=UTC).timestamp()
