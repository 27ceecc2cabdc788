"""What the sentence next to it tells was told of something else: stolen was the chain, replaced the cassette."""

from __future__ import annotations

import pytest

from gemmasearch.answering import answer
from gemmasearch.store import Store
from tests.answering.conftest import Add
from tests.answering.test_attributes import _fill, _said

DIARY = """# June

## 2 June

Somebody stole the chain of my bike. We replaced the gate latch and oiled the hinges.

## 9 June

The cassette was replaced today.

## 12 June

Ordered a new blade, 38 euros. Uncle Piet brought cherries.

## 15 June

The old saddle was gone. Stolen, of all things. I found the trailer unlocked: somebody took it.
"""


@pytest.mark.parametrize(
    "question",
    [
        "when was the latch stolen",
        "when was the chain replaced",
        "when was the cassette stolen",
        "how much did the cherries cost",
    ],
)
def test_what_was_done_to_something_else_was_told(store: Store, add: Add, question: str) -> None:
    _fill(add)
    add("/n/june.md", DIARY.replace("\n\n", "\n \n"), title="June")
    assert not _said(store, question)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("when was the chain stolen", "2 June"),
        ("when was the cassette replaced", "9 June"),
        ("when was the latch replaced", "2 June"),
        ("when was the saddle stolen", "15 June"),
        ("how much did the blade cost", "38 euros"),
    ],
)
def test_what_was_done_to_it_is_told(store: Store, add: Add, question: str, told: str) -> None:
    _fill(add)
    add("/n/june.md", DIARY.replace("\n\n", "\n \n"), title="June")
    assert told in _said(store, question)


def test_an_amount_before_the_thing_was_told_for_its_price(store: Store, add: Add) -> None:
    add(
        "/n/auto.md",
        "Der Zahnriemen wurde erneuert. Das hat 830 Euro gekostet.\nDie Winterreifen liegen im Keller.",
        title="Auto",
    )
    assert "830" in answer(store, None, None, "Was hat der Zahnriemen gekostet?").text
    assert not answer(store, None, None, "Was haben die Winterreifen gekostet?").found
