"""Lines of a list without bullets, and the titles of blocks in plain text."""

from __future__ import annotations

import pytest

from gemmasearch.answering.entry_lines import begins_entry
from gemmasearch.answering.sentences import split
from gemmasearch.store import Store
from tests.answering.conftest import Add
from tests.answering.test_attributes import _fill, _said


def _pieces(text: str) -> list[str]:
    return [unit.of(text) for unit in split(text)]


@pytest.mark.parametrize(
    ("first", "second", "third"),
    [
        (
            "6 Feb   Eye clinic, left eye: operation put on the list of the",
            "27 Mar  Chiropodist",
            "8 May  x, y",
        ),
        ("Mon 3: turned the compost and watered the beds by the fence", "Tue 4: rain", "Wed 5: more rain"),
        ("03/04 dentist, who says that all is well and nothing to do", "12/04 hair", "13/05 eyes"),
        ("3.4. Zahnarzt, der sagt, dass alles gut ist und nichts fehlt", "12.4. Friseur", "13.5. Augen"),
        ("14:30 tea with the committee in the hut behind the gate", "15:10 walk", "16:00 home"),
        ("2024-05-01 sowed the beans along the fence by the old pear", "2024-05-08 peas", "2024-06-02 hoed"),
        ("Mum - 5 mg in the morning with a glass of water, after food", "Dad - 10 mg", "Uncle Ray - none"),
        ("17-29 Oct in hospital, the ward on the second floor at the", "12 Nov clinic", "11 Dec eyes"),
        ("Monday: plumber, who wants to see the boiler and the tank", "Tuesday: bins", "Friday: vet"),
    ],
)
def test_lines_of_a_list_were_joined_into_one_sentence(first: str, second: str, third: str) -> None:
    said = _pieces(f"{first}\n{second}\n{third}\n")
    assert said == [" ".join(line.split()) for line in (first, second, third)]


@pytest.mark.parametrize(
    "text",
    [
        "The committee agreed that the hedge along the lane would be cut by\n27 March at the latest, and that the costs"
        " would be shared by all\nof the members.",
        "We met on the path behind the hut, where the surveyor came on\nMonday and told us that the fence must go before"
        " the end of\nMay 2025, as the council wants the strip back.",
        "The rent was to be paid at noon, but the office opens at\n14:30 on most days, and nobody was there to take the\n"
        "money.",
    ],
)
def test_wrapped_prose_with_a_day_at_the_margin_stays_whole(text: str) -> None:
    assert _pieces(text) == [" ".join(text.split())]


@pytest.mark.parametrize(
    "line",
    ["3 marks for neatness", "3.5 kg of beans", "so it was", "Sat around the fire", "may be", "10% of it"],
)
def test_what_is_no_day_begins_no_entry(line: str) -> None:
    assert not begins_entry(line)


def test_a_line_that_stands_further_out_begins_a_new_one() -> None:
    said = _pieces("Midday\n  Paracetamol 500 mg   only if the knee is bad\nEvening\n  Apixaban 5 mg\n")
    assert said[1:] == ["Paracetamol 500 mg only if the knee is bad", "Evening", "Apixaban 5 mg"]


def test_what_is_not_so_was_told_for_what_is(store: Store, add: Add) -> None:
    _fill(add)
    text = "Allergic to penicillin, a rash in 1987.\n\nNOT allergic to nuts, that is Ray.\n"
    add("/n/mum.txt", text, title="MUM")
    assert "penicillin" in _said(store, "What is mum allergic to?")
