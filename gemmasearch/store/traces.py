"""Forgetting, and the proof of it: what may still stand in the bytes of an index after rows were removed."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path

from gemmasearch.errors import MachineRefused
from gemmasearch.light import dataclass
from gemmasearch.store import words
from gemmasearch.store.files import UNPURGED, Files
from gemmasearch.store.keys import lasting_hash, nameless, site_hash
from gemmasearch.store.packing import plain

PURGED = "purged"  # in state: when the full-text index was merged
DAY, LARGE = 86_400.0, 500_000  # seconds; chunks that were ever written
SLICE = 24  # characters of a text that are looked for
SHORTEST = 6  # characters of a word: a shorter one stands in any file by chance
SCANNED = 20 << 30  # bytes looked through in all: the size of the files times the number of traces
MOST, LEAST = 3000, 60  # traces looked for
_BLOCK = 64 << 20

# In a process of its own: closing a descriptor of the file in this one would drop SQLite's locks.
_SCAN = f"""
import json, sys
names, wanted = json.load(sys.stdin)
wanted = [bytes.fromhex(each) for each in wanted]
longest = max(map(len, wanted), default=1)
found = []
for name in names:
    left = set(wanted)
    rest = b""
    try:
        with open(name, "rb") as stream:
            while block := stream.read({_BLOCK}):
                block = rest + block
                hits = [each for each in left if each in block]
                left.difference_update(hits)
                found += [[name, each.hex()] for each in hits]
                rest = block[-longest:]
    except FileNotFoundError:
        pass
json.dump(found, sys.stdout)
"""


@dataclass(slots=True)
class Evidence:
    """Pieces of what is about to be removed, as they may stand in the file."""

    texts: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    packed: set[bytes] = field(default_factory=set)  # of deflated texts and of vectors


class Traces(Files):
    """Part of Store: forgetting."""

    def purge_words(self, every: float = 0.0, *, now: bool = False) -> None:
        """Merge the full-text index, so that no page of it holds words that were deleted.

        That reads and writes all of it: at most once in ``every`` seconds, of a large index once a day.
        FTS5's 'secure-delete' would do without, but damages lists that span pages (SQLite 3.54.1).

        :param now: whatever it takes.
        """
        if self.db.value("SELECT 1 FROM state WHERE name = ?", (UNPURGED,)) is None:
            return
        if not now:
            last = self.purged()
            large = (self.db.value("SELECT max(id) FROM chunks") or 0) > LARGE
            if 0 <= time.time() - last < max(every, DAY if large else 0):
                return
        self.db.run("INSERT INTO words(words) VALUES('optimize')")
        with self.db.writing():
            self.db.run("DELETE FROM state WHERE name = ?", (UNPURGED,))
            self.db.run(
                "INSERT OR REPLACE INTO state(name, value) VALUES(?, ?)", (PURGED, f"{time.time():.0f}")
            )

    def purged(self) -> float:
        """When the words were merged last; 0 = never, or it cannot be told."""
        return self.db.value("SELECT CAST(value AS REAL) FROM state WHERE name = ?", (PURGED,)) or 0.0

    def evidence(self, document_ids: Sequence[int]) -> Evidence:
        """Pieces of these documents: of their texts, words and vectors."""
        found = Evidence()
        for id in document_ids:
            sql = """SELECT c.text, d.title, v.vector FROM chunks c JOIN documents d ON d.id = c.document_id
                     LEFT JOIN vectors v ON v.key = c.key WHERE d.id = ?"""
            for stored, title, vector in self.db.rows(sql, (id,)):
                text = plain(stored)
                found.texts.update(_slices(text), _slices(title))
                if isinstance(stored, bytes):
                    found.packed.update(_pieces(stored))
                found.words.update(w for w in words.exact(f"{title} {text}").split() if len(w) >= SHORTEST)
                if vector:
                    found.packed.add(bytes(vector[:SLICE]))
        return found

    def remaining(self, evidence: Evidence) -> tuple[int, dict[str, list[str]]]:
        """What of it still stands in the bytes of the index, its journal and the copies beside it, though no row
        holds it.

        :return: how many pieces were looked for, and file -> pieces.
        """
        files = sorted(str(p) for p in self.db.path.parent.glob(self.db.path.name + "*") if p.is_file())
        size = sum(Path(name).stat().st_size for name in files) or 1
        wanted = _chosen(evidence, max(LEAST, min(MOST, SCANNED // size)))
        left: dict[str, list[str]] = {}
        for name, piece in scan(files, [raw for raw, _ in wanted.items()]):
            if not self._is_live(piece, wanted[piece]):
                left.setdefault(name, []).append(wanted[piece] or piece.hex())
        return len(wanted), left

    def _is_live(self, raw: bytes, text: str) -> bool:
        """Whether a row that stays holds the piece, too."""
        if not text:
            sql = "SELECT 1 FROM vectors WHERE instr(vector, ?1) UNION ALL SELECT 1 FROM chunks WHERE instr(text, ?1)"
            return bool(self.db.value(sql, (raw,)))
        if self.db.value("SELECT 1 FROM vocabulary WHERE instr(term, ?)", (text,)):
            return True
        sql = """SELECT 1 FROM chunks WHERE instr(gs_text(text), ?1) UNION ALL SELECT 1 FROM documents
                 WHERE instr(title || sender || recipients || copies || attachments || tags || meta || refs, ?1)
                 UNION ALL SELECT 1 FROM files WHERE instr(path, CAST(?1 AS BLOB)) OR instr(path_words, ?1)
                 UNION ALL SELECT 1 FROM folders WHERE instr(path, CAST(?1 AS BLOB))
                 UNION ALL SELECT 1 FROM roots WHERE instr(path, CAST(?1 AS BLOB)) OR instr(options, ?1)
                 UNION ALL SELECT 1 FROM problems WHERE instr(path, CAST(?1 AS BLOB)) OR instr(detail, ?1)
                 UNION ALL SELECT 1 FROM state WHERE instr(value, ?1) LIMIT 1"""
        return bool(self.db.value(sql, (text,)))

    def is_forgotten(self) -> frozenset[bytes]:
        """keys.document_hash of every document that was taken out of a file that stays, its keys.lasting_hash, and
        keys.site_hash of every site."""
        return frozenset(hash for (hash,) in self.db.rows("SELECT hash FROM forgotten"))

    def with_what_is_inside(self, document_ids: Iterable[int]) -> list[int]:
        """These documents, and those of their files that are attached to them or inside them, at any depth: an
        attachment names its mail's subject and sender, and so it is of it."""
        found = dict.fromkeys(document_ids)
        inside = """SELECT a.id FROM documents d JOIN documents a ON a.file_id = d.file_id
                    WHERE d.id = ? AND CASE d.part WHEN '' THEN a.part <> ''
                        ELSE a.part > d.part || '/' AND a.part < d.part || '0' END
                    AND (instr(a.meta, '"attached_to"') OR instr(a.meta, '"member"'))"""
        for id in list(found):
            found.update((each, None) for (each,) in self.db.rows(inside, (id,)))
        return list(found)

    def forget_documents(self, document_ids: Sequence[int]) -> None:
        """Take documents out and remember that they were: no run brings them back while they stay what they are."""
        with self.db.writing():
            for id in document_ids:
                self.db.run("INSERT OR IGNORE INTO forgotten(hash, at) SELECT hash, ? FROM documents WHERE id = ?",
                            (time.time(), id))  # fmt: skip
                self._remember_lasting(id)
                part = nameless(self.db.value("SELECT part FROM documents WHERE id = ?", (id,)) or "")
                self.db.run(
                    """INSERT INTO problems(path, file_id, part, reason)
                       SELECT f.path, f.id, ?, 'forgotten' FROM documents d JOIN files f ON f.id = d.file_id
                       WHERE d.id = ?""",
                    (part, id),
                )
                whole = """UPDATE files SET reason = 'forgotten'
                           WHERE id = (SELECT file_id FROM documents WHERE id = ? AND part = '')"""
                self.db.run(whole, (id,))
                # What OCR read in this file may be of this document; of the others it is read again when needed.
                self.db.run(
                    """DELETE FROM recognised WHERE file_hash =
                       (SELECT f.hash FROM documents d JOIN files f ON f.id = d.file_id WHERE d.id = ?)""",
                    (id,),
                )
                self.remove_documents([id])

    def forget_sites(self, sites: Iterable[str]) -> None:
        """No run lets in a visited page of these sites, those that are visited for the first time neither."""
        now = time.time()
        rows = [(site_hash(site), now) for site in sites]
        self.db.many("INSERT OR IGNORE INTO forgotten(hash, at) VALUES(?, ?)", rows)

    def _remember_lasting(self, document_id: int) -> None:
        sql = "SELECT kind, part, sender, date, message_id, meta FROM documents WHERE id = ?"
        for kind, part, sender, date, message_id, meta in self.db.rows(sql, (document_id,)):
            if lasting := lasting_hash(kind, part, sender, date, message_id, json.loads(meta)):
                self.db.run("INSERT OR IGNORE INTO forgotten(hash, at) VALUES(?, ?)", (lasting, time.time()))

    def let_in_again(self) -> int:
        """The next run brings back every document that was forgotten in a file that stayed. :return: how many."""
        with self.db.writing():
            count = int(
                self.db.value("SELECT count(*) FROM forgotten WHERE length(hash) = 16")
            )  # one of each
            self.db.run("DELETE FROM forgotten")
            self.db.run(
                "UPDATE files SET size = NULL WHERE id IN (SELECT file_id FROM problems WHERE reason = 'forgotten')"
            )
        return count


