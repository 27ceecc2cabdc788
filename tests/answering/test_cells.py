"""An empty cell of a table is not filled from the cell beside it."""

from __future__ import annotations

import pytest

from gemmasearch.store import Store
from tests.answering.conftest import Add
from tests.answering.test_attributes import _fill, _said

MOVERS = """| Firm | Price | Packing | Insured |
|---|---|---|---|
| Bishop | £1,480 | £90 extra | £50,000 |
| Two Lads | £690 | no | £10,000 |
"""
BUDGET = "item,planned,actual\nagent,5700,5685.00\nstamp duty,4900,\nremovals,1200,1120.00\n"
MEMBERS = "name,voice,joined,phone\nHilary Moss,alto,2009,01726 55012\nOwen Lyle,tenor,2018,\n"


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What did Two Lads charge for packing?", ""),
        ("What did Bishop charge for packing?", "£90"),
        ("How much was the actual stamp duty?", ""),
        ("How much was the planned stamp duty?", "4900"),
        ("How much were the actual removals?", "1120"),
        ("What is the phone number of Owen Lyle?", ""),
        ("What is the phone number of Hilary Moss?", "55012"),
        ("When did Owen Lyle join?", "2018"),
    ],
)
def test_the_price_was_told_where_the_cell_for_packing_is_empty(
    store: Store, add: Add, question: str, told: str
) -> None:
    _fill(add)
    add("/n/removals.md", MOVERS, title="Removals")
    add("/n/budget.csv", BUDGET, title="budget")
    add("/n/members.csv", MEMBERS, title="members")
    said = _said(store, question)
    assert told in said if told else not said
