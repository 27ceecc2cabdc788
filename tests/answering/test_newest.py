"""What is to come is not what is so now."""

from __future__ import annotations

from datetime import datetime

from gemmasearch.answering import answer
from gemmasearch.store import Store
from tests.answering.conftest import Add


def test_what_will_be_paid_from_another_year_was_told_for_what_is_paid_now(store: Store, add: Add) -> None:
    year = datetime.now().year + 1
    add("/n/fees.md", "The fee of the club is 96 euros for students.", title="Fees")
    add("/n/meeting.md", f"At the club students will pay a fee of 110 euros from {year}.", title="Meeting")
    told = answer(store, None, None, "How much is the fee of the club that students pay at present?")
    assert "96 euros" in told.text.split("[1]")[0]
