from __future__ import annotations

from pathlib import Path

import pytest

from gemmasearch.documents import Document
from tests.readers.contract import ReaderContract, documents, problem
from tests.readers.office_files import OPEN, docx, epub, opendocument, package, paragraph, slide, xlsx


class TestDocx(ReaderContract):
    name, file = "docx", "a.docx"

    def sample(self) -> bytes:
        return docx(paragraph("The walnut table"))


class TestPptx(ReaderContract):
    name, file = "pptx", "a.pptx"

    def sample(self) -> bytes:
        return package({"ppt/slides/slide1.xml": slide("Care", "The walnut table")})


class TestOdt(ReaderContract):
    name, file = "odt", "a.odt"

    def sample(self) -> bytes:
        return opendocument("<text:p>The walnut table</text:p>")


class TestOdp(ReaderContract):
    name, file = "odp", "a.odp"

    def sample(self) -> bytes:
        return opendocument("<draw:page><text:p>The walnut table</text:p></draw:page>", "presentation")


class TestXlsx(ReaderContract):
    name, file = "xlsx", "a.xlsx"

    def sample(self) -> bytes:
        return xlsx([["walnut", 12.5]])


class TestFlat(ReaderContract):
    name, file = "fodt", "a.fodt"

    def sample(self) -> bytes:
        meta = (
            '<office:meta xmlns:dc="d"><dc:title>Lease</dc:title><dc:creator>Dana</dc:creator></office:meta>'
        )
        styles = (
            "<office:automatic-styles><style:style style:name='a'/></office:automatic-styles><office:master-styles>"
            "<style:master-page><style:header><text:p>Page header</text:p></style:header></style:master-page></office:master-styles>"
        )
        body = "<text:h text:outline-level='1'>Care</text:h><text:p>The walnut table <text:subject>field</text:subject><office:binary-data>AAAA</office:binary-data></text:p>"
        return (
            f"<?xml version='1.0' encoding='UTF-8'?><office:document {OPEN} office:mimetype='application/vnd.oasis.opendocument.text'>"
            f"{meta}{styles}<office:body><office:text>{body}</office:text></office:body></office:document>"
        ).encode()

    def test_its_text_stands_before_its_headers_and_fields_are_no_properties(self, path: Path) -> None:
        (found,) = documents(path)
        assert found.text == "Care\nThe walnut table field\nPage header"
        assert (found.title, found.meta, found.kind) == ("Lease", {"author": "Dana"}, "document")


class TestOds(ReaderContract):
    name, file = "ods", "a.ods"

    def sample(self) -> bytes:
        cell = '<table:table-cell office:value-type="string"><text:p>walnut</text:p></table:table-cell>'
        table = f'<table:table table:name="T"><table:table-row>{cell}</table:table-row></table:table>'
        return opendocument(
            f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>", "spreadsheet"
        )


class TestEpub(ReaderContract):
    name, file = "epub", "a.epub"

    def sample(self) -> bytes:
        return epub({"one": "<h1>Care</h1><p>The walnut table</p>"})


class TestRtf(ReaderContract):
    name, file = "rtf", "a.rtf"

    def sample(self) -> bytes:
        return rb"{\rtf1\ansi\ansicpg1252{\info{\title Care}}The walnut table\par and \'fc}"


def read(tmp_path: Path, raw: bytes, name: str) -> Document:
    path = tmp_path / name
    path.write_bytes(raw)
    (found,) = documents(path)
    return found


def test_headings_come_from_styles_whatever_their_language(tmp_path: Path) -> None:
    styles = '<w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>'
    styles += (
        '<w:style w:styleId="Eigen"><w:name w:val="Eigen"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>'
    )
    body = paragraph("One", "berschrift1") + paragraph("text") + paragraph("Two", "Eigen") + paragraph("more")
    found = read(tmp_path, docx(body, styles=styles, title="Lease"), "a.docx")
    assert [s.headings for s in found.sections] == [("One",), ("One", "Two")]
    assert (found.title, found.meta["author"], found.date) == ("Lease", "Dana", 1714564800.0)


