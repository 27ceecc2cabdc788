"""What is near the question and was told though it answers something else."""

from __future__ import annotations

import pytest

from gemmasearch.answering import answer
from gemmasearch.store import Store
from tests.answering.conftest import Add


def test_the_number_of_another_doctor_was_told_for_that_of_the_one_named(store: Store, add: Add) -> None:
    add("/n/doctors.md", "Dr. Moreau (eyes), phone: 0761 555 0193\n", title="Doctors")
    add("/n/cat.md", "The cat is chipped. Vet: Dr. Sandoval, Wiesentalstraße.", title="Cat")
    assert not answer(store, None, None, "What is the phone number of Dr. Sandoval?").found
    assert "0193" in answer(store, None, None, "What is the phone number of Dr. Moreau?").text


def test_a_line_that_names_a_code_without_telling_it_was_told_as_the_code(store: Store, add: Add) -> None:
    asked = "What is the code of the bike shed?"
    add("/n/keys.txt", "Bike shed: code, changed every January (ask the caretaker).")
    assert not answer(store, None, None, asked).found
    add("/n/shed.txt", "The code of the bike shed is 4711.")
    assert "4711" in answer(store, None, None, asked).text


def test_a_code_that_is_a_word_is_told(store: Store, add: Add) -> None:
    add("/n/shed.txt", "The code of the bike shed is heron.")
    assert "heron" in answer(store, None, None, "What is the code of the bike shed?").text


BUDGET = (
    "The pilot has three branches. The budget is 84,000 euros, of which 12,000 are for training. Nina does the"
    " design. The tablets are stuck in customs."
)


def test_the_budget_of_a_project_was_told_as_the_price_of_its_tablets(store: Store, add: Add) -> None:
    add("/n/lantern.md", BUDGET, title="Lantern")
    assert not answer(store, None, None, "What did the tablets of Lantern cost?").found
    assert "84,000" in answer(store, None, None, "How much is the budget of Lantern?").text


def test_a_departure_in_french_was_told_as_a_price(store: Store, add: Add) -> None:
    add("/n/carnet.txt", "Samedi, nous sommes allés à Bréhat avec le bateau de 10 h 15.", language="fr")
    assert not answer(store, None, None, "Combien coûte le bateau pour Bréhat ?").found


@pytest.mark.parametrize(
    ("question", "done", "by"),
    [
        (
            "Who stole the green bicycle?",
            "The green bicycle was stolen in August.",
            "Rolf Bo stole the bicycle.",
        ),
        (
            "Wer hat das Fahrrad gestohlen?",
            "Das Fahrrad wurde gestohlen.",
            "Das Fahrrad hat Rolf Bo gestohlen.",
        ),
    ],
)
def test_that_something_was_done_was_told_for_who_did_it(
    store: Store, add: Add, question: str, done: str, by: str
) -> None:
    add("/n/done.md", done)
    assert not answer(store, None, None, question).found
    add("/n/by.md", by)
    assert "Rolf Bo" in answer(store, None, None, question).text


def test_who_did_it_is_told_by_a_sentence_in_the_passive(store: Store, add: Add) -> None:
    add("/n/shed.md", "The shed was painted by Rolf Bo.")
    assert "Rolf Bo" in answer(store, None, None, "Who painted the shed?").text
