"""What stands in office files besides plain paragraphs, and what only seems to stand there."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from gemmasearch.documents import Document
from tests.readers.office_files import (
    DRAWING,
    OPEN,
    WORD,
    docx,
    epub,
    opendocument,
    package,
    paragraph,
    relations,
    slide,
    xlsx,
)
from tests.readers.test_office import read


def of(found: Document, page: int) -> str:
    (section,) = (s for s in found.sections if s.page == page)
    return found.text[section.start : section.end]


def test_text_that_is_hidden_or_was_moved_away_is_gone_and_hyphens_stay(tmp_path: Path) -> None:
    body = (
        "<w:p><w:r><w:t>well</w:t><w:noBreakHyphen/><w:t>known ta</w:t><w:softHyphen/><w:t>b\u00adle</w:t></w:r>"
        '<w:moveFrom w:id="1"><w:r><w:t>MOVED</w:t></w:r></w:moveFrom><w:r><w:rPr><w:vanish/></w:rPr><w:t>HIDDEN</w:t></w:r>'
        '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t> shown</w:t></w:r></w:p>'
    )
    assert read(tmp_path, docx(body), "a.docx").text == "well-known table shown"


def test_a_text_box_is_read_once_and_does_not_cut_the_paragraph_around_it(tmp_path: Path) -> None:
    box = f"<w:txbxContent>{paragraph('in the box')}{paragraph('twice')}</w:txbxContent>"
    both = f"<mc:AlternateContent xmlns:mc='m'><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
    body = (
        f'<w:p><w:pPr><w:pStyle w:val="h"/></w:pPr><w:r><w:t>before </w:t>{both}<w:t>after</w:t></w:r></w:p>'
    )
    styles = '<w:style w:styleId="h"><w:name w:val="heading 1"/></w:style>'
    found = read(tmp_path, docx(body, styles=styles), "a.docx")
    assert found.text == "before after\nin the box\ntwice" and found.sections[0].headings == ("before after",)


def test_headers_footers_and_the_words_of_charts_stand_behind_the_text_under_no_heading(
    tmp_path: Path,
) -> None:
    header = f"<w:hdr {WORD}>{paragraph('Acme Ltd')}{paragraph('7')}</w:hdr>"
    chart = f'<c:chart xmlns:c="c" {DRAWING}><a:p><a:r><a:t>Sales</a:t></a:r></a:p><c:cat><c:strRef><c:strCache><c:pt><c:v>East</c:v></c:pt>'
    chart += "</c:strCache></c:strRef></c:cat><c:val><c:numCache><c:pt><c:v>1.5</c:v></c:pt></c:numCache></c:val></c:chart>"
    more = {
        "header1": header,
        "header2": header,
        "footnotes": f"<w:footnotes {WORD}>{paragraph('a note')}</w:footnotes>",
    }
    styles = '<w:style w:styleId="h"><w:name w:val="heading 1"/></w:style>'
    found = read(
        tmp_path, docx(paragraph("Care", "h"), styles=styles, **more, **{"charts/chart1": chart}), "a.docx"
    )
    assert found.text == "Care\na note\nSales\nEast\nAcme Ltd"
    assert [(s.headings, found.text[s.start : s.end].split("\n")[0]) for s in found.sections] == [
        (("Care",), "Care"),
        ((), "a note"),
        ((), "Sales"),
        ((), "Acme Ltd"),
    ]


def test_a_cell_without_text_keeps_its_column(tmp_path: Path) -> None:
    def row(*words: str) -> str:
        return "<w:tr>" + "".join(f"<w:tc>{paragraph(word)}</w:tc>" for word in words) + "</w:tr>"

    table = row("Name", "Phone", "City") + row("Dana", "", "Bonn") + row("", "555", "") + row("", "", "")
    expected = "Name | Phone | City\nDana | | Bonn\n| 555"
    assert read(tmp_path, docx(f"<w:tbl>{table}</w:tbl>"), "a.docx").text == expected
    rows: list[list[str | float]] = [
        ["Name", "Phone", "City"],
        ["Dana", "", "Bonn"],
        ["", 555, ""],
        ["", "", ""],
    ]
    assert read(tmp_path, xlsx(rows), "a.xlsx").text == expected
    sparse: list[list[str | float]] = [["a"] * 9, ["", "", "", "", "", "", "", "", "far"]]
    assert read(tmp_path, xlsx(sparse), "a.xlsx").text.endswith("\nfar")


def test_slides_come_in_the_order_in_which_they_are_shown_with_their_own_notes(tmp_path: Path) -> None:
    shown = "".join(f'<p:sldId id="{256 + i}" r:id="slide_{n}"/>' for i, n in enumerate((2, 3, 1)))
    table = "".join(
        f"<a:tr>{''.join(f'<a:tc><a:p><a:r><a:t>{word}</a:t></a:r></a:p></a:tc>' for word in row)}</a:tr>"
        for row in (("Name", "Phone"), ("Dana", "555"))
    )
    raw = package(
        {
            "ppt/presentation.xml": f'<p:presentation {DRAWING} xmlns:r="r"><p:sldIdLst>{shown}</p:sldIdLst></p:presentation>',
            "ppt/_rels/presentation.xml.rels": relations(
                **{f"slide_{n}": f"slides/slide{n}.xml" for n in (1, 2, 3)}
            ),
            "ppt/slides/slide1.xml": slide("One"),
            "ppt/slides/slide2.xml": slide("Two").replace("</p:sld>", f"<a:tbl>{table}</a:tbl></p:sld>"),
            "ppt/slides/slide3.xml": slide("Three"),
            "ppt/slides/_rels/slide3.xml.rels": relations(
                notesSlide="../notesSlides/notesSlide1.xml", diagramData="/ppt/diagrams/data1.xml"
            ),
            "ppt/notesSlides/notesSlide1.xml": slide("", "say this"),
            "ppt/diagrams/data1.xml": slide("", "first step"),
        }
    )
    found = read(tmp_path, raw, "a.pptx")
    assert [s.headings for s in found.sections] == [("Two",), ("Three",), ("One",)]
    assert of(found, 1) == "Two\nName | Phone\nDana | 555\n"
    assert of(found, 2) == "Three\nsay this\nfirst step\n"


def test_notes_and_comments_of_an_opendocument_do_not_cut_their_sentence(tmp_path: Path) -> None:
    note = "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>a note</text:p></text:note-body></text:note>"
    comment = '<office:annotation xmlns:dc="d"><dc:creator>Kim</dc:creator><dc:date>2024</dc:date><text:p>why?</text:p></office:annotation>'
    box = "<draw:frame><draw:text-box><text:p>boxed</text:p></draw:text-box></draw:frame>"
    header = f"<office:styles {OPEN}><style:header><text:p>Acme Ltd</text:p></style:header></office:styles>"
    body = f"<text:p>The rent{note} is{comment} due{box} in May.</text:p><text:p>next</text:p>"
    found = read(tmp_path, opendocument(body, styles=header), "a.odt")
    assert found.text == "The rent is due in May.\na note\nwhy?\nboxed\nnext\nAcme Ltd"


def test_slides_of_an_opendocument_go_by_their_titles(tmp_path: Path) -> None:
    def frame(kind: str, text: str) -> str:
        return f'<draw:frame presentation:class="{kind}"><draw:text-box><text:p>{text}</text:p></draw:text-box></draw:frame>'

    pages = "".join(
        f"<draw:page>{frame('title', f'Title {n}')}{frame('outline', f'body {n}')}</draw:page>"
        for n in (1, 2)
    )
    found = read(tmp_path, opendocument(pages, "presentation"), "a.odp")
    assert [(s.page, s.headings) for s in found.sections] == [(1, ("Title 1",)), (2, ("Title 2",))]


def test_the_authors_of_a_book_are_no_one_word_and_its_first_date_counts(tmp_path: Path) -> None:
    raw = epub(
        {"a": "<h1>First</h1>x"},
        "<dc:creator>Kim</dc:creator><dc:date>2020-01-01</dc:date><dc:date>2024-01-01</dc:date>",
    )
    found = read(tmp_path, raw, "a.epub")
    assert (found.meta["author"], found.date) == ("Dana, Kim", 1577836800.0)


def test_comments_on_cells_and_the_words_of_charts_stand_behind_the_sheets(tmp_path: Path) -> None:
    raw = io.BytesIO(xlsx([["Rent", 870]]))
    with zipfile.ZipFile(raw, "a") as file:
        comment = '<comments xmlns="m"><commentList><comment ref="A1"><text><r><t>Dana: too </t></r><r><t>much</t></r></text></comment></commentList></comments>'
        file.writestr("xl/comments1.xml", comment)
        file.writestr("xl/drawings/drawing1.xml", slide("", "Costs per month"))
    found = read(tmp_path, raw.getvalue(), "a.xlsx")
    assert found.text == "Rent | 870\nDana: too much\nCosts per month"
    assert [(s.page, s.headings) for s in found.sections] == [(1, ("Costs",)), (None, ()), (None, ())]


_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def workbook(**states: str) -> bytes:
    """A sheet for each name, with the name in its only cell, a comment and a drawing."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheets = "".join(
        f'<sheet name="{name}" sheetId="{n}" state="{state}" r:id="worksheet_{n}"/>'
        for n, (name, state) in enumerate(states.items(), 1)
    )
    targets = {f"worksheet_{n}": f"worksheets/sheet{n}.xml" for n in range(1, len(states) + 1)}
    members = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relations(officeDocument="xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{_RELATIONS}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(**targets),
    }
    for n, name in enumerate(states, 1):
        cell = f'<c t="inlineStr"><is><t>{name}</t></is></c>'
        members |= {
            f"xl/worksheets/sheet{n}.xml": f'<worksheet xmlns="{main}"><sheetData><row>{cell}</row></sheetData></worksheet>',
            f"xl/worksheets/_rels/sheet{n}.xml.rels": relations(
                comments=f"../comments{n}.xml", drawing=f"/xl/drawings/drawing{n}.xml"
            ),
            f"xl/comments{n}.xml": f"<comments><text><t>on {name}</t></text></comments>",
            f"xl/drawings/drawing{n}.xml": slide("", f"box of {name}"),
            f"xl/drawings/_rels/drawing{n}.xml.rels": relations(chart=f"../charts/chart{n}.xml"),
            f"xl/charts/chart{n}.xml": slide("", f"chart of {name}"),
        }
    return package(members)


