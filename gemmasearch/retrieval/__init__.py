"""JOURNEY TWO, question -> hits: the query line, words and meaning side by side, one ranking, snippets."""

from __future__ import annotations

from gemmasearch.retrieval.calibration import in_another_order, in_ranking
from gemmasearch.retrieval.duplicates import Twins, dupes
from gemmasearch.retrieval.explain import contradictory, empty_filters, explain, misread
from gemmasearch.retrieval.grammar import Term
from gemmasearch.retrieval.hits import at_what_is_there, within_reach
from gemmasearch.retrieval.paging import HitGroup, arranged, grouped
from gemmasearch.retrieval.query import Query, parse
from gemmasearch.retrieval.saved import kept, named, save, saved, since, unseen
from gemmasearch.retrieval.search import documents_that_match, search

__all__ = [
    "HitGroup",
    "Query",
    "Term",
    "Twins",
    "arranged",
    "at_what_is_there",
    "contradictory",
    "documents_that_match",
    "dupes",
    "empty_filters",
    "explain",
    "grouped",
    "in_another_order",
    "in_ranking",
    "kept",
    "misread",
    "named",
    "parse",
    "save",
    "saved",
    "search",
    "since",
    "unseen",
    "within_reach",
]
