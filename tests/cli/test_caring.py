"""Seeing what is missing and why, and taking things out so that nothing of them is left."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.terminal import Ran, run

ENV = {"GSEARCH_EMBEDDER": "static"}


class Place:
    def __init__(self, folder: Path) -> None:
        self.home, self.db = folder / "home", folder / "i" / "i.db"
        self.home.mkdir()
        (self.home / "fig.md").write_text("# Figs\n\nThe canaryfig ripens in August.\n")
        (self.home / "plum.md").write_text("# Plums\n\nThe canaryplum ripens in September.\n")
        (self.home / "empty.md").write_bytes(b"")
        assert self("index", self.home).code == 0

    def __call__(self, command: str, *arguments: str | Path) -> Ran:
        return run(command, "--db", self.db, *arguments, env=ENV)

    def bytes(self) -> bytes:
        return b"".join(p.read_bytes() for p in self.db.parent.iterdir() if p.is_file())


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_why_names_the_documents_or_what_keeps_a_file_out(place: Place) -> None:
    assert "passage" in place("why", place.home / "fig.md").text
    empty = place("why", place.home / "empty.md")
    assert empty.code == 1 and "empty" in empty.text
    (place.home / ".hidden.md").write_text("x\n")
    hidden = json.loads(place("why", "--json", place.home / ".hidden.md").text)["data"]
    assert not hidden["indexed"] and hidden["rule"]
    assert "registered folder" in place("why", place.db.parent / "elsewhere.md").text


def test_a_forgotten_file_is_gone_from_the_bytes_and_stays_out(place: Place) -> None:
    assert b"canaryfig" in place.bytes() and b"canaryplum" in place.bytes()
    done = place("forget", place.home / "fig.md")
    assert done.code == 0 and done.text.startswith("forgot 1 file, 1 document")
    assert b"canaryfig" not in place.bytes() and b"canaryplum" in place.bytes()
    assert place("index").code == 0
    assert place("search", "--mode", "words", "canaryfig").code == 1
    assert place("search", "--mode", "words", "canaryplum").code == 0
    assert place("forget", place.home / "never.md").code == 1


def test_a_folder_can_be_forgotten_whole_and_the_file_shrinks(place: Place) -> None:
    for number in range(60):
        (place.home / f"n{number}.md").write_text(f"# N{number}\n\n" + f"word{number} goes here. " * 300)
    assert place("index").code == 0
    assert place("forget", place.home).code == 0
    assert place("roots").text == "" and place("search", "canaryplum").code == 1
    before = place.db.stat().st_size
    assert place("compact").code == 0
    assert place.db.stat().st_size < before


def test_options_of_a_folder_are_remembered_listed_and_applied(place: Place) -> None:
    done = place("roots", place.home, "--exclude", "plum*")
    assert done.code == 0 and "exclude=plum*" in done.text
    assert place("index").code == 0
    assert place("search", "--mode", "words", "canaryplum").code == 1
    assert "exclude=plum*" in place("roots").text
    assert place("roots", place.home, "--reset").code == 0
    assert place("index").code == 0
    assert place("search", "--mode", "words", "canaryplum").code == 0
    assert place("roots", "--hidden").code == 2
    assert place("roots", place.home / "nowhere", "--hidden").code == 2


def test_a_failed_file_can_be_tried_again(place: Place) -> None:
    done = place("retry")
    assert done.code == 0 and done.text.startswith("1 file")


def test_doctor_says_ok_names_damage_and_mends_it(place: Place) -> None:
    assert place("doctor").code == 0
    data = bytearray(place.db.read_bytes())
    assert place("search", "canaryfig").code == 0
    page = 4096 * (len(data) // 4096 // 2)
    data[page : page + 8192] = bytes(8192)
    for end in ("-wal", "-shm"):
        Path(f"{place.db}{end}").unlink(missing_ok=True)
    place.db.write_bytes(data)
    sick = place("doctor")
    assert sick.code == 3 and "WRONG" in sick.text
    mended = place("doctor", "--repair")
    assert mended.code == 0, mended.text
    assert place("index").code == 0
    assert place("search", "--mode", "words", "canaryfig").code == 0
    assert place("search", "--mode", "words", "canaryplum").code == 0
    assert list(place.db.parent.glob("*.bak*"))
