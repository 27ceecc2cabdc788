"""What every format must do; subclass it once per row of ``FORMATS``."""

from __future__ import annotations

import random
from pathlib import Path
from typing import ClassVar

import pytest

from gemmasearch import readers
from gemmasearch.documents import PROBLEM_REASONS, Document, Problem
from gemmasearch.readers import frames
from gemmasearch.settings import Settings

LIMITS = Settings(reader_seconds=20)
SHARED = readers.Isolated(LIMITS)  # closed by the conftest: a worker per test would cost more than the tests


SHARED_OCR = readers.Isolated(Settings(reader_seconds=60, ocr="auto"))


def read(path: Path | str, **settings: int | str) -> list[Document | Problem]:
    if not settings:
        return list(SHARED.read(str(path)))
    if settings == {"ocr": "auto"}:
        return list(SHARED_OCR.read(str(path)))
    return list(readers.read(str(path), settings=Settings(**{"reader_seconds": 20, **settings})))


def documents(path: Path | str, **settings: int | str) -> list[Document]:
    found = read(path, **settings)
    assert all(isinstance(item, Document) for item in found), found
    return [item for item in found if isinstance(item, Document)]


def problem(path: Path | str, **settings: int | str) -> Problem:
    (only,) = read(path, **settings)
    assert isinstance(only, Problem), only
    return only


def well_formed(item: Document | Problem, path: str) -> None:
    """What the rest of the program relies on."""
    if isinstance(item, Problem):
        assert item.reason in PROBLEM_REASONS and item.path == path
        return
    for text in (item.text, item.title, item.sender, item.recipients, *item.attachments, *item.tags):
        text.encode("utf-8")
    assert "\r" not in item.text and "\0" not in item.text
    places = [0, *(p for s in item.sections for p in (s.start, s.end)), len(item.text)]
    assert places == sorted(places)
    if item.sections:
        assert item.sections[0].start == 0 and item.sections[-1].end == len(item.text)
        assert all(a.end == b.start for a, b in zip(item.sections, item.sections[1:], strict=False))
    flat = [0, *(p for span in item.quoted for p in span), len(item.text)]
    assert flat == sorted(flat)
    assert item.date is None or -1e10 < item.date < 5e9
    assert frames.to_item(frames.unpacked(frames.packed(frames.of_item(item))[4:]), path) == item


class ReaderContract:
    """``name`` is the row's; ``file`` is the name of the sample; ``needle`` stands in its text."""

    name: ClassVar[str]
    file: ClassVar[str]
    needle: ClassVar[str] = "walnut"
    settings: ClassVar[dict[str, int | str]] = {}
    renamed: ClassVar[str] = "file.dat"  # recognised by content under this name too; "" = suffix only

    def sample(self) -> bytes:
        raise NotImplementedError("the bytes of a small good file")

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        path = tmp_path / self.file
        path.write_bytes(self.sample())
        return path

    def test_its_text_is_read(self, path: Path) -> None:
        format = readers.recognise(str(path))
        assert format and format.name == self.name
        found = documents(path, **self.settings)
        assert any(self.needle in d.text for d in found)
        assert found[0].kind == format.kind
        for item in found:
            well_formed(item, str(path))

    def test_a_name_that_lies_does_not_mislead(self, path: Path, tmp_path: Path) -> None:
        if not self.renamed:
            pytest.skip("known by its suffix only")
        other = path.rename(tmp_path / self.renamed)
        format = readers.recognise(str(other))
        assert format and format.name == self.name

    def test_reading_twice_gives_the_same(self, path: Path) -> None:
        assert read(path, **self.settings) == read(path, **self.settings)

    def test_an_empty_file_is_one_problem(self, path: Path) -> None:
        path.write_bytes(b"")
        assert problem(path, **self.settings) == Problem(str(path), "empty")

    def test_a_file_cut_short_never_raises(self, path: Path) -> None:
        whole = path.read_bytes()
        for eighth in range(1, 8):
            path.write_bytes(whole[: len(whole) * eighth // 8])
            for item in read(path, **self.settings):
                well_formed(item, str(path))

    def test_damaged_bytes_never_raise(self, path: Path) -> None:
        whole, chance = path.read_bytes(), random.Random(7)
        for _ in range(12):
            damaged = bytearray(whole)
            for _ in range(max(1, len(whole) // 50)):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            path.write_bytes(bytes(damaged))
            for item in read(path, **self.settings):
                well_formed(item, str(path))

    def test_its_version_is_named(self, path: Path) -> None:
        assert readers.version_of(str(path)).startswith(f"{self.name}:")
