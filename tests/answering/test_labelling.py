"""Labels that are kept: applied to what is indexed, corrected by a person, as strong after a re-index as before."""

from __future__ import annotations

from pathlib import Path

import pytest

from gemmasearch.answering.labelling import Labelling
from gemmasearch.errors import UsageProblem
from gemmasearch.index import Index
from gemmasearch.retrieval import search
from gemmasearch.settings import Settings
from gemmasearch.store import Store
from tests.answering.conftest import Add, Embed

BILLS = [
    f"The total to pay for invoice {n} is {n}0 euros. Please pay the amount by May." for n in range(1, 6)
]
RECIPES = [f"Fry {n} onions in oil, add lentils, cook the soup for {n}0 minutes." for n in range(1, 6)]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    for n, text in enumerate(BILLS):
        (folder / f"bill{n}.md").write_text(text)
    for n, text in enumerate(RECIPES):
        (folder / f"soup{n}.md").write_text(text)
    return folder


def opened(tmp_path: Path, **changes: object) -> Index:
    return Index.open(
        settings=Settings(
            db=str(tmp_path / "i" / "index.db"), **{"embedder": "static", "generator": "none", **changes}
        )  # type: ignore[arg-type]
    )


def found(index: Index, line: str) -> set[str]:
    return {Path(hit.path).name for hit in index.search(line, limit=50)}


def test_labels_are_filters_after_a_run(home: Path, tmp_path: Path) -> None:
    with opened(tmp_path) as index:
        index.index([home])
        index.labels().add("invoice", "bills with an amount to pay")
        index.labels().add("recipe", "how to cook a meal, ingredients")
        done = index.labels().run()
        assert done.documents == 10
        assert found(index, "label:invoice") == {f"bill{n}.md" for n in range(5)}
        assert found(index, "label:recipe onions") == {f"soup{n}.md" for n in range(5)}
        assert found(index, "-label:invoice") == {f"soup{n}.md" for n in range(5)}
        assert found(index, "label:Nonsense") == set()


def test_what_is_like_no_label_gets_none(home: Path, tmp_path: Path) -> None:
    for n in range(30):
        (home / f"walk{n}.md").write_text(f"We walked along the river to the old bridge, {n} birds sang.")
    with opened(tmp_path) as index:
        index.index([home])
        index.labels().add("invoice", "bills with an amount to pay", [("", BILLS[0])])
        index.labels().run()
        assert found(index, "label:invoice") == {f"bill{n}.md" for n in range(5)}


def test_a_persons_word_wins_and_survives_editing_moving_reindexing_and_another_model(
    home: Path, tmp_path: Path
) -> None:
    def check(index: Index, yes: str = "soup0.md", no: str = "bill0.md") -> None:
        names = found(index, "label:invoice")
        assert yes in names and no not in names

    with opened(tmp_path) as index:
        index.index([home])
        labels = index.labels()
        labels.add("invoice", "bills with an amount to pay")
        labels.add("recipe", "how to cook a meal, ingredients")
        labels.run()
        labels.decide("invoice", [index.labelled(str(home / "soup0.md"))], True)
        labels.decide("invoice", [index.labelled(str(home / "bill0.md"))], False)
        check(index)
        labels.run()
        check(index)
        (home / "bill0.md").write_text(BILLS[0] + " Thank you.")  # edited: new rows
        (home / "soup0.md").rename(home / "moved.md")
        index.index()
        check(index, yes="moved.md")
        (home / "moved.md").write_text(RECIPES[0] + " Salt it.")  # edited after it was moved
        index.index()
        index.labels().run()
        check(index, yes="moved.md")
    with opened(tmp_path, dim=128) as index:  # another space
        index.index()
        index.labels().run()
        check(index, yes="moved.md")
    with opened(tmp_path, embedder="fake") as index:  # another model
        index.index()
        index.labels().run()
        check(index, yes="moved.md")


def test_a_mail_keeps_its_label_in_another_mailbox(add: Add, store: Store) -> None:
    labels = Labelling(store)
    labels.add("invoice")
    first = add("/m/inbox/1.eml", "Please pay.", kind="mail", message_id="a@b")
    labels.decide("invoice", [first], True)
    add("/m/archive/9.eml", "Please pay.\nStatus: read", kind="mail", message_id="a@b")
    assert {hit.path for hit in search(store, None, "label:invoice")} == {
        "/m/inbox/1.eml",
        "/m/archive/9.eml",
    }


def test_decisions_teach_the_next_run(home: Path, tmp_path: Path) -> None:
    with opened(tmp_path) as index:
        index.index([home])
        index.labels().add("x1")
        index.labels().add("x2")
        for label, kind in (("x1", "bill"), ("x2", "soup")):
            for n in (0, 1):
                index.labels().decide(label, [index.labelled(str(home / f"{kind}{n}.md"))], True)
        index.labels().run()
        assert found(index, "label:x1") == {f"bill{n}.md" for n in range(5)}
        assert found(index, "label:x2") == {f"soup{n}.md" for n in range(5)}


