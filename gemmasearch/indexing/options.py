"""What was read once with an option that this run does not have: OCR, or archives on.

New versions of readers read every file again. Without the option, that would take out what it brought: such files
stay as they are until they change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gemmasearch.indexing.current import READERS

if TYPE_CHECKING:
    from gemmasearch.settings import Settings
    from gemmasearch.store import Store

KEPT = "kept as read"  # the name of what was last seen to, in the store's state


def keep_read(store: Store, settings: Settings) -> None:
    """Let what this run could not read again count as read by the readers of today."""
    now = f"{READERS} {settings.ocr} {settings.archives}"
    if store.state(KEPT) == now:
        return
    ids = _out_of_reach(store, settings)
    with store.writing():
        store.leave_as_read(ids, READERS)
        store.set_state(KEPT, now)


def _out_of_reach(store: Store, settings: Settings) -> list[int]:
    from gemmasearch.readers import extras, refused

    here = extras.here(settings)
    ids: list[int] = []
    if "ocr" not in here:
        ids += [id for id, _ in store.read_with("ocr", READERS)]
    if "archives" not in here:
        ids += [id for id, path in store.read_with("archives", READERS) if refused(path, settings)]
        ids += [id for id, _ in store.read_with("attached archives", READERS)]
    return ids
