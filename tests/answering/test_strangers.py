"""Beyond English: what is told of others than those whom a question names, and amounts that stand a line further on."""

from __future__ import annotations

import pytest

from gemmasearch.answering import answer, answer_from
from gemmasearch.answering.question import understand
from gemmasearch.store import Store
from tests.answering.conftest import Add

TABLES = {  # a note with a table of contracts, and a question for one of them that the note does not answer
    "de": (
        "# Verträge\n\n| Vertrag | Anbieter |\n|---|---|\n| Handy | Congstar |\n\n"
        "Den Vertrag mit Vodafone haben wir zum 30. Juni 2025 gekündigt.",
        "Wann wurde der Vertrag mit Congstar gekündigt?",
        "Wann wurde der Vertrag mit Vodafone gekündigt?",
    ),
    "fr": (
        "# Contrats\n\n| Contrat | Fournisseur |\n|---|---|\n| Mobile | Sosh |\n\n"
        "Nous avons résilié Orange le 30 juin 2025.",
        "Quand avons-nous résilié Sosh ?",
        "Quand avons-nous résilié Orange ?",
    ),
    "it": (
        "# Contratti\n\n| Contratto | Fornitore |\n|---|---|\n| Cellulare | Iliad |\n\n"
        "Abbiamo disdetto TIM il 30 giugno 2025.",
        "Quando abbiamo disdetto Iliad?",
        "Quando abbiamo disdetto TIM?",
    ),
}


@pytest.mark.parametrize("language", TABLES)
def test_the_day_of_one_contract_was_told_for_that_of_another_in_a_table(
    store: Store, add: Add, language: str
) -> None:
    note, other, told = TABLES[language]
    add("/n/contracts.md", note, title=note.split("\n")[0][2:], language=language)
    assert not answer(store, None, None, other).found
    assert "30" in answer(store, None, None, told).text


def test_the_blood_group_of_one_was_told_for_that_of_another(store: Store, add: Add) -> None:
    add("/n/sante.txt", "Groupe sanguin : O+ pour moi, AB- pour Julien.", language="fr")
    add("/n/ecole.txt", "Théo est en CP avec M. Delaunay. Théo n'a pas d'allergie.", language="fr")
    assert not answer(store, None, None, "Quel est le groupe sanguin de Théo ?").found
    assert "AB-" in answer(store, None, None, "Quel est le groupe sanguin de Julien ?").text


NEXT_LINE = {  # the best sentence names the house, the next tells the rent
    "es": (
        "Del 1 al 15 de agosto de 2026 alquilamos una casa en Llanes. El alquiler es de 1.234,56 € por todo.",
        "¿Cuánto es el alquiler de la casa de Llanes?",
        "1.234,56",
    ),
    "it": (
        "Dal 8 al 22 agosto 2026 affittiamo una casa a Otranto. L'affitto è di 1.234,56 € per due settimane.",
        "Quanto costa l'affitto della casa a Otranto?",
        "1.234,56",
    ),
    "nl": (
        "Van 25 juli tot 8 augustus 2026 huren we een huisje in Zeeland. De huur is € 1.140,00.",
        "Hoeveel is de huur van het huisje in Zeeland?",
        "1.140,00",
    ),
    "ja": (
        "2026年8月1日から5日まで箱根の貸別荘に泊まります。料金は96,000円です。",
        "箱根の貸別荘の料金はいくらですか？",
        "96,000円",
    ),
    "de": (
        "Sanitär Mühlbauer GmbH\n\nRechnung 2026-0388\n\nAnfahrt 35,00 €\nGesamtbetrag 296,31 €",
        "Wie hoch ist der Gesamtbetrag der Rechnung von Mühlbauer?",
        "296,31",
    ),
}


@pytest.mark.parametrize("language", NEXT_LINE)
def test_the_house_was_told_where_its_rent_stands_in_the_next_sentence(language: str) -> None:
    note, question, amount = NEXT_LINE[language]
    assert amount in answer_from(note, None, None, question).text


def test_an_amount_of_the_same_month_was_told_of_something_else(store: Store, add: Add) -> None:
    add("/n/tetto.md", "Il rifacimento del tetto a marzo 2026 costerà 1.850 € a famiglia.", language="it")
    add("/n/luce.md", "Luce: contratto con Hera.", language="it")
    assert not answer(store, None, None, "Quanto abbiamo pagato di luce a marzo 2026?").found


