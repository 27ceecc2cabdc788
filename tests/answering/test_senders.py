"""Senders and times that a question names, and what of theirs is told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gemmasearch.answering import answer
from gemmasearch.answering.scope import as_written, named_in
from gemmasearch.documents import Condition
from gemmasearch.store import Store
from tests.answering.conftest import Add
from tests.answering.passages import noon


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("What did Dana write about the boiler?", "Dana"),
        ("what has Dana Bell said about it", "Dana Bell"),
        ("Show me the mail from Lucía about the party", "Lucía"),
        ("Was hat Weller über die Heizung geschrieben?", "Weller"),
        ("Was schrieb Frau Hohlbein im Mai?", "Hohlbein"),
        ("What did Dr. Okafor say?", "Okafor"),
        ("Qu'est-ce que Marie a écrit sur la fête ?", "Marie"),
        ("¿Qué escribió Lucía?", "Lucía"),
    ],
)
def test_a_sender_that_the_question_names_becomes_a_filter(question: str, name: str) -> None:
    assert named_in(question)[0] == Condition("from", "has", name)


@pytest.mark.parametrize(
    "question", ["Who wrote the report?", "What did I write about Dana?", "When was Dana born?", ""]
)
def test_a_name_that_is_no_sender_filters_nothing(question: str) -> None:
    assert named_in(question) == ()


@pytest.mark.parametrize("said", ["in March", "in March 2026", "im März 2026", "en marzo de 2026"])
def test_a_time_beside_a_sender_becomes_a_filter(said: str) -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    sender, low, high = named_in(f"What did Dana write about the boiler {said}?", now)
    assert sender.value == "Dana"
    assert isinstance(low.value, float) and isinstance(high.value, float)
    assert datetime.fromtimestamp(low.value + 86400, UTC).month == 3
    assert 27 * 86400 < high.value - low.value < 32 * 86400


@pytest.mark.parametrize("question", ["Which invoices came in March 2026?", "What did I write last week?"])
def test_a_time_of_documents_needs_no_sender(question: str) -> None:
    fields = {condition.field for condition in named_in(question, datetime(2026, 11, 23, tzinfo=UTC))}
    assert fields == {"date"}


def test_a_time_that_is_asked_about_filters_nothing() -> None:
    assert named_in("Which treaty ended the war of 1914?") == ()


def test_what_a_sender_wrote_is_asked_without_a_topic(store: Store, add: Add) -> None:
    told = {
        "/m/1.eml": "The boiler will be serviced on Monday.",
        "/m/2.eml": "The ladder is in the shed now.",
    }
    for path, text in told.items():
        add(path, text, kind="mail", sender="Weller <w@x.org>", title="Note", date=1773500000.0)
    add("/m/3.eml", "What did you write in March?", kind="mail", sender="Tom <t@x.org>", title="Question")
    found = answer(store, None, None, "What did Weller write in March 2026?")
    assert found.found and {e.hit.path for e in found.evidence} == set(told)
    assert not answer(store, None, None, "What did Weller write in May 2026?").found
    add(
        "/m/4.eml",
        "Dear Dana,\nI hope you are well. Please send the key to Tom.",
        kind="mail",
        sender="Ida <i@x.org>",
    )
    assert "send the key" in answer(store, None, None, "What did Ida write?").text


def test_a_scope_that_holds_no_answer_is_given_up(store: Store, add: Add) -> None:
    add(
        "/m/1.eml",
        "The boiler will be serviced on Monday.",
        kind="mail",
        sender="Weller <w@x.org>",
        title="Boiler",
    )
    add(
        "/m/2.eml",
        "Dana said the boiler makes a strange noise.",
        kind="mail",
        sender="Tom <t@x.org>",
        title="Boiler",
    )
    found = answer(store, None, None, "What did Weller write about the boiler?")
    assert [c.hit.path for c in found.citations] == ["/m/1.eml"]
    found = answer(store, None, None, "What did Dana say about the noise of the boiler?")
    assert [c.hit.path for c in found.citations] == ["/m/2.eml"]


def test_a_sender_with_a_month_and_a_year_is_asked_of_that_mail(store: Store, add: Add) -> None:
    """The year stayed a word to look for, and other people's text was the answer."""
    for month, said in ((2, "The keys are with the neighbour."), (3, "The roof has been mended.")):
        add(f"/m/{month}", said, kind="mail", sender="Dana Bell <d@x.org>", date=noon(2025, month))
    add("/n/rent.md", "From February 2025 the monthly rent is 1,015 euros.")
    found = answer(store, None, None, "What did Dana write in February 2025?", extract=True)
    assert "keys" in found.text and not found.notes
    assert not answer(store, None, None, "What did Olaf write in May 2025?", extract=True).found
    add("/n/said.md", "Dana said that the heating costs 88 euros a month.")
    other = answer(store, None, None, "What did Dana say about the heating costs?", extract=True)
    assert "88 euros" in other.text and other.notes == ("nothing from Dana answers this; other documents do",)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("what did dana write in february 2025", "keys"),
        ("was hat dana im februar 2025 geschrieben", "keys"),
        ("mail from dana about the roof", "mended"),
        ("what did dana say", "mended"),
    ],
)
def test_a_sender_in_small_letters_was_no_sender(store: Store, add: Add, question: str, said: str) -> None:
    for month, text in ((2, "The keys are with the neighbour."), (3, "The roof has been mended.")):
        add(f"/m/{month}", text, kind="mail", sender="Dana Bell <d@x.org>", date=noon(2025, month))
    add("/n/roof.md", "Olaf wrote that the roof of the chapel was painted in February 2025.")
    found = answer(store, None, None, question, extract=True)
    assert said in found.text and "chapel" not in found.text


def test_a_word_in_the_place_of_a_sender_that_sent_nothing_is_none(store: Store, add: Add) -> None:
    add(
        "/m/1",
        "The roof has been mended.",
        kind="mail",
        sender="Mail Service <it@the.org>",
        date=noon(2025, 2),
    )
    add("/n/said.md", "The surveyor said that the roof leaks.")
    for question in ("what did the surveyor say about the roof", "what does the mail say about the roof"):
        assert answer(store, None, None, question, extract=True).found
        assert as_written(question, lambda name: False) == question
    assert as_written("what does the mail say", lambda name: True) == "what does the mail say"


def test_what_somebody_wrote_was_a_paper_that_came_with_the_mail(store: Store, add: Add) -> None:
    mail = {"sender": "Dana Bell <d@x.org>", "date": noon(2025, 2)}
    add("/m/1", "Great, I booked it.", kind="mail", part="a1", **mail)
    add(
        "/m/2",
        "The annual premium is 148 euros.",
        kind="pdf",
        part="a1/p.pdf",
        meta={"attached_to": "a1"},
        **mail,
    )
    wrote = answer(store, None, None, "What did Dana write in February 2025?", extract=True)
    assert "booked" in wrote.text and "premium" not in wrote.text
    assert "premium" in answer(store, None, None, "What did Dana send in February 2025?", extract=True).text


def test_filters_alone_tell_what_their_newest_documents_want(store: Store, add: Add) -> None:
    add("/m/1", "Please send me the keys.", kind="mail", sender="Dana Bell <d@x.org>", date=noon(2025, 2))
    assert "send me the keys" in answer(store, None, None, "from:dana", extract=True).text
