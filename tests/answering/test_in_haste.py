"""German as it is typed in haste, in small letters."""

from __future__ import annotations

import pytest

from gemmasearch.answering import answer
from gemmasearch.answering.evidence import rank
from gemmasearch.answering.question import understand
from gemmasearch.answering.unheard import names_unheard
from gemmasearch.store import Store
from tests.answering.conftest import Add
from tests.answering.passages import hit
from tests.answering.test_attributes import _fill

AUTO = "Der Skoda war am 17. Februar 2025 in der Werkstatt Lehmann. Die Reifen liegen im Keller."


@pytest.mark.parametrize(
    "question", ["wann war der skoda in der waschanlage", "wann war der skoda beim händler"]
)
def test_what_was_told_of_a_place_that_no_file_names(question: str) -> None:
    asked = understand(question)
    ranked = rank(asked, [hit(AUTO, title="Auto")])
    assert names_unheard(asked, ranked, dict.fromkeys(asked.stems, 0))
    known = understand("wann war der skoda in der werkstatt")
    assert not names_unheard(known, ranked, dict.fromkeys(known.stems, 0))


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("wann war der skoda in der werkstatt", "17. Februar"),
        ("wo liegen die reifen", "Keller"),
        ("wie hoch ist der gesamtbetrag der dachrechnung", "742,00"),
    ],
)
def test_what_files_name_in_some_form_is_told(store: Store, add: Add, question: str, told: str) -> None:
    _fill(add)
    add("/n/auto.md", AUTO, title="Auto")
    lines = ("Dachdeckerei Wenzel", "Dachrinne gereinigt 95,00 EUR", "Gesamtbetrag 742,00 EUR")
    add("/n/rechnung-dach.txt", "\n \n".join(lines), title="")
    assert told in answer(store, None, None, question).text
