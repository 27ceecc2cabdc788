"""Seeing what is missing and why, and having it read."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from threading import Timer

import apsw
import pytest

from gemmasearch.indexing.lock import run_lock
from gemmasearch.store import Store
from tests.cli.place import Place
from tests.cli.terminal import run
from tests.docs import generate


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.mark.slow
def test_a_path_through_a_link_was_said_not_to_be_in_the_index(tmp_path: Path) -> None:
    folder = tmp_path / "disk" / "notes"
    folder.mkdir(parents=True)
    (folder / "a.md").write_text("quartz")
    (folder / "b.md").write_text("feldspar")
    (tmp_path / "link").symlink_to(tmp_path / "disk")
    db = ("--db", tmp_path / "i" / "index.db")
    run("index", *db, folder)
    through = tmp_path / "link" / "notes"
    said = run("why", *db, through / "a.md")
    assert said.code == 0 and str(folder / "a.md") in said.text
    assert run("forget", *db, through / "a.md").code == 0
    run("index", *db)
    assert run("search", *db, "--mode", "words", "quartz").code == 1
    assert run("forget", *db, through).code == 0
    assert run("search", *db, "--mode", "words", "feldspar").code == 1


def test_why_names_the_documents_or_what_keeps_a_file_out(place: Place) -> None:
    assert "passage" in place("why", place.home / "fig.md").text
    empty = place("why", place.home / "empty.md")
    assert empty.code == 1 and "empty" in empty.text
    (place.home / ".hidden.md").write_text("x\n")
    hidden = json.loads(place("why", "--json", place.home / ".hidden.md").text)["data"]
    assert not hidden["indexed"] and hidden["rule"]
    assert "registered folder" in place("why", place.db.parent / "elsewhere.md").text
    folder = place("why", place.home)
    assert folder.code == 0 and "2 of 3 files below it are in the index" in folder.text


@pytest.mark.slow
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


@pytest.mark.slow
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


def test_what_stays_in_a_kept_copy_is_named_by_verify(place: Place) -> None:
    copy = place.db.with_name(place.db.name + ".20260101.bak")
    copy.write_bytes(place.db.read_bytes())
    done = place("forget", place.home / "fig.md", "--verify")
    assert done.code == 6 and copy.name in done.said
    copy.unlink()
    assert place("forget", place.home / "plum.md", "--verify").code == 0


@pytest.mark.slow
def test_status_counts_each_folder_and_says_when_a_scheduled_run_stays_away(place: Place) -> None:
    assert place("index", "--scheduled", "1800").code == 0
    text = place("status").text
    assert "coverage" in text and "2 of 3 files, 1 skipped (1 empty)" in text and "just now" in text
    with Store.open(place.db) as store:
        mark = json.loads(store.state("scheduled") or "")
        store.set_state("scheduled", json.dumps({**mark, "at": mark["at"] - 90_000}))
    assert "STALE" in place("status").text
    assert place("doctor").code == 6 and "schedule install" in place("doctor").text


@pytest.mark.slow
def test_wait_may_stand_alone_and_the_holder_is_named(place: Place) -> None:
    with run_lock(place.db, "watch"):
        busy = place("index")
        assert busy.code == 75 and "gsearch watch, process" in busy.said
        assert place("index", "--wait", "60", "--max-time", "1s").code == 75, "its time was up"
        late = Timer(1.0, place, ("index", "--wait"))
    late.start()
    late.join(60)
    assert place("index", "--wait", place.home).code == 0
    assert place("index", "--wait", "0.1").code == 0


@pytest.mark.slow
def test_size_limits_and_exclusions_of_a_folder_are_given_on_the_command_line(place: Place) -> None:
    (place.home / "long.md").write_text("canarylong " * 500)
    done = place("roots", place.home, "--limit", ".md=2KB")
    assert done.code == 0 and ".md:2.0 KB" in done.text
    assert place("index").code == 0
    assert place("search", "--mode", "words", "canarylong").code == 1
    assert "too-large" in place("status", "--failed").text
    assert place("index", place.home, "--exclude", "fig*").code == 0
    assert place("search", "--mode", "words", "canaryfig").code == 1
    assert place("roots", place.home, "--limit", "much").code == 2


def test_why_lists_the_passages(place: Place) -> None:
    said = json.loads(place("why", "--json", place.home / "fig.md").text)["data"]["documents"][0]["passages"]
    assert said[0]["line"] == 1 and "canaryfig" in said[0]["begins"]


@pytest.mark.parametrize("what", ["folder", "text", "database"])
def test_repair_touches_nothing_that_was_no_index(tmp_path: Path, what: str) -> None:
    place = tmp_path / "mine"
    if what == "folder":
        place.mkdir()
        (place / "diary.txt").write_text("dear diary")
    elif what == "text":
        place.write_text("dear diary")
    else:
        connection = apsw.Connection(str(place))
        connection.execute("CREATE TABLE recipes(name); INSERT INTO recipes VALUES('soup')").fetchall()
        connection.close()
    before = place.read_bytes() if place.is_file() else sorted(place.iterdir())
    done = run("doctor", "--repair", "--db", place)
    assert done.code == 3 and "not a gsearch index" in done.said, done.said
    assert (place.read_bytes() if place.is_file() else sorted(place.iterdir())) == before
    assert {p.name for p in tmp_path.iterdir()} == {"mine"}


@pytest.mark.parametrize("command", ["index", "why", "roots", "retry"])
def test_an_unset_variable_was_the_folder_where_one_stands(tmp_path: Path, command: str) -> None:
    """`gsearch index "$FOLDER"` registered it."""
    db = tmp_path / "i" / "i.db"
    (tmp_path / "a.md").write_text("The kiln was fired in May.\n")
    assert run("index", tmp_path / "a.md", "--embedder", "fake", "--db", db).code == 0
    done = run(command, "", "--db", db, cwd=tmp_path)
    assert done.code == 2 and "empty name" in done.said
    assert len(run("roots", "--db", db).lines) == 1


@pytest.mark.parametrize(
    "line", [["import-page", ""], ["ask", "what is it", "--context", ""], ["classify", "--labels", "a,b", ""]]
)
def test_an_unset_variable_was_called_a_folder(tmp_path: Path, line: list[str]) -> None:
    done = run(*line, "--db", tmp_path / "i.db", cwd=tmp_path)
    assert done.code == 2 and "an empty name is no file" in done.said, done.said


@pytest.mark.parametrize("paths", [[], ["/no/such/folder"], [""]])
def test_a_run_of_nothing_left_an_empty_index(tmp_path: Path, paths: list[str]) -> None:
    db = tmp_path / "i" / "i.db"
    assert run("index", *paths, "--db", db).code == 2
    missing = run("search", "kiln", "--db", db)
    assert missing.code == 3 and "gsearch index FOLDER" in missing.said


@pytest.mark.slow
def test_cron_mailed_a_line_for_each_scheduled_run_that_met_another(place: Place) -> None:
    """All day long beside `gsearch watch`, which holds the lock."""
    with run_lock(place.db, "watch"):
        held = place("index", "--quiet", "--scheduled", "1800")
        assert (held.code, held.text, held.said) == (75, "", "")
        assert "gsearch watch" in place("index", "--quiet").said, "who types it is told"
        told = place("index", "--quiet", "--scheduled", "1800", "--json")
        assert told.code == 75 and "gsearch watch" in told.text


def test_what_the_system_makes_up_is_no_folder_of_files(tmp_path: Path) -> None:
    done = run("index", "/proc/self", "--db", tmp_path / "i.db")
    assert done.code == 2 and "makes it up" in done.said


def test_a_run_meets_the_holder_of_the_lock_before_its_transaction(tmp_path: Path) -> None:
    """A writer that was suspended within a transaction kept the next run waiting for a minute."""
    notes, db = tmp_path / "notes", tmp_path / "i" / "i.db"
    notes.mkdir()
    assert run("index", notes, "--embedder", "fake", "--db", db).code == 0
    with Store.open(db) as store, run_lock(db), store.writing():
        store.set_state("a", "b")
        done = run("index", "--exclude", "x", notes, "--db", db)
    assert done.code == 75 and "process" in done.said, done.said


def test_a_run_that_would_drop_more_than_half_says_how_to_let_it(tmp_path: Path) -> None:
    notes, db = tmp_path / "notes", tmp_path / "i" / "i.db"
    notes.mkdir()
    for number in range(60):
        (notes / f"{number}.md").write_text(f"Note {number} about the kiln.\n")
    assert run("index", notes, "--embedder", "fake", "--db", db).code == 0
    for number in range(55):
        (notes / f"{number}.md").unlink()
    done = run("index", "--db", db)
    assert done.code == 0 and "--prune" in done.said and "not available" not in done.said


@pytest.mark.parametrize(
    "command, code", [("retry", 1), ("roots", 2), ("show", 1), ("similar", 1), ("thread", 1)]
)
def test_a_name_that_nobody_knows_was_passed_over_in_silence(place: Place, command: str, code: int) -> None:
    done = place(command, "nowhere.md")
    assert done.code == code and done.said.startswith("gsearch: ") and "nowhere.md" in done.said


def test_a_folder_was_said_not_to_be_in_the_index(place: Place) -> None:
    for command in ("show", "similar", "thread", "open"):
        done = place(command, place.home)
        assert done.code == 1 and "is a folder" in done.said


def test_a_note_is_no_history_of_a_browser(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("The kiln was fired in May.\n")
    done = run("index", "--browser", tmp_path / "a.md", "--db", tmp_path / "i" / "i.db")
    assert done.code == 2 and "no history" in done.said


def test_why_said_that_an_archive_is_not_opened_and_not_how_to_have_it_read(place: Place) -> None:
    with zipfile.ZipFile(place.home / "old.zip", "w") as archive:
        archive.writestr("x.txt", "a pear")
    assert place("index").code == 0
    found = place("why", place.home / "old.zip")
    assert found.code == 1 and "gsearch index --archives on" in found.said


def test_the_cron_line_of_the_readme_printed_beside_another_run(place: Place) -> None:
    (line,) = re.findall(r"^\*/30 .*/gsearch (.*)$", generate.README.read_text("utf-8"), re.MULTILINE)
    with run_lock(place.db, "watch"):
        held = place(*line.split())
    assert (held.code, held.text, held.said) == (75, "", "")


@pytest.mark.slow
def test_status_called_a_run_that_was_interrupted_done(place: Place) -> None:
    (place.home / "pear.md").write_text("The canarypear ripens in October.\n")
    assert "(interrupted)" in place("index", "--max-time", "0s", "--scheduled", "1800").text
    marks = [
        line for line in place("status").text.splitlines() if line.startswith(("last run", "scheduled run"))
    ]
    assert len(marks) == 2 and all("interrupted" in line and "done" not in line for line in marks)
    place("index")
    assert "last run\tjust now, done\n" in place("status").text


@pytest.mark.slow
@pytest.mark.parametrize(
    "line", ["show FILE", "why FILE", "status", "ask --extract -- how much was paid for the canarylime",
             "ask --format markdown --extract -- when does the canarylime ripen", "index -v", "forget FILE"],
)  # fmt: skip
def test_a_line_break_in_a_path_was_shown_as_a_space_or_broke_the_line(place: Place, line: str) -> None:
    odd = place.home / "two\nlines"
    odd.mkdir()
    (odd / "lime.md").write_text("The canarylime ripens in December.\n")
    (odd / "none.md").write_bytes(b"")
    place("index", odd)
    if line == "index -v":
        (odd / "none.md").write_bytes(b" ")
    said = place(*[odd / "lime.md" if each == "FILE" else each for each in line.split(" ")])
    assert "/two\\nlines" in said.text + said.said
    assert "two\nlines" not in said.text + said.said and "two lines" not in said.text + said.said
