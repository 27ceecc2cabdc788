"""Labels: what they are, what a person decided, and what a run believes.

A decision belongs to a document's place, content and Message-ID, not to its row: rows change when a file is read
again. Verdicts belong to rows and are made anew by the next run.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from gemmasearch.documents import Condition
from gemmasearch.store import filters
from gemmasearch.store.database import JOINED, Database
from gemmasearch.store.files import UNPURGED
from gemmasearch.store.keys import clean
from gemmasearch.store.roots import below
from gemmasearch.store.rows import LabelRow, VerdictRow

if TYPE_CHECKING:
    import numpy as np

_MINE = filters.DECIDED_OF
_DECIDED = (
    f"(SELECT p.yes FROM decisions p WHERE p.label_id = l.id AND ({_MINE}) ORDER BY p.made DESC LIMIT 1)"
)


class Labels:
    """Part of Store: labels."""

    db: Database

    def labels(self) -> list[LabelRow]:
        """Every label in the order of its name, with its examples and how much was decided and found."""
        having = self._having()
        sql = """SELECT l.id, l.name, l.rivals, l.kind, l.description,
                        (SELECT count(*) FROM decisions p WHERE p.label_id = l.id) FROM labels l ORDER BY l.name"""
        return [
            LabelRow(id, name, rivals, kind, said, self._examples(id), decided, having.get(id, 0))
            for id, name, rivals, kind, said, decided in self.db.rows(sql)
        ]

    def label_names(self) -> list[str]:
        """Nothing else of them is counted, which takes time."""
        return [str(name) for (name,) in self.db.rows("SELECT name FROM labels ORDER BY name")]

    def _having(self) -> dict[int, int]:
        """Label id -> how many documents have it."""
        have = set(self.db.rows("SELECT label_id, document_id FROM verdicts WHERE chosen"))
        for label, document, yes in self.decided():
            (have.add if yes else have.discard)((label, document))
        return Counter(label for label, _ in have)

    def _examples(self, label_id: int) -> tuple[tuple[str, str], ...]:
        rows = self.db.rows(
            "SELECT path, text FROM label_examples WHERE label_id = ? ORDER BY id", (label_id,)
        )
        return tuple((os.fsdecode(path), text) for path, text in rows)

    def put_label(self, name: str, *, rivals: str | None, kind: str | None, description: str | None) -> int:
        """Make a label or change it; what is None stays as it is. :return: its id."""
        with self.db.writing():
            self.db.run("INSERT INTO labels(name) VALUES(?) ON CONFLICT DO NOTHING", (name,))
            given = [None if text is None else clean(text) for text in (rivals, kind, description)]
            self.db.run(
                """UPDATE labels SET rivals = coalesce(?, rivals), kind = coalesce(?, kind),
                          description = coalesce(?, description) WHERE name = ?""",
                (*given, name),
            )
            return int(self.db.value("SELECT id FROM labels WHERE name = ?", (name,)))

    def add_examples(self, label_id: int, examples: Iterable[tuple[str, str]]) -> None:
        """Texts that have the label, each with the path it came from ("" = none)."""
        self.db.many(
            "INSERT INTO label_examples(label_id, path, text) VALUES(?, ?, ?) ON CONFLICT DO NOTHING",
            [(label_id, os.fsencode(path), clean(text)) for path, text in examples],
        )

    def remove_label(self, name: str) -> bool:
        """With all that was decided and found. :return: whether there was one."""
        with self.db.writing():
            found = self.db.value("SELECT id FROM labels WHERE name = ?", (name,))
            self.db.run("DELETE FROM labels WHERE id = ?", (found,))
        return found is not None

    def decide(self, label_id: int, document_id: int, yes: bool | None) -> None:
        """A person's word on one document; it stands until the person says otherwise, or takes it back (None)."""
        if yes is None:
            self.db.run(
                f"""DELETE FROM decisions WHERE (label_id, path, part) IN (
                    SELECT p.label_id, p.path, p.part FROM decisions p, documents d JOIN files f ON f.id = d.file_id
                    WHERE p.label_id = ? AND d.id = ? AND ({_MINE}))""",
                (label_id, document_id),
            )
            return
        self.db.run(
            """INSERT OR REPLACE INTO decisions(label_id, path, part, hash, message_id, yes, made)
               SELECT ?1, f.path, d.part, d.hash, d.message_id, ?3, ?4
               FROM documents d JOIN files f ON f.id = d.file_id WHERE d.id = ?2""",
            (label_id, document_id, int(yes), time.time()),
        )

    def decided(self) -> list[tuple[int, int, bool]]:
        """(label id, document id, yes) of every decision whose document is in the index."""
        sql = """
            SELECT p.made, p.label_id, d.id, p.yes FROM decisions p JOIN files f ON f.path = p.path
            JOIN documents d ON d.file_id = f.id AND d.part = p.part
            UNION ALL
            SELECT p.made, p.label_id, d.id, p.yes FROM documents d CROSS JOIN decisions p ON p.hash = d.hash
            UNION ALL
            SELECT p.made, p.label_id, d.id, p.yes FROM decisions p
            JOIN documents d ON d.message_id = p.message_id WHERE p.message_id <> '' ORDER BY 1"""
        last = {(label, document): bool(yes) for _, label, document, yes in self.db.rows(sql)}
        return [(label, document, yes) for (label, document), yes in last.items()]

    def forget_decisions(self, paths: Sequence[str]) -> None:
        """What was decided about, and learned from, files at and below the paths."""
        with self.db.writing():
            for path in paths:
                low, high = below(path)
                where = "WHERE path = ? OR (path >= ? AND path < ?)"
                for table in ("decisions", "label_examples"):
                    self.db.run(f"DELETE FROM {table} {where}", (os.fsencode(path), low, high))

    def unlearn(self, document_ids: Iterable[int]) -> None:
        """What was decided about documents goes, and every example that says what one of them says."""
        with self.db.writing():
            examples = [
                (id, _plainly(text)) for id, text in self.db.rows("SELECT id, text FROM label_examples")
            ]
            for document in document_ids:
                self.db.run(
                    f"""DELETE FROM decisions WHERE (label_id, path, part) IN (
                        SELECT p.label_id, p.path, p.part FROM documents d JOIN files f ON f.id = d.file_id
                        JOIN decisions p ON ({_MINE}) WHERE d.id = ?)""",
                    (document,),
                )
                if examples:
                    said = _plainly(self._text(document))
                    learned = [(id,) for id, text in examples if text == said]
                    self.db.many("DELETE FROM label_examples WHERE id = ?", learned)

    def follow_examples(self) -> None:
        """An example that is all of an indexed file says what the file says now; with its text, it goes. One of a
        file that holds documents, such as a mailbox, goes with its own."""
        sql = """SELECT e.id, e.text, min(d.id) FROM label_examples e JOIN files f ON f.path = e.path
                 LEFT JOIN documents d ON d.file_id = f.id GROUP BY e.id
                 HAVING count(d.id) = 0 OR count(d.id) = 1 AND max(d.part) = ''"""
        for id, text, document in self.db.rows(sql):
            now = self._text(document) if document else ""
            if not now:
                self.db.run("DELETE FROM label_examples WHERE id = ?", (id,))
            elif _plainly(now) != _plainly(text):
                self.db.run("UPDATE OR REPLACE label_examples SET text = ? WHERE id = ?", (now, id))
        if self.db.value("SELECT 1 FROM state WHERE name = ?", (UNPURGED,)):  # something was taken out
            self._drop_unsaid()

    def _drop_unsaid(self) -> None:
        """Examples go that none of the documents within their file says any more."""
        sql = """SELECT e.id, e.text, f.id FROM label_examples e JOIN files f ON f.path = e.path
                 WHERE EXISTS (SELECT 1 FROM documents d WHERE d.file_id = f.id AND d.part <> '')"""
        unsaid: dict[int, dict[str, list[int]]] = {}
        for id, text, file in self.db.rows(sql):
            unsaid.setdefault(file, {}).setdefault(_plainly(text), []).append(id)
        for file, texts in unsaid.items():
            for (document,) in self.db.rows("SELECT id FROM documents WHERE file_id = ?", (file,)):
                if not texts:
                    break
                texts.pop(_plainly(self._text(document)), None)
            gone = [(id,) for ids in texts.values() for id in ids]
            self.db.many("DELETE FROM label_examples WHERE id = ?", gone)

    def _text(self, document_id: int) -> str:
        sql = "SELECT gs_text(text) FROM chunks WHERE document_id = ? ORDER BY ordinal"
        return "".join(text for (text,) in self.db.rows(sql, (document_id,)))

    def put_verdicts(self, document_ids: Sequence[int], rows: Sequence[tuple[int, int, float, bool]]) -> None:
        """Replace what is believed of some documents: (document id, label id, confidence, chosen)."""
        with self.db.writing():
            self.db.many("DELETE FROM verdicts WHERE document_id = ?", [(id,) for id in document_ids])
            self.db.many(
                "INSERT INTO verdicts(document_id, label_id, confidence, chosen) SELECT ?1, ?2, ?3, ?4 "
                "WHERE EXISTS (SELECT 1 FROM documents WHERE id = ?1)",
                [(document, label, score, int(chosen)) for document, label, score, chosen in rows],
            )

    def verdicts(self, label_id: int, *, undecided: bool = False) -> list[VerdictRow]:
        """What is believed and decided of one label's documents, surest first."""
        sql = f"""
            SELECT d.id, (SELECT min(id) FROM chunks WHERE document_id = d.id), f.path, d.part, d.kind, d.title,
                   v.confidence, v.chosen, {_DECIDED} AS decided
            FROM verdicts v JOIN labels l ON l.id = v.label_id JOIN documents d ON d.id = v.document_id
            JOIN files f ON f.id = d.file_id
            WHERE v.label_id = ? {"AND decided IS NULL" if undecided else ""}
            ORDER BY coalesce(decided, v.confidence) DESC, d.id"""
        return [
            VerdictRow(id, chunk, os.fsdecode(path), part, kind, title, score, bool(chosen), _said(decided))
            for id, chunk, path, part, kind, title, score, chosen, decided in self.db.rows(sql, (label_id,))
        ]

    def document_vectors(
        self, conditions: Sequence[Condition] = (), *, batch: int = 4000
    ) -> Iterator[tuple[list[int], list[str], np.ndarray]]:
        """Documents under the conditions by one vector each, the normalised mean of their passages' in the active
        space: (ids, kinds, matrix of shape (n, dim)), a batch at a time. A document without a vector is left out.
        """
        where, params = filters.compile(conditions)
        sql = f"""
            SELECT d.id, d.kind, v.vector FROM documents d JOIN files f ON f.id = d.file_id
            JOIN chunks c ON c.document_id = d.id JOIN spaces s ON s.state = 'active'
            JOIN vectors v ON v.space_id = s.id AND v.key = c.key
            WHERE d.id > ? AND d.id <= ? AND d.id IN (
                SELECT d.id FROM {JOINED}
                WHERE d.id > ? AND d.id <= ? AND {where})
            ORDER BY d.id"""
        last = int(self.db.value("SELECT coalesce(max(id), 0) FROM documents"))
        for first in range(0, last, batch):
            span = (first, first + batch)
            if rows := self.db.rows(sql, (*span, *span, *params)):
                yield _means(rows)


def _plainly(text: str) -> str:
    """Without what may differ between a text that was just read and one that comes from its passages."""
    return " ".join(text.split())


def _said(decided: int | None) -> bool | None:
    return None if decided is None else bool(decided)


def _means(rows: Sequence[Any]) -> tuple[list[int], list[str], np.ndarray]:
    import numpy as np

    ids = np.array([row[0] for row in rows])
    matrix = np.stack([np.frombuffer(row[2], np.int8) for row in rows]).astype(np.float32)
    matrix /= np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1)
    starts = np.flatnonzero(np.r_[True, ids[1:] != ids[:-1]])
    sums = np.add.reduceat(matrix, starts, axis=0)
    norms = np.linalg.norm(sums, axis=1, keepdims=True)
    return ids[starts].tolist(), [rows[at][1] for at in starts.tolist()], sums / np.where(norms > 0, norms, 1)
