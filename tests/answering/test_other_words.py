"""What the files say in other words than the question."""

from __future__ import annotations

import pytest

from gemmasearch.answering import answer, awaited, evidence, refusal, spans, synonyms
from gemmasearch.answering.question import understand
from gemmasearch.store import Store
from tests.answering.conftest import Add
from tests.answering.passages import hit


def test_what_was_fitted_was_not_found_by_who_asked_when_it_is_installed(store: Store, add: Add) -> None:
    add(
        "/n/mail.md",
        "The unit will be fitted on 14 December 2026. Please clear the wall.",
        title="Heat pump: date",
    )
    for number in range(3):
        add(f"/n/{number}.md", f"The pump of the pond number {number} hums at night.")
    assert "14 December" in answer(store, None, None, "When will the heat pump be installed?").text


def test_weigh_was_taken_for_a_slip_of_weight(store: Store, add: Add) -> None:
    add("/n/nora.md", "Weight at the vet's in September 2026: 7.2 kg.", title="Nora")
    found = answer(store, None, None, "How much does Nora weigh?")
    assert "7.2 kg" in found.text
    assert not any("read as" in note for note in found.notes)


def test_a_notice_period_was_waited_for_where_three_months_notice_is_told(store: Store, add: Add) -> None:
    add("/n/room.md", "Either side may end the lease with six weeks' notice.", title="Storage room")
    assert "six weeks" in answer(store, None, None, "What is the notice period for the storage room?").text


def test_a_note_that_holds_all_of_a_question_was_refused() -> None:
    asked = understand("How do I descale the coffee machine?")
    note = hit(
        "Descaling: fill the tank with citric acid and water, wait, rinse twice.", title="Coffee machine"
    )
    assert refusal.chance(asked, evidence.rank(asked, [note]), "static") >= 0.5
    other = hit("Descaling takes an hour.", title="Kettle")
    assert refusal.chance(asked, evidence.rank(asked, [other]), "static") < 0.5


def test_years_are_no_answer_to_how_much() -> None:
    asked = understand("How much of the brace is refunded?")
    assert awaited.fits(asked, "The brace stays in for about two years.") == 0.0
    assert awaited.fits(asked, "Of the brace 970 are refunded within two years.") == 1.0


@pytest.mark.parametrize(
    ("word", "language", "same"), [("installed", "en", "fitted"), ("Reparatur", "de", "repariert")]
)
def test_words_that_say_the_same_are_known_in_their_forms(word: str, language: str, same: str) -> None:
    (one,), (other,) = (understand(f"{each}?").stems for each in (word, same))
    assert synonyms.known(one, language)
    assert other in synonyms.of(one, language)
    assert one not in synonyms.of(one, language)


@pytest.mark.parametrize(
    ("title", "text", "question"),
    [
        ("Water shutoff", "The water in your building will be off on 2 December.", "When's the water going to be shut off?"),
        ("Truck", "Tires: 245/75R16, 32 psi", "tire pressure truck"),
    ],
)  # fmt: skip
def test_what_files_say_in_other_words_was_refused(
    store: Store, add: Add, title: str, text: str, question: str
) -> None:
    add("/n/one.md", text, title=title)
    for number in range(6):
        add(f"/n/{number}.md", "In the shop the choir sang and the week was long.", title="Diary")
    assert answer(store, None, None, question).found


def test_a_feast_was_no_day_and_a_plate_had_to_be_called_a_license_plate() -> None:
    assert [*spans.dates("give it back before Christmas")] and [*spans.dates("closed on Boxing Day 2026")]
    assert "licens" not in understand("What is the license plate of the Skoda?").stems
    assert "week" in understand("When is rehearsal this week?").everyday
    assert "valid" in understand("Is the warranty on the lamp still valid?").everyday


def test_a_note_that_says_it_in_another_word_was_not_read_among_many(store: Store, add: Add) -> None:
    add("/n/thesis.md", "Defense planned for 11 June 2027. Chapter 4 is not started.", title="Sea stars")
    for number in range(30):
        add(
            f"/n/{number}.md",
            f"When: 2026-12-{number % 9 + 1:02} 09:30, brake inspection.",
            title="When do I",
        )
    assert "11 June 2027" in answer(store, None, None, "When do I defend?").text


def _said(store: Store, question: str) -> str:
    found = answer(store, None, None, question)
    return found.text if found.found else ""


@pytest.mark.parametrize(
    ("text", "question", "told"),
    [
        ("Boiler purchased on 3 May 2024 from Hart.", "When did we buy the boiler?", "3 May"),
        ("The roof was repaired by Kelly.", "Who mended the roof?", "Kelly"),
        ("Invoice 17 was settled on 3 June.", "When did they pay invoice 17?", "3 June"),
        ("Risograph weekend. Tutor: Hamish Orr.", "Who teaches the risograph weekend?", "Orr"),
        ("The lock of the shed was changed on 3 May.", "When was the lock of the shed replaced?", "3 May"),
        ("Kev inspected the sockets on 6 February.", "Who checked the sockets?", "Kev"),
        ("The hedge was trimmed by Ivo.", "Who cut the hedge?", "Ivo"),
        ("24 Feb: The new mattress came.", "When was the mattress delivered?", "24 Feb"),
        ("The raffle made £176 for the hospice.", "How much did the raffle raise?", "£176"),
        ("Nell: salary £31,200 from June.", "What does Nell earn?", "31,200"),
        ("The harp was donated by Mrs Couch.", "Who gave us the harp?", "Couch"),
    ],
)
def test_what_was_done_was_refused_where_a_note_says_it_in_another_verb(
    store: Store, add: Add, text: str, question: str, told: str
) -> None:
    for number in range(4):
        add(f"/n/{number}.md", f"The pond number {number} is cold at night.", title="Pond")
    add("/n/done.md", text, title="Done")
    assert told in _said(store, question)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Boiler purchased on 3 May 2024 from Hart.", "When did we sell the boiler?"),
        ("The roof was repaired by Kelly.", "Who painted the roof?"),
        ("The new mattress came in a van of Hart.", "How much was the delivery?"),
        ("The bill for the mattress came to £140.", "How much was the delivery of the wardrobe?"),
        ("The hedge was trimmed by Ivo.", "Who planted the hedge?"),
        ("Priya: I paid Stu for the gutters, 40 pounds.", "What does Priya earn?"),
        ("The flea market is on 16 November.", "What did the flea market bring in?"),
    ],
)
def test_another_verb_is_no_other_word_for_it(store: Store, add: Add, text: str, question: str) -> None:
    for number in range(4):
        add(f"/n/{number}.md", f"The pond number {number} is cold at night.", title="Pond")
    add("/n/done.md", text, title="Done")
    assert not _said(store, question)
