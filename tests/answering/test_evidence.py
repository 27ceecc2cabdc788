from __future__ import annotations

from gemmasearch.answering.candidates import Weights
from gemmasearch.answering.evidence import rank, select
from gemmasearch.answering.packing import pack, text_of
from gemmasearch.answering.question import understand
from gemmasearch.models.fake import FakeEmbedder, FakeGenerator
from tests.answering.passages import hit


def best(question: str, *texts: str) -> str:
    return rank(understand(question), [hit(text) for text in texts])[0].text


def test_the_sentence_that_answers_comes_before_its_neighbours() -> None:
    assert best(
        "When was the boiler serviced?",
        "The boiler hangs in the bathroom. The boiler was serviced on 3 March 2024. Call Weller if it fails.",
    ) == ("The boiler was serviced on 3 March 2024.")


def test_of_two_sentences_with_the_same_words_the_one_with_a_date_answers_when() -> None:
    texts = "The boiler was serviced by Hart. The boiler was serviced in May 2024. The boiler is old."
    assert best("When was the boiler serviced?", texts) == "The boiler was serviced in May 2024."
    assert best("Who serviced the boiler?", texts) == "The boiler was serviced by Hart."


def test_a_day_is_no_price() -> None:
    texts = "The timing belt was changed on 12 March 2025. It cost 812 euros. The van runs."
    assert best("How much did the timing belt cost?", texts) == "It cost 812 euros."
    assert best("When was the timing belt changed?", texts).startswith("The timing belt was changed")


def test_a_sentence_that_points_back_has_the_words_of_the_one_before() -> None:
    texts = "The roof of the shed leaked in March. It was repaired by Marta Ruiz. The shed is old."
    assert best("Who repaired the roof of the shed?", texts) == "It was repaired by Marta Ruiz."


def test_rare_words_decide() -> None:
    asked = understand("report about zebra")
    hits = [hit("The report is here."), hit("The zebra is here.")]
    weights = Weights(1000, {"report": 900, "zebra": 2})
    assert rank(asked, hits, weights)[0].text == "The zebra is here."


def test_a_title_and_a_sender_count_as_context() -> None:
    asked = understand("What did Dana say about the boiler?")
    hits = [
        hit("It must be replaced soon.", title="Boiler", sender="Dana Bell <d@x.org>"),
        hit("It must be replaced soon, yes.", title="Van"),
    ]
    assert rank(asked, hits)[0].hit.title == "Boiler"


def test_the_same_sentence_in_two_files_is_shown_once() -> None:
    hits = [hit("The rent is 900 euros. It is due."), hit("The rent is 900 euros. Pay it.")]
    found = select(understand("How much is the rent?"), rank(understand("How much is the rent?"), hits))
    assert [e.text for e in found].count("The rent is 900 euros.") == 1


def test_scores_are_shares_and_the_span_lies_in_the_text() -> None:
    asked = understand("How much is the rent?")
    found = select(
        asked, rank(asked, [hit("The rent is 900 euros. The door is red.")], embedder=FakeEmbedder())
    )
    assert all(0 <= e.score <= 1 for e in found)
    assert found[0].span is not None
    assert found[0].text[slice(*found[0].span)] == "900 euros"


def test_no_hits_give_no_evidence() -> None:
    asked = understand("anything?")
    assert select(asked, rank(asked, [], embedder=FakeEmbedder())) == []


def test_evidence_never_exceeds_the_budget_of_the_generator() -> None:
    generator = FakeGenerator()
    asked = understand("Where is the key?")
    texts = [f"The key number {n} is in the box with many other things." for n in range(9)] + [
        "The key " * 900
    ]
    found = select(asked, rank(asked, [hit(t) for t in texts]))
    for budget in (5, 20, 40, 500):
        text = text_of(asked, pack(found, generator, budget), generator, budget)
        assert text
        assert generator.count_tokens(text) <= budget


def test_what_the_title_names_need_not_stand_in_the_sentence() -> None:
    asked = understand("Who was absent on 18 March 2025?")
    hits = [
        hit(
            "Room Tern.\n\nNext meeting: 18 March, 10:00.\n\nAbsent: Beatrix", title="Meeting of 4 March 2025"
        ),
        hit("Absent: Dana, Rashid\n\n1. The release moves.", title="Meeting of 18 March 2025"),
    ]
    weights = Weights(100, {"absent": 4, "18": 30, "march": 40, "2025": 50})
    assert rank(asked, hits, weights)[0].text == "Absent: Dana, Rashid"


def test_a_table_is_no_single_sentence_and_its_head_no_answer() -> None:
    """A question about one line of a CSV file was answered with the whole file."""
    table = "vaccine,date,next due\nTetanus,2018-04-11,2028-04-11\nTBE,2023-03-02,2026-03-02"
    asked = understand("When is the next tetanus vaccination due?")
    found = select(asked, rank(asked, [hit(table, path="/n/vaccinations.csv")]))
    assert found[0].text == "Tetanus,2018-04-11,2028-04-11"
    assert found[-1].text == "vaccine,date,next due"


def test_a_row_says_what_the_names_of_its_columns_say() -> None:
    table = "| what | policy number |\n|---|---|\n| bicycle | RS-77120 |\n| flat | HR-1 |"
    asked = understand("What is the policy number of the bicycle insurance?")
    assert select(asked, rank(asked, [hit(table, title="Insurance")]))[0].text == "| bicycle | RS-77120 |"


