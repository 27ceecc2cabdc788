"""Plans that changed, things that no file names, hours and words that deny, beyond English."""

from __future__ import annotations

import pytest

from gemmasearch.answering import answer, answer_from, evidence
from gemmasearch.answering.question import understand
from gemmasearch.answering.unheard import names_unheard
from gemmasearch.answering.words import negated
from gemmasearch.store import Store
from tests.answering.conftest import Add
from tests.answering.passages import hit

# A plan and what became of it, a question for the day, and the day that holds.
CHANGED = {
    "de": ("Der Umzug war am 12. Mai 2025 geplant. Neuer Termin für den Umzug ist der 3. Juni 2025.",
           "Wann ist der Umzug?", "3. Juni"),
    "es": ("La mudanza estaba prevista para el 12 de mayo de 2025. Se ha aplazado: la mudanza es el 3 de junio de 2025.",
           "¿Cuándo es la mudanza?", "3 de junio"),
    "it": ("Il trasloco era previsto per il 12 maggio 2025. È stato rinviato: il trasloco è il 3 giugno 2025.",
           "Quando è il trasloco?", "3 giugno"),
    "ru": ("Переезд был назначен на 12 мая 2025 года. Переезд перенесли: новая дата — 3 июня 2025 года.",
           "Когда переезд?", "3 июня"),
    "tr": ("Taşınma 12 Mayıs 2025 için planlanmıştı. Taşınma ertelendi: yeni tarih 3 Haziran 2025.",
           "Taşınma ne zaman?", "3 Haziran"),
    "ja": ("引越しは2025年5月12日の予定でした。引越しは変更されました。引越しの新しい日は2025年6月3日です。",
           "引越しはいつですか？", "6月3日"),
    "zh": ("搬家原定于2025年5月12日。搬家已改期，新的日期是2025年6月3日。", "搬家是什么时候？", "6月3日"),
    "ko": ("이사는 2025년 5월 12일로 잡혀 있었다. 이사가 변경되었다. 새 이사 날짜는 2025년 6월 3일이다.",
           "이사는 언제인가요?", "6월 3일"),
    "ar": ("كان موعد الرحلة محددا في 12 مايو 2025. تأجل موعد الرحلة: الموعد الجديد هو 3 يونيو 2025.",
           "متى موعد الرحلة؟", "3 يونيو"),
    "hi": ("यात्रा 12 मई 2025 को तय थी। यात्रा टल गई: नई यात्रा 3 जून 2025 को है।", "यात्रा कब है?", "3 जून"),
}  # fmt: skip


@pytest.mark.parametrize("language", CHANGED)
def test_what_had_been_planned_was_told_for_what_holds(language: str) -> None:
    note, question, day = CHANGED[language]
    told = answer_from(note, None, None, question).text
    assert day in told
    assert "12" not in told


def test_a_turkish_plan_was_told_for_what_replaced_it_in_another_form_of_the_word() -> None:
    note = "Diş hekimi Aksoy'daki randevu 12 Şubat 2025 için planlanmıştı. Yeni randevu 3 Mart 2025 saat 14.30'da."
    assert "3 Mart" in answer_from(note, None, None, "Diş hekimi randevusu ne zaman?").text


def test_the_plan_is_told_where_nothing_replaced_it_and_where_it_is_asked_for() -> None:
    planned = "Il trasloco era previsto per il 12 maggio 2025."
    apart = f"{planned} Il dentista nuovo è il 3 giugno 2025."
    both = CHANGED["it"][0]
    assert "12 maggio" in answer_from(planned, None, None, "Quando è il trasloco?").text
    assert "12 maggio" in answer_from(apart, None, None, "Quando è il trasloco?").text
    assert "12 maggio" in answer_from(both, None, None, "Per quando era previsto il trasloco?").text


