"""Pages, orders and groups of hits."""

from __future__ import annotations

import pytest

from gemmasearch.errors import UsageProblem
from gemmasearch.retrieval import arranged, calibration, grouped, in_another_order, in_ranking, search

WORDS = [
    "kiln",
    "glaze",
    "heron",
    "pond",
    "letter",
    "tram",
    "coach",
    "bread",
    "salt",
    "oven",
    "train",
    "ferry",
    "stove",
]


@pytest.fixture
def look(add, store):
    for number in range(60):
        other = " ".join(WORDS[(number * 7 + k) % len(WORDS)] + str(number * k) for k in range(9))
        add(
            f"/home/dana/{number:02}.md",
            "lunch " * (1 + number % 5) + other,
            mtime=1.6e9 + (number * 37 % 60) * 1e6,
        )
    return lambda number: search(store, None, "lunch", mode="words", limit=number)


def test_pages_are_the_whole_without_gap_or_repetition(look) -> None:
    whole = [h.id for h in look(60)]
    assert len(whole) == 60
    pages, after = [], ""
    while page := arranged(look, limit=7, after=after):
        pages += [h.id for h in page]
        after = page[-1].id
    assert pages == whole


def test_pages_in_another_order(look) -> None:
    whole = arranged(look, limit=100, order="date")
    assert [h.mtime for h in whole] == sorted((h.mtime for h in whole), reverse=True)
    assert {h.id for h in whole} == {h.id for h in look(60)}
    first = arranged(look, limit=5, order="date")
    assert first == whole[:5]
    assert arranged(look, limit=5, order="date", after=first[-1].id) == whole[5:10]
    paths = [h.path for h in arranged(look, limit=9, order="path")]
    assert paths == sorted(paths)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [86_400, 0.25, 0])
def test_the_newest_of_many_hits_were_those_among_the_best_200(add, store, seconds: float) -> None:
    """Of days of their own, of several in one second, and of all in one: then the best must do."""
    order = [number * 389 % 700 for number in range(700)]
    for number, place in enumerate(order):
        say = "lunch " * (1 + place % 7) + f"with{number} at{place} table{number * place}"
        add(f"/home/dana/{number:03}.md", say, mtime=1.6e9 + place * seconds)
    add("/home/dana/old.md", "lunch long ago", mtime=1e9)

    def look(number: int, conditions=(), bound=None) -> list:
        return search(
            store, None, "lunch", mode="words", limit=number, conditions=conditions, bound=bound,
            collapse=False, judged=not conditions,
        )  # fmt: skip

    pages, after = [], ""
    while len(pages) < 360 and (page := arranged(look, limit=30, order="date", after=after)):
        pages += page
        after = page[-1].id
    assert len({hit.id for hit in pages}) == len(pages) == (360 if seconds else 201)
    assert [hit.mtime for hit in pages] == sorted((hit.mtime for hit in pages), reverse=True)
    if seconds:
        assert [hit.path[-6:-3] for hit in pages] == [f"{order.index(699 - n):03}" for n in range(360)]


@pytest.fixture
def mostly_noise(add, store):
    """One note that is asked for, notes with one of its common words, and, far behind, one with its rare word."""
    add(
        "/home/dana/kiln.md", "The new kiln in the garden shed: thermocouple of the kiln, wiring of the shed."
    )
    for number in range(40):
        add(
            f"/home/dana/{number:02}.md",
            " ".join(f"{word}{number}" for word in WORDS * 6) + " the garden " * (number % 3) + " shed",
        )
    add("/home/dana/bill.md", " ".join(f"{word}x" for word in WORDS * 90) + " thermocouple")

    def look(number: int, bound=in_ranking):
        line = "garden shed kiln thermocouple wiring"
        return search(store, None, line, mode="words", limit=number, bound=bound)

    return look