def test_hidden_sheets_and_what_stands_beside_them_are_left_out_and_counted(tmp_path: Path) -> None:
    found = read(tmp_path, workbook(Secret="veryHidden", Rent="visible", Lists="hidden"), "a.xlsx")
    assert found.text == "Rent\nchart of Rent\non Rent\nbox of Rent"
    assert (found.sections[0].page, found.sections[0].headings) == (2, ("Rent",))
    assert found.meta["hidden"] == "2"
    assert read(tmp_path, workbook(Lists="hidden"), "a.xlsx").text.startswith("Lists\nchart of Lists")


def test_a_hidden_sheet_of_opendocument_is_left_out(tmp_path: Path) -> None:
    def table(name: str, style: str) -> str:
        cell = f'<table:table-cell office:value-type="string"><text:p>{name}</text:p></table:table-cell>'
        return f'<table:table table:name="{name}" table:style-name="{style}"><table:table-row>{cell}</table:table-row></table:table>'

    styles = "".join(
        f'<style:style style:name="{name}" style:family="table"><style:table-properties table:display="{shown}"/></style:style>'
        for name, shown in (("on", "true"), ("off", "false"))
    )
    body = (
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>"
        f"{table('Rent', 'on')}{table('Lists', 'off')}</office:spreadsheet></office:body>"
    )
    found = read(tmp_path, opendocument(body, "spreadsheet"), "a.ods")
    assert (found.text, found.meta["hidden"]) == ("Rent", "1")


def test_hidden_text_of_opendocument_is_left_out(tmp_path: Path) -> None:
    body = (
        '<office:automatic-styles><style:style style:name="T1"><style:text-properties text:display="none"/></style:style>'
        '<style:style style:name="T2"><style:text-properties text:display="true"/></style:style></office:automatic-styles>'
        '<text:section text:display="none"><text:p>HIDDEN</text:p><table:table><table:table-row><table:table-cell>'
        "<text:p>HIDDEN</text:p></table:table-cell></table:table-row></table:table></text:section>"
        '<text:section text:display="condition" text:condition="x"><text:p>may be seen</text:p></text:section>'
        '<text:p text:style-name="T1">HIDDEN</text:p><text:p text:style-name="T2">a<text:span text:style-name="T1">HIDDEN</text:span>'
        '<text:span text:style-name="T2">b</text:span><text:hidden-text text:is-hidden="true">HIDDEN</text:hidden-text>c</text:p>'
    )
    assert read(tmp_path, opendocument(body), "a.odt").text == "may be seen\nabc"
