"""The sentence that tells the amount or the day beyond English, where the best one names all the rest: "Wir mieten
ein Haus in Binz. Die Miete beträgt 980 €". It holds the head of what is asked for, and all else stands around it.
"""

from __future__ import annotations

from collections.abc import Sequence

from gemmasearch.answering import awaited
from gemmasearch.answering.candidates import Candidate
from gemmasearch.answering.question import Question
from gemmasearch.letters import unspaced

_HEAD_LAST = ("tr", "hi", "ja", "ko", "hu", "fi", "ta", "bn", "az", "kk")


def lead(question: Question, ranked: Sequence[Candidate], best: Candidate) -> Candidate | None:
    """The first of ``ranked`` that stands with ``best`` in one passage and tells what this leaves open."""
    if question.language == "en":
        return None
    topic = awaited.topic(question)
    said = [stem for stem in question.stems if stem in topic]
    heads = [stem for stem in said if stem not in question.names] or said
    if not heads:
        return None
    head = heads[-1] if unspaced(question.text) or question.language in _HEAD_LAST else heads[0]
    asked = {stem for stem in (*said, *question.names) if not unspaced(question.text)}
    return next(
        (
            c
            for c in ranked
            if c.hit.chunk_id == best.hit.chunk_id
            and c is not best
            and c.features["kind"] > best.features["kind"]
            and head in c.held
            and asked <= c.spoken | best.spoken
        ),
        None,
    )
