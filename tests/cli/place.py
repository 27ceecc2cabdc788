"""A few notes and their index, for tests of what is missing and of what is taken out."""

from __future__ import annotations

from pathlib import Path

from tests.cli.terminal import Ran, run
from tests.store.filled import inflated

ENV = {"GSEARCH_EMBEDDER": "static"}


class Place:
    def __init__(self, folder: Path) -> None:
        self.home, self.db = folder / "home", folder / "i" / "i.db"
        self.home.mkdir()
        (self.home / "fig.md").write_text("# Figs\n\nThe canaryfig ripens in August.\n")
        (self.home / "plum.md").write_text("# Plums\n\nThe canaryplum ripens in September.\n")
        (self.home / "empty.md").write_bytes(b"")
        assert self("index", self.home).code == 0

    def __call__(self, command: str, *arguments: str | Path) -> Ran:
        return run(command, "--db", self.db, *arguments, env=ENV)

    def bytes(self) -> bytes:
        raw = b"".join(p.read_bytes() for p in self.db.parent.iterdir() if p.is_file())
        return raw + inflated(raw)
