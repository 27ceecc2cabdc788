"""nDCG@10 and recall@100 with binary relevance (Järvelin & Kekäläinen 2002), and the area under a ROC curve."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence


def ndcg(ranked: Sequence[str], relevant: Collection[str], depth: int = 10) -> float:
    gain = sum(1 / math.log2(i + 2) for i, id in enumerate(ranked[:depth]) if id in relevant)
    ideal = sum(1 / math.log2(i + 2) for i in range(min(depth, len(relevant))))
    return gain / ideal if ideal else 0.0


def recall(ranked: Sequence[str], relevant: Collection[str], depth: int = 100) -> float:
    return len(set(ranked[:depth]) & set(relevant)) / len(relevant) if relevant else 0.0


def auc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """The chance that a random positive scores above a random negative; ties count half."""
    above = sum((p > n) + 0.5 * (p == n) for p in positive for n in negative)
    return above / (len(positive) * len(negative)) if positive and negative else 0.0


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
