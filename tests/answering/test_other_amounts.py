"""Amounts, years and passwords that stand near a question and are those of something else."""

from __future__ import annotations

import pytest

from gemmasearch.answering import answer, evidence
from gemmasearch.answering.asking import answer_from
from gemmasearch.answering.others import of_another
from gemmasearch.answering.question import understand
from gemmasearch.store import Store
from tests.answering.conftest import Add
from tests.answering.passages import hit, noon

SERVICE = (
    "The boiler service of 12 March 2024 was done by Bo. Last service: 3 March 2025, done by Tariq. The boiler service"
    " cost £118.\n"
)


def test_a_price_was_told_for_a_year_that_its_paragraph_does_not_name(store: Store, add: Add) -> None:
    add("/n/boiler.md", SERVICE, title="Boiler")
    assert not answer(store, None, None, "How much did the boiler service cost in 2023?").found
    assert "£118" in answer(store, None, None, "How much did the boiler service cost in 2025?").text


def test_the_price_of_a_night_was_told_as_that_of_parking(store: Store, add: Add) -> None:
    add("/n/lisbon.md", "Stayed at Casa do Monte, 94 euros a night, breakfast included.", title="Lisbon")
    assert not answer(store, None, None, "How much did Casa do Monte charge for parking?").found
    add("/n/porto.md", "Casa do Monte charged 12 euros for parking.", title="Casa do Monte")
    assert "12 euros" in answer(store, None, None, "How much did Casa do Monte charge for parking?").text


def test_a_price_was_told_as_an_age(store: Store, add: Add) -> None:
    add("/n/a.md", "The lens was sold to Gareth in November 2024 for £310.")
    add("/n/b.md", "Gareth paid back the 45 pounds.")
    assert not answer(store, None, None, "How old is Gareth?").found
    add("/n/c.md", "Gareth is 61 years old.")
    assert "61" in answer(store, None, None, "How old is Gareth?").text


def test_another_number_of_the_same_cat_was_told_as_its_newer_weight(store: Store, add: Add) -> None:
    add(
        "/n/cat.md",
        "Weight of Miso: 4.6 kg.",
        title="Miso",
        date=noon(2025, 1, 5),
    )
    add(
        "/m/vet.eml",
        "Miso's kidney values are raised now (creatinine 1.9).",
        kind="mail",
        title="Miso",
        date=noon(2025, 2, 3),
    )
    assert "4.6 kg" in answer(store, None, None, "How much does Miso weigh?").text
    assert "1.9" not in answer(store, None, None, "How much does Miso weigh?").text


WIFI = "Guest network: BirchGuests, password: otter-52\nAdmin page of the router: http://192.168.178.1\n"


def test_an_address_and_the_password_of_another_network_were_told_as_a_password(
    store: Store, add: Add
) -> None:
    add("/n/home.txt", WIFI, title="home.txt")
    assert not answer(store, None, None, "What is the password of the admin page of the router?").found
    assert "otter-52" in answer(store, None, None, "What is the password of the guest network?").text


def test_the_passports_of_others_were_told_for_that_of_somebody_named_beside_them(
    store: Store, add: Add
) -> None:
    add(
        "/n/will.md",
        "Executors: Owen and Ruth.\nNora's passport runs out on 2 May 2027, Leon's on 19 January 2026.\n",
    )
    assert not answer(store, None, None, "When does Owen's passport run out?").found
    assert "19 January" in answer(store, None, None, "When does Leon's passport run out?").text


def test_another_spelling_of_a_name_was_taken_for_another_owner() -> None:
    there = hit("When Céloron's expedition arrived, they informed him that they owned the land.")
    question = understand("How did they take Celeron's information?")
    assert not any(of_another(question, c) for c in evidence.rank(question, [there]))


def test_the_day_of_an_offer_was_told_as_that_of_the_last_service(store: Store, add: Add) -> None:
    add("/n/boiler.md", "Last annual service: 3 March 2025, done by Tariq.", title="Boiler")
    add("/m/mail.md", "I can come for the boiler service on 5 March 2026 between 8 and 10.", title="Boiler")
    assert "3 March 2025" in answer(store, None, None, "When was the boiler last serviced?").text


@pytest.mark.parametrize(
    ("offer", "told"),
    [
        ("Could come on 5 June 2025 for the boiler service, says Bo.", "3 May 2024"),
        ("Prévu pour le 5 juin 2025 : boiler service.", "3 May 2024"),
        ("Boiler service done by Will on 5 May 2025.", "5 May 2025"),
    ],
)
def test_an_offer_that_begins_with_its_verb_was_the_last_service(offer: str, told: str) -> None:
    text = f"Boiler service done on 3 May 2024.\n\nBoiler service done on 2 May 2023.\n\n{offer}\n"
    assert told in answer_from(text, None, None, "When was the last boiler service?", extract=True).text


@pytest.mark.parametrize(
    "street",
    [
        "Calle Mayor 5",
        "Rue Pasteur 4",
        "4 Rue Pasteur",
        "Lange Straße 5",
        "Am Alten Platz 5",
        "4 Avenue Foch",
    ],
)
def test_a_street_that_is_written_with_a_capital_was_no_place(street: str) -> None:
    text = f"Phone list.\n\nAnna Ruiz, {street}\n\nBo Lund, Jena.\n"
    assert street in answer_from(text, None, None, "Where does Anna Ruiz live?", extract=True).text


def test_below_a_refusal_stood_a_pronoun_that_shares_no_word_with_the_question(
    store: Store, add: Add
) -> None:
    add("/n/wedding.md", "Dad thinks we need a marquee. Mum counted. She says 27.")
    found = answer(store, None, None, "How much did the marquee cost?")
    assert not found.found
    assert [e.text for e in found.evidence if e.text.startswith("She")] == []
