"""Keeping the work of one search small: what a filter keeps is found once, and the commonest words are left out."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import apsw

from gemmasearch.documents import Condition
from gemmasearch.store import filters, fts
from gemmasearch.store.database import Database

RANKED = 40_000  # matching passages that one question scores, about; measured: some 15 ms
PAIRED = 4  # common words of which two together are enough
LARGE = 30_000  # passages; below, every one that matches is scored
MANY = 50_000  # documents: a filter that keeps more is tried on the candidates instead
_WINDOWS, _WINDOW = (
    16,
    256,
)  # stretches of neighbouring passages in which matches are counted, and their length
# Newest files first, then by place: unlike the numbers of rows the same in every index of the same files.
IN_ORDER = 'f.mtime_ns DESC, f.path, d."offset", d.part, c.ordinal'
_PASSAGE = re.compile(r"\bc\.")
_BEYOND_FILES = re.compile(r"\b[cd]\.")


class Narrow:
    """Part of Store: see above."""

    db: Database
    _kept_documents: tuple[Any, array[int] | None] | None = None

    def kept_documents(self, conditions: Sequence[Condition]) -> array[int] | None:
        """Ids of the documents that conditions keep; None if they look at single passages.

        Remembered, as words and meaning ask for the same one after the other.
        """
        where, params = filters.compile(conditions)
        now = (where, params, self.now())
        if self._kept_documents is None or self._kept_documents[0] != now:
            kept = None
            if not _PASSAGE.search(where):
                kept = array("q", (id for (id,) in self.db.rows(*_documents(conditions))))
            self._kept_documents = (now, kept)
        return self._kept_documents[1]

    def now(self) -> tuple[int, int]:
        """Another value after anybody has written."""
        return self.db.value("PRAGMA data_version"), self.db.value("SELECT total_changes()")

    def in_order(self, chunk_ids: Sequence[int]) -> list[int]:
        """The chunks in the order ``IN_ORDER``; ids that are gone are left out."""
        sql = f"""SELECT c.id FROM chunks c JOIN documents d ON d.id = c.document_id JOIN files f ON f.id = d.file_id
                  WHERE c.id IN carray(?) ORDER BY {IN_ORDER}"""
        return [id for (id,) in self.db.rows(sql, (carray(array("q", chunk_ids)),))]

    def best_first(self, scored: Mapping[int, float]) -> list[int]:
        """The chunks of ``scored`` (id -> score), equals in the order of :meth:`in_order`."""
        counts = Counter(scored.values())
        equals = [id for id, score in scored.items() if counts[score] > 1]
        place = {id: at for at, id in enumerate(self.in_order(equals) if equals else ())}
        return sorted(scored, key=lambda id: (-scored[id], place.get(id, 0)))

    def affordable(self, terms: Sequence[str]) -> str:
        """An expression for the passages worth scoring: any of ``terms`` (expressions themselves) while no more than
        about ``RANKED`` passages match; then those with a rare one or two of the commoner ones.
        """
        last = self.db.value("SELECT seq FROM sqlite_sequence WHERE name = 'chunks'") or 0
        distinct = list(dict.fromkeys(term for term in terms if term))
        if last <= LARGE or len(distinct) < 2:
            return fts.any_of(distinct)
        shares = self._shares(distinct, last)
        ordered = sorted(distinct, key=lambda term: shares[term])
        expected = 0.0
        rare: list[str] = []
        for term in ordered:
            expected += shares[term] * last
            if expected > RANKED:
                break
            rare.append(term)
        common = ordered[len(rare) :]
        if not common:
            return fts.any_of(distinct)
        # Of the common ones the less common: two of them together count for as much as a rare one.
        pairs = [
            fts.all_of((one, other))
            for one, other in combinations(common[:PAIRED], 2)
            if shares[one] * shares[other] * last <= RANKED
        ]
        chosen = fts.any_of([*rare, *(f"({pair})" for pair in pairs)])
        if chosen and self._matches(chosen):
            return chosen
        together = fts.all_of(ordered)
        return together if self._matches(together) else ordered[0]

    def _shares(self, terms: Sequence[str], last: int) -> dict[str, float]:
        """The share of passages that match each term, counted in windows spread over the index."""
        step = max(1, last // _WINDOWS)
        windows = [(low, low + _WINDOW - 1) for low in range(1, last + 1, step)]
        sql = "SELECT count(*) FROM words_docsize WHERE id BETWEEN ? AND ?"
        there = sum(self.db.value(sql, window) for window in windows) or 1
        sql = """SELECT count(*) FROM carray(?) low CROSS JOIN words
                 WHERE words MATCH ? AND words.rowid BETWEEN low.value AND low.value + ?"""
        starts = carray(array("q", (low for low, _ in windows)))
        return {term: self.db.value(sql, (starts, term, _WINDOW - 1)) / there for term in terms}

    def _matches(self, expression: str) -> bool:
        return self.db.one("SELECT 1 FROM words WHERE words MATCH ? LIMIT 1", (expression,)) is not None


def _documents(conditions: Sequence[Condition]) -> filters.Sql:
    """What asks for the documents that conditions keep. Files are chosen first, by what needs no look at their
    documents: the index of paths is a tenth of the rows."""
    of_files = [c for c in conditions if not _BEYOND_FILES.search(filters.compile((c,))[0])]
    first, values = filters.compile(of_files)
    rest, more = filters.compile([c for c in conditions if c not in of_files])
    if not of_files:
        return f"SELECT d.id FROM documents d JOIN files f ON f.id = d.file_id WHERE {rest}", more
    chosen = f"d.file_id IN (SELECT f.id FROM files f WHERE {first})"
    if len(of_files) == len(conditions):
        return f"SELECT d.id FROM documents d WHERE {chosen}", values
    joined = "documents d JOIN files f ON f.id = d.file_id"
    return f"SELECT d.id FROM {joined} WHERE {chosen} AND {rest}", [*values, *more]


def carray(ids: array[int]) -> Any:
    return apsw.carray(ids if ids else array("q", [-1]))
