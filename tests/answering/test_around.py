"""What stands around a sentence and says of what or of whom it speaks: the file's name, the section, the paragraph."""

from __future__ import annotations

from gemmasearch.answering import answer
from gemmasearch.store import Store
from tests.answering.conftest import Add

REHEARSALS = "Conductor: Helga Brandt.\nRehearsals: Wednesdays 19:30, St Mary's hall.\n"


def test_what_only_the_name_of_a_file_says_was_missed(store: Store, add: Add) -> None:
    add("/n/choir.md", REHEARSALS, title="Cantabile")
    add("/n/yoga.md", "Yoga begins on Mondays at 18:00.\n", title="Yoga")
    assert "19:30" in answer(store, None, None, "When are the choir rehearsals?").text


def test_the_name_of_a_mailbox_says_nothing_of_its_messages(store: Store, add: Add) -> None:
    add("/n/choir.mbox", REHEARSALS, title="Cantabile", kind="mail")
    add("/n/yoga.md", "Yoga begins on Mondays at 18:00.\n", title="Yoga")
    assert not answer(store, None, None, "When are the choir rehearsals?").found
