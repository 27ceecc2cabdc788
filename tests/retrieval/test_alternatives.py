"""Alternatives, negations and sites as a search applies them, in every mode."""

from __future__ import annotations

import pytest

from gemmasearch.retrieval import search

MODES = ("words", "hybrid", "meaning")


@pytest.fixture
def embedder(add, embedded):
    def mail(name, sender, text, date):
        add(
            f"/home/dana/{name}.eml", text, kind="mail", title=name, sender=f"{sender}@example.org", date=date
        )

    mail("one", "tom", "The boiler makes a noise.", 1.70e9)
    mail("two", "dana", "The boiler is fine again.", 1.72e9)
    mail("three", "lucia", "The invoice for the boiler came today.", 1.74e9)
    mail("four", "tom", "Shall we have lunch?", 1.75e9)
    return embedded()


def found(store, embedder, line: str, mode: str) -> set[str]:
    return {h.title for h in search(store, embedder, line, mode=mode)}


@pytest.mark.parametrize("mode", MODES)
def test_either_sender(store, embedder, mode) -> None:
    assert found(store, embedder, "boiler from:tom OR from:dana -lunch", mode) == {"one", "two"}
    assert found(store, embedder, "boiler (from:tom OR from:dana) AND noise", mode) == {"one"}


@pytest.mark.parametrize("mode", MODES)
def test_a_sender_or_a_word(store, embedder, mode) -> None:
    assert found(store, embedder, "from:tom OR invoice", mode) == {"one", "three", "four"}
    assert found(store, embedder, "(from:tom noise) OR (from:lucia invoice)", mode) == {"one", "three"}


@pytest.mark.parametrize("mode", MODES)
def test_what_is_not_of_a_span_of_time(store, embedder, mode) -> None:
    assert found(store, embedder, "boiler -date:2024-07 -lunch", mode) == {"one", "three"}


def test_alternatives_of_filters_let_in_what_has_none_of_the_words_beside_them(store, embedder) -> None:
    for line in ("(from:lucia OR from:dana) noise", "noise (from:lucia OR from:dana)"):
        assert found(store, embedder, line, "words") == set()
    assert found(store, embedder, "(from:tom OR from:lucia) noise", "words") == {"one"}
    assert found(store, embedder, "(from:lucia OR noise) boiler", "words") == {"one", "three"}
    assert found(store, embedder, "from:lucia OR noise", "words") == {
        "one",
        "three",
    }  # that is what it is for


def test_filters_alone_in_alternatives_are_listed_newest_first(store, embedder) -> None:
    assert [h.title for h in search(store, None, "from:lucia OR date:2024-07")] == ["three", "two"]
    assert [h.title for h in search(store, None, "-(from:tom OR from:lucia)")] == ["two"]


def test_a_term_without_letters_among_alternatives_lets_nothing_in(store, embedder) -> None:
    assert found(store, embedder, "from:nobody OR ☃", "words") == set()


def test_a_site_is_a_host_with_all_below_it_and_not_any_metadata(add, store) -> None:
    def page(name, url, **meta):
        add(f"/h/{name}", name, kind="visit", title=name, meta={"url": url, **meta}, date=1.7e9)

    page("a", "https://www.example.org/notes/1")
    page("b", "http://docs.example.org/")
    page("c", "https://notexample.org/example.org")
    page("d", "https://other.net/", author="example.org")

    def titles(line: str) -> list[str]:
        return sorted(h.title for h in search(store, None, line))

    assert titles("site:example.org") == ["a", "b"]
    assert titles("site:https://example.org/notes") == ["a"]
    assert titles("site:docs.example.org OR site:other.net") == ["b", "d"]
    assert titles("visited:2023-11 -site:example.org") == ["c", "d"]
    assert titles("visited:2022") == []


@pytest.mark.parametrize("mode", MODES)
def test_what_a_person_wrote_was_not_found_by_the_filter_that_is_named_for_author(
    add, store, embedder, mode
) -> None:
    """`author:` is told to be `from:` here."""

    def written(name, kind, **meta):
        add(f"/b/{name}", f"The {name} says what a boiler is.", kind=kind, title=name, meta=meta, date=1.7e9)

    written("book", "book", author="Nora Muñoz, Dana Bell")
    written("paper", "pdf", author="O'Brien")
    written("deck", "slides", subject='"author"')
    assert found(store, embedder, "from:munoz", mode) == {"book"}
    assert found(store, embedder, 'from:"dana bell"', mode) == {"book"}
    assert found(store, embedder, "from:o'brien", mode) == {"paper"}
    assert found(store, embedder, "-from:munoz -from:o'brien -from:tom", mode) == {"deck", "two", "three"}
    assert found(store, embedder, "from:unoz", mode) == set()
    assert found(store, embedder, "from:dana", mode) == {"two", "book"}


@pytest.mark.parametrize("mode", MODES)
def test_brackets_behind_a_filter_hold_its_values(store, embedder, mode) -> None:
    assert found(store, embedder, "boiler from:(tom OR dana) -lunch", mode) == {"one", "two"}
    assert found(store, embedder, "boiler -from:(tom OR dana)", mode) == {"three"}


@pytest.mark.parametrize("mode", MODES)
def test_a_phrase_that_goes_on(store, embedder, mode) -> None:
    assert found(store, embedder, '"boiler makes a noi*"', mode) == {"one"}
    assert found(store, embedder, '"boiler came to*" OR "is fin*"', mode) == {"two", "three"}
    assert "one" not in found(store, embedder, 'boiler -"a noi*"', mode)
