from __future__ import annotations

from pathlib import Path

import pytest

from gemmasearch.readers.language import detect
from tests.readers.contract import documents
from tests.readers.mail_files import message


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The deposit is returned within thirty days after the keys are handed over.", "en"),
        ("Die Kaution wird innerhalb von dreißig Tagen nach der Schlüsselübergabe zurückgezahlt.", "de"),
        ("La caution est rendue dans les trente jours qui suivent la remise des clés.", "fr"),
        ("La fianza se devuelve dentro de los treinta días siguientes a la entrega de llaves.", "es"),
        ("敷金は鍵の返却から三十日以内に返金されます。", "ja"),
        ("Залог возвращается в течение тридцати дней после передачи ключей.", "ru"),
        ("ok", ""),
        ("1234 5678 https://example.org/the-deposit-is-returned", ""),
        ("", ""),
    ],
)
def test_the_language_of_a_text_is_told_or_left_open(text: str, language: str) -> None:
    assert detect(text) == language


def test_the_quoted_language_is_not_that_of_the_mail(tmp_path: Path) -> None:
    own = "Die Kaution wird innerhalb von dreißig Tagen zurückgezahlt, sobald die Schlüssel da sind.\n\n"
    quoted = (
        "On Wed, May 1, 2024, Dana wrote:\n"
        + "> When will the deposit be returned to us, please, and how?\n" * 20
    )
    path = tmp_path / "m.eml"
    path.write_text(message(own + quoted))
    assert documents(path)[0].language == "de"


def test_code_has_no_language(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("# the deposit is returned within thirty days after the keys are handed over\n" * 5)
    assert documents(path)[0].language == ""
