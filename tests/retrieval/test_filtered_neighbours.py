"""A filter holds before the neighbours are chosen: the best ten of what it keeps, however little that is."""

from __future__ import annotations

import random

import numpy as np
import pytest

from gemmasearch.documents import Chunk, Condition, Document, FileStamp
from gemmasearch.models import Space
from tests.store.filled import as_kept

DIM = 16


@pytest.fixture
def vectors(store):
    """400 documents in folders of different sizes, each with a random vector: chunk id -> (path, vector)."""
    chance = np.random.default_rng(7)
    space = store.ensure_space(Space("random", "random", DIM, DIM, 1, False))
    with store.writing():
        for i in range(400):
            folder = "one" if i == 0 else "ten" if i < 11 else "many" if i < 150 else "rest"
            file = store.begin_file(f"/home/dana/{folder}/{i}.md", f"{folder} {i}.md")
            text = f"text number {i}"
            store.put_document(
                file,
                Document("note" if i % 3 else "mail", text, date=1.6e9 + i * 86400),
                [Chunk(0, 0, len(text), text)],
            )
            store.finish_file(file, FileStamp(i, 1, 1, file, 1))
    found = {}
    while pending := store.pending(space.id, 100):
        matrix = chance.normal(size=(len(pending), DIM)).astype(np.float32)
        matrix = np.stack([as_kept(vector) for vector in matrix])
        store.add_vectors(space.id, [p.key for p in pending], matrix)
        keys = {p.key: row for p, row in zip(pending, matrix, strict=True)}
        for row in store.passages(list(range(1, 401))):
            if row.key in keys:
                found[row.chunk_id] = (row, keys[row.key])
    store.complete_space(space.id)
    assert len(found) == 400
    return found


def filters(chance: random.Random):
    """Conditions, and the same as a function of a passage."""
    kind, folder = chance.choice(["note", "mail"]), chance.choice(["one", "ten", "many", "rest"])
    low = 1.6e9 + chance.randrange(400) * 86400
    size = float(chance.randrange(400))
    every = [
        (Condition("type", "is", kind), lambda p: p.kind == kind),
        (Condition("in", "is", f"/home/dana/{folder}"), lambda p: f"/{folder}/" in p.path),
        (Condition("date", ">=", low), lambda p: p.date >= low),
        (Condition("size", "<", size), lambda p: p.size < size),
        (Condition("in", "is", folder, negated=True), lambda p: f"/{folder}/" not in p.path),
        (Condition("document", "is", 5), lambda p: p.document_id == 5),
        (Condition("size", ">=", 0.0), lambda p: True),
    ]
    chosen = chance.sample(every, chance.randint(1, 2))
    return [c for c, _ in chosen], lambda p: all(keeps(p) for _, keeps in chosen)


def check(store, vectors, count: int) -> None:
    chance = random.Random(3)
    sizes = set()
    for i in range(count):
        conditions, keeps = filters(chance)
        query = np.random.default_rng(i).normal(size=DIM).astype(np.float32)
        query = as_kept(query)
        kept = {id: float(vector @ query) for id, (row, vector) in vectors.items() if keeps(row)}
        exact = sorted(kept.values(), reverse=True)[:10]
        found = store.nearest(query, 10, conditions)
        assert np.allclose([score for _, score in found], exact, atol=1e-5), conditions
        assert {id for id, _ in found} <= set(kept)
        sizes.add(len(kept))
    assert {1, 400} <= sizes and len(sizes) > count / 10


def test_filtered_neighbours_are_the_exact_ones(store, vectors) -> None:
    check(store, vectors, 100)


@pytest.mark.slow
def test_a_thousand_filters(store, vectors) -> None:
    check(store, vectors, 1000)