def test_the_date_of_a_note_counts_nothing_below_a_heading_that_names_a_year() -> None:
    october = 1_759_449_600.0  # 2025
    hits = [
        hit("Cost: 132 pounds.", headings=("Boiler", "Service 2024"), date=october),
        hit("Cost: 148 pounds.", headings=("Boiler", "Service 2025"), date=october),
    ]
    assert (
        rank(understand("How much did the boiler service cost in 2025?"), hits)[0].text == "Cost: 148 pounds."
    )


def test_a_negated_sentence_of_the_questions_own_words_is_an_answer() -> None:
    text = "Les draps ne sont pas fournis. Les chiens ne sont pas admis."
    asked = understand("Les chiens sont-ils admis ?")
    assert asked.kind == "yesno"
    assert select(asked, rank(asked, [hit(text)]))[0].text == "Les chiens ne sont pas admis."


def test_what_stands_above_a_quotation_is_no_answer() -> None:
    text = "On 26 Feb 2025 Ines Calloway wrote:\n\nI will bring the keys on Friday."
    asked = understand("What did Ines write on 26 February 2025?")
    assert select(asked, rank(asked, [hit(text)]))[0].text == "I will bring the keys on Friday."


def test_what_stands_above_nested_quotations_says_nothing() -> None:
    text = "On Tue, 17 Nov 2009, Keith wrote:\n> On Mon, 16 Nov 2009, Aron wrote:\n>\n\nNotmuch was written by Carl."
    assert best("who wrote notmuch", text) == "Notmuch was written by Carl."


def test_only_sentences_that_may_come_first_are_embedded() -> None:
    """Eight were, of which half stood far behind: a third of the time of an answer."""
    embedder = Counting()
    text = "The boiler was serviced by Hart on 3 March 2024. " + " ".join(
        f"Nothing else happened in room {n}." for n in range(20)
    )
    found = rank(understand("When was the boiler serviced by Hart?"), [hit(text)], embedder=embedder)
    assert found[0].text.startswith("The boiler was serviced")
    assert embedder.texts == ["The boiler was serviced by Hart on 3 March 2024."]


class Counting(FakeEmbedder):
    """Remembers what it was asked to embed."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def embed_documents(self, passages):
        self.texts += [passage.text for passage in passages]
        return super().embed_documents(passages)


def test_a_date_in_digits_stands_for_the_month_of_the_question() -> None:
    rows = "2025-03-09;Dentist;-212,00;EUR\n2025-04-09;Dentist;-80,00;EUR"
    asked = understand("What did I pay the dentist in April?")
    ranked = rank(asked, [hit(rows, path="/n/bank.csv")])
    assert ranked[0].text.startswith("2025-04-09")
    assert ranked[0].features["coverage"] > ranked[1].features["coverage"]


def test_a_number_in_groups_is_the_number_that_was_asked_for() -> None:
    texts = "The van costs 900 euros. The roof costs 1,400.50 euros. The boiler costs 400 euros."
    assert best("What costs 1400 euros?", texts) == "The roof costs 1,400.50 euros."


def test_the_tasks_of_an_org_file_were_headings_that_never_answer() -> None:
    tasks = (
        "* Tasks\n** DONE Call the insurance about the hail damage\n   CLOSED: [2026-05-04 Mon]\n"
        "** TODO Renew passport of Leo\n   DEADLINE: <2027-08-01 Sun>\n** TODO Buy a helmet for Mia, size 52-56 cm\n"
    )
    assert best("what helmet size does Mia need", tasks) == "** TODO Buy a helmet for Mia, size 52-56 cm"
    assert best("when must the passport be renewed", tasks).endswith("DEADLINE: <2027-08-01 Sun>")


def test_an_amount_says_by_itself_that_something_costs() -> None:
    for asked in (
        "combien coûte la franchise",
        "how much does the franchise cost",
        "what does the franchise cost",
    ):
        ranked = rank(understand(asked), [hit("La franchise est de 1 500 euros. La franchise est haute.")])
        assert [c.features["coverage"] for c in ranked] == [1.0, 0.5], asked


def test_that_something_takes_place_is_no_word_of_its_answer() -> None:
    for asked in (
        "when does the offsite take place",
        "where did the offsite happen",
        "wann findet das Offsite statt",
    ):
        assert understand(asked).stems == ("offsit",), asked


def test_the_place_of_an_event_is_where_and_not_when() -> None:
    event = hit(
        "Dentist\nWhen: 2025-12-03 09:00 to 10:00 (UTC)\nWhere: Marktgasse 4", kind="event", title="Dentist"
    )
    assert rank(understand("where is the dentist appointment"), [event])[0].text == "Where: Marktgasse 4"
    assert rank(understand("when is the dentist appointment"), [event])[0].text.startswith("When:")


def test_every_line_of_a_contact_is_about_that_person() -> None:
    asked = understand("What is the phone number of the plumber?")
    hits = [
        hit("Marguerite Dubois\nPhone: +33 1 23 45 67 89\nOrganisation: Atelier", kind="contact"),
        hit("Hans-Peter Lüthi\nPhone: +41 79 111 22 33\nAddress: Bern\nNote: plumber", kind="contact"),
    ]
    best = rank(asked, hits)[0]
    assert best.text == "Phone: +41 79 111 22 33"
    assert best.features["coverage"] + best.features["context"] == 1.0


def test_the_words_of_a_line_in_a_wrongly_guessed_language_are_found() -> None:
    """ "Phone" of a German contact had the German stem alone."""
    asked = understand("Which phone does she use?")
    (best, *_) = rank(asked, [hit("Phone: +41 79 111 22 33", language="de")])
    assert best.features["coverage"] > 0
