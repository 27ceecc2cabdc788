"""Texts that were handed over, conversations, standing questions."""

from __future__ import annotations

import pytest

from gemmasearch.answering import Conversation, answer, answer_from, standing
from gemmasearch.errors import UsageProblem
from gemmasearch.models.fake import FakeGenerator
from gemmasearch.store import Store
from tests.answering.conftest import Add, Embed
from tests.answering.passages import noon
from tests.answering.says import Says

LETTER = (
    "Dear Nora,\n\nI hope you had a good summer. The weather here was dreadful, it rained every day in July.\n\n"
    "Could you send me the signed lease by Friday, 4 December? The deposit of 2,340 euros is due on the same day.\n\n"
    "Kind regards\nDana"
)


def test_a_text_that_was_handed_over_is_answered_from_alone(store: Store, add: Add) -> None:
    add("/home/dana/deposit.md", "The deposit is 9,999 euros.")
    found = answer_from(LETTER, None, None, "How much is the deposit?")
    assert "2,340 euros" in found.text
    assert {c.hit.path for c in found.citations} == {"-"}


def test_what_a_letter_wants_is_its_request_and_not_its_weather() -> None:
    found = answer_from(LETTER, None, None, "what does this person want")
    assert found.found
    assert "signed lease" in found.text


def test_a_text_that_does_not_answer_is_refused() -> None:
    assert not answer_from(LETTER, None, FakeGenerator(), "Who won the chess championship?").found
    assert not answer_from("", None, None, "what does this person want").found


def test_passages_of_a_long_text_keep_their_line() -> None:
    text = "Filler line that says nothing at all.\n" * 200 + "The code of the garage door is 4711.\n"
    found = answer_from(text, None, None, "What is the code of the garage door?")
    assert "4711" in found.text
    hit = found.citations[0].hit
    assert text[hit.start : hit.end] == hit.text
    assert hit.line is not None and hit.line > 150


def test_sources_that_contradict_each_other_are_both_shown_newest_first(store: Store, add: Add) -> None:
    old, new = (noon(year, 1) for year in (2024, 2026))
    add("/m/old.eml", "The monthly rent is 900 euros.", kind="mail", date=old, sender="Dana <d@x.org>")
    add("/m/new.eml", "The monthly rent is 950 euros.", kind="mail", date=new, sender="Dana <d@x.org>")
    for generator in (None, FakeGenerator()):
        found = answer(store, None, generator, "How much is the monthly rent?")
        assert found.text.index("950") < found.text.index("900")
        assert [c.hit.path for c in found.citations] == ["/m/new.eml", "/m/old.eml"]
        assert any("differ" in note for note in found.notes)


def test_an_order_of_sources_without_dates_is_not_claimed(store: Store, add: Add) -> None:
    add("/n/a.md", "The monthly rent is 950 euros.")
    add("/n/b.md", "The monthly rent is 990 euros.")
    assert answer(store, None, None, "How much is the monthly rent?").notes[0] == "the sources differ"


def test_of_two_passwords_the_older_one_alone_was_the_answer(store: Store, add: Add) -> None:
    old, new = (noon(year, 1) for year in (2024, 2026))
    add("/n/old.md", "The wifi password is SunnyHill77.", date=old)
    add("/n/new.md", "We changed the wifi password: it is now BlueHeron42.", date=new)
    found = answer(store, None, None, "What is the current wifi password?")
    assert found.text.index("BlueHeron42") < found.text.index("SunnyHill77")
    assert any("newest" in note for note in found.notes)


@pytest.mark.parametrize(
    ("question", "old", "new"),
    [
        ("What is the budget of the offsite?", "Budget 12,500 euros.", "The budget is now 14,000 euros."),
        ("What is the deadline of the offsite?", "The deadline is 4 June.", "The deadline is now 11 June."),
    ],
)
def test_of_two_amounts_or_days_the_older_one_alone_was_what_something_is(
    store: Store, add: Add, question: str, old: str, new: str
) -> None:
    then, now = (noon(2026, month) for month in (2, 3))
    add("/n/old.md", f"The offsite takes place in Potsdam. {old}", title="Offsite", date=then)
    add("/n/new.md", f"The offsite was moved to Leipzig. {new}", title="Offsite", date=now)
    found = answer(store, None, None, question)
    assert found.text.index(new.rstrip(".")) < found.text.index(old.rstrip("."))
    assert any("newest" in note for note in found.notes)


def test_two_purchases_are_no_contradiction(store: Store, add: Add) -> None:
    add("/n/a.md", "Bought the oak shelf at the market for 129 euros.")
    add("/n/b.md", "Bought a copper lamp at the market for 20 euros.")
    found = answer(store, None, None, "What did we buy at the market?")
    assert "oak shelf" in found.text and not any("differ" in note for note in found.notes)


