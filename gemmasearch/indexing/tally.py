"""What one run counts, and whom it tells."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import field

from gemmasearch.documents import FileStamp, Problem, SyncEvent, SyncReport
from gemmasearch.light import dataclass


@dataclass(slots=True)
class Tally:
    progress: Callable[[SyncEvent], None] = lambda event: None
    stop: Callable[[], bool] = lambda: False
    settle: float = 0.0  # seconds for which a file must have been left alone before it is read
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    unavailable: list[str] = field(default_factory=list)
    interrupted: bool = False

    def stopped(self) -> bool:
        """Asked between files, groups of documents and batches; once told to, a run stays stopped."""
        self.interrupted = self.interrupted or self.stop()
        return self.interrupted

    def unsettled(self, stamp: FileStamp) -> bool:
        """Whether a file may still be in the middle of being written."""
        young = self.settle > 0 and 0 <= time.time_ns() - stamp.mtime_ns < self.settle * 1e9
        self.counts["unsettled"] += young
        return young

    def problem(self, problem: Problem) -> None:
        self.problems.append(problem)
        self.progress(SyncEvent("read", 0, 0, problem.path, problem))

    def report(self, seconds: float) -> SyncReport:
        names = (
            "new",
            "changed",
            "moved",
            "unchanged",
            "gone",
            "documents",
            "chunks",
            "embedded",
            "pending",
            "unsettled",
        )
        return SyncReport(
            **{name: self.counts[name] for name in names},
            skipped=dict(self.skipped),
            problems=tuple(self.problems),
            unavailable=tuple(self.unavailable),
            seconds=seconds,
            interrupted=self.interrupted,
        )
