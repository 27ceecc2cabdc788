"""Saved searches: kept in the index, and only what is new."""

from __future__ import annotations

import pytest

from gemmasearch.errors import NothingFound, UsageProblem
from gemmasearch.retrieval import search
from gemmasearch.retrieval.saved import kept, named, save, saved, unseen
from tests.embedded import embed


def test_a_saved_line_comes_back_as_it_was(store) -> None:
    line = 'lunch "north wing" -draft from:größe date:last week'
    save(store, "week", line)
    save(store, "a.b-c_d", "x")
    assert saved(store) == {"a.b-c_d": "x", "week": line}
    assert named(store, "@week") == line
    assert named(store, "mail @week") == "mail @week"
    assert named(store, "dana@example.org") == "dana@example.org"
    assert named(store, "@week type:mail") == f"{line} type:mail"
    save(store, "week", "")
    assert named(store, "@week") == "@week", "no text is an error: it is searched as words"
    with pytest.raises(UsageProblem, match="week"):
        kept(store, "week")


@pytest.mark.parametrize("name", ["", "a b", "@x", "../x", "x" * 65, "a\n"])
def test_odd_names_are_refused(store, name) -> None:
    with pytest.raises(UsageProblem):
        save(store, name, "lunch")


def test_only_what_came_since_is_new(add, store) -> None:
    add("/home/dana/a.md", "Lunch on Monday.")
    save(store, "lunch", "lunch")

    def new() -> list[str]:
        found = search(store, None, named(store, "@lunch"), mode="words")
        return [h.title for h in unseen(store, "lunch", found)[0]]

    assert new() == ["a.md"]
    assert new() == []
    add("/home/dana/b.md", "Lunch on Tuesday, in the park.")
    assert new() == ["b.md"]


def test_new_hits_beyond_the_limit_stay_new(add, store) -> None:
    save(store, "lunch", "lunch")
    for number in range(5):
        add(f"/home/dana/{number}.md", f"Lunch, and number{number} of five quite different notes on food.")

    def new(limit: int | None) -> tuple[int, int]:
        hits, left = unseen(store, "lunch", search(store, None, "lunch", mode="words", collapse=False), limit)
        return len(hits), left

    assert [new(2), new(2), new(None), new(None)] == [(2, 3), (2, 1), (1, 0), (0, 0)]


def test_what_could_not_be_shown_was_not_new_any_more(add, store) -> None:
    save(store, "lunch", "lunch")
    add("/home/dana/a.md", "Lunch on Monday.")

    def refused(hits: object, left: int) -> None:
        raise OSError(28, "No space left on device")

    found = search(store, None, "lunch", mode="words")
    with pytest.raises(OSError, match="No space"):
        unseen(store, "lunch", found, deliver=refused)
    assert [len(unseen(store, "lunch", found)[0]) for _ in range(2)] == [1, 0]


def test_a_passage_that_waits_for_its_vector_is_new_once_it_is_found_by_its_meaning(add, store) -> None:
    """A run writes the words first: what a search by meaning cannot find yet was counted as looked at."""
    save(store, "lunch", "lunch")
    add("/home/dana/a.md", "A meal at noon.")
    embed(store)
    add("/home/dana/b.md", "Soup in the park.")
    add("/home/dana/c.md", "Lunch on Monday.")
    assert store.found_upto() == 1

    def new(line: str) -> list[str]:
        hits = search(store, None, line, mode="words")
        return [hit.title for hit in unseen(store, "lunch", hits, upto=store.found_upto())[0]]

    assert new("lunch") == ["c.md"]
    embed(store)
    assert store.found_upto() == 3
    assert new("soup OR lunch") == ["b.md"], "as its meaning finds it now"
    assert new("soup OR lunch OR meal") == []


def test_names_that_stand_for_each_other_never_lead_in_circles(store) -> None:
    assert save(store, "a", "lunch") == ""
    save(store, "b", "@a park")
    assert save(store, "a", "@b") == "lunch", "what the name stood for is told"
    assert saved(store) == {"a": "lunch park", "b": "lunch park"}


def test_forgetting_a_name_that_is_not_there_is_no_success(store) -> None:
    with pytest.raises(NothingFound, match="nope"):
        save(store, "nope", "")


def test_saving_the_same_line_again_forgot_what_had_been_shown(add, store) -> None:
    add("/home/dana/a.md", "Lunch on Monday.")

    def new() -> int:
        return len(unseen(store, "lunch", search(store, None, named(store, "@lunch"), mode="words"))[0])

    save(store, "lunch", "lunch")
    assert new() == 1
    assert save(store, "lunch", "lunch") == "lunch"
    assert new() == 0
    save(store, "lunch", "lunch monday")
    assert new() == 1, "another line begins anew"
