"""What is to come is not what is so now."""

from __future__ import annotations

from datetime import datetime

from gemmasearch.answering import answer
from gemmasearch.answering.found import MAY_BE_NEWER
from gemmasearch.store import Store
from tests.answering.conftest import Add
from tests.answering.passages import noon


def test_what_will_be_paid_from_another_year_was_told_for_what_is_paid_now(store: Store, add: Add) -> None:
    year = datetime.now().year + 1
    add("/n/fees.md", "The fee of the club is 96 euros for students.", title="Fees")
    add("/n/meeting.md", f"At the club students will pay a fee of 110 euros from {year}.", title="Meeting")
    told = answer(store, None, None, "How much is the fee of the club that students pay at present?")
    assert "96 euros" in told.text.split("[1]")[0]


def test_an_older_value_was_told_alone_where_the_newer_is_worded_otherwise(store: Store, add: Add) -> None:
    add(
        "/n/show.md",
        "Runs until 20 December 2026, Thursday to Sunday.",
        date=noon(2026, 9, 1),
        title="Exhibition",
    )
    add(
        "/n/mail.md",
        "Because of the demand we keep the show running until 10 January.",
        date=noon(2026, 11, 23),
    )
    found = answer(store, None, None, "Until when does the exhibition run?")
    assert found.text.index("10 January") < found.text.index("20 December")
    assert found.notes == (MAY_BE_NEWER,)
    past = answer(store, None, None, "Until when did the exhibition run in 2026?")
    assert MAY_BE_NEWER not in past.notes


def test_a_date_at_the_head_of_a_text_says_how_old_it_is(store: Store, add: Add) -> None:
    add(
        "/n/mortgage.md",
        "Monthly instalment of the mortgage: 1,014 euros.",
        date=noon(2017, 6, 12),
        title="Mortgage",
    )
    add("/n/review.txt", "2026-03-21\nThe instalment of the mortgage went down to 968 euros.")
    told = answer(store, None, None, "What is the monthly mortgage instalment?").text
    assert told.index("968") < told.index("1,014")


DIARY = (
    "- 2025-11-04 rabies shot (good for three years), weight 46 lb\n"
    "- 2026-04-21 dental cleaning, one premolar pulled\n- 2026-10-06 weight 49 lb, should lose 3\n"
)


def test_the_first_of_several_entries_was_told_for_what_the_last_one_says(store: Store, add: Add) -> None:
    add("/n/mochi.md", DIARY, title="Mochi")
    assert "49 lb" in answer(store, None, None, "What does Mochi weigh?").text
    assert "46 lb" in answer(store, None, None, "What did Mochi weigh in November 2025?").text


def test_what_may_be_bought_was_told_for_what_was_paid(store: Store, add: Add) -> None:
    add(
        "/n/plot.md", "We might put a polytunnel on bed 4, about £340 from Norton. Not decided.", title="Plot"
    )
    assert not answer(store, None, None, "How much did the polytunnel cost?").found
    assert "£340" in answer(store, None, None, "How much would a polytunnel cost?").text


def test_an_inspection_that_is_over_was_told_for_the_next_one(store: Store, add: Add) -> None:
    year = datetime.now().year
    add(
        "/n/car.md",
        f"- {year - 2}-01-20 MOT of the Skoda passed\n- {year - 1}-01-21 MOT of the Skoda passed\n",
    )
    add(
        "/n/cal.ics",
        f"MOT for the Skoda\nWhen: {year + 1}-01-22 08:30",
        kind="event",
        title="MOT for the Skoda",
    )
    assert f"{year + 1}-01-22" in answer(store, None, None, "When is the MOT of the Skoda?").text
    assert "Skoda passed" in answer(store, None, None, "When was the last MOT of the Skoda?").text


CALLS = (
    "4/5/26 surveyor, spoke to Ines. Survey of the roof on 20 May between 9 and 11.\n\n"
    "6/5/26 rang the bank about the card.\n\n12/5/26 Ines again: survey moved to 27 May, same time.\n"
)


def test_a_later_entry_of_the_same_notes_moved_the_day(store: Store, add: Add) -> None:
    add("/n/calls.txt", CALLS, title="Calls")
    told = answer(store, None, None, "When is the survey of the roof?")
    assert told.text.index("27 May") < told.text.index("20 May")
    assert told.notes == (MAY_BE_NEWER,)


def test_now_had_to_stand_in_the_answer(store: Store, add: Add) -> None:
    add(
        "/n/2026-03-01.txt", "Draft of chapter 2 by 1 June. The title is fine for now.", date=noon(2026, 3, 1)
    )
    add("/n/2026-05-01.txt", "Draft of chapter 2 put off to 9 July.", date=noon(2026, 5, 1))
    told = answer(store, None, None, "When is the draft of chapter 2 due now?").text
    assert "9 July" in told.split("[1]")[0]
