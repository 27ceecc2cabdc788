"""The signs only choose candidates: what comes out is nearly the exact list, and nothing of a deleted vector stays."""

from __future__ import annotations

from pathlib import Path

import apsw
import numpy as np
import pytest

from gemmasearch.documents import Condition
from gemmasearch.models import Space
from gemmasearch.store import Store, nearest, signs
from tests.store.filled import SPACE, add_note, embed, vector_of, without_seals

DIM = 96
WIDE_SPACE = Space("clustered", "clustered-model", DIM, DIM, 1, True)


def clustered(count: int) -> np.ndarray:
    """Vectors around some centres, as those of real texts are."""
    chance = np.random.default_rng(5)
    centres = chance.normal(size=(40, DIM))
    made = centres[chance.integers(0, 40, count)] + 0.6 * chance.normal(size=(count, DIM))
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "private" / "index.db"


@pytest.fixture
def store(db: Path):
    with Store.open(db, create=True) as store:
        for folder in range(40):
            add_note(store, f"/home/{folder}/a.md", *(f"text {folder} {n} " for n in range(75)))
        row = store.ensure_space(WIDE_SPACE)
        keys = [p.key for p in store.pending(row.id, 10_000, after=0)]
        assert store.add_vectors(row.id, keys, clustered(len(keys))) == 3000
        store.complete_space(row.id)
        yield store


def both_ways(store: Store, query: np.ndarray, limit: int, conditions=()):
    exact = store.nearest(query, limit, conditions)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nearest, "EXACT_BELOW", 0)
        return exact, store.nearest(query, limit, conditions)


@pytest.mark.parametrize("filter", [(), (Condition("in", "is", "/home/3"),), (Condition("size", ">=", 0),)])
def test_candidates_by_signs_hold_the_exact_neighbours(store: Store, filter) -> None:
    shared = 0
    for query in clustered(3020)[-20:]:
        exact, found = both_ways(store, query, 50, filter)
        shared += len({id for id, _ in exact[:10]} & {id for id, _ in found[:10]})
        scores = dict(exact)
        assert all(scores.get(id, score) == score for id, score in found)  # the vectors decide, not the signs
    assert shared >= 196


def test_another_process_that_writes_is_seen_by_the_next_search(store: Store) -> None:
    query = vector_of(b"new", DIM)
    both_ways(store, query, 5)
    with Store.open(store.path) as other:
        add_note(other, "/new.md", "something new ")
        row = other.spaces()[0]
        (pending,) = other.pending(row.id, 5)
        other.add_vectors(row.id, [pending.key], query[None])
    _, found = both_ways(store, query, 5)
    assert found[0][1] > 0.999
    assert store.passages([found[0][0]])[0].path == "/new.md"


def test_signs_of_deleted_vectors_are_overwritten(store: Store) -> None:
    before = store.db.value("SELECT sum(length(replace(hex(bits), '00', ''))) FROM signs")
    store.remove_files(row.id for row in list(store.files_below("/home/7")))
    assert store.db.value("SELECT sum(length(replace(hex(bits), '00', ''))) FROM signs") < before
    assert signs.wrong(store.db) == 0
    store.remove_files(row.id for row in list(store.files_below("/home")))
    assert store.db.value("SELECT sum(length(replace(hex(bits), '00', ''))) FROM signs") == 0


def test_wrong_signs_are_found_and_made_anew(store: Store) -> None:
    store.db.run("UPDATE signs SET bits = zeroblob(length(bits)) WHERE block = 1")
    assert [(f.where, f.detail.split()[0]) for f in store.examine()] == [("vectors", "1024")]
    store.rebuild_derived()
    assert store.examine() == []


def test_an_index_of_the_first_schema_keeps_its_vectors(db: Path) -> None:
    with Store.open(db, create=True) as store:
        for number in range(30):
            add_note(store, f"/{number}.md", f"text {number} ")
        embed(store)
        expected = store.nearest(vector_of(b"q", SPACE.dim), 30)
    old = apsw.Connection(str(db))
    for id, vector in old.execute("SELECT id, vector FROM vectors").fetchall():
        floats = np.frombuffer(vector, np.int8).astype("<f4")
        old.execute(
            "UPDATE vectors SET vector = ? WHERE id = ?", ((floats / np.linalg.norm(floats)).tobytes(), id)
        )
    old.execute("DROP TABLE signs")
    old.execute("DROP TABLE links")
    without_seals(old)
    old.pragma("user_version", 1)
    old.close()
    with Store.open(db, read_only=True) as store:  # a search may be the first to meet it
        assert store.nearest(vector_of(b"q", SPACE.dim), 30) == expected
        assert signs.wrong(store.db) == 0
    with Store.open(db) as store:
        assert store.examine() == []


ODD = np.array([-5, 0, 1 << 62, *range(3, signs.BLOCK)], dtype="<i8").tobytes()


@pytest.mark.parametrize(
    "known",
    ["", "UPDATE signs SET firsts = x''", "UPDATE signs SET firsts = zeroblob(9)", f"UPDATE signs SET firsts = x'{ODD.hex()}'"],
    ids=["written along", "of an older index", "damaged", "of others"],
)  # fmt: skip
def test_a_filter_finds_the_vectors_of_its_passages_however_they_are_known(store: Store, known: str) -> None:
    """A passage may have the vector of an equal one, which may be gone; what is noted down of that only saves time."""
    add_note(store, "/home/3/twins.md", "text 5 5 ", "text 6 6 ", "text 3 7 ")
    add_note(store, "/home/3/gone.md", "first made for this ")
    add_note(store, "/home/3/twin.md", "first made for this ")
    row = store.spaces()[0]
    (pending,) = {p.key: p for p in store.pending(row.id, 9)}.values()
    store.add_vectors(row.id, [pending.key], vector_of(b"new", DIM)[None])
    store.remove_files(row.id for row in list(store.files_below("/home/3/gone.md")))
    if known:
        store.db.run(known)
    inside = [Condition("in", "is", "/home/3")]
    for query in (vector_of(b"new", DIM), *clustered(3010)[-10:]):
        exact, found = both_ways(store, query, 200, inside)
        assert len(exact) == 79 and found == exact
    store.rebuild_derived()
    assert both_ways(store, query, 200, inside)[1] == exact


def test_an_index_made_before_looks_up_once_which_chunk_a_vector_was_made_for(db: Path, store: Store) -> None:
    known = store.db.rows("SELECT block, firsts FROM signs ORDER BY block")
    assert len(known) == 3 and all(any(firsts) for _, firsts in known)
    store.db.script("ALTER TABLE signs DROP COLUMN firsts; PRAGMA user_version = 10")
    with Store.open(db) as again:
        assert again.db.rows("SELECT block, firsts FROM signs ORDER BY block") == known


def test_to_compare_all_signs_did_not_sort_all_vectors_again_for_every_few_thousand(store: Store) -> None:
    steps = store.db.rows(f"EXPLAIN QUERY PLAN {signs.STORED}", (1, -1, 256, 10))
    assert steps and not any("TEMP B-TREE" in step[3] for step in steps), steps
