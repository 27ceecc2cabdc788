"""How many passages there are, and how many hold a word; counted once while nobody writes.

To count a common word is to walk through its list: of a million passages that was half of a search by words.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from gemmasearch.store import fts
from gemmasearch.store.database import Database

LIMIT = 10_000  # words that are remembered
COMMON = 1000  # passages with a stem: how many of them hold one of its words makes no difference, as measured


class Frequency:
    """Part of Store: a search asks for the same words several times, and counting a common one takes a while."""

    db: Database
    _frequencies: tuple[tuple[int, int], dict[str, int]] | None = None

    def now(self) -> tuple[int, int]:
        """Another value after anybody has written."""
        return self.db.value("PRAGMA data_version"), self.db.value("SELECT total_changes()")

    def document_frequency(self, terms: Iterable[str]) -> dict[str, int]:
        """How many chunks hold each term; the terms as store.words writes them."""
        known = self._known()
        found = {}
        for term in terms:
            if term not in known:
                known[term] = self.db.value("SELECT doc FROM vocabulary WHERE term = ?", (term,)) or 0
            found[term] = known[term]
        return found

    def frequency_of(self, groups: Iterable[Collection[str]]) -> dict[str, int]:
        """The same for groups of words that stand for one, but a word counts as often as its stem in the group where
        that is common. It does not matter which were counted before."""
        found: dict[str, int] = {}
        for group in groups:
            stems: list[str] = []
            for word in sorted(group, key=lambda word: (len(word), word)):
                stem = next((stem for stem in stems if word.startswith(stem[:-1])), word)
                frequency = self.document_frequency((stem,))[stem]
                found[word] = max(frequency, found.get(word, 0))
                if stem == word and len(word) > 2 and frequency >= COMMON:
                    stems.append(word)
        return found

    def occurs(self, word: str, least: int = 1) -> bool:
        """Whether so many chunks hold a word; no more are counted."""
        sql = "SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT ?)"
        return bool(self.db.value(sql, (fts.quoted((word,)), least)) >= least)

    def occurring(self, words: Iterable[str]) -> set[str]:
        """Those of some words that stand in any chunk."""
        known = self._known()
        for word in (found := set(words)) - known.keys():
            if not self.occurs(word):
                known[word] = 0
        return {word for word in found if known.get(word, 1)}

    def chunk_count(self) -> int:
        known = self._known()
        if "" not in known:  # no term
            known[""] = int(self.db.value("SELECT count(*) FROM chunks"))
        return known[""]

    def _known(self) -> dict[str, int]:
        now = self.now()
        if self._frequencies is None or self._frequencies[0] != now or len(self._frequencies[1]) > LIMIT:
            self._frequencies = now, {}
        return self._frequencies[1]
