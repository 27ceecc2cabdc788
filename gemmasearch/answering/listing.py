"""Questions whose answer is a list: all of its items, and of a list of tasks those that are still open."""

from __future__ import annotations

from collections.abc import Sequence, Set

from gemmasearch import light
from gemmasearch.answering import awaited, spans, words
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
    r"|\bwhat (?:did|has|have) (?:[\w.]+ ){1,3}"
    r"(?:order|ordered|buy|bought|plant|planted|sow|sown|sell|sold|lend|lent|borrow|borrowed|win|won|catch|caught)\b"
    r"|\bwas (?:alles )?(?:brauche?n?|muss|mussen|soll|sollen|nehmen?) (?:ich|wir|man)\b|\bzutaten\b"
    r"|\b(?:que|qu['’]est-ce qu['’]il) (?:me |nous )?faut\b|\bingredientes?\b"
    r"|\bque (?:necesito|necesitamos|hay que|tengo que|tenemos que)\b"
)
_OPEN = light.pattern(  # folded: of a list of tasks, what is not done
    r"\b(?:still|left|remaining|to[ -]?do|to[ -]?dos|have to|has to|need to|must|outstanding|open|noch|muss|mussen"
    r"|offen\w*|reste|encore|falta\w*|todavia|hay que)\b"
)
_PARTS = light.pattern(r"\s*[,;]\s*(?:and |und |et |y )?|\s+(?:and|und|et|y)\s+")
_FEWEST = 3  # parts of a sentence that is a list
_LONGEST_PART = 7  # words of one
_IN = light.pattern(  # folded: what something is made of, or needs
    r"\b(?:ingredients|zutaten|ingredientes?)\b|\bwhat(?:['’]s| is| are| goes) in\b|\bwas (?:ist|kommt|gehort) in\b"
    r"|\bwhat (?:all )?(?:do|must|should) (?:i|we|you) need\b|\bwas (?:alles )?(?:brauche?n?) (?:ich|wir|man)\b"
)
TASKS = "todo to-do task list tasks aufgaben tareas"  # what notes of tasks are called
_OF_TASKS = light.pattern(r"(?<![^\W_])(?:to[ _-]?dos?|tasks?|aufgaben|taches|tareas)(?![^\W_])")  # folded
_OPEN_BOX = light.pattern(r"\W*\[ ?\]|\*+ TODO\b")
_TASKS = light.pattern(  # folded
    r"\bwhat(?:['’]s| is| do i| do we| must i| must we)? (?:\w+ ){0,4}"
    r"(?:to do|to be done|left|on my (?:\w+[ -]){1,2}list)\b"
    r"|\bwhat (?:must|should) (?:i|we) still do\b|\b(?:todos?|to-dos?|open tasks)\b"
    r"|\bwas (?:muss|mussen) (?:ich|wir) noch (?:machen|tun|erledigen)\b"
    r"|\bque (?:me )?(?:falta|queda) por hacer\b|\bque (?:me |nous )?reste-t-il a faire\b"
)
_DONE = light.pattern(r"\W*\[[xX]\]|\*+ (?:DONE|CANCELL?ED)\b")


def asks(question: Question) -> bool:
    """Whether it asks for the items of a list."""
    return question.kind == "list" or (
        question.kind in ("what", "who") and _ASKS.search(words.fold(question.text)) is not None
    )


def asks_for_tasks(question: Question) -> bool:
    """Whether it asks for whatever is still to be done, of no topic: the files need not hold any of its words."""
    said = {words.fold(question.surface[stem]) for stem in question.stems}
    return said <= _SAID_BY_LISTS and _TASKS.search(words.fold(question.text)) is not None


def items(question: Question, ranked: Sequence[Candidate]) -> list[Evidence]:
    """The items of the list whose title, headings or introduction say what is asked for; where they leave some of it
    to the items, those that say it. [] where no list does."""
    asked = {stem for stem in question.stems if words.fold(question.surface[stem]) not in _SAID_BY_LISTS}
    if not asked:
        return _open_tasks(ranked) if asks_for_tasks(question) else []
    if rows := _rows(asked, question, ranked):
        return [_evidence(question, c) for c in rows]
    units = {(c.hit.chunk_id, c.unit.start): c for c in ranked if c.unit.kind == "item"}
    found = [c for c in ranked if _run(c) and asked <= c.held | c.about]
    lead = max(found, key=lambda c: (len(set(question.stems) & (c.held | c.about)), c.score), default=None)
    if lead is None:
        return _in_a_sentence(asked, question, ranked)
    missing = asked - lead.about if lead.unit.kind == "item" else set[str]()
    run = [units.get((lead.hit.chunk_id, unit.start)) for unit in _run(lead)]
    told = [c for c in run if c is not None and missing <= c.held | c.about]
    if _OPEN.search(words.fold(question.text)):
        told = [c for c in told if not _DONE.match(c.text)]
    return [_evidence(question, c) for c in told]


def _open_tasks(ranked: Sequence[Candidate]) -> list[Evidence]:
    """What has an empty box in notes that are called a list of tasks; where there are none, in any."""
    left = [c for c in ranked if c.unit.kind == "item" and _OPEN_BOX.match(c.text)]
    of_tasks = [c for c in left if _OF_TASKS.search(words.fold(" ".join((c.hit.title, c.hit.path))))] or left
    best = min((ranked.index(c) for c in of_tasks), default=None)
    if best is None:
        return []
    first = ranked[best].hit.document_id
    ordered = sorted(
        of_tasks, key=lambda c: (c.hit.document_id != first, c.hit.document_id, c.hit.start, c.unit.start)
    )
    return [Evidence(c.text, c.hit, c.share, None, line_of(c.hit, c.text)) for c in ordered]


def _in_a_sentence(asked: Set[str], question: Question, ranked: Sequence[Candidate]) -> list[Evidence]:
    """The sentence that lists what something is made of, below a title or heading that names it: "Three eggs, 200 g
    flour, a pinch of salt"."""
    if not _IN.search(words.fold(question.text)):
        return []
    found = [c for c in ranked if c.unit.kind == "sentence" and asked <= c.held | c.about and lists(c.text)]
    return [_evidence(question, c) for c in found[:1]]


def lists(text: str) -> bool:
    """Whether a sentence is a list: of short parts, most of them with an amount.

    >>> lists("Three eggs, 200 g flour and a pinch of salt."), lists("Open the door, leave, and call us.")
    (True, False)
    """
    parts = [part for part in _PARTS.split(text.rpartition(":")[2]) if part.strip()]
    amounts = sum(any(spans.numbers(part)) for part in parts)
    return (
        len(parts) >= _FEWEST
        and 2 * amounts >= len(parts)
        and all(len(part.split()) <= _LONGEST_PART for part in parts)
    )


def enough(told: Sequence[Evidence]) -> bool:
    """Whether what was found is a list: several items, or a sentence that is one, or the one task that is open."""
    return len(told) > 1 or any(lists(e.text) or _OPEN_BOX.match(e.text) for e in told)


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
