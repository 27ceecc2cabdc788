"""Who gave something to whom."""

from __future__ import annotations

from gemmasearch.answering import answer
from gemmasearch.store import Store
from tests.answering.conftest import Add


def test_what_was_lent_to_somebody_was_told_for_what_he_lent(store: Store, add: Add) -> None:
    add("/n/read.md", 'Lent "Watership Down" to Anwen on 20 January.\n\nAnwen sings.', title="Reading")
    add("/n/more.md", 'Now reading "Piranesi", borrowed from Priya.', title="Diary")
    assert not answer(store, None, None, "Which books did Anwen lend me?").found
    assert "Watership" in answer(store, None, None, "Which books did I lend to Anwen?").text
    assert "Piranesi" in answer(store, None, None, "Which books did Priya lend me?").text
    assert not answer(store, None, None, "Which books did I lend to Priya?").found


def test_a_book_that_somebody_has_was_told_for_one_he_lent(store: Store, add: Add) -> None:
    text = "| Book lent | Who has it |\n|---|---|\n| The Log | Annika |\n| Cannery Row | Joon |\n"
    add("/n/books.md", text, title="Books lent")
    assert not answer(store, None, None, "Which book did Annika lend me?").found
    assert "The Log" in answer(store, None, None, "Which book did I lend to Annika?").text


def test_what_the_asker_owes_was_told_for_what_he_is_owed(store: Store, add: Add) -> None:
    mail = {"kind": "mail", "title": "Diesel for Barnaby", "sender": "Gwen Tarrant <gwen@x.example>"}
    add("/m/1", "I owe you 40 pounds for the diesel, Barnaby.", **mail)
    assert "40 pounds" in answer(store, None, None, "How much do I owe Barnaby?").text
    assert not answer(store, None, None, "How much does Barnaby owe me?").found
