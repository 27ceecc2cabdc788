"""Everyday words of a question that its answer says in another way, and names that stand at the head of a letter."""

from __future__ import annotations

import pytest

from gemmasearch.answering import answer
from gemmasearch.answering.question import understand
from gemmasearch.store import Store
from tests.answering.conftest import Add

OTHERS = (
    "The ladder is in the shed.",
    "The fence was painted green in May.",
    "Gil sold the trailer to a neighbour.",
    "The roof was checked by two roofers.",
    "Nell planted forty tulips along the path.",
)
BOX = "Gil put the saw, the drill, two lamps, the kettle and a box of nails on the shelf behind the cupboard."


@pytest.mark.parametrize(
    ("question", "text", "beside"),
    [
        ("What is wrong with the kettle?", "The kettle whistles far too late.", BOX),
        ("Why don't we use the kettle?", "The kettle whistles far too late.", BOX),
        (
            "Bis wann muss die Steuer bezahlt werden?",
            "Die Steuer ist zahlbar bis zum 15. Februar 2025.",
            "Nell fragt nach der Steuer. Der Bescheid zur Steuer ist da.\n\nDie Steuer steigt.",
        ),
        ("¿Cuántos limones lleva?", "Seis limones y dos litros de vino.", "Los limones son de Nell."),
    ],
)  # fmt: skip
def test_an_everyday_word_weighed_as_much_as_the_topic_in_a_small_index(
    store: Store, add: Add, question: str, text: str, beside: str
) -> None:
    for number, other in enumerate((*OTHERS, beside)):
        add(f"/n/{number}.md", other)
    add("/n/answer.md", text)
    found = answer(store, None, None, question)
    assert found.found
    assert text in found.text


@pytest.mark.parametrize(
    "question", ["What colour is the kettle?", "Who uses the kettle?", "Where does Gil work?"]
)
def test_what_a_question_asks_for_is_no_everyday_word(question: str) -> None:
    assert not understand(question).everyday


def test_a_date_is_no_topic_beside_an_everyday_word() -> None:
    assert not understand("What happened in March 2025?").everyday
    assert understand("What happened to the kettle in March 2025?").everyday == {"happen"}


def test_a_name_at_the_head_of_a_report_was_missing_in_its_lines(store: Store, add: Add) -> None:
    for number, other in enumerate(OTHERS):
        add(f"/n/{number}.md", other)
    head = "Patient: Nell Quay\nMarsh Clinic, third floor.\nThe visit was short.\n"
    add("/n/report.md", head + "She feels well.\nNo asthma was found.\nThe next visit is in a year.")
    found = answer(store, None, None, "Does Nell have asthma?")
    assert found.found
    assert "No asthma" in found.text
