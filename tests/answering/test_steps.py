"""How something is done: told by the link to a note on it, or by a sentence that was only about it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gemmasearch.answering import answer, answer_from, steps
from gemmasearch.answering.question import understand
from gemmasearch.documents import Answer
from gemmasearch.store import Store
from tests.answering.conftest import Add
from tests.answering.passages import hit

WAL = (
    "I was getting locked databases. Here's the incantation:\n```sh\nsqlite3 notes.db 'PRAGMA journal_mode=WAL;'\n"
    "```\nAfter running this each file has two others beside it.\n"
)
OFF = "# Turning WAL off\n\nTo turn WAL mode off again run this:\n\n    PRAGMA journal_mode=delete;\n\nThat is all.\n"


def asked(store: Store, question: str) -> Answer:
    return answer(store, None, None, question)


def blocks(text: str, start: int = 0) -> list[str]:
    """The blocks of code of a passage that begins at ``start`` of its note."""
    passage = replace(hit(text), start=start, end=start + len(text))
    return [text[a:b].strip("\n") for a, b in steps._spans_of_code(passage)]


def test_the_line_that_links_to_a_note_was_told_for_the_note(store: Store, add: Add) -> None:
    add("/n/wal.md", WAL, title="Enabling WAL mode for SQLite files")
    add(
        "/n/readme.md",
        "* [Enabling WAL mode for SQLite files](https://t.org/wal.md) - 2020-08-09\n",
        title="All",
    )
    told = asked(store, "How do I enable WAL mode in SQLite?")
    assert told.text == ("“Here's the incantation:” [1]\n    sqlite3 notes.db 'PRAGMA journal_mode=WAL;'"), (
        "the command as it stands, on lines of its own"
    )
    assert [c.hit.path for c in told.citations] == ["/n/wal.md"]


def test_pieces_of_an_answer_with_code_are_its_text(store: Store, add: Add) -> None:
    add(
        "/n/wal.md",
        WAL + "\nOr like this:\n```\nenable-wal *.db\n```\n",
        title="Enabling WAL mode for SQLite",
    )
    pieces: list[str] = []
    told = answer(store, None, None, "How do I enable WAL mode in SQLite?", on_text=pieces.append)
    assert "".join(pieces) == told.text and "    enable-wal *.db" in told.text.split("\n")
    assert all("\n\n" not in piece for piece in pieces), "an empty line ends the answer in a pipe"


@pytest.mark.parametrize(
    "question",
    [
        "How do I encrypt a SQLite database?", "How do I enable two-factor authentication?",
        "Which command lists the open ports?", "How do I delete the WAL of PostgreSQL?",
    ],
)  # fmt: skip
def test_what_no_note_tells_how_to_do_was_answered_by_what_shares_words(
    store: Store, add: Add, question: str
) -> None:
    add("/n/wal.md", WAL, title="Enabling WAL mode for SQLite files")
    add("/n/off.md", OFF, title="SQLite")
    add("/n/db.md", "A SQLite database is one file.\n\nThe ports of the boat are open.\n", title="Databases")
    assert not asked(store, question).found


def test_of_the_blocks_of_a_note_that_of_the_section_is_told(store: Store, add: Add) -> None:
    add("/n/wal.md", f"{WAL}\n{OFF}".replace("\n\n", "\n"), title="WAL mode in SQLite")
    told = asked(store, "How do I turn WAL mode off again?").text
    assert "journal_mode=delete" in told and "journal_mode=WAL" not in told


def test_how_to_undo_it_is_not_told_beside_how_to_do_it() -> None:
    note = f"# Enabling WAL mode for SQLite\n\n{WAL}\n## Off again\n\nTo turn WAL mode off:\n\n    PRAGMA journal_mode=delete;\n"
    told = answer_from(note, None, None, "How do I enable WAL mode in SQLite?").text
    assert "journal_mode=WAL" in told and "delete" not in told
    told = answer_from(note, None, None, "How do I turn WAL mode off?").text
    assert "delete" in told


def test_steps_of_a_list_are_told_in_order(store: Store, add: Add) -> None:
    add(
        "/n/boiler.md",
        "# Topping up the pressure\n1. Switch it off and wait.\n2. Open both black valves.\n3. Close them at 1.3 bar.\n",
        title="Boiler",
    )
    told = asked(store, "How do I top up the pressure of the boiler?")
    assert [c.number for c in told.citations] == [1]
    assert told.text.index("Switch it off") < told.text.index("black valves") < told.text.index("1.3 bar")


def test_the_largest_is_asked_for_and_not_any(store: Store, add: Add) -> None:
    add(
        "/n/git.md",
        "Find the files of a repository like this:\n```\nfind . | grep -v .git\n```\n",
        title="git files",
    )
    assert not asked(store, "How do I find the largest file in a git repository?").found
    assert asked(store, "How do I find a file in a git repository?").found


def test_which_way_round_is_minded() -> None:
    text = (
        "# docker cp\n\n- Copy a file from the host to a container:\n\n`docker cp in.txt box:/in.txt`\n\n"
        "- Copy a file from a container to the host:\n\n`docker cp box:/out.txt out.txt`\n"
    )
    question = "How do I copy a file from a container to the host with docker?"
    told = answer_from(text, None, None, question).text
    assert "    docker cp box:/out.txt out.txt" in told.split("\n"), "without the marks around it"


def test_code_is_told_from_prose() -> None:
    assert blocks("Run:\n\n    ls -l\n    pwd\n\nDone.\n") == ["    ls -l\n    pwd"]
    assert blocks("- a list\n\n    goes on here\n- more\n") == []
    assert blocks("Text.\n```sh\nls\n\npwd\n```\nMore.\n~~~\ncd\n~~~\n") == ["ls\n\npwd", "cd"]
    assert blocks("Run it:\n```\nls") == ["ls"], "cut off by the end of the passage"


def test_a_passage_that_begins_within_code_was_read_inside_out() -> None:
    text = "write 1\nread 2\n```\nThe other option adds a trace to each of the calls:\n```\nstrace -k\n```\n"
    assert blocks(text, start=900) == ["write 1\nread 2", "strace -k"]


@pytest.mark.parametrize(
    ("question", "is_one"),
    [
        ("How do I reset the boiler?", True), ("how can we store dahlias", True), ("How to descale the kettle", True),
        ("What is the command to list buckets?", True), ("Which command shows the open files?", True),
        ("Wie entlüfte ich die Heizung?", True), ("Comment activer le mode WAL ?", True),
        ("¿Cómo puedo reiniciar el router?", True), ("How much is the rent?", False), ("How did Anna get home?", False),
        ("Wie viel zahle ich?", False), ("Who is in command?", False), ("How many do I need?", False),
    ],
)  # fmt: skip
def test_questions_of_how_it_is_done_are_known(question: str, is_one: bool) -> None:
    assert steps.asks(understand(question)) == is_one


def test_only_links_are_links() -> None:
    assert steps.is_link("* [Enabling WAL](https://t.org/wal.md) - 2020-08-09")
    assert steps.is_link("https://t.org/wal") and steps.is_link("- [[Enabling WAL]]")
    assert not steps.is_link("See [the note](https://t.org) for it") and not steps.is_link("2020-08-09")
