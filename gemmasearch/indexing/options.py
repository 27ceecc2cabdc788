"""What was read once with an option that this run does not have: OCR, or archives on.

New versions of readers read every file again. Without the option, that would take out what it brought: such files
stay as they are until they change, or until the option is there again.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from gemmasearch.indexing.current import READERS

if TYPE_CHECKING:
    from gemmasearch.settings import Settings
    from gemmasearch.store import Store

OPTIONS = ("ocr", "archives")
KEPT = "kept as read"  # the name, in the store's state, of what was last seen to, and of the files by option


def keep_read(store: Store, settings: Settings) -> None:
    """Let what this run could not read again count as read by the readers of today; and have read again what counts
    so since a run without an option that is here now."""
    now = f"{READERS} {settings.ocr} {settings.archives}"
    before = store.record(KEPT)
    if before.get("for") == now:
        return
    from gemmasearch.readers import extras

    here = extras.here(settings)
    kept = {each: before.get(each, []) for each in OPTIONS}
    again = [id for each in OPTIONS if each in here for id in kept[each]]
    found = {each: [] if each in here else _read_with(each, store, settings) for each in OPTIONS}
    record = {each: [] if each in here else sorted({*kept[each], *found[each]}) for each in OPTIONS}
    with store.writing():
        store.leave_as_read((id for ids in found.values() for id in ids), READERS)
        store.read_files_again(again)
        store.set_state(KEPT, json.dumps({"for": now, **record}))


def _read_with(option: str, store: Store, settings: Settings) -> list[int]:
    """The files of which a run without the option would lose something."""
    from gemmasearch.readers import refused

    found = store.read_with(option, READERS)
    if option == "ocr":
        return [id for id, _ in found]
    ids = [id for id, path in found if refused(path, settings)]
    return ids + [id for id, _ in store.read_with("attached archives", READERS)]
