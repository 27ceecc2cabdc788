"""Runs of letters in a text, and their folding: what words and the guess of a language begin with."""

from __future__ import annotations

import codecs
import unicodedata

from gemmasearch import light

UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3100-\u312f\u3130-\u318f"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
# What ends a sentence without a space behind it: Chinese and Japanese, Hindi, Urdu and Arabic, Armenian, Amharic,
# Burmese, Khmer.
STOPS = "。！？｡।॥۔؟։።။។"
# `\w` leaves out combining marks; without them Hindi, Arabic or decomposed Latin words would fall apart.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0900-\u0963\u0971-\u0dff\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ebc"
    "\u0ec8-\u0ecd\u102b-\u103e\u17b4-\u17d3\u200c\u200d\u3099\u309a"
)
RUN = light.pattern(rf"[\w{_MARKS}]+")
SPACED = bytes(c if chr(c).isalnum() or c == ord("_") else 32 for c in range(128)) + bytes(
    128
)  # of ASCII text
# Western text in one byte per character: ASCII, Latin-1, and what editors and word processors write beside them.
_WESTERN = (
    "".join(map(chr, range(128)))
    + "€‚„…†‡‰Š‹Œ‘’“”•–—™š›œžŽŸ−→←✓≤≥≈\u202f"
    + "".join(map(chr, range(160, 256)))
)
_TO_BYTES = codecs.charmap_build(_WESTERN)
_SPACED_WESTERN = bytes(c if RUN.match(chr) else 32 for c, chr in enumerate(_WESTERN))
IS_UNSPACED = light.pattern(rf"[{UNSPACED}]")
# Accents and vowel signs that people leave out when they type; the breve of й is part of the letter.
_STRIP = light.pattern(
    "(?<!и)\u0306|[\u0300-\u0305\u0307-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u093c\u200c\u200d]"
)
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d", "ى": "ي", "ة": "ه"}
)


def fold(text: str) -> str:
    """Case, width, accents and vowel points removed; two spellings of one word become equal.

    >>> fold("Größe") == fold("GROSSE") == fold("Gro\u0308ße")
    True
    """
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", _STRIP.sub("", decomposed)).casefold().translate(_LETTERS)


def unspaced(text: str) -> bool:
    """Whether the text has characters of a script that writes no spaces between words."""
    return not is_western(text) and IS_UNSPACED.search(text) is not None


def is_western(text: str) -> bool:
    """Whether all of a text may be Western. Faster than any pattern, and patterns of other scripts take milliseconds
    to compile."""
    return text.isascii() or _western(text) is not None


def runs(text: str) -> list[str]:
    """The runs of a text, in order, as they are written."""
    found = western_runs(text)
    return RUN.findall(text) if found is None else found


def western_runs(text: str) -> list[str] | None:
    """The same of a Western text; None of any other."""
    if text.isascii():  # five times as fast as the pattern
        return text.encode("ascii").translate(SPACED).decode("ascii").split()
    if (western := _western(text)) is None:
        return None
    return codecs.charmap_decode(western.translate(_SPACED_WESTERN), "strict", _WESTERN)[0].split()


def _western(text: str) -> bytes | None:
    """A text in one byte per character; None of any other."""
    try:
        return codecs.charmap_encode(text, "strict", _TO_BYTES)[0]
    except UnicodeEncodeError:
        return None


_RULED = light.pattern(r" {0,3}([=~*_-])\1{2,}[ \t]*$")
_NAMES_ITSELF = light.pattern(r"[ \t]*[^\W_][^|\t]*[^.,;!?|\s][ \t]*$")
_IN_BRACKETS = light.pattern(r"\s*\([^()]*\)\s*")
_LONGEST_TITLE = 60  # characters
_FEWEST_CAPITALS = 4


def title_in(line: str, below: str) -> str:
    """What a line of plain text calls the lines below it: in capitals, or with a rule beneath; "" = it is no title.
    What it holds in brackets is told there, and no part of its name.

    >>> title_in("MEDICATION - MUM (as of 3 May)", "Ramipril"), title_in("Shopping list", "-----")
    ('MEDICATION - MUM', 'Shopping list')
    >>> title_in("PO BOX 118", "LEEDS"), title_in("It was the last line.", "-----")
    ('', '')
    """
    if not below.strip() or not _NAMES_ITSELF.match(line):
        return ""
    if _RULED.match(below):
        name = line.strip()
        return name if len(name) <= _LONGEST_TITLE else ""
    name = _IN_BRACKETS.sub(" ", line).strip().rstrip(": ")
    letters = [char for char in name if char.isalpha()]
    capitals = len(letters) >= _FEWEST_CAPITALS and all(char.isupper() for char in letters)
    if not capitals or len(name) > _LONGEST_TITLE or 2 * len(letters) < len(name) or below.strip().isupper():
        return ""
    return name
