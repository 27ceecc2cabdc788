"""Days that bound something, and days on which something was done."""

from __future__ import annotations

import pytest

from gemmasearch.answering import answer
from gemmasearch.store import Store
from tests.answering.conftest import Add


@pytest.mark.parametrize(
    ("text", "title", "question"),
    [
        ("Registration VX15 KLO. MOT until 8 November 2026.", "Van", "When was the last MOT?"),
        (
            "Please send us the photographs by 30 April.",
            "Museum",
            "When did the museum send the photographs?",
        ),
        ("Tax return is due on 31 January 2027.", "Tax", "When was the tax return sent?"),
    ],
)
def test_the_end_of_something_was_told_for_the_day_it_was_done(
    store: Store, add: Add, text: str, title: str, question: str
) -> None:
    add("/n/a.md", text, title=title)
    assert not answer(store, None, None, question).found


def test_a_day_by_which_something_was_done_and_an_end_that_is_asked_for_are_told(
    store: Store, add: Add
) -> None:
    add("/n/a.md", "The chapel was finished by 1820.", title="Chapel")
    add("/n/b.md", "MOT until 8 November 2026.", title="Van")
    assert "1820" in answer(store, None, None, "When was the chapel built and finished?").text
    assert "8 November" in answer(store, None, None, "When does the MOT of the van end?").text
