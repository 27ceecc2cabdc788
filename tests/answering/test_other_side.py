"""The other eye, another day of the week, days where hours are asked for, and what leaves out what is asked."""

from __future__ import annotations

from gemmasearch.answering import answer, evidence
from gemmasearch.answering.beside import beside
from gemmasearch.answering.question import understand
from gemmasearch.store import Store
from tests.answering.conftest import Add
from tests.answering.passages import hit


def test_what_was_done_to_the_left_knee_was_told_for_the_right_one(store: Store, add: Add) -> None:
    add("/n/clinic.txt", "4 March 2025: operation on the left knee, all went well.", title="Clinic")
    add("/n/plan.txt", "Physiotherapy for the right knee begins on 2 June 2025.", title="Plan")
    assert not answer(store, None, None, "When was the operation on the right knee?").found
    assert "4 March" in answer(store, None, None, "When was the operation on the left knee?").text


HOURS = "Library opening hours\n\nTue-Thu 10.00-18.00; Sat 9.00-13.00; closed Mon and Fri\n"


def test_the_hours_of_another_day_were_told_for_the_one_asked_about(store: Store, add: Add) -> None:
    add("/n/mail.txt", "From 3 May the library opens on Saturdays from 9 to 1.", title="Library")
    assert not answer(store, None, None, "When does the library open on Tuesdays?").found
    add("/n/hours.txt", HOURS, title="Library opening hours")
    told = answer(store, None, None, "When is the library open on Wednesdays?").text
    assert "Tue-Thu 10.00-18.00" in told


def test_any_number_was_told_where_hours_are_asked_for(store: Store, add: Add) -> None:
    add("/n/bill.txt", "Bill 44 of 8 September to the Norrland Museum: catalogue, 3,700 euros.", title="Bill")
    asked = "How many hours did the catalogue of the Norrland Museum take?"
    assert not answer(store, None, None, asked).found
    add("/n/log.txt", "The catalogue of the Norrland Museum took 88 hours.", title="Log")
    assert "88 hours" in answer(store, None, None, asked).text


def test_the_head_of_a_bill_was_told_for_a_rate() -> None:
    bill = hit("BILL 44 Date: 8 September 2025 To: Norrland Museum, Umeå", title="Bill 44")
    asked = understand("What day rate do I charge Norrland Museum?")
    assert beside(asked, evidence.rank(asked, [bill]))
    rate = hit("Norrland Museum: day rate 420 euros.", title="Rates")
    assert not beside(asked, evidence.rank(asked, [rate]))


def test_what_is_said_of_a_place_was_told_for_what_happened_there_on_a_day() -> None:
    asked = understand("What happened in the darkroom on 4 June?")
    other = hit(
        "Ove has to confirm the order with the darkroom. Update 22 May: it is confirmed.", title="Minutes"
    )
    assert beside(asked, evidence.rank(asked, [other]))
    log = hit("4 Jun: the enlarger in the darkroom burnt out.", title="Log")
    assert not beside(asked, evidence.rank(asked, [log]))
    dated = hit("The enlarger in the darkroom burnt out.", title="4 June 2026")
    assert not beside(asked, evidence.rank(asked, [dated]))


def test_a_day_rate_was_taken_for_a_day() -> None:
    assert understand("What day rate do I charge Ida?").kind != "when"
    assert understand("Which time zone is Ida in?").kind != "when"
    assert understand("What day is the fair?").kind == "when"
    assert understand("What time do the doors open?").kind == "when"
