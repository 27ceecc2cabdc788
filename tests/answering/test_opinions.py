"""What somebody thinks of something."""

from __future__ import annotations

from gemmasearch.answering import answer
from gemmasearch.store import Store
from tests.answering.conftest import Add

MEETINGS = (
    "## 22 October\nChapter 2 deadline moved to 15 November. She thinks that the model should be dropped.\n\n"
    "## 19 November\nShe liked chapter 2. Asked for a shorter discussion.\n"
)


def test_a_deadline_was_told_for_what_somebody_thought(store: Store, add: Add) -> None:
    add("/n/meetings.md", MEETINGS, title="Meetings with Annika")
    add("/n/kiln.md", "Leo called. He thinks the celadon is too pale.", title="Diary")
    assert (
        answer(store, None, None, "What did Annika think of chapter 2?").text == "“She liked chapter 2.” [1]"
    )
    assert "too pale" in answer(store, None, None, "What did Leo think of the celadon?").text
    assert not answer(store, None, None, "What did Annika think of the celadon?").found
    assert not answer(store, None, None, "What did Annika think of chapter 3?").found
