"""The sample home says what the demo promises, and the readers understand all of it."""

from __future__ import annotations

import os
import re
import zipfile
from pathlib import Path

import pytest

from gemmasearch import sample
from gemmasearch.documents import Document, Problem
from tests.sample import pdf_writer

ROOT = Path(sample.__file__).parents[2]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample.unpack(tmp_path_factory.mktemp("sample") / "home")


@pytest.fixture(scope="module")
def read(home: Path) -> dict[str, list[Document | Problem]]:
    """Path relative to the home -> what the readers make of it."""
    from gemmasearch import readers

    paths = sorted(p for p in home.rglob("*") if p.is_file())
    return {str(p.relative_to(home)): list(readers.read(os.fspath(p))) for p in paths}


def _text(read: dict[str, list[Document | Problem]], path: str) -> str:
    return "\n".join(d.text for d in read[path] if isinstance(d, Document))


def test_every_file_is_read_without_a_problem(read: dict[str, list[Document | Problem]]) -> None:
    assert len(read) >= 35
    problems = [d for found in read.values() for d in found if isinstance(d, Problem)]
    assert problems == []
    assert all(found for found in read.values())


def test_the_mbox_has_the_messages_that_its_separators_say_and_a_quoted_from_line_is_no_message(
    home: Path, read: dict[str, list[Document | Problem]]
) -> None:
    raw = (home / "mail" / "archive.mbox").read_text("utf-8")
    ids = re.findall(r"^Message-ID: <(.*)>$", raw, re.M)
    messages = [d for d in read["mail/archive.mbox"] if isinstance(d, Document)]
    assert [m.message_id for m in messages if m.message_id] == ids
    assert len(ids) == 15
    assert any("From Lisbon we could go to Porto" in m.text for m in messages)


def test_subjects_in_other_alphabets_are_decoded(read: dict[str, list[Document | Problem]]) -> None:
    titles = {d.title for found in read.values() for d in found if isinstance(d, Document)}
    assert "El cumpleaños de la abuela" in titles
    assert "Neue Drucke im Laden 🎨" in titles
    assert any(title.endswith("bitte schnelle Rückmeldung") for title in titles)


def test_the_one_note_that_is_not_utf8_keeps_its_umlauts(read: dict[str, list[Document | Problem]]) -> None:
    assert "Küchenabfälle" in _text(read, "notes/garden/kompost.txt")


def test_the_maildir_has_new_and_seen_messages_and_flags_in_its_names(home: Path) -> None:
    inbox = home / "mail" / "inbox"
    assert len(list((inbox / "new").iterdir())) == 2
    assert sorted(p.name.rpartition(":2,")[2] for p in (inbox / "cur").iterdir()) == ["FS", "RS", "S", "S"]
    assert list((inbox / "tmp").iterdir()) == []


@pytest.mark.parametrize("question", sample.QUESTIONS, ids=lambda q: q.file)
def test_the_answer_of_a_question_stands_in_its_file_and_nowhere_else(
    question: sample.Question, read: dict[str, list[Document | Problem]]
) -> None:
    for fact in question.facts:
        assert [path for path in read if fact in _text(read, path)] == [question.file]


def test_the_answer_from_the_pdf_stands_on_the_page_that_is_promised(
    read: dict[str, list[Document | Problem]],
) -> None:
    question = next(q for q in sample.QUESTIONS if q.page)
    (lease,) = read[question.file]
    assert isinstance(lease, Document)
    pages = [s.page for s in lease.sections if question.facts[0] in lease.text[s.start : s.end]]
    assert pages == [question.page]


def test_the_search_by_meaning_shares_no_word_with_its_note(home: Path) -> None:
    query = "automobile maintenance"
    (path,) = sample.SEARCHES[query]
    words = set(re.findall(r"\w+", (home / path).read_text("utf-8").lower()))
    assert not words & set(query.split())


def test_the_files_that_searches_and_questions_name_exist(home: Path) -> None:
    named = {path for paths in sample.SEARCHES.values() for path in paths} | {
        q.file for q in sample.QUESTIONS
    }
    assert [path for path in sorted(named) if not (home / path).is_file()] == []


def test_the_committed_pdfs_are_the_ones_that_the_writer_writes() -> None:
    for pdf in pdf_writer.ALL:
        assert (pdf_writer.HOME / "documents" / pdf.name).read_bytes() == pdf_writer.build(pdf)


def test_unpacking_twice_changes_nothing(home: Path) -> None:
    before = {p: p.read_bytes() for p in home.rglob("*") if p.is_file()}
    sample.unpack(home)
    assert {p: p.read_bytes() for p in home.rglob("*") if p.is_file()} == before


@pytest.mark.slow
def test_the_wheel_carries_the_whole_sample_home(tmp_path: Path) -> None:
    import subprocess
    import sys

    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--quiet",
        "--wheel-dir",
        str(tmp_path),
        str(ROOT),
    ]
    subprocess.run(command, check=True, timeout=240)
    (wheel,) = tmp_path.glob("gemmasearch-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    folder = Path(sample.__file__).parent
    wanted = {
        f"gemmasearch/sample/{p.relative_to(folder)}"
        for p in folder.rglob("*")
        if p.suffix not in ("", ".pyc")
    }
    assert wanted - inside == set()
    assert len(wanted) >= 39
