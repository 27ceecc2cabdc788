"""The analysis of words: one for the index, the query and the marks."""

from __future__ import annotations

import time

import pytest

from gemmasearch.store import words


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
            from gemmasearch.store import fts

            assert f" {fts.searched(text[start:end])} " in indexed


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