def test_numbers_of_different_things_are_no_contradiction(store: Store, add: Add) -> None:
    add("/n/a.md", "The phone number of Hans, the plumber, is 555 0199.")
    add("/n/b.md", "The phone number of the town hall is 555 0100.")
    found = answer(store, None, None, "What is the phone number of the plumber?")
    assert "555 0199" in found.text and "555 0100" not in found.text


def test_of_a_text_that_was_handed_over_not_the_files_are_said_to_lack_the_answer() -> None:
    found = answer_from("The sun shone on the lake.", None, None, "When was the boiler serviced?")
    assert found.text == "Nothing in the text answers this." and not found.found


def test_sources_that_agree_are_no_contradiction(store: Store, add: Add) -> None:
    add("/n/a.md", "The monthly rent is 950 euros.")
    add("/n/b.md", "Paid the monthly rent, 950 euros, today.")
    found = answer(store, None, None, "How much is the monthly rent?")
    assert "950 euros" in found.text and not any("differ" in note for note in found.notes)


def test_a_sentence_that_begins_with_a_pronoun_is_quoted_with_the_one_it_points_to(
    store: Store, add: Add
) -> None:
    add("/n/a.md", "Herr Okafor came for the boiler. He replaced the ignition electrode in the afternoon.")
    found = answer(store, None, None, "What did he replace in the afternoon?")
    assert found.text.startswith("“Herr Okafor came for the boiler. He replaced")


def test_a_german_article_was_taken_for_a_pronoun(store: Store, add: Add) -> None:
    add("/n/wien.md", "Rückfahrt ist am 16. August. Das Hotel Josefine kostet 118 Euro. Das war teuer.")
    found = answer(store, None, None, "Was kostet das Hotel Josefine?")
    assert found.text.startswith("“Das Hotel Josefine")


def test_a_task_is_quoted_without_its_stars(store: Store, add: Add) -> None:
    add("/n/todo.org", "* Tasks\n** TODO Buy a bicycle helmet for Mia, size 52-56 cm\n")
    found = answer(store, None, None, "what helmet size does Mia need")
    assert found.text.startswith("“TODO Buy a bicycle helmet"), found.text


def test_a_list_is_answered_with_its_items_in_their_order(store: Store, add: Add) -> None:
    add("/n/pack.md", "Things to pack for Lisbon:\n\n- sun hat\n- blue swimsuit\n- train tickets\n")
    found = answer(store, None, None, "List the things to pack for Lisbon")
    assert found.found
    add(
        "/n/tools.md",
        "# Tools to buy for the garden\n- garden hose to buy\n- garden spade to buy\n- garden rake to buy\n",
    )
    found = answer(store, None, None, "What are the tools to buy for the garden?")
    assert found.text.index("hose") < found.text.index("spade") < found.text.index("rake")


@pytest.fixture
def heating(add: Add) -> None:
    add(
        "/n/heating.md",
        "The boiler was serviced on 14 March 2026 by Weller.\n\nThe boiler service cost 186.40 euros.",
    )
    add("/n/van.md", "The van was serviced on 2 May 2026 by Hart.\n\nThe van service cost 300 euros.")


@pytest.mark.usefixtures("heating")
def test_a_follow_up_keeps_the_topic(store: Store, embed: Embed) -> None:
    chat = Conversation(store, embed(), None)
    assert "14 March 2026" in chat.ask("When was the boiler serviced?").text
    assert "186.40" in chat.ask("and how much did it cost?").text
    assert "2 May 2026" in chat.ask("When was the van serviced?").text
    assert "300" in chat.ask("and how much did it cost?").text
    assert [c.hit.path for c in chat.sources] == ["/n/van.md"]
    assert chat.source(1) is not None
    assert chat.source(7) is None
    assert len(chat.turns) == 4


@pytest.mark.usefixtures("heating")
def test_a_question_with_a_topic_of_its_own_is_left_alone(store: Store) -> None:
    chat = Conversation(store, None, None)
    assert chat.sources == ()
    chat.ask("When was the boiler serviced?")
    assert chat.readings("Where is the garden shed key?") == ["Where is the garden shed key?"]


@pytest.mark.usefixtures("heating")
def test_a_short_question_of_its_own_is_not_answered_with_the_topic_before(store: Store, add: Add) -> None:
    """ "How much is the rent?" was asked about the boiler that was spoken of before."""
    add("/n/flat.md", "The monthly rent is 1,015 euros.")
    chat = Conversation(store, None, None)
    chat.ask("When was the boiler serviced?")
    assert "1,015 euros" in chat.ask("How much is the rent?").text
    chat.ask("When was the boiler serviced?")
    assert len(chat.readings("since when?")) == 1 and "boiler" in chat.readings("since when?")[0]


@pytest.mark.usefixtures("heating")
def test_a_follow_up_that_begins_with_and_was_bound_to_the_topic_before(store: Store, add: Add) -> None:
    add("/n/flat.md", "The deposit amounts to 5,550 euros.")
    chat = Conversation(store, None, None)
    chat.ask("When was the boiler serviced?")
    assert "5,550 euros" in chat.ask("and the deposit?").text
    assert "deposit" in chat.readings("and since when?")[0]


