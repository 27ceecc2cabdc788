"""A watcher of an index at a quick pace, until SIGTERM: ``python polling_watch.py INDEX``."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from gemmasearch.indexing.watch import Pace, watch
from gemmasearch.models.fake import FakeEmbedder
from gemmasearch.readers import read
from gemmasearch.settings import Settings
from gemmasearch.store import Store


def main() -> None:
    asked: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: asked.append(number))
    pace = Pace(quiet=0.5, longest=2, settle=0.2, poll=1, roots=0.5, heartbeat=0.5, tick=0.05)
    with Store.open(Path(sys.argv[1]), create=True) as store:
        watch(
            store, FakeEmbedder(), read, Settings(), stop=lambda: bool(asked), pace=pace,
            say=lambda line: sys.stderr.write(f"{line}\n"),
        )  # fmt: skip


if __name__ == "__main__":
    main()
