"""Questions whose answer is a list: all of its items, and of a list of tasks those that are still open."""

from __future__ import annotations

from collections.abc import Sequence, Set

from gemmasearch import light
from gemmasearch.answering import awaited, words
from gemmasearch.answering.candidates import Candidate
from gemmasearch.answering.evidence import line_of
from gemmasearch.answering.question import SEVERAL, Question
from gemmasearch.answering.sentences import Unit, units_of
from gemmasearch.documents import Evidence

MOST = 15  # items that are told; of a longer list the rest stands in the source
LONGER = "the list is longer; its source holds all of it"
_SAID_BY_LISTS = words.listed(  # that it is one, and what it is for
    """need needs take bring pack buy get check remember list lists thing things item items ingredient ingredients job
    jobs task tasks step steps still left open missing have go goes use used brauchen brauche braucht mitnehmen nehmen
    einpacken kaufen zutaten sachen dinge noch liste faut prendre acheter choses encore necesito necesitamos llevar
    comprar ingredientes cosas lista"""
)
_ASKS = light.pattern(  # folded
    r"\bwhat (?:all )?(?:do|should|must|shall|did) (?:i|we|you|they) (?:\w+ ){0,3}"
    r"(?:need|bring|take|pack|buy|do|get|check|remember)\b"
    r"|\b(?:which|what) (?:\w+ )?(?!is\b|was\b|does\b|has\b|this\b)\w+[a-z](?<!s)s"
    r" (?:go|are|were|do|does|did|has|have|need|belong|should|must|can|still)\b"
    r"|\bwhat(?:['’]s| is) (?:in|on|left|still|missing|to be done|there to do)\b"
    r"|\b(?:ingredients|(?:packing|kit|shopping|check|to-?do|task)[ -]?list|checklist|to-?dos)\b"
    r"|\bwas (?:alles )?(?:brauche?n?|muss|mussen|soll|sollen|nehmen?) (?:ich|wir|man)\b|\bzutaten\b"
    r"|\b(?:que|qu['’]est-ce qu['’]il) (?:me |nous )?faut\b|\bingredientes?\b"
    r"|\bque (?:necesito|necesitamos|hay que|tengo que|tenemos que)\b"
)
_OPEN = light.pattern(  # folded: of a list of tasks, what is not done
    r"\b(?:still|left|remaining|to[ -]?do|to[ -]?dos|have to|has to|need to|must|outstanding|open|noch|muss|mussen"
    r"|offen\w*|reste|encore|falta\w*|todavia|hay que)\b"
)
_DONE = light.pattern(r"\W*\[[xX]\]|\*+ (?:DONE|CANCELL?ED)\b")


def asks(question: Question) -> bool:
    """Whether it asks for the items of a list."""
    return question.kind == "list" or (
        question.kind in ("what", "who") and _ASKS.search(words.fold(question.text)) is not None
    )


def items(question: Question, ranked: Sequence[Candidate]) -> list[Evidence]:
    """The items of the list whose title, headings or introduction say what is asked for; where they leave some of it
    to the items, those that say it. [] where no list does."""
    asked = {stem for stem in question.stems if words.fold(question.surface[stem]) not in _SAID_BY_LISTS}
    if not asked:
        return []
    if rows := _rows(asked, question, ranked):
        return [_evidence(question, c) for c in rows]
    units = {(c.hit.chunk_id, c.unit.start): c for c in ranked if c.unit.kind == "item"}
    found = [c for c in ranked if _run(c) and asked <= c.held | c.about]
    lead = max(found, key=lambda c: (len(set(question.stems) & (c.held | c.about)), c.score), default=None)
    if lead is None:
        return []
    missing = asked - lead.about if lead.unit.kind == "item" else set[str]()
    run = [units.get((lead.hit.chunk_id, unit.start)) for unit in _run(lead)]
    told = [c for c in run if c is not None and missing <= c.held | c.about]
    if _OPEN.search(words.fold(question.text)):
        told = [c for c in told if not _DONE.match(c.text)]
    return [_evidence(question, c) for c in told]


def _rows(asked: Set[str], question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """The rows of the best table that say what its title and columns leave open, in their order."""
    if SEVERAL.search(question.text):
        return []
    rows = [c for c in ranked if c.is_row and asked <= c.held | c.context and asked & c.held]
    of_best = [c for c in rows if c.hit.chunk_id == rows[0].hit.chunk_id]
    return sorted(of_best, key=lambda c: c.unit.start) if len(of_best) > 1 else []


def _run(lead: Candidate) -> list[Unit]:
    """The items beside a candidate, without anything between them, or those that it introduces."""
    units = units_of(lead.hit)
    at = next((n for n, unit in enumerate(units) if unit.start == lead.unit.start), None)
    if at is None:
        return []
    if units[at].kind != "item":
        if not lead.text.endswith(":"):
            return []
        at += 1
    first = at
    while first and first < len(units) and units[first].kind == units[first - 1].kind == "item":
        first -= 1
    last = at
    while last < len(units) and units[last].kind == "item":
        last += 1
    return units[first:last]


def _evidence(question: Question, item: Candidate) -> Evidence:
    span = awaited.answering(question, item.text, item.language)
    return Evidence(item.text, item.hit, item.share, span, line_of(item.hit, item.text))
