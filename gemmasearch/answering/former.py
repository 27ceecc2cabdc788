"""What was so before something changed: "(was 1,290)" beside what is so now."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gemmasearch import light
from gemmasearch.answering import words

if TYPE_CHECKING:
    from gemmasearch.answering.candidates import Candidate
    from gemmasearch.answering.question import Question

# "What was my rent before the increase": of the change the answer need not speak.
_CHANGE = light.pattern(  # folded
    r"\b(?:before|prior to) (?:the |it |they |this |last )*"
    r"(?P<change>increase[ds]?|ris(?:e|en)|rose|raise[ds]?|changed?s?|went (?:up|down)|going up|cut|reduction"
    r"|drop(?:ped)?)"
    r"(?: (?:in|last) \w+(?: \d{4})?)?\W*$"
    r"|\bvor de[rm] (?:\w+ )?(?P<wandel>\w*erhohung|anstieg|anderung|senkung)\W*$"
    r"|\bavant (?:l['’]|la |le )(?P<changement>augmentation|hausse|baisse|changement)\W*$"
    r"|\bantes de(?:l| la) (?P<cambio>aumento|subida|bajada|cambio)\W*$"
)
_FORMER = light.pattern(
    r"\b(?:was|were|used to|formerly|previously|before|up from|down from|from .*\d.* to|instead of|old|war(?:en)?"
    r"|bisher|früher|zuvor|vorher|statt|von .*\d.* auf|était|avant|auparavant|au lieu|de .*\d.* à|era|antes|en lugar"
    r"|de .*\d.* a)\b",
    re.I | re.S,
)


def change(folded: str) -> frozenset[str]:
    """The words by which a question names the change before which something was so: its answer need not.

    >>> sorted(change("what was my rent before the increase?"))
    ['increase']
    """
    found = _CHANGE.search(folded)
    return (
        frozenset(word for part in found.groups() if part for word in part.split()) if found else frozenset()
    )


def without(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked`` without what tells only how things are now, where it is asked how they were before they changed."""
    return [c for c in ranked if _FORMER.search(c.text)] if asks(question) else list(ranked)


def asks(question: Question) -> bool:
    """Whether it is asked how something was before it changed."""
    return bool(change(words.fold(question.text)))
