"""Looking things up: words, lists, passages, documents."""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from gemmasearch.documents import Condition
from gemmasearch.errors import IndexDamaged
from gemmasearch.store import filters, fts, seals
from gemmasearch.store.database import JOINED, Database, Row
from gemmasearch.store.failures import REPAIR
from gemmasearch.store.narrow import FEW, IN_ORDER, MANY, Narrow, Sought, carray
from gemmasearch.store.packing import plain
from gemmasearch.store.rows import DocumentRow, PassageRow, Reading, Span

# The index of paths holds each a second time: a bad block hits one of them.
_OTHER_PATH = "f.id IS NOT (SELECT x.id FROM files x WHERE x.path = f.path)"
_PASSAGE = f"""
SELECT c.id, d.id, f.path, d.part, d.kind, d.title, c.text, c.start, c."end", c.ordinal, c.headings, c.page,
       c.label, c.line, c.quoted, d.date, d.sender, d.recipients, d.copies, d.message_id, d.attachments, d.tags,
       d.language, d.meta, f.mtime_ns, f.size, c.key,
       {seals.broken(seals.CHUNK, "c.")} OR {seals.broken(seals.DOCUMENT, "d.")} OR {_OTHER_PATH}
FROM {JOINED}"""
_DOCUMENT = f"""
SELECT d.id, f.path, d.part, d.kind, d.title, d.date, d.sender, d.recipients, d.copies, d.message_id, d.refs,
       d.attachments, d.tags, d.language, d.meta, d."offset", d.length, f.mtime_ns, f.size,
       {seals.broken(seals.DOCUMENT, "d.")} OR {_OTHER_PATH}
FROM documents d JOIN files f ON f.id = d.file_id"""
_SPANS = f"""
SELECT document_id, id, start, "end", headings, page, label, line, quoted, tokens, text,
       {seals.broken(seals.CHUNK, "chunks.")}
FROM chunks WHERE document_id IN carray(?1) ORDER BY document_id, ordinal"""


