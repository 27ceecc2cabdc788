from __future__ import annotations

import random
from pathlib import Path

import pytest
from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

from gemmasearch import guess
from gemmasearch.readers import language_model
from gemmasearch.readers.language import detect
from tests.readers.contract import documents
from tests.readers.mail_files import message

LANGUAGES = {
    "The deposit is returned within thirty days after the keys are handed over.": "en",
    "Die Kaution wird innerhalb von dreißig Tagen nach der Schlüsselübergabe zurückgezahlt.": "de",
    "La caution est rendue dans les trente jours qui suivent la remise des clés.": "fr",
    "La fianza se devuelve dentro de los treinta días siguientes a la entrega de llaves.": "es",
    "敷金は鍵の返却から三十日以内に返金されます。": "ja",
    "Залог возвращается в течение тридцати дней после передачи ключей.": "ru",
    "ok": "",
    "1234 5678 https://example.org/the-deposit-is-returned": "",
    "": "",
}


@pytest.mark.parametrize(("text", "language"), LANGUAGES.items())
def test_the_language_of_a_text_is_told_or_left_open(text: str, language: str) -> None:
    assert detect(text) == language


def test_the_model_is_unpacked_once_and_again_where_half_of_it_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "Die Kaution wird innerhalb von dreißig Tagen zurückgezahlt."
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    said = language_model.load().classify(text)
    (folder,) = (tmp_path / "cache" / "gsearch").iterdir()
    assert folder.stat().st_mode & 0o077 == 0
    before = (folder / "ptc.npy").stat().st_mtime_ns
    assert language_model.load().classify(text) == said
    assert (folder / "ptc.npy").stat().st_mtime_ns == before
    with (folder / "nextmove.npy").open("r+b") as file:
        file.truncate(1000)
    assert language_model.load().classify(text) == said
    assert (folder / "nextmove.npy").stat().st_size > 1000
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_what_is_told_is_what_the_library_tells() -> None:
    mapped = language_model.load()
    library = LanguageIdentifier.from_model_file(Path(MODEL_DIR) / MODEL_FILE, norm_probs=True)
    chance = random.Random(3)
    texts = ["", "a", "\ud800", "ALL CAPITALS HERE", "Ово је српски текст", "Ovo je srpski tekst", *LANGUAGES]
    texts += ["".join(chance.choices("".join(LANGUAGES), k=chance.randint(1, 500))) for _ in range(200)]
    assert type(mapped) is not LanguageIdentifier
    assert [mapped.classify(text) for text in texts] == [library.classify(text) for text in texts]


def test_a_language_is_told_where_nothing_can_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert language_model.load().classify("La fianza se devuelve dentro de los treinta días.")[0] == "es"


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


def test_function_words_tell_a_language_without_the_model_where_no_other_comes_near() -> None:
    english = "We were told that the boiler would be looked at on Monday, but nobody has come to our flat since then."
    german = "Der Vertrag ist nicht mehr gültig, weil wir ihn im Mai gekündigt haben und er damit auch für Sie endet."
    assert [guess.plain_language(text) for text in (english, german)] == ["en", "de"]
    # One word however often, names, and other scripts say too little.
    for unsure in (
        "go version to go version to go version to go version",
        "Anna Berg, Leo Kim",
        "我们在春天搬家",
    ):
        assert guess.plain_language(unsure * 8) == ""
