"""What is inside a PDF beside its lines in their order: other files, and columns that were drawn row by row."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfWriter

from gemmasearch.documents import Document, Problem
from gemmasearch.readers import pdf as reader
from gemmasearch.readers import pdf_columns, pdf_other
from gemmasearch.readers.formats import Source
from gemmasearch.settings import Settings
from tests.readers.contract import documents, read
from tests.readers.pdf_files import holding, pdf, placed, write


def test_files_inside_a_pdf_were_not_read(tmp_path: Path) -> None:
    """Portfolios hold their texts so, invoices their figures; listed, pinned to a page, and one in the other."""
    inner = holding(pdf(["The second inventory."]), {"figures.csv": b"part,price\nimpeller,41.90\n"})
    files = {"annex.pdf": inner, "../../terms.md": b"# Terms\nthirty days net", "logo.bin": b"\0\1\2" * 40}
    raw = holding(pdf(["Open this in another viewer."]), files, {"note.txt": b"pinned here"})
    found = documents(write(tmp_path, raw))
    assert [(d.kind, d.part, d.meta.get("member")) for d in found] == [
        ("pdf", "", None),
        ("note", "terms.md", "terms.md"),
        ("pdf", "annex.pdf", "annex.pdf"),
        ("data", "annex.pdf/figures.csv", "annex.pdf/figures.csv"),
        ("note", "note.txt", "note.txt"),
    ]
    assert "impeller" in found[3].text and found[1].title == "Terms"


def test_a_pdf_without_text_did_not_give_the_files_inside_it(tmp_path: Path) -> None:
    why, inside = read(write(tmp_path, holding(pdf([""]), {"a.txt": b"the walnut table"})))
    assert isinstance(why, Problem) and (why.reason, why.part) == ("no-text", "pages")
    assert isinstance(inside, Document) and inside.text.strip() == "the walnut table"


@pytest.mark.slow
def test_pdfs_inside_pdfs_end_at_the_limits_of_archives(tmp_path: Path) -> None:
    raw = pdf(["deep"])
    for _ in range(10):
        raw = holding(raw, {"in.pdf": raw, "twice.pdf": raw})
    found = read(write(tmp_path, raw))
    assert len(found) < 2_000 and any(isinstance(each, Problem) and each.reason == "limit" for each in found)


def test_a_damaged_file_inside_a_pdf_costs_only_itself(tmp_path: Path) -> None:
    raw = holding(pdf(["text"]), {"a.txt": b"first", "b.txt": b"second"})
    raw = raw.replace(b"\nfirst\n", b"\nfir", 1).replace(
        b"/EmbeddedFile\n", b"/EmbeddedFile\n/Filter /FlateDecode\n", 1
    )
    document, *rest = read(write(tmp_path, raw))
    assert isinstance(document, Document) and document.text.strip() == "text"
    assert [d.text.strip() for d in rest if isinstance(d, Document)][-1:] == ["second"]


LEFT = [
    "The harbour crane must be repainted in",
    "signal yellow before the inspection that",
    "the authority announced for the spring,",
    "and the crew shall wear helmets while",
    "they work above the quay. The paint is",
    "kept in the shed behind the office, and",
    "nobody may smoke there, whatever the",
    "weather or the hour of the day is.",
]
RIGHT = [
    "The pump in the cellar was replaced in",
    "October, since it leaked for weeks and",
    "the neighbours complained about the",
    "noise. Its successor is guaranteed for",
    "five years and makes less noise. Keep",
    "the receipt with the other papers in",
    "the blue folder, because the maker asks",
    "for it whenever something is broken.",
]


def beside(left: Sequence[str], right: Sequence[str], *, words: bool) -> bytes:
    """Two columns, drawn row by row: line after line, or word after word, below a line that goes across both."""
    pieces: list[tuple[float, float, str]] = [
        (72, 740, "A heading that stands above both of the columns, and is wide")
    ]
    for row, cells in enumerate(zip(left, right, strict=True)):
        for x, cell in zip((72, 320), cells, strict=True):
            at = 0
            for piece in cell.split() if words else [cell]:
                pieces.append((x + 5.4 * at, 720 - 14 * row, piece))
                at += len(piece) + 1
    return placed(*pieces).replace(b"/F1 12 Tf", b"/F1  9 Tf")


@pytest.mark.parametrize("words", [False, True])
def test_columns_that_were_drawn_row_by_row_were_read_across(tmp_path: Path, words: bool) -> None:
    (found,) = documents(write(tmp_path, beside(LEFT, RIGHT, words=words)))
    heading, *lines = found.text.split("\n")
    assert heading.startswith("A heading that stands above both of the columns") and lines == [*LEFT, *RIGHT]


def test_a_long_document_without_such_columns_was_read_twice_to_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[object] = []
    look = pdf_columns.read

    def counted(page: object) -> str:
        tried.append(page)
        return look(page)  # type: ignore[arg-type]

    monkeypatch.setattr(pdf_columns, "read", counted)
    writer = PdfWriter()
    prose = placed(
        *(
            (72, 700 - 14 * row, f"Line {row} of a page on which nothing but prose is written down.")
            for row in range(9)
        )
    )
    for _ in range(pdf_other.TRIED + 8):
        writer.append(BytesIO(prose))
    writer.write(raw := BytesIO())
    (found,) = reader.read(Source.of_bytes(raw.getvalue(), "file.pdf"), Settings())
    assert isinstance(found, Document) and found.meta["pages"] == "20"
    assert len(tried) == pdf_other.TRIED


def test_rows_of_a_table_with_long_cells_stay_rows(tmp_path: Path) -> None:
    articles = [
        f"{name} of oiled walnut, with a drawer"
        for name in ("Table", "Chair", "Chest", "Bench", "Shelf", "Stool", "Frame")
    ]
    prices = [f"{price},00 euros with delivery to the door" for price in range(100, 800, 100)]
    (found,) = documents(write(tmp_path, beside(articles, prices, words=False)))
    assert found.text.split("\n")[1:] == [f"{a} {b}" for a, b in zip(articles, prices, strict=True)]
