from __future__ import annotations

import base64
import time
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from gemmasearch.readers import pdf_text
from gemmasearch.readers.formats import HEAD_BYTES, CannotRead, Source
from gemmasearch.readers.heads import is_pdf
from gemmasearch.settings import Settings
from tests.readers.contract import ReaderContract, documents, problem, read
from tests.readers.pdf_files import locked, pdf, placed, write


class TestPdf(ReaderContract):
    name, file = "pdf", "lease.pdf"

    def sample(self) -> bytes:
        return pdf(["The walnut table", "Second page"], info="/Title (Lease)")


def test_a_page_of_nothing_but_a_line_with_a_number_lost_it() -> None:
    cards = [f"Raffle ticket {number}" for number in range(4711, 4731)]
    assert pdf_text.without_running_lines(cards) == cards
    mixed = [f"Report 2024\n{text}\nPage {i}" for i, text in enumerate(("one", "two", "", "four", "five"), 1)]
    kept = pdf_text.without_running_lines(mixed)
    assert kept == ["Report 2024\none\nPage 1", "two", "Page 3", "four", "five"]


def test_a_pdf_begins_late_but_what_holds_a_pdf_is_none() -> None:
    raw = pdf(["text"])
    assert is_pdf(raw, "") and is_pdf(b"\r\n" + raw, "") and is_pdf(b"junk from a printer\n" + raw, "")
    for before in (b"PK\x03\x04....lease.pdf", b"From: Dana\nContent-Type: application/pdf\n\n", b"see "):
        assert not is_pdf(before + (b"%PDF-1.7 is its magic" if before == b"see " else raw), ""), before


def test_a_file_of_digits_that_names_pdf_was_looked_at_for_seconds() -> None:
    began = time.monotonic()
    assert not is_pdf(b"see %PDF-1.7: " + b"7" * HEAD_BYTES, "")
    assert time.monotonic() - began < 0.5


def test_pages_keep_their_numbers_across_an_empty_page(tmp_path: Path) -> None:
    (found,) = documents(write(tmp_path, pdf(["first words", "", "third words"])))
    assert [s.page for s in found.sections] == [1, 3]
    assert "third" in found.text[found.sections[1].start : found.sections[1].end]
    assert found.meta["pages"] == "3"


def test_printed_page_labels_stand_beside_the_numbers(tmp_path: Path) -> None:
    labels = "/PageLabels << /Nums [0 << /S /r >> 2 << /S /D >>] >>"
    (found,) = documents(write(tmp_path, pdf(["preface", "contents", "chapter"], labels=labels)))
    assert [(s.page, s.label) for s in found.sections] == [(1, "i"), (2, "ii"), (3, "1")]


def test_a_title_that_is_a_file_name_gives_way_to_the_first_line(tmp_path: Path) -> None:
    (named,) = documents(write(tmp_path, pdf(["Agreement on rent\nbody"], info="/Title (Real Title)")))
    (word,) = documents(
        write(tmp_path, pdf(["Agreement on rent\nbody"], info="/Title (Microsoft Word - x.doc)"))
    )
    assert (named.title, word.title) == ("Real Title", "Agreement on rent")


def test_the_title_is_no_header_that_the_next_pages_repeat(tmp_path: Path) -> None:
    pages = ["Walnut Journal 1\nOn the care of tables\nfirst words", "Walnut Journal 2\nmore words"]
    (found,) = documents(
        write(tmp_path, pdf(pages, info="/Title (Microsoft Word - a.docx) /Author (anonymous)"))
    )
    assert (found.title, "author" in found.meta) == ("On the care of tables", False)
    assert documents(write(tmp_path, pdf(["Walnut Journal", "Walnut Journal"])))[0].title == "Walnut Journal"


def test_title_and_author_are_found_in_the_xmp_data_too(tmp_path: Path) -> None:
    xmp = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreateDate="2024-05-01T12:00:00Z">'
        '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Walnut care</rdf:li></rdf:Alt></dc:title>'
        "<dc:creator><rdf:Seq><rdf:li>Dana</rdf:li><rdf:li>Kim</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    writer = PdfWriter(clone_from=BytesIO(pdf(["words"], info="/Title (a.docx)")))
    stream = StreamObject()
    stream.set_data(xmp.encode())
    stream.update({NameObject("/Type"): NameObject("/Metadata"), NameObject("/Subtype"): NameObject("/XML")})
    writer.root_object[NameObject("/Metadata")] = writer._add_object(stream)
    out = BytesIO()
    writer.write(out)
    (found,) = documents(write(tmp_path, out.getvalue()))
    assert (found.title, found.meta["author"], found.date) == ("Walnut care", "Dana, Kim", 1714564800.0)


