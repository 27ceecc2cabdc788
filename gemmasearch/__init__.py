"""gemmasearch: private, on-device search and answers over a person's own files.

>>> from gemmasearch import Index
>>> with Index.open("index.db") as index:          # doctest: +SKIP
...     index.index(["~/Documents"])
...     for hit in index.search("heating bill"):
...         print(hit.path, hit.snippet.text)
...     print(index.ask("how much was the heating bill?").text)

Names are loaded on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False  # importing typing takes a third of a warm search's start
__version__ = "0.1.0"

if TYPE_CHECKING:
    from typing import Any

    from gemmasearch.documents import Answer, Chunk, Document, Hit, SyncReport
    from gemmasearch.errors import GsearchError
    from gemmasearch.index import Index

_HOMES = {
    "Index": "gemmasearch.index",
    "Document": "gemmasearch.documents",
    "Chunk": "gemmasearch.documents",
    "Hit": "gemmasearch.documents",
    "Answer": "gemmasearch.documents",
    "SyncReport": "gemmasearch.documents",
    "GsearchError": "gemmasearch.errors",
}

__all__ = ["Answer", "Chunk", "Document", "GsearchError", "Hit", "Index", "SyncReport", "__version__"]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)
