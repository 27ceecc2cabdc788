"""What people call a language, and its ISO 639-1 code."""

from __future__ import annotations

#: Code -> what the language is called, in English and by those who speak it, and its longer codes.
_CALLED = {
    "ar": "arabic العربية عربي ara", "bg": "bulgarian български bul", "ca": "catalan català cat",
    "cs": "czech čeština česky ces cze", "da": "danish dansk dan", "de": "german deutsch deu ger",
    "el": "greek ελληνικά ell gre", "en": "english eng", "es": "spanish español castellano castilian spa",
    "et": "estonian eesti est", "fa": "persian farsi فارسی fas per", "fi": "finnish suomi fin",
    "fr": "french français francais fra fre", "ga": "irish gaeilge gle", "he": "hebrew עברית heb",
    "hi": "hindi हिन्दी hin", "hr": "croatian hrvatski hrv", "hu": "hungarian magyar hun",
    "hy": "armenian հայերեն hye arm", "id": "indonesian ind", "it": "italian italiano ita",
    "ja": "japanese 日本語 jpn jp", "ko": "korean 한국어 kor", "lt": "lithuanian lietuvių lit",
    "lv": "latvian latviešu lav", "nl": "dutch flemish nederlands vlaams nld dut", "no": "norwegian norsk nor",
    "pl": "polish polski pol", "pt": "portuguese português portugues por", "ro": "romanian română ron rum",
    "ru": "russian русский rus", "sk": "slovak slovenčina slk slo", "sl": "slovenian slovene slovenščina slv",
    "sr": "serbian српски srpski srp", "sv": "swedish svenska swe", "ta": "tamil தமிழ் tam",
    "th": "thai ไทย tha", "tr": "turkish türkçe turkce tur", "uk": "ukrainian українська ukr ua",
    "vi": "vietnamese vie", "zh": "chinese mandarin 中文 汉语 漢語 zho chi",
}  # fmt: skip
_CODES = {name: code for code, names in _CALLED.items() for name in names.split()}


def code(name: str) -> str:
    """The code of a language that is called so (``German``, ``deutsch``, ``de-AT``); anything else as it is."""
    plain = name.strip().casefold()
    if plain in _CODES:
        return _CODES[plain]
    bare = plain.replace("_", "-").partition("-")[0]
    return bare if len(bare) == 2 else plain
