"""Two questions in one line: each is answered, or none."""

from __future__ import annotations

import pytest

from gemmasearch.answering import answer, halves
from gemmasearch.answering.found import HALF
from gemmasearch.answering.question import understand
from gemmasearch.documents import Evidence
from gemmasearch.store import Store
from tests.answering.conftest import Add
from tests.answering.passages import hit

ALLOTMENT = """Allotment

The hedge may be 1.25 m tall.

The lease of the plot is 185 euros a year.

Lena Brook has the keys to the tool shed.
"""


@pytest.mark.parametrize(
    ("question", "told"),
    [
        (
            "How tall may the hedge be, and how much is the yearly lease of the plot?",
            ("1.25 m", "185 euros"),
        ),
        ("Who has the keys to the tool shed and how tall may the hedge be?", ("Lena Brook", "1.25 m")),
    ],
)
def test_of_two_questions_in_one_only_one_or_none_was_answered(
    store: Store, add: Add, question: str, told: tuple[str, str]
) -> None:
    add("/n/allotment.md", ALLOTMENT, title="Allotment")
    answered = answer(store, None, None, question)
    assert answered.found
    assert all(part in answered.text for part in told)


def test_two_questions_in_one_are_not_answered_with_what_another_document_says(
    store: Store, add: Add
) -> None:
    add("/n/bicycle.md", "The green bicycle was stolen on 22 August 2025.", title="Bicycle")
    add("/n/contents.md", "The insurance pays 60,000 euros for a burnt flat.", title="Contents")
    told = answer(store, None, None, "When was the green bicycle stolen and how much did the insurance pay?")
    assert "60,000" not in told.text


def test_the_second_of_two_questions_was_answered_with_the_sentence_for_the_first() -> None:
    one, other = understand("How many keys for the front door?"), understand("how many for the cellar?")
    keys = hit("Front door: 4 keys.")
    near = Evidence("Front door: 4 keys.", keys, 0.6, None)
    own = Evidence("Cellar: 2 keys, behind the fridge.", keys, 0.5, None)
    assert halves.readings(one, other)
    assert halves.of_the_second(other, [near, own]) is None
    assert halves.of_the_second(other, [own]) == own


def test_half_an_answer_was_told_without_a_word_on_the_other_half(store: Store, add: Add) -> None:
    add(
        "/n/bike.md",
        "The green bicycle was stolen from outside the station on 22 August 2025.",
        title="Stolen bicycle",
    )
    found = answer(store, None, None, "When was the green bicycle stolen and who was arrested?")
    assert found.found and any(note.startswith(HALF) and "arrested" in note for note in found.notes)
    whole = answer(store, None, None, "When and where was the green bicycle stolen?")
    assert whole.found and not any(note.startswith(HALF) for note in whole.notes)


SALES = "date,market,pieces sold\n2025-05-18,Deinze,31\n2025-12-14,Ghent,97\n2026-05-17,Deinze,28\n"


def test_of_two_years_only_one_was_told(store: Store, add: Add) -> None:
    add("/n/sales.csv", SALES, kind="data")
    told = answer(store, None, None, "How many pieces were sold in Deinze in 2025 and in 2026?").text
    assert "Deinze · pieces sold: 31" in told and "Deinze · pieces sold: 28" in told
    half = answer(store, None, None, "How many pieces were sold in Deinze in 2024 and in 2025?")
    assert "Deinze · pieces sold: 31" in half.text
    assert [note for note in half.notes if note.startswith(HALF) and "2024" in note]


def test_a_lone_and_when_is_a_question(store: Store, add: Add) -> None:
    add(
        "/n/knee.md",
        "The knee was operated by Dr. Lefranc.\nThe knee was operated on 19 January 2026.",
        title="Knee",
    )
    told = answer(store, None, None, "Who operated the knee and when?").text
    assert "Lefranc" in told and "19 January" in told


def test_a_span_of_years_is_one_question() -> None:
    assert halves.of(understand("How many were sold between 2024 and 2026?")) is None


@pytest.mark.parametrize(
    "question",
    [
        "How tall may the hedge be? How much is the yearly lease of the plot?",
        "how tall may the hedge be and whats the yearly lease of the plot",
        "whats the yearly lease of the plot & how tall may the hedge be",
    ],
)
def test_two_questions_typed_in_haste_were_taken_for_one(store: Store, add: Add, question: str) -> None:
    add("/n/allotment.md", ALLOTMENT, title="Allotment")
    answered = answer(store, None, None, question)
    assert "1.25 m" in answered.text and "185 euros" in answered.text


BOILER = """The boiler is a Vaillant, installed in May 2019 by Hartmann.
Serviced on 3 March 2025 by Mr Oduya. The pressure valve was renewed. The visit was 165 euros.
The radiators were bled on 12 October 2024.
"""


@pytest.mark.parametrize(
    ("title", "text", "question", "told"),
    [
        ("Boiler", BOILER, "when was the boiler serviced and how much was it", ("3 March", "165 euros")),
        (
            "Heizung",
            "Die Heizung wurde am 14. März 2025 von Herrn Meyer gewartet. Das kostete 160,50 Euro.",
            "wann wurde die heizung gewartet und was hat es gekostet",
            ("14. März", "160,50"),
        ),
        (
            "Boat trip",
            "The boat trip is on Saturday, 9 August. A 300-euro deposit is due by 1 July. The trip costs 1,150 euros.",
            "How much does the boat trip cost and when is it?",
            ("1,150", "9 August"),
        ),
    ],
)
def test_the_second_half_that_leans_on_the_first_was_not_answered(
    store: Store, add: Add, title: str, text: str, question: str, told: tuple[str, str]
) -> None:
    add("/n/note.md", text, title=title)
    found = answer(store, None, None, question)
    assert all(part in found.text for part in told), found
    assert "300" not in found.text and "2019" not in found.text
    assert not any(note.startswith(HALF) for note in found.notes)


def test_the_price_of_something_else_behind_an_answer_is_not_told(store: Store, add: Add) -> None:
    add("/n/boiler.md", "The boiler was serviced on 3 March. A new kettle was 40 euros.", title="Boiler")
    found = answer(store, None, None, "when was the boiler serviced and how much was it")
    assert "3 March" in found.text and "40 euros" not in found.text
    assert any(note.startswith(HALF) for note in found.notes)


def test_when_the_boiler_was_installed_was_told_beside_when_it_was_serviced(store: Store, add: Add) -> None:
    add("/n/boiler.md", BOILER, title="Boiler")
    found = answer(store, None, None, "when was the boiler serviced")
    assert "3 March" in found.text and "2019" not in found.text
