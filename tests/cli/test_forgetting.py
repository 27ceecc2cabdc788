"""Taking things out so that nothing of them is left."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.place import Place
from tests.cli.terminal import run
from tests.readers.browser_profiles import FIREFOX, database


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.mark.slow
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
def test_what_was_forgotten_came_back_with_the_next_change_of_the_exclusions(place: Place) -> None:
    for name in ("named.md", "kept.md", "draft.txt"):
        (place.home / name).write_text(f"canary{name[:4]}word of a note\n")
    assert place("index").code == 0
    assert place("forget", place.home / "named.md").code == 0
    assert place("index", place.home, "--exclude", "*.txt").code == 0
    again = place("roots", place.home, "--exclude", "!named.md", "--exclude", "*.log")
    assert "--exclude replaces *.txt" in again.said, "and no word was said"
    for change in ((), ("--no-hidden",), ("--reset",)):
        assert not change or place("roots", place.home, *change).code == 0
        assert place("index").code == 0
        assert place("search", "--mode", "words", "canarynameword").code == 1
    assert place("search", "--mode", "words", "canarykeptword").code == 0
    assert place("search", "--mode", "words", "canarydrafword").code == 0
    assert "forgotten=/named.md" in place("roots").text
    assert place("index", place.home / "named.md").code == 0  # named itself
    assert place("search", "--mode", "words", "canarynameword").code == 0


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
def test_a_forgotten_mail_came_back_with_other_labels(place: Place) -> None:
    box = place.home / "box.mbox"
    letter = (
        "From m@x Mon Jan  5 10:00:00 2026\nFrom: {who}@x.example\nMessage-ID: <same@x>\nX-Gmail-Labels: {label}\n"
        "Date: Mon, {day} Jan 2026 10:00:00 +0000\nSubject: hi {day}\n"
        'Content-Type: multipart/mixed; boundary="b"\n\n--b\n\ncanarybody{name}\n--b\nContent-Type: text/plain\n'
        "Content-Disposition: attachment; filename=a.txt\n\ncanaryattached{name}\n--b--\n\n"
    )

    def write(label: str, *days: int) -> None:
        known = {5: ("mallory", "five"), 6: ("dana", "six"), 7: ("mallory", "seven")}
        made = [letter.format(who=known[day][0], name=known[day][1], label=label, day=day) for day in days]
        box.write_text("".join(made))
        assert place("index").code == 0

    write("Inbox", 5, 6)
    done = place("forget", "from:mallory")
    assert done.code == 0 and "2 documents" in done.text
    write("Archive,Important", 5, 6, 7)
    for word in ("canarybodyfive", "canaryattachedfive"):
        assert place("search", "--mode", "words", word).code == 1
        assert word.encode() not in place.bytes()
    # Message-IDs that some program writes into each of its mails
    assert place("search", "--mode", "words", "canarybodyseven").code == 0
    assert place("search", "--mode", "words", "canaryattachedsix").code == 0
    assert "2 documents may come back" in place("forget", "--undo").text
    assert place("index").code == 0
    assert place("search", "--mode", "words", "canarybodyfive").code == 0


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


def test_an_empty_name_forgets_nothing(tmp_path: Path) -> None:
    notes, db = tmp_path / "notes", tmp_path / "i" / "i.db"
    notes.mkdir()
    (notes / "a.md").write_text("The kiln was fired in May.\n")
    assert run("index", notes, "--embedder", "fake", "--db", db).code == 0
    done = run("forget", "", "--db", db, cwd=notes)
    assert done.code == 2 and "empty name" in done.said
    assert run("search", "kiln", "--db", db).code == 0


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


def test_a_dry_run_of_forgetting_what_nothing_matches_called_it_done(place: Place) -> None:
    done = place("forget", "--dry-run", "from:mallory")
    assert (done.code, done.text, done.said) == (1, "", "0 documents match from:mallory\n")
    done = place("forget", "from:mallory")
    assert (done.code, done.text) == (1, "")
    assert done.said.startswith("gsearch: no document matches from:mallory\n"), "it was said twice"
    done = place("forget", place.home / "fig.md", "from:mallory")
    assert done.code == 0 and "0 documents match from:mallory" in done.said


@pytest.mark.slow
def test_a_site_that_was_forgotten_came_back_with_the_next_visit(tmp_path: Path) -> None:
    """The pages that were found stayed out; what was visited there for the first time did not."""
    profile = database(tmp_path / "places.sqlite", FIREFOX)
    db = tmp_path / "i" / "i.db"

    def visit(*urls: str) -> None:
        rows = ", ".join(f"('{url}', 'Walnut {n}', 1, 1714564800000000)" for n, url in enumerate(urls))
        database(profile, f"INSERT INTO moz_places (url, title, visit_count, last_visit_date) VALUES {rows}")
        assert run("index", "--browser", profile, "--db", db).code == 0

    def addresses() -> set[str]:
        return set(run("search", "walnut", "-n", "50", "--format", "{url}", "--db", db).lines)

    visit("https://notes.example.com/walnut/one")
    done = run("forget", "site:https://www.example.org/", "--db", db)
    assert done.code == 0 and "later visits to https://www.example.org/ stay out, too" in done.said
    assert "later visits" in run("forget", "site:notes.example.com/walnut", "--db", db).said
    other = {
        "https://bestexample.org/",
        "https://notes.example.com/other",
        "https://notes.example.com/walnuts",
    }
    visit(
        "https://shop.example.org/new?a=b",
        "http://example.org",
        "https://notes.example.com/walnut/two?x",
        *other,
    )
    assert addresses() == {"https://example.net/kept", *other}
    done = run("forget", "title:shop", "--db", db)
    assert done.code == 0 and "what comes later and matches is indexed" in done.said
    assert run("forget", "--undo", "--db", db).code == 0
    visit("https://example.org/again")
    assert {"https://shop.example.org/new?a=b", "https://example.org/again"} <= addresses()
