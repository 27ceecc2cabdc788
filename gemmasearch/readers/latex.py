"""LaTeX and BibTeX: commands stay as they stand, but accents become letters, and titles and headings are known.

Of ``Gr\\"o{\\ss}e`` nobody finds the word. Lines stay as they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from gemmasearch import light
from gemmasearch.documents import Document, Problem
from gemmasearch.readers.formats import CannotRead, Source
from gemmasearch.readers.notes import HEADING_LENGTH, sections
from gemmasearch.readers.textual import decode, without_payloads
from gemmasearch.settings import Settings

_MARKS = {
    '"': "\u0308", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "c": "\u0327", "v": "\u030c", "u": "\u0306", "H": "\u030b", "k": "\u0328", "r": "\u030a", "d": "\u0323",
}  # fmt: skip
_LETTERS = {
    "ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å",
    "AA": "Å", "i": "ı", "j": "ȷ",
}  # fmt: skip
# {\"o}, \"{o}, \"o, {\'\i}; a letter's name needs something behind it: {\ss}, \ss{}, \ss and a space
_ACCENT = light.pattern(
    r"""(?<!\\)(\{)?\\(?:(["'`^~=.])[ ]?|([cvuHkrd])(?=[ {])[ ]?)"""
    r"""(?:\{(\\?[A-Za-z])\}|(\\[ij](?![A-Za-z])|[A-Za-z]))(?(1)\}|)"""
)
_LETTER = light.pattern(
    r"\{\\(ss|[oOlLij]|ae|AE|oe|OE|aa|AA)\}|\\(ss|[oOlLij]|ae|AE|oe|OE|aa|AA)(?:\{\}|[ ]|(?![A-Za-z]))"
)
_HEADING = light.pattern(
    r"^[ \t]*\\(part|chapter|section|subsection|subsubsection|paragraph)\*?(?:\[[^\]\n]{0,200}\])?\{", re.M
)
_LEVELS = ("part", "chapter", "section", "subsection", "subsubsection", "paragraph")
_TITLE = light.pattern(r"^[ \t]*\\title(?:\[[^\]\n]{0,200}\])?\{", re.M)
_OPENED = light.pattern(r"\\[A-Za-z]+\*?\Z")
_COMMAND = light.pattern(
    r"\\(?:label|footnote|thanks|index|cite\w*)\{[^{}]{0,200}\}|\\[A-Za-z]+\*?|\\\\|[{}$]"
)


def read(source: Source, settings: Settings) -> Iterator[Document | Problem]:
    text = without_payloads(decode(source.read()))
    if not text.strip():
        raise CannotRead("empty")
    text = with_letters(text)
    headings = [
        (m.start(), _LEVELS.index(m[1]) + 1, _argument(text, m.end())) for m in _HEADING.finditer(text)
    ]
    titled = _TITLE.search(text)
    yield Document(
        "note", text, title=_argument(text, titled.end()) if titled else "", sections=sections(text, headings)
    )


def with_letters(text: str) -> str:
    """Accents and named letters as Unicode."""
    return _LETTER.sub(_named, _ACCENT.sub(_accented, text)) if "\\" in text else text


def _accented(found: re.Match[str]) -> str:
    letter = (found[4] or found[5]).removeprefix("\\")
    whole = unicodedata.normalize("NFC", letter + _MARKS[found[2] or found[3]])
    return _braced(found, whole) if len(whole) == 1 else found[0]


def _named(found: re.Match[str]) -> str:
    return _braced(found, _LETTERS[found[1] or found[2]])


def _braced(found: re.Match[str], letter: str) -> str:
    """With its braces where they are a command's: ``\\textbf{\\"O}l`` says "Öl", not "\\textbfÖl"."""
    start = found.start()
    of_command = found[0][0] == "{" and _OPENED.search(found.string, max(0, start - 40), start)
    return f"{{{letter}}}" if of_command else letter


def _argument(text: str, start: int) -> str:
    """What stands in the braces that were opened before ``start``, without commands."""
    depth, end = 1, start
    for end in range(start, min(len(text), start + 4 * HEADING_LENGTH)):
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        if not depth:
            break
    return " ".join(_COMMAND.sub(" ", text[start:end]).split())[:HEADING_LENGTH]
