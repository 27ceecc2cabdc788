"""Figures as ratios to a yard-stick measured in the same run: ``python -m tests.bench``.

Machines differ and are noisy, so a row never states seconds alone: it measures a yard-stick and ours in turns,
takes the best of each, and prints both with their ratio. Rows register themselves with :func:`row`; a module of
this package becomes part of the run by standing in ``MODULES``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

MODULES = (
    "tests.bench.startup",
    "tests.bench.embedding",
    "tests.bench.memory",
    "tests.bench.indexing",
    "tests.bench.unchanged",
    "tests.bench.mail",
    "tests.bench.warm",
    "tests.bench.answers",
    "tests.bench.qmd",
)


@dataclass(frozen=True)
class Row:
    """``ratio`` is ours in terms of the yard-stick: of the times, or of the rates, as ``unit`` says."""

    name: str
    yardstick: str
    base: float
    ours: float
    unit: str  # "s", "ms", "MB": lower is better; "…/s": higher is better
    bar: float | None = None  # what the ratio must not exceed (times) or fall below (rates)
    note: str = ""

    @property
    def ratio(self) -> float:
        return self.ours / self.base

    @property
    def rate(self) -> bool:
        return self.unit.endswith("/s")

    @property
    def good(self) -> bool:
        return self.bar is None or (self.ratio >= self.bar if self.rate else self.ratio <= self.bar)


class Unavailable(Exception):
    """A row cannot be measured here; the text says what is missing."""


ROWS: dict[str, Callable[[], Sequence[Row]]] = {}


def row(function: Callable[[], Sequence[Row]]) -> Callable[[], Sequence[Row]]:
    """Register a function that measures one or more rows; its name selects it on the command line."""
    ROWS[function.__name__] = function
    return function


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turns(base: Callable[[], object], ours: Callable[[], object], rounds: int = 3) -> tuple[float, float]:
    """Best seconds of both, measured alternately, so that a busy neighbour hits both."""
    pairs = [(seconds(base), seconds(ours)) for _ in range(rounds)]
    return min(p[0] for p in pairs), min(p[1] for p in pairs)
