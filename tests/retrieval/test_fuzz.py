"""Any text is a legal query, and a damaged index is still an error."""

from __future__ import annotations

import random
import time

import pytest

from gemmasearch.errors import GsearchError
from gemmasearch.retrieval import explain, search
from gemmasearch.retrieval.around import did_you_mean
from gemmasearch.store import Store

PIECES = [
    "lunch", "Größe", "北京", "🙂", '"', "'", "-", "--", "*", ":", "(", ")", "+", "^", "{", "}", "NEAR", "NEAR(a b, 2)", "AND", "OR", "NOT",
    "from:", "from:dana", "date:2024", "date:", "size:>1M", "in:/", "in:~", "in:\0", "type:pdf", "body:x", "title:", "title:*", "path:'", "rowid:1",
    "words", "\0", "\ufffd", "\ud800", "\u202e", "\t", "\n", "%", "_", "\\", ";", "--json", "a*", "*a", '"a', 'a"', '""', "x" * 300, "1e999", "-1",
    "²", "ﬁ", "\u0301", "नमस्ते", "ก", "don't", "POL-358", "ubuntu 20.04", "C++", "a:b:c", "«", "»", "site:\"", "thread:x", "lang:de", "quoted:no", "|", "(from:dana OR", "-(", "+(", "NOT NOT", "AND OR", "date:gestern", "date:3 days ago", "date:..", "-date:2024..", "visited:2w",
    "before:", "after:last", "until:monday", "since:先週", "@name", "site:http://[", "tag:#", "size:1..2k", "size:9e9", "size:>" + "9" * 50, "thread:c1", "cc:*",
    "date:" + "9" * 40, "date:1/2/3", "-", "−", "„", "“", "\x1b[31m", "in:..", "kind:", "lang:", "has:", "subject:(", '-"', "a|b", "((((((((((((((((",
]  # fmt: skip


def lines(count: int, seed: int):
    chance = random.Random(seed)
    for _ in range(count):
        joint = chance.choice([" ", "", " "])
        yield joint.join(chance.choice(PIECES) for _ in range(chance.randint(1, 8)))
        yield "".join(
            chr(chance.choice([chance.randrange(128), chance.randrange(0x3000), chance.randrange(0x110000)]))
            for _ in range(12)
        )


@pytest.fixture
def small(add, embedded):
    add("/home/dana/a.md", "Lunch with Dana at the Größe café. 北京大学.", title="Lunch")
    add(
        "/home/dana/b.eml",
        "Attached.",
        kind="mail",
        title="Re: lunch",
        sender="Dana <d@example.org>",
        date=1.7e9,
    )
    return embedded()


def check(store, embedder, count: int, seed: int) -> None:
    for i, line in enumerate(lines(count, seed)):
        started = time.process_time()
        found = search(store, embedder, line, mode=("words", "hybrid", "meaning")[i % 3])
        explain(line)
        if not found:
            did_you_mean(store, line)
        assert time.process_time() - started < 2, line


@pytest.mark.slow
def test_a_thousand_odd_lines(store, small) -> None:
    check(store, small, 500, 1)


@pytest.mark.slow
def test_ten_thousand_odd_lines(store, small) -> None:
    check(store, small, 5000, 2)


def test_long_lines_are_answered_in_time(store, small) -> None:
    for text in (
        "date:gestern " * 8000,
        "date:last " * 10_000,
        "date:a b c d " * 8000,
        "(from:a OR " * 10_000,
        "-(a OR b) " * 10_000,
        "NOT " * 25_000,
        "lunch dinner " * 8000,
        '"' * 100_000,
        "(" * 100_000,
        "北" * 100_000,
        "from:dana " * 10_000,
        "x" * 100_000,
        "-a " * 30_000,
        "a OR " * 20_000,
    ):
        started = time.process_time()
        search(store, small, text)
        assert time.process_time() - started < 10, text[:20]


def test_a_damaged_index_is_an_error_and_not_an_empty_answer(add, store) -> None:
    for i in range(300):
        add(f"/home/dana/{i}.md", f"Lunch number {i} " * 50)
    store.checkpoint()
    path = store.path
    store.close()
    damaged = bytearray(path.read_bytes())
    for at in range(8192, len(damaged), 4096):
        damaged[at : at + 64] = b"\xff" * 64
    path.write_bytes(damaged)
    with pytest.raises(GsearchError), Store.open(path) as broken:
        search(broken, None, "lunch", mode="words")
