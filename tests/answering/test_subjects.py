"""What is so of one person, and was told of another, or of something else."""

from __future__ import annotations

from gemmasearch.answering import answer
from gemmasearch.store import Store
from tests.answering.conftest import Add


def test_the_new_job_of_one_was_told_for_that_of_another(store: Store, add: Add) -> None:
    add(
        "/n/diary.md",
        "Walked to Arley with Barnaby. His new job at the waterworks starts in May.",
        title="March",
    )
    add("/n/chat.txt", "Frances: I can't come, the new start is too early.", title="Choir chat")
    assert "May" in answer(store, None, None, "When does Barnaby start his new job?").text
    assert not answer(store, None, None, "When does Frances start her new job?").found


def test_of_the_allergies_of_somebody_anything_that_holds_anything_was_told(store: Store, add: Add) -> None:
    add("/n/trip.md", "Barnaby gets sick on anything that moves.", title="Trip")
    add("/n/b.vcf", "Barnaby Tarrant\nNote: Allergic to penicillin.", kind="contact", title="Barnaby Tarrant")
    add("/n/health.md", "- Allergies: none to medicine\n- Knee: swim", title="Health")
    assert "penicillin" in answer(store, None, None, "Is Barnaby allergic to anything?").text
    told = answer(store, None, None, "Am I allergic to any medicine?").text
    assert "none to medicine" in told
    assert "penicillin" not in told


def test_a_paragraph_that_must_go_was_told_for_the_journal_to_go_to(store: Store, add: Add) -> None:
    add("/n/mail.md", "Mostly good, the second paragraph has to go.", title="Comments on chapter 2")
    assert not answer(store, None, None, "Which journal should chapter 2 go to?").found
    add("/n/plan.md", "Chapter 2 should go to the journal Marine Ecology.", title="Plan")
    assert "Marine Ecology" in answer(store, None, None, "Which journal should chapter 2 go to?").text


def test_what_was_paid_was_told_without_an_amount(store: Store, add: Add) -> None:
    add(
        "/n/mail.md",
        "Barnaby sold his motorbike to pay the deposit on the flat. The flat is at 8 Weir Lane.",
        title="Flat",
    )
    assert not answer(store, None, None, "What did Barnaby pay for the flat?").found
    add("/n/flat.md", "For the flat Barnaby paid 98,000.", title="Flat")
    assert "98,000" in answer(store, None, None, "What did Barnaby pay for the flat?").text


def test_the_deposit_on_another_thing_was_told(store: Store, add: Add) -> None:
    add("/n/mail.md", "On 8 March I sold my motorbike to pay the deposit on the flat.", title="Job")
    add("/n/shop.md", "The workshop lease runs until June 2028.", title="Workshop")
    assert not answer(store, None, None, "When did I pay the workshop deposit?").found
    assert "8 March" in answer(store, None, None, "When did I pay the flat deposit?").text


def test_the_number_of_an_item_was_taken_for_how_many(store: Store, add: Add) -> None:
    add("/n/minutes.md", "4. Hall agreed.\n5. Gwen will print the posters.\n", title="Minutes")
    assert not answer(store, None, None, "How many posters did I print?").found
    add("/n/chat.md", "I printed 80 posters.", title="Chat")
    assert "80" in answer(store, None, None, "How many posters did I print?").text


def test_of_two_who_did_something_one_need_not_be_named(store: Store, add: Add) -> None:
    add("/n/wars.md", "The French king and the Dutch fought a war in 1672.", title="Wars of the Dutch")
    add("/n/trip.md", "The ferry to France is on Friday.", title="Trip to France")
    assert "1672" in answer(store, None, None, "When did France and the Dutch fight a war?").text


def test_the_dentist_was_told_for_his_hygienist(store: Store, add: Add) -> None:
    for number in range(4):
        add(f"/n/{number}.md", f"The pond number {number} is cold at night.", title="Pond")
    add("/n/health.txt", "Dentist Dr Pym, hygienist in September, blood group 0.", title="Health")
    assert not answer(store, None, None, "Who is my dentist's hygienist?").found
    add("/n/teeth.md", "The hygienist of the dentist is Carla Mendes, Thursdays only.", title="Teeth")
    assert "Mendes" in answer(store, None, None, "Who is my dentist's hygienist?").text
    add("/n/otto.md", "Otto starts on 1 June, class 4B, teacher Mr Lund.", title="Otto")
    assert "Lund" in answer(store, None, None, "Who is Otto's teacher?").text
