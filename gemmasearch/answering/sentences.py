"""A passage becomes units that can be quoted: sentences, list items, table rows, headings, lines that stand alone.

Offsets count code points of the passage. Hard-wrapped text (mail, PDF) is joined: a line break counts as wanted
by the author only if the next word would still have fitted on the line.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import lru_cache

from gemmasearch import light
from gemmasearch.answering.entry_lines import begins_entry
from gemmasearch.answering.words import fold, listed
from gemmasearch.documents import Hit
from gemmasearch.letters import STOPS, title_in
from gemmasearch.light import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """``text[start:end]``; ``kind`` is "sentence", "item", "row", "heading" or "code"."""

    start: int
    end: int
    kind: str = "sentence"

    def of(self, text: str) -> str:
        """The unit on one line."""
        return " ".join(text[self.start : self.end].split())


_ITEM = light.pattern(r"[ \t]*(?:[-*+•‣◦·–]|\[[ xX]\]|\(?\d{1,3}[.)]|\(?[a-zA-Z]\))[ \t]+(?=\S)")
_HEADING = light.pattern(r"[ \t]{0,3}(?:#{1,6}[ \t]+\S|\*{1,8}[ \t]+\S.*$|={3,}|-{3,}\s*$)")
_TASK = light.pattern(
    r"\*{1,8}[ \t]+(?:TODO|DONE|NEXT|WAIT(?:ING)?|HOLD|STARTED|CANCELL?ED)[ \t]+\S"
)  # a headline of Org
_PLANNED = light.pattern(r"[ \t]*(?:CLOSED|DEADLINE|SCHEDULED):[ \t]*[<\[]")  # the line below it
_ROW = light.pattern(r"[^|]*\|[^|]*\||\S[^\t]*\t[^\t]*\S|\S+(?: \S+)*(?: {2,}\S+(?: \S+)*){2,}\s*$")
_RULE = light.pattern(r"[\s|:=+\-_*~]*$")
_FENCE = light.pattern(r"[ \t]*(?:```|~~~|#\+begin_|#\+end_)", re.I)
_LABEL = light.pattern(r"[^\W\d_][\w /()-]{0,40}:[ \t]+\S")  # "Total: 45 EUR" stands alone
# "Heating  612.40 EUR", a line of a bill
_ENTRY = light.pattern(
    r"\s*[^\W\d_].{0,60}?[ \t.:]\s*[-+−]?(?:[€$£] ?)?\d[\d.,'’]*[.,]\d\d(?: ?(?:[€$£]|[^\W\d_]{2,7}))?\s*"
)
_THAI = "[\u0e01-\u0e3a\u0e40-\u0e4e]"  # a letter or mark: Thai writes a space for a full stop, and around numbers
_THAI_SPACE = rf"(?<={_THAI})[ \n]+(?={_THAI})"
_END = light.pattern(rf"[.!?…]+[\"'”’»)\]]*(?=\s)|[{STOPS}]+[」』”）]*|{_THAI_SPACE}")
_CLAUSE = 15  # characters of a Thai clause: what is shorter is a part of one, such as a surname
_LEAST = 2  # words of a sentence: "1." and "Fee." are parts of one
_WORD = 20  # characters that a line lacks which was broken on purpose
_OPENING = "\"'“‘«([¿¡"
TABLES = (".csv", ".tsv")
_OUTLINES = (".org",)
_ATTRIBUTION = light.pattern(r"\b(?:wrote|writes|schrieb|geschrieben|écrit|escribió)\s?:[\s>]*$")


def split(text: str, *, table: bool = False, outline: bool = False) -> list[Unit]:
    """All units of ``text`` in order; blank stretches, rules and fences belong to none. Each line of a ``table``
    (CSV) is a row; in an ``outline`` (Org) a star at the beginning of a line makes a heading.
    """
    return list(_split(text, table, outline))


@lru_cache(maxsize=64)  # each passage of a question is asked for several times
def _split(text: str, table: bool, outline: bool) -> tuple[Unit, ...]:
    if table:
        return tuple(row for start, end in lines(text) for row in _trimmed(text, start, end, "row"))
    return tuple(unit for block in _blocks(text, outline) for unit in _units(text, block))


def units_of(hit: Hit) -> list[Unit]:
    """The units of a hit's text."""
    suffix = os.path.splitext(hit.path)[1].lower()
    return split(hit.text, table=suffix in TABLES, outline=suffix in _OUTLINES)


