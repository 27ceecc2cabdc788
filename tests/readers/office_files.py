"""Office files and books made by hand: zip files of XML."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
DRAWING = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
OPEN = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "text", "table", "draw", "meta", "style", "presentation")
)
CORE = (
    '<cp:coreProperties xmlns:cp="c" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="t"><dc:title>{title}</dc:title>'
    "<dc:creator>Dana</dc:creator><dcterms:created>2024-05-01T12:00:00Z</dcterms:created></cp:coreProperties>"
)


def package(members: Mapping[str, str | bytes], mimetype: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        if mimetype:
            file.writestr("mimetype", mimetype, zipfile.ZIP_STORED)
        for name, content in members.items():
            file.writestr(name, content)
    return out.getvalue()


def docx(body: str, *, title: str = "", styles: str = "", **more: str) -> bytes:
    members = {
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": f"<w:document {WORD}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": f"<w:styles {WORD}>{styles}</w:styles>",
        "docProps/core.xml": CORE.format(title=title),
        **{f"word/{name}.xml": content for name, content in more.items()},
    }
    return package(members)


def paragraph(text: str, style: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


def slide(title: str, *lines: str) -> str:
    def shape(text: str, kind: str) -> str:
        return f'<p:sp><p:nvPr><p:ph type="{kind}"/></p:nvPr><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sp>'

    return f"<p:sld {DRAWING}>{shape(title, 'title')}{''.join(shape(line, 'body') for line in lines)}</p:sld>"


def relations(**targets: str) -> str:
    """``relations(notesSlide="../notesSlides/notesSlide1.xml")``, or by name where the kind recurs ("slide_1")."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    each = "".join(
        f'<Relationship Id="{name}" Type="{kind}/{name.partition("_")[0]}" Target="{target}"/>'
        for name, target in targets.items()
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{each}</Relationships>'


def opendocument(body: str, kind: str = "text", styles: str = "") -> bytes:
    meta = f'<office:document-meta {OPEN} xmlns:dc="d"><office:meta><dc:title>Open</dc:title></office:meta></office:document-meta>'
    content = f"<office:document-content {OPEN}>{body}</office:document-content>"
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry'
        f' manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.{kind}"/></manifest:manifest>'
    )
    return package(
        {"content.xml": content, "styles.xml": styles, "meta.xml": meta, "META-INF/manifest.xml": manifest},
        f"application/vnd.oasis.opendocument.{kind}",
    )


def epub(chapters: Mapping[str, str], more: str = "") -> bytes:
    items = "".join(f'<item id="{n}" href="{n}.xhtml" media-type="application/xhtml+xml"/>' for n in chapters)
    order = "".join(f'<itemref idref="{n}"/>' for n in chapters)
    opf = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="d"><metadata><dc:title>A Book</dc:title><dc:creator>Dana</dc:creator>'
        f"<dc:language>en-GB</dc:language>{more}</metadata><manifest>{items}</manifest><spine>{order}</spine></package>"
    )
    container = '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>'
    pages = {f"OPS/{n}.xhtml": f"<html><body>{text}</body></html>" for n, text in chapters.items()}
    return package(
        {"META-INF/container.xml": container, "OPS/book.opf": opf, **pages}, "application/epub+zip"
    )


def xlsx(rows: list[list[str | float]], sheet: str = "Costs") -> bytes:
    def cell(value: str | float) -> str:
        return (
            f"<c><v>{value}</v></c>"
            if isinstance(value, int | float)
            else f'<c t="inlineStr"><is><t>{value}</t></is></c>'
        )

    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    data = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
    return package(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r0" Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets><sheet name="{sheet}" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{data}</sheetData></worksheet>',
        }
    )
