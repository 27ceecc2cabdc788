"""A question that stands in a file is no answer; what stands behind it may be."""

from __future__ import annotations

import pytest

from gemmasearch.answering import answer_from

FAQ = (
    "# Router\n\nQ: How do I reset the router?\nA: Hold the small button for ten seconds.\n\n"
    "Q: Where is the fuse box?\nA: In the cellar behind the freezer.\n\n"
    "## How often do the filters need changing?\n\nEvery three months, size G4.\n"
)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("How do I reset the router?", "small button"),
        ("Where is the fuse box?", "In the cellar"),
        ("How often do the filters need changing?", "Every three months"),
    ],
)
def test_a_question_in_a_file_was_told_for_its_answer(question: str, told: str) -> None:
    found = answer_from(FAQ, None, None, question)
    assert told in found.text and "?" not in found.text


def test_somebody_else_who_asks_the_same_does_not_answer() -> None:
    mail = "Hi Kim,\nWhen is the rent of the studio due?\nSee you on Friday.\n"
    assert not answer_from(mail, None, None, "When is the rent of the studio due?").found
    asked = answer_from(mail, None, None, "What did they ask about the rent of the studio?")
    assert "When is the rent of the studio due?" in asked.text
