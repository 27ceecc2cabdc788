"""The eye that judges generated answers sees what is wrong with them."""

from __future__ import annotations

import pytest

from gemmasearch.documents import Answer, Citation, Hit, Sentence, Snippet
from tests.quality.eye import unsupported

SOURCE = (
    "The boiler was serviced on 14 March 2026 by Weller. It cost 1,240.50 euros. Three men came from Oakham, and the "
    "next visit is due on 2027-05-02."
)


def answer(text: str) -> Answer:
    hit = Hit("c1", 1, 1, "/a.md", "", "note", "Heating", 1.0, Snippet(""), SOURCE, 0, len(SOURCE))
    return Answer("?", text, (Sentence(text, (1,), 1.0),), (Citation(1, hit, SOURCE),))


@pytest.mark.parametrize(
    "text",
    [
        "The boiler was serviced on 14 March 2026 by Weller [1].",
        "It cost 1240.50 euros. [1]",
        "3 men came from Oakham [1].",
        "The next visit is on 2 May 2027 [1].",
        "Serviced on March 14, 2026. [1]",
        "Weller's three men came to see the heating [1].",
    ],
)
def test_what_the_source_says_passes(text: str) -> None:
    assert unsupported(answer(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "The boiler was serviced on 15 March 2026 [1].",
        "The boiler was serviced on 14 May 2027 [1].",
        "The boiler was serviced on 2 March 2026 [1].",
        "It cost 1,240.55 euros [1].",
        "It cost 240 euros [1].",
        "Four men came [1].",
        "A million men came [1].",
        "The boiler was serviced by Welling [1].",
        "Kessler serviced the boiler [1].",
    ],
)
def test_a_planted_lie_is_found(text: str) -> None:
    assert unsupported(answer(text))
