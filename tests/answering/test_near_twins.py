"""What stands in the files of a thing, a year or a person was told of the one beside it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gemmasearch.answering import answer, spans
from gemmasearch.answering.identified import named
from gemmasearch.answering.numbers import days_in, days_with_year
from gemmasearch.answering.question import understand
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
    "diary.md": "# Diary\n\n3 Feb 2025: Mother's weight 58.4 kg. Blood pressure 152/84.\n"
    "11 Feb 2025: Father fell in the bathroom.\n",
    "bank.md": "# Bank\n\nSavings book of mother: 14,200 euros.\nRelief for father: 131 euros a month.\n",
    "powers.md": "# Powers\n\nPower of attorney of father: signed on 12 June 2019.\nFather has no living will yet.\n",
    "repairs.md": "# Repairs\n\n- Bathroom: grab rails, 28 January 2025, 146 euros\n"
    "- Hallway: handrail, mounted on 30 March by Mr. Petrovic\n",
    "lift.eml": "Subject: the stairlift\n\nI would take Treppengut for the stairlift. They could mount it in the first week of June.\n",
    "group.md": "# Group meeting, 2 May 2024\n\n- Teodor ordered the lock-in amplifier.\n- Nitrogen in April: 365 litres.\n"
    "- Argon: open the bottle at 1.5 bar.\n- Repair quote from Pfeiffer: 2,380 euros.\n",
    "lab.md": "# Laboratory\n\nThe spectrometer was calibrated with the neon lamp.\n",
    "members.csv": "name,class,joined\nGreta Sandoval,1b,2022\nMira Kovac,3c,2021\n",
    "board.md": "# Board\n\nThe chair is Adaeze. Could we invite Mr. Oyelaran to the next meeting?\n",
    "service.md": "# Care service\n\nThe care service costs 1,184 euros a month.\nThe care service costs 1,226 euros from 1 May.\n"
    "From April on the evening visit is at 19:30.\n27 April: Father walked to the bakery for the first time.\n",
    "aid.md": "# Lost\n\n22 March: The hearing aid is lost. It was in the brown jacket.\n",
    "training.md": "# Youth training 2024\n\n14 children signed up for the training.\n",
    "boats.csv": "name,class,owner\nPetrel,Lugger,Ibrahim Saleh\nDunlin,Wayfarer,the club\n",
    "machine.md": "# Clubhouse\n\n- coffee machine, bought second-hand in 2020 for 300 pounds\n",
    "fees.md": "# Mooring fees\n\n| What | Fee 2025 |\n|---|---|\n| Mooring, up to 7 m | 259 |\n| Mooring, over 7 m | 356 |\n",
    "cryostat.md": "# Cryostat\n\nThe key for the helium room is with Wiebke.\nThe clean room is closed in May.\n",
    "fair.md": "# Summer fair\n\n- Face painting: Noor Rahmani\n- Grill: Stefan\n",
    "bazaar.md": "# Christmas bazaar\n\nThe bazaar is in the gym.\n",
    "lamp.md": "# Lamp\n\nLine width 55 for 037 and 71 for 038.\n",
    "theses.md": "# Meeting\n\n- The report is due on 1 September. Lars collects the figures.\n- The thesis of Dorian has 140 pages.\n",
    "moved.md": "# Otto\n\nOtto moved out on 28 September.\n",
    "cellar.md": "# Cellar\n\nSomebody must let the fitter into the cellar.\n",
    "houses.md": "# House cover\n\nThe house is insured with Mannheimer. The excess is 500 euros per claim.\n"
    "The dog is insured with Gerling, 58 euros a year.\n",
    "nurses.md": "# Contract with the nurses\n\nCustomer number 50871.\n",
    "pharmacy.md": "# Pharmacy\n\nThe Metformin is not available.\n",
    "verein.md": "# Verein\n\nDas Vereinshaus baute 1954 der Maurermeister Otto Stahl.\nDie Hecke schnitt Familie Nowak.\n",
    "comet.md": "# Comet\n\nGrey gelding. Livery fee 410 pounds a month.\n",
    "bramble.md": "# Bramble\n\nBay mare, box 3.\n",
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
        "What is father's blood pressure?",
        "How much is in father's savings book?",
        "How much did mother weigh in January 2025?",
        "Who mounted the stairlift?",
        "Who ordered the lock-in amplifier in 2023?",
        "How many litres of argon did we use in April?",
        "What is the quote from Pfeiffer for the spectrometer?",
        "When did Greta Sandoval become treasurer?",
        "When does Mr. Oyelaran come to the meeting?",
        "How many children signed up for the training in 2023?",
        "Who repaired Dunlin?",
        "How much is the livery fee of Bramble?",
        "What is the customer number at the pharmacy?",
        "When was the coffee machine serviced?",
        "Who has the key of the clean room?",
        "Who painted the faces at the bazaar?",
        "What is the line width of 039?",
        "When is Lars's thesis due?",
        "Where did Otto move?",
        "Who let the fitter into the cellar?",
        "How much is the excess of Gerling?",
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
        ("What was mother's blood pressure?", "152/84"),
        ("How much is in mother's savings book?", "14,200"),
        ("How much did mother weigh in February 2025?", "58.4"),
        ("Who mounted the handrail in the hallway?", "Petrovic"),
        ("Who ordered the lock-in amplifier in 2024?", "Teodor"),
        ("How many litres of nitrogen did we use in April?", "365"),
        ("What does the care service cost from May?", "“The care service costs 1,226"),
        ("At what time is the evening visit from April?", "“From April on"),
        ("How many children signed up for the training in 2024?", "14"),
        ("Who owns Petrel?", "Ibrahim"),
        ("How much is the livery fee of Comet?", "410"),
        ("Wer hat das Vereinshaus gebaut?", "Otto Stahl"),
        ("Wer hat die Hecke geschnitten?", "Nowak"),
        ("What is the customer number of the nurses?", "50871"),
        ("When was the coffee machine bought?", "2020"),
        ("How much does a mooring over 7 m cost in 2025?", "“What: Mooring, over 7 m · Fee 2025: 356”"),
        ("Who has the key of the helium room?", "Wiebke"),
        ("Who painted the faces at the summer fair?", "Noor"),
        ("What is the line width of 037?", "55"),
        ("How much is the excess of Mannheimer?", "500"),
        ("Where was the hearing aid?", "brown jacket"),
        ("When did father sign his living will?", "“Father has no living will yet.” [1]"),
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


def test_days_in_may_were_read_as_none() -> None:
    assert days_in("The fair is on 3 May.") == {(5, 3)}
    assert days_with_year("Meeting of 2 May 2024") == [(2024, 5, 2)]
    assert days_in("We may 3 times.") == frozenset()


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How much did mother weigh in January?", "number"),
        ("What is the quote for the pump?", "money"),
        ("Which new rent does Ines pay?", "money"),
        ("What did Kolb want for the roof?", "money"),
    ],
)
def test_a_weight_was_taken_for_money_and_a_rent_for_a_name(question: str, kind: str) -> None:
    assert understand(question).kind == kind
