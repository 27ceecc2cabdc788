"""The analysis of words: one for the index, the query and the marks."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemmasearch import letters
from gemmasearch.store import fts, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Größe", "GROSSE"), ("Gro\u0308ße", "größe"), ("ﬁnance", "finance"), ("Ｆｕｌｌ", "full"), ("ÉCOLE", "ecole"),
        ("Łódź", "lodz"), ("Ελλάδα", "ελλαδα"), ("ёлка", "елка"), ("كِتَاب", "كتاب"), ("أحمد", "احمد"), ("İstanbul", "istanbul"),
        ("ｶﾀｶﾅ", "カタカナ"), ("Straße", "STRASSE"), ("smørrebrød", "smorrebrod"),
    ],
)  # fmt: skip
def test_two_spellings_of_one_word_are_equal(one: str, other: str) -> None:
    assert words.fold(one) == words.fold(other)


@pytest.mark.parametrize(("one", "other"), [("й", "и"), ("が", "か"), ("ब", "व"), ("n", "m")])
def test_two_letters_stay_two_letters(one: str, other: str) -> None:
    assert words.fold(one) != words.fold(other)


def test_folding_twice_changes_nothing() -> None:
    text = "".join(chr(i) for i in range(0x20, 0x3100) if not 0xD800 <= i < 0xE000)
    for char in text:
        assert words.fold(words.fold(char)) == words.fold(char), hex(ord(char))


def test_hindi_words_keep_their_vowels() -> None:
    assert words.exact("हिन्दी में किताब") == "हिन्दी में किताब"


def test_every_substring_of_chinese_is_a_phrase_of_pairs() -> None:
    text = "我在北京大学学习"
    indexed = f" {words.exact(text)} "
    for start in range(len(text)):
        for end in range(start + 2, len(text) + 1):
            assert f" {fts.searched(text[start:end])} " in indexed


@pytest.mark.parametrize(
    ("text", "between"),
    [
        ("이층에 사는 박영희 아주머니가 여분 열쇠를 가지고 있다", " "), ("ช่างสมชาย ใจดี ตรวจเครื่อง 850 บาท", " "),
        ("点検費用は12,500円。支払いは6月", ",。は"),
    ],
)  # fmt: skip
def test_a_phrase_of_several_korean_or_thai_words_was_never_found(text: str, between: str) -> None:
    indexed = f" {words.exact(text)} "
    ends = [at for at, char in enumerate(text) if char in between] + [len(text)]
    for start in (0, *(end + 1 for end in ends[:-1])):
        for end in ends:
            if end - start > 1:
                assert f" {fts.searched(text[start:end])} " in indexed


def test_the_last_character_of_a_run_is_no_word_of_a_search() -> None:
    assert '"는"' not in fts.word("점검비는85,000원", ["ko"])


def test_tokens_stand_where_they_say(subtests=None) -> None:
    text = "Don't e-mail snake_case 北京大学 или школа, ok?"
    for token in words.tokens(text):
        assert words.fold(text[token.start : token.end])
        assert token.words
    assert [text[t.start : t.end] for t in words.tokens(text)][:4] == ["Don", "t", "e", "mail"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("What is the capital of France?", "en"), ("Die Katze sitzt auf dem Dach und schläft", "de"),
        ("Le chat est sur le toit", "fr"), ("El gato está en el tejado y no quiere bajar", "es"),
        ("Il gatto è sul tetto e non vuole scendere", "it"), ("De kat zit op het dak", "nl"),
        ("猫は屋根の上にいる", "ja"), ("猫在屋顶上", "zh"), ("고양이가 지붕 위에 있다", "ko"), ("кошка на крыше", "ru"),
        ("القط على السطح", "ar"), ("बिल्ली छत पर है", "hi"), ("", "en"), ("POL-358", "en"),
    ],
)  # fmt: skip
def test_languages_are_guessed_well_enough_for_stems(text: str, language: str) -> None:
    assert words.guess_language(text) == language


MIXED = """The kilns' POL-358 glaze: IMG2024.jpg, snake_case_name, camelCase, HTTPServer, running ran THE Of 2024 0x1F
x\x1cy ___ _a_ {} – naïve Größe, dass_der 北京大学 まで ﬁne ⒈ школа Don't re-read {}""".format(
    "y" * 70, "Cd" * 40
)


