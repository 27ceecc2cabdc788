"""A number is a price where something says so."""

from __future__ import annotations

import pytest

from gemmasearch.answering.awaited import fits
from gemmasearch.answering.question import understand
from gemmasearch.store import Store
from tests.answering.conftest import Add
from tests.answering.test_attributes import _fill, _said


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Yamaha engine, 40 hp, 4 strokes.", "What is the price of the Yamaha engine?"),
        ("Yamaha engine: 40 hp.", "How much did the Yamaha engine cost?"),
        ("Wacom tablet 22, second hand from Dougal, summer 2022.", "How much was the Wacom tablet?"),
        ("Cargo bike, 85 Nm, frame 2207741, chain changed on 14.3.2025.", "What did the cargo bike cost?"),
        (
            "Printer: inks 25 ml each, paper Photo Rag 308, 25 sheets.",
            "How much is the paper for the printer?",
        ),
        ("The dryer will stop at 22 and holds 7 kg.", "What did the dryer cost?"),
        ("The dryer runs until 22:30 and holds 7 kg.", "How much did we pay for the dryer?"),
        ("Der Trockner fasst 7 kg.", "Was kostet der Trockner?"),
    ],
)
def test_horsepower_was_told_for_a_price(store: Store, add: Add, text: str, question: str) -> None:
    _fill(add)
    add("/n/thing.md", text, title="Thing")
    assert not _said(store, question)


@pytest.mark.parametrize(
    ("text", "question", "told"),
    [
        ("Yamaha engine, 40 hp, paid 1,400.", "What is the price of the Yamaha engine?", "1,400"),
        ("The Yamaha engine was 1,400.", "How much was the Yamaha engine?", "1,400"),
        ("Dougal wants 350 for the Wacom tablet.", "What is the price of the Wacom tablet?", "350"),
        ("Uniform of green jumpers, 17 each.", "How much are the green jumpers?", "17 each"),
        ("One wash costs 1.50.", "How much does a wash cost?", "1.50"),
        ("Trockner gekauft, 420,- beim Händler.", "Was kostete der Trockner?", "420,-"),
    ],
)
def test_a_number_without_a_currency_is_a_price_where_something_says_so(
    store: Store, add: Add, text: str, question: str, told: str
) -> None:
    _fill(add)
    add("/n/thing.md", text, title="Thing")
    assert told in _said(store, question)


def test_what_stands_below_bills_is_a_price(store: Store, add: Add) -> None:
    _fill(add)
    add("/n/spring.md", "- chimney sweep 92\n- plumber 140\n", title="Bills")
    assert "92" in _said(store, "How much was the chimney sweep?")


def test_a_column_of_prices_says_so_and_one_of_hours_does_not(store: Store, add: Add) -> None:
    _fill(add)
    add("/n/kiln.csv", "firing,cone,hours\nbisque,06,9\nglaze,8,11\n", title="kiln")
    add("/n/fees.csv", "mooring,yearly premium\nshort,280\nlong,356\n", title="moorings")
    assert not _said(store, "What does the glaze firing cost?")
    assert "356" in _said(store, "How much does the long mooring cost?")


def test_how_much_there_is_of_something_is_no_price() -> None:
    asked = understand("How much did the solar panels produce last year?")
    assert fits(asked, "The solar panels produced 5,420 kWh last year.") > 0.0


def test_a_purchase_that_leaves_out_what_was_bought_is_told(store: Store, add: Add) -> None:
    _fill(add)
    text = "Laptop Corvid 14, 36 GB. Purchased on 2 February 2024 from the shop in Chapel Street, £2,149."
    add("/n/computer.md", text, title="Computer")
    assert "2,149" in _said(store, "How much did the Corvid cost?")
