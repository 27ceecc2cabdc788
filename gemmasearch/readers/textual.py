"""Bytes become text: byte order marks, UTF-8, then a guess; and whether bytes are text at all."""

from __future__ import annotations

import codecs
import re
from collections import Counter

from gemmasearch import light

_BOMS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS = bytes(b for b in range(32) if b not in b"\a\b\t\n\f\r\x1b") + b"\x7f"
_UNWANTED = light.pattern("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_TERMINAL = light.pattern(
    "\x1b(?:\\[[0-?]{0,30}[ -/]{0,4}[@-~]|\\][^\x07\x1b\n]{0,2000}(?:\x07|\x1b\\\\)|[()][0AB])"
)  # colours, links
# Where a word may be cut: such letters keep it from being found. At a line end it is cut.
_CUTS = light.pattern("\u00ad(?!\r?\n)|(?<=[A-Za-z\u00c0-\u024f])\u200b(?=[A-Za-z\u00c0-\u024f])")
_SAMPLE = 32_768
_SENSE = 12  # characters: fewer may make sense by chance
_EASTERN = ("gb2312", "big5", "cp932", "cp949")
# 160 letters on one line, or four lines of 60 to 80 below each other.
_PAYLOAD = light.pattern(
    r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{160,}={0,2}|(?:^[ \t]*[A-Za-z0-9+/]{60,80}\n){3,}"
    r"(?:[ \t]*(?:[A-Za-z0-9+/]{1,80}={1,2}|[A-Za-z0-9+/]{24,80})$)?",
    re.MULTILINE,
)
_LETTERS = bytes(ord("a") if chr(c).isalnum() or c in b"+/" else ord(" ") for c in range(128)) + b" " * 128
_DIGIT, _SMALL, _CAPITAL = light.pattern(r"[0-9]"), light.pattern(r"[a-z]"), light.pattern(r"[A-Z]")
_ASCII = bytes(range(128))
# Letters, marks and signs of Windows-1252 that people type; more than one in fifty others tell of another encoding.
_WESTERN = bytes(
    c
    for c in range(128, 256)
    if c not in b"\x81\x8d\x8f\x90\x9d\x9f\xa4\xa5\xa6\xac\xad\xaf\xb3\xb8\xb9\xd0\xde\xf0\xfe"
)


def is_text(head: bytes) -> bool:
    """Whether the first bytes of a file look like text in any common encoding."""
    if head.startswith(tuple(mark for mark, _ in _BOMS)) or _wide(head):
        return True
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return b"\0" not in head and controls * 50 <= len(head)


def is_zeroed_text(head: bytes) -> bool:
    """Whether it is UTF-8 with zeros in it: a power cut leaves blocks of them in logs, a program one in a note."""
    rest = head.replace(b"\0", b"")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(rest)  # the last letter may be cut
    except UnicodeDecodeError:
        return False
    return is_text(rest)


def decode(raw: bytes) -> str:
    """The text of a file: by its mark, as UTF-8, else by charset-normalizer's guess. Never fails."""
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            return clean(raw[len(mark) :].decode(encoding, "replace"))
    if encoding := _wide(raw):
        return clean(raw.decode(encoding, "replace"))
    try:
        return clean(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return clean(mended(raw) or raw.decode(guess(raw), "replace"))


def clean(text: str) -> str:
    """Line ends become ``\\n``; controls, those of terminals whole ("ESC[31m"), lone surrogates, which no store
    keeps, and soft hyphens are taken out."""
    if text.isprintable():  # a header, mostly
        return text
    if "\x1b" in text:
        text = _TERMINAL.sub("", text)
    if "\u00ad" in text or "\u200b" in text:
        text = _CUTS.sub("", text)
    return _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    return " ".join(clean(text).split())


def without_payloads(text: str) -> str:
    """Pictures, fonts and files that are written out as base64 within a text, as "…": line ends stay.

    Any run of so many of its letters, capitals, small ones and digits, is no word that anybody looks for.
    """
    if b"a" * 60 not in text.encode("utf-8", "surrogatepass").translate(_LETTERS):  # most texts
        return text
    return _PAYLOAD.sub(_elided, text)


def _elided(found: re.Match[str]) -> str:
    run = found[0]
    if not (_DIGIT.search(run) and _SMALL.search(run) and _CAPITAL.search(run)):
        return run
    return "…" + "\n" * run.count("\n")


def mended(raw: bytes) -> str:
    """UTF-8 with a few damaged bytes; "" for what is something else."""
    text = raw.decode("utf-8", "replace")
    return text if sum(c > "\x7f" for c in text) > 20 * text.count("�") else ""


def guess(raw: bytes) -> str:
    """The encoding of bytes that are neither marked nor UTF-8.

    Western text has few letters beyond ASCII, and knows which; charset-normalizer, which knows the other code pages,
    took 28 to 58 of 100 Spanish, French and Portuguese texts of 4,000 characters for one of those.
    """
    from gemmasearch.readers.alphabets import by_alphabet

    sample = raw[:_SAMPLE]
    if page := by_alphabet(sample):
        return page
    beyond = sample.translate(None, _ASCII)
    odd = len(beyond.translate(None, _WESTERN)) - sample.count(b"m\xb3")  # cubic metres
    if len(beyond) * 5 < len(sample) * 2 and odd * 50 <= len(beyond):
        return "cp1252"
    import charset_normalizer

    best = charset_normalizer.from_bytes(sample).best()
    return best.encoding if best else "cp1252"


def _wide(raw: bytes) -> str:
    """The encoding of UTF-16 without a mark: in Western text every second byte is zero, other text makes sense."""
    sample = raw[:4096]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if len(sample) < 8:
        return ""
    if max(even, odd) * 10 >= len(sample) * 3 and min(even, odd) * 20 <= max(even, odd):
        return "utf-16-le" if odd > even else "utf-16-be"
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls * 50 <= len(sample) and not even + odd:
        return ""
    return next((each for each in ("utf-16-le", "utf-16-be") if _makes_sense(sample, each)), "")


def _makes_sense(sample: bytes, encoding: str) -> bool:
    """Whether bytes in an encoding are text of one alphabet, or what an encoding of the Far East has letters for.

    Four of five pairs of random bytes are no such thing, and binary data has controls among them.
    """
    text = sample[: len(sample) // 2 * 2].decode(encoding, "ignore")  # a pair may be cut
    beyond = [c for c in text if c > "\x7f"]
    if len(text) < _SENSE or not beyond or _UNWANTED.search(text):
        return False
    _, most = Counter(ord(c) >> 8 for c in beyond).most_common(1)[0]
    if ord(max(beyond)) >> 8 <= 0x20 and most * 10 >= len(beyond) * 9:
        return len(text.split()) * 40 >= len(text)
    whole = "".join(beyond)
    return any(len(whole.encode(each, "ignore").decode(each)) * 30 >= len(whole) * 29 for each in _EASTERN)
