"""What is found by a word that the files write otherwise."""

from __future__ import annotations

import pytest

from gemmasearch.retrieval import search

OTHERS = (
    (
        "invoice",
        "Invoice of the gardener, 120 euros, to be paid by bank transfer before the end of the month.",
    ),
    ("lunch", "We had lunch at the lake and talked about the news of the week and about old times."),
    ("paper", "New paper for the printer, two boxes, 80 grams, from the shop at the corner."),
)


@pytest.fixture
def titles(add, store):
    """titles(line) after some notes were added: what a search by words finds."""
    for name, text in OTHERS:
        add(f"/h/{name}.md", text, title=name)

    def found(line: str) -> list[str]:
        return [hit.title for hit in search(store, None, line, mode="words")]

    return found


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Rechnung Nr. 7, zahlbar bis zum Ende des Monats.", "Rechnungen"),
        ("Die Wärmepumpe ist seit dem Herbst in Betrieb und leise.", "Wärmepumpen"),
        ("Die Kündigungsfrist beträgt für beide Seiten drei Monate.", "Kündigungsfristen"),
        ("La clé est chez le voisin, et les chevaux sont dans le pré.", "voisines"),
    ],
)
def test_a_lone_word_is_stemmed_in_the_language_of_the_files(add, titles, written, typed) -> None:
    add("/h/there.md", written, title="there")
    assert titles(typed) == ["there"]


def test_a_word_that_is_used_in_another_language_keeps_its_own_stem(add, titles) -> None:
    add("/h/neu.md", "Das ist new, und die Leute sagen nicht, was es ist.", title="neu")
    assert titles("news") == ["lunch"], "German would make new of it"


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("IBAN DE89 3704 0044 0532 0130 00 at the savings bank", "DE89370400440532013000"),
        ("IBAN DE89370400440532013000 at the savings bank", "DE89 3704 0044 0532 0130 00"),
        ("Service: 0800 22 44 666, day and night", "08002244666"),
        ("Service: 0800 22 44 666, day and night", "0800/2244666"),
        ("Service: 0800 22 44 666, day and night", "0800 224 46 66"),
        ("Crane: +49 4464 869 1234", "04464 8691234"),
        ("Crane: 04464 869 1234", "+49 4464 8691234"),
        ("Crane: 04464 869 1234", "00494464 869-1234"),
        ("Policy HR-99-204.118/7 of the household", "HR992041187"),
        ("MAC 3c:a6:2f:11:0b:9e on the label", "3ca62f110b9e"),
    ],
)
def test_a_number_is_found_in_whatever_groups_it_is_written(add, titles, written, typed) -> None:
    add("/h/there.md", written, title="there")
    add(
        "/h/other.md",
        "Other numbers: 22 44, 0800, 666, 869, 1234, 04464, 118, 7, 99, 204, DE, 11",
        title="other",
    )
    assert titles(typed)[:1] == ["there"]


def test_a_long_number_costs_no_time_to_cut_into_digits(add, titles) -> None:
    add("/h/digits.md", " ".join(f"{n}" for n in range(200)), title="digits")
    assert titles("1" * 34) == []


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Die Wärmepumpe ist seit dem Herbst in Betrieb und leise.", "Waermepumpe"),
        ("Frau Mueller ist nicht da, sie kommt am Freitag wieder.", "Müller"),
        ("Herr Öztürk und seine Leute sind da, um die Heizung zu warten.", "Oeztuerk"),
        ("Der Wartungsvertrag ist seit dem Mai nicht mehr gültig.", "Wartung Vertrag"),
        ("The admin page of the FRITZ!Box is at home.", "fritzbox"),
        ("Her web site moved.", "website"),
    ],
)
def test_umlauts_written_out_and_parts_of_compounds_find_each_other(add, titles, written, typed) -> None:
    add("/h/there.md", written, title="there")
    assert titles(typed) == ["there"]


def test_english_parts_are_not_linked_by_an_s(add, titles) -> None:
    add("/h/news.md", "The newspaper says that it was not the weather.", title="newspaper")
    assert "newspaper" not in titles("new paper")


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("I don't like the walnut bread.", "dont"),
        ("They dont sell walnut oil here.", "don't"),
        ("They dont sell walnut oil here.", "don’t"),
        ("It isn’t the walnut.", "isnt"),
        ("Patrick O'Brien wrote a letter.", "obrien"),
        ("Mr OBrien called.", "O'Brien"),
        ("Send me an e-mail tonight.", "email"),
        ("An email came from Tom.", "e-mail"),
        ("The wi-fi password is on the box.", "wifi"),
        ("The wifi router is in the hall.", "Wi-Fi"),
        ("A treaty of co-operation was signed.", "cooperation"),
        ("The cooperation among neighbours is good.", "co-operation"),
        ("The X-ray was clear.", "xray"),
        ("By k-means the flats fall into four groups.", "kmeans"),
        ("My motherinlaw came.", "mother-in-law"),
        ("The reentry of the capsule.", "re\u2011entry"),
    ],
)
def test_words_with_and_without_a_hyphen_or_an_apostrophe_did_not_find_each_other(
    add, titles, written, typed
) -> None:
    add("/h/there.md", written, title="there")
    assert titles(typed) == ["there"]


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("The shed is behind the ill oak, hell knows, and it went well.", "she'd I'll he'll we'll"),
        ("He'd rank it low, it's low, and the class is C and Andy's.", "drank slow another"),
        ("They'll earn more; we're entry number two.", "learn"),
        ("It's mile seven.", "smile"),
    ],
)
def test_words_that_only_look_alike_without_the_apostrophe_stay_apart(add, titles, written, typed) -> None:
    add("/h/there.md", written, title="there")
    assert titles(typed) == []


def test_a_frequent_word_is_not_looked_for_with_a_hyphen(add, titles) -> None:
    for n in range(110):
        add(f"/h/{n}.md", f"An email of day {n}.", title=f"{n}")
    add("/h/there.md", "Send me an e-mail tonight.", title="there")
    assert "there" not in titles("email")
