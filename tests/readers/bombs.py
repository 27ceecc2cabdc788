"""Sixty hostile files of our own making, each with the one or two reasons that are right for it."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

from tests.readers.mail_files import attached, message, multipart
from tests.readers.office_files import docx, package, paragraph
from tests.readers.pdf_files import pdf
from tests.readers.test_pdf import slow_pdf

Bomb = tuple[bytes, str]  # content, reasons that are right


def all_of_them() -> dict[str, Bomb]:
    return {**_pdfs(), **_packages(), **_archives(), **_mails(), **_markup(), **_deeds()}


def plant(folder: Path) -> dict[str, set[str]]:
    """Write them. :return: the reasons that are right for each."""
    expected = {}
    for name, (raw, reasons) in all_of_them().items():
        (folder / name).write_bytes(raw)
        expected[name] = set(reasons.split())
    with (folder / "long-line.md").open("wb") as stream:
        stream.write(b"word " * 10_000)
        stream.truncate(1 << 30)  # a gigabyte of one line
    return {**expected, "long-line.md": {"too-large"}}


def _pdfs() -> dict[str, Bomb]:
    page = pdf(["here"])
    found = {
        "shared-stream.pdf": (slow_pdf(), "timeout"),
        "nested-flate.pdf": (_nested_flate(page), "timeout memory limit malformed no-text"),
        "stump.pdf": (b"%PDF-1.7\n" + bytes(10_000), "malformed"),
        "loop.pdf": (page.replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]"), "malformed"),
        "cut.pdf": (page[:200], "malformed"),
        "self-length.pdf": (page.replace(b"/Length ", b"/Length 5 0 R %"), "malformed no-text"),
    }
    chance = random.Random(1)
    for n in range(6):
        damaged = bytearray(page)
        for _ in range(40):
            damaged[chance.randrange(20, len(damaged))] = chance.randrange(256)
        found[f"damaged-{n}.pdf"] = (b"%PDF-1.7\n" + bytes(damaged[200:]), "malformed no-text")
    return found


def _nested_flate(page: bytes) -> bytes:
    raw = b"BT (x) Tj ET " * 2_000_000
    for _ in range(3):
        raw = zlib.compress(raw, 9)
    head = b"<< /Length %d /Filter [/FlateDecode /FlateDecode /FlateDecode] >>\nstream\n" % len(raw)
    return (
        page[: page.index(b"<< /Length")]
        + head
        + raw
        + b"\nendstream"
        + page[page.index(b"\nendstream") + 10 :]
    )


def _packages() -> dict[str, Bomb]:
    laughs = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha" * 10}">' for n in range(12))
    quadratic = f'<!ENTITY q "{"q" * 100_000}">'
    foreign = '<!ENTITY f SYSTEM "file:///etc/passwd">'

    def word(doctype: str, entity: str) -> bytes:
        return package({"word/document.xml": f"<!DOCTYPE x [{doctype}]><x>{entity}</x>"})

    big = "x" * 200_000_000
    return {
        "entities.docx": (word(laughs, "&e11;"), "limit"),
        "quadratic.docx": (word(quadratic, "&q;" * 10_000), "limit"),
        "foreign-entity.docx": (word(foreign, "&f;"), "limit"),
        "zip-bomb.docx": (docx(paragraph("x" * 100_000_000)), "limit"),
        "zip-bomb.pptx": (package({"ppt/presentation.xml": "<a/>", "ppt/slides/slide1.xml": big}), "limit"),
        "zip-bomb.xlsx": (package({"xl/workbook.xml": big}), "limit"),
        "zip-bomb.epub": (package({"META-INF/container.xml": big}, "application/epub+zip"), "limit"),
        "zip-bomb.odt": (package({"content.xml": big}, "application/vnd.oasis.opendocument.text"), "limit"),
        "many-members.docx": (
            package({"word/document.xml": "<a/>", **{f"word/{n}": "" for n in range(20_000)}}),
            "limit",
        ),
        "deep.docx": (package({"word/document.xml": "<a>" * 3_000_000}), "limit"),
        "no-zip.docx": (b"PK\x03\x04" + b"word/document.xml" * 100, "malformed"),
    }


def _archives() -> dict[str, Bomb]:
    zeros = bytes(100_000_000)
    bomb = package({"a.txt": "x" * 100_000_000})
    nest = bomb
    for _ in range(12):
        nest = package({"a.zip": nest})
    return {
        "bomb.gz": (gzip.compress(zeros), "limit"),
        "bomb.bz2": (bz2.compress(zeros), "limit"),
        "bomb.xz": (lzma.compress(zeros), "limit"),
        "bomb.tgz": (_tar_bomb(zeros), "limit"),
        "bomb.zip": (bomb, "limit"),
        "recursive.zip": (nest, "limit"),
        "wide.zip": (package({f"{n}.zip": bomb for n in range(20)}), "limit"),
        "overlapping.zip": (_overlapping(), "limit malformed"),
        "twice.gz": (gzip.compress(gzip.compress(zeros)), "limit"),
        "members.zip": (package({f"{n}": "x" for n in range(12_000)}), "limit no-text"),
        "cut.gz": (gzip.compress(b"The walnut table\n" * 1000)[:-30], "malformed"),
        "sparse.tar": (_sparse_tar(), "limit malformed"),
    }


def _tar_bomb(zeros: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        info = tarfile.TarInfo("a.txt")
        info.size = len(zeros)
        archive.addfile(info, io.BytesIO(zeros))
    return out.getvalue()


def _sparse_tar() -> bytes:
    """A member that says to be a petabyte of nothing (GNU sparse 1.0)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("a.txt")
        info.pax_headers = {
            "GNU.sparse.major": "1",
            "GNU.sparse.minor": "0",
            "GNU.sparse.realsize": str(1 << 50),
        }
        info.size = 512
        archive.addfile(info, io.BytesIO(b"1\n0\n0\n".ljust(512, b"\0")))
    return out.getvalue()


