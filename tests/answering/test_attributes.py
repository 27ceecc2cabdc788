"""What is asked of a thing must be told, and not just the thing."""

from __future__ import annotations

import pytest

from gemmasearch.answering import answer
from gemmasearch.answering.attributes import asked
from gemmasearch.answering.question import understand
from gemmasearch.store import Store
from tests.answering.conftest import Add

POLICIES = "insurer,kind,policy number,yearly premium\nHUK,household,HR-88120,112.40\nAllianz,liability,PL-55231,64.00\n"


def _said(store: Store, question: str) -> str:
    found = answer(store, None, None, question)
    return found.text if found.found else ""


def _fill(add: Add) -> None:
    """Other notes, so that words are as rare as in an index."""
    for number, text in enumerate(
        (
            "The bakery opens at seven and closes at noon.",
            "Lena swims on Fridays with her class.",
            "The cherry was planted in 1987 beside the pond.",
            "Bruno is a beagle and likes long walks.",
            "The choir sings in the parish hall on Thursdays.",
        )
    ):
        add(f"/n/{number}.md", text, title=f"Note {number}")


def test_the_premium_was_told_for_the_excess_of_an_insurance(store: Store, add: Add) -> None:
    _fill(add)
    add("/n/policies.csv", POLICIES, title="policies")
    assert not _said(store, "What is the excess of the HUK insurance?")
    assert "112.40" in _said(store, "What is the premium of the HUK insurance?")


def test_a_booking_was_told_for_the_landlord_of_an_inn(store: Store, add: Add) -> None:
    _fill(add)
    add("/n/dinner.md", "The dinner is on 19 October in the Ferry Inn.", title="Dinner")
    assert not _said(store, "Who is the landlord of the Ferry Inn?")
    add("/n/inn.md", "Landlord of the Ferry Inn: Gus Tolley.", title="Inn")
    assert "Tolley" in _said(store, "Who is the landlord of the Ferry Inn?")


def test_the_price_of_a_tube_was_told_for_its_diameter(store: Store, add: Add) -> None:
    _fill(add)
    add("/n/furnace.md", "The quartz tube costs 310 euros.", title="Furnace")
    assert not _said(store, "What is the diameter of the quartz tube?")
    assert "310" in _said(store, "What is the price of the quartz tube?")


@pytest.mark.parametrize(
    ("text", "question", "told"),
    [
        ("Upper paddock: electric fence, 1.8 hectares.", "What is the area of the upper paddock?", "1.8"),
        ("Livery of Comet: 40 euros a week.", "What is the fee for the livery of Comet?", "40"),
        ("The quiz night is in the Lindenhof.", "What is the location of the quiz night?", "Lindenhof"),
        (
            "The key safe beside the garage: 4402 is its code.",
            "What is the combination of the key safe?",
            "4402",
        ),
        ("Dentist: Ilse Konrad, Lange Gasse 9.", "What is the address of the dentist Konrad?", "Gasse 9"),
    ],
)
def test_what_says_by_itself_what_it_is_needs_no_word_for_it(
    store: Store, add: Add, text: str, question: str, told: str
) -> None:
    _fill(add)
    add("/n/told.md", text, title="Told")
    assert told in _said(store, question)


def test_a_word_of_the_same_family_is_as_good(store: Store, add: Add) -> None:
    _fill(add)
    add("/n/horse.md", "Comet is trained by Rhys Gallagher.", title="Comet")
    assert "Gallagher" in _said(store, "Who is the trainer of Comet?")


@pytest.mark.parametrize(
    ("question", "head"),
    [
        ("Who is father's cardiologist's wife?", "wife"),
        ("How high is the premium for the house?", "premium"),
        ("What was the most important of these towns?", ""),
        ("What is an example of a firebox?", ""),
        ("What was the governor incapable of doing?", ""),
        ("What is the shed made of?", ""),
        ("What is the cat called?", ""),
        ("What is the phone number of the vet?", ""),
    ],
)
def test_what_is_asked_of_a_thing(question: str, head: str) -> None:
    assert asked(understand(question)) == head
