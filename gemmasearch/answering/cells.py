"""Rows of a table whose cell in the column that is asked about is empty: what stands in the others is no answer."""

from __future__ import annotations

import csv
from collections.abc import Sequence

from gemmasearch import light
from gemmasearch.answering import synonyms, words
from gemmasearch.answering.candidates import Candidate
from gemmasearch.answering.question import GATHERED, Question

_NOTHING = light.pattern(
    r"[\W_]*(?:no|none|nothing|n/?a|unknown|nein|keine?[rs]?|unbekannt|non|aucune?|sin)?[\W_]*"
)
_KINDS = ("yesno", "why", "how", *GATHERED)


def without(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked`` without rows that have nothing in the columns which the question names."""
    if question.kind in _KINDS or question.denies:
        return list(ranked)
    heads = {c.hit.chunk_id: split(c.text) for c in ranked if c.is_head}
    return [
        c
        for c in ranked
        if not (c.is_row and c.hit.chunk_id in heads and _empty(question, c, heads[c.hit.chunk_id]))
    ]


def split(row: str) -> list[str]:
    """The cells of a row: of Markdown, with tabs, or of CSV.

    >>> split("| Two Lads | £690 | no |"), split('ann,"Leeds, York",')
    (['Two Lads', '£690', 'no'], ['ann', 'Leeds, York', ''])
    """
    if "|" in row:
        cells = row.strip().removeprefix("|").removesuffix("|").split("|")
    elif "\t" in row:
        cells = row.split("\t")
    else:
        cells = next(csv.reader([row], delimiter=";" if row.count(";") > row.count(",") else ","), [])
    return [cell.strip() for cell in cells]


def _empty(question: Question, row: Candidate, head: Sequence[str]) -> bool:
    """Whether its cells in the columns that the question names are there, and all of them empty."""
    cells = split(row.text)
    if len(cells) != len(head):
        return False
    asked = set(question.stems) - set(question.names)
    there = [cell for name, cell in zip(head, cells, strict=True) if _names(asked, name, question.language)]
    return bool(there) and all(map(_NOTHING.fullmatch, map(words.fold, there)))


def _names(asked: set[str], column: str, language: str) -> bool:
    said = set(words.stems(column, language))
    return any(stem in said or not synonyms.of(stem, language).isdisjoint(said) for stem in asked)
