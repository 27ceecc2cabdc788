from __future__ import annotations

import pytest

from gemmasearch.answering.sentences import split, units_of
from tests.answering.passages import hit


def pieces(text: str) -> list[str]:
    return [unit.of(text) for unit in split(text)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Dr. Smith came. He left.", ["Dr. Smith came.", "He left."]),
        ("J. R. Tolkien wrote it. It sold.", ["J. R. Tolkien wrote it.", "It sold."]),
        ("They live in the U.S. The house is old.", ["They live in the U.S.", "The house is old."]),
        ("The U.S. Senate met. It voted.", ["The U.S. Senate met.", "It voted."]),
        ("It cost 3.50 EUR, i.e. nothing! Really?", ["It cost 3.50 EUR, i.e. nothing!", "Really?"]),
        ("Am 3. März kam er. Es war kalt.", ["Am 3. März kam er.", "Es war kalt."]),
        (
            "Der 2. Weltkrieg endete 1945. Danach kam Friede.",
            ["Der 2. Weltkrieg endete 1945.", "Danach kam Friede."],
        ),
        ("Das geht, z.B. Montag. Bis dann.", ["Das geht, z.B. Montag.", "Bis dann."]),
        ("M. Dupont est venu. Il a payé.", ["M. Dupont est venu.", "Il a payé."]),
        ("El Sr. García llegó. ¿Quién más? Nadie.", ["El Sr. García llegó.", "¿Quién más?", "Nadie."]),
        ('He said "it is fine." Then he left.', ['He said "it is fine."', "Then he left."]),
        ("东京是首都。它很大！对吗？", ["东京是首都。", "它很大！", "对吗？"]),
        ("It ended in 1066. The king died.", ["It ended in 1066.", "The king died."]),
    ],
)
def test_a_full_stop_that_ends_no_sentence_does_not_cut_it(text: str, sentences: list[str]) -> None:
    assert pieces(text) == sentences


def test_a_list_item_stays_whole_with_its_wrapped_line() -> None:
    assert pieces("- milk\n- a very long item that is wrapped\n  onto a second line\n1. First. Really.") == [
        "- milk",
        "- a very long item that is wrapped onto a second line",
        "1. First. Really.",
    ]


def test_table_rows_are_units_and_rules_are_none() -> None:
    assert pieces("| name | age |\n|------|-----|\n| Dana | 41 |\n\nname\tage\n") == [
        "| name | age |",
        "| Dana | 41 |",
        "name\tage".replace("\t", " "),
    ]


def test_a_hard_wrapped_sentence_is_joined() -> None:
    text = "The boiler was serviced on 14 March 2026 by Weller Heizungsbau, and the\nservice cost 186.40 euros. The man came\nlate."
    assert pieces(text) == [
        "The boiler was serviced on 14 March 2026 by Weller Heizungsbau, and the service cost 186.40 euros.",
        "The man came late.",
    ]


def test_lines_that_the_author_broke_are_not_glued_together() -> None:
    assert pieces("Total: 45 EUR\nDate: 3 May 2024\nmilk\neggs") == [
        "Total: 45 EUR",
        "Date: 3 May 2024",
        "milk",
        "eggs",
    ]


def test_code_is_not_cut_into_sentences() -> None:
    assert pieces("Run this.\n```\nx = a. B()\n```\nDone.") == ["Run this.", "x = a. B()", "Done."]


@pytest.mark.parametrize(
    "text", ["", "\n\n", "---\n===\n", "...", "?!", "\t|\t|", "a" * 5000, ". . . . A. B. C."]
)
def test_units_lie_in_order_inside_the_text_whatever_it_is(text: str) -> None:
    last = 0
    for unit in split(text):
        assert last <= unit.start < unit.end <= len(text)
        assert unit.of(text)
        last = unit.end


def test_two_long_labelled_lines_in_a_row_are_two_units() -> None:
    """They were joined, and the name of the second line was marked for a question about the first."""
    text = (
        "Neighbour upstairs (Mrs Thiele): 030 5550470, has our spare key\n"
        "Chimney sweep: 030 5550781, comes in October of every year"
    )
    assert [unit.of(text) for unit in split(text)] == text.split("\n")


def test_each_line_of_a_table_is_a_row() -> None:
    assert [u.of("a,b\n\n1,2\n") for u in split("a,b\n\n1,2\n", table=True)] == ["a,b", "1,2"]


def test_a_record_behind_a_long_line_was_part_of_it() -> None:
    lines = [
        "Priya Natarajan - project sponsor, phone +41 44 555 01 23, birthday 9 May",
        "Tom Becker: vegetarian, allergic to peanuts",
        "Li Wei: moved to Basel",
    ]
    assert pieces("\n".join(lines)) == lines
    wrapped = "The letter that came on Monday from the city says what we all feared and\nwhat it says: the road will be closed for two years and more, and nobody\nmay park there."
    assert len(pieces(wrapped)) == 1


def test_a_box_to_tick_was_a_part_of_the_sentence_above_it() -> None:
    text = "Mr. Adler replaced the valve, 86 euros.\n[x] pay him\n[ ] ask for the bill\n"
    assert [unit.of(text) for unit in split(text)] == [
        "Mr. Adler replaced the valve, 86 euros.", "[x] pay him", "[ ] ask for the bill",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("नया फ्रिज ₹25,490 का आया। गाड़ी घर पर है।", ["नया फ्रिज ₹25,490 का आया।", "गाड़ी घर पर है।"]),
        ("متى جاء؟ ثم ذهب۔ هنا.", ["متى جاء؟", "ثم ذهب۔", "هنا."]),
        ("ዛሬ መጣ። ነገ ይሄዳል።", ["ዛሬ መጣ።", "ነገ ይሄዳል።"]),
        (
            "เครื่องซักผ้าเสียและร้านซ่อมให้แล้ว ตู้เย็นใหม่ราคา 12,900 บาท กุญแจสำรองอยู่ที่คุณสุดา ใจดี",
            ["เครื่องซักผ้าเสียและร้านซ่อมให้แล้ว", "ตู้เย็นใหม่ราคา 12,900 บาท", "กุญแจสำรองอยู่ที่คุณสุดา ใจดี"],
        ),
    ],
)
def test_hindi_urdu_amharic_and_thai_text_was_one_sentence(text: str, sentences: list[str]) -> None:
    assert pieces(text) == sentences


def test_a_headline_of_an_org_note_was_an_item_of_the_list_below_it() -> None:
    text = "* Before leaving\n- [ ] Seacocks open\n** Engine\n- Oil\n* TODO Paint the hull\n"
    assert [unit.kind for unit in units_of(hit(text, path="/n/boat.org"))] == [
        "heading", "item", "heading", "item", "item"
    ]  # fmt: skip
    assert units_of(hit(text, path="/n/boat.md"))[0].kind == "item"