def sentences_of(text: str) -> list[str]:
    """The sentences of a unit: a short item of a list is quoted whole, though it may say several things.

    >>> sentences_of("- Nora keeps the keys. Piet keeps the till.")
    ['- Nora keeps the keys.', 'Piet keeps the till.']
    """
    found, start = [], 0
    for match in _END.finditer(text):
        if match.end() < len(text) and _ends_sentence(text, match, len(text)):
            found.append(text[start : match.end()].strip())
            start = match.end()
    whole = [*found, text[start:].strip()]
    return [text] if any(len(each.split()) < _LEAST for each in whole) else whole


def attributes(text: str) -> bool:
    """Whether a unit is what a mail program writes above a quotation.

    >>> attributes("On 26 Feb 2025 Ines Calloway wrote:")
    True
    """
    return _ATTRIBUTION.search(text) is not None


def _blocks(text: str, outline: bool) -> Iterator[Unit]:
    """Runs of lines that belong together; "sentence" blocks are still to be cut into sentences."""
    start = end = 0
    kind = ""
    fenced = False
    every = list(lines(text))
    for number, (a, b) in enumerate(every):
        line = text[a:b]
        new = _kind(line, fenced, outline)
        if _FENCE.match(line):
            fenced, new = not fenced, ""
        if new == "sentence" and begins_entry(line) and _among_entries(text, every, number):
            new = "item"
        elif new == "sentence" and _titles(text, every, number):
            new = "heading"
        goes_on = (
            new == "sentence" and kind in ("item", "sentence") and not _wanted_break(text, every, number)
        )
        if goes_on:
            end = b
            continue
        if kind:
            yield Unit(start, end, kind)
        start, end, kind = a, b, new
    if kind:
        yield Unit(start, end, kind)


def _kind(line: str, fenced: bool, outline: bool) -> str:
    if not line.strip() or _RULE.fullmatch(line):
        return ""
    if fenced:
        return "code"
    starred = re.match(r"[ \t]+\*[ \t]" if outline else r"[ \t]{0,3}\*[ \t]", line)
    if _HEADING.match(line) and not starred and not _TASK.match(line):
        return "heading"
    if _ITEM.match(line) or _TASK.match(line):
        return "item"
    return "row" if _ROW.match(line) else "sentence"


def lines(text: str) -> Iterator[tuple[int, int]]:
    """Where each line of a text begins and ends."""
    at = 0
    for line in text.split("\n"):
        yield at, at + len(line)
        at += len(line) + 1


def _wanted_break(text: str, lines: list[tuple[int, int]], number: int) -> bool:
    """Whether the author, not the line width, broke the line before ``lines[number]``."""
    a, b = lines[number]
    before_a, before_b = lines[number - 1]
    line, before = text[a:b], text[before_a:before_b].rstrip()
    if _PLANNED.match(line):
        return False
    if title_in(before, line) or _hangs(text, lines, number):
        return True
    if _ENTRY.fullmatch(line) and _ENTRY.fullmatch(before):
        return True
    around = [len(text[x:y].rstrip()) for x, y in sorted(_paragraph(text, lines, number))]
    width = max(around)
    filled = not any(length + _WORD < width for length in around[:-1])
    if _LABEL.match(line) and (len(before) < 60 or _LABEL.match(before) or not filled):
        return True
    if width >= 40 and line.lstrip()[:1].islower() and not before.endswith((".", "!", "?", ":", ";")):
        return False
    first_word = line.split(maxsplit=1)[0]
    return width < 30 or len(before) + 1 + len(first_word) + 12 < width


def _hangs(text: str, lines: list[tuple[int, int]], number: int) -> bool:
    """Whether a line stands further out than those above and below it, which belong to two lines such as it."""
    before, line, below = (
        text[slice(*lines[n])] if n < len(lines) else "" for n in range(number - 1, number + 2)
    )
    return not line[:1].isspace() and all(
        each.strip() and each.startswith(("  ", "\t")) for each in (before, below)
    )


def _among_entries(text: str, lines: list[tuple[int, int]], number: int) -> bool:
    """Whether half of the lines around begin with a day, a time or a name as ``lines[number]`` does: a list without
    bullets. In prose that is wrapped hardly more than one does."""
    around = [text[a:b] for a, b in _paragraph(text, lines, number)]
    entries = sum(map(begins_entry, around))
    return entries > 1 and 2 * entries >= len(around)


def _titles(text: str, lines: list[tuple[int, int]], number: int) -> bool:
    """Whether a line is the title of the lines below it: in capitals, or with a rule beneath."""
    line, below = (text[slice(*lines[n])] if n < len(lines) else "" for n in (number, number + 1))
    above = text[slice(*lines[number - 1])] if number else ""
    if above.strip() and not _RULE.fullmatch(above):
        return False
    # What stands in brackets behind it may well be asked for.
    return title_in(line, below) == line.strip().rstrip(": ")