def scan(files: Sequence[str], wanted: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
    """Every (file, piece) of which the bytes stand in the file, free pages included."""
    import subprocess

    task = json.dumps([list(files), [each.hex() for each in wanted]])
    done = subprocess.run(
        [sys.executable, "-I", "-X", "utf8", "-c", _SCAN],
        input=task,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise MachineRefused("the index could not be looked through", done.stderr.strip()[-200:])
    return ((name, bytes.fromhex(piece)) for name, piece in json.loads(done.stdout))


def _chosen(evidence: Evidence, most: int) -> Mapping[bytes, str]:
    """At most so many pieces, evenly of each kind: their bytes -> their text, "" for what is packed."""
    kinds: tuple[Iterable[tuple[bytes, str]], ...] = (
        ((text.encode("utf-8", "replace"), text) for text in sorted(evidence.texts)),
        ((word.encode("utf-8", "replace"), word) for word in sorted(evidence.words)),
        ((piece, "") for piece in sorted(evidence.packed)),
    )
    found: dict[bytes, str] = {}
    for kind in map(list, kinds):
        step = max(1, 3 * len(kind) // most)
        found.update(kind[::step])
    return found


def _pieces(stored: bytes) -> Iterator[bytes]:
    """The middle and the end of a deflated text: at their beginnings many are alike."""
    for at in ((len(stored) - SLICE) // 2, len(stored) - SLICE):
        yield stored[max(0, at) : max(0, at) + SLICE]


def _slices(text: str) -> Iterator[str]:
    """The beginning, the middle and the end of a text."""
    text = text.strip()
    for at in (0, (len(text) - SLICE) // 2, len(text) - SLICE):
        if len(piece := text[max(0, at) : max(0, at) + SLICE]) >= SHORTEST:
            yield piece
