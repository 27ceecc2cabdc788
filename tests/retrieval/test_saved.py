"""Saved searches: kept in the index, and only what is new."""

from __future__ import annotations

import pytest

from gemmasearch.errors import UsageProblem
from gemmasearch.retrieval import search
from gemmasearch.retrieval.saved import named, save, saved, unseen


def test_a_saved_line_comes_back_as_it_was(store) -> None:
    line = 'lunch "north wing" -draft from:größe date:last week'
    save(store, "week", line)
    save(store, "a.b-c_d", "x")
    assert saved(store) == {"a.b-c_d": "x", "week": line}
    assert named(store, "@week") == line
    assert named(store, "mail @week") == "mail @week"
    assert named(store, "dana@example.org") == "dana@example.org"
    save(store, "week", "")
    with pytest.raises(UsageProblem, match="week"):
        named(store, "@week")


@pytest.mark.parametrize("name", ["", "a b", "@x", "../x", "x" * 65, "a\n"])
def test_odd_names_are_refused(store, name) -> None:
    with pytest.raises(UsageProblem):
        save(store, name, "lunch")


def test_only_what_came_since_is_new(add, store) -> None:
    add("/home/dana/a.md", "Lunch on Monday.")
    save(store, "lunch", "lunch")

    def new() -> list[str]:
        return [
            h.title for h in unseen(store, "lunch", search(store, None, named(store, "@lunch"), mode="words"))
        ]

    assert new() == ["a.md"]
    assert new() == []
    add("/home/dana/b.md", "Lunch on Tuesday, in the park.")
    assert new() == ["b.md"]
