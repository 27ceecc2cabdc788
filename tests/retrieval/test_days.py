"""A day in another notation than the index has."""

from __future__ import annotations

import pytest

from gemmasearch.retrieval import days, parse, search


def named(line: str) -> list[tuple[int, int, int]]:
    return [tuple(day) for _, day in days.named(parse(line).words)]


@pytest.mark.parametrize(
    "line",
    [
        "3 July 2026", "3.7.2026", "03.07.2026", "2026-07-03", "2026/7/3", "3rd of July 2026", "July 3rd, 2026",
        "Jul 3 2026", "am 3. Juli 2026", "le 3 juillet 2026", "3 de julio de 2026", "paid on 3 July 2026?",
    ],
)  # fmt: skip
def test_a_day_is_read_in_many_notations(line: str) -> None:
    assert named(line) == [(2026, 7, 3)]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("invoice July 2026", [(2026, 7, 0)]), ("2026-07", [(2026, 7, 0)]), ("7/3/2026", []), ("in 2026", []),
        ("3 July", []), ("2026-13-03", []), ("version 12.2026", []), ("july", []),
    ],
)  # fmt: skip
def test_what_may_be_read_in_two_ways_or_is_no_day_names_none(
    line: str, found: list[tuple[int, int, int]]
) -> None:
    assert named(line) == found


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("3 July 2026", "Dotted"), ("2026-07-03", "Dotted"), ("14 May 2026", "Written"), ("14.5.2026", "Written"),
        ("1. August 2026", "Digits"), ("August 2026 invoice", "Digits"), ("22.07.2026", "Month first"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("mode", ["hybrid", "words"])
def test_a_day_was_not_found_in_another_notation(add, store, line: str, title: str, mode: str) -> None:
    add("/n/a.md", "The appointment is on 3.7.2026 at half past nine.", title="Dotted")
    add("/n/b.md", "Invoice 2026-0815 of the May campaign, paid on May 14th, 2026.", title="Written")
    add("/n/c.md", "Insurance, 2026-08-01, 300 EUR.", title="Digits")
    add("/n/d.md", "Shipped 07/22/2026, received later.", title="Month first")
    for at in range(9):
        add(
            f"/n/{at}.md",
            f"In 2026 there were {at + 3} meetings, in July and in August, on the {at}th.",
            title=f"{at}",
        )
    assert search(store, None, line, mode=mode)[0].title == title
