"""Numbers in words: the line that ends a run, for which a run without news imports nothing else."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def plural(number: int, one: str) -> str:
    return f"{number:,} {one if number == 1 else one + 's'}"


def reasons(counts: Mapping[str, int]) -> str:
    return ", ".join(
        f"{count:,} {reason}" for reason, count in sorted(counts.items(), key=lambda c: (-c[1], c[0]))
    )


def sync_summary(report: Any) -> str:
    """The one line that ends a run, of a SyncReport or what has the same counts."""
    skipped = sum(report.skipped.values())
    parts = [f"{report.new:,} new", f"{report.changed:,} changed"]
    if report.moved:
        parts.append(f"{report.moved:,} moved")
    parts += [f"{report.unchanged:,} unchanged", f"{report.gone:,} gone"]
    parts.append(f"{skipped:,} skipped" + (f" ({reasons(report.skipped)})" if skipped else ""))
    line = f"files: {', '.join(parts)}; {plural(report.chunks, 'passage')}, {report.embedded:,} embedded"
    if report.pending:
        line += f", {report.pending:,} waiting"
    return f"{line}; {report.seconds:.1f} s" + (" (interrupted)" if report.interrupted else "")


def waiting(what: str, count: int) -> str:
    """What could be read if something were switched on or installed."""
    if what == "ocr":
        return f"{plural(count, 'page')} {'wait' if count != 1 else 'waits'} for OCR"
    if what == "archives":
        return f"{plural(count, 'archive')} not opened"
    return f"{plural(count, 'file')} {'wait' if count != 1 else 'waits'} for the extra {what!r}"


def waiting_remark(what: str) -> str:
    """How to get it."""
    if what == "ocr":
        return "`gsearch index --ocr auto` reads scans and pictures (once: pip install 'gemmasearch[ocr]')"
    if what == "archives":
        return "`gsearch index --archives on` reads what is inside archives"
    return f"pip install 'gemmasearch[{what}]', then `gsearch index`"