@pytest.mark.usefixtures("heating")
def test_a_refusal_shows_what_is_nearest(store: Store, embed: Embed) -> None:
    """Where the search said that nothing is relevant, nothing was shown."""
    found = answer(store, embed(), None, "Which opera did the mayor of Lisbon sing?", extract=True)
    assert not found.found and found.evidence


@pytest.mark.usefixtures("heating")
def test_a_standing_question_is_silent_reports_new_mail_once_and_is_silent_again(
    store: Store, embed: Embed, add: Add
) -> None:
    embedder = embed()
    standing.save(store, "rent", "has the landlord changed the monthly rent")
    ask = lambda: standing.ask_again(store, embedder, None, "rent", new_only=True).found  # noqa: E731
    assert not ask()
    assert not ask()
    add(
        "/m/9.eml", "As your landlord I have changed the monthly rent: it is 990 euros from May.", kind="mail"
    )
    embed()
    assert ask()
    assert not ask()


def test_an_edited_note_does_not_report_its_old_sentence_again(store: Store, add: Add) -> None:
    add("/n/rent.md", "The landlord changed the monthly rent to 990 euros.")
    standing.save(store, "rent", "has the landlord changed the monthly rent")
    assert standing.ask_again(store, None, None, "rent", new_only=True).found
    add("/n/rent.md", "The landlord changed the monthly rent to 990 euros.\n\nBuy milk.")
    assert not standing.ask_again(store, None, None, "rent", new_only=True).found
    assert standing.ask_again(store, None, None, "rent").found


def test_standing_questions_are_listed_replaced_and_forgotten(store: Store) -> None:
    standing.save(store, "a", "one?")
    standing.save(store, "a", "two?")
    standing.save(store, "b", "three?")
    assert {n: s.question for n, s in standing.saved(store).items()} == {"a": "two?", "b": "three?"}
    standing.forget(store, "a")
    assert list(standing.saved(store)) == ["b"]
    for call in (lambda: standing.forget(store, "a"), lambda: standing.ask_again(store, None, None, "a")):
        with pytest.raises(UsageProblem, match="'a'"):
            call()
    with pytest.raises(UsageProblem):
        standing.save(store, " ", "x?")


@pytest.mark.parametrize(
    "question", ["Where is the shed key now?", "Who has the shed key?", "Wo ist der Schuppenschlüssel?"]
)
def test_where_something_was_a_year_ago_was_told_as_where_it_is(
    store: Store, add: Add, question: str
) -> None:
    german = question.startswith("Wo")
    old = (
        "Ich habe den Schuppenschlüssel, klingelt bei Bo."
        if german
        else "If you need the shed key: I have it, ring at Bo's."
    )
    new = (
        "Der Schuppenschlüssel ist nicht mehr bei Bo. Seit Freitag hängt er in der Bäckerei."
        if german
        else "The shed key is no longer with Bo. Since Friday it hangs at the bakery."
    )
    add("/m/old.eml", old, kind="mail", date=noon(2025, 9), sender="Bo <b@x.org>")
    add("/m/new.eml", new, kind="mail", date=noon(2026, 11), sender="Karim <k@x.org>")
    found = answer(store, None, None, question)
    assert found.text == f"“{new}” [1]"
    assert [c.hit.path for c in found.citations] == ["/m/new.eml"]


def test_a_denial_alone_was_the_answer_where_the_next_sentence_says_what_holds(
    store: Store, add: Add
) -> None:
    text = "The first aid course does not take place in November. It was moved to 23 January 2027."
    add("/n/a.md", text)
    assert answer(store, None, None, "When is the first aid course?").text == f"“{text}” [1]"
    generator = Says("The first aid course was moved to 23 January 2027.")
    assert "23 January" in answer(store, None, generator, "When is the first aid course?").text
    assert "23 January" in generator.shown
    assert (
        "23 January"
        not in answer(store, None, None, "Does the first aid course take place in November?").text
    )


@pytest.mark.parametrize(
    ("question", "old", "new"),
    [
        (
            "Where do we rehearse?",
            "We rehearse in the cellar of the mill.",
            "We no longer rehearse in the cellar. We are in the old fire station now.",
        ),
        (
            "Wer ist der Hausmeister?",
            "Der Hausmeister heißt Herr Brandl.",
            "Herr Brandl ist nicht mehr unser Hausmeister. Seit Juni ist es Frau Yilmaz.",
        ),
        (
            "When is the tap turned on?",
            "The tap is turned on in April.",
            "The tap is turned on in May this year.",
        ),
    ],
)
def test_what_has_ended_was_told_without_what_took_its_place(
    store: Store, add: Add, question: str, old: str, new: str
) -> None:
    add("/n/old.md", old, date=noon(2024, 3))
    add("/n/new.md", new, date=noon(2026, 9))
    assert answer(store, None, None, question).text.startswith(f"“{new}”")
