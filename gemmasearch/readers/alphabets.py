"""The code page of text in one byte per letter, told by the alphabets of its languages.

Statistics of letters need some hundred of them; of a short note they make Shift-JIS of Russian and French of Polish.
Which letters a language has is known before: where no Western language has those that Windows-1252 shows, and one of
another code page has all that this shows, it is that one.
"""

from __future__ import annotations

from gemmasearch import light

_LEAST = 20  # Cyrillic letters that are enough to count
_COMMON = "оеаинт"  # about half of the letters of a Russian, Ukrainian or Bulgarian text
_WORD = light.pattern("[Ѐ-ӿ]{3,}")  # accents of Western text stand alone
_CYRILLIC_PAGES = ("cp1251", "koi8_r", "cp866", "iso8859_5")
_WESTERN = tuple(
    frozenset(letters + "ªº")
    for letters in (
        "äöüßé", "àâæçéèêëîïôœùûüÿ", "áéíóúüñ", "áâãàçéêíóôõúü", "àèéìíîòóùú", "åäöæøéü", "àçèéíïòóúüñ", "ëéïóöüèá",
    )
)  # fmt: skip
_CENTRAL = ("cp1250", "iso8859_2")
_OTHERS = tuple(
    (page, frozenset(letters))
    for alphabets, pages in (
        ("ąćęłńóśźż áčďéěíňóřšťúůýžäľĺŕô áéíóöőúüű čćđšž ăâîşţ", _CENTRAL),
        ("çğıöşüâîû", ("cp1254",)),
    )
    for letters in alphabets.split()
    for page in pages
)
_LETTER = r"[^\W\d_¹²³¼½¾]"
_ODD = (
    rf"[\x80-\x9f\ufffd]|(?<={_LETTER})[¹²³¼½¾¿£¥¯¶¡¦§°±](?={_LETTER})|(?<=[a-z])[À-ÖØ-ÞĄĆĐĘŁŃŐŒŘŚŠŞŤŮŰŹŻŽ]"
)
_WITHIN = light.pattern(rf"({_ODD})|({_LETTER})")


def by_alphabet(sample: bytes) -> str:
    """The one code page whose languages have these letters; "" where none, or Windows-1252, has them."""
    if page := next((page for page in _CYRILLIC_PAGES if _is_cyrillic(sample.decode(page, "replace"))), ""):
        return page
    letters = _letters(sample, "cp1252")
    if any(letters <= alphabet for alphabet in _WESTERN):
        return ""
    fitting = dict.fromkeys(page for page, alphabet in _OTHERS if _letters(sample, page) <= alphabet)
    return max(fitting, key=lambda page: sum(map(str.isalpha, sample.decode(page, "replace"))), default="")


def _is_cyrillic(text: str) -> bool:
    """Whether its Cyrillic letters are those that are common, small as they mostly are: of another page they are
    capitals, or spread evenly."""
    beyond = sum(c > "\x7f" for c in text)
    letters = "".join(_WORD.findall(text))
    if len(letters) < _LEAST or len(letters) * 5 < beyond * 4:
        return False
    return sum(c in _COMMON for c in letters) * 100 >= 35 * len(letters)


def _letters(sample: bytes, page: str) -> set[str]:
    """The small letters beyond ASCII, and what stands between two letters though it is none: "mia³a", "mo¿e". A
    capital behind a small letter stays one, and fits no alphabet: "fŠhrt" is of another page, and so are controls."""
    found = _WITHIN.findall(sample.decode(page, "replace"))
    small = {c.lower().replace("\u0307", "") for _, c in set(found)}
    return {c for c in small if c > "\x7f"} | {odd for odd, _ in found if odd}
