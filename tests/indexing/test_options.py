"""What was read with an option stays in the index of runs without it."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from gemmasearch.index import Index
from gemmasearch.indexing import options
from gemmasearch.settings import Settings
from gemmasearch.store import Store
from tests.readers.mail_files import attached, multipart
from tests.readers.pdf_files import pdf
from tests.readers.test_archives import zipped

Run = Callable[..., list[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """run(**settings): the parts in the index after a run with them."""

    def of(**settings: str) -> list[str]:
        with Index.open(tmp_path / "i.db", settings=Settings(embedder="static", **settings)) as index:  # type: ignore[arg-type]
            index.index([tmp_path / "in"])
        with Store.open(tmp_path / "i.db") as store:
            return sorted(part for (part,) in store.db.rows("SELECT part FROM documents"))

    (tmp_path / "in").mkdir()
    return of


def outdate(tmp_path: Path) -> None:
    """As if other readers had read all files."""
    with Store.open(tmp_path / "i.db") as store, store.writing():
        store.db.run("UPDATE files SET reader = 'older'")
        store.set_state(options.KEPT, "{}")


def test_new_readers_took_out_what_is_in_archives_when_archives_are_off(tmp_path: Path, run: Run) -> None:
    mail = multipart("\nsee\n", attached(zipped({"b.md": b"the oak"}), "x.zip")).encode()
    (tmp_path / "in" / "a.zip").write_bytes(zipped({"a.md": b"the walnut"}))
    (tmp_path / "in" / "m.eml").write_bytes(mail)
    (tmp_path / "in" / "n.md").write_text("the elm")
    before = run(archives="on")
    assert {"a.md", "x.zip/b.md"} <= {part.partition("/")[2] or part for part in before} | set(before)
    outdate(tmp_path)
    assert run() == before
    with Store.open(tmp_path / "i.db") as store:
        assert store.db.value("SELECT count(*) FROM files WHERE reader = 'older'") == 0
    with Store.open(tmp_path / "i.db") as store, store.writing():
        store.db.run("UPDATE documents SET hash = x'00'")
    assert run(archives="on") == before
    with Store.open(tmp_path / "i.db") as store:  # read by the readers of today, once that could be done
        old = store.db.value("SELECT count(*) FROM documents WHERE hash = x'00' AND instr(meta, 'member')")
        assert old == 0
    (tmp_path / "in" / "a.zip").write_bytes(zipped({"a.md": b"the yew"}))
    assert "a.md" not in run()
    assert "a.md" in run(archives="on")


def test_what_is_read_without_the_option_is_read_again_by_new_readers(tmp_path: Path, run: Run) -> None:
    (tmp_path / "in" / "a.pdf").write_bytes(pdf(["the walnut"]))
    run()
    with Store.open(tmp_path / "i.db") as store, store.writing():
        store.db.run("UPDATE documents SET meta = '{\"member\": \"x\"}', hash = x'00'")
    outdate(tmp_path)
    run()
    with Store.open(tmp_path / "i.db") as store:
        assert store.db.value("SELECT hash FROM documents") != b"\0"


def test_new_readers_took_out_the_text_of_pictures_when_ocr_is_off(tmp_path: Path, run: Run) -> None:
    scan = tmp_path / "in" / "scan.png"
    scan.write_bytes(_blank())
    (tmp_path / "in" / "n.md").write_text("the elm")
    run()
    with Store.open(tmp_path / "i.db") as store, store.writing():  # as OCR leaves it
        file = store.db.value("SELECT id FROM files WHERE path = ?", (os.fsencode(scan),))
        store.db.run("UPDATE documents SET file_id = ?, kind = 'picture', meta = '{\"ocr\": \"x\"}'", (file,))
        store.db.run("UPDATE files SET reason = '' WHERE id = ?", (file,))
        store.db.run("DELETE FROM files WHERE id <> ?", (file,))
    (tmp_path / "in" / "n.md").unlink()
    outdate(tmp_path)
    assert len(run()) == 1


def _blank() -> bytes:
    """A white picture, as PNG."""

    def block(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    size, grey = 300, bytes([8, 0, 0, 0, 0])
    rows = zlib.compress((b"\0" + b"\xff" * size) * size)
    head = struct.pack(">II", size, size) + grey
    return b"\x89PNG\r\n\x1a\n" + block(b"IHDR", head) + block(b"IDAT", rows) + block(b"IEND", b"")
