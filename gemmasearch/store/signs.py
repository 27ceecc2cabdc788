"""The signs of all vectors of a space, packed into bits: the first pass of a search by meaning in a large index.

A row of ``signs`` holds the bits of ``BLOCK`` vectors (those whose ids divided by ``BLOCK`` give its number), word by
word: 64 signs of each vector, then the next 64, and so on. So a million vectors are read in a thousand rows and
compared by plain loops over contiguous memory. A place without a vector is all zeros.

The bits only choose candidates, in two steps: by how many signs differ, then by what the numbers of the query add up
to with these signs (asymmetric distances: Gordo and Perronnin, CVPR 2011). The vectors themselves decide (binary
quantisation with rescoring, https://huggingface.co/blog/embedding-quantization).

Beside the bits stands, for each vector, the chunk that it was made for: a filter keeps chunks, and to look up the
vector of each by its key took most of a search. A chunk whose vector was made for an equal one is still looked up so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np

BLOCK = 1024  # vectors per row
AMONG = 16  # per vector wanted, so many are the nearest by the number of signs
# In the order of their ids: by the index on spaces and keys, all vectors would be sorted for each part.
STORED = """
    SELECT id, vector FROM vectors
    WHERE +space_id = ? AND id > ? AND length(vector) = ? AND typeof(vector) = 'blob' ORDER BY id LIMIT ?"""
_AT_ONCE = 16  # blocks compared in one step: what is touched stays within the processor's cache


class Statements(Protocol):
    """What is needed of a Database."""

    def rows(self, sql: str, params: Any = ()) -> list[tuple[Any, ...]]: ...
    def value(self, sql: str, params: Any = ()) -> Any: ...
    def run(self, sql: str, params: Any = ()) -> None: ...
    def each(self, sql: str, params: Any = ()) -> Iterator[tuple[Any, ...]]: ...


def of(vectors: np.ndarray) -> np.ndarray:
    """The signs of vectors of shape (n, dim) as bits: shape (n, words) of 64 bits."""
    import numpy as np

    rows, dim = vectors.shape
    bits = np.zeros((rows, words_for(dim) * 8), dtype=np.uint8)
    packed = np.packbits(vectors > 0, axis=1)
    bits[:, : packed.shape[1]] = packed
    return bits.view("<u8")


def words_for(dim: int) -> int:
    return -(-dim // 64)


class Signs:
    """The bits of one space, as they are in the file now."""

    def __init__(self, db: Statements, space_id: int, dim: int) -> None:
        import numpy as np

        self._there: np.ndarray | None = None
        self._firsts: np.ndarray | None = None
        self._db, self._space_id = db, space_id
        width = words_for(dim)
        rows = db.rows("SELECT block, bits FROM signs WHERE space_id = ? ORDER BY block", (space_id,))
        good = [(number, bits) for number, bits in rows if len(bits) == BLOCK * width * 8]
        self._numbers = np.array([number for number, _ in good], dtype=np.int64)
        self._blocks = np.frombuffer(b"".join(bits for _, bits in good), dtype="<u8").reshape(
            -1, width, BLOCK
        )

    def nearest(self, query: np.ndarray, count: int) -> np.ndarray:
        """Ids of the ``count`` vectors that are likeliest to be the nearest, best first.

        :param query: shape (dim,).
        """
        import numpy as np

        distances = self._distances(of(query[None])[0])
        present = self._present()
        distances[~present] = np.iinfo(np.uint16).max
        wide = min(AMONG * count, int(present.sum()))
        if not wide:
            return np.empty(0, dtype=np.int64)
        last = np.partition(distances, wide - 1)[wide - 1]
        chosen = np.flatnonzero(distances <= last)
        best = self._best(query, self._blocks[chosen // BLOCK, :, chosen % BLOCK], count)
        return self._ids(chosen[best])

    def nearest_of(self, query: np.ndarray, ids: np.ndarray, count: int) -> np.ndarray:
        """The same among the vectors ``ids`` alone."""
        import numpy as np

        at = np.searchsorted(self._numbers, ids // BLOCK)
        known = at < len(self._numbers)
        known[known] = self._numbers[at[known]] == ids[known] // BLOCK
        ids, at = ids[known], at[known]
        found: np.ndarray = ids[self._best(query, self._blocks[at, :, ids % BLOCK], count)]
        return found

    def of_chunks(self, chunk_ids: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Ids of the vectors that were made for some chunks, these chunks, and those that have none of their own.

        :param chunk_ids: rising.
        """
        import numpy as np

        wanted = np.zeros(int(chunk_ids[-1]) + 2 if len(chunk_ids) else 1, dtype=bool)
        wanted[chunk_ids] = True
        firsts = np.clip(self._first_chunks(), 0, len(wanted) - 1)  # the last one is no chunk
        places = np.flatnonzero(wanted[firsts])
        own = firsts[places]
        wanted[own] = False
        return self._ids(places), own, np.flatnonzero(wanted)

    def _first_chunks(self) -> np.ndarray:
        """Of every place the chunk that its vector was made for, 0 where that is not known."""
        import numpy as np

        if self._firsts is None:
            found = np.zeros((len(self._numbers), BLOCK), dtype=np.int64)
            sql = "SELECT block, firsts FROM signs WHERE space_id = ? AND length(firsts) = ?"
            rows = dict(self._db.rows(sql, (self._space_id, BLOCK * 8)))
            for at, number in enumerate(self._numbers.tolist()):
                if number in rows:
                    found[at] = np.frombuffer(rows[number], dtype="<i8")
            self._firsts = found.reshape(-1)
        return self._firsts

    @staticmethod
    def _best(query: np.ndarray, bits: np.ndarray, count: int) -> np.ndarray:
        """Which ``count`` of some vectors, whose signs are ``bits`` of shape (n, words), have the largest sums of the
        query's numbers under their signs, some more where sums are equal; best first."""
        import numpy as np

        numbers = np.zeros(bits.shape[1] * 64, dtype=np.float32)
        numbers[: len(query)] = query
        eight = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).astype(np.float32) * 2 - 1
        table = eight @ numbers.reshape(-1, 8).T  # what each byte of signs adds in each place
        read = np.ascontiguousarray(bits).view(np.uint8)
        sums = np.zeros(len(read), dtype=np.float32)
        for place in range(read.shape[1]):
            sums += table[read[:, place], place]
        if len(sums) <= count:
            return np.argsort(-sums, kind="stable")
        least = np.partition(sums, len(sums) - count)[len(sums) - count]
        chosen = np.flatnonzero(sums >= least)
        return chosen[np.argsort(-sums[chosen], kind="stable")]

    def _distances(self, bits: np.ndarray) -> np.ndarray:
        import numpy as np

        found = np.empty(len(self._blocks) * BLOCK, dtype=np.uint16)
        for at in range(0, len(self._blocks), _AT_ONCE):
            part = self._blocks[at : at + _AT_ONCE]
            total = np.bitwise_count(part[:, 0] ^ bits[0]).astype(np.uint16)
            for word in range(1, part.shape[1]):
                total += np.bitwise_count(part[:, word] ^ bits[word])
            found[at * BLOCK : at * BLOCK + total.size] = total.reshape(-1)
        return found

    def _present(self) -> np.ndarray:
        import numpy as np

        if self._there is None:
            some = np.zeros((len(self._blocks), BLOCK), dtype=bool)
            for word in range(self._blocks.shape[1]):
                some |= self._blocks[:, word] != 0
            self._there = some.reshape(-1)
        return self._there

    def _ids(self, places: np.ndarray) -> np.ndarray:
        ids: np.ndarray = self._numbers[places // BLOCK] * BLOCK + places % BLOCK
        return ids


def put(
    db: Statements, space_id: int, ids: Sequence[int], vectors: np.ndarray, firsts: Sequence[int]
) -> None:
    """Write the signs of vectors and the chunks that they were made for; within the transaction that writes the
    vectors."""
    import numpy as np

    bits = of(vectors)
    chunks = np.asarray(firsts, dtype=np.int64)
    places = np.asarray(ids, dtype=np.int64)
    for block in np.unique(places // BLOCK):
        chosen = places // BLOCK == block
        old = db.rows(
            "SELECT bits, firsts FROM signs WHERE space_id = ? AND block = ?", (space_id, int(block))
        )
        kept, known = old[0] if old else (None, None)
        made, first = _writable(kept, bits.shape[1]), _writable(known, 1)[0]
        made[:, places[chosen] % BLOCK] = bits[chosen].T
        first[places[chosen] % BLOCK] = chunks[chosen]
        db.run("INSERT OR REPLACE INTO signs(space_id, block, bits, firsts) VALUES(?, ?, ?, ?)",
               (space_id, int(block), made.tobytes(), first.tobytes()))  # fmt: skip


def erase(db: Statements, ids: Iterable[int]) -> None:
    """Overwrite the signs of vectors that are deleted in the same transaction."""
    by_block: dict[int, list[int]] = {}
    for id in ids:
        by_block.setdefault(id // BLOCK, []).append(id % BLOCK)
    for block, places in by_block.items():
        for space_id, bits in db.rows("SELECT space_id, bits FROM signs WHERE block = ?", (block,)):
            made = bytearray(bits)
            for place in places:
                for start in range(place * 8, len(made), BLOCK * 8):
                    made[start : start + 8] = bytes(8)
            if made != bits:
                db.run("UPDATE signs SET bits = ? WHERE space_id = ? AND block = ?",
                       (bytes(made), space_id, block))  # fmt: skip


def rebuild(db: Statements) -> None:
    """Make all signs anew from the vectors; within a transaction."""
    db.run("DELETE FROM signs")
    for space_id, dim in db.rows("SELECT id, dim FROM spaces"):
        for ids, vectors in _stored(db, space_id, dim):
            put(db, space_id, ids, vectors, [0] * len(ids))
    find_firsts(db)


def find_firsts(db: Statements) -> None:
    """Look up the chunk of every vector anew; within a transaction. Both indexes are walked in the order of keys."""
    import numpy as np

    sql = """SELECT v.id, (SELECT min(c.id) FROM chunks c WHERE c.key = v.key) FROM vectors v
             WHERE v.space_id = ? ORDER BY v.key"""
    for (space_id,) in db.rows("SELECT id FROM spaces"):
        pairs = [(id, first) for id, first in db.each(sql, (space_id,)) if first is not None]
        ids, firsts = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2).T
        for block in np.unique(ids // BLOCK).tolist():
            at = slice(*np.searchsorted(ids, (block * BLOCK, (block + 1) * BLOCK)))
            found = np.zeros(BLOCK, dtype="<i8")
            found[ids[at] % BLOCK] = firsts[at]
            db.run("UPDATE signs SET firsts = ? WHERE space_id = ? AND block = ?",
                   (found.tobytes(), space_id, block))  # fmt: skip


def wrong(db: Statements) -> int:
    """How many vectors have other signs than are kept for them. Reads all vectors."""
    import numpy as np

    count = 0
    for space_id, dim in db.rows("SELECT id, dim FROM spaces"):
        for ids, vectors in _stored(db, space_id, dim):
            bits = of(vectors)
            places = np.asarray(ids, dtype=np.int64)
            sql = "SELECT bits FROM signs WHERE space_id = ? AND block = ?"
            for block in np.unique(places // BLOCK):
                chosen = places // BLOCK == block
                kept = _writable(db.value(sql, (space_id, int(block))), bits.shape[1])
                count += int((bits[chosen] != kept[:, places[chosen] % BLOCK].T).any(axis=1).sum())
    return count


def _writable(old: bytes | None, width: int) -> np.ndarray:
    import numpy as np

    if old is None or len(old) != width * BLOCK * 8:
        return np.zeros((width, BLOCK), dtype="<u8")
    return np.frombuffer(old, dtype="<u8").reshape(width, BLOCK).copy()


def _stored(db: Statements, space_id: int, dim: int) -> Iterator[tuple[list[int], np.ndarray]]:
    """All vectors of a space that have its length, some blocks at a time, as int8."""
    import numpy as np

    after = -1
    while rows := db.rows(STORED, (space_id, after, dim, 8 * BLOCK)):
        after = rows[-1][0]
        matrix = np.frombuffer(b"".join(vector for _, vector in rows), dtype=np.int8)
        yield [id for id, _ in rows], matrix.reshape(-1, dim)
