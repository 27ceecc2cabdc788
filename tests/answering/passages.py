"""Builds hits for tests: a passage as the search hands it over."""

from __future__ import annotations

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
