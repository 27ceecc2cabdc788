"""Running a reader so that whatever it raises becomes a Problem."""

from __future__ import annotations

from collections.abc import Iterator

from gemmasearch.documents import Document, Problem
from gemmasearch.readers.formats import CannotRead, Format, Source
from gemmasearch.settings import Settings


def items(format: Format, source: Source, settings: Settings) -> Iterator[Document | Problem]:
    """What the format's reader makes of the file. Never raises for bad input."""
    try:
        _fits(format, source, settings)
        yield from format.load()(source, settings)
    except CannotRead as e:
        yield e.problem(source.path)
    except MemoryError:
        yield Problem(source.path, "memory")
    except RecursionError:
        yield Problem(source.path, "limit", "nested too deep")
    except OSError as e:
        yield Problem(source.path, "unreadable", e.strerror or str(e))
    except Exception as e:  # noqa: BLE001  (files come from anybody: one must not end the run)
        yield Problem(source.path, "crash", f"{type(e).__name__}: {e}"[:300])


def _fits(format: Format, source: Source, settings: Settings) -> None:
    if format.limit and source.size > (limit := int(getattr(settings, format.limit))):
        raise CannotRead("too-large", f"{source.size} bytes, the limit is {limit} ({format.limit})")