class Passages(Narrow):
    """Part of Store: reading."""

    db: Database

    def match(
        self, expression: str, limit: int, conditions: Sequence[Condition] = ()
    ) -> list[tuple[int, float]]:
        """Chunks that match an FTS5 expression: (chunk id, bm25 turned so that higher is better), best first."""
        if not conditions:
            return self._ranked(expression, limit)
        kept = self.kept_documents(conditions)
        if kept is None:
            where, params = filters.compile(conditions)
            holds = f"(SELECT true FROM {JOINED} WHERE c.id = words.rowid AND {where})"
            return self._ranked(expression, limit, holds, params)
        if len(kept) <= MANY:
            return self._match_within(expression, limit, kept)
        sql = "(SELECT c.document_id FROM chunks c WHERE c.id = words.rowid) IN (SELECT value FROM carray(?))"
        return self._ranked(expression, limit, sql, (carray(kept),))

    def match_any(
        self,
        terms: Sequence[Sought],
        limit: int,
        conditions: Sequence[Condition] = (),
        *,
        ranked: int | None = None,
    ) -> list[tuple[int, float]]:
        """:meth:`match` for any of some terms, without those that are too common in a large index.

        :param ranked: about so many passages are scored there; see :meth:`affordable`.
        """
        kept = self.kept_documents(conditions) if conditions else None
        share = 1.0 if kept is None else len(kept) / (self.db.value("SELECT max(id) FROM documents") or 1)
        found: list[tuple[int, float]] = []
        for expression in self.affordable(terms, share, ranked):
            if expression and len(found) < min(limit, FEW):
                found = self.match(expression, limit, conditions)
        return found

    def _match_within(self, expression: str, limit: int, documents: array[int]) -> list[tuple[int, float]]:
        ids = self.chunks_within(documents)
        if not ids:
            return []
        # Files of a folder were mostly read one after the other: the full-text index skips what is not near them.
        within = "+rowid IN (SELECT value FROM carray(?)) AND rowid BETWEEN ? AND ?"
        return self._ranked(expression, limit, within, (carray(ids), ids[0], ids[-1]))

    def _ranked(
        self, expression: str, limit: int, within: str = "true", params: Sequence[Any] = ()
    ) -> list[tuple[int, float]]:
        """What matches and is not ``within`` is passed over before it is scored, which is most of the work. SQLite's
        hidden column ``rank`` would do it all a second time."""
        sql = f"""
            SELECT rowid, -bm25(words, {", ".join(map(str, fts.WEIGHTS))}) AS score FROM words
            WHERE words MATCH ? AND {within} ORDER BY score DESC, rowid LIMIT ?"""
        return [(id, score) for id, score in self.db.rows(sql, (expression, *params, limit))]

    def listing(self, conditions: Sequence[Condition], limit: int) -> list[int]:
        """The chunk that stands for each document under the conditions, newest documents first."""
        where, params = filters.compile(conditions)
        sql = f"""
            SELECT min(c.id) FROM {JOINED} WHERE {where}
            GROUP BY d.id ORDER BY {filters.DATE} DESC, d.id LIMIT ?"""
        return self._in_own_words([id for (id,) in self.db.rows(sql, (*params, limit))], conditions)

    def first_chunks(self, document_ids: Sequence[int]) -> list[int]:
        """The chunk that stands for each document, in the order asked."""
        sql = "SELECT document_id, min(id) FROM chunks WHERE document_id IN carray(?) GROUP BY document_id"
        found: dict[int, int] = dict(self.db.rows(sql, (carray(array("q", document_ids)),)))
        return self._in_own_words([found[id] for id in document_ids if id in found])

    def _in_own_words(self, first: Sequence[int], conditions: Sequence[Condition] = ()) -> list[int]:
        """First chunks of documents; where one is a quotation, the first that is none in its place, if any is.

        Only what is listed is looked at: whether a chunk is a quotation stands in its row, not in an index.
        """
        quoted = self.quoted_among(first)
        if not quoted:
            return list(first)
        document = self.documents_of(list(quoted))
        where, params = filters.compile(conditions)
        sql = f"""SELECT d.id, min(c.id) FROM {JOINED}
                  WHERE d.id IN carray(?) AND NOT c.quoted AND {where} GROUP BY d.id"""
        own: dict[int, int] = dict(self.db.rows(sql, (carray(array("q", document.values())), *params)))
        return [own.get(document[id], id) if id in quoted else id for id in first]

    def passages(self, chunk_ids: Sequence[int]) -> list[PassageRow]:
        """In the order asked; ids that are gone are left out."""
        rows = self._sealed(
            self.db.rows(f"{_PASSAGE} WHERE c.id IN carray(?)", (carray(array("q", chunk_ids)),))
        )
        found = {row[0]: _passage(row) for row in rows}
        return [found[id] for id in chunk_ids if id in found]

    def readings(self, chunk_ids: Sequence[int]) -> list[Reading]:
        """What the full-text index was made of, in the order of :meth:`in_order`. A file without a title goes by its
        name."""
        sql = f"""SELECT c.id, d.id,
                         CASE WHEN d.title = '' AND d.kind <> 'mail' THEN {filters.NAME}
                              ELSE CAST(d.title AS TEXT) END,
                         d.sender || ' ' || d.recipients || ' ' || d.copies || ' ' || d.attachments || ' ' || d.tags,
                         CAST(f.path_words AS TEXT), CAST(c.headings AS TEXT), c.text, CAST(d.language AS TEXT)
                  FROM {JOINED} WHERE c.id IN carray(?) ORDER BY {IN_ORDER}"""
        rows = self.db.rows(sql, (carray(array("q", chunk_ids)),))
        return [
            Reading(chunk, document, title, names, path, headings, plain(stored), language)
            for chunk, document, title, names, path, headings, stored, language in rows
        ]

    def documents_of(self, chunk_ids: Sequence[int]) -> dict[int, int]:
        """Chunk id -> the id of its document; chunks that are gone are left out."""
        sql = "SELECT id, document_id FROM chunks WHERE id IN carray(?)"
        return dict(self.db.rows(sql, (carray(array("q", chunk_ids)),)))

    def quoted_among(self, chunk_ids: Iterable[int]) -> set[int]:
        """Those of the chunks that are quoted replies or signatures."""
        sql = "SELECT id FROM chunks WHERE id IN carray(?) AND quoted"
        return {id for (id,) in self.db.rows(sql, (carray(array("q", chunk_ids)),))}

    def document(self, document_id: int) -> DocumentRow | None:
        found = self._documents(f"{_DOCUMENT} WHERE d.id = ?", (document_id,))
        return found[0] if found else None

    def documents_at(self, path: str) -> list[DocumentRow]:
        """All documents of a file, in the order of their parts' places."""
        where = 'WHERE f.path = ? ORDER BY d."offset", d.id'
        return self._documents(f"{_DOCUMENT} {where}", (os.fsencode(path),))

    def _documents(self, sql: str, params: Any) -> list[DocumentRow]:
        with self.db.snapshot():
            heads = self._sealed(self.db.rows(sql, params))
            ids = carray(array("q", [head[0] for head in heads]))
            spans = self._sealed(self.db.rows(_SPANS, (ids,))) if heads else []
        chunks = {id: list(rows) for id, rows in groupby(spans, key=lambda row: row[0])}
        return [_document(head, chunks.get(head[0], [])) for head in heads]

    def _sealed(self, rows: Sequence[Row]) -> list[Row]:
        """The rows without their last column, which says that a seal is broken.

        :raises IndexDamaged: one is.
        """
        if any(row[-1] for row in rows):
            raise IndexDamaged(
                f"the index {self.db.path} is damaged (a text is not what was written)", REPAIR
            )
        return [row[:-1] for row in rows]

    def twins(self, chunk_ids: Sequence[int]) -> dict[int, list[int]]:
        """For each chunk, the other chunks that have the same title and text."""
        sql = """SELECT c.id, o.id FROM chunks c JOIN chunks o ON o.key = c.key AND o.id <> c.id
                 WHERE c.id IN carray(?) ORDER BY o.id"""
        found: dict[int, list[int]] = {id: [] for id in chunk_ids}
        for id, other in self.db.rows(sql, (carray(array("q", chunk_ids)),)):
            found[id].append(other)
        return found

    def newest_chunk(self) -> int:
        """The highest chunk id that was ever given: what comes in later has a higher one."""
        return int(self.db.value("SELECT seq FROM sqlite_sequence WHERE name = 'chunks'") or 0)

    def sample(self, count: int) -> list[int]:
        """Ids of passages with a vector of their own, spread over the index; fewer if there are not so many."""
        last = self.newest_chunk()
        sql = "SELECT id FROM chunks WHERE id >= ? AND key IS NOT NULL ORDER BY id LIMIT 1"
        found = [self.db.value(sql, (last * n // count + 1,)) for n in range(count)]
        return list(dict.fromkeys(id for id in found if id is not None))

    def tokens_per_page(self) -> float:
        """Of the newest passages of PDFs; 0 where there are none."""
        sql = """SELECT sum(tokens) * 1.0 / count(DISTINCT document_id || ' ' || page) FROM
                 (SELECT tokens, document_id, page FROM chunks WHERE page IS NOT NULL ORDER BY id DESC LIMIT 2000)"""
        return float(self.db.value(sql) or 0)

    def passages_per_message(self) -> float:
        """Passages with a vector in each of the newest messages; 0 where there are none."""
        sql = """SELECT avg((SELECT count(*) FROM chunks c WHERE c.document_id = d.id AND c.key IS NOT NULL))
                 FROM (SELECT id FROM documents WHERE kind = 'mail' ORDER BY id DESC LIMIT 500) d"""
        return float(self.db.value(sql) or 0)


def _passage(row: Row) -> PassageRow:
    (
        chunk,
        document,
        path,
        part,
        kind,
        title,
        text,
        start,
        end,
        ordinal,
        headings,
        page,
        label,
        line,
        quoted,
    ) = row[:15]
    date, sender, recipients, copies, message_id, attachments, tags, language, meta, mtime, size, key = row[
        15:
    ]
    return PassageRow(
        chunk, document, os.fsdecode(path), part, kind, title, plain(text), start, end, ordinal, _lines(headings),
        page, label, line, bool(quoted), date, sender, recipients, copies, message_id, tuple(json.loads(attachments)),
        tuple(json.loads(tags)), language, json.loads(meta), _seconds(mtime), size or 0, key,
    )  # fmt: skip


def _document(head: Row, chunks: Sequence[Row]) -> DocumentRow:
    (id, path, part, kind, title, date, sender, recipients, copies, message_id, refs, attachments, tags) = (
        head[:13]
    )
    language, meta, offset, length, mtime, size = head[13:]
    spans = tuple(
        Span(chunk, start, end, _lines(headings), page, label, line, bool(quoted), tokens)
        for _, chunk, start, end, headings, page, label, line, quoted, tokens, _ in chunks
    )
    return DocumentRow(
        id, os.fsdecode(path), part, kind, title, "".join(plain(row[-1]) for row in chunks), spans, date, sender,
        recipients, copies, message_id, tuple(json.loads(refs)), tuple(json.loads(attachments)),
        tuple(json.loads(tags)), language, json.loads(meta), offset, length, _seconds(mtime), size or 0,
    )  # fmt: skip


def _seconds(mtime_ns: Any) -> float:
    return mtime_ns / 1e9 if isinstance(mtime_ns, int) else 0.0  # a file's row has no seal


def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.split("\n")) if text else ()