def _overlapping() -> bytes:
    """Five hundred members of one content: the entries of the directory point to the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"x" * 10_000_000)
    raw = out.getvalue()
    start = raw.index(b"PK\x01\x02")
    end = raw.index(b"PK\x05\x06")
    entry = raw[start:end]
    size = struct.pack("<HHII", 500, 500, len(entry) * 500, start)
    return raw[:start] + entry * 500 + b"PK\x05\x06\0\0\0\0" + size + b"\0\0"


def _mails() -> dict[str, Bomb]:
    deep = "".join(f"Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n" for i in range(10_000))
    nest = message("the innermost").encode()
    for _ in range(12):
        nest = multipart("\nsee\n", attached(nest, "a.eml", "message/rfc822")).encode()
    bomb = package({"word/document.xml": "x" * 100_000_000})
    return {
        "deep.eml": (f"Subject: deep\nFrom: a@b.c\n{deep}\nend\n".encode(), "limit"),
        "parts.eml": (multipart(*[""] * 100_000).encode(), "limit"),
        "mails-in-mails.eml": (nest, "limit"),
        "bomb-attached.eml": (multipart("\nsee\n", attached(bomb, "a.docx")).encode(), "limit"),
        "archive-attached.eml": (
            multipart("\nsee\n", attached(gzip.compress(bytes(50_000_000)), "a.gz")).encode(),
            "limit",
        ),
        "killer-attached.eml": (
            multipart("\nsee\n", attached(b"HOSTILE segfault", "a.hostile")).encode(),
            "crash",
        ),
    }


def _markup() -> dict[str, Bomb]:
    return {
        "deep.html": (b"<div>" * 100_000 + b"deep", "limit"),
        "tables.html": (b"<table><tr><td>words" * 50_000, "limit"),
        "deep.rtf": (b"{\\rtf1" + b"{" * 2_000_000, "no-text timeout malformed limit"),
        "junk.md": (bytes(range(256)) * 1000, "binary"),
        "junk.pdf": (b"%PDF-1.7\n" + bytes(range(256)) * 1000, "malformed"),
        "large.json": (b"[" * 30_000_000, "too-large"),
    }


def _deeds() -> dict[str, Bomb]:
    """What a reader that is taken over might do: see the package ``hostile_readers``."""
    right = {
        "hang": "timeout", "spin": "timeout", "memory": "memory", "segfault": "crash", "abort": "crash",
        "leave": "crash", "fork": "unreadable", "execute": "unreadable", "endless": "limit", "giant": "limit",
        "nonsense": "crash", "kill": "unreadable", "connect 9": "unreadable", "peek /etc/passwd": "unreadable",
        "write /tmp/gsearch-hostile": "unreadable",
    }  # fmt: skip
    return {
        f"{deed.split()[0]}.hostile": (f"HOSTILE {deed}".encode(), reason) for deed, reason in right.items()
    }
