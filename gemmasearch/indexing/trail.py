"""What a look at a root went by, beside the files that it found; and the record of it for the next glance."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import field, fields
from typing import TYPE_CHECKING

from gemmasearch.indexing import current, glance, maildirs
from gemmasearch.light import dataclass
from gemmasearch.store.files import UNPURGED
from gemmasearch.store.glance import GLANCE, roots, situation

if TYPE_CHECKING:
    from gemmasearch.indexing.looking import Look
    from gemmasearch.indexing.tally import Tally
    from gemmasearch.settings import Settings
    from gemmasearch.store import Root, Store

MOST_FOLDERS = 20_000  # the record of more is too long
BY_NAME = frozenset(("secret", "special"))  # problems of a crawl that stay while no name changes


@dataclass(slots=True)
class Trail:
    """Of one look at a root."""

    folders: dict[str, os.stat_result] = field(default_factory=dict)  # in which it looked for names
    files: dict[str, str] = field(default_factory=dict)  # by path: states of ignore files, "" = there is none
    sure: bool = True  # whether these tell all

    def entered(self, folder: str, status: os.stat_result, began_ns: int) -> None:
        """:param status: from before the folder was listed at ``began_ns``."""
        self.folders[folder] = status
        self.sure = self.sure and max(status.st_mtime_ns, status.st_ctime_ns) < began_ns - current.RACY_NS

    def relied_on(self, path: str) -> None:
        """Before a file is read for what it says, or found missing."""
        began_ns, name = time.time_ns(), os.fsencode(path)
        self.files[path] = glance.file_stamp(name)
        self.sure = self.sure and _changed_ns(path) < began_ns - current.RACY_NS


def _changed_ns(path: str) -> int:
    """When a file last changed, 0 where there is none."""
    try:
        return os.stat(path).st_ctime_ns
    except OSError:
        return 0


def keep(
    store: Store,
    settings: Settings,
    looks: Sequence[Look],
    registered: Sequence[Root],
    tally: Tally,
    began_ns: int,
) -> None:
    """Leave the record of a run that began then, if it found nothing to do."""
    models = _models(store, settings)
    if models is None or not _is_whole(settings, looks, registered, tally):
        return
    if all(_changed_ns(path) < began_ns - current.RACY_NS for path in models):
        lines = [*_head(store, settings, looks, tally), *_tail(store, looks, models)]
        store.set_state(GLANCE, "\n".join(lines))


def _models(store: Store, settings: Settings) -> list[str] | None:
    """The files that decide which model is used; None if that cannot be told by files."""
    from gemmasearch.models import depends_on

    used = store.record("embedder").get("embedder")
    return depends_on(used, settings) if used else None


def _is_whole(settings: Settings, looks: Sequence[Look], registered: Sequence[Root], tally: Tally) -> bool:
    """Whether stamps alone can tell that a run like this one would find the same."""
    return (
        [look.root.id for look in looks] == [root.id for root in registered]
        and all(look.complete and look.trail.sure and not look.stale and not look.gone for look in looks)
        and sum(len(look.trail.folders) for look in looks) <= MOST_FOLDERS
        and not tally.interrupted and not tally.unavailable and not tally.counts["unsettled"]
        and not tally.counts["pending"] and all(p.reason in BY_NAME for p in tally.problems)
        and settings.ocr == settings.archives == "off" and _all_have_origins(settings)
    )  # fmt: skip


def _all_have_origins(settings: Settings) -> bool:
    """Whether the settings come from where the glance looks: a program may have made others."""
    return all(
        f.name in settings.origins or getattr(settings, f.name) == f.default
        for f in fields(settings)
        if f.name not in ("db", "origins")
    )


def _head(store: Store, settings: Settings, looks: Sequence[Look], tally: Tally) -> list[str]:
    flags = {name: getattr(settings, name) for name in glance.FLAGS if settings.origin(name).source == "flag"}
    now = time.time()
    purged = store.purged() if store.state(UNPURGED) is not None else now
    since = min((mark[5] for look in looks for mark in look.maildirs.looked.values()), default=now)
    return [
        f"here {glance.surroundings(flags)}",
        f"situation {situation(store.db.rows)}",
        f"from {since}",
        f"until {min(since, purged) + maildirs.FULL_LOOK}",
        f"unchanged {tally.counts['unchanged']}",
        *(f"K {reason} {files}" for reason, files in tally.skipped.items()),
    ]


def _tail(store: Store, looks: Sequence[Look], models: Sequence[str]) -> list[str]:
    lines = [f"R {path.hex()} {options.encode().hex()}" for path, options, _ in roots(store.db.rows)]
    for look in looks:
        for folder, found in look.trail.folders.items():
            stamp = f"{found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino} {found.st_dev}"
            lines.append(f"{'T' if folder == look.root.path else 'D'} {_hex(folder)} {stamp}")
        lines += [f"M {_hex(folder)} {mark[4]}" for folder, mark in look.maildirs.looked.items()]
    watched = [stamped for look in looks for stamped in look.trail.files.items()]
    watched += [(path, glance.file_stamp(os.fsencode(path))) for path in models]
    return [*lines, *(f"F {_hex(path)} {stamp}" for path, stamp in watched)]


def _hex(path: str) -> str:
    return os.fsencode(path).hex()
