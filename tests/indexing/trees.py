"""Real trees for the journey from disk to rows, and what an index holds of them, to compare."""

from __future__ import annotations

import ctypes
import os
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gemmasearch.models.fake import FakeEmbedder
from gemmasearch.retrieval import search
from gemmasearch.retrieval.reranking import READ
from gemmasearch.store import Store

WORDS = [
    "apple",
    "boiler",
    "candle",
    "daisy",
    "engine",
    "fabric",
    "garden",
    "harbour",
    "island",
    "jacket",
    "kettle",
    "ladder",
    "meadow",
    "needle",
    "orchard",
    "pepper",
    "quarry",
    "ribbon",
    "saddle",
    "timber",
    "umbrella",
    "violin",
    "window",
    "yellow",
    "zephyr",
]

MESSAGE = """From {sender} Mon Jan  5 10:00:{second:02d} 2026
From: {sender}
To: nora@brandt.example
Subject: {subject}
Message-ID: <{id}@example.org>
Date: Mon, 5 Jan 2026 10:00:{second:02d} +0000

{body}

"""


def sentence(chance: random.Random, words: int = 12) -> str:
    return " ".join(chance.choices(WORDS, k=words)).capitalize() + "."


def note(chance: random.Random, paragraphs: int = 3) -> str:
    text = "\n\n".join(" ".join(sentence(chance) for _ in range(4)) for _ in range(paragraphs))
    return f"# {sentence(chance, 3)}\n\n{text}\n"


def message(chance: random.Random, number: int) -> str:
    return MESSAGE.format(
        sender=f"{chance.choice(WORDS)}@example.org",
        second=number % 60,
        subject=sentence(chance, 4),
        id=f"m{number}-{chance.random()}",
        body="\n".join(sentence(chance) for _ in range(3)),
    )


def plant(folder: Path, files: int, seed: int = 1) -> None:
    """Notes in sub-folders and a mailbox of twenty messages."""
    chance = random.Random(seed)
    for number in range(files):
        path = folder / f"d{number % 7}" / f"note{number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(note(chance), encoding="utf-8")
    (folder / "box.mbox").write_text("".join(message(chance, n) for n in range(20)), encoding="utf-8")


def stir(folder: Path, seed: int) -> None:
    """Every kind of change: edits, new files, removals, moves, an appended mailbox."""
    chance = random.Random(seed)
    notes = sorted(folder.rglob("*.md"))
    for path in chance.sample(notes, len(notes) // 5):
        path.write_text(note(chance), encoding="utf-8")
    rest = sorted(folder.rglob("*.md"))
    for path in chance.sample(rest, len(rest) // 10):
        path.unlink()
    for number in range(len(notes) // 10):
        (folder / "d0" / f"new{seed}-{number}.md").write_text(note(chance), encoding="utf-8")
    rest = sorted(folder.rglob("*.md"))
    for path in chance.sample(rest, len(rest) // 10):
        path.rename(path.with_name(f"moved{seed}-{path.name}"))
    with (folder / "box.mbox").open("a", encoding="utf-8") as box:
        box.write("".join(message(chance, n) for n in range(20, 25)))


def contents(db: Path) -> dict[str, Any]:
    """All that two indexes of the same tree must agree on, whatever the way that led to them."""
    with Store.open(db, read_only=True) as store:
        value = store.db.value
        rows = store.db.rows(
            """SELECT f.path, d.part, d.kind, d.title, c.ordinal, c.text, c.headings, c.line, c.key
               FROM chunks c JOIN documents d ON d.id = c.document_id JOIN files f ON f.id = d.file_id
               ORDER BY f.path, d.part, c.ordinal"""
        )
        problems = [(p.path, p.reason, p.part) for p in store.problems()]
        words = {
            word: sorted(
                store.db.rows(
                    """SELECT f.path, d.part, c.ordinal FROM words w JOIN chunks c ON c.id = w.rowid
                       JOIN documents d ON d.id = c.document_id JOIN files f ON f.id = d.file_id
                       WHERE words MATCH ?""",
                    (f'"{word}"',),
                )
            )
            for word in WORDS
        }
        return {
            "rows": rows,
            "problems": problems,
            "words": words,
            "files": value("SELECT count(*) FROM files"),
            "vectors": sorted(store.db.rows("SELECT key, vector FROM vectors")),
            "spaces": store.db.rows("SELECT key, state FROM spaces"),
        }


SEARCHES = ('"boiler candle"', '"candle garden island"', '"yellow zephyr" path:tree', "kettle kind:mail")


def hits(db: Path, dim: int = 256) -> list[Any]:
    """What some searches find, and how well. By words every hit, with its score where all of them are read again
    for their order; by meaning the scores of the best, since equal ones have no order."""
    embedder = FakeEmbedder(dim=dim)
    with Store.open(db, read_only=True) as store:
        if store.active_space() is None:
            return []
        by_words = [
            sorted(
                (hit.path, hit.part, hit.start, round(hit.score, 4) if len(found) <= READ else 0.0)
                for hit in found
            )
            for line in SEARCHES
            for found in [
                search(store, None, line, mode="words", limit=1000, per_document=1000, collapse=False)
            ]
        ]
        vectors = embedder.embed_queries(["boiler candle", "garden island jacket"])
        by_meaning = [[round(score, 4) for _, score in store.nearest(vector, 20)] for vector in vectors]
        return by_words + by_meaning


@contextmanager
def without_privileges() -> Iterator[None]:
    """The superuser without the right to read what its mode forbids; anybody else as they are."""
    if sys.platform != "linux" or os.geteuid() != 0:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; the low and the high halves
    assert libc.capget(header, sets) == 0
    before = sets[0]
    sets[0] &= ~0b110  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    assert libc.capset(header, sets) == 0
    try:
        yield
    finally:
        sets[0] = before
        assert libc.capset(header, sets) == 0


def sound(db: Path) -> None:
    """The file is whole, its words are in step with its rows, and nothing is orphaned."""
    with Store.open(db, create=True) as store:
        assert store.db.value("PRAGMA integrity_check") == "ok"
        store.db.run("INSERT INTO words(words, rank) VALUES('integrity-check', 1)")
        assert store.db.value("PRAGMA foreign_key_check") is None
        orphans = (
            "SELECT count(*) FROM vectors WHERE key NOT IN (SELECT key FROM chunks WHERE key IS NOT NULL)"
        )
        assert store.db.value(orphans) == 0
        missing = "SELECT count(*) FROM chunks WHERE key IS NOT NULL AND key NOT IN (SELECT key FROM vectors)"
        assert store.db.value(missing) == 0
        chunks = store.db.value("SELECT count(*) FROM chunks")
        assert store.db.value("SELECT count(*) FROM words_docsize") == chunks
    left = {p.name for p in db.parent.iterdir()} - {db.name + end for end in ("", "-wal", "-shm", ".lock")}
    assert not left, left


def environment() -> dict[str, str]:
    return {**os.environ, "GSEARCH_EMBEDDER": "fake", "GSEARCH_GENERATOR": "none"}


def known(store: Store, tree: Path) -> set[str]:
    """The files of a tree that stand in the index, by their paths within it."""
    return {row.path[len(str(tree)) + 1 :] for row in store.files_below(str(tree))}
