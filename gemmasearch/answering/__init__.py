"""HITS BECOME AN ANSWER: evidence sentences, the generator's words about them, and a check on every one.

:func:`answer` asks the index, :func:`answer_from` a text that was handed over, :class:`Conversation` keeps a topic
from question to question; ``standing`` holds the questions that are asked again. The parts can be used alone:
``question.understand``, ``sentences.split``, ``evidence.rank``, ``grounding.check``.

=======================  ==========================================================================================
what is asked            question, everyday (words that say little), tongues (other languages), scope (senders and
                         times), halves (two questions in one)
what a text holds        sentences (units), words, numbers, spans, secrets, synonyms, parts, hostile
what a question finds    awaited (the kind of answer), prices, holding (its words), reference (pronouns), surroundings
sentences, best first    measuring, candidates, evidence
and which of them        others (by amounts, bounds, cells, deeds, doers, former, identified, kin, neighbours,
do they answer           opinions, owners, roles, subjects, things), beside, years, extremes, newest, replies,
                         replaced, chosen, listing, steps, attached, differing, denials, found; attributes, unheard,
                         refusal
in the end               asking, packing, drafting, grounding, relations; given (a text that was handed over), chat
labels on documents      labels, labelling
=======================  ==========================================================================================
"""

from __future__ import annotations

from gemmasearch.answering import standing
from gemmasearch.answering.asking import answer, answer_from
from gemmasearch.answering.chat import Conversation
from gemmasearch.answering.drafting import REFUSAL

__all__ = ["REFUSAL", "Conversation", "answer", "answer_from", "standing"]
