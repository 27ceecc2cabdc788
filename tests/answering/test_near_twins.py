"""What stands in the files of a thing, a year or a person was told of the one beside it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gemmasearch.answering import answer, spans
from gemmasearch.answering.identified import named
from gemmasearch.store import Store
from tests.written import write

FILES = {
    "probe.md": "# Thursday, 11 April 2024\n\nMeasured K-07 in the probe station. Mobility 23 cm2/Vs at room temperature.\n"
    "Threshold voltage -8 V. K-08 was dead: the gate leaks.\n",
    "raman.md": "# Raman\n\nRaman on QR-031, -032 and QR-034. The Raman peak of QR-031 lies at 384.6.\n",
    "assembly.md": "# Assembly of 25 September 2024\n\n1. The dues rise to 15 euros from January 2025.\n"
    "2. The summer fair brought in 2,804 euros.\n",
    "tubes.md": "# The kiln\n\nThe quartz tube costs 310 euros. Soraya broke one in 2022, Lars broke one in 2023.\n",
    "kilns.md": "# Workshop log\n\nKiln A works again: the thermocouple was replaced on Friday by Wiebke.\n\n"
    "Firing in kiln B at 800 degrees, with Milan.\n",
    "todo.md": "# To do\n\n- [ ] have the soot door repaired before the sweep comes\n- [x] paid Huth\n",
    "sweep.txt": "The sweep is Mr. Lenz. He complained about the soot door, which does not close any more.",
    "cover.md": "# Insurance\n\nBuilding insurance with Mannheimer, policy number MH-7731.\n"
    "Liability insurance is with Gothaer, 58 euros a year.\n",
    "let.md": "# Studio\n\nNew tenant from 1 November 2024: Ines Caldeira. Her name is on the bell.\n",
    "pets.md": "# Pets\n\nRosalind has a cat, Mitzi.\n",
    "offers.md": "# Offers\n\nThree firms came to look.\n\n| Firm | Gutter | Roof |\n|---|---|---|\n"
    "| Reimers | 2,150 | 7,800 |\n| Spenglerei Huth | 1,980 | 8,450 |\n\n"
    "Decided on 9 April: Huth does the gutter, Reimers does the roof.\n",
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("private") / "index.db", create=True) as store:
        for name, text in FILES.items():
            title = text.split("\n")[0].lstrip("# ")
            write(store, f"/n/{name}", text.replace("\n\n", "\n \n"), title=title)  # one passage each
        yield store


@pytest.mark.parametrize(
    "question",
    [
        "What is the mobility of K-08?",
        "Raman peak of QR-035",
        "How much did the summer fair bring in 2025?",
        "Who broke a quartz tube in 2024?",
        "Who replaced the thermocouple of kiln B?",
        "Who repaired the soot door?",
        "What is the policy number of the Gothaer liability insurance?",
        "What is the name of Ines Caldeira's cat?",
    ],
)
def test_what_is_known_of_a_twin_was_told(files: Store, question: str) -> None:
    assert not answer(files, None, None, question).found


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What is the mobility of K-07?", "23"),
        ("What is the Raman peak of QR-031?", "384.6"),
        ("How much did the summer fair bring in 2024?", "2,804"),
        ("Who broke a quartz tube in 2023?", "Lars"),
        ("Who replaced the thermocouple of kiln A?", "Wiebke"),
        ("What is the policy number of the Mannheimer insurance?", "MH-7731"),
        ("How much are the dues from January 2025?", "15"),
        ("Which firm does the gutter?", "Huth does the gutter"),
    ],
)
def test_what_is_asked_of_the_twin_that_is_known_is_still_told(
    files: Store, question: str, told: str
) -> None:
    assert told in answer(files, None, None, question).text


def test_a_number_word_was_a_name_and_a_pronoun_a_number() -> None:
    assert [*spans.names("Three firms came to look.")] == []
    assert [*spans.names("Ada painted it.")] != []
    assert spans.counting("The new one started in June.") == ()
    assert len(spans.counting("There is one dog.")) == 1


def test_of_samples_whose_letters_are_said_once_each_is_named() -> None:
    assert [each.number for each in named("QR-031, -032 and QR-034, P04, May 2024")] == [
        "031",
        "032",
        "034",
        "04",
    ]
