"""Questions that are answered by a list were answered by one of its items, or refused."""

from __future__ import annotations

import pytest

from gemmasearch.answering import answer, listing
from gemmasearch.store import Store
from tests.answering.conftest import Add

GRANOLA = "- 4 cups rolled oats\n- 1 cup almonds\n- 1/2 cup maple syrup\n- 1/3 cup olive oil\n- 1 tsp salt\n"
JOBS = "- [x] Mend the gate\n- [ ] Paint the shed\n- [ ] Net the kale\n"


@pytest.mark.parametrize(
    "question", ["What do I need for the granola?", "Which ingredients go in the granola?"]
)
def test_of_a_list_one_item_was_told_or_none(store: Store, add: Add, question: str) -> None:
    add("/n/granola.md", GRANOLA, title="Granola")
    add("/n/muesli.md", "- 2 cups of bran\n- 1 cup of raisins\n", title="Muesli")
    told = answer(store, None, None, question)
    assert [c.quote for c in told.citations] and all(
        each in told.text for each in ("oats", "almonds", "salt")
    )
    assert "raisins" not in told.text
    assert not answer(store, None, None, "What do I need for the pancakes?").found


def test_what_is_done_was_told_for_what_is_still_to_be_done(store: Store, add: Add) -> None:
    add("/n/plot.md", JOBS, title="Jobs on the plot")
    told = answer(store, None, None, "Which jobs are still open on the plot?").text
    assert "Paint the shed" in told and "Net the kale" in told and "gate" not in told


def test_items_that_do_not_say_what_was_asked_are_left_out(store: Store, add: Add) -> None:
    books = "- Cannery Row: borrowed by Joon\n- The Log: borrowed by Annika\n- Walden: borrowed by Annika\n"
    add("/n/books.md", books, title="Books")
    told = answer(store, None, None, "Which books are borrowed by Annika?").text
    assert "Walden" in told and "The Log" in told and "Cannery" not in told


def test_a_very_long_list_is_cut_and_says_so(store: Store, add: Add) -> None:
    add("/n/trip.md", "".join(f"- thing {n}\n" for n in range(listing.MOST + 3)), title="Trip to Mull")
    told = answer(store, None, None, "What do I need to take to Mull?")
    assert len(told.sentences) == listing.MOST and listing.LONGER in told.notes


def test_of_several_rows_the_first_was_told_for_all(store: Store, add: Add) -> None:
    clubs = (
        "| Child | Club | Day |\n|---|---|---|\n| Isla | Swimming | Wednesday |\n| Isla | Fiddle | Friday |\n"
        "| Rory | Judo | Tuesday |\n"
    )
    add("/n/clubs.md", clubs, title="Clubs")
    told = answer(store, None, None, "Which clubs does Isla go to?").text
    assert "Swimming" in told and "Fiddle" in told and "Judo" not in told


def test_a_glaze_whose_parts_stand_in_one_sentence_below_its_name_was_refused(store: Store, add: Add) -> None:
    text = (
        "# Glaze notes\n\n## Tenmoku\nFeldspar 45, silica 25, whiting 18 and iron 8. Cone 9.\n\n"
        "## Celadon\nToo runny, less whiting.\n"
    )
    add("/n/glazes.md", text, title="Glaze notes")
    assert answer(store, None, None, "What is in the tenmoku glaze?").text == (
        "“Feldspar 45, silica 25, whiting 18 and iron 8.” [1]"
    )


def test_of_two_orders_of_one_customer_one_was_told(store: Store, add: Add) -> None:
    add(
        "/n/orders.csv",
        "order,customer,item\n101,Mrs Abel,soup bowls\n102,Café Rondo,espresso cups\n104,Mrs Abel,butter dish\n",
        kind="data",
        title="orders.csv",
    )
    told = answer(store, None, None, "What did Mrs Abel order?").text
    assert "soup bowls" in told
    assert "butter dish" in told
    assert "espresso" not in told


def test_open_tasks_were_not_told_where_the_question_has_no_topic(store: Store, add: Add) -> None:
    add("/n/todo.md", "- [ ] renew library card\n- [x] send the form\n- [ ] order clay\n", title="Todo")
    add("/n/trip.md", "- [ ] spare fan belt\n", title="Trip")
    add("/n/mail.md", "I still have your tent, by the way. What do I have to do?", title="Mail")
    told = answer(store, None, None, "What do I still have to do?").text
    assert told == "“☐ renew library card” [1] “☐ order clay” [1]"
