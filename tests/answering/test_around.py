"""What stands around a sentence and says of what or of whom it speaks: the file's name, the section, the paragraph."""

from __future__ import annotations

from unicodedata import normalize

from gemmasearch.answering import answer, answer_from, evidence, refusal
from gemmasearch.answering.question import understand
from gemmasearch.store import Store
from tests.answering.conftest import Add
from tests.answering.passages import hit

REHEARSALS = "Conductor: Helga Brandt.\nRehearsals: Wednesdays 19:30, St Mary's hall.\n"


def test_what_only_the_name_of_a_file_says_was_missed(store: Store, add: Add) -> None:
    add("/n/choir.md", REHEARSALS, title="Cantabile")
    add("/n/yoga.md", "Yoga begins on Mondays at 18:00.\n", title="Yoga")
    assert "19:30" in answer(store, None, None, "When are the choir rehearsals?").text


def test_the_name_of_a_mailbox_says_nothing_of_its_messages(store: Store, add: Add) -> None:
    add("/n/choir.mbox", REHEARSALS, title="Cantabile", kind="mail")
    add("/n/yoga.md", "Yoga begins on Mondays at 18:00.\n", title="Yoga")
    assert not answer(store, None, None, "When are the choir rehearsals?").found


HEALTH = "# Health\n\n## Nora\n- Blood group A positive\n- Allergic to penicillin\n\n## Leon\n- Tetanus booster on 8 August 2023\n"


def test_what_stands_below_the_name_of_another_was_told(store: Store, add: Add) -> None:
    add("/n/family.md", HEALTH, title="Health")
    assert not answer(store, None, None, "What is Leon's blood group?").found
    assert not answer(store, None, None, "When was Nora's tetanus booster?").found
    assert "A positive" in answer(store, None, None, "What is Nora's blood group?").text
    assert "8 August" in answer(store, None, None, "When was Leon's tetanus booster?").text


EXPENSES = "date,what,where,amount_eur\n2025-03-04,train,Jena,89.40\n2025-03-04,hotel,Jena,112.00\n2025-04-15,taxi,Lyon,34.50\n"


def test_of_two_words_of_a_question_each_row_of_a_table_held_one(store: Store, add: Add) -> None:
    add("/n/expenses.csv", EXPENSES, kind="table")
    assert not answer(store, None, None, "How much was the taxi in Jena?").found
    assert "34.50" in answer(store, None, None, "How much was the taxi in Lyon?").text
    assert "112.00" in answer(store, None, None, "How much was the hotel in Jena?").text


LOGINS = "Orchard Books\nuser: nora\npassword: plum-7\n\nRidge Bank\nuser: n.hartley\npassword: stone-9\n"


def test_the_line_above_a_block_of_labels_was_not_read_for_all_of_them(store: Store, add: Add) -> None:
    add("/n/logins.txt", LOGINS, title="logins.txt")
    assert "plum-7" in answer(store, None, None, "What is the password for Orchard Books?").text
    assert "stone-9" in answer(store, None, None, "What is the password for Ridge Bank?").text
    assert not answer(store, None, None, "What is the password for Harbour Mail?").found


def test_a_german_compound_of_which_the_heading_says_one_part_was_missed() -> None:
    there = [hit("Termin am 17. September 2025 um 8:15 Uhr.", title="Zahnarzt", language="de")]
    for asked, answers in (("Wann ist der Zahnarzttermin?", True), ("Wann ist der Augenarzttermin?", False)):
        question = understand(asked)
        assert (refusal.chance(question, evidence.rank(question, there)) >= 0.5) == answers


def test_korean_whose_syllables_are_taken_apart_was_not_read() -> None:
    note = "관리비는 매달 25일에 냅니다. 3월 관리비는 187,000원입니다. 관리소장은 박민수 씨입니다."
    found = answer_from(normalize("NFD", note), None, None, "관리소장은 누구입니까?")
    assert "박민수" in normalize("NFC", found.text)
    assert not answer_from(normalize("NFD", note), None, None, "엘리베이터는 어디에 있습니까?").found


CREW = "## Lars\n- Skipper licence since 2009\n## Maja\n- Cooks, seasick in a swell\n- Phone 070-555 01 22\n"


def test_the_heading_of_the_second_section_of_a_passage_was_not_read(store: Store, add: Add) -> None:
    add("/n/crew.md", CREW, title="Crew")
    assert "070-555" in answer(store, None, None, "What is Maja's phone number?").text
    assert not answer(store, None, None, "What is Lars's phone number?").found


def test_a_price_two_sentences_on_was_left_out(store: Store, add: Add) -> None:
    text = "Your next heat pump service is due in May 2027. We have pencilled in 12 May 2027. The price will be £155."
    for number in range(9):
        add(f"/n/{number}.md", "The cost of the fence was £80.", title="Fence")
    add("/n/m.md", text, title="Service")
    assert "£155" in answer(store, None, None, "What will the next heat pump service cost?").text


def test_a_line_of_a_table_came_before_the_time_of_the_event_that_was_asked_for() -> None:
    clubs = hit("| Child | Club | Time |\n|---|---|---|\n| Isla | Swimming | 17:30 |\n", title="Clubs")
    event = hit(
        "Dentist Isla\nWhen: 2026-12-03 16:15\nWhere: High Street", kind="event", title="Dentist Isla"
    )
    asked = understand("What time is Isla's dentist appointment?")
    assert "16:15" in evidence.select(asked, evidence.rank(asked, [clubs, event]))[0].text