# What the files tell, a question that they answer, and one of a thing that they never name.
UNHEARD = {
    "de": ("Der Schlüssel für den Fahrradkeller liegt bei Familie Kolbe.",
           "Wo liegt der Schlüssel für den Fahrradkeller?", "Wo liegt der Schlüssel für den Dachboden?"),
    "es": ("La cita con el dentista es el 3 de marzo de 2025.",
           "¿Cuándo es la cita con el dentista?", "¿Cuándo es la cita con el abogado?"),
    "it": ("La chiave della cantina si trova dalla famiglia Benedetti.",
           "Dove si trova la chiave della cantina?", "Dove si trova la chiave della soffitta?"),
    "nl": ("De afspraak bij de tandarts is op 3 maart 2025.",
           "Wanneer is de afspraak bij de tandarts?", "Wanneer is de afspraak bij de oogarts?"),
    "sv": ("Nyckeln till källaren finns hos familjen Åberg.",
           "Var finns nyckeln till källaren?", "Var finns nyckeln till vinden?"),
    "ru": ("Стиральная машина стоила 36 490 руб.",
           "Сколько стоила стиральная машина?", "Сколько стоила посудомоечная машина?"),
    "tr": ("Çamaşır makinesi 16.490 TL tuttu.", "Çamaşır makinesi ne kadar tuttu?", "Bulaşık makinesi ne kadar tuttu?"),
    "ja": ("歯医者の予約は2025年3月3日です。", "歯医者の予約はいつですか？", "眼科の予約はいつですか？"),
    "zh": ("车棚的钥匙在二楼的欧阳家。", "车棚的钥匙在哪里？", "阁楼的钥匙在哪里？"),
    "ko": ("치과 예약은 2025년 3월 3일이다.", "치과 예약은 언제인가요?", "안과 예약은 언제인가요?"),
    "ar": ("مفتاح المخزن عند عائلة عثمان.", "أين مفتاح المخزن؟", "أين مفتاح العلية؟"),
    "hi": ("गोदाम की चाबी उस्मान परिवार के पास है।", "गोदाम की चाबी कहाँ है?", "अटारी की चाबी कहाँ है?"),
}  # fmt: skip


@pytest.mark.parametrize("language", UNHEARD)
def test_what_is_said_of_one_thing_was_told_of_one_that_no_file_names(
    store: Store, add: Add, language: str
) -> None:
    told, known, unheard = UNHEARD[language]
    add("/n/note.md", told, language=language)
    assert answer(store, None, None, known).found
    assert not answer(store, None, None, unheard).found


@pytest.mark.parametrize(
    ("note", "question", "unheard"),
    [
        ("Ключ от кладовой висит у входа.", "Где висит ключ от кладовки?", False),  # another form
        ("Het koor oefent elke donderdag.", "Wanneer wordt door het koor gerepeteerd?", False),  # a verb
        ("La chorale répète le jeudi.", "Quand la chorale a-t-elle chanté ?", False),
        ("La chorale répète le jeudi.", "Quand répète le ballet ?", True),
        ("El alquiler subirá a partir del 1 de julio.", "¿A partir de cuándo sube el alquiler?", False),
        # Freely worded: most of its words tell what it is about.
        (
            "Los vientos en Cádiz fueron de 110 mph.",
            "¿Con qué velocidad soplaron los vientos alrededor de Cádiz?",
            False,
        ),
        ("路德早期的这段时间是他最高产的时期。", "路德生涯的哪个阶段是他最高产的？", False),
        (
            "The choir sings on Thursdays.",
            "When does the ballet sing?",
            False,
        ),  # English has rules of its own
    ],
)
def test_a_verb_or_another_form_is_no_thing_unheard_of(note: str, question: str, unheard: bool) -> None:
    asked = understand(question)
    assert names_unheard(asked, evidence.rank(asked, [hit(note)]), {}) is unheard


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


def test_a_swedish_hour_ended_the_sentence() -> None:
    note = "Föräldramötet är torsdagen den 27 mars 2025 kl. 19 i aulan."
    assert "i aulan" in answer_from(note, None, None, "När är föräldramötet?").text


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


def test_a_chinese_is_amid_a_question_is_no_word_that_asks() -> None:
    assert "麦是" in understand("丹麦是什么时候加入欧盟的？").stems