def test_noise_below_a_good_first_hit_is_not_shown(mostly_noise) -> None:
    every = mostly_noise(60, None)
    assert len(every) == 42
    assert every[0].path == "/home/dana/kiln.md"
    assert every[0].score >= calibration.GOOD
    assert every[-1].score < calibration.WEAK
    shown = mostly_noise(60)
    strong = [h.id for h in every if h.score >= calibration.WEAK]
    assert [h.id for h in shown][: len(strong)] == strong
    assert len(shown) < len(every)
    assert [h.score for h in shown] == sorted((h.score for h in shown), reverse=True)


def test_what_holds_the_rare_words_is_shown_however_weak(add, store, mostly_noise) -> None:
    def look(number: int, bound=in_ranking):
        line = "garden shed thermocouple"
        return search(store, None, line, mode="words", limit=number, bound=bound)

    assert "/home/dana/bill.md" in [h.path for h in look(60)]
    assert "/home/dana/bill.md" in [h.path for h in look(60, in_another_order)]


@pytest.mark.slow
def test_pages_without_noise_are_the_list_without_noise(mostly_noise) -> None:
    whole = [h.id for h in mostly_noise(60)]
    for limit in (1, 2, 3, 7):
        assert [h.id for h in mostly_noise(limit)] == whole[:limit]
        pages, after = [], ""
        while page := arranged(mostly_noise, limit=limit, after=after):
            pages += [h.id for h in page]
            after = page[-1].id
        assert pages == whole


def test_a_handle_of_another_search_and_an_unknown_order_are_named(look) -> None:
    for options in ({"after": "c99999"}, {"after": "x", "order": "path"}, {"order": "size"}):
        with pytest.raises(UsageProblem):
            arranged(look, limit=5, **options)


def test_a_floor_keeps_a_list_that_was_never_ranked(look, store) -> None:
    assert arranged(look, limit=60, floor=1.1) == []
    assert len(arranged(lambda n: search(store, None, "ext:md", limit=n), limit=60, floor=0.5)) == 60


def test_a_longer_list_begins_with_the_shorter_one_though_quotes_rank_lower(add, store) -> None:
    from gemmasearch.documents import Chunk, Document, FileStamp

    for number in range(40):
        text = f"> stove {WORDS[number % len(WORDS)]}{number} " + f"word{number} " * (number % 11)
        with store.writing():
            file = store.begin_file(f"/home/dana/{number}.eml", f"{number}.eml")
            quoted = number % 2 == 0
            chunk = Chunk(0, 0, len(text), text, quoted=quoted)
            store.put_document(file, Document("mail", text, title=f"m{number}"), [chunk])
            store.finish_file(file, FileStamp(1, 1, 1, file, 1))
    lists = [[h.id for h in search(store, None, "stove", mode="words", limit=n)] for n in (3, 5, 10, 40)]
    assert [lists[-1][: len(one)] for one in lists] == lists


def test_hits_of_one_conversation_stand_together(add, store) -> None:
    def mail(name, refs=()):
        add(
            f"/h/{name}.eml", f"lunch {name} and more words of {name}", kind="mail", title=name,
            message_id=f"{name}@x", references=tuple(f"{r}@x" for r in refs),
        )  # fmt: skip

    mail("a")
    mail("b", ["a"])
    mail("alone")
    mail("c", ["lost", "b"])
    mail("d", ["lost"])
    add("/h/note.md", "lunch in a note")
    found = search(store, None, "lunch", mode="words", collapse=False)
    groups = grouped(found, "thread")
    names = sorted(sorted(h.title for h in group.hits) for group in groups)
    assert names == [["a", "b", "c", "d"], ["alone"], ["note.md"]]
    for hit in found:
        together = {h.document_id for g in groups if hit in g.hits for h in g.hits}
        assert together == set(store.thread(hit.document_id)), "the same as `gsearch thread`"
    assert len(grouped(found, "file")) == 6
    with pytest.raises(UsageProblem):
        grouped(found, "sender")
