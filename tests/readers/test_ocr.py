from __future__ import annotations

import io
from importlib.util import find_spec
from pathlib import Path

import pytest

from gemmasearch import readers
from gemmasearch.documents import Document, Problem
from gemmasearch.index import Index
from gemmasearch.readers import ocr, tesseract
from gemmasearch.readers.isolate import Remembered
from gemmasearch.settings import Settings
from tests.readers.contract import ReaderContract, documents, problem, read
from tests.readers.mail_files import attached as part_with
from tests.readers.mail_files import multipart
from tests.readers.pdf_files import pdf

needs_ocr = pytest.mark.skipif(find_spec("rapidocr") is None, reason="the extra ocr is not installed")
TINY = bytes.fromhex(  # a grey PNG of 40 x 40 pixels
    "89504e470d0a1a0a0000000d4948445200000028000000280800000000b3d9b0a500000012494441546300000000ffff"
)


def attached(name: str, raw: bytes) -> bytes:
    return multipart("\nSee the file.\n", part_with(raw, name)).encode()


def picture(text: str, kind: str = "PNG") -> bytes:
    """Black letters on white, as a scanner would give them."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("L", (900, 60 + 60 * text.count("\n") + 60), 255)
    ImageDraw.Draw(image).multiline_text((40, 40), text, 0, ImageFont.load_default(36), spacing=20)
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def scan(*texts: str) -> bytes:
    """A PDF of pictures; "" is a blank page."""
    from PIL import Image

    pages = [Image.open(io.BytesIO(picture(text))).convert("L") for text in texts]
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:])
    return out.getvalue()


def lined(page: str) -> bytes:
    """Three pages: text, a drawing without text, nothing."""
    raw = pdf([page, "~", ""])
    return raw.replace(
        b"BT /F1 12 Tf 72 720 Td 14 TL (~) Tj T* ET", b"10 10 400 500 re f 20 20 30 30 re f      "
    )


def test_pages_that_show_something_wait_and_blank_ones_do_not(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(lined("Some words"))
    waiting, document = read(path)
    assert waiting == Problem(str(path), "no-text", "without text, waits for OCR", "page 2", "ocr", 1)
    assert isinstance(document, Document) and document.text == "Some words"


def test_a_file_without_any_text_says_how_many_pages_wait(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(lined(""))
    found = problem(path)
    assert (found.reason, found.detail, found.waits, found.pages) == (
        "no-text",
        "3 pages without text",
        "ocr",
        1,
    )


def test_a_picture_waits_and_a_logo_in_a_mail_is_not_worth_a_word(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(TINY)
    assert (problem(path).reason, problem(path).waits, problem(path).pages) == ("no-text", "ocr", 1)
    mail = tmp_path / "a.eml"
    mail.write_bytes(attached("scan.png", TINY + bytes(20_000)))
    assert [getattr(i, "waits", "") for i in read(mail)] == ["", "ocr"]
    mail.write_bytes(attached("logo.png", TINY))
    assert len(documents(mail)) == 1


def test_status_counts_the_pages_and_the_files_are_read_once_there_is_an_engine(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.pdf").write_bytes(lined("Some words"))
    (tmp_path / "in" / "b.png").write_bytes(TINY)
    with Index.open(tmp_path / "i.db", settings=Settings(embedder="static")) as index:
        index.index([tmp_path / "in"])
        assert index.status().waiting == {"ocr": 2}
        assert index.index().unchanged == 1
        assert index._store.read_again(["ocr"]) == 2
        again = index.index()
        assert again.changed + sum(again.skipped.values()) == 2


def test_what_cannot_be_done_is_said() -> None:
    assert ocr.missing(Settings()) == ""
    assert "data for xx" in ocr.missing(Settings(ocr="tesseract", ocr_languages="xx"))
    if find_spec("rapidocr") is None:
        assert "gemmasearch[ocr]" in ocr.missing(Settings(ocr="rapidocr"))
    else:
        assert "does not read ru" in ocr.missing(Settings(ocr="rapidocr", ocr_languages="de,ru"))


@needs_ocr
@pytest.mark.slow
class TestPicture(ReaderContract):
    name, file, needle, renamed = "picture", "a.png", "walnut", "a.dat"
    settings = {"ocr": "auto"}

    def sample(self) -> bytes:
        return picture("The walnut table\nwas oiled in May")

    def test_lines_stay_in_order_and_the_engine_is_named(self, path: Path) -> None:
        (found,) = documents(path, **self.settings)
        assert found.text == "The walnut table\nwas oiled in May"
        assert found.meta["ocr"].startswith("rapidocr") and found.sections[0].page == 1

    def test_every_page_of_a_fax_is_read(self, path: Path) -> None:
        from PIL import Image

        frames = [Image.open(io.BytesIO(picture(text))) for text in ("first sheet", "second sheet")]
        frames[0].save(path.with_name("a.tiff"), save_all=True, append_images=frames[1:])
        (found,) = documents(path.with_name("a.tiff"), **self.settings)
        assert [s.page for s in found.sections] == [1, 2] and "second sheet" in found.text

    def test_a_picture_bomb_is_a_limit(self, path: Path) -> None:
        from PIL import Image

        Image.new("1", (20_000, 20_000)).save(path)
        assert problem(path, **self.settings).reason == "limit"


class Counting(Remembered):
    def __init__(self) -> None:
        super().__init__()
        self.new = 0

    def learn(self, key: bytes, path: str, text: str) -> None:
        self.new += 1
        super().learn(key, path, text)


@needs_ocr
@pytest.mark.slow
def test_scanned_pages_are_read_once_by_their_content(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(scan("The walnut table", "oiled in May"))
    (tmp_path / "b.eml").write_bytes(attached("scan.pdf", scan("The walnut table", "oiled in May")))
    memory = Counting()
    with readers.Isolated(Settings(ocr="auto"), memory=memory) as isolated:
        (first,) = isolated.read(str(tmp_path / "a.pdf"))
        assert isinstance(first, Document) and [s.page for s in first.sections] == [1, 2]
        assert "walnut" in first.text and "oiled in May" in first.text and memory.new == 2
        _, inside = isolated.read(str(tmp_path / "b.eml"))
        assert isinstance(inside, Document) and inside.text == first.text and memory.new == 2


@needs_ocr
@pytest.mark.slow
def test_what_was_read_in_a_picture_is_kept_by_content_and_leaves_with_the_file(tmp_path: Path) -> None:
    home, db = tmp_path / "in", tmp_path / "i.db"
    home.mkdir()
    (home / "a.png").write_bytes(picture("Zanzibar quetzal"))
    settings = Settings(embedder="static", ocr="auto")
    with Index.open(db, settings=settings) as index:
        assert index.index([home]).new == 1
        assert [h.page for h in index.search("quetzal", mode="words")] == [1]
        (home / "copy.png").write_bytes((home / "a.png").read_bytes())
        index.index()
        assert index._store.db.value("SELECT count(*) FROM recognised") == 1
        index.forget([home])
    left = b"".join(path.read_bytes() for path in tmp_path.glob("i.db*")).lower()
    assert b"quetzal" not in left and b"zanzibar" not in left


@needs_ocr
@pytest.mark.slow
@pytest.mark.shared
def test_the_scans_of_a_real_collection_are_found_by_their_words(tmp_path: Path, shared_data: Path) -> None:
    """Words as a person reads them on the scans; without the extra the pages are counted."""
    wanted = {
        "c02-22.pdf": "tip-toeing widow", "francais.pdf": "whisky capharnaüm", "linn.pdf": "polyphonic tracks",
        "typewriter.png": "linzen kruidnagel", "baiona.png": "Trenbideak", "graph.pdf": "Oppose support",
        "cardinal.pdf": "Cardinal", "skew.pdf": "LinnSequencer",
    }  # fmt: skip
    home = tmp_path / "in"
    home.mkdir()
    for name in wanted:
        (home / name).write_bytes((shared_data / "pdfs" / "ocrmypdf" / name).read_bytes())
    with Index.open(tmp_path / "i.db", settings=Settings(embedder="static")) as index:
        assert index.index([home]).new == 0
        assert index.status().waiting == {"ocr": 11}
    with Index.open(tmp_path / "i.db", settings=Settings(embedder="static", ocr="auto")) as index:
        assert index.index().skipped == {}
        for name, query in wanted.items():
            found = [Path(h.path).name for h in index.search(query, mode="words")]
            assert name in found, (name, query, found)
        assert index.status().waiting == {}


@needs_ocr  # which draws the picture
@pytest.mark.slow
@pytest.mark.skipif(not tesseract.has(["en"]), reason="tesseract is not installed")
def test_tesseract_reads_where_it_is_installed(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(picture("The walnut table\nwas oiled in May"))
    (found,) = documents(tmp_path / "a.png", ocr="tesseract", ocr_languages="en", reader_seconds=60)
    assert found.text == "The walnut table\nwas oiled in May"
    assert found.meta["ocr"].startswith("tesseract") and found.meta["ocr"].endswith("eng")
