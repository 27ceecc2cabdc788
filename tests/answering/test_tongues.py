"""How much, how many and when, beyond English, German, French and Spanish."""

from __future__ import annotations

import pytest

from gemmasearch.answering import answer_from, tongues
from gemmasearch.answering.question import understand

# A note, and questions of which it answers the first two and leaves the others open.
NOTES = {
    "it": (
        "La bicicletta è stata riparata da Bruno. La stufa è costata 310 €. Il coro prova ogni giovedì.",
        "Quanto è costata la stufa?",
        "Quando prova il coro?",
        "Quanto è costata la riparazione della bicicletta?",
        "Quando è stata riparata la bicicletta?",
    ),
    "pt": (
        "A bicicleta foi consertada pelo Bruno. O fogão custou R$ 310. O coro ensaia toda quinta-feira.",
        "Quanto custou o fogão?",
        "Quando o coro ensaia?",
        "Quanto custou consertar a bicicleta?",
        "Quando foi consertada a bicicleta?",
    ),
    "nl": (
        "De fiets is door Bruno gerepareerd. De kachel kostte € 310. Het koor oefent elke donderdag.",
        "Hoeveel kostte de kachel?",
        "Wanneer oefent het koor?",
        "Hoeveel kostte het repareren van de fiets?",
        "Wanneer is de fiets gerepareerd?",
    ),
    "pl": (
        "Rower naprawił Bruno. Piecyk kosztował 310 zł. Chór ćwiczy w każdy czwartek.",
        "Ile kosztował piecyk?",
        "Kiedy ćwiczy chór?",
        "Ile kosztowała naprawa roweru?",
        "Kiedy naprawiono rower?",
    ),
    "ru": (
        "Велосипед отремонтировал Борис. Печка стоила 3100 рублей. Хор репетирует по четвергам.",
        "Сколько стоила печка?",
        "Когда репетирует хор?",
        "Сколько стоил ремонт велосипеда?",
        "Когда отремонтировали велосипед?",
    ),
    "tr": (
        "Bisikleti Bora tamir etti. Soba 3.100 TL tuttu. Koro her perşembe prova yapıyor.",
        "Soba ne kadar tuttu?",
        "Koro ne zaman prova yapıyor?",
        "Bisikletin tamiri ne kadar tuttu?",
        "Bisiklet ne zaman tamir edildi?",
    ),
    "el": (
        "Το ποδήλατο το επισκεύασε ο Βασίλης. Η σόμπα κόστισε 310 €. Η χορωδία κάνει πρόβα κάθε Πέμπτη.",
        "Πόσο κόστισε η σόμπα;",
        "Πότε κάνει πρόβα η χορωδία;",
        "Πόσο κόστισε η επισκευή του ποδηλάτου;",
        "Πότε επισκευάστηκε το ποδήλατο;",
    ),
    "ja": (
        "自転車は店で修理した。ストーブは31,000円だった。合唱の練習は毎週木曜日にある。",
        "ストーブはいくらでしたか?",
        "合唱の練習はいつですか?",
        "自転車の修理はいくらでしたか?",
        "自転車はいつ修理しましたか?",
    ),
    "ko": (
        "자전거는 가게에서 수리했다. 난로는 310,000원이었다. 합창 연습은 매주 목요일에 있다.",
        "난로는 얼마였나요?",
        "합창 연습은 언제 있나요?",
        "자전거 수리는 얼마였나요?",
        "자전거는 언제 수리했나요?",
    ),
    "vi": (
        "Xe đạp đã được anh Bình sửa. Bếp lò giá 310.000 đồng. Dàn hợp xướng tập vào mỗi thứ năm.",
        "Bếp lò giá bao nhiêu?",
        "Khi nào dàn hợp xướng tập?",
        "Sửa xe đạp hết bao nhiêu tiền?",
        "Xe đạp được sửa khi nào?",
    ),
}


@pytest.mark.parametrize("language", NOTES)
def test_a_sentence_without_an_amount_or_a_day_answered_how_much_and_when(language: str) -> None:
    note, *answered, how_much, when = NOTES[language]
    for question in answered:
        assert answer_from(note, None, None, question).found, question
    for question in (how_much, when):
        assert not answer_from(note, None, None, question).found, question


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Wat kost parkeren?", "money"), ("Quante sedie ci sono?", "number"), ("Hvor mange stoler er det?", "number"),
        ("När städar vi?", "when"), ("Kolik je židlí?", "number"), ("מתי הניקיון?", "when"), ("كم عدد الكراسي؟", "number"),
        ("कुर्सी की कीमत कितनी है?", "money"), ("นัดหมอเมื่อไหร่", "when"), ("Berapa harga kursi?", "money"),
        ("Where is the cat?", "where"), ("Was hat die Katze auf der Île gemacht?", "what"), ("A quelle île va-t-on ?", "what"),
    ],
)  # fmt: skip
def test_the_kind_of_a_question_in_other_languages(question: str, kind: str) -> None:
    assert understand(question).kind == kind


@pytest.mark.parametrize(
    ("kind", "text", "language", "there"),
    [
        ("number", "в 2023 году, 14 марта", "ru", False), ("number", "2000 zł w marcu", "pl", True),
        ("number", "tre sedie", "it", True), ("number", "2024年3月14日に点検した", "ja", False),
        ("number", "三つある", "ja", True), ("number", "의자가 세 개 있다", "ko", True), ("number", "het huis", "nl", False),
        ("number", "วันที่ 14 มีนาคม 2567", "th", False), ("when", "14 डिब्बे हैं", "hi", False),
        ("when", "הניקיון בכל יום שלישי", "he", True), ("when", "كل ثلاثاء", "ar", True), ("when", "Marta cozinha", "pt", False),
    ],
)  # fmt: skip
def test_days_are_no_amounts_and_words_may_be(kind: str, text: str, language: str, there: bool) -> None:
    assert tongues.holds(kind, text, language) is there


def test_a_thai_line_was_a_heading_for_want_of_spaces() -> None:
    note = "เครื่องตรวจจับควันต้องเปลี่ยนถ่าน 2 ก้อน\n\nกุญแจสำรองอยู่ที่คุณสุดา ชั้นสอง\n"
    assert "สุดา" in answer_from(note, None, None, "กุญแจสำรองอยู่ที่ไหน").text


def test_the_italian_article_il_was_the_french_pronoun() -> None:
    note = "La lavatrice è stata riparata dal negozio sotto casa. Il nuovo frigorifero è costato 549 €."
    question = "Quanto è costata la riparazione della lavatrice?"
    assert not answer_from(note, None, None, question).found
    paid = f"{note} La riparazione della lavatrice è costata 80 €."
    assert "80 €" in answer_from(paid, None, None, question).text
