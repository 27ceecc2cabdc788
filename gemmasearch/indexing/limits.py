"""Limits that were raised since the last run: what did not fit into them is read again.

What a file, or a part of it, is left out for names the limit; whoever raises it wants the file.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from gemmasearch.indexing import maildirs

if TYPE_CHECKING:
    from gemmasearch.settings import Settings
    from gemmasearch.store import Store

LIMITS = "limits"  # the name of those of the last run in the store's state
# The settings that each reason depends on. Lower limits take out nothing: what was read is kept.
SETTINGS = {
    "too-large": ("max_text_bytes", "max_pdf_bytes", "max_message_bytes"),
    "timeout": ("reader_seconds",),
    "memory": ("reader_memory_mb",),
}


def read_again(store: Store, settings: Settings) -> None:
    """Let this run read the files that a limit kept out which is higher now; remember the limits."""
    before = store.record(LIMITS)
    now = {name: getattr(settings, name) for names in SETTINGS.values() for name in names}
    if now == before:
        return
    raised = [
        reason
        for reason, names in SETTINGS.items()
        if any(now[name] > before.get(name, now[name]) for name in names)
    ]
    with store.writing():
        if raised and store.retry_for(raised):
            maildirs.look_at_all(store)
        store.set_state(LIMITS, json.dumps(now))
