"""The last, the cheapest, last year: which of several entries is meant."""

from __future__ import annotations

from datetime import datetime

import pytest

from gemmasearch.answering import answer
from gemmasearch.answering.scope import dated
from gemmasearch.store import Store
from tests.answering.conftest import Add

QUOTES = """# Heat pump, quotes

| Firm | Model | Price | Delivery |
|---|---|---|---|
| Klimatec | Altherma | 13,900 € | 8 weeks |
| Warmteplus | aroTHERM | 12,650 € | 14 weeks |
| Van Hecke | Aquarea | 15,200 € | 5 weeks |
"""
MARKETS = "date,market,stall EUR,takings EUR\n2025-05-18,Deinze,40,612\n2025-12-14,Ghent,120,2245\n2026-05-17,Latem,45,574\n"


@pytest.mark.parametrize(
    ("question", "firm"),
    [
        ("Which of the quotes for the heat pump is the cheapest?", "Warmteplus"),
        ("Which heat pump is the most expensive of the quotes?", "Van Hecke"),
        ("Which heat pump of the quotes has the shortest delivery?", "Van Hecke"),
    ],
)
def test_any_row_or_none_was_told_for_the_cheapest(store: Store, add: Add, question: str, firm: str) -> None:
    add("/n/quotes.md", QUOTES, title="Heat pump, quotes")
    assert firm in answer(store, None, None, question).text


def test_the_column_is_that_of_numbers_even_where_another_is_named(store: Store, add: Add) -> None:
    add("/n/markets.csv", MARKETS, kind="data", title="markets")
    assert "2245" in answer(store, None, None, "Which market had the highest takings?").text


def test_where_no_column_tells_no_row_is_the_biggest(store: Store, add: Add) -> None:
    add("/n/markets.csv", MARKETS, kind="data", title="markets")
    assert not answer(store, None, None, "Which of the markets is the smallest?").found


CHIMNEY = (
    "date,sweep,remark,paid EUR\n2024-09-28,De Roetveger,,65\n2026-10-03,Schouwcare,,70\n2025-10-11,Schouwcare,new cap,118\n"
    "2091-10-11,Schouwcare,ordered,75\n"
)


def test_any_day_or_none_was_told_for_the_last_time(store: Store, add: Add) -> None:
    add("/n/chimney.csv", CHIMNEY, kind="data", title="chimney")
    assert "2026-10-03" in answer(store, None, None, "When did the chimney sweep come last?").text


def test_another_thing_was_told_for_the_last_time(store: Store, add: Add) -> None:
    filters = "date,what,paid EUR\n2025-08-02,water filter changed,39\n2026-08-19,water filter changed,42\n2026-09-30,descaler,18\n"
    add("/n/filter.csv", filters, kind="data", title="filter")
    assert "2026-08-19" in answer(store, None, None, "When did I last change the water filter?").text


def test_last_year_was_waited_for_in_the_rows_of_a_table(store: Store, add: Add) -> None:
    year = datetime.now().year - 1
    add("/n/chimney.csv", CHIMNEY.replace("2025", str(year)), kind="data", title="chimney")
    found = answer(store, None, None, "What did the chimney sweep cost last year?")
    assert "118" in found.text
    assert not any("of that time" in note for note in found.notes)


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("What did the sweep cost last year?", "What did the sweep cost in 2025?"),
        ("Was hat der Kaminkehrer letztes Jahr gekostet?", "Was hat der Kaminkehrer im Jahr 2025 gekostet?"),
        ("Was kostete es im vergangenen Jahr?", "Was kostete es im Jahr 2025?"),
        ("Combien coûtait le ramoneur l'année dernière?", "Combien coûtait le ramoneur en 2025?"),
        ("What was the last year of production?", "What was the last year of production?"),
    ],
)
def test_a_year_that_counts_from_today_is_asked_by_its_number(asked: str, meant: str) -> None:
    assert dated(asked, datetime(2026, 11, 30)) == meant
