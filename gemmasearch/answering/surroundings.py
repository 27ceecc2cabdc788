"""What stands around a sentence: the line above its block, its heading, the head of its table, the question that it
answers, the sentence beside it, the name and the day of its document."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gemmasearch import light
from gemmasearch.answering import spans, words
from gemmasearch.answering.hostile import instructs
from gemmasearch.answering.numbers import YEAR
from gemmasearch.answering.question import SEVERAL, Question
from gemmasearch.answering.reference import points_back
from gemmasearch.answering.sentences import Unit, units_of
from gemmasearch.documents import Hit, on_calendar

if TYPE_CHECKING:
    from datetime import datetime

_APART = light.pattern(r"\n[ \t]*\n")  # an empty line
_LABEL = light.pattern(r"[^\W\d_][^:\n]{0,30}:[ \t]+\S")
_HEAD_OF_BLOCK = 5  # words
_HEAD_NAME = light.pattern(
    r"[-*+•]?\s*(?:\[[ xX]\]\s*)?(?P<mark>\*\*|__|)"
    rf"(?P<name>{words.CAPITAL}[\w'’-]+(?: {words.CAPITAL}[\w'’-]+)?)(?P=mark)"
)
_QUERY = light.pattern(r"\W*(?:q|question|f|frage|p|pregunta)\W", re.I)
_REPLY = light.pattern(r"\W*(?:a|answer|antwort|r|réponse|respuesta)\W", re.I)
_FROM_TODAY = light.pattern(
    r"today|tomorrow|yesterday|tonight|heute|morgen|gestern|demain|hier|ma[ñn]ana"
    r"|(?:next|last|this) (?:week|month|year|spring|summer|autumn|winter)",
    re.I,
)
_LETTERS = light.pattern(r"[^\W\d_]{3,}")
RECORDS = ("contact", "event")  # every line of which is about the same person or day
_CALLED = {"event": "appointment Termin rendez-vous cita"}  # what an entry of a calendar is, and seldom says


def honest(hit: Hit) -> list[Unit]:
    """The units of a hit without those that talk to a program: who planted one would have written the answer, and the
    sentences beside it would seem to speak of its words."""
    units = units_of(hit)
    return [u for u in units if not instructs(u.of(hit.text))] if instructs(hit.text) else units


def apart(question: Question, text: str, said: Sequence[Unit], language: str) -> list[bool]:
    """Of each unit, whether it is one of several that say the same, each of something else: a row of a table, and an
    item of a list of people of whom the question names one."""
    if SEVERAL.search(question.text):
        return [False] * len(said)
    heads = [head_name(unit, unit.of(text), language) for unit in said]
    of_people = not set(question.names).isdisjoint(set[str]().union(*heads))
    return [unit.kind == "row" or (of_people and bool(head)) for unit, head in zip(said, heads, strict=True)]


def head_name(unit: Unit, text: str, language: str) -> frozenset[str]:
    """The stems of the name with which an item of a list, or a line with a label, begins: "- **Isla**, born in June",
    "Callum: physiotherapy"."""
    found = _HEAD_NAME.match(text)
    if found is None or not (unit.kind == "item" or text[found.end() :].startswith(":")):
        return frozenset()
    return frozenset(words.stems(found["name"], language))


def beside(text: str, one: Unit, other: Unit, language: str) -> bool:
    """Whether one unit speaks of what the next one does: no paragraph ends between them, but where the one introduces
    the other or the other points back."""
    between = text[one.end : other.start]
    return not _APART.search(between) or one.of(text).endswith(":") or points_back(other.of(text), language)


def block_of(text: str, unit: Unit) -> str:
    """The line above a block of lines with labels, for each of them: an address, a login, an entry of a list of
    telephone numbers. "" where there is none."""
    if not _LABEL.match(text, unit.start):
        return ""
    first, *more = text[: unit.start].rpartition("\n\n")[2].strip().split("\n")
    named = first and len(first.split()) <= _HEAD_OF_BLOCK and ":" not in first and first[-1] not in ".!?,;|"
    return first if named and all(_LABEL.match(line) for line in more) else ""


def heading_of(text: str, headings: Sequence[Unit], unit: Unit) -> str:
    """The heading above a unit within its passage, for a passage may hold several sections of a note."""
    return next((each.of(text) for each in reversed(headings) if each.end <= unit.start), "")


def heading_with_day(hit: Hit, headings: Sequence[Unit], unit: Unit) -> str:
    """The nearest heading above a unit that names a day, else the title that does; "" = none."""
    within = (each.of(hit.text) for each in reversed(headings) if each.end <= unit.start)
    return next(filter(_names_day, (*within, *reversed(hit.headings), hit.title)), "")


def day_above(text: str, hit: Hit) -> str:
    """The heading with the day of a sentence that names none itself, as in a diary; "" = there is none."""
    if _names_day(text):
        return ""
    at = hit.text.find(text)
    within = [unit.of(hit.text) for unit in units_of(hit) if unit.kind == "heading" and unit.end <= at]
    nearest = within[-1:] or hit.headings[-1:]
    bare = nearest[0].strip("#*= \t") if nearest else ""
    return bare if _names_day(bare) else ""


def day_beside(text: str, hit: Hit) -> str:
    """What a sentence of a note that names no day is to be told with, where it is asked for one: the heading with the
    day of its entry, else the day of the note. Sources that are mails are listed with theirs."""
    if day := day_above(text, hit):
        return day
    moment = None if hit.kind != "note" or _names_day(text) else moment_of(hit)
    return moment.date().isoformat() if moment else ""


def sent_on(hit: Hit) -> str:
    """The day of a mail, "" where a passage is of none, or its day is not known."""
    moment = moment_of(hit) if hit.kind == "mail" else None
    return moment.date().isoformat() if moment else ""


def _names_day(text: str) -> bool:
    """A weekday by itself is none, nor is "today": which one it was, its entry has to say."""
    said = (text[span.start : span.end] for span in spans.dates(text) if span.kind == "date")
    return any(not (spans.WEEKDAY.fullmatch(each) or _FROM_TODAY.fullmatch(each)) for each in said)


def names_columns(hit: Hit, said: Sequence[Unit], at: int) -> bool:
    """Whether a row is the head of a table: a rule stands below it, or it begins the document and holds no digit."""
    if at + 1 == len(said) or said[at + 1].kind != "row":
        return False
    ruled = hit.text[said[at].end : said[at + 1].start].strip() != ""
    return ruled or (at == hit.start == 0 and not any(map(str.isdigit, said[at].of(hit.text))))


def posed(text: str, before: Sequence[Unit], headings: Sequence[Unit], unit: Unit) -> str:
    """The question right above a unit that answers it, where it is a heading or the two have labels ("Q:", "A:");
    "" = none. A question in a letter is seldom answered by the next sentence."""
    above = [each for each in (*before[-1:], *headings) if each.end <= unit.start]
    last = max(above, key=lambda each: each.end, default=None)
    if last is None or not (said := last.of(text).rstrip("*_ ")).endswith("?"):
        return ""
    labelled = _QUERY.match(said) and _REPLY.match(text, unit.start)
    return said if last.kind == "heading" or labelled else ""


def head_of(hit: Hit) -> str:
    """What stands above all of a passage: title, headings, sender, day and name of its document."""
    return " ".join(
        (hit.title, *hit.headings, hit.sender, day_of(hit), _file_name(hit), _CALLED.get(hit.kind, ""))
    )


def _file_name(hit: Hit) -> str:
    """The words of its file's name: "choir.md" need not say that it is about a choir. The name of a mailbox or an
    archive says nothing of what is in it."""
    if hit.part or hit.kind == "mail":
        return ""
    stem, _ = os.path.splitext(os.path.basename(hit.path))
    return " ".join(_LETTERS.findall(stem))


def day_of(hit: Hit) -> str:
    """The date of its document, unless its headings say of which year it speaks."""
    if any(YEAR.search(heading) for heading in hit.headings):
        return ""
    moment = moment_of(hit)
    return moment.strftime("%d %B %Y") if moment else ""


def moment_of(hit: Hit) -> datetime | None:
    """The date of its document, None where it has none that a calendar knows. A letter is of the day that a search
    shows; what a note says without a zone is kept as if it were UTC."""
    from datetime import UTC, datetime

    if hit.date is None:
        return None
    try:
        local = hit.kind in ("mail", "visit")
        return on_calendar(hit.date, hit.kind) if local else datetime.fromtimestamp(hit.date, UTC)
    except (OverflowError, ValueError, OSError):
        return None
