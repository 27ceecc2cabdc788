"""What was done is told only by what speaks of the deed."""

from __future__ import annotations

from dataclasses import replace

from gemmasearch.answering import answer
from gemmasearch.answering.asking import extract_from
from gemmasearch.answering.question import understand
from gemmasearch.documents import Evidence
from gemmasearch.store import Store
from tests.answering.conftest import Add
from tests.answering.passages import hit

FUNDING = (
    "- Harbour Trust fellowship: 34,000 a year through August 2027\n"
    "- Reed Foundation: applied in January 2026, rejected in May\n"
)
CLUB = 'January: "The Quiet Hill", at Shona\'s\nMarch: "The Winter Book", at Shona\'s\n'


def _said(store: Store, question: str) -> str:
    found = answer(store, None, None, question)
    return found.text if found.found else ""


def test_the_end_of_a_fellowship_was_told_for_the_day_of_hearing_back(store: Store, add: Add) -> None:
    add("/n/funding.md", FUNDING, title="Funding")
    add("/n/dentist.md", "The dentist heard back from the insurer on 3 May.", title="Dentist")
    assert not _said(store, "When did I hear back from Harbour Trust?")
    assert "34,000" in _said(store, "How much is the Harbour Trust fellowship?")


def test_where_a_book_club_met_was_told_for_the_books_that_somebody_lent(store: Store, add: Add) -> None:
    add("/n/book-club.txt", CLUB, title="Book club books")
    assert not _said(store, "Which books did Shona lend me?")
    add("/n/shelf.md", 'Shona has lent us "Dry Stone". Give it back.', title="Shelf")
    assert "Dry Stone" in _said(store, "Which books did Shona lend me?")


def test_a_verb_is_also_told_by_its_noun_its_irregular_form_and_the_column_it_names(
    store: Store, add: Add
) -> None:
    add("/n/thesis.md", "Defense of the thesis: 11 June 2027, in the great hall.", title="Thesis plan")
    add("/n/stove.md", "The flue was swept by Orla on 3 March 2026.", title="Stove flue")
    add(
        "/n/garden.csv",
        "bed,crop,sown\n4,beans,2026-02-21\n5,leeks,2026-03-30\n",
        kind="data",
        title="garden",
    )
    assert "11 June 2027" in _said(store, "When do I defend my thesis?")
    assert "3 March 2026" in _said(store, "When did we sweep the flue?")
    assert "2026-02-21" in _said(store, "When did I sow the beans?")


def test_a_title_was_told_as_a_second_sentence() -> None:
    note = hit(
        "# Books lent\n\nThe Log of the Sea | Annika", title="Books that I lent", headings=("Books lent",)
    )
    asked = understand("Which books did I lend to Annika?")
    asked = replace(asked, kind="what")
    told = Evidence("The Log of the Sea | Annika", note, 0.5)
    assert extract_from(asked, [told, Evidence("Books that I lent", note, 0.5)]) == [told]


def test_what_was_harvested_was_refused_where_only_its_weight_is_told(store: Store, add: Add) -> None:
    add("/n/bees.md", "Honey 2024: 27 kg.", title="Bees")
    assert "27 kg" in _said(store, "How much honey did we harvest in 2024?")
    assert not _said(store, "How much honey did we sell in 2024?")
