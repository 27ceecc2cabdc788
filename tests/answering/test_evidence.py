from __future__ import annotations

from gemmasearch.answering.evidence import Weights, rank, select
from gemmasearch.answering.packing import pack, text_of
from gemmasearch.answering.question import understand
from gemmasearch.models.fake import FakeEmbedder, FakeGenerator
from tests.answering.passages import hit


def best(question: str, *texts: str) -> str:
    return rank(understand(question), [hit(text) for text in texts])[0].text


def test_the_sentence_that_answers_comes_before_its_neighbours() -> None:
    assert best(
        "When was the boiler serviced?",
        "The boiler hangs in the bathroom. The boiler was serviced on 3 March 2024. Call Weller if it fails.",
    ) == ("The boiler was serviced on 3 March 2024.")


def test_of_two_sentences_with_the_same_words_the_one_with_a_date_answers_when() -> None:
    texts = "The boiler was serviced by Hart. The boiler was serviced in May 2024. The boiler is old."
    assert best("When was the boiler serviced?", texts) == "The boiler was serviced in May 2024."
    assert best("Who serviced the boiler?", texts) == "The boiler was serviced by Hart."


def test_a_day_is_no_price() -> None:
    texts = "The timing belt was changed on 12 March 2025. It cost 812 euros. The van runs."
    assert best("How much did the timing belt cost?", texts) == "It cost 812 euros."
    assert best("When was the timing belt changed?", texts).startswith("The timing belt was changed")


def test_a_sentence_that_points_back_has_the_words_of_the_one_before() -> None:
    texts = "The roof of the shed leaked in March. It was repaired by Marta Ruiz. The shed is old."
    assert best("Who repaired the roof of the shed?", texts) == "It was repaired by Marta Ruiz."


def test_rare_words_decide() -> None:
    asked = understand("report about zebra")
    hits = [hit("The report is here."), hit("The zebra is here.")]
    weights = Weights(1000, {"report": 900, "zebra": 2})
    assert rank(asked, hits, weights)[0].text == "The zebra is here."


def test_a_title_and_a_sender_count_as_context() -> None:
    asked = understand("What did Dana say about the boiler?")
    hits = [
        hit("It must be replaced soon.", title="Boiler", sender="Dana Bell <d@x.org>"),
        hit("It must be replaced soon, yes.", title="Van"),
    ]
    assert rank(asked, hits)[0].hit.title == "Boiler"


def test_the_same_sentence_in_two_files_is_shown_once() -> None:
    hits = [hit("The rent is 900 euros. It is due."), hit("The rent is 900 euros. Pay it.")]
    found = select(understand("How much is the rent?"), rank(understand("How much is the rent?"), hits))
    assert [e.text for e in found].count("The rent is 900 euros.") == 1


def test_scores_are_shares_and_the_span_lies_in_the_text() -> None:
    asked = understand("How much is the rent?")
    found = select(
        asked, rank(asked, [hit("The rent is 900 euros. The door is red.")], embedder=FakeEmbedder())
    )
    assert all(0 <= e.score <= 1 for e in found)
    assert found[0].span is not None
    assert found[0].text[slice(*found[0].span)] == "900 euros"


def test_no_hits_give_no_evidence() -> None:
    asked = understand("anything?")
    assert select(asked, rank(asked, [], embedder=FakeEmbedder())) == []


def test_evidence_never_exceeds_the_budget_of_the_generator() -> None:
    generator = FakeGenerator()
    asked = understand("Where is the key?")
    texts = [f"The key number {n} is in the box with many other things." for n in range(9)] + [
        "The key " * 900
    ]
    found = select(asked, rank(asked, [hit(t) for t in texts]))
    for budget in (5, 20, 40, 500):
        text = text_of(pack(found, generator, budget), generator, budget)
        assert text
        assert generator.count_tokens(text) <= budget