def test_the_doubtful_are_those_nobody_decided_about(home: Path, tmp_path: Path) -> None:
    with opened(tmp_path) as index:
        index.index([home])
        labels = index.labels()
        labels.add("invoice", "bills with an amount to pay", [("", BILLS[0])])
        labels.run()
        first, *_ = labels.doubtful("invoice", 50)
        labels.decide("invoice", [first.document_id], False)
        doubtful = labels.doubtful("invoice", 50)
        assert first.document_id not in {row.document_id for row in doubtful}
        distance = [abs(row.confidence - 0.5) for row in doubtful]
        assert distance == sorted(distance)


def test_a_forgotten_file_leaves_no_decision_and_no_example(home: Path, tmp_path: Path) -> None:
    with opened(tmp_path) as index:
        index.index([home])
        labels = index.labels()
        bill = home / "bill0.md"
        labels.add("invoice", examples=index.example(str(bill)))
        labels.decide("invoice", [index.labelled(str(bill))], True)
        assert labels.find("invoice").decided == 1 and labels.find("invoice").examples
        index.forget([bill])
        assert labels.find("invoice").decided == 0 and not labels.find("invoice").examples


def test_what_a_query_forgot_stayed_as_an_example_and_among_the_decisions(home: Path, tmp_path: Path) -> None:
    (home / "same.md").write_text(BILLS[0])  # another file that says the same is forgotten with it
    with opened(tmp_path) as index:
        index.index([home])
        labels = index.labels()
        for name in ("bill0.md", "bill1.md"):
            labels.add("invoice", examples=index.example(str(home / name)))
            labels.decide("invoice", [index.labelled(str(home / name))], True)
        (home / "bill0.md").rename(home / "moved.md")
        index.index()
        assert not index.forget(query='"invoice 1 is"', verify=True).left
        kept = labels.find("invoice")
        assert kept.decided == 1 and [text for _, text in kept.examples] == [BILLS[1]]
    raw = (tmp_path / "i" / "index.db").read_bytes()
    assert b"invoice 1 is" not in raw and b"invoice 2 is" in raw


def test_the_old_text_of_an_example_that_was_edited_stayed_in_the_index(home: Path, tmp_path: Path) -> None:
    with opened(tmp_path) as index:
        index.index([home])
        labels = index.labels()
        for name in ("bill0.md", "bill1.md"):
            labels.add("invoice", examples=index.example(str(home / name)))
        labels.add("invoice", examples=[("", BILLS[4]), (str(home / "elsewhere.md"), BILLS[3])])
        (home / "bill0.md").write_text("The total to pay is in the post.")
        index.index()
        texts = [text for _, text in labels.find("invoice").examples]
        assert texts == ["The total to pay is in the post.", BILLS[1], BILLS[4], BILLS[3]]
    assert b"invoice 1 is" not in (tmp_path / "i" / "index.db").read_bytes()


def test_the_text_of_an_example_that_was_moved_and_then_deleted_stayed_in_the_index(
    home: Path, tmp_path: Path
) -> None:
    with opened(tmp_path) as index:
        index.index([home])
        labels = index.labels()
        for name in ("bill0.md", "bill1.md"):
            labels.add("invoice", examples=index.example(str(home / name)))
        (home / "bill0.md").rename(home / "moved.md")
        index.index()
        assert [Path(path).name for path, _ in labels.find("invoice").examples] == ["moved.md", "bill1.md"]
        (home / "moved.md").unlink()
        index.index()
        assert [text for _, text in labels.find("invoice").examples] == [BILLS[1]]
    assert b"invoice 1 is" not in (tmp_path / "i" / "index.db").read_bytes()


def test_a_message_that_was_deleted_from_a_mailbox_stayed_as_an_example(home: Path, tmp_path: Path) -> None:
    letter = "From a@b Mon Jan  5 10:00:00 2026\nFrom: a@b\nSubject: {0}\nMessage-ID: <{0}@b>\n\n{1}\n\n"
    box = [letter.format(n, text) for n, text in enumerate(BILLS)]
    (home / "box.mbox").write_text("".join(box))
    for n in range(5):
        (home / f"bill{n}.md").unlink()
    with opened(tmp_path) as index:
        index.index([home])
        labels = index.labels()
        for n in (1, 2):
            (hit,) = index.search(f'"invoice {n} is"', mode="words")
            labels.add("invoice", examples=index.example(f"c{hit.chunk_id}"))
        (home / "box.mbox").write_text("".join(box[1:]))
        index.index()
        assert [text.strip() for _, text in labels.find("invoice").examples] == [BILLS[1]]
        (home / "box.mbox").write_text(box[3])  # another message is none that anybody gave
        index.index()
        assert not labels.find("invoice").examples
    assert b"invoice 1 is" not in (tmp_path / "i" / "index.db").read_bytes()


