"""Sixty hostile files among good ones, over and over: every good one is read, every hostile one is a Problem with
a reason that fits, nothing is left running. ``GSEARCH_SOAK`` scales the number of rounds (1.0 = 20)."""

from __future__ import annotations

import gzip
import os
import random
import resource
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from gemmasearch import readers
from gemmasearch.documents import Document
from gemmasearch.settings import Settings
from tests.readers.mail_files import mbox, message, multipart
from tests.readers.office_files import docx, package, paragraph
from tests.readers.pdf_files import pdf
from tests.readers.test_pdf import slow_pdf

pytestmark = [pytest.mark.soak, pytest.mark.usefixtures("hostile"), pytest.mark.timeout(7200)]
SECONDS, MEGABYTES = 10, 500
DAMAGED = {"malformed", "no-text", "encrypted", "binary"}
REASONS = {
    "shared-stream.pdf": {"timeout"}, "nested-flate.pdf": {"timeout", "memory", "limit"}, "entities.docx": {"limit"},
    "zip-bomb.docx": {"limit"}, "zip-bomb.xlsx": {"limit"}, "zip-bomb.epub": {"limit"}, "many-members.docx": {"limit"},
    "deep.docx": {"limit"}, "stump.pdf": {"malformed"}, "loop.pdf": {"malformed"}, "long-line.md": {"too-large"},
    "deep.rtf": {"no-text", "timeout", "malformed"}, "junk.md": {"binary"}, "bomb.gz": {"unsupported"},
    "recursive.zip": {"unsupported"},
}  # fmt: skip
DEEDS = {
    "hang": {"timeout"}, "spin": {"timeout"}, "memory": {"memory"}, "segfault": {"crash"}, "abort": {"crash"},
    "leave": {"crash"}, "fork": {"crash", "timeout", "unreadable"}, "execute": {"crash", "unreadable"},
    "endless": {"limit"}, "giant": {"limit", "memory"}, "nonsense": {"crash"}, "kill": {"crash", "unreadable"},
    "connect 9": {"crash", "unreadable"}, "peek /etc/passwd": {"crash", "unreadable"},
    "write /tmp/gsearch-hostile": {"crash", "unreadable"},
}  # fmt: skip


def nested_flate(levels: int) -> bytes:
    raw = b"BT (x) Tj ET " * 2_000_000
    for _ in range(levels):
        raw = zlib.compress(raw, 9)
    return raw


def bombs() -> dict[str, bytes]:
    """Files that a parser must not be trusted with; a name each."""
    flate = nested_flate(3)
    stream = b"<< /Length %d /Filter [/FlateDecode /FlateDecode /FlateDecode] >>\nstream\n%s\nendstream" % (
        len(flate),
        flate,
    )
    page = pdf(["here"])
    cut = page[: page.index(b"<< /Length")] + stream + page[page.index(b"\nendstream") + 10 :]
    laughs = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha" * 10}">' for n in range(12))
    bomb = package({"word/document.xml": "x" * 300_000_000})
    found = {
        "shared-stream.pdf": slow_pdf(),
        "nested-flate.pdf": cut,
        "entities.docx": package({"word/document.xml": f"<!DOCTYPE x [{laughs}]><x>&e11;</x>"}),
        "zip-bomb.docx": docx(paragraph("x" * 100_000_000)),
        "zip-bomb.xlsx": package({"xl/workbook.xml": "x" * 300_000_000}),
        "zip-bomb.epub": package({"META-INF/container.xml": "y" * 300_000_000}, "application/epub+zip"),
        "many-members.docx": package(
            {"word/document.xml": "<a/>", **{f"word/{n}": "" for n in range(20_000)}}
        ),
        "deep.docx": package({"word/document.xml": "<a>" * 3_000_000}),
        "stump.pdf": b"%PDF-1.7\n" + bytes(10_000),
        "loop.pdf": page.replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]"),
        "long-line.md": b"",  # sparse, see below
        "deep.rtf": b"{\\rtf1" + b"{" * 2_000_000,
        "junk.md": bytes(range(256)) * 1000,
        "bomb.gz": gzip.compress(bytes(100_000_000)),
        "recursive.zip": package({"a.zip": bomb}),
    }
    chance = random.Random(1)
    for n in range(20):
        damaged = bytearray(page)
        for _ in range(40):
            damaged[chance.randrange(20, len(damaged))] = chance.randrange(256)
        found[f"damaged-{n}.pdf"] = b"%PDF-1.7\n" + bytes(damaged[200:])
    return found


