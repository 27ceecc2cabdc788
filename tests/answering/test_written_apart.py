"""What a file writes otherwise: a hyphen, a telephone number without the word, whose letter it is."""

from __future__ import annotations

import pytest

from gemmasearch.answering import answer
from gemmasearch.store import Store
from tests.answering.conftest import Add
from tests.answering.passages import noon


@pytest.mark.parametrize(
    "asked, text",
    [
        ("guest wifi password", 'Wi-Fi: network Birch-Guest for visitors, password "moss-71".'),
        ("guest wi-fi password", 'Wifi: network Birch-Guest for visitors, password "moss-71".'),
    ],
)
def test_a_hyphen_more_or_less_hid_a_password(store: Store, add: Add, asked: str, text: str) -> None:
    add("/n/house.txt", text, title="House")
    add("/n/router.txt", "The wifi router of the barn is old, and its wi-fi weak.", title="Barn")
    assert "moss-71" in answer(store, None, None, asked).text


def test_a_number_to_call_is_a_phone_number(store: Store, add: Add) -> None:
    add("/n/keys.txt", "If the boat leaks: call Ragna Lind on 0161 496 0104, she has a pump.", title="Keys")
    add("/n/phone.txt", "The phone in the hall is broken.", title="Hall")
    add("/n/shop.txt", "Ragna Lind's order 5520 came.", title="Shop")
    assert "0161 496 0104" in answer(store, None, None, "What is Ragna Lind's phone number?").text


def test_a_letter_on_a_grant_had_to_name_the_mother_who_gets_it(store: Store, add: Add) -> None:
    add("/n/letter.txt", "Winter fuel grant allowed: 61.50 euros a week from 2 May.", title="Letter")
    add("/n/diary.txt", "Mum gets a new pendant for 4 euros a week. Mum ate well.", title="Diary")
    assert "61.50" in answer(store, None, None, "How much winter fuel grant does mum get?").text
    assert not answer(store, None, None, "How much does mum weigh?").found


def test_a_correction_in_the_next_mail_was_not_told(store: Store, add: Add) -> None:
    more = {"kind": "mail", "title": "Practice hours"}
    first, second = (
        "From 10 March the practice opens at noon on Thursdays.",
        "Correction: from the 17th of March.",
    )
    add("/m/1.eml", first, date=noon(2025, 3, 3), message_id="a", **more)
    add("/m/2.eml", second, date=noon(2025, 3, 4), message_id="b", references=("a",), **more)
    told = answer(store, None, None, "From which date does the practice open at noon on Thursdays?").text
    assert "17th of March" in told
