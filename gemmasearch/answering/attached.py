"""What an attachment is called: no sentence of it says so, its name does."""

from __future__ import annotations

from collections.abc import Sequence

from gemmasearch import light
from gemmasearch.answering import words
from gemmasearch.answering.holding import held_in
from gemmasearch.answering.question import Question
from gemmasearch.documents import Evidence, Hit

_ASKS = light.pattern(  # folded
    r"\bfile ?names?\b|\bname of (?:the|that|my|his|her) (?:attach\w*|file|document|pdf|enclosure)\b"
    r"|\b(?:which|what) (?:file|document|attachment|pdf)s?\b.*\b(?:attach\w*|sen[dt]|enclosed?|called)\b"
    r"|\b(?:attachment|file|document|pdf)s?\b.*\bcalled\b|\bwhat (?:did|has|have|had) .+ attach(?:ed)?\b"
    r"|\bwhat (?:is|was) attached\b|\b(?:dateiname\w*|name des anhangs|wie heisst (?:der anhang|die datei))\b"
    r"|\bnom (?:du fichier|de la piece jointe)\b|\bnombre del (?:archivo|adjunto)\b"
)
_SAID_BY_NAMES = words.listed(  # that it is a file, and came with a mail
    """name names file files filename filenames document documents attachment attachments attach attached enclosed
    called pdf send sent mail email message datei dateiname anhang heisst nom fichier piece jointe nombre
    archivo adjunto"""
)


def asks(question: Question) -> bool:
    """Whether it asks for the name of a file that came with a mail.

    >>> from gemmasearch.answering.question import understand
    >>> asks(understand("What is the name of the attachment with Dana's comments?"))
    True
    """
    return _ASKS.search(words.fold(question.text)) is not None


def named(question: Question, hits: Sequence[Hit]) -> list[Evidence]:
    """The names of the attachments of which name, text, mail and sender say all that is asked, best first."""
    asked = {stem for stem in question.stems if words.fold(question.surface[stem]) not in _SAID_BY_NAMES}
    once = {hit.document_id: hit for hit in reversed(hits) if asked and hit.meta.get("attached_to")}
    return [
        Evidence(_name(hit), hit, hit.score, (0, len(_name(hit))), hit.line)
        for hit in reversed(once.values())
        if asked <= _spoken(question, hit)
    ]


def _name(hit: Hit) -> str:
    return hit.part.rpartition("/")[2] or hit.title


def _spoken(question: Question, hit: Hit) -> set[str]:
    """What name, text, mail and sender of an attachment say of a question."""
    spoken = " ".join(
        (_name(hit).replace("_", " "), hit.title, hit.meta.get("subject", ""), hit.sender, hit.text)
    )
    language = hit.language or question.language
    return held_in(question, spoken, language) | question.everyday
