"""Plans that changed, things that no file names, hours and words that deny, beyond English."""

from __future__ import annotations

import pytest

from gemmasearch.answering import answer_from
from gemmasearch.answering.question import understand
from gemmasearch.answering.words import negated


@pytest.mark.parametrize(
    ("note", "question"),
    [
        ("Ci troviamo alle sette e mezza alla stazione.", "A che ora ci troviamo alla stazione?"),
        ("Quedamos a las siete y media en la estación.", "¿A qué hora quedamos en la estación?"),
        ("We spreken om half drie af op het station.", "Hoe laat spreken we af op het station?"),
        ("Spotykamy się o wpół do ósmej na dworcu.", "O której spotykamy się na dworcu?"),
        ("Встречаемся в половине восьмого на вокзале.", "Во сколько встречаемся на вокзале?"),
        ("오전 일곱 시 반에 속초역에서 만난다.", "몇 시에 속초역에서 만나나요?"),
        ("نلتقي في الساعة السابعة والنصف عند محطة القطار.", "في أي ساعة نلتقي عند محطة القطار؟"),
        ("हम साढ़े सात बजे स्टेशन पर मिलेंगे।", "हम स्टेशन पर कितने बजे मिलेंगे?"),
    ],
)
def test_an_hour_in_words_was_no_time_of_day(note: str, question: str) -> None:
    assert understand(question).kind == "when"
    assert answer_from(note, None, None, question).found


@pytest.mark.parametrize(
    ("note", "question", "told"),
    [
        ("Il rifugio costa 38 €. I cani non sono ammessi nel rifugio.", "I cani sono ammessi nel rifugio?", "non sono"),
        ("Ночёвка в приюте стоит 1 380 руб. Собак в приют не пускают.", "Пускают ли собак в приют?", "не пускают"),
        ("تأتي معنا إيمان. لا يسمح بدخول الكلاب إلى النزل.", "هل يسمح بدخول الكلاب إلى النزل؟", "لا يسمح"),
    ],
)  # fmt: skip
def test_a_no_in_other_languages_was_taken_for_the_question_once_more(
    note: str, question: str, told: str
) -> None:
    assert understand(question).kind == "yesno"
    assert told in answer_from(note, None, None, question).text


@pytest.mark.parametrize(
    ("text", "denies"),
    [
        ("I cani non sono ammessi nel rifugio.", True), ("Honden mogen niet mee de hut in.", True),
        ("Hundar får inte följa med in i stugan.", True), ("Psy nie mogą wchodzić do schroniska.", True),
        ("Dağ evine köpek alınmıyor.", True), ("犬は山小屋に入れません。", True), ("狗不能进山屋。", True),
        ("개는 산장에 들어갈 수 없다.", True), ("कुत्तों को आने की अनुमति नहीं है।", True),
        ("Собаки сидят в приюте.", False), ("I cani sono ammessi nel rifugio.", False), ("人が少ない。", False),
    ],
)  # fmt: skip
def test_words_that_deny_in_other_languages_said_nothing(text: str, denies: bool) -> None:
    assert negated(text) is denies


@pytest.mark.parametrize(
    ("question", "stems"),
    [
        ("洗濯機はいくらでしたか？", ("洗濯", "濯機")), ("搬家是什么时候？", ("搬家",)),
        ("Hoe duur is de kachel?", ("kachel",)), ("Randevusu ne zaman?", ("randevus",)),
    ],
)  # fmt: skip
def test_words_that_ask_in_other_languages_were_missed_in_the_answer(
    question: str, stems: tuple[str, ...]
) -> None:
    assert understand(question).stems == stems
