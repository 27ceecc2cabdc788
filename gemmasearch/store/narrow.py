"""Keeping the work of one search small: what a filter keeps is found once, and the commonest words are left out."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, chain, combinations
from typing import Any, NamedTuple

import apsw

from gemmasearch import light
from gemmasearch.documents import Condition
from gemmasearch.store import filters, fts
from gemmasearch.store.database import Database
from gemmasearch.store.frequency import Frequency

RANKED = (
    8_000  # matching passages that one question scores, about; measured: 1,000 of 83,000 rank as well as all
)
EACH = 700  # … and so many for each of its terms at most, if these are fewer; measured on three and six words
ENOUGH = 240  # … of which so many make common words superfluous: no search reads more
FEW = 100  # passages found that are too few to leave it at
# Places in the lists of words that are looked through under a filter, where ENOUGH come of them; measured: among
# 83,000 passages a folder's rank as well with them as with five times as many, and with half of them worse.
WALKED = 20_000
PAIRED = 4  # common words of which two together are enough
LARGE = 30_000  # passages; below, every one that matches is scored
MANY = 50_000  # documents: a filter that keeps more is tried on the candidates instead
_WINDOWS, _WINDOW = (
    16,
    256,
)  # stretches of neighbouring passages in which matches are counted, and their length
# Newest files first, then by place: unlike the numbers of rows the same in every index of the same files.
IN_ORDER = 'f.mtime_ns DESC, f.path, d."offset", d.part, c.ordinal'
_PASSAGE = light.pattern(r"\bc\.")
_BEYOND_FILES = light.pattern(r"\b[cd]\.")


class Sought(NamedTuple):
    """A term: its MATCH expression, and the words any of which makes a passage match it; none where that cannot be
    said, of phrases and beginnings."""

    expression: str
    words: frozenset[str] = frozenset()


class Narrow(Frequency):
    """Part of Store: see above."""

    db: Database
    _kept_documents: tuple[Any, array[int] | None] | None = None
    _kept_chunks: tuple[array[int], array[int]] | None = None

    def kept_documents(self, conditions: Sequence[Condition]) -> array[int] | None:
        """Ids of the documents that conditions keep; None if they look at single passages.

        Remembered, as words and meaning ask for the same one after the other.
        """
        where, params = filters.compile(conditions)
        now = (where, params, self.now())
        if self._kept_documents is None or self._kept_documents[0] != now:
            kept = None
            if not _PASSAGE.search(where):
                kept = array("q", chain.from_iterable(self.db.rows(*_documents(conditions))))
            self._kept_documents = (now, kept)
        return self._kept_documents[1]

    def chunks_within(self, documents: array[int]) -> array[int]:
        """Ids of the chunks of documents, rising; remembered for the array that :meth:`kept_documents` gave last."""
        if self._kept_chunks is None or self._kept_chunks[0] is not documents:
            sql = "SELECT c.id FROM carray(?) k CROSS JOIN chunks c WHERE c.document_id = k.value"
            found = self.db.rows(sql, (carray(documents),))
            self._kept_chunks = (documents, array("q", sorted(chain.from_iterable(found))))
        return self._kept_chunks[1]

    def in_order(self, chunk_ids: Sequence[int]) -> list[int]:
        """The chunks in the order ``IN_ORDER``; ids that are gone are left out."""
        sql = f"""SELECT c.id FROM chunks c JOIN documents d ON d.id = c.document_id JOIN files f ON f.id = d.file_id
                  WHERE c.id IN carray(?) ORDER BY {IN_ORDER}"""
        return [id for (id,) in self.db.rows(sql, (carray(array("q", chunk_ids)),))]

    def best_first(self, scored: Mapping[int, float], limit: int) -> list[int]:
        """The best ``limit`` chunks of ``scored`` (id -> score). Which of those that equal the last are among them is
        settled by the order of :meth:`in_order`; the order of other equals is open."""
        ordered = sorted(scored, key=lambda id: -scored[id])
        if limit >= len(ordered):
            return ordered
        least = scored[ordered[limit - 1]]
        better = [id for id in ordered[:limit] if scored[id] > least]
        equal = [id for id in ordered[len(better) :] if scored[id] == least]
        return better + self.in_order(equal)[: limit - len(better)]

    def affordable(
        self, terms: Sequence[Sought], share: float = 1.0, ranked: int | None = None
    ) -> Iterator[str]:
        """Expressions for the passages worth scoring, the next for where the one before finds too few: those with
        any of ``terms`` while no more than about ``ranked`` passages match, or ``EACH`` for each term if these are
        fewer; then those with a rare one, or with two of the commoner ones. What is common counts again when the
        best are read.

        :param share: of the passages that a filter keeps. :param ranked: None = ``RANKED``.
        """
        distinct = {term.expression: term for term in terms if term.expression}
        ranked = min(ranked or RANKED, EACH * len(distinct))
        every = fts.any_of(distinct)
        total = self.chunk_count()
        if total <= LARGE or len(distinct) < 2:
            yield every
            return
        shares = self._shares(list(distinct.values()))
        ordered = sorted(distinct, key=lambda term: shares[term])
        walked = list(accumulate(shares[term] * total for term in ordered))
        expected = [share * each for each in walked]
        rare = ordered[: sum(each <= ranked for each in expected)]
        while len(rare) > 1 and walked[len(rare) - 1] > WALKED and expected[len(rare) - 2] >= ENOUGH:
            rare.pop()
        common = ordered[len(rare) :]
        there = expected[len(rare) - 1] if rare else 0.0
        pairs = _pairs(common[:PAIRED], shares, share * total, ranked - there) if there < ENOUGH else []
        yield fts.any_of([*rare, *pairs]) or fts.all_of(ordered)
        if common:
            yield fts.any_of([*rare, *pairs, common[0]])
            yield every  # what is rare in the whole index need not be where a filter looks

    def _shares(self, terms: Sequence[Sought]) -> dict[str, float]:
        """The share of passages that match each term: that of the commonest of its words, or what is counted in
        windows spread over the index."""
        total = self.chunk_count()
        frequency = self.frequency_of(term.words for term in terms)
        counted = {t.expression: max(map(frequency.__getitem__, t.words)) / total for t in terms if t.words}
        others = [term.expression for term in terms if not term.words]
        return counted | (self._in_windows(others) if others else {})

    def _in_windows(self, expressions: Sequence[str]) -> dict[str, float]:
        last = self.db.value("SELECT seq FROM sqlite_sequence WHERE name = 'chunks'") or 0
        step = max(1, last // _WINDOWS)
        windows = [(low, low + _WINDOW - 1) for low in range(1, last + 1, step)]
        sql = "SELECT count(*) FROM words_docsize WHERE id BETWEEN ? AND ?"
        there = sum(self.db.value(sql, window) for window in windows) or 1
        sql = """SELECT count(*) FROM carray(?) low CROSS JOIN words
                 WHERE words MATCH ? AND words.rowid BETWEEN low.value AND low.value + ?"""
        starts = carray(array("q", (low for low, _ in windows)))
        return {each: self.db.value(sql, (starts, each, _WINDOW - 1)) / there for each in expressions}


def _pairs(common: Sequence[str], shares: Mapping[str, float], total: float, room: float) -> list[str]:
    """Expressions for two of the common terms, the rarest first, as long as no more than about ``room`` passages
    match: two of them together count for as much as a rare one."""
    chosen: dict[str, list[str]] = {}
    for one, other in sorted(combinations(common, 2), key=lambda pair: shares[pair[0]] * shares[pair[1]]):
        room -= shares[one] * shares[other] * total
        if room < 0:
            break
        chosen.setdefault(one, []).append(other)
    return [f"({fts.all_of((one, fts.any_of(others)))})" for one, others in chosen.items()]


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
