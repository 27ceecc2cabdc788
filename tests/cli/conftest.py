from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from gemmasearch import sample
from tests.cli.terminal import Ran, run


@dataclass(frozen=True)
class Indexed:
    """The sample home, indexed with the static embedder."""

    home: Path
    db: Path

    def run(self, command: str, *arguments: str | Path, stdin: bytes = b"") -> Ran:
        return run(command, "--db", self.db, *arguments, stdin=stdin)


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Indexed:
    folder = tmp_path_factory.mktemp("sample")
    found = Indexed(sample.unpack(folder / "home"), folder / "private" / "index.db")
    done = found.run("index", found.home, "--embedder", "static")
    assert done.code == 0, done.said
    return found
