from __future__ import annotations

import pytest

from gemmasearch.answering.awaited import answering, has_wanted
from gemmasearch.answering.question import understand


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("When was the boiler serviced?", "when"),
        ("In what year did the war end?", "when"),
        ("Wann wurde die Heizung gewartet?", "when"),
        ("Quand arrive le train ?", "when"),
        ("¿Cuándo llega Lucía?", "when"),
        ("Who wrote the report?", "who"),
        ("Wer hat die Miete erhöht?", "who"),
        ("Qui vient à la fête ?", "who"),
        ("¿Quién ganó?", "who"),
        ("Where is the spare key?", "where"),
        ("Wo liegt der Schlüssel?", "where"),
        ("Où est la clé ?", "where"),
        ("¿Dónde está la llave?", "where"),
        ("How many people came?", "number"),
        ("Wie viele Leute kamen?", "number"),
        ("Combien de personnes sont venues ?", "number"),
        ("¿Cuántas personas vinieron?", "number"),
        ("京都の旅館はどこですか", "where"),
        ("京都旅行はいつですか", "when"),
        ("护照什么时候到期", "when"),
        ("暖气花了多少钱", "money"),
        ("How much did the boiler cost?", "money"),
        ("What is the current membership fee?", "money"),
        ("What is the number of the fee office?", "what"),
        ("Was kostet die Versicherung?", "money"),
        ("Combien coûte le billet ?", "money"),
        ("¿Cuánto cuesta el billete?", "money"),
        # A price or a speed was asked for as anything.
        ("Quel est le prix du billet ?", "money"),
        ("¿Cuál es el precio del billete?", "money"),
        ("Wie ist der Preis der Leiter?", "money"),
        ("Wie schnell dreht der Rotor?", "number"),
        ("Is the rent rising?", "yesno"),
        ("Hat der Vermieter die Miete erhöht?", "yesno"),
        ("Est-ce que le loyer augmente ?", "yesno"),
        ("¿Hay un ascensor?", "yesno"),
        ("Why did she leave?", "why"),
        ("Warum ging sie?", "why"),
        ("What are the ingredients?", "list"),
        ("List all the ingredients of the soup", "list"),
        ("what does this person want", "summary"),
        ("How do I bleed the radiator?", "how"),
        ("", "what"),
        ("???", "what"),
    ],
)
def test_the_kind_of_a_question_is_known_in_four_languages(question: str, kind: str) -> None:
    assert understand(question).kind == kind


@pytest.mark.parametrize(
    ("question", "stems"),
    [
        ("Wie hoch ist die Kaltmiete?", ("kaltmiet",)),
        ("How old is the cat?", ("cat",)),
        ("How long is the old bridge?", ("old", "bridg")),
        ("京都の旅館はどこですか", ("京都", "都の", "の旅", "旅館")),
    ],
)
def test_how_a_question_asks_is_not_looked_for(question: str, stems: tuple[str, ...]) -> None:
    assert understand(question).stems == stems


def test_a_question_of_function_words_only_still_has_words_to_look_for() -> None:
    assert understand("who are you").stems


@pytest.mark.parametrize(
    ("question", "sentence", "span"),
    [
        (
            "When was the boiler serviced?",
            "The boiler was serviced by Mr Hart on 3 March 2024.",
            "3 March 2024",
        ),
        ("Wann endete der Krieg?", "Der Krieg endete am 8. Mai 1945 in Berlin.", "8. Mai 1945"),
        (
            "How much did the heating cost?",
            "In 2023 the heating came to €1,240.50 for 12 months.",
            "€1,240.50",
        ),
        ("Who is the landlord?", "Our landlord is Dana Bell.", "Dana Bell"),
        ("Où se trouve la tour Eiffel ?", "La tour Eiffel se trouve à Paris.", "Paris"),
        (
            "How many people live in Berlin?",
            "In 2020, 3.7 million people lived in Berlin.",
            "3.7 million people",
        ),
        ("When did the shop open in 1999?", "The shop opened in 1999.", None),
        ("Is it open?", "It opens on Monday.", None),
        # Who asks for a number that stands for something gets that.
        (
            "What is the policy number of the bicycle?",
            "| Bicycle | RS-77120 | 54 EUR | 2026-03-01 |",
            "RS-77120",
        ),
        ("What is Szabo's phone number?", "Electrician Szabo: 030 5550781, mornings only", "030 5550781"),
        ("What is the door code?", "Door code: 4711# (changed on 3 March 2025)", "4711#"),
        (
            "What is the licence plate of the van?",
            "The van (B-KL 1234) goes to the garage on 2 May.",
            "B-KL 1234",
        ),
        ("Was ist die Kundennummer?", "Die Kundennummer bei Norvia ist 65-120388.", "65-120388"),
    ],
)
def test_the_span_that_answers_is_marked_and_never_the_question_itself(
    question: str, sentence: str, span: str | None
) -> None:
    found = answering(understand(question), sentence)
    assert (sentence[slice(*found)] if found else None) == span


def test_a_sentence_without_the_awaited_kind_is_told_apart() -> None:
    asked = understand("When was the boiler serviced?")
    assert has_wanted(asked, "It was serviced in May 2024.")
    assert not has_wanted(asked, "It was serviced by Mr Hart.")


def test_what_is_to_be_done_with_the_answer_is_not_looked_for() -> None:
    assert understand("Summarise the minutes of Monday").stems == ("minut", "monday")


def test_german_was_is_no_english_was() -> None:
    assert understand("Was hat Dana im Februar geschrieben?").kind == "what"
    assert understand("Was the boiler serviced?").kind == "yesno"


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("whats the fee", "money"),
        ("What's the fee?", "money"),
        ("What’s the fee?", "money"),
        ("whos the landlord", "who"),
        ("whens the deadline", "when"),
        ("wheres the spare key", "where"),
    ],
)
def test_a_verb_that_is_run_together_with_the_word_before_it_was_a_thing_to_look_for(
    question: str, kind: str
) -> None:
    asked = understand(question)
    assert asked.kind == kind and not asked.stems[0].startswith("wh")
    assert understand("Who's got the key?").text == "Who's got the key?"
