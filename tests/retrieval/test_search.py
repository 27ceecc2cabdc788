"""Searching tiny real indexes: what must be found, what must not, and what must come first."""

from __future__ import annotations

import pytest

from gemmasearch.documents import Condition
from gemmasearch.errors import UsageProblem
from gemmasearch.models.fake import FakeEmbedder
from gemmasearch.models.proxy import EmbedderProxy
from gemmasearch.retrieval import alike, parse, search, terms
from gemmasearch.store import Store
from tests.embedded import embed


def titles(hits):
    return [h.title for h in hits]


@pytest.fixture
def library(add):
    add(
        "/home/dana/notes/kubernetes.md",
        "Pods restart when the liveness probe fails.\n\nUse kubectl to see the events.",
        title="Kubernetes notes",
    )
    add(
        "/home/dana/notes/bread.md",
        "Sourdough needs flour, water and salt.\n\nLet the dough rest for twelve hours.",
        title="Bread",
    )
    add(
        "/home/dana/notes/POL-358.md",
        "The policy POL-358 covers snake_case names and getUserName.",
        title="Policy",
    )
    add("/home/dana/notes/größe.md", "Die Größe der Häuser in Köln ist beachtlich.", title="Häuser")
    add("/home/dana/notes/beijing.md", "我在北京大学学习计算机科学。", title="北京")
    add(
        "/home/dana/mail/lunch.eml", "Shall we meet for lunch on Friday?", kind="mail", title="Lunch plans",
        sender="Dana Bell <dana@example.org>", recipients="Bob Ray <bob@example.net>", date=1.71e9, attachments=("menu.pdf",),
    )  # fmt: skip
    add(
        "/home/dana/mail/report.eml", "The quarterly report is attached. Lunch is on me.", kind="mail", title="Quarterly report",
        sender="Bob Ray <bob@example.net>", recipients="Dana Bell <dana@example.org>", date=1.60e9, tags=("work/berlin",),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("liveness probe", "Kubernetes notes"),
        ("restarting pod", "Kubernetes notes"),  # stems
        ("POL-358", "Policy"),
        ("pol 358", "Policy"),
        ("pol358", "Policy"),
        ("snake case", "Policy"),
        ("snakecase", "Policy"),
        ("user name", "Policy"),
        ("groesse OR GROSSE", "Häuser"),
        ("grösse", "Häuser"),
        ("haus koln", "Häuser"),
        ("京大", "北京"),
        ("计算机", "北京"),
        ("学", "北京"),
        ("menu.pdf", "Lunch plans"),
        ("dana@example.org lunch friday", "Lunch plans"),
        ("sour*", "Bread"),
        ("beijing.md", "北京"),
        ("what is the sourdough", "Bread"),
    ],
)
def test_words_find_what_a_person_would_type(library, store, line, title) -> None:
    assert titles(search(store, None, line, mode="words"))[:1] == [title]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("lunch from:dana", {"Lunch plans"}),
        ("lunch from:ana", set()),
        ("lunch from:bell", {"Lunch plans"}),
        ("lunch -from:dana", {"Quarterly report"}),
        ("lunch to:dana@example.org", {"Quarterly report"}),
        ("lunch subject:lunch", {"Lunch plans"}),
        ("lunch type:mail", {"Lunch plans", "Quarterly report"}),
        ("lunch type:note", set()),
        ("type:note type:mail lunch", {"Lunch plans", "Quarterly report"}),
        ("lunch has:attachment", {"Lunch plans"}),
        ("lunch before:2021", {"Quarterly report"}),
        ("lunch after:2021", {"Lunch plans"}),
        ("lunch tag:work", {"Quarterly report"}),
        ("lunch tag:berlin", set()),
        ("lunch ext:eml", {"Lunch plans", "Quarterly report"}),
        ("lunch path:mail/l", {"Lunch plans"}),
        ("lunch in:/home/dana/mail", {"Lunch plans", "Quarterly report"}),
        ("lunch in:/home/dana/ma", set()),
        ("lunch in:mail", {"Lunch plans", "Quarterly report"}),
        ("lunch -report", {"Lunch plans"}),
        ('lunch "quarterly report"', {"Quarterly report"}),
        ('"report quarterly"', set()),
        ("lunch size:>2k", set()),
        ("lunch size:<2k", {"Lunch plans", "Quarterly report"}),
        ("haus lang:de", {"Häuser"}),
    ],
)
@pytest.mark.parametrize("mode", ["words", "meaning", "hybrid"])
def test_filters_hold_in_every_mode(library, store, embedded, line, expected, mode) -> None:
    found = set(titles(search(store, embedded(), line, mode=mode)))
    barred = {"Lunch plans", "Quarterly report"} - expected
    assert expected <= found
    assert not barred & found
    assert mode != "words" or found == expected


