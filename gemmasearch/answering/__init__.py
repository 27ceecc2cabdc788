"""HITS BECOME AN ANSWER: evidence sentences, the generator's words about them, and a check on every one.

:func:`answer` asks the index, :func:`answer_from` a text that was handed over, :class:`Conversation` keeps a topic
from question to question; ``standing`` holds the questions that are asked again. The parts can be used alone:
``question.understand``, ``sentences.split``, ``evidence.rank``, ``grounding.check``.
"""

from __future__ import annotations

from gemmasearch.answering import standing
from gemmasearch.answering.asking import answer, answer_from
from gemmasearch.answering.chat import Conversation
from gemmasearch.answering.drafting import REFUSAL

__all__ = ["REFUSAL", "Conversation", "answer", "answer_from", "standing"]
