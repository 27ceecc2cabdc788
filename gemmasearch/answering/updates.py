"""An update behind what it updates, in the same item or paragraph: "ABV 5.2 %. Update 22 May: it is 5.4 %."."""

from __future__ import annotations

import re
from dataclasses import replace

from gemmasearch import light
from gemmasearch.answering import awaited
from gemmasearch.answering.evidence import line_at
from gemmasearch.answering.question import GATHERED, Question
from gemmasearch.answering.sentences import units_of
from gemmasearch.documents import Evidence

_MARK = (
    r"[*_(\[]*(?:update[ds]?|correct(?:ion|ed)|edit(?:ed)?|revised|amended|nachtrag|aktualisiert|korrektur|berichtigung"
    r"|korrigiert|mise à jour|rectificatif|actualizaci[óo]n|correcci[óo]n)\b[^:.\n]{0,30}:"
)
_BEGINS = light.pattern(rf"\W{{0,6}}{_MARK}", re.I)
_WITHIN = light.pattern(rf"[.;!?)–—-][*_]*\s+{_MARK}", re.I)


def told(question: Question, first: Evidence) -> tuple[Evidence, ...]:
    """A sentence with the update of it: itself where it holds that, else both; () = there is none."""
    if question.kind in GATHERED:
        return ()
    if _WITHIN.search(first.text):
        return (first,)
    text = first.hit.text
    units = units_of(first.hit)
    at = next((n for n, unit in enumerate(units) if unit.of(text) == first.text), None)
    if at is None or _BEGINS.match(first.text):
        return ()
    before = units[at]
    for unit in units[at + 1 :]:
        if "\n\n" in text[before.end : unit.start] or unit.kind in ("heading", "row"):
            return ()
        said = unit.of(text)
        if _BEGINS.match(said) and (question.kind == "yesno" or awaited.has_wanted(question, said)):
            return first, replace(first, text=said, span=None, line=line_at(first.hit, unit))
        if unit.kind == "item":
            return ()  # of something else
        before = unit
    return ()
