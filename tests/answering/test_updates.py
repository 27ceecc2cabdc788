"""The newest of two values in one item or paragraph, and the line that says when a bill was paid."""

from __future__ import annotations

import pytest

from gemmasearch.answering import answer
from gemmasearch.store import Store
from tests.answering.conftest import Add
from tests.answering.says import Says
from tests.answering.test_attributes import _fill, _said


@pytest.mark.parametrize(
    "text",
    [
        "- Porter label: ABV must read 5.2 %, Owen to confirm. **Update 22 May: it is 5.4 %.**\n- Pale label: done.\n",
        "The ABV on the porter label must read 5.2 %. Owen asks the lab. Update 22 May: it is 5.4 %.\n",
        "The ABV on the porter label must read 5.2 %.\nCorrection (22 May): 5.4 % it is.\n",
    ],
)
def test_a_value_was_told_that_the_same_paragraph_updates(store: Store, add: Add, text: str) -> None:
    _fill(add)
    add("/n/labels.md", text, title="Labels")
    says = Says("The ABV on the porter label must read 5.2 %.")
    assert "5.4" in answer(store, None, says, "What ABV must the porter label read?").text


def test_an_update_of_another_item_is_not_told(store: Store, add: Add) -> None:
    _fill(add)
    add(
        "/n/labels.md",
        "- Porter label: ABV 5.2 %.\n- Pale label: 3.9 %.\n- Update: stout 6 %.\n",
        title="Labels",
    )
    assert "6 %" not in _said(store, "What ABV has the porter label?")


def test_when_a_bill_was_paid_was_dropped_for_the_year_alone(store: Store, add: Add) -> None:
    _fill(add)
    for number, paid in (
        ("2025-017", "PAID 19 April 2025 (17 days late)"),
        ("2025-024", "PAID 11 June 2025"),
    ):
        text = f"INVOICE {number}   Date: 3 March 2025\nTo: Acme Ltd\nTOTAL  £4,032.00\nPayable in 30 days.\n{paid}\n"
        add(f"/n/{number}.txt", text, title="")
    assert "19 April" in _said(store, "When was invoice 2025-017 paid?")
    assert "19 April" in _said(store, "Has invoice 2025-017 been paid?")


def test_when_nails_were_paid_was_told_for_the_rent_in_the_same_list(store: Store, add: Add) -> None:
    _fill(add)
    text = (
        "* TODO Ask Leo Farrow for the rent of plot 9\n* DONE Order nails for the hut, paid 14.20 at Dobbs\n"
    )
    add("/n/todo.org", text, title="")
    assert not _said(store, "When did Leo Farrow pay his rent?")


def test_a_tail_that_only_repeats_the_question_was_an_answer(store: Store, add: Add) -> None:
    _fill(add)
    add("/n/rent.md", "Leo Farrow paid the rent on 3 May 2026, nails were bought on 9 June.", title="Rent")
    says = Says("Nails were bought on 9 June when Leo Farrow paid the rent.")
    found = answer(store, None, says, "When did Leo Farrow pay the rent?")
    assert "3 May 2026" in found.text


def test_a_month_cut_short_was_no_month(store: Store, add: Add) -> None:
    _fill(add)
    add("/n/bank.txt", "2 Jan   balance 3,412.80\n16 Jan  deposit 500\n14 Feb  rent 69.70\n", title="Account")
    assert "3,412.80" in _said(store, "What was the balance on 2 January?")