@pytest.mark.parametrize("language", ["en", "de", "zh", "he"])
def test_many_words_together_are_what_they_are_one_by_one(language: str) -> None:
    runs = words.runs(MIXED)
    assert runs == words.RUN.findall(MIXED)
    assert words.runs(MIXED.encode("ascii", "ignore").decode()) == words.RUN.findall(
        MIXED.encode("ascii", "ignore").decode()
    )
    vocabulary = words.Vocabulary(set(runs), language)
    analyses = dict(zip(runs, words.analyses(MIXED, language), strict=True))
    every = {word for a in analyses.values() for word in (*a.exact, *a.forms)}
    assert words.held(MIXED, language) == every
    assert words.exact(MIXED).split() == [word for run in runs for word in analyses[run].exact]
    for text in (MIXED, MIXED + " " + "Ab12 " * 100):  # heads of documents are remembered, long texts are not
        analysed = words.analyses(text, language)
        assert words.forms(text, language).split() == [form for a in analysed for form in a.forms]
    exact, forms = vocabulary.with_words(every), vocabulary.with_forms(every)
    for run, analysis in analyses.items():
        pairs = [word for word in analysis.exact if words.unspaced(word)]
        assert [word for of, word in exact if of == run] == list(analysis.exact)
        assert [form for of, form in forms if of == run] == [*analysis.forms, *pairs]
        assert list(vocabulary.forms(run)) == [*analysis.forms, *pairs]


@pytest.mark.parametrize(
    "text",
    [
        MIXED, "", "le chat est là où la nuit", "Der Hund UND die Katze", "кошка на крыше", "猫は屋根の上", "Ο γάτος στη στέγη",
        "The " * 700 + "der die das " * 400, "ça a été là",
    ],
)  # fmt: skip
def test_a_language_is_the_same_from_counted_words(text: str) -> None:

    assert words.guess_from(words.runs(text), text) == words.guess_language(text)


@pytest.mark.slow
def test_no_token_has_anything_that_the_full_text_index_would_split() -> None:
    import apsw

    from gemmasearch.store import fts

    connection = apsw.Connection(":memory:")
    connection.execute(
        "CREATE VIRTUAL TABLE t USING fts5(x, tokenize='ascii'); CREATE VIRTUAL TABLE v USING fts5vocab(t, 'row')"
    )
    text = " ".join(chr(i) for i in range(1, 0x30000) if not 0xD800 <= i < 0xE000)
    indexed = words.exact(text)
    connection.execute("INSERT INTO t VALUES(?)", (indexed,))
    assert {r[0] for r in connection.execute("SELECT term FROM v")} == set(indexed.split())
    fts.register(connection)
    assert connection.execute("SELECT gs_exact('Größe'), gs_forms('running', 'en')").fetchall() == [
        ("grosse", "run")
    ]


def test_hashes_and_endless_lines_cost_no_more_than_their_length() -> None:
    started = time.process_time()
    for text in ("x" * 1_000_000, "字" * 300_000, "a_" * 300_000, "\u0301" * 300_000, "Ab1" * 300_000):
        words.exact(text)
        words.forms(text)
    assert time.process_time() - started < 30


@given(st.text(st.sampled_from(letters._WESTERN + "\u0301中かñ\u200dж😀\u2028\ufeff"), max_size=40))
def test_runs_of_western_text_are_those_of_the_pattern(text: str) -> None:
    assert letters.runs(text) == letters.RUN.findall(text)


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("1,400", "1400"), ("€1.400.000", "1400000"), ("12'500?", "12500"), ("978-3-16-148410-0", "9783161484100"),
        ("0-306-40615-X", "030640615x"), ("030-9876543", "0309876543"),
        ("1400", ""), ("3.14", ""), ("1,40", ""), ("2024-03-15", ""), ("1.2.3", ""), ("192.168.1.1", ""), ("POL-358", ""),
        ("1,400.50", "1400"), ("1.400,50", "1400"), ("1,400.500", ""), ("1.2.3.400", ""), ("555-1234", ""),
    ],
)  # fmt: skip
def test_numbers_in_groups_are_told_from_dates_versions_and_decimals(text: str, joined: str) -> None:
    assert fts.joined(text) == joined


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("It costs 1,400.", ["1400"]), ("1.400,50 €", ["1400"]), ("13\u202f000 or 13 000 or 13'000", ["13000"] * 3),
        ("$2,001,400.99", ["2001400"]), ("1,2,3 and 1,23,456", []), ("3.14, v1.400.2, 10.1.1.400", []),
        ("2024-03-15, 15.03.2024", []), ("0,500 and 1400 and 1,4000 and 21,40", []),
    ],
)  # fmt: skip
def test_numbers_written_in_groups_are_found_in_a_text(text: str, numbers: list[str]) -> None:
    digits = "".join(filter(str.isdigit, text))
    every = {digits[i:j] for i in range(len(digits)) for j in range(i + 1, len(digits) + 1)}
    found = list(fts.grouped(text, every))
    assert [number for *_, number in found] == numbers
    assert all("".join(filter(str.isdigit, text[start:end])) == number for start, end, number in found)
    assert not list(fts.grouped(text, {"cost"}))