def test_words_whose_letters_are_placed_one_by_one_are_words(tmp_path: Path) -> None:
    line = "Walnut tables are oiled in May"
    (found,) = documents(write(tmp_path, placed(*((72 + 7.2 * i, 720, c) for i, c in enumerate(line)))))
    assert found.text == line


def test_a_row_of_a_table_is_a_line_and_columns_of_text_are_not_mixed(tmp_path: Path) -> None:
    rows = (("Article", "Price"), ("Chair", "20.00"), ("Table", "300.00"), ("Lamp", "45.50"))
    cells = [(72 + 150 * x, 700 - 20 * y, word) for y, row in enumerate(rows) for x, word in enumerate(row)]
    (found,) = documents(write(tmp_path, placed(*cells)))
    assert found.text == "Article Price\nChair 20.00\nTable 300.00\nLamp 45.50"
    columns = [
        (72 + 250 * x, 700 - 20 * y, f"the words of line {y} in {x}") for x in (0, 1) for y in range(5)
    ]
    (found,) = documents(write(tmp_path, placed(*columns)))
    assert found.text.split("\n")[:2] == ["the words of line 0 in 0", "the words of line 1 in 0"]


def test_creation_date_and_author_are_kept_and_damaged_ones_ignored(tmp_path: Path) -> None:
    (good,) = documents(
        write(tmp_path, pdf(["x y z"], info="/Author (Dana) /CreationDate (D:20240501120000Z)"))
    )
    assert (good.date, good.meta["author"]) == (1714564800.0, "Dana")
    (bad,) = documents(write(tmp_path, pdf(["x y z"], info="/CreationDate (D:99999999999999Z)")))
    assert bad.date is None


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_an_owner_password_alone_does_not_hide_the_text(tmp_path: Path, algorithm: str) -> None:
    (found,) = documents(write(tmp_path, locked(pdf(["open secret"]), "", algorithm=algorithm)))
    assert "open secret" in found.text


def test_a_user_password_is_said_and_not_taken_for_damage(tmp_path: Path) -> None:
    assert problem(write(tmp_path, locked(pdf(["hidden"]), "user"))).reason == "encrypted"


def test_a_scan_is_no_text_and_a_stump_is_malformed(tmp_path: Path) -> None:
    assert problem(write(tmp_path, pdf(["", ""]))).reason == "no-text"
    assert problem(write(tmp_path, pdf([]))).reason == "no-text"
    assert problem(write(tmp_path, b"%PDF-1.7\nnothing more")).reason == "malformed"


def test_a_file_over_the_limit_is_not_opened_by_the_parser(tmp_path: Path) -> None:
    found = problem(write(tmp_path, pdf(["x"])), max_pdf_bytes=100)
    assert found.reason == "too-large" and "max_pdf_bytes" in found.detail


@pytest.mark.slow
def test_an_endless_page_is_a_timeout_and_the_next_file_is_read(tmp_path: Path) -> None:
    from gemmasearch import readers

    good = write(tmp_path, pdf(["still here"]))
    slow = tmp_path / "slow.pdf"
    slow.write_bytes(slow_pdf())
    with readers.Isolated(Settings(reader_seconds=2)) as isolated:
        assert [getattr(i, "reason", "") for i in isolated.read(str(slow))] == ["timeout"]
        assert "still here" in next(iter(isolated.read(str(good)))).text