def tolerated() -> dict[str, bytes]:
    """Hostile, and yet there is something to read in them: both is right, within the limits."""
    deep = "".join(f"Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n" for i in range(10_000))
    return {
        "deep.eml": f"Subject: deep\nFrom: a@b.c\n{deep}\nend\n".encode(),
        "parts.eml": multipart(*[""] * 100_000).encode(),
        "header.eml": b"From: a@b.c\nTo: " + b";" * 50_000_000 + b"\n\nx\n",
        "deep.html": b"<div>" * 100_000 + b"deep",
        "tables.html": b"<table><tr><td>" * 50_000,
        "attributes.html": b"<p " + b"a=1 " * 2_000_000 + b">x",
        "one-line.html": b"word " * 4_000_000,
        "quotes.eml": message("> " * 2_000_000 + "\n> x" * 200_000).encode(),
        "words.eml": message("x", subject="=?utf-8?q?" * 100_000).encode(),
        "box": mbox([message("From " * 1_000_000, number=n) for n in range(3)]),
    }


def plant(folder: Path, good: int) -> dict[str, set[str]]:
    """Write everything; the reasons that fit each hostile file."""
    for n in range(good):
        makers: list[tuple[str, Callable[[], bytes]]] = [
            ("md", lambda: b"# Note\ntext\n"),
            ("eml", lambda: message().encode()),
            ("pdf", lambda: pdf(["a page"])),
            ("docx", lambda: docx(paragraph("words"))),
            ("html", lambda: b"<p>words</p>"),
        ]
        suffix, make = makers[n % len(makers)]
        (folder / f"good-{n}.{suffix}").write_bytes(make())
    expected = {}
    for name, raw in bombs().items():
        (folder / name).write_bytes(raw)
        expected[name] = REASONS.get(name, DAMAGED)
    with (folder / "long-line.md").open("wb") as stream:
        stream.write(b"word " * 10_000)
        stream.truncate(1 << 30)
    for deed, reasons in DEEDS.items():
        name = f"{deed.split()[0]}.hostile"
        (folder / name).write_text(f"HOSTILE {deed}")
        expected[name] = reasons
    return expected


def test_every_good_file_is_read_among_hostile_ones_in_every_round(tmp_path: Path) -> None:
    rounds = max(1, round(20 * float(os.environ.get("GSEARCH_SOAK", "0.05"))))
    expected = plant(tmp_path, 500)
    for name, raw in tolerated().items():
        (tmp_path / name).write_bytes(raw)
    names = sorted(os.listdir(tmp_path))
    chance = random.Random(7)
    settings = Settings(reader_seconds=SECONDS, reader_memory_mb=MEGABYTES)
    with readers.Isolated(settings) as isolated:
        for _ in range(rounds):
            chance.shuffle(names)
            read = {name: timed(isolated, tmp_path / name) for name in names}
            for name, (reasons, texts, seconds) in read.items():
                assert seconds < 6 * SECONDS, (name, seconds)
                if name.startswith("good-"):
                    assert texts == 1 and not reasons, (name, reasons)
                elif name in expected:
                    assert reasons and reasons <= expected[name], (name, reasons, texts)
                else:
                    assert texts or reasons, name
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    assert own < 1024 and workers < 1024, (own, workers)


def timed(isolated: readers.Isolated, path: Path) -> tuple[set[str], int, float]:
    started, reasons, texts = time.monotonic(), set(), 0
    for item in isolated.read(str(path)):
        if isinstance(item, Document):
            texts += 1
        else:
            reasons.add(item.reason)
    return reasons, texts, time.monotonic() - started
