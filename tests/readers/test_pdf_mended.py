"""PDFs that were cut short, or whose tree of pages leads nowhere."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import pytest

from gemmasearch.documents import Document, Problem
from gemmasearch.readers import pdf_mended
from tests.readers.contract import read
from tests.readers.pdf_files import locked, pdf

RAW = pdf([f"walnut {word}" for word in ("one", "two", "three", "four", "five")])
KIDS = re.compile(rb"/Kids \[[^]]*\]")


def texts(tmp_path: Path, raw: bytes) -> list[str]:
    """The words of each page, after the damage was noted."""
    path = tmp_path / "a.pdf"
    path.write_bytes(raw)
    document, *_, note = read(path)
    assert isinstance(document, Document) and isinstance(note, Problem), (document, note)
    assert (note.reason, note.part) == ("malformed", "rest") and "damaged" in note.detail
    return [document.text[s.start : s.end].strip() for s in document.sections]


def packed(raw: bytes) -> bytes:
    """The same file without its end, and all that is in no stream in an object stream before the others."""
    objects = re.findall(rb"(\d+) 0 obj\n(.*?)\nendobj", raw, re.DOTALL)
    plain = [(number, body) for number, body in objects if b"stream" not in body]
    head, places = b"", 0
    for number, body in plain:
        head += b"%s %d " % (number, places)
        places += len(body) + 1
    inside = zlib.compress(head + b"\n".join(body for _, body in plain) + b"\n")
    out = b"%PDF-1.7\n" + b"".join(b"%s 0 obj\n%s\nendobj\n" % each for each in objects if each not in plain)
    about = b"<< /Type /ObjStm /N %d /First %d /Filter /FlateDecode /Length %d >>"
    about %= (len(plain), len(head), len(inside))
    return out + b"99 0 obj\n" + about + b"\nstream\n" + inside + b"\nendstream\nendobj\n"


def shared_fonts(raw: bytes) -> bytes:
    """The same file with the fonts at the tree above the pages."""
    fonts = b"/Resources << /Font << /F1 3 0 R >> >>"
    return raw.replace(fonts, b"").replace(b"/Kids", fonts + b" /Kids")


@pytest.mark.parametrize(
    "raw",
    [
        RAW[: RAW.index(b"xref")],
        KIDS.sub(b"/Kids [2 0 R]", RAW),
        RAW.replace(b"/Kids", b"/Kinder")[: RAW.index(b"xref")],
        packed(RAW),
        shared_fonts(RAW)[: shared_fonts(RAW).index(b"xref")],
    ],
    ids=["cut", "cyclic", "no tree", "packed", "shared"],
)
def test_a_pdf_without_its_end_or_with_a_cyclic_tree_was_malformed(tmp_path: Path, raw: bytes) -> None:
    assert texts(tmp_path, raw) == [f"walnut {word}" for word in ("one", "two", "three", "four", "five")]


@pytest.mark.parametrize("before", [b"(walnut four)", b"8 0 obj", b"endobj\n10 0 obj"])
def test_of_a_pdf_cut_in_the_middle_the_pages_before_are_read(tmp_path: Path, before: bytes) -> None:
    found = texts(tmp_path, RAW[: RAW.index(before)])
    assert found[:2] == ["walnut one", "walnut two"] and "five" not in " ".join(found)


def test_pages_that_the_tree_let_go_stay_away(tmp_path: Path) -> None:
    """As a program leaves them that takes pages out of a file without writing it anew."""
    raw = RAW[: RAW.index(b"xref")] + b"2 0 obj\n<< /Type /Pages /Kids [10 0 R 4 0 R] /Count 2 >>\nendobj\n"
    assert texts(tmp_path, raw) == ["walnut four", "walnut one"]


def test_what_is_locked_or_has_no_page_is_not_mended(tmp_path: Path) -> None:
    raw = locked(RAW, "", algorithm="RC4-128")
    assert pdf_mended.mended(raw[: raw.rindex(b"trailer")]) is None
    assert pdf_mended.mended(b"%PDF-1.7\n1 0 obj\n<< /Type /Pages /Kids [1 0 R] >>\nendobj\n") is None
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7\n1 0 obj\n<< /Type /Pages /Kids [1 0 R] >>\nendobj\n")
    (found,) = read(path)
    assert isinstance(found, Problem) and (found.reason, found.part) == ("malformed", "")


def test_an_object_stream_that_expands_without_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_mended, "UNPACKED", 1000)
    inside = zlib.compress(b"1 0 " + b" " * 10_000_000 + b"<< /Type /Page >>")
    raw = b"9 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode >>\nstream\n" + inside
    assert pdf_mended.mended(raw) is None
