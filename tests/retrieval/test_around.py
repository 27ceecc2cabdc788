"""Around a search: near-duplicates, conversations, more like this, other spellings."""

from __future__ import annotations

import pytest

from gemmasearch.retrieval import dupes, explain, search
from gemmasearch.retrieval.around import did_you_mean, similar, thread

RECIPE = (
    "Sourdough bread needs flour, water, salt and a living starter. Mix the flour and the water, wait for an hour, "
    "add the starter and the salt, fold the dough four times and let it rest over night in a cool place."
)


def titles(hits):
    return [h.title for h in hits]


@pytest.fixture
def conversation(add):
    def mail(name, subject, text, date, references=()):
        return add(
            f"/home/dana/mail/{name}.eml", text, kind="mail", title=subject, date=date, message_id=f"{name}@example.org",
            references=references, sender="Dana <dana@example.org>",
        )  # fmt: skip

    return {
        "first": mail("first", "Trip", "Where shall we go in May?", 1.70e9),
        "reply": mail("reply", "Re: Trip", "To Lisbon, by train.", 1.71e9, ("first@example.org",)),
        "late": mail(
            "late", "Re: Trip", "The train is full.", 1.72e9, ("first@example.org", "reply@example.org")
        ),
        "other": mail("other", "Trip", "Another trip with the same subject.", 1.73e9),
    }


def test_a_thread_is_what_references_link_and_not_what_shares_a_subject(conversation, store) -> None:
    for name in ("first", "reply", "late"):
        assert titles(thread(store, conversation[name])) == ["Trip", "Re: Trip", "Re: Trip"]
    assert titles(thread(store, conversation["other"])) == ["Trip"]


def test_a_reply_that_lost_its_references_joins_the_last_message_of_its_subject(
    conversation, add, store
) -> None:
    def lost(subject: str, date: float, kind: str = "mail") -> int:
        return add(f"/home/dana/mail/{subject}{date}{kind}.eml", "Yes.", kind=kind, title=subject, date=date)

    month = 30 * 86_400
    joined = lost("AW: [yard] RE[2]: Trip", 1.735e9)
    for subject, date, kind in (
        ("Trip", 1.735e9, "mail"),  # a message of its own
        ("Re: Trip", 1.735e9, "note"),
        ("Re: Trip to Rome", 1.735e9, "mail"),
        ("Re: Trip", 1.735e9 + 12 * month, "mail"),  # nobody answers so late
    ):
        alone = lost(subject, date, kind)
        assert store.thread(alone) == [alone], subject
    assert store.thread(joined) == [conversation["other"], joined] == store.thread(conversation["other"])


def test_a_thread_holds_together_when_its_first_message_is_gone(conversation, store) -> None:
    with store.writing():
        store.remove_documents([conversation["first"]])
    assert store.thread(conversation["late"]) == [conversation["reply"], conversation["late"]]
    assert store.heads([conversation["late"], conversation["other"]]) == {
        conversation[name]: ("reply@example.org", 2) for name in ("reply", "late")
    }


def test_the_filter_thread_takes_a_hit_or_a_message_id(conversation, store) -> None:
    hit = search(store, None, "lisbon", mode="words")[0]
    assert len(search(store, None, f"thread:{hit.id}")) == 3
    assert len(search(store, None, "thread:late@example.org trip", mode="words")) == 3
    assert search(store, None, "thread:nobody@example.org trip", mode="words") == []
    assert titles(search(store, None, "-thread:late@example.org trip", mode="words")) == ["Trip"]


def test_copies_are_one_hit_that_names_its_other_places(add, store, embedded) -> None:
    add("/home/dana/bread.md", RECIPE, title="Bread")
    add("/home/dana/copies/bread (1).md", RECIPE + " Enjoy.", title="Bread again")
    add(
        "/home/dana/cake.md",
        "A cake needs flour, sugar, butter and eggs. Bake it for one hour in the oven.",
        title="Cake",
    )
    embedder = embedded()
    for mode in ("words", "hybrid"):
        found = search(store, embedder, "flour starter", mode=mode)
        assert sorted(titles(found))[1:] == ["Cake"]
        assert len(found[0].also_in) == 1
        assert len(search(store, embedder, "flour starter", mode=mode, collapse=False)) == 3


def test_different_texts_that_share_a_sentence_stay_two_hits(add, store) -> None:
    add("/home/dana/a.md", "The meeting is on Monday. We talk about the budget of the north.", title="A")
    add("/home/dana/b.md", "The meeting is on Monday. We choose a colour for the new office door.", title="B")
    assert len(search(store, None, "meeting monday", mode="words")) == 2


def test_dupes_are_groups_with_the_oldest_first(add, store) -> None:
    new = add("/home/dana/new.md", RECIPE + " Enjoy.", mtime=1.8e9)
    old = add("/home/dana/old.md", RECIPE, mtime=1.5e9)
    add("/home/dana/cake.md", "A cake needs flour, sugar, butter and eggs. Bake it for one hour in the oven.")
    add("/home/dana/x.md", "hello")
    add("/home/dana/y.md", "hello")
    (group,) = dupes(store, store.document_ids())
    assert group.document_ids == (old, new)
    assert group.paths == ("/home/dana/old.md", "/home/dana/new.md")
    assert 0.8 <= group.likeness < 1