def test_tables_are_one_line_per_row_and_deleted_text_is_gone(tmp_path: Path) -> None:
    cells = "".join(f"<w:tc>{paragraph(word)}</w:tc>" for word in ("Rent", "870"))
    deleted = "<w:p><w:del><w:r><w:delText>secret</w:delText></w:r></w:del></w:p>"
    found = read(tmp_path, docx(f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>{deleted}{paragraph('end')}"), "a.docx")
    assert found.text == "Rent | 870\nend"


def test_slides_are_pages_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    slides = {f"ppt/slides/slide{n}.xml": slide(f"Title {n}", f"body {n}") for n in (10, 2, 1)}
    notes = {"ppt/notesSlides/notesSlide2.xml": slide("", "say this")}
    found = read(tmp_path, package({**slides, **notes}), "a.pptx")
    assert [(s.page, s.headings) for s in found.sections] == [
        (1, ("Title 1",)),
        (2, ("Title 2",)),
        (3, ("Title 10",)),
    ]
    assert "say this" in found.text[found.sections[1].start : found.sections[1].end]


def test_opendocument_headings_spaces_and_tracked_deletions(tmp_path: Path) -> None:
    body = '<text:tracked-changes><text:p>gone</text:p></text:tracked-changes><text:h text:outline-level="2">Care</text:h>'
    found = read(
        tmp_path, opendocument(body + '<text:p>a<text:s text:c="3"/>b<text:tab/>c</text:p>'), "a.odt"
    )
    assert (found.title, found.text, found.sections[0].headings) == ("Open", "Care\na   b\tc", ("Care",))


def test_numbers_in_sheets_read_as_they_look(tmp_path: Path) -> None:
    found = read(tmp_path, xlsx([["Rent", 870, 12.5], ["Deposit", 1740.0]]), "a.xlsx")
    assert found.text == "Rent | 870 | 12.5\nDeposit | 1740"
    assert (found.sections[0].page, found.sections[0].headings) == (1, ("Costs",))


def test_chapters_follow_the_spine(tmp_path: Path) -> None:
    found = read(tmp_path, epub({"b": "<h1>First</h1>x", "a": "<h1>Second</h1>y"}), "a.epub")
    assert [s.headings for s in found.sections] == [("First",), ("Second",)]
    assert (found.title, found.language, found.meta["author"]) == ("A Book", "en", "Dana")


def test_rtf_in_several_code_pages_with_notes_and_hidden_text(tmp_path: Path) -> None:
    raw = (
        rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fswiss Arial;}{\f1\fnil\fcharset204{\*\fname x;}Times;}{\f2\fcharset128 Gothic;}}"
        rb"{\info{\title B\'fcro}{\creatim\yr2024\mo5\dy1\hr9}}{\header Acme Ltd\par}Stra\'dfe \f1\'cf\'f0\'e8\'e2\'e5\'f2\f0  \{\'fc\}"
        rb"{\footnote{\super 1} a {\b note}} {\f2\'93\'fa\'96\'7b}{\f2\uc2\u24180\'94\'4e\'93\'fa} end.{\v HIDDEN}{\b\v0 shown}{\rtlch\v\f0 HIDDEN}\par}"
    )
    found = read(tmp_path, raw, "a.rtf")
    assert [line.strip() for line in found.text.split("\n")] == [
        "Straße Привет {ü} 日本年日 end.shown",
        "",
        "Acme Ltd",
        "",
        "1 a note",
    ]
    assert (found.title, found.date) == ("Büro", 1714521600.0)


def test_rtf_keeps_its_title_and_letters(tmp_path: Path) -> None:
    found = read(tmp_path, TestRtf().sample(), "a.rtf")
    assert (found.title, found.text) == ("Care", "The walnut table\nand ü")


@pytest.mark.parametrize("name", ["a.docx", "a.odt", "a.epub", "a.xlsx", "a.pptx"])
def test_a_zip_of_something_else_is_malformed(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(package({"readme.txt": "hello"}))
    assert problem(path).reason == "malformed"


def test_an_encrypted_office_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
    )
    assert problem(path).reason == "encrypted"


def test_entities_and_zip_bombs_end_at_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    path.write_bytes(package({"word/document.xml": laughs}))
    assert problem(path).reason == "limit"
    path.write_bytes(docx(paragraph("x" * 60_000_000)))
    assert problem(path).reason == "limit"
    path.write_bytes(package({"word/document.xml": "<a/>", **{f"word/{n}": "" for n in range(10_001)}}))
    assert problem(path).reason == "limit"
