"""Words of a question that its answer need not say, or says within another word."""

from __future__ import annotations

import pytest

from gemmasearch.answering import answer, evidence
from gemmasearch.answering.question import understand
from gemmasearch.store import Store
from tests.answering.conftest import Add
from tests.answering.passages import hit


@pytest.mark.parametrize("title", ["Dr.", "Mrs", "Frau", "Herrn"])
def test_a_title_before_a_name_was_a_name_that_others_have_too(title: str) -> None:
    asked = understand(f"What is the phone number of {title} Reinhardt?")
    assert [asked.surface[stem] for stem in asked.names] == ["Reinhardt"]
    assert not {"Dr", "Mrs", "Frau", "Herrn"} & set(asked.surface.values())


def test_a_title_without_a_name_is_a_word_like_others() -> None:
    assert "Frau" in understand("Wie alt ist die Frau des Gärtners?").surface.values()


@pytest.mark.parametrize(
    ("question", "measure"),
    [("How low was my ferritin?", "low"), ("Wie niedrig war das Ferritin?", "niedrig")],
)
def test_how_low_a_value_was_waited_for_the_word_low(question: str, measure: str) -> None:
    asked = understand(question)
    assert asked.kind == "number"
    assert measure not in asked.surface.values()


@pytest.mark.parametrize(
    ("question", "told"),
    [("On which day do beginners train?", "day"), ("An welchem Tag, wann genau trainieren Anfänger?", "Tag")],
)
def test_the_day_of_a_training_waited_for_the_word_day(question: str, told: str) -> None:
    asked = understand(question)
    assert told in {asked.surface[stem] for stem in asked.everyday}


def test_a_german_compound_was_not_taken_for_its_part() -> None:
    asked = understand("Wie hoch ist die Nachzahlung bei den Nebenkosten?")
    bill = hit("Nachzahlung: 94,35 €, fällig im Juli.", title="Nebenkostenabrechnung 2025", language="de")
    best = evidence.rank(asked, [bill])[0]
    assert best.features["coverage"] + best.features["context"] == pytest.approx(1.0)


def test_a_short_german_word_is_no_part_of_a_compound() -> None:
    asked = understand("Wie hoch ist die Nachzahlung für Rat?")
    bill = hit("Nachzahlung: 94,35 €, fällig im Juli.", title="Ratenzahlung 2025", language="de")
    best = evidence.rank(asked, [bill])[0]
    assert best.features["coverage"] + best.features["context"] < 1.0


def test_a_place_without_a_name_was_none(store: Store, add: Add) -> None:
    house = (
        "- Wifi password: puffin-72\n- Key is in the slate box beside the log store\n- Check out by 10:30\n"
    )
    add("/n/house.md", house, title="Guest house (the bothy)")
    assert "slate box" in answer(store, None, None, "Where do we keep the key for the bothy?").text
