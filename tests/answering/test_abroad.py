"""Plans that changed, things that no file names, hours and words that deny, beyond English."""

from __future__ import annotations

import pytest

from gemmasearch.answering.question import understand


@pytest.mark.parametrize(
    ("question", "stems"),
    [
        ("洗濯機はいくらでしたか？", ("洗濯", "濯機")), ("搬家是什么时候？", ("搬家",)),
        ("Hoe duur is de kachel?", ("kachel",)), ("Randevusu ne zaman?", ("randevus",)),
    ],
)  # fmt: skip
def test_words_that_ask_in_other_languages_were_missed_in_the_answer(
    question: str, stems: tuple[str, ...]
) -> None:
    assert understand(question).stems == stems
