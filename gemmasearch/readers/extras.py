"""What is here of the things that files may wait for (``documents.WAITS``)."""

from __future__ import annotations

from importlib.util import find_spec

from gemmasearch.readers import ocr
from gemmasearch.settings import Settings


def here(settings: Settings) -> list[str]:
    """Those of ``WAITS`` that are switched on and installed."""
    found = {
        "ocr": bool(ocr.chosen(settings)),
        "archives": settings.archives == "on",
        "office": all(find_spec(name) is not None for name in ("python_calamine", "striprtf")),
    }
    return [name for name, is_here in found.items() if is_here]
