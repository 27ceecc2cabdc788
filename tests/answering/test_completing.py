"""The sentence that says what was done, or of what kind the answer is, comes before the one that leaves it out."""

from __future__ import annotations

from gemmasearch.answering import answer
from gemmasearch.store import Store
from tests.answering.conftest import Add


def test_what_was_on_offer_was_told_for_what_was_chosen(store: Store, add: Add) -> None:
    add(
        "/n/tiles.txt",
        "At Marlow House we were shown the four kitchen tiles. Slate was chosen over Cream and Moss.",
        title="Marlow House",
    )
    told = answer(store, None, None, "Which kitchen tile was chosen at Marlow House?").text
    assert told.startswith("“Slate was chosen")


def test_the_label_that_is_asked_for_comes_first(store: Store, add: Add) -> None:
    add(
        "/n/talk.txt",
        "- talk 2 first, the poster can wait\n- venue decided: Guildhall\n",
        title="Talk 2, plans",
    )
    assert answer(store, None, None, "Which venue will talk 2 have?").text.startswith(
        "“venue decided: Guildhall"
    )
