"""Sentences that hold all of a question but the one word on which it hangs."""

from __future__ import annotations

import pytest

from gemmasearch.answering import answer, contrary, evidence, given
from gemmasearch.answering.question import understand
from gemmasearch.store import Store
from tests.answering.conftest import Add

COVER = "The household policy covers burst pipes, storm damage and theft from the shed."


@pytest.mark.parametrize(
    "question",
    ["What does the household policy not cover?", "What doesn't the household policy cover?"],
)
def test_what_is_so_was_told_as_what_is_not_so(store: Store, add: Add, question: str) -> None:
    add("/n/policy.md", COVER, title="Household policy")
    assert not answer(store, None, None, question).found
    assert answer(store, None, None, "What does the household policy cover?").found


@pytest.mark.parametrize(
    "denial",
    [
        "It does not cover flood or anything left in the garden.",
        "Flood cover is lacking, and so is that of anything left in the garden.",
        "Flood is excluded from the cover.",
    ],
)
def test_what_is_not_so_is_told_beside_what_is_so(store: Store, add: Add, denial: str) -> None:
    add("/n/policy.md", f"{COVER} {denial}", title="Household policy")
    found = answer(store, None, None, "What does the household policy not cover?")
    assert found.found and ("flood" in found.text.lower())


@pytest.mark.parametrize(
    "question",
    [
        "Which of the two trains is not only faster but cheaper?",
        "Which train did we take and not regret?",
    ],
)
def test_a_question_with_not_in_it_need_not_deny(store: Store, add: Add, question: str) -> None:
    add(
        "/n/train.md",
        "The night train is faster and cheaper; we took it and do not regret it.",
        title="Trains",
    )
    assert answer(store, None, None, question).found


def test_what_one_council_does_was_told_of_another(store: Store, add: Add) -> None:
    add("/n/council.md", "The members of the Harlow Council convene on the first Monday.", title="Councils")
    add("/n/other.md", "A letter from the Epping office on waste.", title="Waste")
    assert not answer(store, None, None, "When do the members of the Epping Council convene?").found
    assert answer(store, None, None, "When do the members of the Harlow Council convene?").found


@pytest.mark.parametrize(
    ("name", "is_known"),
    [("Italian", True), ("French", True), ("Hatmanis", True), ("Welsh", False), ("Hoffmann", False)],
)
def test_a_name_in_another_form_or_spelling_is_the_same(name: str, is_known: bool) -> None:
    text = "Lawyers in Italy and in France charge a fixed tariff, says the paper by Hartmanis and Rossi."
    question = f"Which fixed tariff do the {name} lawyers charge?"
    assert _says_it_of_another(text, question) is not is_known


def _says_it_of_another(text: str, question: str) -> bool:
    asked = understand(question)
    ranked = evidence.rank(asked, given.passages(text, "notes.txt"))
    return contrary.says(asked, ranked[0], ranked)


def test_a_name_that_stands_in_the_title_need_not_be_said_again(store: Store, add: Add) -> None:
    add("/n/d.md", "The dishwasher broke down; Weber repaired its pump for 120 euros.", title="Siemens")
    assert answer(store, None, None, "Who repaired the pump of the Siemens dishwasher?").found


@pytest.mark.parametrize(
    ("text", "asked", "other"),
    [
        ("The mill was sold to the Brauns in 1418.", "15th", "14th"),
        ("The mill was sold to the Brauns in the 1950s.", "20th", "17th"),
    ],
)
def test_what_was_done_in_one_century_was_told_of_another(
    store: Store, add: Add, text: str, asked: str, other: str
) -> None:
    add("/n/mill.md", text, title="The mill")
    assert not answer(store, None, None, f"Who bought the mill that was sold in the {other} century?").found
    assert answer(store, None, None, f"Who bought the mill that was sold in the {asked} century?").found


def test_a_sentence_without_a_year_was_told_where_the_year_is_asked_for(store: Store, add: Add) -> None:
    add("/n/chapel.txt", "The chapel in Oberau was built by the widow of the miller.", title="Oberau")
    assert not answer(store, None, None, "In what year was the chapel in Oberau built?").found


def test_a_year_that_stands_around_a_sentence_is_its_year() -> None:
    asked = "In what year was the chapel in Oberau built?"
    said = "The chapel in Oberau was built by the widow of the miller."
    assert _says_it_of_another(said, asked)
    assert not _says_it_of_another(f"In 1821 the miller died. {said}", asked)