def test_a_repair_keeps_labels_examples_and_decisions(home: Path, tmp_path: Path) -> None:
    with opened(tmp_path) as index:
        index.index([home])
        index.labels().add("invoice", "bills", [("", BILLS[0])])
        index.labels().decide("invoice", [index.labelled(str(home / "soup0.md"))], True)
        kept = index._store.salvage()
    with Index.open(
        tmp_path / "j" / "index.db", settings=Settings(embedder="static", generator="none")
    ) as new:
        new._store.restore(kept)
        new.index([home])
        assert found(new, "label:invoice") == {"soup0.md"}
        assert new.labels().find("invoice").examples == (("", BILLS[0]),)


def test_the_mood_set_is_for_mail_alone(add: Add, store: Store, embed: Embed) -> None:
    add("/m/1.eml", "Thank you, wonderful, happy, great news!", kind="mail")
    note = add("/n/1.md", "Thank you, wonderful, happy, great news!")
    labels = Labelling(store, embed())
    labels.add_set("sentiment")
    labels.run()
    assert [row.name for row in labels.all()] == ["negative", "neutral", "positive"]
    assert not [v for row in labels.all() for v in store.verdicts(row.id) if v.document_id == note]


def test_impossible_names_and_missing_labels_are_usage_errors(store: Store) -> None:
    labels = Labelling(store)
    for wrong in ("", "a b", "a:b", "-x"):
        with pytest.raises(UsageProblem):
            labels.add(wrong)
    for call in (lambda: labels.run(), lambda: labels.remove("x"), lambda: labels.decide("x", [1], True)):
        with pytest.raises(UsageProblem):
            call()
    labels.add("Invoice", "bills")
    assert labels.add("invoice").description == "bills"  # adding to it keeps what is there
    labels.remove("INVOICE")
    assert labels.all() == []


def test_one_yes_took_a_label_away_from_all_that_was_like_it(home: Path, tmp_path: Path) -> None:
    for n in range(20):
        (home / f"walk{n}.md").write_text(f"We walked {n} miles along the river and saw birds.")
    with opened(tmp_path) as index:
        index.index([home])
        labels = index.labels()
        labels.add("invoice", "bills with an amount to pay")
        labels.run()
        before = found(index, "label:invoice")
        labels.decide("invoice", [index.labelled(str(home / "bill1.md"))], True)
        labels.run()
        assert found(index, "label:invoice") >= before >= {f"bill{n}.md" for n in range(5)}


def test_a_yes_in_another_language_and_one_far_no_gave_a_label_to_what_friends_write(
    home: Path, tmp_path: Path
) -> None:
    """Examples that are little like each other lie near everything; the bound fell below what documents usually are."""
    texts = {
        "rechnung": "Sehr geehrter Kunde, anbei erhalten Sie Ihre Rechnung über 88,20 Euro. Bitte überweisen Sie den Betrag.",
        "seikyu": "今月の請求書を添付いたします。お支払い期限は3月31日です。合計金額は5,000円です。",
        "court": "The district court has set the hearing of your case for 4 May. You are summoned as a witness.",
    }
    topics = ["football match on Saturday", "the choir rehearsal", "my new puppy", "the hiking weekend"]
    topics += ["grandma and her garden", "a leaking tap", "the school play", "our chess club"]
    said = ["We had so much fun.", "Shall we meet on Sunday?", "Let me know if you can come."]
    said += ["It rained all day, though.", "The kids loved it."]
    for n in range(40):
        texts[f"friend{n}"] = (
            f"Hi, how are you? I wanted to tell you about {topics[n % 8]}. {said[n % 5]} See you soon."
        )
    for each in home.glob("soup*"):
        each.unlink()
    for name, text in texts.items():
        (home / f"{name}.md").write_text(text)
    with opened(tmp_path) as index:
        index.index([home])
        labels = index.labels()
        labels.add("invoice", "bills, receipts, invoices to pay")
        labels.add("newsletter", "news, offers, unsubscribe")
        for name, yes in (("bill1", True), ("rechnung", True), ("seikyu", True), ("court", False)):
            labels.decide("invoice", [index.labelled(str(home / f"{name}.md"))], yes)
        labels.run()
        having = {Path(hit.path).name for hit in index.search("label:invoice", limit=500)}
        assert not [name for name in having if name.startswith("friend")]
        assert having >= {f"bill{n}.md" for n in range(5)}
