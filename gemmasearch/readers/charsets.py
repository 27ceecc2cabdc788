"""Bytes in a declared charset that may be wrong, unknown or missing: what mail and web pages are made of.

What reads as UTF-8 is UTF-8, whatever a header says: the bytes of one-byte charsets hardly ever do by chance. So are
the escapes of ISO-2022 its own. In everything else the declaration comes first.
"""

from __future__ import annotations

import codecs
import functools
import re

from gemmasearch.readers.textual import clean, guess, mended

_ALIASES = {  # as browsers read them: what is declared is rarely more than what was meant
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "iso-8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "windows-31j": "cp932",
    "iso-8859-8-i": "iso-8859-8",
    "windows-874": "cp874",
    "x-mac-cyrillic": "mac-cyrillic",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
}
_NO_TEXT = {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "oem"}
# Pairs of their letters may well read as UTF-8, so that the declaration comes first.
_PAIRED = {
    "gb18030", "gbk", "gb2312", "big5", "big5hkscs", "cp950", "cp949", "euc_kr", "johab", "cp932", "shift_jis",
    "shift_jis_2004", "euc_jp", "euc_jis_2004", "cp874", "tis-620", "iso8859-11",
}  # fmt: skip
_NARROW = re.compile(rb"[a-z]{2,}[ ,.\r\n][A-Za-z]")
_SHIFT = re.compile(rb"\x1b(\$\)[AC]|\$[@AB]|\$\([@-DOPQ]|\([BJIH])")


def bytes_to_text(raw: bytes, charset: str = "") -> str:
    """The text of bytes. Never fails: what cannot be read is U+FFFD."""
    if b"\x1b" in raw and (text := _iso_2022(raw)) is not None:
        return clean(text)
    declared = codec(charset)
    if declared.startswith(("utf-16", "utf-32")) and not _is_wide(raw):
        declared = ""
    plain = not declared or _is_ascii_like(declared)
    if plain and raw.isascii():
        return clean(raw.decode("ascii"))
    order = (declared, "utf-8") if declared in _PAIRED or not plain else ("utf-8", declared)
    for encoding in order:
        if encoding:
            try:
                return clean(raw.decode(encoding))
            except (UnicodeError, ValueError):
                continue
    if text := mended(raw):
        return clean(text)
    return clean(raw.decode(declared if declared and declared != "utf-8" else guess(raw), "replace"))


@functools.lru_cache(512)
def codec(charset: str) -> str:
    """Python's name of a text encoding, or "" for one that it does not have."""
    name = charset.strip(" \t\"'").lower()
    try:
        found = codecs.lookup(_ALIASES.get(name, name))
    except (LookupError, ValueError, UnicodeError):
        return ""
    return "" if found.name in _NO_TEXT or not getattr(found, "_is_text_encoding", True) else found.name


@functools.lru_cache(512)
def _is_ascii_like(name: str) -> bool:
    """Whether bytes below 128 are ASCII in it, all by themselves (not so: UTF-7, UTF-16, HZ, EBCDIC)."""
    try:
        return b"Az09+/~{-}".decode(name) == "Az09+/~{-}"
    except (UnicodeError, ValueError):
        return False


def _is_wide(raw: bytes) -> bool:
    """Whether it may be UTF-16 or -32 at all: Western letters have a zero each in these."""
    sample = raw[:4096]
    return b"\0" in sample or not _NARROW.search(sample)


def _iso_2022(raw: bytes) -> str | None:
    """Text with the escapes of ISO-2022-JP or -KR, whatever is declared; None without any.

    Python's codec gives up at the first letter of a vendor; here it costs that letter only.
    """
    if not _SHIFT.search(raw):
        return None
    try:
        return raw.decode("iso2022_kr" if b"\x1b$)C" in raw else "iso2022_jp_2")
    except UnicodeError:
        pass
    pieces, place, double = [], 0, False
    for shift in [*_SHIFT.finditer(raw), None]:
        piece = raw[place : shift.start() if shift else len(raw)]
        pieces.append(_doubled(piece) if double else piece.decode("utf-8", "replace"))
        if shift:
            place, double = shift.end(), shift[1].startswith(b"$")
    return "".join(pieces)


def _doubled(piece: bytes) -> str:
    """JIS X 0208 with the letters of NEC, line by line."""
    lines = (bytes(b | 0x80 for b in line).decode("euc_jis_2004", "replace") for line in piece.split(b"\n"))
    return "\n".join(lines)
