"""Spreadsheets (xlsx, xlsm, xlsb, xls, ods) through python-calamine: one line per row, one section per sheet.

Hidden sheets are left out and counted, as is what nobody sees in pages, mails and documents: programs keep lists,
caches and settings there, and who finds a word wants to see it where it stands.

python-calamine reads all five in 2 MB without other packages; openpyxl reads two of them and is slower.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from gemmasearch import light
from gemmasearch.documents import Document, Problem
from gemmasearch.readers.formats import CannotRead, Source
from gemmasearch.readers.office import document, properties
from gemmasearch.readers.packages import Attributes, Package, parse, refuse_encrypted
from gemmasearch.readers.slides import Drawing, relations
from gemmasearch.readers.writing import Writer
from gemmasearch.settings import Settings

_BESIDE = light.pattern(r"xl/(?:comments/?(?:comment)?|drawings/drawing|charts/chart)\d*\.xml")
EMPTY = 4  # cells to one that is filled: in emptier rows they say nothing
CHARACTERS = 5_000_000  # of one file: behind that are numbers that nobody asks for in words


def read(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    found = _properties(source)
    writer = Writer()
    written, cut = 0, False
    hidden = 0
    for number, (name, rows) in enumerate(_sheets(source), 1):
        if rows is None:
            hidden += 1
            continue
        writer.page(number, name)
        for row in rows:
            line = _line([_shown(cell) for cell in row])
            if line and written < CHARACTERS:
                writer.put(line)
                writer.line()
            written += len(line)
        cut = written >= CHARACTERS
        source.progress()
    _beside(source, writer)
    whole = document(writer, found, "sheet")
    yield replace(whole, meta={**whole.meta, "hidden": str(hidden)}) if hidden else whole
    if cut:
        yield Problem(source.path, "limit", f"only its first {CHARACTERS} characters were read", "rest")


def _beside(source: Source, writer: Writer) -> None:
    """Comments on cells and the words of text boxes and charts; the binary formats keep them elsewhere."""
    if source.head(2) != b"PK":
        return
    package = Package(source)
    unseen = _of_hidden_sheets(package)
    for name in sorted(filter(_BESIDE.fullmatch, set(package.names) - unseen)):
        writer.apart()
        parse(package.read(name), Drawing(writer), name)


def _of_hidden_sheets(package: Package) -> set[str]:
    """The members that hidden sheets name, and what these name."""
    book = _Book()
    parse(package.read("xl/workbook.xml"), book, "workbook")
    if not book.hidden or not book.shown:
        return set()
    named = relations(package, "xl/workbook.xml")
    waiting = [named[each][1] for each in book.hidden if each in named]
    found = set(waiting)
    while waiting:
        for _, member in relations(package, waiting.pop()).values():
            if member not in found:
                found.add(member)
                waiting.append(member)
    return found


class _Book(Attributes):
    """The relations of the sheets of a workbook (xlsx)."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.hidden: list[str] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "sheet":
            seen = attributes.get("state", "visible") == "visible"
            (self.shown if seen else self.hidden).append(attributes.get("id", ""))


def _properties(source: Source) -> dict[str, str]:
    """Checks a package for bombs on the way; the old binary format is none."""
    if source.head(2) != b"PK":
        refuse_encrypted(source)
        return {}
    package = Package(source)
    if b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise CannotRead("encrypted")
    for name in package.names:
        if name.endswith((".xml", ".bin")):
            package.read(name)
    return properties(package.read("docProps/core.xml") or package.read("meta.xml"))


def _sheets(source: Source) -> Iterator[tuple[str, Any]]:
    """Name and rows of each sheet; None for the rows of one that is hidden, unless all are."""
    from io import BytesIO

    try:
        from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum
    except ImportError as e:
        raise CannotRead("extra", "pip install 'gemmasearch[office]'", waits="office") from e
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(source.read()))
        hidden = {each.name for each in book.sheets_metadata if each.visible != SheetVisibleEnum.Visible}
        for name in book.sheet_names:
            if name in hidden and len(hidden) < len(book.sheet_names):
                yield name, None
                continue
            sheet = book.get_sheet_by_name(name)
            yield name, sheet.iter_rows() if sheet.height else ()
    except PasswordError as e:
        raise CannotRead("encrypted") from e
    except (CalamineError, OSError, ValueError) as e:
        raise CannotRead("malformed", str(e)[:300]) from e


def _line(cells: list[str]) -> str:
    """A row with its empty cells, so that each value stands in its column; without them where few are filled."""
    filled = [each for each in cells if each]
    if len(cells) > EMPTY * len(filled):
        return " | ".join(filled)
    return " | ".join(cells).rstrip(" |").replace("|  |", "| |").replace("|  |", "| |")


def _shown(cell: Any) -> str:
    """A cell as a sheet shows it: whole numbers without a fraction, dates without midnight."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.timedelta):  # "26:00", as it was put in
        minutes, seconds = divmod(round(cell.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
    if isinstance(cell, datetime.time):
        return cell.isoformat("seconds" if cell.second or cell.microsecond else "minutes")
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(" ", "minutes")
    return " ".join(str(cell).split())
