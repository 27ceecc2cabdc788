"""A bound, a default or a command is asked for, and the notes speak of the thing alone."""

from __future__ import annotations

import pytest

from gemmasearch.answering import answer
from gemmasearch.store import Store
from tests.answering.conftest import Add, Embed

SQLITE = """SQLite keeps a whole database in one file. The size of a page is 4096 bytes.
The database of the shop is 2 GB.
"""
PORTS = "The command `nc -z host 22` shows whether a port is open. A web server listens on port 80."
LAMBDA = "A Lambda function runs without a server. The function needs a role. Its memory default is 128 MB."


def _fill(add: Add) -> None:
    for name, text in (("SQLite", SQLITE), ("Ports", PORTS), ("Lambda", LAMBDA)):
        add(f"/n/{name.lower()}.md", text, title=name)


@pytest.mark.parametrize(
    "question",
    [
        "What is the maximum size of a SQLite database?",
        "What is the default timeout of a Lambda function?",
        "Which command shows what is listening on a port?",
    ],
)
def test_what_speaks_of_the_thing_was_told_for_its_bound(
    store: Store, add: Add, embed: Embed, question: str
) -> None:
    _fill(add)
    assert not answer(store, None, None, question).found
    assert not answer(store, embed(), None, question).found


@pytest.mark.parametrize(
    ("question", "text", "told"),
    [
        (
            "What is the maximum size of a SQLite database?",
            "A SQLite database can hold up to 281 TB.",
            "281 TB",
        ),
        (
            "What is the default timeout of a Lambda function?",
            "A Lambda function's timeout is 3 seconds.",
            "3 s",
        ),
        (
            "What is the default timeout of a Lambda function?",
            "Lambda: memory 128 MB by default, timeout 3 seconds for a function.",
            "3 seconds",
        ),
        (
            "Which command shows what is listening on a port?",
            "The command `lsof -i` shows what is listening on a port.",
            "lsof",
        ),
    ],
)
def test_a_bound_is_told_where_it_stands(store: Store, add: Add, question: str, text: str, told: str) -> None:
    _fill(add)
    add("/n/more.md", text, title="More")
    assert told in answer(store, None, None, question).text


def test_the_default_of_something_else_is_not_told(store: Store, add: Add, embed: Embed) -> None:
    _fill(add)
    add(
        "/n/browser.md", "The browser has a default timeout of 30 seconds for each function.", title="Browser"
    )
    question = "What is the default timeout of a Lambda function?"
    assert not answer(store, None, None, question).found
    assert "30 s" in answer(store, None, None, "What is the default timeout of the browser?").text
