"""How things were before they changed."""

from __future__ import annotations

from gemmasearch.answering import answer
from gemmasearch.store import Store
from tests.answering.conftest import Add


def test_the_rent_before_the_increase_was_refused_beside_it(store: Store, add: Add) -> None:
    add("/n/flat.md", "- Rent: $1,375 since August 2026 (was $1,290).\n- Deposit: $900\n", title="Apartment")
    add("/n/berth.md", "- Fee: £212 a month\n- Berth 17\n", title="Mooring")
    assert "$1,290" in answer(store, None, None, "What was my rent before the increase?").text
    assert "1,290" in answer(store, None, None, "How much was the rent before it went up?").text
    assert not answer(store, None, None, "What was the mooring fee before the increase?").found