def test_pages_that_take_pypdf_too_long_are_read_by_pypdfium(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pypdf import PageObject, PdfReader

    from gemmasearch.readers import pdf as module
    from gemmasearch.readers import pdf_pace
    from gemmasearch.settings import Settings

    def endless(*_: object, **more: object) -> None:
        while True:
            pass

    raw = pdf(["first page", "second page"], info="/Title (Slow)")
    monkeypatch.setattr(pdf_pace, "PAGE", 0.01)
    monkeypatch.setattr(PageObject, "extract_text", endless)
    (found,) = module.read(Source.of_bytes(raw), Settings(reader_seconds=4))
    assert (found.text, found.title) == ("first page\n\nsecond page", "Slow")
    monkeypatch.setattr(PdfReader, "__init__", endless)
    (found,) = module.read(Source.of_bytes(raw), Settings(reader_seconds=4))
    assert (found.text, [s.page for s in found.sections]) == ("first page\n\nsecond page", [1, 2])
    raw = raw.replace(b"second page", b"           ")
    with pytest.raises(CannotRead, match="timeout"):
        list(
            module.read(
                Source.of_bytes(raw.replace(b"first page", b"          ")), Settings(reader_seconds=4)
            )
        )


def slow_pdf() -> bytes:
    """Thousands of pages that share one long stream."""
    stream = zlib.compress(b"BT /F1 9 Tf (aaaa) Tj 1 0 0 1 3 4 Tm ET " * 60_000)
    kids = " ".join(f"{5 + i} 0 R" for i in range(2_000))
    head = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count 2000 >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    page = b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
    out, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate([*head, *[page] * 2_000], 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(offsets) + 1, start)
    return bytes(out)


def test_one_bad_page_costs_only_itself(tmp_path: Path) -> None:
    raw = pdf(["good page", "bad page"]).replace(b"/Contents 7 0 R", b"/Contents [1]  ")
    found = read(write(tmp_path, raw))
    assert any("good page" in getattr(item, "text", "") for item in found)


def test_words_are_joined_over_line_ends_but_not_real_hyphens(tmp_path: Path) -> None:
    (found,) = documents(write(tmp_path, pdf(["The agree-\nment is well-\nknown, as well-known as can be."])))
    assert found.text == "The agreement\nis well-known,\nas well-known as can be."


def test_a_long_run_of_letters_took_the_square_of_its_length() -> None:
    """20 s for 40,000 letters; and as many words over line ends took the square of their number."""
    run = "b" * 200_000
    lines = "\n".join(f"word{number} agree-\nment again" for number in range(8000))
    started = time.process_time()
    assert pdf_text.tidy(f"{run} agree-\nment\n{run}-\nend") == f"{run} agreement\n\n{run}end"
    assert pdf_text.tidy(lines).count("agreement\nagain") == 8000
    assert time.process_time() - started < 2.0


def test_ligatures_and_presentation_forms_become_letters() -> None:
    assert pdf_text.tidy("o\ufb03ce \ufb01nal soft\u00adware \ufefb") == "office final software لا"


def test_headers_and_footers_stay_on_the_first_page_only(tmp_path: Path) -> None:
    pages = [
        f"Annual report 2024\n{word} stands here\nand more of {word}\nPage {n} of 6"
        for n, word in enumerate("abcdef", 1)
    ]
    (found,) = documents(write(tmp_path, pdf(pages)))
    assert found.text.count("Annual report") == 1 and found.text.count("of 6") == 1
    assert all(f"more of {word}" in found.text for word in "abcdef")


def test_the_header_of_a_chapter_stays_once_and_other_numbers_are_no_page_numbers() -> None:
    heads = ["1 ROOTS", "2 ROOTS", "LEAVES 3", "4 Plants", "LEAVES 5", "vi STEMS", "vii STEMS"]
    pages = [
        f"{head}\nwords of page {'abcdefg'[i]}\nSum {(i * 37) % 11} euros" for i, head in enumerate(heads)
    ]
    kept = [page.split("\n")[0] for page in pdf_text.without_running_lines(pages)]
    assert kept == [
        "1 ROOTS",
        "words of page b",
        "LEAVES 3",
        "4 Plants",
        "words of page e",
        "vi STEMS",
        "words of page g",
    ]
    assert all("euros" in page for page in pdf_text.without_running_lines(pages))


def test_a_page_of_glyph_names_has_no_text(tmp_path: Path) -> None:
    assert pdf_text.is_garbage("/g437/g258/g12 /g4") and pdf_text.is_garbage("\ue001\ue002\ue003 a")
    assert not pdf_text.is_garbage("A path such as /usr/lib or /g1 in a sentence is fine.")
    assert problem(write(tmp_path, pdf(["/g437/g258/g437/g258"]))).reason == "no-text"


def test_bookmarks_become_headings_where_their_titles_stand(tmp_path: Path) -> None:
    path = tmp_path / "file.pdf"
    writer = PdfWriter(
        clone_from=BytesIO(pdf(["intro\nChapter One\nfirst text", "still first", "Two\nlast"]))
    )
    one = writer.add_outline_item(title="Chapter One", page_number=0)
    writer.add_outline_item(title="Two", page_number=2, parent=one)
    writer.write(path)
    (found,) = documents(path)
    assert [(s.page, s.headings) for s in found.sections] == [
        (1, ()), (1, ("Chapter One",)), (2, ("Chapter One",)), (3, ("Chapter One", "Two")),
    ]  # fmt: skip
    assert found.text[found.sections[1].start :].startswith("Chapter One")


def test_filled_in_fields_and_comments_are_read(tmp_path: Path) -> None:
    path = tmp_path / "file.pdf"
    writer = PdfWriter(clone_from=BytesIO(pdf(["Form"])))
    for entry in (
        {"/Subtype": "/Widget", "/FT": "/Tx", "/T": "Name", "/V": "Dana Bell"},
        {"/Subtype": "/Widget", "/FT": "/Btn", "/T": "Pets allowed", "/AS": "/Yes"},
        {"/Subtype": "/Widget", "/FT": "/Btn", "/T": "Smoking", "/AS": "/Off"},
        {"/Subtype": "/Widget", "/FT": "/Btn", "/T": "Heating", "/AS": "/Gas"},
        {"/Subtype": "/Text", "/Contents": "ask about the deposit"},
    ):
        values = {
            NameObject(k): NameObject(v) if v.startswith("/") else TextStringObject(v)
            for k, v in entry.items()
        }
        box = ArrayObject([FloatObject(n) for n in (0, 0, 9, 9)])
        writer.add_annotation(0, DictionaryObject({**values, NameObject("/Rect"): box}))
    writer.write(path)
    assert documents(path)[0].text == (
        "Form\nName: Dana Bell\nPets allowed: yes\nHeating: Gas\nask about the deposit"
    )


def test_hidden_comments_and_passwords_in_fields_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "file.pdf"
    writer = PdfWriter(clone_from=BytesIO(pdf(["Form"])))
    box = ArrayObject([FloatObject(n) for n in (0, 0, 9, 9)])
    for name, flag in (("/F", 1 << 1), ("/F", 1 << 5), ("/Ff", 1 << 13), ("/F", 1 << 2)):
        values = {"/Subtype": "/Widget", "/FT": "/Tx", "/T": f"{name} {flag}", "/V": "Dana"}
        entry = {
            NameObject(k): NameObject(v) if v in ("/Widget", "/Tx") else TextStringObject(v)
            for k, v in values.items()
        }
        flags = {NameObject(name): NumberObject(flag), NameObject("/Rect"): box}
        writer.add_annotation(0, DictionaryObject({**entry, **flags}))
    writer.write(path)
    assert documents(path)[0].text == "Form\n/F 4: Dana"


def test_what_pypdf_cannot_read_pypdfium_may(tmp_path: Path) -> None:
    stream = base64.a85encode(b"BT /F1 12 Tf 72 720 Td (rescued words) Tj ET") + b"~>"
    raw = pdf(["here"])
    begin, end = raw.index(b"<< /Length"), raw.index(b"\nendstream")
    abbreviated = b"<< /Filter /A85 /Length %d >>\nstream\n%s" % (
        len(stream),
        stream,
    )  # pypdf refuses the short name
    assert documents(write(tmp_path, raw[:begin] + abbreviated + raw[end:]))[0].text == "rescued words"


@pytest.mark.parametrize(
    "line",
    [
        "Invoice {0}",
        "Invoice No. 20240{1:02}",
        "Rechnungsnummer: {0}",
        "Rechnungs-Nr. {0}",
        "Rechnung Nr. {1}",
        "Facture n° {1}",
        "Ticket {1} of 300",
        "ACME{0:06}",
        "ACME-{0}",
        "{0:06}",
        "2024-{1:03}",
        "2024/{0}",
        "RG-2024-{0}",
        "Order 10{1:02}",
        "Customer 48{1:03}",
        "Raffle ticket # {1}",
        "Seat 4{1:02} Row B",
        "№ {0}",
    ],
)
def test_numbers_of_invoices_and_tickets_were_left_out_as_if_they_counted_the_pages(line: str) -> None:
    said = [line.format(4711 + n, n + 1) for n in range(9)]
    for place in ("{}\nwalnut {}\nmore\nlast\nPage {}", "{2}\nwalnut {1}\nmore\nlast\n{0}"):
        pages = [place.format(each, "abcdefghi"[n], n + 1) for n, each in enumerate(said)]
        kept = pdf_text.without_running_lines(pages)
        assert [each in page for each, page in zip(said, kept, strict=True)] == [True] * 9
        assert "9" not in kept[-1].replace(said[-1], "")


@pytest.mark.parametrize(
    "line",
    [
        "{0}",
        "- {0} -",
        "Page {0}",
        "Page {0} of 9",
        "Seite {0}/9",
        "S. {0}",
        "Pág. {0}",
        "Invoice 4711, page {0} of 9",
        "Annual report {0}",
        "{0} | Annual report 2024",
        "Smith et al. 10{1:02}",
        "A-{0}",
        "第{0}頁",
        "{0}쪽",
        "Contract {0}",
        "Kapitel 3: Die Reise {0}",
        "{1:02}",
        "صفحة {0}",
        "Invoice 2024-17 · p{0}",
    ],
)
def test_numbers_of_pages_are_left_out(line: str) -> None:
    said = [line.format(n + 1, n + 1) for n in range(9)]
    pages = [f"{each}\nwalnut {'abcdefghi'[n]}\nmore {n}\nmany\nlast" for n, each in enumerate(said)]
    kept = pdf_text.without_running_lines(pages)
    assert [each in page for each, page in zip(said, kept, strict=True)] == [True] + [False] * 8
