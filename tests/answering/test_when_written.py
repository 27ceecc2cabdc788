"""When somebody wrote is told by the day of their message, and by none that it names."""

from __future__ import annotations

import pytest

from gemmasearch.answering import answer
from gemmasearch.answering.asking import NEWEST_MESSAGE
from gemmasearch.store import Store
from tests.answering.conftest import Add, Embed
from tests.answering.passages import noon
from tests.answering.says import Says

KESSLER = "Thomas Kessler <kessler@roofs.example>"


def _fill(add: Add) -> None:
    add(
        "/m/1.eml", "The tiles arrive on 20 March. Can you be there?", kind="mail", title="Roof", sender=KESSLER,
        date=noon(2025, 3, 3),
    )  # fmt: skip
    add(
        "/m/2.eml", "The gutter is mended since 2 May. Please pay within 14 days.", kind="mail", title="Gutter",
        sender=KESSLER, date=noon(2025, 5, 12),
    )  # fmt: skip
    add("/n/book.md", "Goethe wrote Faust in 1808.", title="Books")


@pytest.mark.parametrize(
    ("question", "day"),
    [
        ("when did kessler write", "2025-05-12: "),
        ("When did Kessler last write?", "2025-05-12: "),
        ("wann hat Kessler geschrieben", "2025-05-12: "),
        ("when did Kessler write about the tiles", "2025-03-03: "),
        ("When did Kessler write about the gutter?", "2025-05-12: "),
    ],
)
def test_when_somebody_wrote_was_answered_by_what(store: Store, add: Add, question: str, day: str) -> None:
    _fill(add)
    found = answer(store, None, None, question)
    assert found.text.startswith(day) and found.text.count("[1]") == 1
    assert (NEWEST_MESSAGE in found.notes) == ("about" not in question)


def test_a_generator_may_not_tell_the_day_in_a_message(store: Store, add: Add, embed: Embed) -> None:
    _fill(add)
    said = Says("The gutter is mended since 2 May. [1]")
    assert "2025-05-12" in answer(store, embed(), said, "When did Kessler write about the gutter?").text


def test_when_a_book_was_written_is_told_by_its_year(store: Store, add: Add) -> None:
    _fill(add)
    assert "1808" in answer(store, None, None, "When did Goethe write Faust?").text
