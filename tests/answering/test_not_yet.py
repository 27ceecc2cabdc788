"""What is not so yet, and what is so from a year on."""

from __future__ import annotations

from gemmasearch.answering.deeds import done_first
from gemmasearch.answering.evidence import rank
from gemmasearch.answering.question import understand
from gemmasearch.store import Store
from tests.answering.conftest import Add
from tests.answering.passages import hit, noon
from tests.answering.test_attributes import _fill, _said


def test_the_day_of_a_reminder_was_told_for_the_day_of_paying(store: Store, add: Add) -> None:
    _fill(add)
    add(
        "/n/invoice.md",
        "Invoice for Bramble, total £968, not paid yet, rang Tessa on 2 April.",
        title="Invoice",
    )
    add(
        "/m/paid.eml",
        "Your invoice to Bramble was settled on 3 June.",
        kind="mail",
        title="Your invoice",
        date=noon(2025, 6, 3),
    )
    said = _said(store, "When did Bramble pay the invoice?")
    assert "3 June" in said
    assert "2 April" not in said


def test_the_fee_of_today_was_told_for_that_from_next_year_on(store: Store, add: Add) -> None:
    _fill(add)
    add(
        "/n/hall.md",
        "Concerts in the church: £175 for an evening, heating £30 extra.",
        title="Church, hiring",
    )
    text = (
        "The boiler in the church was renewed. Please note that the fee goes up to £190 from 1 January 2031."
    )
    add("/m/fee.eml", text, kind="mail", title="Your concert", date=noon(2030, 9))
    assert "£190" in _said(store, "How much does the church charge for an evening concert from 2031?")


def test_a_sentence_that_names_initials_was_told_for_the_number(store: Store, add: Add) -> None:
    _fill(add)
    add("/n/tax.md", "Paid on 29 January, the reference was UTR followed by K.", title="Tax")
    assert not _said(store, "What is my UTR?")
    add("/n/hmrc.md", "Your UTR is 48817 20359.", title="Letter")
    assert "48817 20359" in _said(store, "What is my UTR?")


def test_a_policy_number_that_looks_like_a_year_hid_that_a_day_is_one_of_renewal(
    store: Store, add: Add
) -> None:
    _fill(add)
    add("/n/in.md", "Contents – Aviva, policy AV 20 88 1345, renews on 3 October.", title="Insurances")
    assert not _said(store, "When was the Aviva insurance taken out?")


def test_any_not_was_taken_for_not_yet() -> None:
    asked = understand("When was the fort captured?")
    text = "The fort was captured in 1760, and did not fall again. In 1759 they captured Ticonderoga, fort and all."
    first, second = sorted(rank(asked, [hit(text)]), key=lambda c: c.unit.start)
    assert done_first(asked, [first, second]) == [first, second]
