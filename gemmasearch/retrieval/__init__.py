"""JOURNEY TWO, question -> hits: the query line, words and meaning side by side, one ranking, snippets."""

from __future__ import annotations

from gemmasearch.retrieval.query import Query, Term, parse
from gemmasearch.retrieval.search import search

__all__ = ["Query", "Term", "parse", "search"]