def test_a_filter_that_keeps_nothing_keeps_nothing_in_every_mode(library, store, embedded) -> None:
    embedder = embedded()
    for mode in ("words", "meaning", "hybrid"):
        assert search(store, embedder, "lunch from:nobody", mode=mode) == []


def test_filters_alone_list_the_newest_first(library, store) -> None:
    assert titles(search(store, None, "type:mail")) == ["Lunch plans", "Quarterly report"]
    assert titles(search(store, None, "has:attachment")) == ["Lunch plans"]


def test_an_exact_word_beats_its_relatives(add, store) -> None:
    add("/home/dana/a.md", "A university of the north with students and books.", title="One")
    add("/home/dana/b.md", "The universe of the north with students and books.", title="Two")
    assert titles(search(store, None, "universe", mode="words"))[0] == "Two"
    assert titles(search(store, None, "university", mode="words"))[0] == "One"


def test_a_word_in_the_title_beats_the_same_word_in_passing(add, store) -> None:
    add(
        "/home/dana/a.md",
        "We also talked about the budget for a while, and many other things came up then.",
        title="Minutes",
    )
    add(
        "/home/dana/b.md",
        "Numbers for all of the departments and some of the branches, in one table.",
        title="Budget",
    )
    assert titles(search(store, None, "budget", mode="words"))[0] == "Budget"


def test_at_most_so_many_hits_of_one_document(add, store) -> None:
    add("/home/dana/long.md", "\n\n".join(f"Paragraph {i} about cats." for i in range(20)), title="Cats")
    add("/home/dana/short.md", "One word on cats and dogs and horses.", title="Pets")
    hits = search(store, None, "cats", mode="words", per_document=2)
    assert sorted(titles(hits)) == ["Cats", "Cats", "Pets"]
    assert sorted(titles(search(store, None, "cats", mode="words", per_document=1))) == ["Cats", "Pets"]
    assert len(search(store, None, "cats", mode="words", per_document=50, limit=5)) == 5


def test_hybrid_without_a_model_goes_by_words_and_meaning_says_what_it_lacks(library, store) -> None:
    assert titles(search(store, None, "sourdough"))[0] == "Bread"
    with pytest.raises(UsageProblem):
        search(store, None, "sourdough", mode="meaning")
    with pytest.raises(UsageProblem):
        search(store, None, "sourdough", mode="telepathy")


def test_words_never_touch_the_embedder(library, store, embedded) -> None:
    embedder = embedded()
    search(store, embedder, "sourdough", mode="words")
    assert embedder.queries == 0
    search(store, embedder, "sourdough from:dana", mode="hybrid")
    assert embedder.queries == 1


def test_an_embedder_of_another_space_is_not_asked(library, store, embedded) -> None:
    from gemmasearch.models.fake import FakeEmbedder

    embedded()
    other = FakeEmbedder(dim=64)
    assert titles(search(store, other, "sourdough"))[0] == "Bread"
    assert other.queries == 0


def test_a_hit_has_all_that_is_needed_to_cite_it(library, store, embedded) -> None:
    hit = search(store, embedded(), "dough rest", mode="hybrid")[0]
    assert (hit.title, hit.path, hit.line) == ("Bread", "/home/dana/notes/bread.md", 3)
    assert hit.text == "Let the dough rest for twelve hours."
    assert hit.id == f"c{hit.chunk_id}"
    assert 0 < hit.score <= 1
    assert hit.words is not None and hit.meaning is not None
    assert [hit.snippet.text[a:b] for a, b in hit.snippet.marks] == ["dough", "rest"]


def test_a_hit_without_a_title_is_named_by_its_file(add, store) -> None:
    add("/home/dana/plain.txt", "Just a line about zebras.")
    assert titles(search(store, None, "zebras", mode="words")) == ["plain.txt"]


