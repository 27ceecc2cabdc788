"""Questions as people type them: in small letters, short, and in words of every day."""

from __future__ import annotations

import pytest

from gemmasearch.answering import answer
from gemmasearch.answering.question import understand
from gemmasearch.store import Store
from tests.answering.conftest import Add

WRIST = "# Health\n\nNora: broke her left wrist on the trampoline on 13 May 2021, plaster for five weeks.\nJesper: hay fever, takes cetirizine.\n"
SCHOOL = "# School\n\nWe were told that Jesper moved up to set 2. The teacher of Nora is Mrs Kaye.\n"


def test_the_fall_of_another_was_told_of_a_name_in_small_letters(store: Store, add: Add) -> None:
    add("/n/health.md", WRIST, title="Health")
    add("/n/school.md", SCHOOL, title="School")
    assert not answer(store, None, None, "When did Jesper break his wrist?").found
    assert not answer(store, None, None, "when did jesper break his wrist").found
    assert "13 May 2021" in answer(store, None, None, "when did nora break her wrist").text


QUOTES = """# Bathroom at home

Three quotes came in:

| Firm | Price | Weeks | Remarks |
|---|---|---|---|
| Calder Bathrooms | £7,850 | 3 | includes tiling |
| J. Whitmore | £6,400 | 4 | tiling extra |
| Aqua & Stone | £9,120 | 2 | underfloor heating |
"""


def test_rows_without_a_word_of_the_question_were_left_out_of_the_cheapest(store: Store, add: Add) -> None:
    add("/n/bathroom.md", QUOTES, title="Bathroom at home")
    assert "Whitmore" in answer(store, None, None, "which bathroom quote was the cheapest").text


def test_an_everyday_verb_led_to_another_note_with_a_day(store: Store, add: Add) -> None:
    add("/n/talks.md", "# Talks with Wolfgang\n\nHR said yes to 32 hours, from 1 February, not January.\n")
    add("/n/laptop.txt", "Work laptop: ThinkPad T14, asset tag PL-0482, got it on 8 January 2024.\n32 GB.\n")
    assert "1 February" in answer(store, None, None, "from when can i work 32 hours").text


VISIT = """Residential visit to Robin Hood's Bay, 10 to 14 June 2024

The total cost of the visit is £285.
The coach leaves from the bus bay at 8.15 on Monday morning and is expected back on Friday.
"""


def test_the_days_of_a_visit_were_told_for_the_time_of_its_coach(store: Store, add: Add) -> None:
    add("/n/visit.txt", VISIT, title="visit")
    told = answer(store, None, None, "What time does the coach leave for Robin Hood's Bay?").text
    assert "8.15" in told.partition("\n")[0]


CAKE = "# Lemon drizzle\n\n225 g butter, 4 eggs, zest of 2 lemons.\nBake at 170 fan for 45 minutes in a loaf tin.\nDrizzle: juice of 2 lemons and 85 g sugar.\n"


@pytest.mark.parametrize(
    "question", ["what temp for the lemon drizzle", "what temperature for lemon drizzle?"]
)
def test_the_heat_of_an_oven_is_told_without_a_degree(store: Store, add: Add, question: str) -> None:
    add("/n/cake.md", CAKE, title="Lemon drizzle")
    assert "170" in answer(store, None, None, question).text


DOOR = "Keys handed over: two front door, two flat door, one window key.\n"
LOG = "# Log\n\n**5 July** - Front door repainted (Hague Blue), two coats.\n"


def test_no_colour_was_told_where_it_was_asked_for_without_a_verb(store: Store, add: Add) -> None:
    add("/n/keys.txt", DOOR, title="inventory")
    add("/n/log.md", LOG, title="Log")
    assert "Hague Blue" in answer(store, None, None, "colour of the front door").text


LESSONS = "# Lessons\n\nTrombone lessons with Mr Fell, £17 for half an hour.\nNora's flute teacher is Mrs Kaye, on Thursdays.\n"


def test_a_name_was_told_for_a_price_that_nothing_tells(store: Store, add: Add) -> None:
    add("/n/lessons.md", LESSONS)
    assert not answer(store, None, None, "What is Nora's flute lesson price?").found
    assert understand("flute lesson price").kind == "money"
    assert understand("price of the flute lessons").kind == "money"


@pytest.mark.parametrize(
    ("text", "question", "told"),
    [
        ("Tomatoes at last: Gardener's Delight is best, Moneymaker poor.", "which tomato variety was best", "Delight"),
        ("Switched from Orbit Energy to Fellside Power in May.", "which energy company are we with now", "Fellside"),
        ("Cottage: Tigh na Mara near Bunessan, a week, £1,140.", "what was the cottage called", "Tigh na Mara"),
    ],
)  # fmt: skip
def test_what_names_a_thing_was_refused_for_not_naming_its_class(
    store: Store, add: Add, text: str, question: str, told: str
) -> None:
    add("/n/note.md", text)
    add("/n/other.md", "The best firm that we called is in another company.")
    assert told in answer(store, None, None, question).text


@pytest.mark.parametrize(
    "frame", ["remind me ", "can you tell me ", "do you know ", "any idea ", "I forgot ", "anyone know "]
)
def test_words_around_a_question_were_asked_for(store: Store, add: Add, frame: str) -> None:
    bare = understand("how much the roof cost")
    framed = understand(f"{frame}how much the roof cost")
    assert (framed.kind, framed.stems) == (bare.kind, bare.stems) == ("money", ("roof", "cost"))
    assert understand("who was it that found the key").stems == understand("who found the key").stems
    assert understand("Do you know if we paid?").kind == "yesno"


FLAT = "# Flat\n\nThe balcony plants are watered by Ute from downstairs when I'm away.\nChimney sweep comes in February.\n"


def test_a_day_was_awaited_where_when_names_the_case(store: Store, add: Add) -> None:
    add("/n/flat.md", FLAT)
    assert "Ute" in answer(store, None, None, "who watered the balcony plants when i was away").text
    assert understand("what do I do when the alarm goes off").kind == "what"
    assert understand("who came and when was it").kind == "when"
    assert understand("what did she say about when the rent is due").kind == "when"


CERTIFICATES = "# Certificates\n\nThe one of the partner endpoint comes from Digisign. The current one ends on 28 March 2025.\n"


def test_what_ends_was_refused_where_it_was_asked_when_it_runs_out(store: Store, add: Add) -> None:
    add("/n/certificates.md", CERTIFICATES, title="Certificates")
    assert "28 March" in answer(store, None, None, "when does the partner certificate run out").text


MEETING = "# Annual General Meeting, 10 October 2024\n47 members attended; the quorum is 30.\nThe Christmas dinner will be on 6 December.\n"
COMMITTEE = "# Committee meeting, {day}\nThe {what}.\n"


def test_the_day_in_the_heading_of_minutes_was_not_told(store: Store, add: Add) -> None:
    add("/n/agm.md", MEETING, title="Annual General Meeting, 10 October 2024")
    add(
        "/n/one.md",
        COMMITTEE.format(day="18 January 2024", what="roof leaks"),
        title="Committee meeting, 18 January 2024",
    )
    add(
        "/n/two.md",
        COMMITTEE.format(day="21 March 2024", what="annual fee is raised to £30"),
        title="Committee meeting, 21 March 2024",
    )
    told = answer(store, None, None, "When was the annual general meeting?")
    assert told.found
    assert "10 October 2024" in told.text
    assert "6 December" not in told.text
    assert "January" not in answer(store, None, None, "When was the committee meeting?").text
    assert "21 March" in answer(store, None, None, "When was the committee meeting in March 2024?").text
