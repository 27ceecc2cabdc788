"""Passages from the middle of a table say what its columns are."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from gemmasearch.documents import Chunk, Document, Section
from gemmasearch.indexing.chunking import split
from gemmasearch.indexing.tables import HEADER, tables
from tests.indexing.test_chunking import assert_partition, count
from tests.readers.contract import documents
from tests.readers.office_files import docx, paragraph, xlsx

_ROWS = [("March" if n % 2 else "April", "Kiln rent", f"{n + 100}.50") for n in range(40)]


def cut(document: Document) -> list[Chunk]:
    chunks = split(document, count, 60, 120)
    assert_partition(document.text, chunks)
    return chunks


def read(path: Path, content: str | bytes) -> Document:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (found,) = documents(path)
    return found


def joined(mark: str, before: str = "", after: str = "") -> str:
    return "".join(f"{before}{mark.join(row)}{after}\n" for row in _ROWS)


def in_cells(row: tuple[str, ...], before: str, after: str) -> str:
    return "".join(f"{before}{cell}{after}" for cell in row)


_HEAD = ("Month", "Item", "Amount")
_FILES: dict[str, str | bytes] = {
    "a.csv": "Month,Item,Amount\n" + joined(","),
    "b.csv": "Konto:;DE12\n\n\"Month\";\"Item\";\"Amount\"\n" + joined(";"),
    "a.tsv": "Month\tItem\tAmount\n" + joined("\t"),
    "a.md": "# Costs\n\nOf the kiln.\n\n| Month | Item | Amount |\n|---|:---|--:|\n" + joined(" | ", "| ", " |"),
    "a.org": "* Costs\n|---+---+---|\n| Month | Item | Amount |\n|---+---+---|\n" + joined(" | ", "| ", " |"),
    "a.html": "<h1>Costs</h1><table><tr><th><p>Month</p></th><th>Item</th><th>Amount</th></tr>"
    + "".join(f"<tr>{in_cells(row, '<td><p>', '</p></td>')}</tr>" for row in _ROWS) + "</table>",
    "a.xlsx": xlsx([list(_HEAD), *([a, b, float(c)] for a, b, c in _ROWS)]),
    "a.docx": docx("<w:tbl>" + "".join(
        f"<w:tr>{''.join(f'<w:tc>{paragraph(cell)}</w:tc>' for cell in row)}</w:tr>" for row in (_HEAD, *_ROWS)
    ) + "</w:tbl>"),
}  # fmt: skip


@pytest.mark.parametrize("name", _FILES)
def test_a_passage_below_the_header_of_its_table_had_no_names_for_its_columns(
    tmp_path: Path, name: str
) -> None:
    first, *others = cut(read(tmp_path / name, _FILES[name]))
    assert "Amount" in first.text and "Month | Item | Amount" not in first.headings
    assert len(others) > 3
    assert {each.headings[-1:] for each in others} == {("Month | Item | Amount",)}


def test_the_header_goes_no_further_than_its_table() -> None:
    table = "Month | Amount\n" + "".join(f"March | {n}\n" for n in range(60))
    text = f"Before.\n\n{table}\n" + "A paragraph about something else altogether. " * 30
    chunks = cut(Document("note", text, sections=(Section(0, len(text), ("Costs",)),)))
    assert {each.headings for each in chunks if each.text.startswith("March")} == {
        ("Costs", "Month | Amount")
    }
    assert {each.headings for each in chunks if each.text.startswith("A paragraph")} == {("Costs",)}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("note", "".join(f"| Ines | Berlin {n} |\n" for n in range(40))),
        ("note", "Ines | 030 1234\n" + "".join(f"Ines | 030 {n}\n" for n in range(40))),
        ("note", "one | two\n" + "grep | sort\n" * 40),
        ("mail", "| quoted, and long\n" * 40),
        ("code", "name | amount\n" + "cat 1 | 2\n" * 40),
        ("data", '{"month": "March", "amount": 1}\n' * 40),
        ("data", "a: b, c\nd: e\n" * 40),
        ("data", "March,100\n" * 40),
        ("data", "name,place\n" + "Ines,Berlin\n" * 40),
        ("data", f"name,amount\n{'x' * 200_000},1\n" + "Ines,2\n" * 40),
        ("data", "<a><b>1,2</b></a>\n" * 40),
    ],
)  # fmt: skip
def test_a_first_row_that_names_no_columns_is_no_header(kind: str, text: str) -> None:
    assert tables(Document(kind, text)) == []


def test_a_wide_header_is_cut_between_its_cells_and_years_are_names() -> None:
    wide = " | ".join(f"Column {chr(97 + n)}" for n in range(26))
    (found,) = tables(Document("sheet", f"{wide}\n" + "1 | 2 | 3\n" * 40))
    assert found.header.startswith("Column a | Column b") and len(found.header) <= HEADER
    assert found.header.split(" | ")[-1] in wide.split(" | ")
    (found,) = tables(Document("sheet", "Item | 2023 | 2024\n" + "Rent | EUR 1,200 | 30 €\n" * 40))
    assert found.header == "Item | 2023 | 2024"


@pytest.mark.parametrize(
    "text", ["|" * 300_000, ("-" * 50_000 + "x|\n") * 6, "a|1\n" * 80_000, "| \n" * 100_000]
)
def test_looking_for_tables_takes_no_time(text: str) -> None:
    began = time.process_time()
    for kind in ("note", "data"):
        tables(Document(kind, text))
    assert time.process_time() - began < 1