def test_conditions_of_the_caller_hold_beside_those_of_the_line(library, store) -> None:
    mail = Condition("type", "is", "mail")
    assert titles(search(store, None, "lunch OR sourdough", mode="words", conditions=[mail])) == titles(
        search(store, None, "lunch OR sourdough type:mail", mode="words")
    )
    with pytest.raises(UsageProblem, match="no filter"):
        search(store, None, "lunch", conditions=[Condition("colour", "is", "red")])


def test_an_excluded_word_excludes_the_whole_document(add, store, embedded) -> None:
    add("/home/dana/a.md", "Cats sleep all day.\n\nDogs do not.", title="Both")
    add("/home/dana/b.md", "Cats sleep all day long.", title="Cats")
    embedder = embedded()
    for mode in ("words", "meaning", "hybrid"):
        assert titles(search(store, embedder, "cats sleep -dogs", mode=mode)) == ["Cats"]


@pytest.mark.parametrize("line", ["", "   ", "?", "-", '"', "()", "***", "\x00", "🙂"])
def test_a_line_without_a_word_finds_nothing_and_fails_nowhere(library, store, embedded, line) -> None:
    embedder = embedded()
    assert search(store, embedder, line, mode="words") == []
    search(store, embedder, line, mode="hybrid")
    search(store, embedder, line, mode="meaning")


@pytest.mark.parametrize("line", ["1,400", "1.400 euros", "+1,400", "978-0-306-40615-7", "030-9876-543"])
def test_a_number_asked_for_in_groups_was_not_found_where_it_stands_without(store, add, line: str) -> None:
    add("/n/roof.md", "The roof costs 1400 euros. ISBN 9780306406157. Call 0309876543.", title="Roof")
    add("/n/flour.md", "Flour for twelve loaves.", title="Flour")
    (hit,) = search(store, None, line, mode="words")
    assert hit.title == "Roof" and hit.score > 0.7 and hit.snippet.marks


@pytest.mark.parametrize(
    "line", ["1400", "1400 euros", "+1400", "1400.50", "boiler 13000", "AND 2001400", "in:/n 1400"]
)
@pytest.mark.parametrize("mode", ["words", "hybrid"])
def test_a_number_asked_for_without_groups_was_not_found_where_it_stands_in_them(
    store, add, embedded, line: str, mode: str
) -> None:
    add(
        "/n/roof.md",
        "The roof costs 1,400.50 euros, the boiler 13\u202f000, the house 2.001.400.",
        title="Roof",
    )
    add("/n/flour.md", "1,2 or 1,40 pounds; 400 grams and 13 loaves, 001 and 2001.", title="Flour")
    hit = search(store, embedded(), line, mode=mode)[0]
    assert hit.title == "Roof" and hit.score > 0.5
    shown = [hit.snippet.text[a:b] for a, b in hit.snippet.marks]
    assert {"1,400", "13\u202f000", "13 000", "2.001.400"}.intersection(shown), shown


def test_a_number_is_no_hit_for_its_groups_in_a_list_or_a_version(store, add) -> None:
    add("/n/list.md", "Release 1.4.400 of 1400-2. Rooms 1, 40 and 400.", title="List")
    add("/n/other.md", "Version 2.1.400, rooms 1, 400.", title="Other")
    found = search(store, None, "1400", mode="words")
    assert found[0].title == "List"
    assert all(hit.score < found[0].score and not hit.snippet.marks for hit in found[1:])


def test_a_search_ended_with_an_error_when_a_run_exchanged_the_vectors_meanwhile(
    library, store, embedded
) -> None:
    class Slow(EmbedderProxy):
        """Until the question has its vector, a run with another model is done."""

        def embed_queries(self, queries, *, task="search"):
            embed(store, FakeEmbedder(dim=64, name="other"))
            return super().embed_queries(queries, task=task)

    embedder = embedded()
    with Store.open(store.path, read_only=True) as reader:
        before = search(reader, embedder, "lunch on friday")
        assert before and before[0].meaning is not None
        assert search(reader, Slow(embedder), "lunch on friday") == before
        now = reader.active_space()
        assert now and now.name == "other"


@pytest.mark.parametrize("line", ["fritz box", "Fritz!Box", "fritz-box"])
def test_a_compound_ranked_behind_one_of_its_words_that_is_often_there(add, store, line: str) -> None:
    add(
        "/home/dana/router.md",
        "The Fritzbox stands in the hall. Its password is on the back.",
        title="Router",
    )
    add(
        "/home/dana/memo.md",
        "We packed 14 boxes. The boxes are in the cellar, each box has a number.",
        title="Memo",
    )
    add("/home/dana/garden.md", "Fritz from next door waters the plants in July.", title="Garden")
    for at in range(9):
        add(
            f"/home/dana/{at}.md", f"Something about topic number {at}, with words of its own.", title=f"{at}"
        )
    assert search(store, None, line, mode="words")[0].title == "Router"


