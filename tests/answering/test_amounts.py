"""A number must be of what is measured, counted or bought."""

from __future__ import annotations

from gemmasearch.store import Store
from tests.answering.conftest import Add
from tests.answering.test_attributes import _fill, _said


def test_the_year_of_making_was_told_for_a_weight(store: Store, add: Add) -> None:
    _fill(add)
    add("/n/piano.md", "Yamaha U1, serial number 4120886, made 1984. Tuned by Mr Yeo.", title="The piano")
    assert not _said(store, "How much does the Yamaha piano weigh?")
    add("/n/move.md", "The Yamaha piano is 228 kg, four men carried it.", title="Move")
    assert "228" in _said(store, "How much does the Yamaha piano weigh?")


def test_a_label_or_a_column_says_that_a_number_is_a_weight(store: Store, add: Add) -> None:
    _fill(add)
    add("/n/dog.md", "Weight of Biscuit on 3 May: 11.4, on 9 June: 11.9.", title="Biscuit")
    add("/n/cats.csv", "cat,weight,born\nMozart,4.6,2017\nPip,3.9,2020\n", title="cats")
    assert "11.4" in _said(store, "How much did Biscuit weigh on 3 May?")
    assert "4.6" in _said(store, "How much does Mozart weigh?")


def test_a_serial_number_was_told_for_the_width(store: Store, add: Add) -> None:
    _fill(add)
    add("/n/loom.md", "The loom is a Glimakra, number 4120, bought in 2007.", title="Loom")
    assert not _said(store, "How wide is the loom?")
    add("/n/loom2.md", "The loom is 120 cm and folds.", title="Loom")
    assert "120 cm" in _said(store, "How wide is the loom?")


def test_copies_and_votes_were_told_for_tickets(store: Store, add: Add) -> None:
    _fill(add)
    add("/n/library.md", "Hire of the Nelson Mass: 50 copies from 1 September, £96.", title="Library")
    add("/n/agm.md", "The members voted for the Nelson Mass, 27 to 11, three abstained.", title="AGM")
    add("/n/march.md", "- 84 tickets sold so far for the Requiem, church holds 260", title="March")
    assert not _said(store, "How many tickets were sold for the Nelson Mass?")
    assert "84" in _said(store, "How many tickets were sold for the Requiem?")
    assert "50 copies" in _said(store, "How many copies of the Nelson Mass did we hire?")


def test_how_many_people_need_not_be_called_so(store: Store, add: Add) -> None:
    _fill(add)
    add("/n/party.md", "Harvest party at the rugby club, 52 came.", title="Party")
    assert "52" in _said(store, "How many guests were at the harvest party?")
    add(
        "/n/fort.md",
        "At Carillon 3,600 Frenchmen defeated a force of 18,000 regulars and militia.",
        title="Fort",
    )
    assert "18,000" in _said(store, "How many troops were defeated at Carillon?")


def test_a_part_was_told_for_how_many_there_are(store: Store, add: Add) -> None:
    _fill(add)
    text = (
        "64 plates, colour. Fee EUR 9,600, in three parts: at signing, at delivery of 32 plates, at delivery of all.\n"
        "Delivery: 32 plates by 30 June 2025, the rest by 15 January 2026."
    )
    add("/n/contract.md", text, title="Contract, anatomy book")
    assert "64 plates" in _said(store, "How many plates does the anatomy book have?")


def test_the_insurance_by_the_month_was_told_for_the_price(store: Store, add: Add) -> None:
    _fill(add)
    add("/n/insurances.md", "Bike – Laka, about £21 a month, varies.", title="Insurances")
    add("/n/bike.md", "Cargo bike Tern GSD, two batteries.", title="Bike")
    assert not _said(store, "What did the cargo bike cost?")
    assert "£21" in _said(store, "What does the bike insurance cost a month?")


def test_the_profit_of_another_tax_year_was_told(store: Store, add: Add) -> None:
    _fill(add)
    add("/n/tax.md", "Turnover £31,480. Expenses £7,912. Profit £23,568.", title="Tax year 2023/24")
    assert not _said(store, "What was my profit in 2022/23?")
    assert "23,568" in _said(store, "What was my profit in 2023/24?")


def test_the_day_of_renewal_was_told_for_the_day_of_taking_out(store: Store, add: Add) -> None:
    _fill(add)
    add(
        "/n/insurances.md",
        "Contents of the studio – Aviva, sum 12,000, renews on 3 October.",
        title="Insurances",
    )
    assert not _said(store, "When was the Aviva insurance taken out?")
    assert "3 October" in _said(store, "When does the Aviva insurance renew?")


def test_the_price_without_the_washing_machine_was_told_for_it(store: Store, add: Add) -> None:
    _fill(add)
    text = "Accepted the offer: £379,000, including the shed and the curtains, not the washing machine."
    add("/n/offer.md", text, title="The offer")
    assert not _said(store, "What did the washing machine cost?")
    add("/n/miele.md", "Washing machine: £649 at Currys, not cheap.", title="Miele")
    assert "£649" in _said(store, "What did the washing machine cost?")


def test_a_payment_by_the_month_needs_no_word_for_it(store: Store, add: Add) -> None:
    _fill(add)
    add("/n/mortgage.md", "Skipton, 2 years fixed, 4.19 %, £96,000, monthly £756.40.", title="Mortgage")
    assert "756.40" in _said(store, "How much is the monthly mortgage payment?")
