"""What lies around a search: neighbours, conversations, twins, and what is said of filters and hits."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from gemmasearch.cli import quick
from gemmasearch.cli.finding import here
from tests.cli.conftest import Indexed
from tests.cli.terminal import run
from tests.readers import mail_files

HERE = {"PYTHONPATH": str(Path(__file__).parents[2])}
STATIC = {"GSEARCH_EMBEDDER": "static"}


@pytest.mark.slow
def test_similar_finds_neighbours_of_a_file_and_of_a_piped_text_but_not_the_file_itself(
    indexed: Indexed,
) -> None:
    note = indexed.home / "notes" / "flat" / "heating.md"
    found = indexed.run("similar", "--json", note)
    paths = [hit["path"] for hit in json.loads(found.text)["data"]["hits"]]
    assert paths and str(note) not in paths
    piped = indexed.run(
        "similar", "-", stdin=b"The boiler of the flat was serviced and the heating repaired."
    )
    assert any("heating.md" in line for line in piped.lines[:5])
    assert indexed.run("similar", "-", stdin=b" ").code == 2
    assert indexed.run("similar", "/no/such/file").code == 1


@pytest.mark.slow
def test_similar_that_found_nothing_said_nothing(tmp_path: Path) -> None:
    note, db = tmp_path / "lease.md", tmp_path / "i" / "i.db"
    note.write_text("The deposit is 1,400 euros.")
    run("index", note, "--db", db, env=STATIC)
    for target, stdin in ((str(note), b""), ("-", b"Zebrafish larvae swim at dawn.")):
        done = run("similar", target, "--db", db, stdin=stdin, env=STATIC)
        assert (done.code, done.text) == (1, "") and "nothing is like" in done.said, target
        assert run("similar", target, "--quiet", "--db", db, stdin=stdin, env=STATIC).said == ""


def test_a_thread_lists_its_messages_oldest_first(indexed: Indexed) -> None:
    handle = indexed.run("search", "--format", "{id}", "-n", "1", "Kondensatleitung").text.strip()
    found = indexed.run("thread", "--json", handle)
    dates = [hit["date"] for hit in json.loads(found.text)["data"]["hits"]]
    assert found.code == 0 and len(dates) >= 2 and dates == sorted(dates)


def test_the_events_of_a_calendar_were_called_messages(tmp_path: Path) -> None:
    events = "".join(
        f"BEGIN:VEVENT\nUID:{n}\nDTSTART:2026030{n}T100000Z\nSUMMARY:Kiln firing {n}\nEND:VEVENT\n"
        for n in (1, 2)
    )
    (tmp_path / "a.ics").write_text(f"BEGIN:VCALENDAR\nVERSION:2.0\n{events}END:VCALENDAR\n")
    run("index", tmp_path / "a.ics", "--db", tmp_path / "i.db", env=STATIC)
    done = run("thread", tmp_path / "a.ics", "--db", tmp_path / "i.db")
    assert done.code == 0 and len(done.lines) == 1
    assert "holds 2 documents: this is the first;" in done.said, done.said


def test_the_first_of_a_mailbox_was_an_attachment(tmp_path: Path) -> None:
    """Its conversation was shown as that of the first message, and `open` took the mailbox for a file of its kind."""
    with_plan = mail_files.multipart(
        mail_files.plain("The kiln is hot.\n"),
        mail_files.attached(b"Kiln plan.\n", "plan.txt", "text/plain"),
        number=2,
    )
    first = mail_files.message("The glaze is blue.\n", number=3, subject="Glaze")
    (tmp_path / "a.mbox").write_bytes(mail_files.mbox([first, with_plan]))
    run("index", tmp_path / "a.mbox", "--db", tmp_path / "i.db", env=STATIC)
    done = run("thread", tmp_path / "a.mbox", "--db", tmp_path / "i.db")
    assert [line.split("\t")[4] for line in done.lines] == ["Glaze"], done.text
    assert "holds 2 messages: this is the conversation of the first" in done.said
    place = run("open", "--print", tmp_path / "a.mbox", "--db", tmp_path / "i.db", env={"EDITOR": "ed"})
    assert "ed " not in place.text


def test_dupes_groups_copies(tmp_path: Path) -> None:
    folder, db = tmp_path / "n", tmp_path / "i" / "i.db"
    folder.mkdir()
    text = "The kiln reached twelve hundred degrees on Tuesday and cooled down until Friday noon. " * 5
    (folder / "a.md").write_text(text)
    (folder / "b.md").write_text(text + "One more word.")
    (folder / "c.md").write_text("Something else entirely stands in this note about bees and their hives.")
    run("index", folder, "--db", db, env=STATIC)
    lines = run("dupes", "--db", db).lines
    assert [Path(line.split("\t")[0]).name for line in lines] == ["a.md", "b.md"]
    assert len(run("search", "--mode", "words", "kiln degrees Friday", "--db", db, env=STATIC).lines) == 1
    assert (
        len(run("search", "--mode", "words", "--all", "kiln degrees Friday", "--db", db, env=STATIC).lines)
        == 2
    )


def test_how_a_query_and_a_score_came_about(indexed: Indexed) -> None:
    said = indexed.run("search", "--explain-query", 'from:dana "notice period" -garage').text
    assert "dana" in said and "notice period" in said and "garage" in said
    explained = indexed.run("search", "--explain", "boiler")
    assert "words" in explained.said and "meaning" in explained.said
    assert indexed.run("search", "--min-score", "100", "boiler").text.count("\n") <= 1
    dates = [
        line for line in indexed.run("search", "--sort", "date", "--format", "{date}", "boiler").lines if line
    ]
    assert dates == sorted(dates, reverse=True)


@pytest.mark.slow
def test_a_misspelt_word_beside_another_got_no_suggestion(tmp_path: Path) -> None:
    rows = "".join(f"| Passport {name} | X765432 | 2027-11-02 |\n" for name in ("Dana", "Leo"))
    (tmp_path / "a.md").write_text(f"| Document | Number | Expires |\n|---|---|---|\n{rows}")
    (tmp_path / "b.md").write_text(
        "## Leo\nBorn 22 October 2015. Shoe size 38. No allergies known. Plays the clarinet."
    )
    db = tmp_path / "i" / "i.db"
    run("index", tmp_path / "a.md", tmp_path / "b.md", "--db", db, env=STATIC)
    done = run("search", "pasport leo", "--db", db, env=STATIC)
    assert done.code == 0 and "did you mean: passport leo" in done.said, (done.text, done.said)
    assert "did you mean" not in run("search", "passport leo", "--db", db, env=STATIC).said
    assert "did you mean" not in run("search", "--quiet", "pasport leo", "--db", db, env=STATIC).said


def test_a_misspelt_word_gets_a_suggestion(indexed: Indexed) -> None:
    done = indexed.run("search", "--mode", "words", "Kondensatleitnug")
    assert done.code == 1 and "did you mean: " in done.said and "ondensatleitung" in done.said


@pytest.mark.slow
def test_pages_groups_and_formats_on_the_command_line(indexed: Indexed) -> None:
    whole = indexed.run("search", "-n", "9", "--format", "{id}", "lisbon").lines
    page = json.loads(indexed.run("search", "-n", "4", "--json", "lisbon").text)["data"]
    assert [hit["id"] for hit in page["hits"]] == whole[:4] and page["after"] == whole[3]
    assert (
        indexed.run("search", "-n", "5", "--after", whole[3], "--format", "{id}", "lisbon").lines
        == whole[4:9]
    )
    assert indexed.run("search", "--after", "c999999", "lisbon").code == 2
    grouped = json.loads(indexed.run("search", "--group", "thread", "-n", "20", "--json", "lisbon").text)[
        "data"
    ]
    ids = [id for group in grouped["groups"] for id in group["ids"]]
    assert ids == [hit["id"] for hit in grouped["hits"]] and any(len(g["ids"]) > 2 for g in grouped["groups"])
    mail = next(hit["id"] for hit in grouped["hits"] if hit["kind"] == "mail")
    assert len(indexed.run("thread", "--jsonl", mail).lines) == len(indexed.run("thread", mail).lines)
    assert indexed.run("similar", "-0", mail).out.endswith(b"\0")
    assert indexed.run("similar", "-0", "--csv", mail).code == 2


def test_a_folder_named_from_here_is_the_whole_folder(
    indexed: Indexed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(indexed.home / "notes" / "flat")
    assert here("a in:. b") == f'a in:"{indexed.home}/notes/flat" b'
    assert here('-in:"../van" (in:..)') == f'-in:"{indexed.home}/notes/van" (in:"{indexed.home}/notes")'
    assert here("begin:. in:notes in:~/x domain:..") == "begin:. in:notes in:~/x domain:.."
    found = run("search", "--paths", "heating in:.", "--db", indexed.db, cwd=Path.cwd(), env=HERE).lines
    assert found and all("/notes/flat/" in line for line in found)
    assert (
        run(
            "search",
            "--paths",
            "boiler in:../travel",
            "--mode",
            "words",
            "--db",
            indexed.db,
            cwd=Path.cwd(),
            env=HERE,
        ).lines
        == []
    )


def test_explaining_that_nothing_was_found_was_an_internal_error(indexed: Indexed) -> None:
    done = indexed.run("search", "--explain", "zzzzqqqq")
    assert done.code == 1 and "nothing found" in done.said


def test_hits_without_a_chance_are_called_so_and_do_not_stand_below_better_ones(indexed: Indexed) -> None:
    far = indexed.run("search", "automobile")
    assert far.code == 0 and "nothing here matches well" in far.said
    near = indexed.run("search", "--format", "{score}", "-n", "30", "heating engineer")
    assert "matches well" not in near.said
    assert len(near.lines) >= 2 and all(float(score) >= 0.005 for score in near.lines)


def test_a_filter_without_a_value_that_makes_sense_is_named(indexed: Indexed) -> None:
    done = indexed.run("search", "boiler date:gibberish")
    assert "no filter, searched as words: date:gibberish" in done.said


def test_a_filter_that_nothing_passes_is_named(indexed: Indexed) -> None:
    done = indexed.run("search", "type:banana boiler")
    assert done.code == 1 and "nothing in the index passes the filter: type is banana" in done.said


@pytest.mark.parametrize(
    "line",
    [
        "after:2026 before:2025 boiler",
        "date:2025 date:2024",
        "size:10M..2k boiler",
        "(after:2025 before:2025)",
    ],
)
def test_filters_that_exclude_each_other_were_searched_in_silence(indexed: Indexed, line: str) -> None:
    for command in ("search", "ask"):
        done = indexed.run(command, line)
        assert done.code == 1 and "nothing can pass both filters" in done.said


@pytest.mark.parametrize(
    "line",
    [
        "after:2025 before:2026 boiler",
        "after:2026 OR before:2025 boiler",
        "-after:2026 before:2025",
        "boiler",
    ],
)
def test_filters_that_go_together_are_not_said_to_exclude_each_other(indexed: Indexed, line: str) -> None:
    assert "both filters" not in indexed.run("search", line).said


def test_a_range_that_ends_before_it_begins_says_so(indexed: Indexed) -> None:
    assert "date:2024..2023 (it ends before it begins)" in indexed.run("search", "date:2024..2023 rent").said


@pytest.mark.parametrize("name", ["c99999", "nobody@nowhere"])
def test_the_thread_of_nothing_was_an_empty_result(indexed: Indexed, name: str) -> None:
    done = indexed.run("search", f"thread:{name}")
    assert done.code == 1 and f"thread is {name} (no hit or message is called so" in done.said


def test_a_mailbox_was_similar_to_whatever_its_first_messages_said(indexed: Indexed) -> None:
    box = next(indexed.home.rglob("*.mbox"))
    done = indexed.run("similar", box)
    assert done.code == 2 and "messages" in done.said and "c123" in done.said


def test_twins_without_titles_go_by_the_names_of_their_files(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("the kiln reached twelve hundred degrees on Tuesday and cooled down\n")
    run("index", tmp_path / "a.txt", tmp_path / "b.txt", "--db", tmp_path / "i" / "i.db", env=STATIC)
    lines = run("dupes", "--db", tmp_path / "i" / "i.db").lines
    assert [line.split("\t")[1] for line in lines] == ["a.txt", "b.txt"]


@pytest.mark.slow
def test_two_messages_of_one_mailbox_that_are_alike_could_not_be_told_apart_nor_shown(tmp_path: Path) -> None:
    said = "The kiln reached twelve hundred degrees on Tuesday and cooled down until Friday noon."
    head = "From dana@x.org Mon Jan  1 00:00:00 2024\nFrom: Dana <dana@x.org>\nSubject: Kiln\n"
    box, db = tmp_path / "a.mbox", tmp_path / "i" / "i.db"
    box.write_text("\n".join(f"{head}Message-ID: <{n}@x.org>\n\n{said}\n" for n in (1, 2)))
    assert run("index", box, "--db", db, env=STATIC).code == 0
    rows = [line.split("\t") for line in run("dupes", "--db", db).lines]
    assert len(rows) == 2 and rows[0][:3] == rows[1][:3] and rows[0][3] != rows[1][3]
    assert all(said in run("show", row[3], "--db", db).text for row in rows)


def test_a_model_that_is_not_there_was_passed_over_in_silence(indexed: Indexed) -> None:
    for command in (("search", "boiler"), ("ask", "when was the boiler serviced?"), ("similar", "-")):
        done = indexed.run(*command, "--embedder", "/no/such.gguf", stdin=b"the boiler")
        assert done.code == 4 and "/no/such.gguf" in done.said, command


def test_a_nul_at_the_end_of_a_template_takes_the_place_of_the_newline(indexed: Indexed) -> None:
    paths = indexed.run("search", "-0", "boiler").out
    assert indexed.run("search", "--paths", "-0", "boiler").out == paths
    found = indexed.run("search", "--format", "{path}\\0", "boiler").out
    assert b"\n" not in found and set(found.split(b"\0")) == set(paths.split(b"\0"))


def test_a_box_of_many_conversations_says_whose_is_shown(indexed: Indexed) -> None:
    box = next(p for p in indexed.home.rglob("*.mbox"))
    done = indexed.run("thread", box)
    assert done.code == 0 and "messages: this is the conversation of the first" in done.said


def test_explain_says_what_a_score_is_made_of_and_what_puts_a_hit_above_the_next(indexed: Indexed) -> None:
    done = indexed.run("search", "--explain", "--all", "-n", "3", "boiler service type:note")
    remarks = done.said.splitlines()
    assert remarks[0] == "filter: type is note" and len(remarks) == 4
    assert re.match(
        r"c\d+: score \d+, place 100 = words \d+ \+ meaning \d+; holds boiler.*; above c\d+ by words \+",
        remarks[1],
    )
    data = json.loads(indexed.run("search", "--explain", "--json", "boiler").text)["data"]
    assert len(data["explained"]) == len(data["hits"])


def test_a_note_about_something_else_does_not_stand_below_a_good_first_hit(indexed: Indexed) -> None:
    every, shown = (
        json.loads(indexed.run("search", "boiler service type:note", "--json", *more).text)["data"]["hits"]
        for more in (["--all"], [])
    )
    assert every[0]["score"] > 0.5 and every[-1]["score"] < 0.02
    assert shown == [hit for hit in every if hit["score"] >= 0.02]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("search boiler -garage --json", "search boiler --json -- -garage"),
        ("search -nora -n 3 -from:tom x -n5 -qv", "search -n 3 x -n5 -qv -- -nora -from:tom"),
        ("search --format -{path} x", "search --format -{path} x"),
        ("search -json x -help", "search -json x -help"),
        ("search x -- -a -garage", "search x -- -a -garage"),
        ("search x -y --group -file", "search x -y --group -file"),
    ],
)
def test_a_word_to_exclude_is_no_option(line: str, wanted: str) -> None:
    assert quick.exclusions_last(line.split()) == wanted.split()


def test_a_word_is_excluded_without_quotes_around_the_line(indexed: Indexed) -> None:
    both = indexed.run("search", "--paths", "--mode", "words", "lisbon").lines
    without = indexed.run("search", "--paths", "lisbon", "-tram", "--mode", "words").lines
    assert without and set(without) < set(both)
    assert indexed.run("search", "-json", "lisbon").code == 2


def test_a_folder_reached_through_a_link_found_nothing_that_is_indexed_by_the_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "real" / "deep").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.chdir(tmp_path / "real")
    monkeypatch.setenv("PWD", f"{tmp_path}/link")
    assert here("in:. a in:./deep") == f'in:"{tmp_path}/link" a in:"{tmp_path}/link/deep"'
    monkeypatch.setenv("PWD", f"{tmp_path}/elsewhere")
    assert here("in:.") == f'in:"{tmp_path}/real"'
    monkeypatch.setenv("PWD", f"{tmp_path}")
    assert here("in:.") == f'in:"{tmp_path}/real"'