@pytest.fixture
def compounds(add):
    add("/home/dana/ofen.md", "Die Backofentemperatur für das Brot ist 230 Grad.", title="Brot")
    add("/home/dana/urlaub.md", "Der Urlaubsantrag liegt bei der Chefin.", title="Antrag")
    add("/home/dana/club.md", "The data base of the club is in the cellar.", title="Club")
    add("/home/dana/monday.md", "Write me an email on Monday.", title="Monday")
    add("/home/dana/camp.md", "The data was taken at base camp.", title="Camp")
    for at in range(3):
        add(f"/home/dana/{at}.md", "Historic words about the weather of the week.", title=f"Weather {at}")


@pytest.mark.parametrize(
    ("line", "title", "marks"),
    [
        ("Backofen Temperatur", "Brot", ["Backofentemperatur"]),
        ("Urlaubs Antrag", "Antrag", ["Urlaubsantrag"]),
        ("database", "Club", ["data", "base"]),
        ("e mail", "Monday", ["email"]),
        ("e-mail", "Monday", ["email"]),
    ],
)
def test_a_compound_was_not_found_where_it_is_written_apart_or_together(
    compounds, store, line: str, title: str, marks: list[str]
) -> None:
    first = search(store, None, line, mode="words")[0]
    assert first.title == title
    assert [first.snippet.text[start:end] for start, end in first.snippet.marks] == marks
    assert first.score > 0.5, "all of the line stands there"


@pytest.mark.parametrize(
    "line", ["of the", "data of base", "Weather 1 2", "京 大", "historic o", "data OR base"]
)
def test_words_are_joined_only_to_what_stands_in_the_index(compounds, store, line: str) -> None:
    query = parse(line)
    assert not alike.standing_for(store, query, terms.languages(query))


@pytest.mark.parametrize("line", ["boiler AND iPhone15", "boiler +iPhone15", "+iPhone15"])
@pytest.mark.parametrize("mode", ["hybrid", "words"])
def test_a_required_word_was_found_in_one_of_its_parts(add, store, line: str, mode: str) -> None:
    add("/n/a.md", "The boiler manual has 15 pages.", title="Manual")
    add("/n/b.md", "We asked the phone company about the boiler.", title="Company")
    add("/n/c.md", "The iPhone15 shows the temperature of the boiler.", title="Right")
    add("/n/d.md", "I phone the boiler service on the 15th.", title="Service")
    assert [hit.title for hit in search(store, None, line, mode=mode)] == ["Right"]


@pytest.mark.parametrize(
    ("line", "titles"),
    [
        ("+POL-358", {"Policy"}),
        ("+heating", {"Heat", "Heats"}),
        ("+don't", {"Denial"}),
        ("+(heating)", {"Heat", "Heats"}),
    ],
)
def test_what_must_be_there_is_there_whole(add, store, line: str, titles: set[str]) -> None:
    add("/n/a.md", "Policy POL-358 was renewed.", title="Policy")
    add("/n/b.md", "Order 358 is on its way.", title="Order")
    add("/n/c.md", "The heating is on.", title="Heat")
    add("/n/d.md", "The stove heats the flat.", title="Heats")
    add("/n/e.md", "They don't answer.", title="Denial")
    assert {hit.title for hit in search(store, None, line, mode="words")} == titles


@pytest.mark.parametrize("code", ["MuYrkvS6LBpE", "fulldisk42canary", "muyrkvs6lbpe"])
def test_a_code_of_letters_and_digits_was_not_there_in_a_list_of_codes(add, store, code: str) -> None:
    add(
        "/n/codes.md",
        f"# Backup codes\nBhnT7tn7bcwJ\n{code}\nfu6xFkfqjxy0\n",
        title="Backup codes",
        language="zxx",
    )
    for at in range(9):
        add(f"/n/{at}.md", f"A note on the {at + 6}th of the month, with some words.", title=f"{at}")
    first = search(store, None, code, mode="words")[0]
    assert first.title == "Backup codes" and first.score > 0.5
