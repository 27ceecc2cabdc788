"""What a small model says in poor grammar is no answer: the quotation is."""

from __future__ import annotations

from gemmasearch.answering import answer
from gemmasearch.store import Store
from tests.answering.conftest import Add, Embed
from tests.answering.says import Says


def test_a_generated_sentence_with_a_word_twice_was_told(store: Store, add: Add, embed: Embed) -> None:
    add("/n/pruefung.md", "Die Prüfung in Mathematik ist am Freitag, 12. Juni, im Saal 3.", title="Prüfung")
    said = Says("Die die Prüfung in Mathematik ist am Freitag, 12. Juni. [1]")
    found = answer(store, embed(), said, "Wann ist die Prüfung in Mathematik?")
    assert said.shown and found.found
    assert "Die die" not in found.text and "12. Juni" in found.text
    assert found.generator == ""


def test_a_name_that_is_a_word_twice_may_be_told(store: Store, add: Add, embed: Embed) -> None:
    add("/n/concert.md", "Duran Duran play in the arena on 12 June.", title="Concert")
    said = Says("Duran Duran play in the arena on 12 June. [1]")
    assert answer(store, embed(), said, "When do Duran Duran play in the arena?").generator


def test_what_the_question_names_was_told_as_its_answer(store: Store, add: Add, embed: Embed) -> None:
    add(
        "/n/weber.md",
        "Silene weberi, found by Weber on a dry meadow above the lake.",
        title="Weber 2011: a new plant",
    )
    said = Says("The plant was Weber, a plant found on a dry meadow above the lake. [1]")
    found = answer(store, embed(), said, "Which plant did Weber find?")
    assert said.shown and found.generator == "" and "Silene" in found.text


def test_who_has_a_code_was_told_as_the_code(store: Store, add: Add, embed: Embed) -> None:
    add("/n/lease.md", "Alarm code is with Ingrid, not in here.", title="Workshop")
    said = Says("The workshop alarm code is Ingrid, not in here. [1]")
    told = answer(store, embed(), said, "What is the workshop alarm code?")
    assert not told.generator and "is Ingrid" not in told.text


def test_a_generated_sentence_that_names_somebody_twice_was_told(
    store: Store, add: Add, embed: Embed
) -> None:
    add("/n/scuola.txt", "Giulia è in quarta, la sua maestra si chiama Paola Conti.", title="Scuola")
    said = Says("Giulia è in quarta, la maestra di Giulia. [1]")
    found = answer(store, embed(), said, "Come si chiama la maestra di Giulia?")
    assert said.shown and "Paola Conti" in found.text


def test_a_german_date_that_came_in_pieces_was_cut_behind_its_day(
    store: Store, add: Add, embed: Embed
) -> None:
    add("/n/therme.md", "Die Therme wurde am 14. Oktober 2025 von Herrn Brand gewartet.", title="Therme")
    said = Says("Die Therme wurde am 14.", " Ok", "tober 2025 von Herrn Brand gewartet", ". [1]")
    found = answer(store, embed(), said, "Wann wurde die Therme gewartet?")
    assert found.generator
    assert "am 14. Oktober 2025 von" in found.text


def test_a_citation_within_a_german_date_cut_the_answer_in_two(store: Store, add: Add, embed: Embed) -> None:
    add("/n/therme.md", "Die Therme wurde am 14. Oktober 2025 von Herrn Brand gewartet.", title="Therme")
    said = Says("Die Therme wurde am 14. [1] Oktober 2025 von Herrn Brand gewartet. [1]")
    found = answer(store, embed(), said, "Wann wurde die Therme gewartet?")
    assert "am 14. Oktober 2025 von" in found.text
