"""What is near the question and cannot be its answer: it was told as one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gemmasearch.answering import answer
from gemmasearch.answering.awaited import answering, fits, has_wanted
from gemmasearch.answering.found import extract_from
from gemmasearch.answering.question import understand
from gemmasearch.answering.scope import scopes_of
from gemmasearch.documents import Evidence
from gemmasearch.retrieval.around import did_you_mean
from gemmasearch.store import Store
from tests.answering.conftest import Add
from tests.answering.passages import hit, noon


@pytest.mark.parametrize(
    ("question", "near", "answering_"),
    [
        (
            "How much does the oak ladder cost?",
            "The oak ladder is lighter, but its hinge is not made for rain.",
            "The oak ladder costs 75 euros.",
        ),
        (
            "When does the ladder course take place?",
            "The ladder course is taught by two roofers.",
            "The ladder course takes place on 9 June.",
        ),
        (
            "What is the greenhouse password?",
            "The timer T3 stays, and the greenhouse password has not changed.",
            "The greenhouse password is fern-Window-12.",
        ),
        (
            "What is the phone number of the inn at Brayfield?",
            "The inn at Brayfield, Mill Lane 31, is booked for 3 nights; they have no phone in the rooms.",
            "The phone number of the inn at Brayfield is 01632 960 114.",
        ),
        (
            "What is the yield of the press at 900 rpm?",
            "The yield of the press is 12 l at 700 rpm.",
            "The yield of the press is 15 l at 900 rpm.",
        ),
    ],
)
def test_a_sentence_without_the_amount_day_or_code_asked_for_was_told_as_the_answer(
    store: Store, add: Add, question: str, near: str, answering_: str
) -> None:
    add("/n/near.md", near)
    assert not answer(store, None, None, question).found
    add("/n/answer.md", answering_)
    found = answer(store, None, None, question)
    assert found.found
    assert answering_ in found.text


def test_of_two_people_the_extension_of_the_other_was_the_answer(store: Store, add: Add) -> None:
    add("/n/aid.md", "First aider: Gil Marsh, phone extension 4417.")
    add("/n/log.md", "Nell Quay repaired the pump.")
    question = "What is Nell Quay's phone extension?"
    assert not answer(store, None, None, question).found
    add("/n/desk.md", "Nell Quay: phone extension 4420.")
    assert "4420" in answer(store, None, None, question).text


def test_a_year_or_a_part_number_is_no_price() -> None:
    asked = understand("How much was the trailer?")
    assert fits(asked, "The belt of the trailer was changed in 2023.") == 0.0
    assert fits(asked, "We stay with the trailer T-220.") == 0.0
    assert fits(asked, "The trailer was 1,900.") > 0.0


def test_a_password_is_what_is_called_one() -> None:
    asked = understand("What is the wifi password?")
    assert has_wanted(asked, "The wifi password: heron")
    assert has_wanted(asked, "The wifi password is heron")
    assert has_wanted(asked, "The password for the guest wifi is heron")
    assert has_wanted(asked, "heron-Lake-9 opens the wifi")
    assert not has_wanted(asked, "The wifi password is still the old one")
    assert not has_wanted(asked, "The wifi password was given to B2")


def test_the_old_amount_alone_was_the_answer_where_a_letter_says_from_and_to(store: Store, add: Add) -> None:
    add("/m/lease.md", "The rent is 800 euros.", date=noon(2022, 5))
    add("/m/letter.eml", "I raise the rent from 800 euros to 860 euros.", kind="mail", date=noon(2024, 5))
    found = answer(store, None, None, "How much is the rent?")
    assert found.text.index("860") < found.text.index("rent is 800")
    assert any("newest" in note for note in found.notes)


@pytest.mark.parametrize(
    ("question", "text", "now"),
    [
        ("How much is the rent?", "I raise the rent from 800 euros to 860 euros.", "860 euros"),
        ("Wie hoch ist die Miete?", "Ich erhöhe die Miete von 800 Euro auf 860 Euro.", "860 Euro"),
        ("Combien coûte la leçon ?", "Le prix de la leçon augmente de 28 à 31 euros.", "31 euros"),
        ("How much is the rent?", "The rent is 800 euros.", "800 euros"),
    ],
)
def test_of_a_change_the_new_amount_is_the_answer(question: str, text: str, now: str) -> None:
    span = answering(understand(question), text)
    assert span is not None
    assert text[slice(*span)].strip() == now


def test_two_versions_of_a_limit_were_told_as_one(store: Store, add: Add) -> None:
    add("/s/v1.txt", "The noise level shall not exceed 60 dB.", date=noon(2024, 5))
    add("/s/v2.txt", "The noise level shall not exceed 55 dB.", date=noon(2025, 1))
    found = answer(store, None, None, "What is the maximum noise level?")
    assert found.text.index("55 dB") < found.text.index("60 dB")
    assert any("differ" in note for note in found.notes)


def test_other_numbers_in_other_words_do_not_differ(store: Store, add: Add) -> None:
    add("/s/a.txt", "The noise level was measured in chamber 2 by Gil.")
    add("/s/b.txt", "Ask Nell for the noise level before step 7 of the plan.")
    found = answer(store, None, None, "What is the noise level?")
    assert found.found and not any("differ" in note for note in found.notes)


def test_the_line_of_a_record_that_tells_the_place_is_asked_where(store: Store, add: Add) -> None:
    card = "Nell Quay\nE-mail: nell.quay@example.org\nPhone: 01632 960 114\nAddress: 8 Mill Lane, Brayfield"
    add("/c/cards.vcf", card, kind="contact", title="Nell Quay")
    assert "Mill Lane" in answer(store, None, None, "Where does Nell Quay live?").text


def test_a_birthday_that_no_file_tells_was_answered_with_another_line(store: Store, add: Add) -> None:
    add("/n/tyres.md", "The winter tyres are in Gil's garage.")
    add("/c/cards.vcf", "Nell Quay\nBirthday: 1951-03-22", kind="contact", title="Nell Quay")
    assert not answer(store, None, None, "What is Gil's birthday?").found
    assert "1951-03-22" in answer(store, None, None, "What is Nell Quay's birthday?").text


def test_a_month_without_its_year_was_only_that_of_this_year(store: Store, add: Add) -> None:
    add("/m/1.eml", "You can have my bicycle.", kind="mail", date=noon(2023, 2), sender="Gil Marsh <g@x.org>")
    add("/m/2.eml", "The ladder is sold.", kind="mail", date=noon(2023, 7), sender="Gil Marsh <g@x.org>")
    found = answer(store, None, None, "What did Gil write in February?")
    assert found.found
    assert "bicycle" in found.text
    assert "ladder" not in found.text


def test_only_a_month_without_a_year_is_looked_for_in_earlier_years() -> None:
    now = datetime(2024, 2, 29, tzinfo=UTC)
    assert len(scopes_of("What did Gil write in February?", now)) > 1
    assert len(scopes_of("What did Gil write in February 2021?", now)) == 1
    assert len(scopes_of("What did Gil write last week?", now)) == 1
    assert scopes_of("How much is the rent?", now) == [()]


def test_a_verb_of_duty_is_no_topic() -> None:
    assert understand("What must not go into the sink?").stems == ("go", "sink")
    assert "muss" not in understand("Bis wann muss die Nachzahlung gezahlt sein?").stems
    assert "deb" not in understand("¿Qué no debe tomar Rafael?").stems


def test_another_word_that_only_begins_alike_was_suggested_for_a_slip(store: Store, add: Add) -> None:
    add("/n/trip.md", "The passport is beside the wifi router. The appointment is on Monday.")
    assert did_you_mean(store, "wifi password") == ""
    assert did_you_mean(store, "wifi pasport") == "wifi passport"
    assert did_you_mean(store, "apointmnet") == "appointment"


def test_the_date_of_one_letter_was_told_with_the_value_of_another() -> None:
    spring = hit("Date: 12 March 2024. The iron level is 61 units.")
    autumn = hit("Date: 17 September 2024. The iron level is 84 units.")
    found = [
        Evidence("Date: 12 March 2024.", spring, 0.8),
        Evidence("The iron level is 84 units.", autumn, 0.75),
        Evidence("The iron level is 61 units.", spring, 0.74),
    ]
    told = extract_from(understand("What was the iron level in March 2024?"), found)
    assert [item.hit for item in told] == [spring, spring]


@pytest.mark.parametrize(
    ("question", "near", "answering_"),
    [
        (
            "How much was the guesthouse in Yerevan per night?",
            "The guesthouse in Tbilisi cost 38 euros per night.",
            "The guesthouse in Yerevan cost 45 euros per night.",
        ),
        (
            "When does the ferry to Bornholm leave?",
            "The ferry to Kristiansand leaves at 13:15 on 3 July.",
            "The ferry to Bornholm leaves at 8:30 on 9 July.",
        ),
        (
            "When is Dr. Haas's practice closed?",
            "Dr. Selim's practice is closed on Wednesdays.",
            "Dr. Haas's practice is closed on Mondays.",
        ),
    ],
)
def test_what_holds_for_one_place_was_told_of_another_that_the_files_do_not_know(
    store: Store, add: Add, question: str, near: str, answering_: str
) -> None:
    add("/n/near.md", near)
    assert not answer(store, None, None, question).found
    add("/n/answer.md", answering_)
    assert answering_ in answer(store, None, None, question).text


@pytest.mark.parametrize(
    "question",
    ["How much was the guesthouse in Tiblisi per night?", "Wie viel kostete das Gästehaus in Tbilissi?"],
)
def test_a_name_in_another_spelling_is_no_unknown_one(store: Store, add: Add, question: str) -> None:
    add("/n/near.md", "The guesthouse in Tbilisi cost 38 euros per night. Das Gästehaus kostete 38 Euro.")
    assert "38" in answer(store, None, None, question).text


def test_who_was_elected_in_one_year_was_told_of_another(store: Store, add: Add) -> None:
    add("/n/2019.md", "Minutes of the meeting of 2019. The assembly elected Odalys Ferro as safety officer.")
    assert answer(store, None, None, "Who was elected safety officer in 2019?").found
    assert not answer(store, None, None, "Who was elected safety officer in 2021?").found
    add("/n/2021.md", "In 2021 the assembly elected Mirko Zand as safety officer.")
    assert "Zand" in answer(store, None, None, "Who was elected safety officer in 2021?").text


def test_of_two_years_the_one_not_asked_for_was_told_first(store: Store, add: Add) -> None:
    add("/m/old.eml", "The yearly membership fee for 2025 is 84 euros.", kind="mail", date=noon(2025, 1))
    raised = "The assembly raised the yearly membership fee. From 1 March 2026 it is 96 euros."
    add("/m/new.eml", raised, kind="mail", date=noon(2026, 1))
    for question, told in (
        ("What is the membership fee in 2026?", "96"),
        ("What was the fee in 2025?", "84"),
    ):
        found = answer(store, None, None, question).text
        assert told in found and ({"96", "84"} - {told}).pop() not in found
    now = answer(store, None, None, "What is the current membership fee?").text
    assert "96 euros" in now.split("[1]")[0]


def test_a_document_of_the_year_asked_for_need_not_name_it(store: Store, add: Add) -> None:
    add("/m/a.eml", "The assembly elected Odalys Ferro as safety officer.", kind="mail", date=noon(2019, 5))
    assert answer(store, None, None, "Who was elected safety officer in 2019?").found
    assert not answer(store, None, None, "Who was elected safety officer in 2014?").found


def test_a_year_that_bounds_a_time_is_not_the_one_asked_for(store: Store, add: Add) -> None:
    add("/n/a.md", "In 2019 the boathouse roof was tarred by Odalys Ferro.")
    assert answer(store, None, None, "Who tarred the boathouse roof since 2015?").found
