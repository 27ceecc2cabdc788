"""What is asked for in words that its answer need not say: degrees are a temperature, an amount is what was spent."""

from __future__ import annotations

import pytest

from gemmasearch.answering import answer
from gemmasearch.answering.question import understand
from gemmasearch.store import Store
from tests.answering.conftest import Add

NOTES = {
    "rye.md": ("Rye", "Mix flour and starter.\n\nBake at 245 °C with steam.\n\nA batch takes 11 hours."),
    "nas.md": ("NAS", "The disks are old.\n\nSnapshots are kept for 21 days.\n\nThe fan is loud."),
    "dach.txt": (
        "Dachdeckerei Wenzel",
        "Dachreparatur Nordseite 612,00 EUR\n\nDachrinne gereinigt 95,00 EUR",
    ),
    "bikes.md": ("Bikes", "Total at Radhaus: 82.50\n\nThe lock is old."),
}


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("at what temperature do i bake the rye", "245 °C"),
        ("whats the retention of snapshots", "21 days"),
        ("was hat die dachreparatur gekostet", "612,00"),
        ("total spent at radhaus", "82.50"),
    ],
)
def test_what_an_amount_says_by_itself_was_missed(store: Store, add: Add, question: str, told: str) -> None:
    for name, (title, text) in NOTES.items():
        add(f"/n/{name}", text, title=title)
    found = answer(store, None, None, question)
    assert found.found and told in found.text, found.evidence


def test_hours_were_told_for_a_heat(store: Store, add: Add) -> None:
    text = "A glaze firing takes 11 hours. The kiln does bisque at 980 °C, glaze firing at 1240 °C."
    add("/n/kiln.md", text, title="Kiln")
    assert "1240" in answer(store, None, None, "how hot is a glaze firing").text


@pytest.mark.parametrize(
    "question", ["Was haben die Reifen gekostet?", "was hat es gekostet", "total spent on the car"]
)
def test_a_question_for_a_price_was_taken_for_another(question: str) -> None:
    assert understand(question).kind == "money"
