"""``label`` and ``classify`` as they are typed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.terminal import COMMAND, run, run_on_terminal


@pytest.mark.slow
def test_a_label_is_made_applied_reviewed_searched_and_removed(tmp_path: Path) -> None:
    home, db = tmp_path / "home", tmp_path / "i" / "i.db"
    home.mkdir()
    for n in range(4):
        (home / f"bill{n}.md").write_text(f"Invoice {n}: please pay the amount of {n}0 euros.")
        (home / f"walk{n}.md").write_text(f"We walked along the river, {n} birds sang.")

    def gsearch(*arguments: str | Path) -> tuple[int, str]:
        done = run(*arguments, "--db", db, env={"GSEARCH_EMBEDDER": "static"})
        return done.code, done.text

    assert gsearch("index", home)[0] == 0
    assert gsearch("label", "add", "invoice", "--describe", "bills", "--example", home / "bill0.md")[0] == 0
    assert gsearch("label", "add", "walk", "--describe", "a walk in nature")[0] == 0
    code, text = gsearch("label", "run")
    assert code == 0 and text == "invoice\t4\nwalk\t4\n"
    said = run("label", "run", "--db", db, env={"GSEARCH_EMBEDDER": "static"}).said
    assert "without examples: walk;" in said and "invoice" not in said
    assert (
        gsearch("label", "review", "invoice", "--yes", home / "walk0.md", "--no", home / "bill1.md")[0] == 0
    )
    code, text = gsearch("search", "--json", "label:invoice")
    names = {Path(hit["path"]).name for hit in json.loads(text)["data"]["hits"]}
    assert names == {"bill0.md", "bill2.md", "bill3.md", "walk0.md"}
    code, text = gsearch("label", "list", "--json")
    labels = {row["name"]: row for row in json.loads(text)["data"]}
    assert labels["invoice"]["decided"] == 2 and labels["invoice"]["found"] == 4
    code, text = gsearch("label", "review", "invoice")
    assert code == 0 and "bill2.md" in text and "bill1.md" not in text
    assert gsearch("label", "remove", "invoice")[0] == 0
    assert gsearch("label", "review", "invoice")[0] == 2


def test_a_label_for_a_kind_that_no_document_is_of_was_made_without_a_word(tmp_path: Path) -> None:
    db, bill = tmp_path / "i" / "i.db", tmp_path / "bill.md"
    bill.write_text("Please pay 20 euros.")
    run("index", bill, "--db", db)
    done = run("label", "add", "bill", "--type", "e-mails", "--db", db)
    assert done.code == 0 and "nothing in the index is of the kind e-mails" in done.said
    assert "there are note" in done.said
    assert "of the kind" not in run("label", "add", "bill", "--type", "Note", "--db", db).said


@pytest.mark.slow
def test_a_later_example_took_the_set_and_the_type_of_a_label_away(tmp_path: Path) -> None:
    db, bill = tmp_path / "i" / "i.db", tmp_path / "bill.md"
    bill.write_text("Please pay 20 euros.")
    run("index", bill, "--db", db, env={"GSEARCH_EMBEDDER": "static"})
    assert run("label", "add", "bill", "--set", "post", "--type", "Mail", "--db", db).code == 0
    assert run("label", "add", "bill", "--example", bill, "--db", db).code == 0
    (row,) = json.loads(run("label", "list", "--json", "--db", db).text)["data"]
    assert (row["rivals"], row["kind"], len(row["examples"])) == ("post", "mail", 1)


def test_labels_that_are_bare_names_say_what_would_help() -> None:
    for labels, told in (("invoice,cooking", True), ("invoice=bills to pay,cooking", False)):
        done = run(
            "classify", "--labels", labels, "-", stdin=b"Please pay.", env={"GSEARCH_EMBEDDER": "static"}
        )
        assert done.code == 0 and ("--example" in done.said) == told


@pytest.mark.slow
def test_a_piped_text_is_classified_by_names_by_mood_and_by_example(tmp_path: Path) -> None:
    bill = tmp_path / "bill.md"
    bill.write_text("Rechnung 17, zahlbar bis Mai")
    env = {"GSEARCH_EMBEDDER": "static"}
    done = run(
        "classify", "--labels", "invoice=bills to pay,cooking", "-", stdin=b"Please pay the bill.", env=env
    )
    assert done.code == 0 and done.text.split("\t")[:2] == ["-", "invoice"]
    done = run("classify", "--ready", "sentiment", "-", stdin=b"This is wonderful, thank you!", env=env)
    assert done.code == 0 and done.text.split("\t")[1] == "positive"
    options = ("--labels", "x,y", "--example", f"x={bill}")
    done = run("classify", *options, "-", stdin=b"Rechnung 18, zahlbar bis Juni", env=env)
    assert done.code == 0 and done.text.split("\t")[1] == "x"
    empty = tmp_path / "empty.md"
    empty.write_text("")
    done = run("classify", "--labels", "invoice=bills to pay,cooking", empty, bill, env=env)
    assert done.code == 0 and [line.split("\t")[0] for line in done.lines] == [str(bill)]
    assert "empty.md" in done.said
    nothing = run("classify", "--labels", "a,b", "-", stdin=b" \n", env=env)
    assert nothing.code == 2 and "no text on standard input" in nothing.said
    for wrong in (["--ready", "x", "-"], ["--labels", "a,b", "/no/such"]):
        assert run("classify", *wrong, stdin=b"x", env=env).code == 2


@pytest.mark.parametrize("deadly", [signal.SIGTERM, signal.SIGHUP])
def test_what_was_read_from_a_pipe_stayed_behind_when_the_command_was_ended(
    tmp_path: Path, deadly: signal.Signals
) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path), "GSEARCH_EMBEDDER": "static"}
    process = subprocess.Popen(
        [*COMMAND, "classify", "--labels", "a,b", "-"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("gsearch-*/index.db")) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(deadly)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, b"gsearch: interrupted\n")
    assert not list(tmp_path.glob("gsearch-*"))


@pytest.mark.slow
def test_a_review_asked_about_a_title_and_showed_nothing_of_the_text(tmp_path: Path) -> None:
    db, env = tmp_path / "i" / "i.db", {"GSEARCH_EMBEDDER": "static"}
    (tmp_path / "scan.txt").write_text("Please pay the amount of 30 euros by Friday.\n")
    assert run("index", tmp_path / "scan.txt", "--db", db, env=env).code == 0
    assert run("label", "add", "invoice", "--describe", "bills", "--db", db, env=env).code == 0
    assert run("label", "run", "--db", db, env=env).code == 0
    asked = run_on_terminal("label", "review", "invoice", "--db", db, env=env, keys=b"y\n")
    assert asked.code == 0 and "    Please pay the amount of 30 euros" in asked.text
    assert run("label", "list", "--db", db, env=env).text.startswith("invoice\t1\t1")


@pytest.mark.slow
def test_a_wrong_yes_could_only_be_turned_into_a_no(tmp_path: Path) -> None:
    """It taught the next run all the same."""
    home, db = tmp_path / "home", tmp_path / "i" / "i.db"
    home.mkdir()
    for n in range(3):
        (home / f"bill{n}.md").write_text(f"Invoice {n}: please pay the amount of {n}0 euros.")
    run("index", home, "--db", db, env={"GSEARCH_EMBEDDER": "static"})
    run("label", "add", "walk", "--describe", "a walk in nature", "--db", db)
    decided = []
    for option in ("--yes", "--undo", "--undo"):
        assert run("label", "review", "walk", option, home / "bill1.md", "--db", db).code == 0
        (row,) = json.loads(run("label", "list", "--json", "--db", db).text)["data"]
        decided.append((row["decided"], row["found"]))
    assert decided == [(1, 1), (0, 0), (0, 0)]


@pytest.mark.slow
def test_yes_and_no_to_one_document_kept_the_last_of_them_in_silence(tmp_path: Path) -> None:
    db, bill = tmp_path / "i" / "i.db", tmp_path / "bill.md"
    bill.write_text("Please pay 20 euros.")
    run("index", bill, "--db", db, env={"GSEARCH_EMBEDDER": "static"})
    run("label", "add", "bill", "--describe", "bills", "--db", db)
    done = run("label", "review", "bill", "--yes", bill, "--no", bill, "--db", db)
    assert done.code == 2 and "two answers" in done.said
    (row,) = json.loads(run("label", "list", "--json", "--db", db).text)["data"]
    assert row["decided"] == 0


def test_examples_of_classify_needed_their_labels_named_once_more(tmp_path: Path) -> None:
    bill, beach = tmp_path / "bill.txt", tmp_path / "beach.txt"
    bill.write_text("Please pay the invoice of 30 euros.")
    beach.write_text("We had fun at the beach.")
    examples = ("--example", f"bill={bill}", "--example", f"fun={beach}")
    done = run(
        "classify", *examples, "-", stdin=b"Your bill is due, pay now.", env={"GSEARCH_EMBEDDER": "static"}
    )
    assert done.code == 0 and done.text.split("\t")[1] == "bill"
