"""HITS BECOME AN ANSWER: evidence sentences, the generator's words about them, and a check on every one.

:func:`answer` is the door. The parts can be used alone: ``question.understand``, ``sentences.split``,
``evidence.rank``, ``grounding.check``.
"""

from __future__ import annotations

from gemmasearch.answering.asking import REFUSAL, answer

__all__ = ["REFUSAL", "answer"]
