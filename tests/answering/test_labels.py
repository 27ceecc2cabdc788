from __future__ import annotations

import pytest

from gemmasearch.answering.labels import MOODS, Label, classify
from gemmasearch.errors import UsageProblem
from gemmasearch.models.fake import FakeEmbedder
from gemmasearch.models.static import StaticEmbedder

INVOICE = Label("invoice", "a bill with an amount to pay and a due date")
RECIPE = Label("recipe", "ingredients and how to cook a meal")


def test_a_text_gets_the_label_that_describes_it() -> None:
    texts = [
        "Please pay the amount of 230 euros for invoice 2026-14 until the due date.",
        "Fry the onions in oil, add the lentils and cook for forty minutes.",
    ]
    found = classify(texts, [INVOICE, RECIPE], StaticEmbedder())
    assert [verdict.label for verdict in found] == ["invoice", "recipe"]
    assert all(verdict.confidence > 0.5 for verdict in found)


def test_shares_add_up_and_come_likeliest_first() -> None:
    (verdict,) = classify(["anything"], [INVOICE, RECIPE, *MOODS], FakeEmbedder())
    shares = [share for _, share in verdict.shares]
    assert sum(shares) == pytest.approx(1.0)
    assert shares == sorted(shares, reverse=True)
    assert verdict.confidence == shares[0]


def test_examples_teach_a_label_that_its_name_does_not_explain() -> None:
    plain = [Label("x1"), Label("x2")]
    taught = [
        Label("x1", examples=("rent lease landlord", "landlord flat rent")),
        Label("x2", examples=("goal match team",)),
    ]
    text = ["the landlord wants more rent for the flat"]
    assert classify(text, taught, FakeEmbedder())[0].label == "x1"
    assert classify(text, list(reversed(taught)), FakeEmbedder())[0].label == "x1"
    assert (
        classify(text, taught, FakeEmbedder())[0].confidence
        > classify(text, plain, FakeEmbedder())[0].confidence
    )


def test_the_mood_of_a_mail() -> None:
    texts = [
        "Thank you so much, this is wonderful news!",
        "This is unacceptable, I am very disappointed and angry.",
    ]
    assert [v.label for v in classify(texts, MOODS, StaticEmbedder())] == ["positive", "negative"]


def test_an_empty_text_and_no_text_are_no_error() -> None:
    assert len(classify([""], [INVOICE, RECIPE], StaticEmbedder())) == 1
    assert classify([], [INVOICE], FakeEmbedder()) == []


@pytest.mark.parametrize("labels", [[], [INVOICE, Label("invoice")]])
def test_labels_must_be_told_apart(labels: list[Label]) -> None:
    with pytest.raises(UsageProblem):
        classify(["x"], labels, FakeEmbedder())
