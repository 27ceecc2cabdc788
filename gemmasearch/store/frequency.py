"""How many passages there are, and how many hold a word; counted once while nobody writes."""

from __future__ import annotations

from collections.abc import Iterable

from gemmasearch.store.database import Database

LIMIT = 10_000  # words that are remembered


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