UNHEARD = {  # nobody who teaches the piano, of a child whose class teacher is known
    "it": ("Giulia è in quarta, la sua maestra si chiama Paola Conti.",
           "Come si chiama l'insegnante di pianoforte di Giulia?"),
    "pl": ("Wychowawczyni Zosi nazywa się Barbara Nowicka.", "Jak nazywa się nauczyciel pianina Zosi?"),
    "tr": ("Elif'in öğretmeninin adı Gülşen Aydın.", "Elif'in piyano öğretmeninin adı ne?"),
    "zh": ("小雨的班主任是李秀兰老师。小杰的班主任是赵老师。", "小雨的钢琴老师是谁？"),
}  # fmt: skip


@pytest.mark.parametrize("language", UNHEARD)
def test_the_class_teacher_was_told_for_the_piano_teacher(store: Store, add: Add, language: str) -> None:
    note, question = UNHEARD[language]
    add("/n/school.txt", note, language=language)
    assert not answer(store, None, None, question).found


def test_turkish_and_portuguese_questions_were_read_as_other_languages() -> None:
    assert understand("Elif'in piyano öğretmeninin adı ne?").language == "tr"
    assert understand("Para quantas pessoas reservou o Rui?").language == "pt"
    assert "bodr" in understand("Bodrum'daki evin kirası ne kadar?").names


def test_a_gate_code_that_nobody_wrote_down_was_answered_in_italian(store: Store, add: Add) -> None:
    add("/n/casa.md", "Il codice del cancello l'ha cambiato il custode a maggio.", language="it")
    assert not answer(store, None, None, "Qual è il codice del cancello?").found


def test_a_spanish_doer_without_a_name_was_refused(store: Store, add: Add) -> None:
    add("/n/huerto.md", "El limonero lo plantó el abuelo en 1998.", language="es")
    assert "abuelo" in answer(store, None, None, "¿Quién plantó el limonero?").text


def test_the_price_of_the_house_was_refused_behind_the_sentence_on_the_holiday_house(
    store: Store, add: Add
) -> None:
    note = (
        "Wir fahren nach Dänemark, in ein Ferienhaus bei Blåvand. Das Haus kostet 1.234,56 € für zwei Wochen."
    )
    add("/n/urlaub.md", note, language="de")
    assert "1.234,56" in answer(store, None, None, "Wie viel kostet das Ferienhaus in Dänemark?").text
    assert not answer(store, None, None, "Wie viel kostet das Ferienhaus in Schweden?").found


def test_what_somebody_is_called_in_spanish_was_read_as_how_to_do_it(store: Store, add: Add) -> None:
    add("/n/colegio.txt", "Lucía está en cuarto y su tutora es doña Pilar Ortega.", language="es")
    assert "Pilar Ortega" in answer(store, None, None, "¿Cómo se llama la tutora de Lucía?").text


def test_a_line_with_a_label_was_told_of_somebody_in_another(store: Store, add: Add) -> None:
    note = "Groupe sanguin : O+ pour moi, AB- pour Julien.\nDernier rappel du tétanos : 5 mai 2019."
    add("/n/sante.txt", note, language="fr")
    assert not answer(store, None, None, "Quand Julien a-t-il eu son rappel du tétanos ?").found
    assert "5 mai 2019" in answer(store, None, None, "Quand ai-je eu mon rappel du tétanos ?").text


def test_a_line_with_a_label_below_a_name_was_refused(store: Store, add: Add) -> None:
    add("/n/sante.txt", "Patient : Julien\nRappel du tétanos : 5 mai 2019.", language="fr")
    assert "5 mai 2019" in answer(store, None, None, "Quand Julien a-t-il eu son rappel du tétanos ?").text


def test_the_day_of_a_mail_that_names_an_aunt_was_told_for_her_birth(store: Store, add: Add) -> None:
    mail = "La zia Bruna non viene, è alle terme."
    add(
        "/n/posta.mbox", mail, kind="mail", language="it", date=1_780_000_000.0, sender="Dario <d@esempio.it>"
    )
    assert not answer(store, None, None, "Quando è nata la zia Bruna?").found


@pytest.mark.parametrize(
    ("note", "question", "who"),
    [
        ("Kowalski übernimmt die Inventur.", "Wer macht die Inventur?", "Kowalski"),
        ("Iván se encarga del inventario.", "¿Quién hace el inventario?", "Iván"),
    ],
)
def test_who_does_something_was_refused_where_another_verb_says_so(
    note: str, question: str, who: str
) -> None:
    assert who in answer_from(note, None, None, question).text
