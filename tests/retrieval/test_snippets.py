"""Snippets show why a passage was found: right marks, whole sentences, one line."""

from __future__ import annotations

import unicodedata

import pytest

from gemmasearch.retrieval.snippets import snippet
from gemmasearch.store import words


def shown(text: str, query: str, **more: int) -> tuple[str, list[str]]:
    sought = {w for q in query.split() for w in (*words.exact(q).split(), *words.forms(q).split())}
    found = snippet(text, sought, **more)
    return found.text, [found.text[a:b] for a, b in found.marks]


def test_marks_stand_on_the_words_whatever_their_accents_case_and_endings() -> None:
    _, marks = shown("The café serves RÉSUMÉS; running cafes ran.", "cafe resume run")
    assert marks == ["café", "RÉSUMÉS", "running", "cafes"]


def test_marks_in_decomposed_text_cover_the_accents() -> None:
    text, marks = shown("Un cafe\u0301 noir.", "café")
    assert marks == ["cafe\u0301"]
    assert text == "Un cafe\u0301 noir."


def test_marks_in_chinese_cover_what_was_asked_and_no_more() -> None:
    _, marks = shown("我在北京大学学习计算机科学。", "北京")
    assert marks == ["北京"]


def test_marks_in_korean_whose_syllables_are_taken_apart_were_none() -> None:
    text = unicodedata.normalize("NFD", "제주도 숙소는 한라산호텔이고 예약은 수진이 했다.")
    line, marks = shown(text, "숙소 예약")
    assert [unicodedata.normalize("NFC", mark) for mark in marks] == ["숙소", "예약"]
    assert line == text


def test_the_window_holds_most_of_the_words_and_begins_with_a_sentence() -> None:
    filler = "Nothing of interest stands in this sentence at all. " * 20
    text = f"Alpha once. {filler}Here alpha meets beta and gamma. {filler}"
    line, marks = shown(text, "alpha beta gamma")
    assert line.startswith("Here alpha meets beta and gamma.")
    assert marks == ["alpha", "beta", "gamma"]
    assert len(line) <= 240


def test_white_space_becomes_one_line_and_the_marks_move_with_it() -> None:
    line, marks = shown("  first\n\n\tsecond   third\r\nfourth  ", "third fourth")
    assert line == "first second third fourth"
    assert marks == ["third", "fourth"]


def test_one_endless_word_is_cut() -> None:
    line, _ = shown("x" * 10_000, "y")
    assert 0 < len(line) <= 240


def test_a_snippet_without_matches_is_the_beginning() -> None:
    assert shown("One. Two. Three.", "zebra") == ("One. Two. Three.", [])
    assert shown("", "zebra") == ("", [])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("---\ntitle: Trip\ntags: [a]\n---\n# Trip\n\nWe go to Lisbon in September by train.\n", "We go to Lisbon in September by train."),
        ("---\ntitle: Trip\n---\n# Trip to Lisbon\n", "# Trip to Lisbon"),
        ("---\ntitle: Trip to Lisbon\n---\n", "--- title: Trip to Lisbon ---"),
        ("# A heading\n## Another\n\nWe go to Lisbon in September.", "We go to Lisbon in September."),
        ("# Lisbon\nshort", "# Lisbon short"),
        ("--- a rule\nand text that goes on with Lisbon for a while", "--- a rule and text that goes on with Lisbon for a while"),
    ],
)  # fmt: skip
def test_front_matter_and_headings_are_no_snippet_where_text_follows(text: str, shown: str) -> None:
    assert snippet(text, {"lisbon"}).text == shown


@pytest.mark.parametrize(
    ("text", "sought", "at"),
    [
        ("\n\n  One line.\nThe boiler,\nand a boiler again.", {"boiler"}, "boiler"),
        ("---\ntitle: Boiler\n---\n# Boiler\n\nThe next line names\nthe Boiler at last.", {"boiler"}, "Boiler at"),
        ("# Heating\n\nNothing of it stands in this text.", {"boiler"}, "Nothing"),
        ("nothing. " * 80 + "\n" * 3 + "here the boiler " + "\nand more" * 90, {"boiler"}, "boiler"),
        ("我在\n\n北京大学学习。", {"北京"}, "北京"),
        ("Costs:\n1,400 euros", {"1400"}, "1,400"),
        ("", {"boiler"}, ""),
    ],
)  # fmt: skip
def test_a_snippet_did_not_say_where_in_its_passage_the_first_match_stands(
    text: str, sought: set[str], at: str
) -> None:
    found = snippet(text, sought)
    assert found.at == text.index(at)
    if found.marks:
        start, end = found.marks[0]
        assert text[found.at :].startswith(found.text[start:end])


def test_a_hindi_snippet_begins_with_a_sentence() -> None:
    other = "घर की सफाई हर शनिवार को सुबह होती है और सब मिलकर काम करते हैं। "
    found = snippet(other * 5 + "नया फ्रिज दुकान से आया। " + other * 5, frozenset({"फ्रिज"}), "hi")
    assert found.text.removeprefix("…").strip().startswith(("घर", "नया"))
