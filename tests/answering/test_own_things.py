"""One of several that say the same, each of something else: people in a list, contacts, rows, coats of paint."""

from __future__ import annotations

from gemmasearch.answering import answer
from gemmasearch.store import Store
from tests.answering.conftest import Add

FAMILY = (
    "- **Nora** (daughter), born 17 June 2014, shoe size 36\n"
    "- **Leon** (son), born 2 February 2018, shoe size 31\n"
    "- **Pavel** (husband), born 9 October 1981\n"
    "- **Ines** (aunt), lives in Jena\n"
)
WALLS = (
    "Room,Wall colour,Brand,Painted\nKitchen,Pale sage,Orm,2023-05\nHall,Warm white,Dulo,2021-09\n"
    "Bathroom,Sea mist,Dulo,2024-02\n"
)


def test_the_shoe_size_of_one_child_was_told_for_that_of_the_father(store: Store, add: Add) -> None:
    add("/n/family.md", FAMILY, title="Family")
    assert answer(store, None, None, "What is Leon's shoe size?").text == (
        "“**Leon** (son), born 2 February 2018, shoe size 31” [1]"
    )
    assert not answer(store, None, None, "What is Pavel's shoe size?").found


def test_the_telephone_number_of_one_contact_was_told_for_another(store: Store, add: Add) -> None:
    add(
        "/n/c.vcf",
        "Rosa Quill\nPhone: (541) 555-0120\nOrganisation: Letts",
        kind="contact",
        title="Rosa Quill",
    )
    add(
        "/n/c.vcf#2",
        "Edda Stone\nAddress: 77 Bay Street, Toledo, OR, 97391, USA",
        kind="contact",
        title="Edda Stone",
    )
    for number in range(12):
        add(f"/n/{number}.md", "Edda sang at the harbour and we played.", title="Band")
    assert not answer(store, None, None, "What is Edda's phone number?").found
    assert "555-0120" in answer(store, None, None, "What is Rosa's phone number?").text
    assert "555-0120" in answer(store, None, None, "What is the phone number of Letts?").text


def test_the_colour_of_another_room_was_told_where_the_right_one_has_a_rare_name(
    store: Store, add: Add
) -> None:
    add("/n/paint.csv", WALLS, kind="data", title="paint.csv")
    assert "Sea mist" in answer(store, None, None, "What colour is the bathroom painted?").text
    assert "Pale sage" in answer(store, None, None, "What colour is the kitchen painted?").text
    assert not answer(store, None, None, "What colour is the cellar painted?").found


def test_a_hull_that_was_painted_with_something_painted_nobody(store: Store, add: Add) -> None:
    add("/n/log.txt", "27 September: haul-out, hull painted with two coats of Trin Pro", title="Log")
    assert not answer(store, None, None, "Who painted the hull?").found
