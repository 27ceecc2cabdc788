"""What is near the question and was told though it answers something else."""

from __future__ import annotations

import pytest

from gemmasearch.answering import answer, evidence
from gemmasearch.answering.beside import beside
from gemmasearch.answering.question import understand
from gemmasearch.documents import Hit
from gemmasearch.store import Store
from tests.answering.conftest import Add
from tests.answering.passages import hit


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
    add("/n/told.md", "Le bateau pour Bréhat coûte 24 euros.")
    assert "24 euros" in answer(store, None, None, "Combien coûte le bateau pour Bréhat ?").text


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
        ("Who painted the shed?", "The shed was painted in May.", "The shed was painted by Rolf Bo."),
    ],
)
def test_that_something_was_done_was_told_for_who_did_it(
    store: Store, add: Add, question: str, done: str, by: str
) -> None:
    add("/n/done.md", done)
    assert not answer(store, None, None, question).found
    add("/n/by.md", by)
    assert "Rolf Bo" in answer(store, None, None, question).text


def _beside(question: str, *hits: Hit) -> bool:
    asked = understand(question)
    return beside(asked, evidence.rank(asked, hits))


def test_what_is_known_of_another_was_told_of_the_one_named() -> None:
    studio = hit("Let to Yusra Benali since 1 September 2024.", title="Studio")
    moos = hit("Moos is a Bouvier, born in March 2019. Weighs 38 kg.", title="Moos")
    assert _beside("When was Yusra born?", studio, moos)
    assert _beside("What does Yusra weigh?", studio, moos)
    assert not _beside("When was Moos born?", studio, moos)
    assert not _beside("What does Moos weigh?", studio, moos)


def test_another_number_of_a_car_was_told_for_its_chassis_number(store: Store, add: Add) -> None:
    add("/n/berlingo.md", "Diesel, first registered 2016, plate 1-KRV-582.", title="Berlingo")
    assert not answer(store, None, None, "What is the chassis number of the Berlingo?").found
    add("/n/told.md", "Chassis number of the Berlingo: VF7-558120.")
    assert "VF7-558120" in answer(store, None, None, "What is the chassis number of the Berlingo?").text


def test_a_telephone_number_was_told_as_the_code_of_the_alarm(store: Store, add: Add) -> None:
    add(
        "/n/alarm.md",
        "Enter the code, press the bell, and call the control room, 09 555 88 11 20.",
        title="Alarm system",
    )
    assert not answer(store, None, None, "What is the code of the alarm system?").found
    add("/n/told.md", "The code of the alarm system is 7714.")
    assert "7714" in answer(store, None, None, "What is the code of the alarm system?").text


def test_a_price_was_told_as_a_telephone_number(store: Store, add: Add) -> None:
    add("/n/costs.csv", "date,what,amount,paid by\n2026-03-11,hotel,164.00,Oskar\n", kind="data")
    assert not answer(store, None, None, "What is Oskar's telephone number?").found
    add("/n/told.md", "Oskar's telephone number is 030 5550781.")
    assert "030 5550781" in answer(store, None, None, "What is Oskar's telephone number?").text


def test_a_name_in_another_paragraph_was_taken_for_the_one_a_sentence_speaks_of(
    store: Store, add: Add
) -> None:
    add("/n/a.md", "# Guild\n\nMinutes: Takumi Endo.\n\n- The wood kiln in Zottegem: 14 for, 6 against.\n")
    add("/n/b.md", "# Kiln\n\nNeeds a three-phase socket.\n")
    assert not answer(store, None, None, "Which kiln does Takumi have?").found
    add("/n/told.md", "Takumi has the gas kiln in the yard.")
    assert "gas kiln" in answer(store, None, None, "Which kiln does Takumi have?").text


def test_the_price_of_another_thing_of_the_same_person_was_told() -> None:
    gifts = hit("Goose from the farm, 89 euros.\n\nJonas got a microscope.", title="Christmas")
    phones = hit("Jonas: prepaid card, tops up 15 euros every three months.", title="Phones")
    assert _beside("What did the microscope for Jonas cost?", gifts, phones)
    assert not _beside("What does the prepaid card of Jonas cost?", gifts, phones)


def test_that_something_was_done_was_told_without_a_verb_for_who_did_it(store: Store, add: Add) -> None:
    add("/n/boats.txt", "Heron, four, built 2011, hull repaired in 2025.", language="en")
    assert not answer(store, None, None, "Who repaired the hull of the Heron?").found
    add("/n/log.txt", "Paul repaired the hull of the Heron.", language="en")
    assert "Paul" in answer(store, None, None, "Who repaired the hull of the Heron?").text


def test_something_else_of_the_year_was_told_where_the_thing_is_told_of_other_years() -> None:
    oil = hit("Heating oil\n\n2023: 1500 litres\n\n2024: 1800 litres", title="Heating oil")
    laptops = hit(
        "| Model | Bought |\n|---|---|\n| ThinkPad X13 | 2021-11 |\n| Framework 13 | 2026-01 |\n",
        title="Laptops",
    )
    assert _beside("How many litres of oil did we buy in 2021?", oil, laptops)
    assert not _beside("How many litres of oil did we buy in 2023?", oil, laptops)


def test_lines_set_in_columns_by_spaces_were_told_as_one_sentence(store: Store, add: Add) -> None:
    add(
        "/n/appliances.txt",
        "Dishwasher   Bosch 6     699 euros\nDryer        AEG 7000    749 euros\nFridge       Liebherr    915 euros\n",
    )
    told = answer(store, None, None, "What did the dryer cost?").text
    assert "749" in told and "699" not in told