def _paragraph(text: str, lines: list[tuple[int, int]], number: int) -> Iterator[tuple[int, int]]:
    """The lines around ``number`` up to the next blank ones, at most 20 to each side."""
    for step in (-1, 1):
        at = number if step == 1 else number - 1
        for _ in range(20):
            if not 0 <= at < len(lines) or not text[slice(*lines[at])].strip():
                break
            yield lines[at]
            at += step


def _units(text: str, block: Unit) -> Iterator[Unit]:
    start = block.start
    if block.kind == "sentence" or (block.kind == "item" and block.end - block.start > 200):
        for match in _END.finditer(text, block.start, block.end):
            if match.end() < block.end and _ends_sentence(text, match, block.end):
                yield from _trimmed(text, start, match.end(), block.kind)
                start = match.end()
    yield from _trimmed(text, start, block.end, block.kind)


def _trimmed(text: str, start: int, end: int, kind: str) -> Iterator[Unit]:
    piece = text[start:end]
    if stripped := piece.strip():
        lead = len(piece) - len(piece.lstrip())
        yield Unit(start + lead, start + lead + len(stripped), kind)


def _ends_sentence(text: str, match: re.Match[str], limit: int) -> bool:
    mark = match.group()
    if mark[0] in STOPS:
        return True
    if mark[0] in " \n":
        return _is_clause(text, match, limit)
    rest = text[match.end() : min(limit, match.end() + 40)].lstrip()
    if not rest:
        return True
    following = rest.lstrip(_OPENING)[:1]
    if following.islower():
        return False
    if mark[0] != "." or len(mark.rstrip("\"'”’»)]")) > 1:
        return True
    return not _abbreviates(text[max(0, match.start() - 30) : match.start()], rest)


def _is_clause(text: str, match: re.Match[str], limit: int) -> bool:
    """Whether what Thai spaces set apart on either side is long enough to say something by itself."""
    before = text[max(0, match.start() - _CLAUSE) : match.start()]
    behind = text[match.end() : min(limit, match.end() + _CLAUSE)]
    return min(len(before), len(behind)) == _CLAUSE and not re.search(_THAI_SPACE, f"{before}|{behind}")


def _abbreviates(before: str, rest: str) -> bool:
    """Whether the full stop after ``before`` belongs to an abbreviation, an initial or a German ordinal."""
    words = before.split()
    if not words:
        return False
    word = words[-1].lstrip(_OPENING)
    bare = fold(word)
    if bare in _NEVER_LAST:
        return True
    if bare in _ABBREVIATIONS:
        return fold(_first(rest)) not in _STARTERS
    if len(word) == 1 and word.isupper():
        return True  # an initial: "J. Smith"
    if re.fullmatch(r"(?:[^\W\d_]\.)+[^\W\d_]", word):
        return fold(_first(rest)) not in _STARTERS  # "U.S.", "z.B."
    if word.isdigit() and len(word) <= 2:
        return fold(_first(rest)) in _ORDINAL_AFTER or (len(words) > 1 and fold(words[-2]) in _ORDINAL_BEFORE)
    return False


def _first(rest: str) -> str:
    found = re.match(r"\W*([^\W_]+)", rest)
    return found.group(1) if found else ""


# Before these there is always more of the same sentence.
_NEVER_LAST = listed(
    """mr mrs ms dr prof st mt ft rev gen col lt sgt capt gov sen rep hon vs cf eg e.g i.e ie viz fig
    figs eq eqs no nos vol pp p ca approx z.b d.h u.a bzw vgl nr str abs art hr fr frl dipl ing med
    geb gest sog usw. mme mlle mm me sr sra srta dra d.h ud uds pag num tel jan feb apr jun jul aug
    sept sep oct nov dec okt dez mio mrd
    kl godz ul mgr inz sig sig.ra dott avv dhr mevr bijv avda cad sok mah bkz t.ex f.eks bl.a
    ул пр пл им кв стр тел вул"""
)
# These may end a sentence; it does if the next word is one that likes to begin one.
_ABBREVIATIONS = listed(
    "etc inc ltd co corp jr sr dept est al usw ph.d m.d b.a m.a a.m p.m am pm u.s u.k bc ad gmbh"
)
_STARTERS = listed(
    """the a an this that these those it he she they we i you in on at after before when while if but
    and however der die das es er sie wir ich ein eine im am nach wenn aber und le la les un une il
    elle nous je en dans el los las ella yo si"""
)
_ORDINAL_AFTER = listed(
    """januar februar marz april mai juni juli august september oktober november dezember jahrhundert
    jahrhunderts jahrhunderte jh weltkrieg etage stock klasse lebensjahr quartal kapitel"""
)
_ORDINAL_BEFORE = listed("am vom zum bis ab der den dem des seit im")
