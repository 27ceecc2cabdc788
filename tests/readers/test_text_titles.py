"""A line of plain text in capitals, or with a rule beneath, names what stands below it."""

from __future__ import annotations

from pathlib import Path

import gemmasearch
from gemmasearch.letters import title_in
from gemmasearch.readers.notes import _text_headings

NOTE = """MEDICATION - MUM (Dorothy, born 12.4.1941)
as of 3 November

Ramipril 5 mg in the morning

Shopping list
-------------
milk

SEEDS
beans
"""


def test_titles_of_plain_text_were_no_headings() -> None:
    assert [(level, name) for _, level, name in _text_headings(NOTE, 0)] == [
        (1, "MEDICATION - MUM"),
        (2, "Shopping list"),
        (2, "SEEDS"),
    ]


def test_an_address_a_total_and_the_end_of_a_paragraph_are_no_titles() -> None:
    assert not title_in("PO BOX 118", "LEEDS LS1")
    assert not title_in("TOTAL  £4,032.00", "Payable within 30 days")
    assert not title_in("It ends here.", "-----")
    assert not title_in("PAID", "")
    assert not [*_text_headings("some words\nMORE WORDS\nand more\n", 0)]


def test_whose_list_it_is_was_not_known_of_its_lines(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "list.txt").write_text(NOTE)
    (notes / "other.txt").write_text("The bakery opens at seven and closes at noon.")
    (notes / "swim.txt").write_text("Lena swims on Fridays with her class.")
    with gemmasearch.Index.open(tmp_path / "i.db") as index:
        index.index([notes])
        found = index.search("ramipril mum")
    assert found[0].title == "MEDICATION - MUM"