def test_similar_finds_its_like_and_not_itself(add, store, embedded) -> None:
    own = add("/home/dana/bread.md", RECIPE, title="Bread")
    add(
        "/home/dana/pizza.md",
        "Pizza dough is made of flour, water, salt and a starter, and rests over night.",
        title="Pizza",
    )
    add("/home/dana/tax.md", "The tax form must be sent before the end of July.", title="Tax")
    embedder = embedded()
    for model in (None, embedder):
        assert titles(similar(store, model, RECIPE, without=[own]))[0] == "Pizza"
        assert titles(similar(store, model, 'flour "OR -water from:x ('))[0] in ("Pizza", "Bread")
    assert similar(store, embedder, "") == []
    assert similar(store, embedder, "zzz qqq") == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("sourdugh", "sourdough"),
        ("flour sourdugh from:dana", "flour sourdough from:dana"),
        ("fluor", "flour"),
        ("sourdough", ""),
        ("flower", ""),
        ("zzzzzz", ""),
        ("", ""),
    ],
)
def test_did_you_mean(add, store, typed, meant) -> None:
    add("/home/dana/bread.md", RECIPE)
    assert did_you_mean(store, typed) == meant


def test_a_word_that_is_merely_nowhere_was_called_misspelt(add, store) -> None:
    """ "when are cats permitted in my flat" became "... my float", and "how many" became "how may"."""
    add("/home/dana/rates.py", "def rate(base, target): returns a float and may raise")
    add("/home/dana/lease.md", "Cats are allowed in the apartment. The boiler is old.")
    assert did_you_mean(store, "when are cats permitted in my flat") == ""
    assert did_you_mean(store, "how many cats") == ""
    assert did_you_mean(store, "floaat") == "float"
    assert did_you_mean(store, "boilr in the apartment") == "boiler in the apartment"
    assert did_you_mean(store, "boilr apartmnet") == "boiler apartment"


def test_a_word_that_asks_was_called_misspelt_beside_one_that_is_known(add, store) -> None:
    add("/home/dana/solar.md", "The plant may yield 4,870 kWh.")
    assert did_you_mean(store, "How many kWh") == ""
    assert did_you_mean(store, "How many kWh did the palnt yield") == "How many kWh did the plant yield"


def test_a_suggestion_was_a_stem_that_nobody_writes(add, store) -> None:
    add("/home/dana/insurance.md", "The policies are in the drawer, and these policies end in May.")
    assert did_you_mean(store, "policiess") == "policies"


def test_a_quoted_reply_ranks_below_a_message_of_its_own(add, store) -> None:
    from gemmasearch.documents import Chunk, Document, FileStamp

    text = "> We need a new stove."
    with store.writing():
        file = store.begin_file("/home/dana/q.eml", "q.eml")
        store.put_document(
            file, Document("mail", text, title="Quote"), [Chunk(0, 0, len(text), text, quoted=True)]
        )
        store.finish_file(file, FileStamp(1, 1, 1, file, 1))
    add(
        "/home/dana/own.eml",
        "The new stove came, and the old one has to go somewhere.",
        kind="mail",
        title="Own",
    )
    assert titles(search(store, None, "new stove", mode="words")) == ["Own", "Quote"]


def test_a_reply_below_a_quotation_was_listed_by_what_it_quotes(store) -> None:
    from gemmasearch.documents import Chunk, Document, FileStamp

    quotation, own = "On 12 July Nora wrote:\n> Shall I book it?\n\n", "Book it. I land at 21:10."
    ends = len(quotation), len(quotation + own)
    chunks = [
        Chunk(0, 0, ends[0], quotation, quoted=True),
        Chunk(1, ends[0], ends[1], own),
    ]
    with store.writing():
        file = store.begin_file("/home/dana/r.eml", "r.eml")
        mail = Document("mail", quotation + own, title="Re: Trip", sender="Tom <tom@example.org>")
        id = store.put_document(file, mail, chunks)
        store.finish_file(file, FileStamp(1, 1, 1, file, 1))
    assert [h.text for h in search(store, None, "from:tom")] == [own]
    assert [h.text for h in thread(store, id)] == [own]
    assert [h.text for h in search(store, None, "from:tom quoted:yes")] == [quotation]


def test_a_line_is_explained_part_by_part() -> None:
    assert "nothing can pass both filters: size from" in "\n".join(explain("size:>2M size:<1k"))
    assert "no filter, searched as words: date:gibberish" in explain("date:gibberish")
    remarks = explain('budget "north wing" -draft type:pdf after:2024 cat OR dog')
    assert remarks[0] == "any of these words, ranked: budget"
    assert 'required: "north wing"' in remarks
    assert "required: cat or dog" in remarks
    assert "no document with: draft" in remarks
    assert "filter: type is pdf" in remarks
    assert any(r.startswith("filter: date from 2024-01-01") for r in remarks)


def test_filters_as_other_programs_call_them_were_words_without_a_remark() -> None:
    assert "no filter, searched as words: author:tom (from: is the filter for it)" in explain("author:tom")
    assert any("(before: is the filter" in said for said in explain("lisbon -older_than:1y"))
    plain = explain("file:///home/tom note:this 12:30 http://example.org/")
    assert not any("no filter" in said for said in plain)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("how long should i let the bread cool", "Bread for the Col de la Madeleine, 12 rolls."),
        ("where is the stolen bread", "He stole the bread."),
        ("what did i write about the bread", "Anna wrote about the bread."),
        ("how long do i bake the bread", "Bread by bike: the bike shop sells it."),
    ],
)
def test_a_word_of_the_language_was_taken_for_a_slip_of_one_in_the_index(add, store, typed, text) -> None:
    add("/home/dana/bread.md", text)
    assert did_you_mean(store, typed) == ""
