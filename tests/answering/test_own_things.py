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
        "“Leon (son), born 2 February 2018, shoe size 31” [1]"
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
    add("/n/told.md", "Ada painted the hull in May.")
    assert "Ada" in answer(store, None, None, "Who painted the hull?").text


def test_the_note_of_a_contact_was_told_without_the_name(store: Store, add: Add) -> None:
    add(
        "/n/c.vcf",
        "Tam Rennie\nPhone: 01738 496221\nNote: has the rotavator",
        kind="contact",
        title="Tam Rennie",
    )
    assert "Tam Rennie" in answer(store, None, None, "Who has the rotavator?").text


def test_the_refund_of_the_year_before_was_told_because_it_came_in_that_year(store: Store, add: Add) -> None:
    text = (
        "2025 taxes: filed on April 3, 2026, online. Federal refund $812, Oregon owed $96.\n"
        "2024 taxes: filed on April 11, 2025. Federal refund $655.\n"
    )
    add("/n/taxes.txt", text, title="Taxes")
    assert "$812" in answer(store, None, None, "How much was the federal refund for 2025?").text
    assert "$655" in answer(store, None, None, "How much was the federal refund for 2024?").text


def test_a_booking_code_of_letters_alone_was_no_code(store: Store, add: Add) -> None:
    add("/n/baja.md", "Flights to Loreto booked with Alaska, confirmation **ABQWTE**.", title="Baja")
    add("/n/got.md", "Flights to Gothenburg with Delta, confirmation **JX7QPL**, $1,212", title="Sweden")
    assert "ABQWTE" in answer(store, None, None, "What is the confirmation code for the Baja flights?").text
