"""What is said of something else was told as the answer, or kept a true answer from being told."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from gemmasearch.answering import answer, evidence, others, owners
from gemmasearch.answering.question import understand
from gemmasearch.answering.sentences import split
from gemmasearch.store import Store
from tests.answering.conftest import Add
from tests.answering.passages import hit

TOOLS = (
    "# Tools\n\n| tool | serial number | price |\n|---|---|---|\n| band saw | BS-4471 | 320 |\n"
    "| drill press | DP-0093 | 410 |\n| sandblaster | SB-1180 | 389 |\n"
)


@pytest.mark.parametrize(
    ("text", "answered", "absent"),
    [
        (TOOLS, "What is the serial number of the band saw?", "What is the serial number of the lathe?"),
        (TOOLS, "How much did the drill press cost?", "How much did the lathe cost?"),
        (
            "The lease of Orsolya runs until 30 June 2026. Benedek was at the meeting, too.",
            "When does the lease of Orsolya end?",
            "When does the lease of Benedek end?",
        ),
        (
            "Gate code for the orchard: 5512#. The mill is let.",
            "What is the gate code of the orchard?",
            "What is the gate code of the quarry?",
        ),
        (
            "The fire blanket of building B hangs in the corridor beside the lift.",
            "Where is the fire blanket in building B?",
            "Where is the fire blanket in building D?",
        ),
        (
            "Annual bill 2023. The surcharge of 96 euros is due in June.",
            "How much was the surcharge 2023?",
            "How much was the surcharge 2019?",
        ),
        (
            "The harvest fair takes place on 11 July. It was moved because the meadow is wet.",
            "Why was the harvest fair moved?",
            "Why was the harvest supper cancelled?",
        ),
        (
            "The rowing boat lies at the jetty, it is green.",
            "What colour is the rowing boat?",
            "What colour is the canoe?",
        ),
    ],
)
def test_what_is_said_of_another_thing_was_the_answer(
    store: Store, add: Add, text: str, answered: str, absent: str
) -> None:
    add("/n/a.md", text)
    add("/n/b.md", "The dentist's practice is closed on Wednesdays. The hedge was cut in spring.")
    assert answer(store, None, None, answered).found
    assert not answer(store, None, None, absent).found


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (
            "Wie hoch ist die Gebühr für den Angelschein?",
            "Die Gebühr für das Angelscheinverfahren beträgt 65 Euro.",
        ),
        ("What should I buy for the fair?", "Shopping for the fair: 12 sausages."),  # I is no building
        ("What is the population of Malvik?", "The population of the town is 14,000."),
    ],
)
def test_a_sentence_on_what_is_asked_about_is_not_of_another_thing(question: str, text: str) -> None:
    asked = understand(question)
    ranked = evidence.rank(asked, [hit(f"Malvik lies by the sea. {text}")])
    assert not any(others.of_another(asked, c) for c in ranked)


def test_a_name_in_a_dated_letter_is_no_day(store: Store, add: Add) -> None:
    add("/m/a.eml", "Chair: Ottokar Lindqvist. The lift is new.", kind="mail", date=1.7e9)
    assert not answer(store, None, None, "When is Ottokar Lindqvist moving?").found
    add("/n/told.md", "Ottokar Lindqvist is moving on 3 May.")
    assert "3 May" in answer(store, None, None, "When is Ottokar Lindqvist moving?").text


def test_a_thing_without_its_colour_has_none_to_tell(store: Store, add: Add) -> None:
    add("/n/a.md", "The rowing boat lies at the jetty.")
    add("/n/b.md", "The colour of the cap must be blue.")
    assert not answer(store, None, None, "What colour is the rowing boat?").found
    add("/n/told.md", "The rowing boat is green.")
    assert "green" in answer(store, None, None, "What colour is the rowing boat?").text


def test_an_amount_of_something_else_is_no_price(store: Store, add: Add) -> None:
    add(
        "/n/a.md",
        "Marit a reçu 1 200 euros pour le congrès. L'étuve numéro 2 est vieille, on achète une étuve neuve.",
    )
    assert not answer(store, None, None, "Quel est le prix de l'étuve neuve ?").found
    add("/n/told.md", "Le prix de l'étuve neuve est de 980 euros.")
    assert "980 euros" in answer(store, None, None, "Quel est le prix de l'étuve neuve ?").text


def test_the_reason_behind_the_first_sentence_is_told_with_it(store: Store, add: Add) -> None:
    add("/n/a.md", "From May the club fee rises to 96 euros. The reason is the new jetty.")
    assert "new jetty" in answer(store, None, None, "Why does the club fee rise?").text


def test_an_objection_is_a_reason(store: Store, add: Add) -> None:
    add("/n/a.md", "We looked at the Volant pump. The Volant pump is quiet, but its seal leaks.")
    assert "seal leaks" in answer(store, None, None, "Why did we dismiss the Volant pump?").text


def test_of_whom_a_pronoun_speaks_may_stand_sentences_before(store: Store, add: Add) -> None:
    add("/n/a.txt", "Our hamster is called Brezel. He weighs little. Last summer Mrs. Dahl looked after him.")
    add("/n/b.txt", "Nobody feeds the ducks. The pond is deep.")
    assert "Dahl" in answer(store, None, None, "Who looked after the hamster?").text


def test_a_slip_in_a_question_is_read_as_the_word_meant(store: Store, add: Add) -> None:
    add("/n/a.md", TOOLS)
    found = answer(store, None, None, "serial numbr of the sandblater")
    assert found.found and "SB-1180" in found.text
    assert found.notes[0] == "read as: serial number of the sandblaster"


def test_lines_of_a_bill_are_told_one_by_one() -> None:
    bill = "Heizung            612,40 Euro\nWasser und Abwasser 241,15 Euro\nSumme             1.176,15 Euro"
    assert len(split(bill)) == 3


@pytest.mark.slow
def test_each_row_of_a_table_was_compared_with_all_others() -> None:
    rows = [f"oven\tLyon {n}\t{n} EUR\n" for n in range(8_000)]
    hits = [replace(hit("".join(rows[n : n + 500])), document_id=7) for n in range(0, 8_000, 500)]
    asked = understand("What is the price of the oven in Jena?")
    ranked = evidence.rank(asked, hits)
    assert len(ranked) == 8_000
    began = time.process_time()
    assert others.without(asked, ranked) == ranked
    assert time.process_time() - began < 5


def test_the_german_present_tense_asks_how_things_stand_now() -> None:
    assert understand("Wohin fährt die Klasse 7b?").asks_now
    assert not understand("Wann hat Dana geschrieben?").asks_now


def test_may_at_the_beginning_is_no_month() -> None:
    assert "may" not in understand("May we keep a cat?").stems


def test_when_something_may_not_be_done_is_no_day(store: Store, add: Add) -> None:
    add("/n/a.md", "Oil the hinge of the press each week. Never oil the hinge of the press while it is hot.")
    assert "hot" in answer(store, None, None, "When should the hinge of the press not be oiled?").text


def test_a_kind_of_something_was_taken_for_what_somebody_owns() -> None:
    assert not owners._owned("Corrosion is a type of reduction.", "en")
    assert owners._owned("The contract of Salome ends in May.", "en")
