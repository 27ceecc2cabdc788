"""What was said first was told for what a conversation came to, and a table's row was passed over for the sentence
beside it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gemmasearch.answering import answer, halves
from gemmasearch.answering.question import understand
from gemmasearch.store import Store
from tests.answering.passages import noon
from tests.written import write

MAILS = (
    ("a1", (), 3, "Plan", "Please hand in the opening chapter of the thesis by 15 April.\nAstrid"),
    ("a2", ("a1",), 4, "Re: Plan", "Could I have until the end of April?\nDorian"),
    ("a3", ("a2",), 5, "Re: Plan", "All right, 30 April then, but not a day later.\nAstrid"),
    ("b1", (), 3, "Deposit", "I would keep 220 euros of the deposit for the scratched desk.\nHanna"),
    ("b2", ("b1",), 4, "Re: Deposit", "Fine, let us settle on 150 euros for the desk.\nHanna"),
    ("f1", (), 3, "Dinner", "The dinner begins at 7 pm in the Ferry Inn.\nFenella"),
    ("f2", ("f1",), 4, "Re: Dinner", "Fine, 7:30 pm it is, I will tell the others.\nFenella"),
    ("g1", (), 3, "Slipway", "Bakker can begin with the slipway on 25 March."),
    ("h1", (), 9, "The mixer", "Bakker: we begin with the slipway on 27 March instead, the mixer is broken."),
    ("i1", (), 3, "Hay", "I can bring 60 round bales of hay, 38 pounds a bale.\nGus"),
    ("i2", ("i1",), 4, "Re: Hay", "Make it 36 and we have a deal.\nGus"),
    ("c1", (), 3, "Choir", "The choir rehearses on 12 May.\nMira"),
    ("c2", ("c1",), 4, "Re: Choir", "Fine, and my sister comes to the airport with two suitcases on 3 June.\nBen"),
    ("d1", (), 3, "Proposal 17", "Your proposal was accepted at beamline QX.\n"
     "The beamtime is scheduled from 17 to 20 October 2024."),
    ("e1", (), 9, "Proposal", "Because of a fault your beamtime is moved from 17-20 October to 5-8 November 2024."),
)  # fmt: skip
NOTES = {
    "account.md": "# Account\n\n| Date | Balance |\n|---|---|\n| 31 December 2022 | 5,210.77 |\n"
    "| 31 December 2023 | 8,541.17 |\n\nGreta and Adaeze may sign for the account, each alone up to 500 euros.\n",
    "gas.md": "# Gas\n\n- Gas: we used 420 litres in March, April is still to be read.\n- Gas in May: 365 litres.\n",
    "studio.md": "# Studio\n\nLet furnished to Matteo Brandl from 1 October 2022.\nMatteo moved out on 28 September 2024.\n",
    "shop.md": "# People\n\nOtto has the shop on lease since 1 March 2020, the shop is on the corner.\nOtto left on 6 May 2023.\n",
    "bazaar.md": "# Bazaar\n\nThe keys of the gym are with the caretaker, Mr. Brodowski (0151 555 0182).\n",
    "adviser.md": "# Calls\n\nRang the tax adviser, Frau Mertens. She charges 430 euros.\n",
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("private") / "index.db", create=True) as store:
        for id, refs, day, subject, text in MAILS:
            write(
                store, f"/m/{id}.eml", text, kind="mail", title=subject, message_id=id, references=refs,
                date=noon(2024, 1, day),
            )  # fmt: skip
        for name, text in NOTES.items():
            title = text.split("\n")[0].lstrip("# ")
            write(store, f"/n/{name}", text.replace("\n\n", "\n \n"), title=title)
        yield store


def test_a_day_that_a_later_reply_changed_was_told_alone(files: Store) -> None:
    found = answer(files, None, None, "By when must the opening chapter be handed in?")
    assert "30 April" in found.text
    assert found.text.index("15 April") < found.text.index("30 April")
    assert found.notes


def test_an_amount_that_was_settled_otherwise_came_first(files: Store) -> None:
    found = answer(files, None, None, "How much did we keep of the deposit for the desk?")
    assert found.text.startswith("“Fine, let us settle on 150 euros")


def test_a_bargain_without_a_currency_was_passed_over(files: Store) -> None:
    assert "36" in answer(files, None, None, "How much does a bale of hay cost?").text


def test_a_time_of_day_that_a_later_reply_changed_was_told_alone(files: Store) -> None:
    assert "7:30" in answer(files, None, None, "What time does the dinner begin?").text


def test_a_plan_was_told_for_the_day_on_which_it_was_done(files: Store) -> None:
    assert "27 March" in answer(files, None, None, "When did Bakker begin with the slipway?").text


def test_a_reply_about_something_else_is_not_told_for_a_change(files: Store) -> None:
    assert "3 June" not in answer(files, None, None, "When does the choir rehearse?").text


def test_what_a_day_was_moved_from_kept_the_change_from_being_told(files: Store) -> None:
    found = answer(files, None, None, "When is the beamtime of the proposal scheduled?")
    assert found.text.startswith("“Because of a fault")
    assert "scheduled" in found.text


def test_a_day_further_down_in_a_mail_that_names_the_place_was_refused(files: Store) -> None:
    assert "20 October" in answer(files, None, None, "When is my beamtime at QX?").text


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("How much money was in the account at the end of 2023?", "8,541.17"),
        ("How much gas did we use in May?", "365"),
        ("when did Matteo Brandl move out", "28 September"),
        ("When did Otto leave the shop?", "6 May"),
        ("Who has the keys of the gym and what is his phone number?", "0151"),
        ("Who is the tax adviser and what does she charge?", "430"),
    ],
)
def test_the_sentence_beside_it_was_told(files: Store, question: str, told: str) -> None:
    found = answer(files, None, None, question).text
    assert told in found
    assert "420" not in found


def test_the_second_half_of_a_question_kept_its_kind() -> None:
    both = halves.of(understand("Who is the tax adviser and what does she charge?"))
    assert both is not None
    assert {reading.kind for reading in halves.readings(*both)} == {"money"}
