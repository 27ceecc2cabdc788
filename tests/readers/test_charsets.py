"""Bytes and what is said of them: each of these came as garbled text out of real mail."""

from __future__ import annotations

import time

import pytest

from gemmasearch.readers.charsets import bytes_to_text, codec
from gemmasearch.readers.textual import decode

RUSSIAN = "Вам выставлен счет. Благодарим Вас за своевременную оплату!"


@pytest.mark.parametrize(
    "charset", ["windows-1251", "us-ascii", "iso-8859-1", "koi8-r", "", "x-evil", "utf-8"]
)
def test_utf8_under_another_name_is_utf8(charset: str) -> None:
    assert bytes_to_text(RUSSIAN.encode(), charset) == RUSSIAN


@pytest.mark.parametrize("charset", ["windows-1251", "koi8-r", "iso-8859-5", "x-mac-cyrillic"])
def test_what_is_declared_and_true_is_used(charset: str) -> None:
    assert bytes_to_text(RUSSIAN.encode(codec(charset)), charset) == RUSSIAN


@pytest.mark.parametrize(("text", "charset"), [("茅台", "gbk"), ("聽聽", "gb2312"), ("ฃฃ", "windows-874")])
def test_pairs_of_letters_that_happen_to_read_as_utf8_are_what_was_declared(text: str, charset: str) -> None:
    raw = text.encode(codec(charset))
    assert bytes_to_text(raw, charset) == text


def test_japanese_by_escapes_is_read_whatever_is_declared() -> None:
    raw = "■ プレス [IT・情報]".encode("iso2022_jp")
    for charset in ("", "utf-8", "iso-2022-jp", "iso-8859-1"):
        assert bytes_to_text(raw, charset) == "■ プレス [IT・情報]"
    assert bytes_to_text("안녕하세요".encode("iso2022_kr")) == "안녕하세요"


def test_a_letter_of_a_vendor_costs_japanese_text_no_other_letter() -> None:
    raw = b'\x1b$B$"$1\x1b(B \x1b$B-!!*y\x1b(B ok'
    assert bytes_to_text(raw, "iso-2022-jp") == "あけ ①！� ok"


def test_undeclared_bytes_are_western_or_guessed() -> None:
    assert (
        bytes_to_text("Café à la crème, s'il vous plaît".encode("cp1252"))
        == "Café à la crème, s'il vous plaît"
    )
    text = "繁體中文的信件沒有宣告任何編碼，但是仍然應該可以閱讀。" * 3
    assert bytes_to_text(text.encode("big5")) == text


def test_damaged_utf8_loses_only_the_damage() -> None:
    raw = RUSSIAN.encode()[:-30] + b"\xd0" + b" " + RUSSIAN.encode()
    assert bytes_to_text(raw).count("�") == 1 and RUSSIAN in bytes_to_text(raw)


@pytest.mark.parametrize("charset", ["utf-16le", "utf-7", "hz-gb-2312", "cp037"])
def test_charsets_that_are_not_built_on_ascii(charset: str) -> None:
    assert bytes_to_text("Hello 123".encode(charset), charset) == "Hello 123"


def test_wide_charsets_are_not_believed_of_narrow_text() -> None:
    assert bytes_to_text("Café and words".encode("cp1252"), "utf-16") == "Café and words"
    assert bytes_to_text("漢字仮名".encode("utf-16-le"), "utf-16le") == "漢字仮名"


def test_a_megabyte_of_escapes_is_read_in_time() -> None:
    started = time.process_time()
    bytes_to_text(b"\x1b$B\x1b(B" * 150_000 + b"\xff")
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "text",
    [
        "The café costs £5 and is naïve",
        "Mañana viene la señora Peña a las ocho",
        "Hyvää päivää, tässä on kirje",
        "Vi åker på måndag",
        "Der Schlüssel liegt beim Nachbarn Müller grünspecht",
    ],
)
def test_a_short_western_note_is_not_taken_for_another_code_page(text: str) -> None:
    assert decode(text.encode("cp1252")) == text


@pytest.mark.parametrize(
    "text",
    [
        "La señora Peña dejó las llaves en la cocina, detrás de la tetera; mañana vendrá el fontanero. ",
        "L'élève a reçu la clé; où est le garçon? Il est déjà parti à l'école. ",
        "Não há água quente: a ligação foi cortada às três da manhã. ",
    ],
)
def test_a_long_western_file_is_not_taken_for_another_code_page(text: str) -> None:
    assert decode((text * 40).encode("cp1252")) == text * 40
    assert bytes_to_text((text * 40).encode("cp1252")) == text * 40


def test_more_letters_tell_of_their_own_code_page() -> None:
    polish = "Zażółć gęślą jaźń. Źdźbło trawy rośnie w ogródku, a żółw idzie powoli ścieżką. " * 4
    assert decode(polish.encode("cp1250")) == polish
    russian = "Съешь ещё этих мягких французских булок"
    assert decode(russian.encode("cp1251")) == russian


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        ("Насос на даче сломался, вызови сантехника до выходных.", "koi8-r"),
        ("Насос на даче сломался, вызови сантехника до выходных.", "cp1251"),
        ("Zażółć gęślą jaźń, a potem zamknij drzwi na klucz.", "cp1250"),
        ("W piwnicy leży mała łódka, którą trzeba pomalować.", "iso8859-2"),
        ("Bahçedeki ağaç için yeni bir hortum aldım, ışığı kapat.", "cp1254"),
        ("Příští schůze se koná ve čtvrtek, přijďte včas.", "cp1250"),
        ("A kút mellett őszi almafák vannak, vidd a fűrészt.", "cp1250"),
        ("Der Küfer flickt das Faß für übermäßig wenig Geld.", "cp1252"),
        ("Le forgeron a réparé la chaîne, ça coûte 30 €.", "cp1252"),
        ("¿Dónde está la llave? Mañana vendrá el señor Núñez.", "cp1252"),
        ("A chave está com a irmã de João, não com o avô.", "cp1252"),
        ("Six and a half, 6½ sacks, and 30 m³ of gravel.", "cp1252"),
    ],
)
def test_a_short_text_without_a_declared_charset_was_read_in_a_code_page_of_another_language(
    text: str, charset: str
) -> None:
    assert bytes_to_text(text.encode(charset)) == text
