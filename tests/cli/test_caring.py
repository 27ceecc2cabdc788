"""Seeing what is missing and why, and taking things out so that nothing of them is left."""

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
from tests.cli.terminal import Ran, run
from tests.docs import generate
from tests.store.filled import inflated

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
        raw = b"".join(p.read_bytes() for p in self.db.parent.iterdir() if p.is_file())
        return raw + inflated(raw)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_what_is_attached_to_a_forgotten_mail_stayed_with_its_subject(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    folder.mkdir()

    def mail(subject: str, word: str, boundary: str = "b", inner: str = "") -> str:
        return (
            f"From: a@example.org\nSubject: {subject}\nMessage-ID: <{word}@x>\n"
            f"Content-Type: multipart/mixed; boundary={boundary}\n\n--{boundary}\nContent-Type: text/plain\n\n"
            f"body\n--{boundary}\nContent-Disposition: attachment; filename={word}.txt\n\n{word}\n{inner}"
            f"--{boundary}--\n"
        )

    inner = "--b\nContent-Type: message/rfc822\n\n" + mail("inside", "feldspar", "c")
    (folder / "one.eml").write_text(mail("offer", "quartz", inner=inner))
    box = [mail("offer", "gneiss"), mail("other", "mica")]
    (folder / "all.mbox").write_text("".join(f"From a@b Mon Mar  3 10:00:00 2025\n{m}\n" for m in box))
    db = ("--db", tmp_path / "i" / "index.db")
    run("index", *db, folder)

    def left() -> list[str]:
        words = ("quartz", "feldspar", "gneiss", "mica")
        return [word for word in words if run("search", *db, "--mode", "words", word).code == 0]

    assert left() == ["quartz", "feldspar", "gneiss", "mica"]
    said = run("forget", *db, "subject:offer", "--verify")
    assert said.code == 0 and "6 documents" in said.text
    assert left() == ["mica"]
    assert (
        "(1 of 2 files, 1 skipped)" in run("status", *db).text
    )  # each forgotten attachment was a skipped file
    (folder / "one.eml").rename(folder / "two.eml")
    run("index", *db)
    assert left() == ["mica"]
    assert run("forget", *db, "title:mica").code == 0
    assert "(1 of 2 files, 1 skipped)" in run("status", *db).text  # the mail itself is there


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


def test_a_forgotten_file_is_gone_from_the_bytes_and_stays_out(place: Place) -> None:
    assert b"canaryfig" in place.bytes() and b"canaryplum" in place.bytes()
    done = place("forget", place.home / "fig.md")
    assert done.code == 0 and done.text.startswith("forgot 1 file, 1 document")
    assert b"canaryfig" not in place.bytes() and b"canaryplum" in place.bytes()
    assert place("index").code == 0
    assert place("search", "--mode", "words", "canaryfig").code == 1
    assert place("search", "--mode", "words", "canaryplum").code == 0
    assert place("forget", place.home / "never.md").code == 1


@pytest.mark.slow
def test_a_folder_can_be_forgotten_whole_and_the_file_shrinks(place: Place) -> None:
    for number in range(60):
        (place.home / f"n{number}.md").write_text(f"# N{number}\n\n" + f"word{number} goes here. " * 300)
    assert place("index").code == 0
    assert place("forget", place.home).code == 0
    assert place("roots").text == "" and place("search", "canaryplum").code == 1
    before = place.db.stat().st_size
    assert place("compact").code == 0
    assert place.db.stat().st_size < before


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


@pytest.mark.slow
def test_a_forgotten_file_was_said_to_stay_out_and_came_back_in_a_renamed_folder(place: Place) -> None:
    (place.home / "old").mkdir()
    for name in ("named", "found"):
        (place.home / "old" / f"{name}.md").write_text(f"canary{name}word of a note\n")
    assert place("index").code == 0
    said = place("forget", place.home / "old" / "named.md").said
    assert "excluded under this path" in said and "renamed it comes back" in said
    assert place("forget", "canaryfoundword").code == 0
    assert place("index").code == 0 and place("search", "--mode", "words", "canarynamedword").code == 1
    (place.home / "old").rename(place.home / "new")
    assert place("index").code == 0
    assert place("search", "--mode", "words", "canarynamedword").code == 0
    assert place("search", "--mode", "words", "canaryfoundword").code == 1


@pytest.mark.slow
def test_forgetting_by_a_query_takes_messages_out_of_a_mailbox_for_good(place: Place) -> None:
    box = place.home / "box.mbox"
    letter = "From {0}@x.example Mon Jan  5 10:00:0{1} 2026\nFrom: {0}@x.example\nSubject: hi {1}\n\ncanary{0}{1} text\n\n"
    box.write_text("".join(letter.format(who, n) for n in range(3) for who in ("mallory", "dana")))
    assert place("index").code == 0
    assert b"canarymallory" in place.bytes()
    listed = place("forget", "from:mallory", "--dry-run", "--json")
    assert len(json.loads(listed.text)["data"]["documents"]) == 3 and b"canarymallory" in place.bytes()
    done = place("forget", "from:mallory", "--verify")
    assert done.code == 0 and "3 documents" in done.text and "verified" in done.text, done.text
    assert b"canarymallory" not in place.bytes() and b"canarydana" in place.bytes()
    with box.open("a") as stream:
        stream.write(letter.format("dana", 7))
    assert place("index").code == 0
    assert place("search", "--mode", "words", "canarydana7").code == 0
    assert b"canarymallory" not in place.bytes()
    assert "forgotten" in place("status", "--failed").text
    refused = place("forget", "--undo", box)
    assert refused.code == 2 and "gsearch index" in refused.said  # the name was ignored
    assert place("forget", "--undo").code == 0
    assert place("index").code == 0
    assert place("search", "--mode", "words", "canarymallory1").code == 0


@pytest.mark.slow
def test_the_name_of_a_forgotten_attachment_stayed_in_the_index(place: Place) -> None:
    box = place.home / "box.mbox"
    letter = (
        "From m@x Mon Jan  5 10:00:00 2026\nFrom: mallory@x.example\nSubject: hi\n"
        'Content-Type: multipart/mixed; boundary="b"\n\n--b\n\nsee canarybody\n--b\nContent-Type: text/plain\n'
        "Content-Disposition: attachment; filename=canaryname.txt\n\ncanaryattached\n--b--\n\n"
    )
    box.write_text(letter)
    assert place("index").code == 0 and b"canaryname" in place.bytes()
    assert place("forget", "from:mallory").code == 0
    assert b"canaryname" not in place.bytes()
    box.write_text(letter + letter.replace("mallory", "dana").replace("canary", "other"))
    assert place("index").code == 0
    assert b"othername" in place.bytes() and b"canaryname" not in place.bytes()
    assert "forgotten" in place("status", "--failed").text


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


def test_an_empty_name_forgets_nothing(tmp_path: Path) -> None:
    notes, db = tmp_path / "notes", tmp_path / "i" / "i.db"
    notes.mkdir()
    (notes / "a.md").write_text("The kiln was fired in May.\n")
    assert run("index", notes, "--embedder", "fake", "--db", db).code == 0
    done = run("forget", "", "--db", db, cwd=notes)
    assert done.code == 2 and "empty name" in done.said
    assert run("search", "kiln", "--db", db).code == 0


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


def test_forgetting_a_query_takes_words_whole(tmp_path: Path) -> None:
    """ "nosuchword-zz" was taken for "zz", and that stood within a longer word."""
    notes, db = tmp_path / "notes", tmp_path / "i" / "i.db"
    notes.mkdir()
    (notes / "a.md").write_text("s4ljhbwiy6k5zz2df1a5akb5 and page 1\n")
    assert run("index", notes, "--embedder", "fake", "--db", db).code == 0
    assert run("forget", "nosuchword-zz", "--db", db).code == 1
    assert run("forget", "aaaaword1", "--db", db).code == 1
    assert run("forget", "page-1", "--db", db).code == 0


def test_a_query_in_a_script_is_forgotten_and_said(place: Place) -> None:
    done = place("forget", "canaryfig")
    assert done.code == 0 and "1 document matches canaryfig" in done.said and "fig.md" in done.said
    assert b"canaryfig" not in place.bytes()


def test_what_a_query_does_not_find_was_named_before_it_was_forgotten(place: Place) -> None:
    """Words that a search takes apart ("aug-9") are taken whole here."""
    done = place("forget", "--dry-run", "august-9")
    assert "0 documents match" in done.said and "fig.md" not in done.said


def test_a_dry_run_of_forgetting_a_folder_said_nothing_and_called_it_done(place: Place) -> None:
    before = place.bytes()
    done = place("forget", place.home, "--dry-run")
    assert done.code == 0 and "3 files" in done.said and str(place.home) in done.said, done.said
    assert place("forget", place.home / "fig.md", "--dry-run").said.startswith("1 file:")
    (place.home / "new.md").write_text("not indexed yet")
    unknown = place("forget", place.home / "new.md", "--dry-run")
    assert unknown.code == 1 and "not in the index" in unknown.said
    assert place.bytes() == before


def test_a_handle_was_a_word_to_forget_and_a_path_to_ask_about(place: Place) -> None:
    handle = place("search", "--mode", "words", "--format", "{id}", "canaryfig").text.strip()
    refused = place("forget", handle, "--yes")
    assert refused.code == 2 and f"gsearch show {handle}" in refused.said
    said = place("why", handle)
    assert said.code == 0 and "fig.md" in said.text and f"{handle} line 1" in said.text
    gone = place("why", "c99999")
    assert gone.code == 1 and "no hit c99999" in gone.said


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


def test_status_called_a_run_that_was_interrupted_done(place: Place) -> None:
    (place.home / "pear.md").write_text("The canarypear ripens in October.\n")
    assert "(interrupted)" in place("index", "--max-time", "0s", "--scheduled", "1800").text
    marks = [
        line for line in place("status").text.splitlines() if line.startswith(("last run", "scheduled run"))
    ]
    assert len(marks) == 2 and all("interrupted" in line and "done" not in line for line in marks)
    place("index")
    assert "last run\tjust now, done\n" in place("status").text


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


def test_a_dry_run_of_forgetting_what_nothing_matches_called_it_done(place: Place) -> None:
    done = place("forget", "--dry-run", "from:mallory")
    assert (done.code, done.text, done.said) == (1, "", "0 documents match from:mallory\n")
    done = place("forget", "from:mallory")
    assert (done.code, done.text) == (1, "")
    assert done.said.startswith("gsearch: no document matches from:mallory\n"), "it was said twice"
    done = place("forget", place.home / "fig.md", "from:mallory")
    assert done.code == 0 and "0 documents match from:mallory" in done.said
