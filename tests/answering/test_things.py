"""What is asked of one thing is not answered by what is said of the one beside it."""

from __future__ import annotations

import pytest

from gemmasearch.answering.evidence import rank
from gemmasearch.answering.owners import of_another
from gemmasearch.answering.question import understand
from gemmasearch.answering.things import labelled_first
from gemmasearch.store import Store
from tests.answering.conftest import Add
from tests.answering.passages import hit
from tests.answering.test_attributes import _fill, _said

POLICIES = """# Insurances

Professional indemnity – Corvus, policy CX-4410, cover £250,000, excess £500.
Contents of the workshop – Marlow, policy ML 20 88 13, sum 12,000, renews on 3 October.
Van – Tern Mutual, about £31 a month.
"""
HOUSE = """# House

Buildings insurance with Marlow, policy number MH-7731. Covers fire and storm.
Premium 2024: 612 euros. Excess 500 euros per claim.
Liability is with Corvus, 58 euros a year.
"""


@pytest.mark.parametrize(
    "question",
    [
        "What is the excess of the contents insurance?",
        "How much is the excess of the contents insurance?",
        "What is the excess for the van insurance?",
        "What is the policy number of the van insurance?",
    ],
)
def test_the_excess_of_another_insurer_on_the_next_line_was_told(
    store: Store, add: Add, question: str
) -> None:
    _fill(add)
    add("/n/insurances.md", POLICIES, title="Insurances")
    assert not _said(store, question)


def test_the_excess_of_the_insurance_that_is_asked_about_is_told(store: Store, add: Add) -> None:
    _fill(add)
    add("/n/insurances.md", POLICIES, title="Insurances")
    assert "£500" in _said(store, "What is the excess of the professional indemnity insurance?")
    assert "ML 20 88 13" in _said(store, "What is the policy number of the contents insurance?")


def test_the_excess_before_an_insurer_is_named_was_told_as_his(store: Store, add: Add) -> None:
    _fill(add)
    add("/n/house.md", HOUSE, title="House")
    assert not _said(store, "What is the excess of the Corvus insurance?")


def test_what_a_paragraph_says_of_what_it_began_with_is_told(store: Store, add: Add) -> None:
    _fill(add)
    add("/n/house.md", HOUSE, title="House")
    assert "500" in _said(store, "What is the excess of the buildings insurance?")
    assert "612" in _said(store, "What was the premium for the buildings insurance in 2024?")


def test_the_sort_code_of_the_current_account_was_told_for_the_deposit_account(
    store: Store, add: Add
) -> None:
    _fill(add)
    text = "Current account - Bank of Lyme, sort code 20-11-09, account 83320014\n\nDeposit account is with Bracken."
    add("/n/bank.txt", text, title="bank")
    assert not _said(store, "What is the sort code of the deposit account?")
    assert "20-11-09" in _said(store, "What is the sort code of the current account?")


def test_the_customer_number_of_one_firm_was_told_for_a_shop_of_which_no_file_speaks(
    store: Store, add: Add
) -> None:
    _fill(add)
    add("/n/contract.md", "Contract with the nurses of Elmhurst. Customer number 50871.", title="Contract")
    assert not _said(store, "What is the customer number at the pharmacy?")
    assert "50871" in _said(store, "What is the customer number at Elmhurst?")


def test_the_rent_of_the_flat_was_told_for_the_house(store: Store, add: Add) -> None:
    _fill(add)
    add("/n/new/flat.md", "The flat at Coppergate. Ground rent £150 a year, lift.", title="The flat")
    add("/n/house/roof.md", "The roof of the house was fixed by Jem Slater, ground floor dry.", title="Roof")
    assert not _said(store, "What is the ground rent of the house?")
    assert "£150" in _said(store, "What is the ground rent of the flat?")


def test_a_line_that_mentions_the_landlord_was_told_for_who_he_is() -> None:
    asked = understand("Who is my landlord?")
    text = "Deposit of £820, held by the landlord.\n\nLandlord: Crome Estates (Mr Alan Dyball)"
    held, named = sorted(rank(asked, [hit(text, title="Lease")]), key=lambda c: c.unit.start)
    assert labelled_first(asked, [held, named]) == [named, held]


def test_the_account_of_the_plumber_was_told_for_the_water(store: Store, add: Add) -> None:
    _fill(add)
    add("/n/gas.md", "The gas check: £75 please, sort code 05-04-03, account 11882200.", title="Gas")
    add(
        "/n/energy.md",
        "Valid until 2029, gas 11,240 kWh, supplier Bulb -> Octopus. Account A-7F33C2B1.",
        title="Energy",
    )
    assert not _said(store, "What is the water account number?")
    assert "A-7F33C2B1" in _said(store, "What is the Octopus account number?")


def test_who_is_allergic_to_something_else_was_told() -> None:
    found = hit("Allergic to nuts, very. Carries an EpiPen.", title="Bev")
    for question, other in (("Who is allergic to wasps?", True), ("Who is allergic to nuts?", False)):
        asked = understand(question)
        told = next(c for c in rank(asked, [found]) if "nuts" in c.text)
        assert of_another(asked, told) == other
    asked = understand("Is Bev allergic to anything?")
    assert not any(of_another(asked, c) for c in rank(asked, [found]))


def test_somebody_else_s_solicitor_was_told_for_ours(store: Store, add: Add) -> None:
    _fill(add)
    add("/n/offer.md", "Accepted the second offer of Ms Bellamy. Her solicitor is Pugh.", title="The offer")
    assert not _said(store, "Who is our solicitor?")
    add("/n/law.md", "Our solicitor is Harriet Osei, 01904 555 210.", title="Law")
    assert "Osei" in _said(store, "Who is our solicitor?")
