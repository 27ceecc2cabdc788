"""Who did it, where somebody is and what holds now: sentences that name somebody and say something else."""

from __future__ import annotations

import pytest

from gemmasearch.answering import answer
from gemmasearch.store import Store
from tests.answering.conftest import Add
from tests.answering.passages import noon

QUOTES = (
    "Three quotes for the slates of the roof:\n"
    "\n| Firm | Price | Guarantee |\n|---|---|---|\n| Marlow Roofing | £1,850 | 10 years |\n| Pike Brothers | £2,240 | 15 years |\n"
    "\nWe took Pike Brothers because they could start before the frost.\n"
).replace("\n\n", "\n \n")


def test_the_first_of_several_offers_was_told_for_the_one_that_was_taken(store: Store, add: Add) -> None:
    add("/n/roof.md", QUOTES, title="Roof repair")
    assert answer(store, None, None, "Which firm repaired the roof?").text.startswith(
        "“We took Pike Brothers"
    )
    assert "Marlow" in answer(store, None, None, "How much did Marlow Roofing want for the roof?").text


@pytest.mark.parametrize(
    ("question", "wish", "deed"),
    [
        ("Who bought the kayak?", "Gareth wants to buy the kayak.", "The kayak was sold on 1 May to Imogen."),
        ("Who painted the shed?", "Bo would like to paint the shed.", "Ada painted the shed in June."),
        ("Who painted the shed?", "The shed was not painted by Bo.", "Ada painted the shed in June."),
    ],
)
def test_who_wanted_to_do_it_was_told_for_who_did(
    store: Store, add: Add, question: str, wish: str, deed: str
) -> None:
    add("/n/wish.md", wish)
    assert not answer(store, None, None, question).found
    add("/n/deed.md", deed)
    found = answer(store, None, None, question)
    assert deed in found.text
    assert wish not in found.text


def test_a_table_in_which_somebody_signs_told_where_he_works(store: Store, add: Add) -> None:
    add("/n/leave.csv", "name,days,approved_by\nSunil,30,Pavel\nPetra,27,Ingrid\n", kind="table")
    assert not answer(store, None, None, "Where does Pavel work?").found
    add("/n/people.md", "Pavel has his desk at the plant in Brno, where the work is done.")
    assert "Brno" in answer(store, None, None, "Where does Pavel work?").text


def test_what_was_still_so_was_told_without_what_was_written_later(store: Store, add: Add) -> None:
    add("/n/march.md", "Gareth owes us 45 pounds for the tickets.", date=noon(2025, 3, 8))
    add("/n/april.md", "Gareth paid back the 45 pounds.", date=noon(2025, 4, 22))
    assert answer(store, None, None, "Does Gareth still owe us money?").text.startswith("“Gareth paid back")


def test_may_of_what_is_allowed_was_taken_for_a_word_to_find(store: Store, add: Add) -> None:
    add("/n/rules.md", "Working from home: at most two days a week.", date=noon(2025, 1, 8))
    add("/n/zennet.md", "Your contract ends on 31 May 2025, with 30 days' notice.", date=noon(2025, 5, 12))
    found = answer(store, None, None, "How many days a week may I work from home?")
    assert found.text == "“Working from home: at most two days a week.” [1]"


def test_the_day_of_a_service_was_told_as_its_price(store: Store, add: Add) -> None:
    add(
        "/n/mail.md",
        "I can come for the boiler service on 5 March 2026. The price is £125 this year.",
        title="Service 2026",
    )
    found = answer(store, None, None, "How much does the boiler service cost in 2026?")
    assert "£125" in found.text


def test_of_a_sum_one_part_was_told(store: Store, add: Add) -> None:
    table = "date,what,where,amount_eur\n2025-03-04,train,Jena,89.40\n2025-03-04,hotel,Jena,112.00\n"
    add("/n/expenses.csv", table, kind="table")
    found = answer(store, None, None, "How much did the train and the hotel in Jena cost in total?")
    assert "89.40" in found.text
    assert "112.00" in found.text


@pytest.mark.parametrize(
    ("question", "text", "told"),
    [
        ("Who insures our house?", "Insurer of the home: Larkfield Mutual, renewed in May.", "Larkfield"),
        ("How long do we stay in Bergen?", "- Bergen 3 nights\n- Geiranger 2 nights\n", "Bergen 3 nights"),
    ],
)
def test_what_is_said_in_a_near_word_was_missed(
    store: Store, add: Add, question: str, text: str, told: str
) -> None:
    add("/n/a.md", text, title="Plans")
    assert told in answer(store, None, None, question).text
