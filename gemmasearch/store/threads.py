"""Conversations, as Jamie Zawinski's threading (1997) finds them: by Message-ID, References and In-Reply-To, and by
the subject where a reply has lost both.

A name links all documents that have it or refer to it, so that a conversation holds together although one of its
messages is gone. Nothing is numbered in advance: what belongs together is looked up when it is asked for, and is the
same in whichever order the messages came.
"""

from __future__ import annotations

import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import apsw

from gemmasearch.store.database import Database
from gemmasearch.store.subjects import base_subject

MOST_MESSAGES = 1000  # of one conversation
LATE = 180 * 86_400.0  # seconds after which a reply without references begins a conversation of its own


class Threads:
    """Part of Store."""

    db: Database

    def thread(self, document_id: int) -> list[int]:
        """Ids of the documents of one conversation, attachments among them, at most MOST_MESSAGES."""
        members, fresh = {document_id}, {document_id}
        while fresh and len(members) < MOST_MESSAGES:
            fresh = (self._linked(fresh) | self._by_subject(fresh)) - members
            members.update(sorted(fresh)[: MOST_MESSAGES - len(members)])
        return sorted(members)

    def heads(self, document_ids: Iterable[int]) -> dict[int, tuple[str, int]]:
        """For each document that belongs to a conversation: the Message-ID of its oldest message (that has one), and
        how many messages it has. Alone, a message has none."""
        found: dict[int, tuple[str, int]] = {}
        for id in document_ids:
            if id not in found:
                found |= self._heads(self.thread(id))
        return found

    def _heads(self, ids: Sequence[int]) -> dict[int, tuple[str, int]]:
        sql = """SELECT message_id, date FROM documents WHERE id IN carray(?) AND kind = 'mail'
                 ORDER BY date IS NULL, date, id"""
        messages = self.db.rows(sql, (_array(ids),)) if len(ids) > 1 else []
        different = {message_id or place for place, (message_id, _) in enumerate(messages)}
        first = next((message_id for message_id, _ in messages if message_id), "")
        return dict.fromkeys(ids, (first, len(different))) if first and len(different) > 1 else {}

    def _linked(self, ids: Iterable[int]) -> set[int]:
        sql = """SELECT DISTINCT o.document_id FROM links l JOIN links o ON o.name = l.name
                 WHERE l.document_id IN carray(?) AND l.name >= 0 LIMIT ?"""
        return {id for (id,) in self.db.rows(sql, (_array(ids), MOST_MESSAGES))}

    def _by_subject(self, ids: Iterable[int]) -> set[int]:
        """What replies without references hang on, and what hangs on these messages so."""
        sql = "SELECT name, document_id FROM links WHERE document_id IN carray(?) AND name < 0"
        wanted: dict[int, set[int]] = defaultdict(set)
        for name, id in self.db.rows(sql, (_array(ids),)):
            wanted[name].add(id)
        found: set[int] = set()
        for name, of in wanted.items():
            for child, parent in self._lost(name):
                if child in of or parent in of:
                    found |= {child, parent}
        return found

    def _lost(self, name: int) -> list[tuple[int, int]]:
        """Replies of a subject that refer to nothing: (reply, the last message with references or of its own before
        it, else the first such reply)."""
        sql = """SELECT d.id, d.title, d.refs, coalesce(d.date, 0)
                 FROM links l JOIN documents d ON d.id = l.document_id
                 WHERE l.name = ? ORDER BY coalesce(d.date, 0), d.id LIMIT ?"""
        pairs: list[tuple[int, int]] = []
        parent: tuple[int, float] | None = None
        for id, title, refs, date in self.db.rows(sql, (name, MOST_MESSAGES)):
            lost = refs == "[]" and base_subject(title)[1]
            if lost and parent and date - parent[1] <= LATE:
                pairs.append((id, parent[0]))
            if not lost or parent is None or date - parent[1] > LATE:
                parent = (id, date)
        return pairs


def _array(ids: Iterable[int]) -> Any:
    return apsw.carray(array.array("q", list(ids) or [0]))
